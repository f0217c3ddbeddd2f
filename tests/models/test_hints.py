"""What names and shapes do not tell is read where it is said, or said by the user."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import vitviz
from vitviz.errors import CheckpointError, SelectionError

State = dict[str, Tensor]


def state_of(width: int = 384, heads: int = 12, **options: Any) -> State:  # noqa: ANN401
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(3)
    module = VisionTransformer(
        img_size=64,
        patch_size=16,
        embed_dim=width,
        depth=2,
        num_heads=heads,
        num_classes=0,
        **options,
    )
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def moco_positions(side: int, width: int) -> Tensor:
    """MoCo v3's table, axis by axis: sin and cos of the row, then of the column."""
    table = torch.zeros(1, 1 + side * side, width)
    for row in range(side):
        for col in range(side):
            for k in range(width // 4):
                rate = 10_000 ** (-k / (width // 4))
                place = table[0, 1 + row * side + col]
                for part, angle in enumerate((row * rate, col * rate)):
                    angle = torch.tensor(angle)
                    place[2 * part * width // 4 + k] = angle.sin()
                    place[(2 * part + 1) * width // 4 + k] = angle.cos()
    return table


def json_beside(name: str, **values: object) -> Callable[[State, Path], object]:
    def write(state: State, folder: Path) -> object:
        (folder / name).write_text(json.dumps(values))
        return state

    return write


def yaml_beside(name: str, text: str) -> Callable[[State, Path], object]:
    def write(state: State, folder: Path) -> object:
        (folder / name).write_text(text)
        return state

    return write


SAID: dict[str, Callable[[State, Path], object]] = {
    "Lightning": lambda s, f: {
        "state_dict": {f"model.{k}": v for k, v in s.items()},
        "hyper_parameters": {"lr": 0.1, "embed_dim": 384, "num_heads": 12},
    },
    "args": lambda s, f: {"model": s, "args": argparse.Namespace(heads=12, lr=1)},
    "nested": lambda s, f: {
        "net": s,
        "config": {"text": {"width": 512, "heads": 8},
                   "vision": {"width": 384, "heads": 12}},
    },
    "config.json": json_beside("config.json", hidden_size=384, num_attention_heads=12),
    "hparams.yaml": yaml_beside("hparams.yaml", "lr: 0.1\nmodel:\n  num_heads: 12\n"),
    "args.yaml": yaml_beside("args.yaml", "n_heads: 12\nmodel: mine\n"),
    "a tag in the YAML": yaml_beside(
        "hparams.yaml", "size: !!python/tuple [64, 64]\nnum_heads: 12\n"
    ),
    "MoCo v3, names": lambda s, f: {
        "arch": "vit_small",
        "state_dict": {f"module.base_encoder.{k}": v for k, v in s.items()}
        | {f"module.momentum_encoder.{k}": v for k, v in s.items()},
    },
    "MoCo v3, positions": lambda s, f: s | {"pos_embed": moco_positions(4, 384)},
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_heads_are_read_where_they_are_said(name: str, tmp_path: Path) -> None:
    torch.save(SAID[name](state_of(), tmp_path), tmp_path / "mine.pth")
    info = vitviz.load_model(tmp_path / "mine.pth", device="cpu").info
    assert info.num_heads == 12
    assert any("12 heads (as " in phrase for phrase in info.assumed)


NOT_SAID: dict[str, Callable[[State, Path], object]] = {
    "nothing": lambda s, f: s,
    "another width": json_beside("config.json", hidden_size=768, num_heads=12),
    "no divisor": json_beside("config.json", num_heads=7),
    "two numbers": lambda s, f: {"model": s, "cfg": [{"heads": 8}, {"heads": 12}]},
    "a text": json_beside("config.json", num_heads="12"),
    "MAE's positions": lambda s, f: s | {
        "pos_embed": moco_positions(4, 384)[:, :, [*range(192, 384), *range(192)]]
    },
    "code in YAML": yaml_beside(
        "hparams.yaml", "!!python/object/apply:os.system ['touch x']\nnum_heads: 12\n"
    ),
    "a long YAML": yaml_beside("hparams.yaml", "num_heads: 12\n" + "#" * 66_000),
    "deep JSON": yaml_beside("config.json", "[" * 100_000),
    **{
        text[:20]: yaml_beside("hparams.yaml", text)
        for text in (
            "a: !!int ''",
            "a: !!float ''",
            "a: !!bool x",
            "a: !!timestamp x",
            "a: 0001-01-01T00:00:00+23:59",
            "a: " + "1:" * 300 + "1.5",  # a number to the base of 60
            "0x" + "F" * 20_000 + ": 1",
            "num_heads: 0x" + "F" * 20_000,
            "num_heads: '12'",
            "a: &a [*a]",
            "- " * 100_000,
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_SAID)
def test_what_is_not_sure_is_not_followed(name: str, tmp_path: Path) -> None:
    torch.save(NOT_SAID[name](state_of(heads=6), tmp_path), tmp_path / "mine.pth")
    info = vitviz.load_model(tmp_path / "mine.pth", device="cpu").info
    assert info.num_heads == 6
    assert "6 heads (of 64 channels)" in info.assumed
    assert not (tmp_path / "x").exists()


def doubled(levels: int, repeat: str) -> str:
    """Return a YAML text in which each mapping repeats the one before it twenty times.

    repeat : of a name, the text that repeats it so often.
    """
    lines = ["a0: &a0 {num_heads: 12}"]
    for level in range(1, levels):
        again = ", ".join([f"*a{level - 1}"] * 20)
        lines.append(f"a{level}: &a{level} {repeat.format(again)}")
    return "\n".join(lines)


@pytest.mark.skipif(sys.platform != "linux", reason="limits its memory")
@pytest.mark.parametrize("repeat", ["{{<<: [{}]}}", "[{}]"], ids=["merged", "listed"])
def test_a_yaml_that_repeats_itself_is_no_work(repeat: str, tmp_path: Path) -> None:
    """Read as YAML has it, a kilobyte of this holds 20 to the power of 30 values."""
    import resource

    torch.save(state_of(heads=6), tmp_path / "mine.pth")
    (tmp_path / "hparams.yaml").write_text(doubled(30, repeat))
    began = time.process_time()
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + 2**30, before[1]))
    try:
        assert vitviz.load_model(tmp_path / "mine.pth").info.num_heads in (6, 12)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert time.process_time() - began < 5


def test_what_the_user_says_counts(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    weights = {"model": state_of(), "model_ema": state_of(class_token=True)}
    weights["model_ema"]["norm.bias"] += 1
    torch.save(weights, path)
    model = vitviz.load_model(f"heads=12,weights=model_ema,pool=mean:{path}")
    assert model.info.num_heads == 12
    assert model.info.weights_path == path
    norm = model.adapter.module.get_parameter("norm.bias")
    assert torch.equal(norm, weights["model_ema"]["norm.bias"])
    assert not any("heads" in phrase for phrase in model.info.assumed)
    assert not any("pooled" in phrase for phrase in model.info.assumed)
    again = vitviz.load_model(model.info.source)
    assert again.info == model.info
    plain = vitviz.load_model(path)
    assert torch.equal(
        plain.adapter.module.get_parameter("norm.bias"), weights["model"]["norm.bias"]
    )
    assert any("model_ema" in phrase for phrase in plain.info.assumed)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("heads=0", "a number from 1"),
        ("heads=7", "does not divide into 7 heads"),
        ("weights=teacher", "no network called teacher. Take one of these"),
        ("pool=max", "choose one of cls, mean"),
        ("activation=swish", "choose one of gelu"),
    ],
)
def test_what_cannot_be_is_refused(options: str, said: str, tmp_path: Path) -> None:
    torch.save({"model": state_of()}, tmp_path / "mine.pth")
    with pytest.raises((CheckpointError, SelectionError), match=said):
        vitviz.load_model(f"{options}:{tmp_path / 'mine.pth'}")


def test_the_advice_for_an_odd_width_is_true(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    torch.save(state_of(width=100, heads=5), path)
    with pytest.raises(CheckpointError, match="as in heads=8:PATH"):
        vitviz.load_model(path)
    assert vitviz.load_model(f"heads=5:{path}").info.num_heads == 5
