"""Weights of timm's networks on this machine: its folders, and files of any of them.

A folder as the hub has it says which network it holds. A file does not: its names and
shapes are compared with those of timm's own networks, one after the other.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vitviz.errors import CheckpointError, UnsupportedModelError
from vitviz.images import IMAGENET_MEAN, IMAGENET_STD
from vitviz.models.catalogue import TIMM_PREFIX
from vitviz.models.layout import MAX_BLOCKS, Layout, Tensors
from vitviz.models.timm_vit import TimmAdapter

_log = logging.getLogger(__name__)
_MODULES = (
    "vision_transformer",
    "eva",
    "beit",
    "deit",
    "vision_transformer_sam",
    "vision_transformer_relpos",
)
_WORDS = {192: "tiny", 384: "small", 768: "base", 1024: "large", 1152: "so400m"}
"""In names of networks, by the width they stand for."""
_CONFIG_BYTES = 1_000_000
_MOST = 65_536
"""Of any number in a folder's options; a width, a size in pixels."""


def hub_config(folder: Path) -> dict[str, Any] | None:
    """The config.json of timm's making of a folder; None where there is none."""
    path = folder / "config.json"
    try:
        if not path.is_file() or path.stat().st_size > _CONFIG_BYTES:
            return None
        config = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(config, dict) or "model_type" in config:
        return None
    own = config.get("pretrained_cfg", config)
    is_ours = isinstance(config.get("architecture"), str) and isinstance(own, dict)
    return config if is_ours else None


def folder_of(path: Path) -> Path | None:
    """The folder that says what its model.safetensors is; None for other files."""
    is_weights = path.name == "model.safetensors"
    return (
        path.parent if is_weights and (path.parent / "config.json").is_file() else None
    )


def name_of(folder: Path) -> str:
    """What a folder is called; in the hub's cache that is two above it."""
    whole = folder.absolute()
    if whole.parent.name == "snapshots":
        return whole.parents[1].name.rpartition("--")[2]
    return whole.resolve().name


def from_config(config: dict[str, Any], folder: Path) -> tuple[str, dict[str, Any]]:
    """(timm's name, options of `timm.create_model`) that such a config asks for.

    Raises CheckpointError.
    """
    name, own = config["architecture"], dict(config.get("pretrained_cfg", config))
    options = config.get("model_args") or {}
    for key in ("num_classes", "label_names", "label_descriptions"):
        if config.get(key) is not None:
            own[key] = config[key]
    own.pop("architecture", None)
    is_depth = isinstance(options, dict) and type(options.get("depth", 0)) is int
    if not re.fullmatch(r"\w+", name) or not is_depth:
        raise CheckpointError(
            "The config.json of {folder} names no network of timm.", folder=folder.name
        )
    numbers = [n for n in options.values() if isinstance(n, int | float)]
    if any(abs(n) > _MOST for n in numbers) or options.get("depth", 0) > MAX_BLOCKS:
        raise CheckpointError(
            "The config.json of {folder} asks for a network beyond all measure.",
            folder=folder.name,
        )
    for key in ("mean", "std"):
        if key in own and not _is_triple(own[key]):
            raise CheckpointError(
                "The config.json of {folder} has the {key} {value}, not three numbers.",
                folder=folder.name,
                key=key,
                value=str(own[key])[:40],
            )
    for key in ("source", "file", "url", "hf_hub_id"):  # the weights lie here
        own.pop(key, None)
    return name, {**options, "pretrained_cfg": own}


def _is_triple(values: object) -> bool:
    return (
        isinstance(values, list)
        and len(values) == 3
        and all(isinstance(n, int | float) and 0 <= n < _MOST for n in values)
    )


