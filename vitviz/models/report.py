"""Report of what a file or folder of weights holds, as lines of text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import torch

from vitviz.domain.placement import Fit
from vitviz.errors import VitvizError
from vitviz.models.adapters.transformers import TransformersAdapter
from vitviz.models.catalogue.entries import split_network
from vitviz.models.checkpoints.checks import broken_numbers, not_finite
from vitviz.models.checkpoints.layout import Layout
from vitviz.models.checkpoints.open import Examination, examine, preprocessing_of
from vitviz.models.checkpoints.read import read_state
from vitviz.models.file_choices import choices_of
from vitviz.models.folders.adapter_folder import folder_of_adapter
from vitviz.models.folders.folder_weights import folder_of
from vitviz.models.load import load_folder
from vitviz.pictures.preprocessing import Preprocessing

Lines = list[tuple[str, str]]
_SHOWN = 5


def describe(what: str) -> tuple[Lines, VitvizError | None]:
    """Return (heading, text) lines of a file or folder, and why it cannot be used.

    what : its path, `timm:NAME=PATH` or another text of `models.file_choices`.

    What was known before the problem was met is among the lines.

    Raises CheckpointError for what is no checkpoint at all.
    """
    network, place = split_network(what)
    path = Path(place)
    folder = folder_of_adapter(path) or folder_of(path) or path
    choices = choices_of(network)
    tower, base = choices.tower, choices.base
    alone = (None, f"tower={tower}", f"base={base}")
    if os.path.isdir(folder) and network in alone:
        return _describe_folder(folder, tower, base)
    state = read_state(path)
    lines = [
        ("file", path.name),
        ("kind", state.kind.value),
        ("size", f"{state.size_bytes:,} bytes"),
        ("SHA-256", f"{state.sha256} (not verified: nobody published it to vitviz)"),
    ]
    try:
        found, _ = examine(path, network=network)
    except VitvizError as error:
        return lines, error
    lines += _network(found)
    broken = found.not_finite
    return lines, broken_numbers(path.name, broken) if broken else None


def _network(found: Examination) -> Lines:
    """Return the lines of a network that was recognised."""
    layout = found.layout
    (width, height), (rows, cols) = layout.image_size, layout.grid
    tokens = rows * cols + len(layout.prefix_names)
    broken = ", ".join(f"{count:,} in {name}" for name, count in found.not_finite[:3])
    return [
        ("wrapper", " › ".join(found.wrapper) or "none"),
        ("naming", layout.naming),
        ("built with", layout.library),
        (
            "architecture",
            f"{layout.depth} layers, {layout.num_heads} heads, width {layout.width}, "
            f"MLP {layout.mlp_width}, patch {layout.patch_size} "
            f"(nearest: {layout.nearest})",
        ),
        ("parameters", f"{found.num_parameters:,} ({', '.join(found.dtypes)})"),
        (
            "native size",
            f"{width}×{height} px: {tokens} tokens, grid {rows}×{cols}",
        ),
        ("special tokens", ", ".join(layout.prefix_names) or "none"),
        ("classes", _classes(layout)),
        ("labels", "numbers" if _classes(layout).isdecimal() else "none"),
        ("preprocessing", prepared(preprocessing_of(layout))),
        ("assumed", ", ".join(layout.assumed) or "nothing"),
        ("not finite", broken or "none"),
        ("set aside", _counted(found.set_aside)),
        ("differences", "none: every name and shape matches"),
    ]


def _classes(layout: Layout) -> str:
    """Return the number of classes, or what the last layer is instead."""
    if layout.is_projection:
        return f"none: a projection into {layout.num_classes} numbers"
    return str(layout.num_classes) if layout.num_classes else "no head"


def _describe_folder(
    folder: Path, tower: str | None, base: str | None
) -> tuple[Lines, VitvizError | None]:
    """Describe a folder of transformers or timm: its config and its weights."""
    model = load_folder(
        folder,
        device=torch.device("cpu"),
        dtype=torch.float32,
        tower=tower,
        base=base,
    )
    info, adapter, weights = model.info, model.adapter, model.info.weights_path
    assert weights is not None
    width, height = model.preprocessing.size
    columns, rows = width // info.patch_size[0], height // info.patch_size[1]
    prefix, labels = adapter.prefix_names or (), info.labels
    library = "transformers" if isinstance(adapter, TransformersAdapter) else "timm"
    if isinstance(adapter, TransformersAdapter):
        heads = adapter.config.num_attention_heads
    else:
        heads = getattr(getattr(adapter.blocks[0], "attn", None), "num_heads", "?")
    broken = not_finite(adapter.module.state_dict())
    lines = [
        ("folder", info.name),
        ("kind", f"{library} folder, safetensors"),
        ("size", f"{weights.stat().st_size:,} bytes"),
        ("SHA-256", info.weights_sha256 or "none"),
        ("naming", f"{library} {type(adapter.module).__name__}"),
        (
            "architecture",
            f"{info.num_layers} layers, {heads} heads, width {info.width}, "
            f"patch {info.patch_size[0]}",
        ),
        ("parameters", f"{info.num_parameters:,}"),
        (
            "native size",
            f"{width}×{height} px: {rows * columns + len(prefix)} tokens, "
            f"grid {rows}×{columns}",
        ),
        ("special tokens", ", ".join(prefix) or "none"),
        ("pooling head", "yes: --query pool" if adapter.has_pool else "none"),
        ("classes", str(len(labels)) if labels else "no head"),
        ("labels", _listed(labels or ())),
        ("preprocessing", prepared(model.preprocessing)),
        ("assumed", ", ".join(info.assumed) or "nothing"),
        ("not finite", _listed([f"{count:,} in {name}" for name, count in broken])),
        ("set aside", _counted(info.set_aside)),
        ("differences", "none: every name and shape matches"),
    ]
    return lines, broken_numbers(info.name, broken) if broken else None


def prepared(own: Preprocessing) -> str:
    """Return in one line how a picture becomes the input."""
    width, height = own.size
    before = own.resize if isinstance(own.resize, tuple) else (own.resize,) * 2
    size = f"{width}×{height} px"
    if not own.details.is_resized:
        resized = "not resized, "
    elif own.fit is Fit.CROP and own.resize:
        resized = f"shorter side to {before[0]} px, "
    elif own.fit is Fit.SQUEEZE and own.resize:
        resized = f"squeezed to {before[0]}×{before[1]} px, "
    elif own.fit is Fit.LETTERBOX and own.resize and own.resize != max(own.size):
        resized = f"longer side to {before[0]} px, "
    else:
        resized = ""
    placed = {
        Fit.CROP: f"centre {size}",
        Fit.SQUEEZE: f"centre {size}" if own.resize else f"squeezed to {size}",
        Fit.LETTERBOX: f"padded to {size}",
        Fit.WHOLE: f"the whole picture, shorter side {min(own.size)} px",
    }[own.fit]
    if own.details.scales_least:
        placed = f"the whole picture, one side as of {size}"
    if own.details.multiple > 1:
        placed += f", sides in multiples of {own.details.multiple} px"
    if own.fit is Fit.WHOLE and isinstance(own.resize, tuple):
        placed = f"the whole picture within {size}"
    numbers = " · ".join(
        " ".join(f"{value:.4g}" for value in values)
        for values in (own.band_mean or own.mean, own.band_std or own.std)
    )
    if own.band_mean:
        numbers += f" of {len(own.band_mean)} bands"
    order = ", blue before red" if own.is_bgr else ""
    return (
        f"{resized}{placed}, {own.interpolation.name.lower()}, "
        f"mean and deviation {numbers}{order}"
    )


def _counted(names: Sequence[str]) -> str:
    """Return the first names and, if there are more, how many there are."""
    return _listed(names) + (f" ({len(names)} in all)" if len(names) > _SHOWN else "")


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
