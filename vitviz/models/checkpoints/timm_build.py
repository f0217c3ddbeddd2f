"""Building of timm's networks by name around given weights, and timm's model folders.

    require_known, timm_trained      a network by its name
    hub_config, from_config          a folder as timm's hub has it, with a config.json

Preprocessing is what timm's own evaluation transform does.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from vitviz.errors import CheckpointError, Phrase, UnknownModelError
from vitviz.models.catalogue.entries import TIMM_PREFIX
from vitviz.models.checkpoints.checks import MODEL_ERRORS
from vitviz.models.checkpoints.layout import MAX_BLOCKS
from vitviz.pictures.placement import Interpolation, Preprocessing
from vitviz.system.environment import OTHER_MODEL, missing_extra
from vitviz.system.memory import is_out_of_memory


def timm_library(name: str) -> Any:  # noqa: ANN401
    """Return the library, for the model of this name. Raises MissingExtraError."""
    try:
        import timm
    except ImportError:
        raise missing_extra(name, "timm", "timm", OTHER_MODEL) from None
    return timm


def require_known(name: str) -> None:
    """Raise UnknownModelError, with what may be meant, for a name that timm lacks."""
    timm = timm_library(name)
    tagged = name.partition(".")[0]
    if timm.is_model(name):
        known = timm.list_models(f"{tagged}.*", pretrained=True)
        if name == tagged or name in known:
            return
    else:
        known = timm.list_models(pretrained=True) + timm.list_models()
    near = difflib.get_close_matches(name, known, n=1)
    raise UnknownModelError(
        "timm has no model {name}.{hint}",
        name=name,
        hint=Phrase(" Did you mean {name}?", {"name": near[0]}) if near else "",
    )


def timm_trained(
    name: str,
    state: dict[str, Any],
    path: Path,
    dtype: torch.dtype,
    *,
    overlay: Mapping[str, object] | None = None,
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Return timm's network with these weights; `options` go to `timm.create_model`.

    overlay : fields of timm's configuration that differ for these weights.

    Where every name and shape is the network's own, it is built without memory and
    takes copies of the tensors: drawing random weights first takes longer than all
    else. Otherwise timm renames what it knows under other names.

    Raises CheckpointError, MissingExtraError.
    """
    timm = timm_library(name)
    try:
        with contextlib.suppress(NotImplementedError, RuntimeError):
            # what computes with tensors while it is built cannot be built without
            # memory
            with torch.device("meta"):
                module = timm.create_model(name, pretrained=False, **options)
            wanted = {key: tensor.shape for key, tensor in module.state_dict().items()}
            found = {k: getattr(tensor, "shape", None) for k, tensor in state.items()}
            tables = {key for key, _ in module.named_buffers()} - wanted.keys()
            if wanted == found and not tables:
                copies = {k: tensor.to(dtype, copy=True) for k, tensor in state.items()}
                module.load_state_dict(copies, strict=True, assign=True)
                return module
        # handed over as a dictionary, so that timm looks neither into a cache nor
        # into the network
        module = timm.create_model(
            name,
            pretrained=True,
            pretrained_cfg_overlay={**(overlay or {}), "state_dict": state},
            **options,
        )
    except MODEL_ERRORS as error:
        if is_out_of_memory(error):
            raise
        raise misfit(path, f"{TIMM_PREFIX}{name}", error) from error
    module.pretrained_cfg.pop("state_dict", None)
    return module


def misfit(path: Path, name: str, error: Exception) -> CheckpointError:
    """Return the error for a file that does not hold a network's weights."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return CheckpointError(
        "{path} does not hold the weights of {name}: {reason}.",
        path=path.name,
        name=name,
        reason=" ".join(lines[1:2] or lines[:1])[:300].rstrip(".") or "damaged",
    )


def timm_preprocessing(module: Any) -> Preprocessing:  # noqa: ANN401  (timm has no types)
    """Return what timm's evaluation transform does, from the weights' metadata."""
    from timm.data import resolve_model_data_config

    config = resolve_model_data_config(module)
    _, height, width = config["input_size"]
    return Preprocessing(
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
        size=(width, height),
        resize=int(min(height, width) / config["crop_pct"]),
        interpolation=Interpolation[config["interpolation"].upper()],
    )


_CONFIG_BYTES = 1_000_000
# Largest number in a folder's options: a width, a size in pixels.
_MOST = 65_536


def hub_config(folder: Path) -> dict[str, Any] | None:
    """Read the config.json that timm wrote into a folder; None if there is none."""
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
    """Return a model.safetensors' folder with a config.json; None for other files."""
    is_weights = path.name == "model.safetensors"
    return (
        path.parent
        if is_weights and os.path.isfile(path.parent / "config.json")
        else None
    )


def name_of(folder: Path) -> str:
    """Return a folder's name; in the hub's cache that is two above it."""
    whole = folder.absolute()
    if whole.parent.name == "snapshots":
        return whole.parents[1].name.rpartition("--")[2]
    return whole.resolve().name


def from_config(config: dict[str, Any], folder: Path) -> tuple[str, dict[str, Any]]:
    """Return (timm's name, options of `timm.create_model`) that a config asks for.

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
