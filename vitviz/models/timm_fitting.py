"""Whether a network of timm's has exactly the names and shapes of a file."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from vitviz.errors import UnsupportedModelError
from vitviz.failures import NETWORK_ERRORS
from vitviz.models.catalogue import TIMM_PREFIX
from vitviz.models.layout import MAX_BLOCKS, Layout, Tensors
from vitviz.models.timm_build import timm_preprocessing
from vitviz.models.timm_vit import TimmAdapter
from vitviz.pictures.placement import Interpolation

_log = logging.getLogger(__name__)
_OF_TRAINING = {
    "drop_rate",
    "grad_checkpointing",
    "init_values",
    "no_embed_class",
    "num_classes",
    "training",
    "weight_init_mode",
}
"""Attributes of modules that do not change what a forward pass computes, or that
names and shapes tell."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A network of timm's with exactly a file's names and shapes, without memory."""

    name: str
    options: dict[str, Any]
    module: Any


def is_of_timm(tensors: Tensors) -> bool:
    """Whether a network of timm's may have these names."""
    return any(name.startswith("patch_embed.") for name in tensors)


def begins_alike(timm: Any, name: str, tensors: Tensors) -> bool:  # noqa: ANN401
    """Whether all but the later blocks have these names and shapes.

    A network of one block is much sooner made; some cannot be.
    """
    options: dict[str, Any] = {"num_classes": num_classes_of(tensors)}
    module = without_memory(timm, name, depth=1, **options)
    if module is None:
        module = without_memory(timm, name, **options)
    if module is None:
        return False
    beyond = re.compile(r"blocks\.[1-9]")
    differing = {n for n in _differing(module, tensors) if not beyond.match(n)}
    has_both = "pos_embed" in tensors and getattr(module, "pos_embed", None) is not None
    # a table of angles holds those of all blocks
    return not differing - {"rope.freqs"} - ({"pos_embed"} if has_both else set())


def fitted(
    timm: Any,  # noqa: ANN401
    name: str,
    tensors: Tensors,
    *,
    is_said: bool = False,
) -> Twin | None:
    """The network of that name if it has exactly these names and shapes.

    is_said : it may have another number of blocks than timm's.
    """
    options: dict[str, Any] = {"num_classes": num_classes_of(tensors)}
    module = without_memory(timm, name, **options)
    depth = len({n.split(".")[1] for n in tensors if n.startswith("blocks.")})
    blocks = getattr(module, "blocks", ())
    if is_said and 0 < depth <= MAX_BLOCKS and depth != len(blocks):
        options["depth"] = depth
        module = without_memory(timm, name, **options)
    if module is None:
        return None
    differing = _differing(module, tensors)
    has_table = getattr(module, "pos_embed", None) is not None
    if differing == {"pos_embed"} and has_table and "pos_embed" in tensors:
        side = side_of(module, tuple(tensors["pos_embed"].shape))
        options["img_size"] = side * patch_of(module)
        module = without_memory(timm, name, **options)
        differing = {"it"} if module is None else _differing(module, tensors)
    return None if differing else Twin(name, options, module)


def names_of(timm: Any, *modules: str) -> list[str]:  # noqa: ANN401
    return [name for one in modules for name in timm.list_models(module=one)]


def without_memory(timm: Any, name: str, **options: Any) -> Any:  # noqa: ANN401
    """A network of timm's that takes no memory; None where it cannot be built so."""
    try:
        with torch.device("meta"):
            return timm.create_model(name, pretrained=False, **options)
    except NETWORK_ERRORS:
        # a network that timm cannot build so is none that the file could be told for
        _log.debug("cannot build %s", name, exc_info=True)
        return None


def _differing(module: nn.Module, tensors: Tensors) -> set[str]:
    """Names that only one of them has, or with another shape."""
    own = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    return {name for name, _ in own.items() ^ found.items()}


def num_classes_of(tensors: Tensors) -> int:
    for name in ("head.weight", "head.fc.weight", "visual.head.proj.weight"):
        if name in tensors and tensors[name].dim() == 2:
            return int(tensors[name].shape[0])
    for name in ("visual.proj", "proj"):  # CLIP's, the other way round
        if name in tensors and tensors[name].dim() == 2:
            return int(tensors[name].shape[1])
    return 0


def patch_of(module: Any) -> int:  # noqa: ANN401
    """Rows of the picture for a row of patches, of a convolutional stem as well."""
    return int(module.patch_embed.feat_ratio(as_scalar=False)[0])


def side_of(module: Any, shape: tuple[int, ...]) -> int:  # noqa: ANN401
    """Rows of the grid that a position table of that shape is for, or about."""
    own = module.pos_embed.shape
    special = own[1] - int(module.patch_embed.num_patches) if len(own) == 3 else 0
    count = shape[-2] - special
    return shape[1] if len(shape) == 4 else round(max(count, 1) ** 0.5)


def computed_by(module: nn.Module) -> frozenset[tuple[str, str, str]]:
    """What a forward pass does besides names and shapes: kinds and plain attributes.

    Two networks of one library with equal ones compute the same.
    """
    facts = []
    for place, part in module.named_modules():
        facts.append((place, "", type(part).__name__))
        for name, value in vars(part).items():
            if name.startswith("_") or name in _OF_TRAINING or name.endswith("_cfg"):
                continue
            if callable(value):
                facts.append((place, name, getattr(value, "__name__", "")))
            elif value is None or isinstance(value, int | float | str | tuple):
                facts.append((place, name, repr(value)))
    return frozenset(facts)


def layout_of(
    timm: Any,  # noqa: ANN401
    twin: Twin,
    tensors: Tensors,
    *,
    is_said: bool = False,
) -> Layout | None:
    """What a twin is; None where its attention cannot be shown."""
    try:
        adapter = TimmAdapter(twin.module)
    except UnsupportedModelError:
        return None
    block, own = adapter.blocks[0], timm_preprocessing(twin.module)
    width, height = adapter.own_size
    if not is_said or own.size != adapter.own_size:
        own = replace(
            own,
            size=adapter.own_size,
            resize=None,
            interpolation=Interpolation.BICUBIC,
        )
    hidden = [
        tensor.shape[0]
        for key, tensor in tensors.items()
        if key.startswith("blocks.0.mlp.fc1") and tensor.dim() == 2
    ]

    def build() -> nn.Module:
        built: nn.Module = timm.create_model(
            twin.name, pretrained=False, **twin.options
        )
        return built

    return Layout(
        "timm",
        "timm",
        build,
        tensors,
        int(twin.module.embed_dim),
        len(adapter.blocks),
        int(getattr(getattr(block, "attn", block), "num_heads", 0)),
        max(hidden, default=0),
        adapter.patch_size[0],
        (height // adapter.patch_size[1], width // adapter.patch_size[0]),
        adapter.prefix_names or (),
        int(twin.options["num_classes"]),
        own.mean,
        own.std,
        (f"{TIMM_PREFIX}{twin.name}", "bicubic, no margin"),
        preprocessing=own,
    )
