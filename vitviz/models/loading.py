"""From a name, a folder or a module to a `Model`.

Nothing is downloaded here: weights are used where they already lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from vitviz.domain.geometry import prefix_names
from vitviz.errors import SelectionError, UnsupportedModelError
from vitviz.models.adapter import IN_MEMORY, Adapter, Model, ready_model
from vitviz.models.catalogue import TIMM_PREFIX, split_network
from vitviz.models.checkpoints import load_checkpoint
from vitviz.models.devices import choose_device, choose_dtype
from vitviz.models.embedded import EMBEDDED_NAME, load_embedded
from vitviz.models.finite import require_finite
from vitviz.models.generic import GenericAdapter, unwrapped
from vitviz.models.labels import labelled
from vitviz.models.published import (
    entry_of,
    load_timm,
    load_timm_folder,
    load_torchvision,
)
from vitviz.models.timm_build import timm_preprocessing
from vitviz.models.timm_files import folder_of, hub_config, name_of
from vitviz.models.timm_vit import TimmAdapter, is_timm
from vitviz.models.torchvision_vit import TorchvisionAdapter, is_torchvision
from vitviz.models.transformers_vit import (
    TransformersAdapter,
    is_transformers,
    read_folder,
)
from vitviz.pictures.placement import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    Interpolation,
    Preprocessing,
)

if TYPE_CHECKING:
    from torchvision.models import VisionTransformer

WEIGHT_FILES = {".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".onnx"}


def load_model(
    name: str | Path = EMBEDDED_NAME,
    *,
    weights: str | None = "default",
    device: str = "auto",
    dtype: str = "float32",
    patch_size: int | None = None,
    labels: str | Path | Sequence[str] | None = None,
) -> Model:
    """A model by catalogue name, `timm:NAME`, or path of a file or folder.

    `timm:NAME=PATH` says which network the file at PATH holds, where it does not.

    weights : "default", one of the library's own weight names, or None for random
        ones (whose attention is nearly uniform and means nothing).
    patch_size : for the embedded model only, 8, 14, 16, 28 or 32.
    labels : names of the classes, or a file of them (see `read_labels`), in place of
        those that came with the weights.

    Raises UnknownModelError, CheckpointError, UnsupportedModelError,
    MissingExtraError, SelectionError, BudgetError where the weights do not fit into
    memory, before any is read.
    """
    model = _loaded(name, weights, device, dtype, patch_size)
    return model if labels is None else labelled(model, labels)


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
    if text == EMBEDDED_NAME:
        return load_embedded(patch_size=patch_size, device=chosen, dtype=precision)
    if patch_size is not None:
        raise SelectionError(
            "Only the embedded model can change its patch size; {name} has one.",
            name=text,
        )
    network, place = split_network(text)
    path = Path(place)
    if network is not None:
        return load_checkpoint(path, device=chosen, dtype=precision, network=network)
    path = folder_of(path) or path
    if path.is_dir():
        model = load_folder(path, device=chosen, dtype=precision)
        require_finite(model.adapter.module, path.name)
        return model
    if path.suffix.lower() in WEIGHT_FILES or path.is_file():
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
    mean: tuple[float, float, float] | None = None,
    std: tuple[float, float, float] | None = None,
    labels: Sequence[str] | None = None,
    size: int | tuple[int, int] | None = None,
) -> Model:
    """A model around a module in memory; it is neither copied nor changed.

    Its layout is asked where the library is known (torchvision, timm, transformers)
    and otherwise inferred; the first trace verifies it. Where nothing is given or
    declared, mean and std are ImageNet's and the number of special tokens is what the
    first trace leaves over.

    labels : names of the classes; says that the module returns logits.
    size : the input it was made for, S for S×S or (width, height); 224×224 where
        neither this nor the module says so.

    Raises UnsupportedModelError, SelectionError.
    """
    if not isinstance(module, nn.Module):
        raise UnsupportedModelError(
            "wrap takes a network of torch (an nn.Module), not {kind}.",
            kind=getattr(module, "__name__", type(module).__name__),
        )
    module = unwrapped(module)
    adapter = _adapter_of(module, patch_size, num_prefix_tokens, labels)
    parameter = next(module.parameters(), torch.zeros(0))
    own = getattr(adapter, "own_size", (224, 224)) if size is None else size
    if isinstance(own, int):
        own = (own, own)
    default = timm_preprocessing(module) if is_timm(module) else None
    preprocessing = Preprocessing(
        mean=mean or (default.mean if default else IMAGENET_MEAN),
        std=std or (default.std if default else IMAGENET_STD),
        size=own,
        resize=None,
        interpolation=default.interpolation if default else Interpolation.BICUBIC,
    )
    return ready_model(
        type(module).__name__,
        IN_MEMORY,
        adapter,
        preprocessing,
        device=parameter.device,
        dtype=parameter.dtype,
        labels=labels,
    )


def _adapter_of(
    module: nn.Module,
    patch_size: int | None,
    num_prefix_tokens: int | None,
    labels: Sequence[str] | None,
) -> Adapter:
    adapter: Adapter
    for name, given, least in (
        ("patch_size", patch_size, 1),
        ("num_prefix_tokens", num_prefix_tokens, 0),
    ):
        if given is not None and (type(given) is not int or given < least):
            raise SelectionError(
                "{name} is a number from {least} on, not {given}.",
                name=name,
                least=least,
                given=given,
            )
    if is_torchvision(module):
        adapter = TorchvisionAdapter(cast("VisionTransformer", module))
    elif is_timm(module):
        adapter = TimmAdapter(module)
    elif is_transformers(module):
        adapter = TransformersAdapter(module)
    else:
        names = None
        if num_prefix_tokens is not None:
            names = prefix_names(num_prefix_tokens)
        return GenericAdapter(
            module,
            patch_size=patch_size,
            prefix_names=names,
            has_head=labels is not None,
        )
    if patch_size is not None and adapter.patch_size != (patch_size, patch_size):
        raise SelectionError(
            "{kind} has patches of {declared} px, not {given}.",
            kind=type(module).__name__,
            declared=adapter.patch_size[0],
            given=patch_size,
        )
    declared = len(adapter.prefix_names or ())
    if num_prefix_tokens is not None and num_prefix_tokens != declared:
        raise SelectionError(
            "{kind} declares {declared} special tokens, not {given}.",
            kind=type(module).__name__,
            declared=declared,
            given=num_prefix_tokens,
        )
    return adapter


def load_folder(path: Path, *, device: torch.device, dtype: torch.dtype) -> Model:
    """The model of a folder of transformers or of timm's hub, finite or not.

    Raises CheckpointError, MissingExtraError, UnknownModelError, UnsupportedModelError.
    """
    config = hub_config(path)
    if config is not None:
        return load_timm_folder(path, config, device, dtype)
    adapter, preprocessing, labels, weights = read_folder(
        path, device=device, dtype=dtype
    )
    return ready_model(
        name_of(path),
        str(path),
        adapter,
        preprocessing,
        device=device,
        dtype=dtype,
        labels=labels,
        weights_path=weights,
    )
