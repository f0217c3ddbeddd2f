"""Loading of models by name, file or folder, wrapping of modules, choice of device.

    load_model ─┬─ vitviz-small, -flexi adapters.embedded
                ├─ timm:NAME=PATH       checkpoints.open, network named by the user
                ├─ a folder             load_folder: transformers', timm's, open_clip's
                ├─ a file               checkpoints.open
                ├─ timm:NAME            catalogue.published
                └─ another name         catalogue.published (torchvision)
    wrap          a module in memory

Nothing is downloaded here: weights are used where they are on this machine.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from vitviz.domain.placement import Fit
from vitviz.domain.problem_type import ONE_LOGIT, PROBLEM_TYPES, ProblemType
from vitviz.errors import SelectionError, UnsupportedModelError
from vitviz.models.adapters.choose import adapter_of
from vitviz.models.adapters.embedded import load_embedded
from vitviz.models.adapters.generic import unwrapped
from vitviz.models.adapters.timm import is_timm
from vitviz.models.adapters.transformers import TransformersAdapter
from vitviz.models.catalogue.embedded import EMBEDDED_NAME, EMBEDDED_NAMES
from vitviz.models.catalogue.entries import TIMM_PREFIX, network_at, split_network
from vitviz.models.catalogue.published import (
    entry_of,
    load_timm,
    load_timm_folder,
    load_torchvision,
)
from vitviz.models.checkpoints.checks import require_finite
from vitviz.models.checkpoints.open import load_checkpoint
from vitviz.models.checkpoints.timm_build import (
    hub_config,
    name_of,
    timm_preprocessing,
)
from vitviz.models.file_choices import choices_of, without_problem
from vitviz.models.folders.adapter_folder import (
    AdapterFolder,
    folder_of_adapter,
    is_adapter,
    read_adapter,
)
from vitviz.models.folders.folder_weights import (
    find_folder,
    folder_of,
    has_weights,
    weight_files,
)
from vitviz.models.folders.open_clip_folder import is_open_clip, load_open_clip
from vitviz.models.folders.processor import FAMILIES, assumed_processor
from vitviz.models.folders.transformers_folder import read_folder
from vitviz.models.labels import labelled, with_labels_beside
from vitviz.models.model import IN_MEMORY, Model, channels_of, ready_model
from vitviz.pictures.preprocessing import (
    HALF,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Interpolation,
    Preprocessing,
)

# Paths that end so mean files of weights, even if there is no such file.
WEIGHT_FILES = {
    *(".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".npz", ".msgpack", ".onnx")
}


def load_model(
    name: str | Path = EMBEDDED_NAME,
    *,
    weights: str | None = "default",
    device: str = "auto",
    dtype: str = "float32",
    patch_size: int | None = None,
    labels: str | Path | Sequence[str] | None = None,
) -> Model:
    """Return a model by catalogue name, `timm:NAME`, or path of a file or folder.

    `timm:NAME=PATH` names the network that the file at PATH holds, for a file from
    which it cannot be told; `heads=12:PATH` and others say a part of it (see
    `file_choices`). `problem=multi_label:NAME` says what the last layer was trained
    for, of any model with classes: `single_label`, `multi_label` or `regression`.
    `tower=NAME:FOLDER` names one of several networks for pictures in the model of a
    transformers folder.

    weights : "default", one of the library's own weight names, or None for random
        ones (whose attention is nearly uniform and means nothing).
    device : "auto" for the best there is, or "cpu", "cuda", "cuda:1", "mps", "xpu".
    dtype : "float32", "bfloat16" or "float16", of weights and input.
    patch_size : for the embedded models only: 8, 14, 16, 28 or 32 px; None for 14
        (vitviz-small) or 16 (vitviz-flexi).
    labels : names of the classes, or a file of them (see `read_labels`), in place of
        those that came with the weights.

    Nothing is downloaded.

    Raises UnknownModelError for a name that is not known, WeightsNotDownloadedError,
    AmbiguousCheckpointError or another CheckpointError, UnsupportedModelError,
    MissingExtraError, SelectionError for a device, dtype or patch size that there is
    not, DownloadError for a network of timm's without published weights, and
    BudgetError for weights that do not fit into memory, before they are read.
    """
    said, place = split_network(str(name))
    problem = choices_of(said).problem
    if problem is not None and split_network(place)[0] is not None:
        # what asks before it opens a file looks for its path after one prefix
        raise SelectionError(
            "Name all choices of a model at once, as in "
            "network=NAME,problem={problem}:PATH.",
            problem=problem,
        )
    rest = name if problem is None else without_problem(said, place)
    model = _loaded(rest, weights, device, dtype, patch_size)
    if problem is not None:
        model = _with_problem(model, ProblemType(problem))
    return model if labels is None else labelled(model, labels)


def _with_problem(model: Model, problem: ProblemType) -> Model:
    """Return the model whose logits are read as the user says; its source says it."""
    info = model.info
    if not info.has_head:
        raise SelectionError(
            "{model} has no classes, so problem={problem} says nothing of it. Leave it "
            "out.",
            model=info.name,
            problem=problem.value,
        )
    said, place = split_network(info.source)
    text = replace(choices_of(said), problem=problem.value).text
    assert text is not None
    return replace(
        model,
        info=replace(
            info,
            problem=problem,
            source=f"{text}:{place}",
            assumed=tuple(one for one in info.assumed if one != ONE_LOGIT),
        ),
    )


def _loaded(
    name: str | Path,
    weights: str | None,
    device: str,
    dtype: str,
    patch_size: int | None,
) -> Model:
    chosen = choose_device(device)
    precision = choose_dtype(dtype)
    text = str(name)
    if text in EMBEDDED_NAMES:
        return load_embedded(
            text, patch_size=patch_size, device=chosen, dtype=precision
        )
    if patch_size is not None:
        raise SelectionError(
            "Only the embedded models can change their patch size; {name} has one.",
            name=text,
        )
    network, place = split_network(text)
    path = Path(place)
    tower, base = choices_of(network).tower, choices_of(network).base
    if tower is not None:
        network = None
        _require_folder(path, text, tower)
    if base is not None:
        network = None
        _require_adapter(path, text, base)
    if network is not None:
        return load_checkpoint(path, device=chosen, dtype=precision, network=network)
    path = folder_of_adapter(path) or folder_of(path) or path
    if os.path.isdir(path):  # which says no to a name that no path can have
        model = load_folder(
            path, device=chosen, dtype=precision, tower=tower, base=base
        )
        require_finite(model.adapter.module, path.name)
        return model
    if path.suffix.lower() in WEIGHT_FILES or os.path.isfile(path):
        return load_checkpoint(path, device=chosen, dtype=precision)
    if text.startswith(TIMM_PREFIX):
        name = text.removeprefix(TIMM_PREFIX)
        return load_timm(name, weights, chosen, precision)
    return load_torchvision(entry_of(text).name, weights, chosen, precision)


def wrap(
    module: nn.Module,
    *,
    patch_size: int | None = None,
    num_prefix_tokens: int | None = None,
    mean: float | Sequence[float] | None = None,
    std: float | Sequence[float] | None = None,
    labels: Sequence[str] | None = None,
    size: int | tuple[int, int] | None = None,
    tower: str | None = None,
    problem: str | None = None,
) -> Model:
    """Return a model around a module in memory, which is neither copied nor changed.

    The layout is asked of the module where its library is known (torchvision, timm,
    transformers) and inferred otherwise; the first trace verifies it.

    patch_size : in pixels, square; None asks or infers it.
    num_prefix_tokens : special tokens, which come first; None asks the module, or else
        takes what the first trace leaves over beside the patches.
    mean, std : of red, green, blue in [0, 1], or one number for all channels; None
        takes those of a timm module, those that a kind of transformers was published
        with, or else ImageNet's, of one channel 0.5.
    labels : names of the classes; for a module of no known library they say that it
        returns logits.
    size : the input it was made for, S for S×S or (width, height), in pixels; None asks
        the module, or else takes what its position table was made for, or 224×224.
    tower : name of the network for pictures in a larger model of transformers, as in
        "vision_model"; None takes the first.
    problem : what the head was trained for: "single_label", "multi_label" or
        "regression"; None asks the module. One logit is read through a sigmoid.

    A module that takes one channel gets the picture's luminance, one that takes others
    than three a prepared tensor.

    Raises UnsupportedModelError for what is no module or has no attention to show,
    SelectionError for a layout that contradicts the module's own, or another problem.
    """
    if problem not in (None, *PROBLEM_TYPES):
        raise SelectionError(
            "There is no {name} {given}; choose one of {values}.",
            name="problem",
            given=problem,
            values=", ".join(PROBLEM_TYPES),
        )
    if not isinstance(module, nn.Module):
        raise UnsupportedModelError(
            "wrap takes a network of torch (an nn.Module), not {kind}.",
            kind=getattr(module, "__name__", type(module).__name__),
        )
    module = unwrapped(module)
    given: tuple[int, int] | None = (size, size) if isinstance(size, int) else size
    adapter = adapter_of(module, patch_size, num_prefix_tokens, labels, given, tower)
    parameter = next(module.parameters(), torch.zeros(0))
    own: tuple[int, int] = getattr(adapter, "own_size", (224, 224))
    own_module = adapter.module
    default = timm_preprocessing(own_module) if is_timm(own_module) else None
    kind = getattr(getattr(own_module, "config", None), "model_type", None)
    is_known = isinstance(kind, str) and kind in FAMILIES
    if is_known and isinstance(adapter, TransformersAdapter):
        default = assumed_processor(str(kind), given or own).preprocessing
    channels = channels_of(adapter)
    usual = (IMAGENET_MEAN, IMAGENET_STD) if channels == 3 else (HALF, HALF)
    band_mean: tuple[float, ...] = ()
    band_std: tuple[float, ...] = ()
    if channels not in (1, 3):
        default = None if default is None else replace(default, mean=HALF, std=HALF)
        band_mean = _numbers("mean", mean, channels) or (HALF[0],) * channels
        band_std = _numbers("std", std, channels) or (HALF[0],) * channels
        mean = std = None
    preprocessing = Preprocessing(
        mean=_triple("mean", mean) or (default.mean if default else usual[0]),
        std=_triple("std", std) or (default.std if default else usual[1]),
        band_mean=band_mean,
        band_std=band_std,
        size=given or own,
        resize=None,
        interpolation=default.interpolation if default else Interpolation.BICUBIC,
        fit=default.fit if default else Fit.CROP,
    )
    return ready_model(
        type(module).__name__,
        IN_MEMORY,
        adapter,
        preprocessing,
        device=parameter.device,
        dtype=parameter.dtype,
        labels=labels,
        assumed=getattr(adapter, "assumed", ()),
        problem=None if problem is None else ProblemType(problem),
    )


def _triple(
    name: str, given: float | Sequence[float] | None
) -> tuple[float, float, float] | None:
    """Return three numbers of what `wrap` was given. Raises SelectionError."""
    values = _numbers(name, given, 3)
    return None if values is None else (values[0], values[1], values[2])


def _numbers(
    name: str, given: float | Sequence[float] | None, channels: int
) -> tuple[float, ...] | None:
    """Return a number of each channel. Raises SelectionError."""
    if given is None:
        return None
    values = [given] if isinstance(given, int | float) else [*given]
    if len(values) == 1:
        values *= channels
    if len(values) == channels:
        return tuple(map(float, values))
    if channels == 3:
        raise SelectionError(
            "{name} is one number, or three of red, green and blue, not {count}.",
            name=name,
            count=len(values),
        )
    raise SelectionError(
        "{name} is one number, or one for each of {channels} channels, not {count}.",
        name=name,
        channels=channels,
        count=len(values),
    )


def _require_folder(path: Path, text: str, tower: str) -> None:
    """Raise SelectionError if `tower=` alone does not stand before a folder."""
    is_alone = text == network_at(f"tower={tower}", path)
    if not is_alone or not os.path.isdir(folder_of(path) or path):
        raise SelectionError(
            "tower={name} stands alone before a folder that transformers has written, "
            "as in tower=vision_model:FOLDER.",
            name=tower,
        )


def _require_adapter(path: Path, text: str, base: str) -> None:
    """Raise SelectionError if `base=` alone does not stand before an adapter."""
    folder = folder_of_adapter(path) or path
    is_alone = text == network_at(f"base={base}", path)
    if not is_alone or not is_adapter(find_folder(folder)[0]):
        raise SelectionError(
            "base={name} stands alone before the folder of an adapter (PEFT), as in "
            "base=FOLDER:ADAPTER.",
            name=base,
        )


def load_folder(
    path: Path,
    *,
    device: torch.device,
    dtype: torch.dtype,
    tower: str | None = None,
    base: str | None = None,
) -> Model:
    """Return the model of a folder: transformers', timm's, open_clip's, or of one file.

    tower : name of the network for pictures in a larger model of transformers.
    base : of an adapter, what it is added to; None takes what lies beside it.

    A training run's is that of its newest checkpoint. Classes without names take those
    of a file of labels in the folder.

    The weights are not checked for NaN and infinity.

    Raises CheckpointError, MissingExtraError, UnknownModelError, UnsupportedModelError,
    BudgetError.
    """
    folder, said = find_folder(path)
    if is_adapter(folder):
        adapter = read_adapter(folder, base)
        said = (*said, adapter.said)
        model = _with_adapter(adapter, device, dtype, tower)
    else:
        model = _of_folder(folder, device, dtype, tower)
    model = with_labels_beside(model, folder)
    info = replace(
        model.info,
        name=name_of(path),
        source=_source(model, path, tower, base),
        assumed=(*said, *model.info.assumed),
    )
    return replace(model, info=info)


def _source(model: Model, path: Path, tower: str | None, base: str | None) -> str:
    if base is not None:
        return network_at(f"base={base}", path)
    if tower is not None:
        return network_at(f"tower={tower}", path)
    return model.info.source if model.info.is_of_file else str(path)


def _with_adapter(
    adapter: AdapterFolder,
    device: torch.device,
    dtype: torch.dtype,
    tower: str | None,
) -> Model:
    """Return the model of an adapter's base, with the adapter added."""
    if os.path.isfile(adapter.base):
        return load_checkpoint(
            adapter.base, device=device, dtype=dtype, added=adapter.added
        )
    return _of_folder(find_folder(adapter.base)[0], device, dtype, tower, adapter)


