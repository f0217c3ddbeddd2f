"""Weights whose names, neighbours and texts would take minutes, or all memory.

Each file is a few megabytes at most; what it says repeats itself, or claims more than
it holds. Seconds are of the processor.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor

import vitviz
from tests.models.openmmlab import DEPTH, WIDTH
from vitviz.errors import CheckpointError
from vitviz.models.checkpoints.peft import adapter_of, onto

# On a busy machine, with the libraries' import; what is tried here took 10 s to hours.
WITHIN_S = 8.0


def network(width: int = 128) -> dict[str, Tensor]:
    """Return the tensors of a little ViT by timm's names."""
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(3)
    module = VisionTransformer(
        img_size=32, patch_size=16, embed_dim=width, depth=2, num_heads=2, num_classes=0
    )
    return dict(module.state_dict())


def openmmlab() -> dict[str, Tensor]:
    """Return the tensors of a little ViT by OpenMMLab's names."""
    names = {
        r"patch_embed.proj.": "patch_embed.projection.",
        "blocks.": "layers.",
        "norm1.": "ln1.",
        "norm2.": "ln2.",
        "mlp.fc1.": "ffn.layers.0.0.",
        "mlp.fc2.": "ffn.layers.1.",
    }
    found = {}
    for name, tensor in network(WIDTH).items():
        new = "ln1." + name[5:] if name.startswith("norm.") else name
        for old, word in names.items():
            new = new.replace(old, word)
        found[f"backbone.{new}"] = tensor
    assert f"backbone.layers.{DEPTH - 1}.ffn.layers.1.bias" in found
    return found


