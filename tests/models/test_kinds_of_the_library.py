"""Folders of every kind of the installed transformers that takes pictures.

The list is the library's own: each configuration with patches, with a network for
pictures inside, or with a processor of pictures. A tiny network of random weights is
saved with its processor. Its input is the processor's pixel by pixel, its attention the
library's eager one, its tokens stand row by row; or it is refused with its kind.
"""

# ruff: noqa: ANN401  (the libraries have no types)
from __future__ import annotations

import copy
import importlib
import inspect
import json
import shutil
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

import vitviz
from tests.models.families import sharpen_to
from tests.models.sharpen import require_sharp, sharpen
from tests.models.test_folder_kinds import (
    SHAPES,
    SIDE,
    SPECIAL,
    TINY,
    TOLERANCE,
    made_input,
    processor_of,
)
from tests.models.test_folder_pixels import photo
from vitviz.errors import CheckpointError, ModelError, UnsupportedModelError
from vitviz.models.folders.kinds import VISION

INNER = (
    "vision_config",
    "backbone_config",
    "image_config",
    "encoder",
    "sam_config",
    "image_model_config",
)
# What a tiny language model is made of, beside what a network for pictures is.
TEXT: dict[str, Any] = {
    "d_model": 32,
    "head_dim": 8,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "num_experts": 1,
    "n_layers": 1,
    "num_cls_tokens": 2,
    "num_registers": 3,
    "max_img_size": 2 * SIDE,
    "downsample_channels": [16, 16],
}
ALL_SPECIAL: dict[str, dict[str, Any]] = {
    **SPECIAL,
    "qianfan_ocr_vision": {"image_size": [SIDE, SIDE], "patch_size": [16, 16]},
    "vitpose_backbone": {"image_size": [SIDE, 48], "patch_size": [16, 16]},
    "yolos": {"image_size": [SIDE, SIDE]},
    "flava_image_model": {"mask_token": True},
    "sapiens2": {"num_key_value_attention_heads": 2, "use_qk_norm": True},
}


def kinds_of_the_library() -> list[str]:
    """Every `model_type` that has to do with pictures."""
    import transformers
    from transformers.models.auto import image_processing_auto as auto
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    found = []
    for kind in sorted(CONFIG_MAPPING_NAMES):
        family = transformers.CONFIG_MAPPING[kind]
        taken = inspect.signature(family).parameters
        has_patches = "patch_size" in taken
        if (
            has_patches
            or {*INNER} & {*taken}
            or kind in auto.IMAGE_PROCESSOR_MAPPING_NAMES
        ):
            found.append(kind)
    return found


def options(family: Any) -> dict[str, Any]:
    taken = inspect.signature(family).parameters
    tiny = {**TINY, **TEXT}
    return {key: value for key, value in tiny.items() if key in taken}


def class_of(kind: str) -> Any:
    """The library's network of a kind of tower."""
    import transformers

    family = transformers.CONFIG_MAPPING[kind]
    found = transformers.MODEL_MAPPING.get(family, None)
    if found is not None:
        return found
    place = family.__module__.replace(".configuration_", ".modeling_")
    classes = vars(importlib.import_module(place)).values()
    takes = [
        one
        for one in classes
        if isinstance(one, type)
        and getattr(one, "config_class", None) is family
        and "pixel_values" in inspect.signature(cast("Any", one).forward).parameters
    ]
    endings = ("VisionModel", "ImageModel", "VisionTransformer", "Backbone", "Encoder")
    return next(o for e in endings for o in takes if o.__name__.endswith(e))


def tower_of(kind: str) -> nn.Module:
    import transformers

    torch.manual_seed(11)
    family = transformers.CONFIG_MAPPING[kind]
    config = family(**{**options(family), **ALL_SPECIAL.get(kind, {})})
    module: nn.Module = class_of(kind)(config).eval()
    make_sharp(module)
    return module


