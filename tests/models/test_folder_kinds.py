"""Folders as the libraries write them: every kind, every file kind, three pictures.

A network of random weights, sharpened, is saved with its processor beside it. Opened as
a folder, its input is what the library's processor makes, and its attention what the
library's own eager path computes of that; or it is refused with the reason.
"""

# ruff: noqa: ANN401  (the libraries have no types)
from __future__ import annotations

import copy
import inspect
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

import vitviz
from tests.models.families import sharpen_to
from tests.models.sharpen import require_sharp
from tests.models.test_folder_pixels import photo
from vitviz.errors import CheckpointError, UnsupportedModelError
from vitviz.models.folders.processor import FAMILIES

TOLERANCE = 1e-5
SIDE = 64
SHAPES = ((96, 96), (201, 90), (79, 142))
# What tiny networks are made of, by key of the configuration.
TINY: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "mlp_dim": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "image_size": SIDE,
    "pretrain_image_size": SIDE,
    "patch_size": 16,
    "output_channels": 16,
    "global_attn_indexes": [1],
    "window_size": 3,
    "num_pos_feats": 8,
    "vocab_size": 99,
    "projection_dim": 24,
    "decoder_hidden_size": 16,
    "decoder_intermediate_size": 32,
    "decoder_num_hidden_layers": 1,
    "decoder_num_attention_heads": 2,
    "max_position_embeddings": 40,
    "depth": 2,
}
SPECIAL: dict[str, dict[str, Any]] = {
    "internvl_vision": {"image_size": [SIDE, SIDE], "patch_size": [16, 16]},
    "vitdet": {"window_size": 0},
    # two lists of the same length
    "beit": {"use_relative_position_bias": True},
}
WITHOUT_PROCESSOR = ("vitdet",)


def config_of(kind: str) -> Any:
    """A tiny configuration of that `model_type`."""
    import transformers

    family = transformers.CONFIG_MAPPING[kind]

    def options(one: Any) -> dict[str, Any]:
        taken = inspect.signature(one).parameters
        return {key: value for key, value in TINY.items() if key in taken}

    towers = getattr(family, "sub_configs", None) or {}
    inner = {
        name: options(towers[name])
        for name in ("text_config", "vision_config")
        if name in towers
    }
    if "vision_config" in inner and "text_config" in inner:
        return family(**inner, projection_dim=24)
    return family(**{**options(family), **SPECIAL.get(kind, {})})


def network_of(kind: str) -> Any:
    """A tiny network of that kind, its random weights sharpened."""
    import transformers

    torch.manual_seed(11)
    config = config_of(kind)
    module = transformers.MODEL_MAPPING[type(config)](config).eval()
    tower = getattr(module, "vision_model", None)
    seen = tower if tower is not None and hasattr(module, "text_model") else module

    def run(_module: object) -> None:
        with torch.inference_mode():
            seen(torch.randn(1, 3, SIDE, SIDE))

    sharpen_to(seen, run)
    return module


def processor_of(kind: str) -> Any:
    """The library's processor of that kind, or of the kind it is the tower of."""
    import transformers
    from transformers.models.auto import image_processing_auto as auto

    names = auto.IMAGE_PROCESSOR_MAPPING_NAMES
    whole = kind.removesuffix("_model").removesuffix("_vision")
    whole = whole.removesuffix("_with_registers")
    found = names.get(kind) or names.get(whole)
    if found is None:
        return None
    made = getattr(transformers, found["torchvision"])
    square = {"height": SIDE, "width": SIDE}
    size: dict[str, Any] = {"size": square}
    if "longest_edge" in made.size:
        size = {"size": {"longest_edge": SIDE}, "pad_size": square}
    elif "shortest_edge" in made.size:
        size = {"size": {"shortest_edge": 70}, "crop_size": square}
    elif getattr(made, "do_center_crop", False):
        size = {"size": {"height": 73, "width": 73}, "crop_size": square}
    return made(**size)


KINDS = ("clip", "dinov2", "siglip", "vit")
# Of networks with a language model or a decoder, the tower alone.
WHOLE = {"git", "internvl", "janus", "sam", "sam_hq"}
ALL_KINDS = sorted(FAMILIES.keys() - WHOLE)