LONG = "0x" + "f" * 9000
PIPELINE = (
    "img_norm_cfg=dict(mean=[1,1,1],std=[1,1,1],to_rgb=True)\n"
    "test_pipeline=[dict(type='Resize',scale={})]\n"
)
# 30 lines, of which the last would be a text of 2 GB
TWICE = "a0=[1,1]\n" + "".join(f"a{n}=[a{n - 1},a{n - 1}]\n" for n in range(1, 30))
TEXTS = {
    "a type that doubles": f"{TWICE}model=dict(backbone=dict(type=a29,arch='small'))",
    "an activation that doubles": (
        f"{TWICE}model=dict(backbone=dict(act_cfg=dict(type=a29)))"
    ),
    "a step that doubles": TWICE + PIPELINE.format("32").replace("'Resize'", "a29"),
    "a filter that doubles": TWICE
    + PIPELINE.format("32,interpolation=a29").replace("scale=", "size="),
    "a long type": f"model=dict(backbone=dict(type={LONG},arch='small'))",
    "long heads": f"model=dict(backbone=dict(num_heads={LONG}))",
    "a long mean": f"img_norm_cfg=dict(mean=[{LONG},1,1],std=[1,1,1])",
    "endless deviation": "img_norm_cfg=dict(mean=[0,0,0],std=[1e999,1,1])",
    "a long side": PIPELINE.format(LONG),
    "a long height": PIPELINE.format(f"({LONG},3)"),
    "a side of nothing": PIPELINE.format("0"),
    "brackets": "a=" + "(" * 250_000,
    "attributes": "a=b" + ".b" * 125_000,
    "signs": "a=" + "-" * 250_000 + "1",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_configuration_in_meta_is_no_work(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    torch.save({"meta": {"cfg": TEXTS[name]}, "state_dict": openmmlab()}, path)
    began = time.process_time()
    model = vitviz.load_model(path)
    assert time.process_time() - began < WITHIN_S
    assert model.preprocessing.size == (32, 32)


def _many_prefixes(folder: Path) -> Path:
    tensors = {f"p{n}.conv_proj.weight": torch.zeros(1, 1) for n in range(19_000)}
    safetensors.torch.save_file(tensors, folder / "a.safetensors")
    return folder / "a.safetensors"


def _many_networks(folder: Path) -> Path:
    tensors = {}
    for n in range(9_900):
        tensors[f"p{n}.conv1.weight"] = torch.zeros(1, 1)
        tensors[f"p{n}.transformer.resblocks.0.x"] = torch.zeros(1)
    safetensors.torch.save_file(tensors, folder / "a.safetensors")
    return folder / "a.safetensors"


def _one_value_below_every_key(folder: Path) -> Path:
    inner = {"a": list(range(100)), "b": [list(range(100)) for _ in range(49)]}
    content: dict[str, Any] = {f"k{n}": inner for n in range(60_000)}
    torch.save({**content, "state_dict": network(384)}, folder / "a.pth")
    return folder / "a.pth"


def _long_neighbours(folder: Path) -> Path:
    inner = folder / "checkpoints"
    (folder / ".hydra").mkdir()
    inner.mkdir()
    text = "[" + "a," * 32_000 + "]"
    for place in (inner, folder):
        for name in ("args.yaml", "hparams.yaml", "config.yaml"):
            (place / name).write_text(text)
    (folder / ".hydra" / "config.yaml").write_text(text)
    torch.save({"state_dict": network(384)}, inner / "a.pth")
    return inner / "a.pth"


def _adapter(folder: Path, **more: object) -> None:
    values = {"peft_type": "LORA", "r": 1, "lora_alpha": 1, **more}
    (folder / "adapter_config.json").write_text(json.dumps(values))


def _one_matrix_of_many_names(folder: Path) -> Path:
    side = 1024
    _adapter(folder, r=side)
    big, content = torch.zeros(side, side), {}
    for n in range(6_000):
        for end in ("weight", "lora_A.default.weight", "lora_B.default.weight"):
            content[f"l{n}.{end}"] = big
    torch.save(content, folder / "a.pth")
    return folder / "a.pth"


def _one_number_of_any_shape(folder: Path) -> Path:
    side = 200_000
    _adapter(folder)
    one = torch.zeros(1, 1)
    content = {
        "l.weight": one.expand(side, side),
        "l.lora_A.default.weight": one.expand(1, side),
        "l.lora_B.default.weight": one.expand(side, 1),
    }
    torch.save(content, folder / "a.pth")
    return folder / "a.pth"


COSTLY: dict[str, tuple[Callable[[Path], Path], str | None]] = {
    "prefixes": (_many_prefixes, "no attention at all"),
    "networks": (_many_networks, "no Vision Transformer"),
    "keys": (_one_value_below_every_key, None),
    "neighbours": (_long_neighbours, None),
    "a matrix": (_one_matrix_of_many_names, "claims more numbers"),
    "a number": (_one_number_of_any_shape, "claims more numbers"),
}


@pytest.mark.parametrize("name", COSTLY)
def test_a_file_of_weights_is_no_work(name: str, tmp_path: Path) -> None:
    make, refused = COSTLY[name]
    path = make(tmp_path)
    began = time.process_time()
    if refused is None:
        assert vitviz.load_model(path).info.num_layers == 2
    else:
        with pytest.raises(CheckpointError, match=refused):
            vitviz.load_model(path)
    assert time.process_time() - began < WITHIN_S


def _parts(count: int, lead: str) -> dict[str, Tensor]:
    return {
        f"{lead}x{n}.lora_{half}.weight": torch.ones(1, 1)
        for n in range(count)
        for half in "AB"
    }


def test_adapters_find_their_layers_at_once(tmp_path: Path) -> None:
    _adapter(tmp_path)
    base = {f"x{n}.weight": torch.full((1, 1), float(n)) for n in range(19_000)}
    path = tmp_path / "adapter_model.safetensors"
    began = time.process_time()
    adapter = adapter_of(_parts(9_900, "base_model.model.q."), path)
    found = onto(adapter, base)
    assert time.process_time() - began < WITHIN_S
    assert found["q.x9899.weight"].item() == 9_900
    assert found["q.x9900.weight"].item() == 9_900


def test_patterns_of_ranks_are_read_once(tmp_path: Path) -> None:
    scales = {f"z{n}": 3 for n in range(19_990)}
    _adapter(tmp_path, alpha_pattern={**scales, "^x1": 5, "x2": 7, "x1": 9, "q.x3": 8})
    path = tmp_path / "adapter_model.safetensors"
    base = {f"x{n}.weight": torch.zeros(1, 1) for n in range(3_000)}
    began = time.process_time()
    found = onto(adapter_of(_parts(3_000, ""), path), base)
    assert time.process_time() - began < WITHIN_S
    assert [found[f"x{n}.weight"].item() for n in range(5)] == [1, 5, 7, 1, 1]
    _adapter(tmp_path, alpha_pattern={f"z{n}": 3 for n in range(20_001)})
    with pytest.raises(CheckpointError, match="alpha_pattern"):
        onto(adapter_of(_parts(1, ""), path), base)