def larger_of(kind: str) -> tuple[nn.Module, list[nn.Module]]:
    """A tiny model of that kind, and its networks for pictures."""
    import transformers

    torch.manual_seed(11)
    family = transformers.CONFIG_MAPPING[kind]
    plain = family()
    inner = _inner(plain)
    place = next(key for key in INNER if key in inner)
    tower_kind = inner[place]["model_type"]
    if tower_kind not in VISION:
        deeper = inner[place]
        tower_kind = next(deeper[k]["model_type"] for k in INNER if k in deeper)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = family(**{**options(family), **inner})
        network = transformers.MODEL_MAPPING.get(family, None) or _task_of(family)
        require_small(network, made)
        module = network(made).eval()
    found: dict[str, nn.Module] = {}
    for name, part in module.named_modules():
        config = getattr(part, "config", None)
        is_inside = any(name.startswith(f"{one}.") for one in found)
        if name and not is_inside and getattr(config, "model_type", None) == tower_kind:
            found[name] = part
    if not found:
        raise LookupError(kind)
    return module, [*found.values()]


def _inner(config: Any) -> dict[str, Any]:
    """Tiny values of the configurations inside another, each with its kind."""
    import transformers

    found = {}
    for key in getattr(type(config), "sub_configs", None) or {}:
        one = getattr(config, key, None)
        if not isinstance(one, transformers.PretrainedConfig):
            continue
        special = ALL_SPECIAL.get(one.model_type, {})
        values = {**options(type(one)), **special, **_inner(one)}
        found[key] = {"model_type": one.model_type, **values}
    return found


def _task_of(family: Any) -> Any:
    place = family.__module__.replace(".configuration_", ".modeling_")
    classes = vars(importlib.import_module(place)).values()
    return next(
        one
        for one in classes
        if isinstance(one, type)
        and getattr(one, "config_class", None) is family
        and "For" in one.__name__
    )


def require_small(network: Any, config: Any) -> None:
    with torch.device("meta"):
        made = network(copy.deepcopy(config))
    count = sum(parameter.numel() for parameter in made.parameters())
    if count > 100_000_000:
        raise MemoryError(f"{count:,} numbers")


# --- the library's own numbers -------------------------------------------------------


