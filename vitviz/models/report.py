"""What a checkpoint holds, on one screen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch

from vitviz.errors import CheckpointError, VitvizError
from vitviz.images import Preprocessing
from vitviz.models.checkpoint_files import read_state
from vitviz.models.checkpoints import (
    Examination,
    broken_numbers,
    examine,
    preprocessing_of,
)
from vitviz.models.transformers_vit import load_folder

Lines = list[tuple[str, str]]
_SHOWN = 5


def describe(path: Path) -> tuple[Lines, VitvizError | None]:
    """(heading, text) lines of a file or folder, and why it cannot be used.

    What could be told before the problem was met is among the lines.

    Raises CheckpointError for what is no checkpoint at all.
    """
    if path.is_dir():
        return _describe_folder(path)
    state = read_state(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    lines = [
        ("file", path.name),
        ("kind", state.kind.value),
        ("size", f"{state.size_bytes:,} bytes"),
        ("SHA-256", f"{digest} (not verified: nobody published it to vitviz)"),
    ]
    try:
        found, _ = examine(path)
    except VitvizError as error:
        return lines, error
    lines += _network(found)
    return lines, broken_numbers(found) if found.not_finite else None


def _network(found: Examination) -> Lines:
    layout = found.layout
    side, patches = layout.image_size, layout.grid**2
    tokens = patches + len(layout.prefix_names)
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
            f"{side}×{side} px: {tokens} tokens, grid {layout.grid}×{layout.grid}",
        ),
        ("special tokens", ", ".join(layout.prefix_names) or "none"),
        ("classes", str(layout.num_classes) if layout.num_classes else "no head"),
        ("labels", "numbers" if layout.num_classes else "none"),
        ("preprocessing", prepared(preprocessing_of(layout))),
        ("assumed", ", ".join(layout.assumed)),
        ("not finite", broken or "none"),
        ("set aside", _listed(found.set_aside)),
        ("differences", "none: every name and shape matches"),
    ]


def _describe_folder(folder: Path) -> tuple[Lines, VitvizError | None]:
    """A transformers folder: what its config says, its weights compared with it."""
    adapter, preprocessing, labels, weights = load_folder(
        folder, device=torch.device("cpu"), dtype=torch.float32
    )
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    width, height = preprocessing.size
    columns, rows = width // adapter.patch_size[0], height // adapter.patch_size[1]
    prefix = adapter.prefix_names or ()
    config = adapter.config
    num_parameters = sum(one.numel() for one in adapter.module.parameters())
    broken = {
        name: count
        for name, tensor in adapter.module.state_dict().items()
        if (count := int((~torch.isfinite(tensor)).sum()))
    }
    lines = [
        ("folder", folder.resolve().name),
        ("kind", "transformers folder, safetensors"),
        ("size", f"{weights.stat().st_size:,} bytes"),
        ("SHA-256", digest),
        ("naming", f"transformers {type(adapter.module).__name__}"),
        (
            "architecture",
            f"{len(adapter.blocks)} layers, {config.num_attention_heads} heads, width "
            f"{config.hidden_size}, patch {adapter.patch_size[0]}",
        ),
        ("parameters", f"{num_parameters:,}"),
        (
            "native size",
            f"{width}×{height} px: {rows * columns + len(prefix)} tokens, "
            f"grid {rows}×{columns}",
        ),
        ("special tokens", ", ".join(prefix) or "none"),
        ("classes", str(len(labels)) if labels else "no head"),
        ("labels", _listed(labels or ())),
        ("preprocessing", prepared(preprocessing)),
        ("not finite", _listed([f"{n:,} in {name}" for name, n in broken.items()])),
        ("differences", "none: every name and shape matches"),
    ]
    if not broken:
        return lines, None
    name, count = next(iter(broken.items()))
    return lines, CheckpointError(
        "{folder} holds numbers that are not finite (NaN or infinity): {count:,} in "
        "{name}.",
        folder=folder.name,
        count=count,
        name=name,
    )


def prepared(own: Preprocessing) -> str:
    """How a picture becomes the input, in one line."""
    width, height = own.size
    resized = f"shorter side to {own.resize} px, " if own.resize else ""
    numbers = " · ".join(
        " ".join(f"{value:.4g}" for value in values) for values in (own.mean, own.std)
    )
    return (
        f"{resized}centre {width}×{height} px, {own.interpolation.name.lower()}, "
        f"mean and deviation {numbers}"
    )


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