def _of_folder(
    path: Path,
    device: torch.device,
    dtype: torch.dtype,
    tower: str | None,
    adapter: AdapterFolder | None = None,
) -> Model:
    added = None if adapter is None else adapter.added
    config = hub_config(path)
    is_other = config is not None or is_open_clip(path)
    if tower is not None and is_other:
        raise SelectionError(
            "tower={name} stands alone before a folder that transformers has written, "
            "as in tower=vision_model:FOLDER.",
            name=tower,
        )
    if config is not None:
        count = None if adapter is None else adapter.adapter.num_classes
        if count is not None and count != config.get("num_classes"):
            config = {**config, "num_classes": count, "label_names": None}
        return load_timm_folder(path, config, device, dtype, added)
    if is_open_clip(path) and adapter is None:
        return load_open_clip(path, device=device, dtype=dtype)
    if not os.path.isfile(path / "config.json") and has_weights(path):
        files = weight_files(path)
        if files.index is None:
            return load_checkpoint(files.path, device=device, dtype=dtype, added=added)
    found = read_folder(path, device=device, dtype=dtype, tower=tower, adapter=adapter)
    return ready_model(
        name_of(path),
        str(path),
        found.adapter,
        found.preprocessing,
        device=device,
        dtype=dtype,
        labels=found.labels,
        weights_path=found.state.path,
        weights_sha256=found.state.sha256,
        assumed=found.assumed,
        set_aside=found.state.left,
    )


_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


def available_devices() -> list[str]:
    """Return the kinds of devices of this machine, the best first and "cpu" last."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    if torch.xpu.is_available():
        found.append("xpu")
    return [*found, "cpu"]


def choose_device(name: str = "auto") -> torch.device:
    """Return the device of that name; for "auto" the best there is.

    Raises SelectionError if this machine has none of that kind.
    """
    devices = available_devices()
    if name == "auto":
        return torch.device(devices[0])
    if name.partition(":")[0] not in devices:
        raise SelectionError(
            "There is no device {name} on this machine; it has {devices}.",
            name=name,
            devices=", ".join(devices),
        )
    return torch.device(name)


def choose_dtype(name: str) -> torch.dtype:
    """Return the dtype of that name. Raises SelectionError for an unknown one."""
    try:
        return _DTYPES[name]
    except KeyError:
        raise SelectionError(
            "There is no precision {name}; choose one of {names}.",
            name=name,
            names=", ".join(_DTYPES),
        ) from None