def run_of(module: Any, pixels: Tensor) -> None:
    """Run a network on pixels, all of whose patches are of the picture."""
    taken = inspect.signature(type(module).forward).parameters
    extra: dict[str, Any] = {}
    if "output_attentions" in taken:
        extra["output_attentions"] = True
    if hasattr(module.config, "mask_ratio"):
        module.config.mask_ratio = 0.0
        extra["noise"] = torch.arange((pixels.shape[-1] // 16) ** 2)[None]
    with torch.inference_mode():
        module(pixel_values=pixels, **extra)


def eager_weights(module: Any, pixels: Tensor) -> list[Tensor]:
    """The weights (H, N, N) that the library's attention modules return, in order."""
    # some kinds choose their attention when they are built, and not later
    config = copy.deepcopy(module.config)
    eager = type(module)._from_config(config, attn_implementation="eager").eval()
    eager.load_state_dict(module.state_dict())
    found: list[Tensor] = []

    def keep(_part: object, _args: object, output: object) -> None:
        parts = output[1:] if isinstance(output, tuple) else ()
        for one in parts:
            if not isinstance(one, Tensor) or one.shape[-1] != one.shape[-2]:
                continue
            weights = one[0] if one.dim() == 4 else one
            is_new = not found or not torch.equal(found[-1], weights)
            if one.dim() >= 3 and is_new:  # which outer modules hand on
                found.append(weights)
            break

    for part in eager.modules():
        if "ttention" in type(part).__name__:
            part.register_forward_hook(keep)
    run_of(eager, pixels)
    return found


def make_sharp(tower: nn.Module) -> None:
    """Make attention of random weights sharp, whatever way it is computed."""
    pixels = torch.randn(1, 3, *own_sides(tower))
    with torch.no_grad():
        for parameter in tower.parameters():
            flat = parameter.flatten()
            if parameter.dim() < 2 or not flat.numel():
                continue
            if float(flat.max() - flat.min()) < 1e-3:  # BLIP's
                parameter.normal_(0, 0.05)
    sharpen_to(tower, lambda module: run_of(module, pixels))
    for _ in range(12):
        weights = eager_weights(tower, pixels)
        if all(float(one.max()) > 8 / one.shape[-1] for one in weights):
            return
        sharpen(tower, 2.0)


def own_sides(tower: Any) -> tuple[int, int]:
    """Height and width that a network is made for."""
    side = tower.config.image_size
    height, width = side if isinstance(side, list | tuple) else (side, side)
    return height, width


def require_equal_rows(folder: Path, tower: nn.Module) -> None:
    """Hold a folder's attention against the library's eager path of that network."""
    torch.manual_seed(3)
    pixels = torch.randn(1, 3, *own_sides(tower))
    model = vitviz.load_model(folder)
    exact = vitviz.trace(model, pixels)
    eager = eager_weights(tower, pixels)
    assert len(eager) == exact.num_layers
    for layer, weights in enumerate(eager):
        if layer in model.adapter.windowed:
            continue
        if weights.shape[-1] > 8:
            require_sharp(weights)
        for head in range(weights.shape[0]):
            ours = torch.from_numpy(exact.matrix(layer, head))
            assert float((ours - weights[head]).abs().max()) <= TOLERANCE
    require_row_by_row(model, pixels)


def require_one_of(folder: Path, towers: list[nn.Module]) -> None:
    """Hold a folder against the network for pictures that it is to be."""
    for number, tower in enumerate(towers):
        try:
            return require_equal_rows(folder, tower)
        except AssertionError:
            if number == len(towers) - 1:
                raise


def require_row_by_row(model: vitviz.Model, pixels: Tensor) -> None:
    """Change one patch of the input: the token of that row and column changes.

    It is found among the states that enter the first block.
    """
    states: list[Tensor] = []

    def keep(_part: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        state = args[0] if args else kwargs["hidden_states"]
        if state.dim() == 4 and state.shape[-1] != model.info.width:  # ViTDet's
            state = state.permute(0, 2, 3, 1)
        states.append(state.reshape(-1, state.shape[-1]).clone())

    width, height = model.info.patch_size
    row, col = (
        min(n, s // p - 1)
        for n, s, p in zip((1, 2), pixels.shape[-2:], (height, width))
    )
    changed = pixels.clone()
    changed[
        ..., row * height : (row + 1) * height, col * width : (col + 1) * width
    ] += 1
    size = (pixels.shape[-1], pixels.shape[-2])
    handle = model.adapter.blocks[0].register_forward_pre_hook(keep, with_kwargs=True)
    with model.adapter.ready(size), torch.inference_mode():
        model.adapter.forward(pixels)
        model.adapter.forward(changed)
    handle.remove()
    before, after = states
    moved = (before - after).abs().amax(-1)
    prefix = len(model.adapter.prefix_names or ())
    assert int(moved.argmax()) == prefix + row * (pixels.shape[-1] // width) + col
    # ViTPose's patches overlap by two pixels
    assert int(moved.count_nonzero()) <= 5


def compared_pixels(folder: Path, processor: Any) -> str:
    """Hold a folder's input against its processor's; say what it came to.

    Raises AssertionError for pixels that differ though nothing is said of it.
    """
    model = vitviz.load_model(folder)
    said = " ".join(model.info.assumed)
    for size in SHAPES:
        picture = photo(size)
        theirs = processor(picture, return_tensors="pt").get("pixel_values")
        ours = made_input(model, picture)
        is_one = isinstance(theirs, Tensor) and theirs.shape[1:] == ours.shape
        std = torch.tensor(model.preprocessing.std)[:, None, None]
        steps = ((ours - theirs[0]).abs() * 255 * std).flatten() if is_one else None
        is_equal = (
            steps is not None
            and float(steps.max()) <= 2.02
            and float((steps > 1.02).float().mean()) <= 1e-3
        )
        if not is_equal:
            assert any(one in said for one in NOT_FOLLOWED), (
                f"other pixels, and nothing is said: {said or 'nothing assumed'}"
            )
            return "processor is said not to be followed"
    return "equal pixels"


NOT_FOLLOWED = ("is read as one", "not understood", "is not followed")


# --- what it comes to ----------------------------------------------------------------


@dataclass
class Written:
    """A folder: its towers if they could be made, its processor if there is one."""

    towers: list[nn.Module]
    processor: Any = None
    why: str = ""


def as_written(kind: str, folder: Path) -> Written:
    """Save a tiny model of that kind with its processor.

    Where none can be made: its configuration, and a tensor in place of the weights.
    """
    import transformers

    try:
        if kind in VISION:
            module = tower_of(kind)
            towers = [module]
        else:
            module, towers = larger_of(kind)
            for tower in towers:
                if cast("Any", tower).config.model_type in VISION:
                    make_sharp(tower)
        cast("Any", module).save_pretrained(folder)
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            values = transformers.CONFIG_MAPPING[kind]().to_dict()
        except Exception:
            values = {}
        text = json.dumps({**values, "model_type": kind}, default=str)
        (folder / "config.json").write_text(text)
        weights = {"a": torch.zeros(1)}
        safetensors.torch.save_file(weights, folder / "model.safetensors")
        return Written([], why=f"{type(error).__name__}: {error}"[:120])
    processor = None
    try:
        processor = processor_of(kind)
        if processor is not None:
            processor(photo(SHAPES[1]), return_tensors="pt")
            processor.save_pretrained(folder)
    except Exception:  # needs a library that is not installed
        processor = None
    return Written(towers, processor)


def require_exact_by_wrap(folder: Path) -> None:
    """Follow the advice: load it with the library, and wrap what that returns."""
    import transformers

    for name in ("AutoModel", "AutoModelForDepthEstimation"):
        try:
            module = getattr(transformers, name).from_pretrained(folder)
        except ValueError:  # not of this class's kinds
            continue
        traced = vitviz.trace(vitviz.wrap(module), photo(SHAPES[1]))
        assert traced.max_error < 1e-5
        return
    raise AssertionError("no class of the library loads it")


def outcome(kind: str, folder: Path) -> str:
    """What a folder of that kind comes to. Raises AssertionError for what is wrong."""
    written = as_written(kind, folder)
    try:
        vitviz.load_model(folder)
    except (CheckpointError, UnsupportedModelError) as error:
        text = str(error)
        if "cannot be shown" in text or "computes attention only in code" in text:
            return "refused with the reason"
        if f"'{kind}'" in text:
            return "refused by its kind"
        if not written.towers:
            return f"no tiny network: {written.why}"
        if "use vitviz.wrap(model)" in text:
            require_exact_by_wrap(folder)
            return "refused, and exact as it advises"
        return f"refused: {text}"
    assert written.towers
    require_one_of(folder, written.towers)
    if written.processor is None:
        return "equal, no processor"
    return f"equal, {compared_pixels(folder, written.processor)}"


QUICK = {
    "blip": "equal, equal pixels",
    "dpt": "equal, equal pixels",
    "idefics3": "equal, processor is said not to be followed",
    "paligemma": "equal, equal pixels",
    "sam": "equal, equal pixels",
    "swin": "refused with the reason",
    "detr": "refused with the reason",
    "qwen2_vl": "refused with the reason",
    "bert": "refused with the reason",
}


@pytest.mark.parametrize("kind", QUICK)
def test_a_kind_of_the_library(kind: str, tmp_path: Path) -> None:
    assert outcome(kind, tmp_path / kind) == QUICK[kind]


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_kind_of_the_library(tmp_path: Path) -> None:
    kinds = kinds_of_the_library()
    by_outcome: dict[str, list[str]] = {}
    for kind in kinds:
        folder = tmp_path / kind
        folder.mkdir()
        try:
            found = outcome(kind, folder)
        except (AssertionError, ModelError, Exception) as error:
            found = f"wrong: {type(error).__name__}: {error}"[:300]
        print(f"{kind}: {found}", flush=True)  # noqa: T201  # should time run out
        by_outcome.setdefault(found, []).append(kind)
        shutil.rmtree(folder)
    count: Counter[str] = Counter()
    for found, names in sorted(by_outcome.items()):
        print(f"{len(names)} {found}: {', '.join(names)}")  # noqa: T201
        count[found.partition(":")[0]] += len(names)
    print(f"{len(kinds)} kinds: {dict(count)}")  # noqa: T201
    assert not count["wrong"]
    assert not count["refused"]
