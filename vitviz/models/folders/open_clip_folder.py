"""Folders written by open_clip: open_clip_config.json beside weights of both towers.

The image tower is read as a file of weights is; the configuration adds how a picture
becomes the input. It is data: nothing in it is looked up.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from vitviz.domain.placement import Fit, PlacementDetails
from vitviz.errors import CheckpointError
from vitviz.models.checkpoints.config import MAX_SIDE, read_config, short
from vitviz.models.checkpoints.open import load_checkpoint
from vitviz.models.checkpoints.timm_build import is_triple
from vitviz.models.folders.folder_weights import weight_files
from vitviz.models.model import Model
from vitviz.pictures.preprocessing import (
    CLIP_MEAN,
    CLIP_STD,
    Interpolation,
    Preprocessing,
)

_FILE = "open_clip_config.json"
_FITS = {"shortest": Fit.CROP, "longest": Fit.LETTERBOX, "squash": Fit.SQUEEZE}
_KEYS = ("fill_color", "interpolation", "mean", "mode", "resize_mode", "size", "std")


def is_open_clip(folder: Path) -> bool:
    """Return whether open_clip wrote the folder."""
    return os.path.isfile(folder / _FILE)


def load_open_clip(folder: Path, *, device: torch.device, dtype: torch.dtype) -> Model:
    """Return the image tower of a folder of open_clip's.

    Raises CheckpointError and what `load_checkpoint` raises.
    """
    config = read_config(folder / _FILE, folder)
    found = weight_files(folder)
    if found.index is not None:
        raise CheckpointError(
            "{folder} holds open_clip's weights in parts, which are not read. Save "
            "them in one file.",
            folder=folder.name,
        )
    made = load_checkpoint(found.path, device=device, dtype=dtype)
    steps = config.get("preprocess_cfg") or {}
    side = _side_of(config, made.preprocessing.size)
    if not isinstance(steps, dict):
        raise _unusable(folder, "preprocess_cfg", steps)
    unknown = tuple(
        f"{short(key)} in {_FILE} is not understood"
        for key in steps
        if key not in _KEYS
    )
    # the phrases on statistics and margin are replaced by what the folder says
    known = ("mean and deviation", "bicubic")
    said = [one for one in made.info.assumed if not any(k in one for k in known)]
    info = replace(made.info, assumed=(*found.said, *said, *unknown))
    own = _preprocessing(steps, side, folder)
    return replace(made, info=info, preprocessing=own)


def _side_of(config: Mapping[str, Any], own: tuple[int, int]) -> object:
    """Return the size that the network was made for, as the configuration has it."""
    inner: Any = config
    for key in ("model_cfg", "vision_cfg"):
        inner = inner.get(key) if isinstance(inner, dict) else None
    size = inner.get("image_size") if isinstance(inner, dict) else None
    return list(own[::-1]) if size is None else size


def _preprocessing(
    steps: Mapping[str, Any], side: object, folder: Path
) -> Preprocessing:
    """Return what open_clip's evaluation transform does. Raises CheckpointError."""
    size = steps.get("size")
    height, width = _sides(side if size is None else size, folder)
    statistics = []
    for key, default, least in (("mean", CLIP_MEAN, -100.0), ("std", CLIP_STD, 1e-6)):
        value = steps.get(key)
        value = list(default) if value is None else value
        if not is_triple(value, least):
            raise _unusable(folder, key, value)
        statistics.append((float(value[0]), float(value[1]), float(value[2])))
    name = steps.get("interpolation") or "bicubic"
    mode = steps.get("resize_mode") or "shortest"
    if name not in ("bicubic", "bilinear"):
        raise _unusable(folder, "interpolation", name)
    if mode not in _FITS:
        raise _unusable(folder, "resize_mode", mode)
    fill = steps.get("fill_color") or 0
    if type(fill) is not int or not 0 <= fill <= 255:
        raise _unusable(folder, "fill_color", fill)
    colour = fill / 255
    fit = _FITS[mode]
    return Preprocessing(
        mean=statistics[0],
        std=statistics[1],
        size=(width, height),
        resize=None,
        interpolation=Interpolation[name.upper()],
        fit=fit,
        details=PlacementDetails(),
        padding=(colour, colour, colour) if fit is Fit.LETTERBOX else None,
    )


def _sides(size: object, folder: Path) -> tuple[int, int]:
    """Return (height, width). Raises CheckpointError."""
    sides: list[Any] = size if isinstance(size, list) else [size, size]
    is_right = len(sides) == 2 and all(
        type(side) is int and 1 <= side <= MAX_SIDE for side in sides
    )
    if not is_right:
        raise _unusable(folder, "size", size)
    return sides[0], sides[1]


def _unusable(folder: Path, key: str, value: object) -> CheckpointError:
    return CheckpointError(
        "{file} in {folder} cannot be used: {key} is {value}.",
        file=_FILE,
        folder=folder.name,
        key=key,
        value=short(value),
    )
