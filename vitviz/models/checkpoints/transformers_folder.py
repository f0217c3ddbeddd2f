"""Folders written by transformers: configuration, weights and preprocessing."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from vitviz.errors import CheckpointError
from vitviz.models.adapters.transformers import TransformersAdapter
from vitviz.models.checkpoints.checks import require_model_memory
from vitviz.models.checkpoints.layout import MAX_BLOCKS
from vitviz.models.checkpoints.naming import one_naming
from vitviz.models.checkpoints.read import read_state
from vitviz.pictures.placement import Interpolation, Preprocessing
from vitviz.system.dataclass_json import parsed
from vitviz.system.environment import OTHER_MODEL, missing_extra

_log = logging.getLogger(__name__)
_DEPTH = re.compile(r"(^|_)(layers|depth)$")
_RESAMPLING = {
    0: Interpolation.NEAREST,
    1: Interpolation.LANCZOS,
    2: Interpolation.BILINEAR,
    3: Interpolation.BICUBIC,
}  # PIL.Image.Resampling, as preprocessor_config.json stores it


def read_folder(
    folder: Path, *, device: torch.device, dtype: torch.dtype
) -> tuple[TransformersAdapter, Preprocessing, tuple[str, ...] | None, Path]:
    """Read a transformers folder: (adapter, preprocessing, labels, weights file).

    Only safetensors are read, every name and shape must match, no code is run from the
    folder and nothing is looked up elsewhere.

    Raises CheckpointError, MissingExtraError, UnsupportedModelError, BudgetError.
    """
    weights = folder / "model.safetensors"
    config_path = folder / "config.json"
    if not config_path.is_file():
        raise CheckpointError(
            "{folder} is no model folder: it has no config.json. Give a folder as "
            "save_pretrained writes it.",
            folder=folder.resolve().name,
        )
    if not weights.is_file():
        raise CheckpointError(
            "{folder} holds no weights: model.safetensors is missing. Save the model "
            "again with save_pretrained (safetensors is its default).",
            folder=folder.name,
        )
    try:
        import transformers
    except ImportError:
        raise missing_extra(folder.name, "transformers", "hf", OTHER_MODEL) from None
    state = read_state(weights)  # its header is measured before the library believes it
    count = sum(tensor.numel() for tensor in state.content.values())
    require_model_memory(folder.name, count, device=device, dtype=dtype)
    module = _read_module(transformers, folder, dtype)
    adapter = TransformersAdapter(module.to(device))
    labels = None
    if adapter.has_head:
        names = adapter.hf.config.id2label
        labels = tuple(str(names.get(i, i)) for i in range(len(names)))
    return adapter, read_preprocessing(folder, adapter), labels, weights


def _read_module(transformers: Any, folder: Path, dtype: torch.dtype) -> nn.Module:  # noqa: ANN401
    """Return the module that the folder's config names, every weight matched.

    Raises CheckpointError.
    """
    try:
        config = transformers.AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        names = getattr(config, "architectures", None) or []
        kind = getattr(transformers, names[0], None) if names else None
        if kind is None:
            kind = transformers.AutoModel
        if _depth(config.to_dict()) > MAX_BLOCKS:  # it would be built for ever
            raise CheckpointError(
                "The config.json of {folder} asks for a network beyond all measure.",
                folder=folder.name,
            )
        with _quiet(transformers):
            module, report = kind.from_pretrained(
                folder,
                config=config,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                attn_implementation="sdpa",
                dtype=dtype,
                output_loading_info=True,
            )
    except CheckpointError:
        raise
    except Exception as error:
        # the library raises many kinds for a damaged folder; all mean the same here
        _log.warning("cannot read %s", folder, exc_info=True)
        if "mismatched_sizes" in str(error):
            raise _misfit(folder, _other_shapes(kind, config, folder)) from error
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise CheckpointError(
            "The model in {folder} cannot be read: {reason}",
            folder=folder.name,
            reason=reason[0][:200],
        ) from error
    missing = sorted(map(str, report["missing_keys"]))
    if missing and all(name.startswith("pooler.") for name in missing):
        module.pooler = None  # saved without one; attention does not depend on it
        missing = []
    wrong = [
        *missing,
        *sorted(map(str, report["mismatched_keys"])),
        *sorted(map(str, report["unexpected_keys"])),
    ]
    if wrong:
        raise _misfit(folder, wrong)
    return cast("nn.Module", module)


def _misfit(folder: Path, wrong: Sequence[str]) -> CheckpointError:
    """Return the error for weights that do not fit their config.json."""
    return CheckpointError(
        "The weights in {folder} do not fit its config.json: {count} names or "
        "shapes differ, such as {names}.",
        folder=folder.name,
        count=len(wrong),
        names=", ".join(wrong[:3]),
    )


def _depth(values: object) -> int:
    """Return the largest number of blocks that a configuration asks for anywhere."""
    if not isinstance(values, dict):
        return 0
    found = [_depth(one) for one in values.values()]
    found += [
        n for key, n in values.items() if _DEPTH.search(str(key)) and type(n) is int
    ]  # type: ignore[misc]
    return max(found, default=0)


def _other_shapes(kind: Any, config: Any, folder: Path) -> list[str]:  # noqa: ANN401
    """Return the shapes that differ from the config's, which the library hides."""
    with torch.device("meta"):
        module = kind(config)
    wanted = {one_naming(n): tuple(t.shape) for n, t in module.state_dict().items()}
    content = read_state(folder / "model.safetensors").content
    return [
        f"{name} {tuple(tensor.shape)} instead of {wanted[one_naming(name)]}"
        for name, tensor in content.items()
        if wanted.get(one_naming(name), tuple(tensor.shape)) != tuple(tensor.shape)
    ]


