"""Folders as timm's hub has them: what their config.json says of the network."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from vitviz.errors import CheckpointError
from vitviz.models.layout import MAX_BLOCKS

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