def eager_weights(module: Any, pixels: Tensor) -> list[Tensor]:
    """The weights (H, N, N) of the library's eager path, layer by layer."""
    # some kinds choose their attention when they are built, and not later
    config = copy.deepcopy(module.config)
    eager = type(module)._from_config(config, attn_implementation="eager").eval()
    eager.load_state_dict(module.state_dict())
    tower = getattr(eager, "vision_model", None)
    seen = tower if tower is not None and hasattr(eager, "text_model") else eager
    if hasattr(seen, "vision_encoder") or type(seen).__name__.startswith("Sam"):
        return []
    options: dict[str, Any] = {"output_attentions": True}
    if hasattr(seen.config, "mask_ratio"):
        seen.config.mask_ratio = 0.0
        options["noise"] = torch.arange((SIDE // 16) ** 2)[None]
    with torch.inference_mode():
        found = seen(pixel_values=pixels, **options).attentions
    return [weights[0] for weights in found or ()]


def require_equal(folder: Path, module: Any, processor: Any) -> str:
    """Hold a folder's input and attention against the library's; say which it was."""
    model = vitviz.load_model(folder)
    is_compared = False
    for size in SHAPES:
        picture = photo(size)
        vitviz.trace(model, np.asarray(picture))
        if processor is None:
            continue
        theirs = processor(picture, return_tensors="pt")["pixel_values"]
        std = torch.tensor(model.preprocessing.std)[:, None, None]
        steps = ((made_input(model, picture) - theirs[0]).abs() * 255 * std).flatten()
        assert float(steps.max()) <= 2.02
        assert float((steps > 1.02).float().mean()) <= 1e-3
        # the library's own attention of its own pixels
        exact = vitviz.trace(model, theirs)
        for layer, weights in enumerate(eager_weights(module, theirs)):
            require_sharp(weights)
            if layer in model.adapter.windowed:
                continue
            for head in range(weights.shape[0]):
                ours = torch.from_numpy(exact.matrix(layer, head))
                assert float((ours - weights[head]).abs().max()) <= TOLERANCE
            is_compared = True
    return "equal" if is_compared else "opened"


def made_input(model: vitviz.Model, picture: Any) -> Tensor:
    from vitviz.pictures.preprocessing import placement_for, prepare
    from vitviz.pictures.source import load_image

    source = load_image(np.asarray(picture))
    own = model.preprocessing
    placement = placement_for(source.size, own, model.info.patch_size)
    return torch.from_numpy(prepare(source, placement, own))


# --- the kinds of files ------------------------------------------------------------


def saved(kind: str, folder: Path) -> tuple[Any, Any]:
    """Save a network with its processor; return both."""
    module, processor = network_of(kind), processor_of(kind)
    module.save_pretrained(folder)
    if processor is not None:
        processor.save_pretrained(folder)
    return module, processor


def as_shards(folder: Path, module: Any) -> None:
    """Weights in several files and an index, as the library writes large ones."""
    (folder / "model.safetensors").unlink()
    module.save_pretrained(folder, max_shard_size="20KB")
    assert (folder / "model.safetensors.index.json").is_file()


def as_pickle(folder: Path, module: Any) -> None:
    (folder / "model.safetensors").unlink()
    torch.save(module.state_dict(), folder / "pytorch_model.bin")


def as_pickled_shards(folder: Path, module: Any) -> None:
    (folder / "model.safetensors").unlink()
    state = module.state_dict()
    names = sorted(state)
    where: dict[str, str] = {}
    for number, part in enumerate((names[::2], names[1::2]), 1):
        file = f"pytorch_model-{number:05d}-of-00002.bin"
        torch.save({name: state[name] for name in part}, folder / file)
        where |= dict.fromkeys(part, file)
    index = {"metadata": {"total_size": 1}, "weight_map": where}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))


def as_variant(folder: Path, _module: Any) -> None:
    (folder / "model.safetensors").rename(folder / "model.fp16.safetensors")


def as_run(folder: Path, _module: Any) -> None:
    """A run folder: two checkpoints, of which the newest is opened."""
    new = folder / "checkpoint-1500"
    old = folder / "checkpoint-500"
    files = list(folder.iterdir())
    old.mkdir()
    new.mkdir()
    for file in files:
        shutil.copy(file, new / file.name)
        file.rename(old / file.name)
    (old / "model.safetensors").write_bytes(b"an older one, which is not opened")
    torch.save({"state": {}}, new / "optimizer.pt")
    torch.save({"lr": 0.1}, new / "training_args.bin")