@contextlib.contextmanager
def _quiet(transformers: Any) -> Iterator[None]:  # noqa: ANN401
    """Keep transformers from printing bars and reports while the block runs.

    What is wrong is raised.
    """
    logging_ = transformers.utils.logging
    level = logging_.get_verbosity()
    had_bar = logging_.is_progress_bar_enabled()
    logging_.set_verbosity_error()
    logging_.disable_progress_bar()
    try:
        yield
    finally:
        logging_.set_verbosity(level)
        if had_bar:
            logging_.enable_progress_bar()


def read_preprocessing(folder: Path, adapter: TransformersAdapter) -> Preprocessing:
    """Read preprocessor_config.json; the default of transformers' ViT if there is none.

    Raises CheckpointError.
    """
    path = folder / "preprocessor_config.json"
    try:
        config = parsed(path.read_text("utf-8")) if os.path.isfile(path) else {}
        crop = config.get("crop_size") if config.get("do_center_crop") else None
        size = config.get("size", {})
        resize = None
        if crop is not None:
            box = _width_height(crop)
            resize = int(size["shortest_edge"]) if "shortest_edge" in size else None
        elif "height" in size:
            box = _width_height(size)
        else:
            edge = size.get("shortest_edge")
            box = (int(edge), int(edge)) if edge else adapter.own_size
        return Preprocessing(
            mean=_triple(config.get("image_mean", [0.5, 0.5, 0.5])),
            std=_triple(config.get("image_std", [0.5, 0.5, 0.5])),
            size=box,
            resize=resize,
            interpolation=_RESAMPLING[config.get("resample", 2)],
        )
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
    ) as error:
        raise CheckpointError(
            "preprocessor_config.json in {folder} cannot be used: {reason}.",
            folder=folder.name,
            reason=str(error)[:200],
        ) from error


def _width_height(size: Any) -> tuple[int, int]:  # noqa: ANN401  (JSON)
    if isinstance(size, int):
        return size, size
    return int(size["width"]), int(size["height"])


def _triple(values: Any) -> tuple[float, float, float]:  # noqa: ANN401  (JSON)
    red, green, blue = (float(value) for value in values)
    return red, green, blue