def twin_of(tensors: Tensors, place: Path) -> Layout | None:
    """The first of timm's networks with exactly these names and shapes; None: none.

    place : of the file; a name of timm's in it, as the hub's cache has it in the name
        of a folder, is tried before all others.
    """
    stem = tensors.get("patch_embed.proj.weight")
    try:
        import timm
    except ImportError:
        return None
    if stem is None or stem.dim() != 4:
        return None
    head = tensors.get("head.weight", tensors.get("head.fc.weight"))
    num_classes = int(head.shape[0]) if head is not None and head.dim() == 2 else 0
    wanted = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    first = {k: v for k, v in wanted.items() if not re.match(r"blocks\.[1-9]", k)}
    found: Layout | None = None
    names: list[str] = []
    for name in _candidates(timm, place, *map(int, stem.shape[::3])):
        if name in names:
            continue
        options: dict[str, Any] = {"num_classes": num_classes}
        module = _without_memory(timm, name, depth=1, **options)  # much sooner made
        if module is None or _differs(module, first) - {"pos_embed"}:
            continue
        if found is not None:
            names.append(name)
            continue
        module = _without_memory(timm, name, **options)
        if module is None:
            continue
        has_table = getattr(module, "pos_embed", None) is not None
        if has_table and _differs(module, wanted) == {"pos_embed"}:
            side = _side(module, wanted["pos_embed"])
            options["img_size"] = side * int(stem.shape[-1])
            module = _without_memory(timm, name, **options)
        if module is not None and not _differs(module, wanted):
            found = _layout(timm, name, options, module, tensors)
            names.append(name)
            if found is not None and name.partition(".")[0] in str(place):
                return found  # it says so itself
    if found is None:
        return None
    # their names and shapes are the same; what they compute need not be
    said = " | ".join([f"{TIMM_PREFIX}{names[0]}", *names[1:]])
    return replace(found, assumed=(said, *found.assumed[1:]))


def _candidates(timm: Any, place: Path, width: int, patch: int) -> Iterator[str]:  # noqa: ANN401
    """Names of timm's, the likelier first."""
    known = [n for one in _MODULES for n in timm.list_models(module=one)]
    named = re.findall(r"[a-z]\w*(?:\.\w+)?", str(place).replace("--", "/"))
    for name in reversed(named):
        base = name.partition(".")[0]
        if base in known:
            is_tagged = name in timm.list_models(f"{base}.*", pretrained=True)
            yield name if is_tagged else base
    fitting = [name for name in known if f"patch{patch}" in name]
    word = _WORDS.get(width)
    yield from (name for name in fitting if word and f"_{word}_" in name)


def _without_memory(timm: Any, name: str, **options: Any) -> nn.Module | None:  # noqa: ANN401
    """A network of timm's that takes no memory; None where it cannot be built so."""
    try:
        with torch.device("meta"):
            module: nn.Module = timm.create_model(name, pretrained=False, **options)
    except Exception:
        # a network that timm cannot build so is none that the file could be told for
        _log.debug("cannot build %s", name, exc_info=True)
        return None
    return module


def _differs(module: nn.Module, wanted: dict[str, tuple[int, ...]]) -> set[str]:
    """Names that only one of them has, or with another shape."""
    found = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    return {name for name, _ in found.items() ^ wanted.items()}


def _side(module: nn.Module, shape: tuple[int, ...]) -> int:
    """Rows of the grid that a position table of that shape is for, or about."""
    own = module.get_parameter("pos_embed").shape
    grid = int(module.patch_embed.num_patches)  # type: ignore[union-attr, arg-type]
    special = own[1] - grid if len(own) == 3 else 0
    return shape[1] if len(shape) == 4 else round(max(shape[1] - special, 1) ** 0.5)


def _layout(
    timm: Any,  # noqa: ANN401
    name: str,
    options: dict[str, Any],
    module: Any,  # noqa: ANN401
    tensors: Tensors,
) -> Layout | None:
    try:
        adapter = TimmAdapter(module)
    except UnsupportedModelError:
        return None
    config, block = module.pretrained_cfg, adapter.blocks[0]
    hidden = [
        tensor.shape[0]
        for key, tensor in tensors.items()
        if key.startswith("blocks.0.mlp.fc1") and tensor.dim() == 2
    ]

    def build() -> nn.Module:
        built: nn.Module = timm.create_model(name, pretrained=False, **options)
        return built

    return Layout(
        "timm",
        "timm",
        build,
        tensors,
        int(module.embed_dim),
        len(adapter.blocks),
        int(getattr(getattr(block, "attn", block), "num_heads", 0)),
        max(hidden, default=0),
        adapter.patch_size[0],
        adapter.own_size[0] // adapter.patch_size[0],
        adapter.prefix_names or (),
        int(options["num_classes"]),
        config.get("mean", IMAGENET_MEAN),
        config.get("std", IMAGENET_STD),
        (f"{TIMM_PREFIX}{name}", "bicubic, no margin"),
    )