FILES = {
    "safetensors": lambda _folder, _module: None,
    "shards": as_shards,
    "pickle": as_pickle,
    "pickled shards": as_pickled_shards,
    "variant": as_variant,
    "run": as_run,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_is_what_the_library_computes(kind: str, tmp_path: Path) -> None:
    module, processor = saved(kind, tmp_path)
    assert require_equal(tmp_path, module, processor) == "equal"
    said = vitviz.load_model(tmp_path).info.assumed
    has_towers = hasattr(module, "text_model")
    assert said == (("the tower vision_model alone",) if has_towers else ())


@pytest.mark.parametrize("files", sorted(FILES))
def test_every_kind_of_files(files: str, tmp_path: Path) -> None:
    module, processor = saved("vit", tmp_path)
    FILES[files](tmp_path, module)
    assert require_equal(tmp_path, module, processor) == "equal"
    said = vitviz.load_model(tmp_path).info.assumed
    expected = {
        "variant": "the weights in model.fp16.safetensors",
        "run": "checkpoint-1500, the newest of 2 checkpoints",
    }
    assert said == ((expected[files],) if files in expected else ())


@pytest.mark.long
def test_every_kind_in_every_kind_of_files(tmp_path: Path) -> None:
    count: Counter[str] = Counter()
    refused: dict[str, str] = {}
    for kind in ALL_KINDS:
        if not is_installed(kind):
            count["not in this version"] += 1
            continue
        for files, write in FILES.items():
            folder = tmp_path / f"{kind}-{files}"
            module, processor = saved(kind, folder)
            write(folder, module)
            try:
                count[require_equal(folder, module, processor)] += 1
            except (CheckpointError, UnsupportedModelError) as error:
                refused[kind] = str(error)
                count["refused"] += 1
            shutil.rmtree(folder)
    assert count["equal"] >= 17 * len(FILES), count
    # kinds whose tower is not opened as a folder are named
    for kind, why in refused.items():
        assert f"'{kind}'" in why, why


def is_installed(kind: str) -> bool:
    import transformers

    try:
        return transformers.CONFIG_MAPPING[kind] in transformers.MODEL_MAPPING
    except KeyError:
        return False


@pytest.mark.parametrize("kind", ["dinov2", "clip", "vit", "deit"])
def test_without_a_processor_its_family_is_assumed(kind: str, tmp_path: Path) -> None:
    """A DINOv2 with a table for 518 px runs at 224, as it was evaluated."""
    module, _ = saved(kind, tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    made = vitviz.load_model(tmp_path)
    side = 224 if kind == "dinov2" else SIDE
    assert made.preprocessing.size == (side, side)
    expected = {"dinov2": 0.485, "clip": 0.48145466, "vit": 0.5, "deit": 0.485}
    assert made.preprocessing.mean[0] == expected[kind]
    assert any("no preprocessor_config.json" in one for one in made.info.assumed)
    assert f"{side}×{side} px" in made.info.assumed
    del module


# --- what is not plain -------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ("../model.safetensors", "is no name of a file in it"),
        ("/etc/passwd", "is no name of a file in it"),
        ("a/b.safetensors", "is no name of a file in it"),
        ("model-00009-of-00009.safetensors", "which model.safetensors.index.json"),
    ],
)
def test_an_index_names_files_beside_it(part: str, why: str, tmp_path: Path) -> None:
    saved("vit", tmp_path)
    (tmp_path / "model.safetensors").unlink()
    index = {"weight_map": {"a": part}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(CheckpointError, match=why):
        vitviz.load_model(tmp_path)


def test_several_files_without_a_name_are_listed(tmp_path: Path) -> None:
    saved("vit", tmp_path)
    weights = tmp_path / "model.safetensors"
    shutil.copy(weights, tmp_path / "best.safetensors")
    weights.rename(tmp_path / "last.safetensors")
    with pytest.raises(CheckpointError, match=r"best\.safetensors, last\.safetensors"):
        vitviz.load_model(tmp_path)
    (tmp_path / "last.safetensors").unlink()
    assert vitviz.load_model(tmp_path).info.num_layers == 2


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("adapter_model.safetensors", "merge_and_unload"),
        ("__0_0.distcp", "dcp_to_torch"),
        ("tf_model.h5", "from_tf=True"),
    ],
)
def test_weights_of_another_program(name: str, why: str, tmp_path: Path) -> None:
    saved("vit", tmp_path)
    (tmp_path / "model.safetensors").unlink()
    (tmp_path / name).write_bytes(b"\0" * 100)
    with pytest.raises(CheckpointError, match=why):
        vitviz.load_model(tmp_path)


def test_names_of_classes_beside_the_weights(tmp_path: Path) -> None:
    import transformers

    torch.manual_seed(1)
    options = {key: TINY[key] for key in ("hidden_size", "image_size", "patch_size")}
    config = transformers.ViTConfig(
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        num_labels=3,
        **options,
    )
    made = transformers.ViTForImageClassification(config)
    cast("Any", made).save_pretrained(tmp_path)
    (tmp_path / "class_names.txt").write_text("cat\ndog\nbird\n")
    assert vitviz.load_model(tmp_path).info.labels == ("cat", "dog", "bird")
    (tmp_path / "class_names.txt").write_text("cat\ndog\n")
    info = vitviz.load_model(tmp_path).info
    assert info.labels == ("LABEL_0", "LABEL_1", "LABEL_2")
    assert "class_names.txt does not fit the classes" in info.assumed
