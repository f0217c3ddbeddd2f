"""From a name, a folder or a module to a `Model`.

Nothing is downloaded here: weights are used where they already lie.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from vitviz.errors import (
    CheckpointError,
    MissingExtraError,
    SelectionError,
    UnknownModelError,
)
from vitviz.images import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    Interpolation,
    Preprocessing,
)
from vitviz.models import catalogue
from vitviz.models.adapter import Adapter, Model, ready_model
from vitviz.models.checkpoint_files import read_state
from vitviz.models.checkpoints import load_checkpoint
from vitviz.models.devices import choose_device, choose_dtype
from vitviz.models.embedded import EMBEDDED_NAME, load_embedded
from vitviz.models.generic import GenericAdapter
from vitviz.models.timm_vit import TimmAdapter, is_timm
from vitviz.models.torchvision_vit import TorchvisionAdapter, is_torchvision
from vitviz.models.transformers_vit import (
    TransformersAdapter,
    is_transformers,
    load_folder,
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
) -> Model:
    """A model by catalogue name, `timm:NAME`, or path of a file or folder.

    weights : "default", one of the library's own weight names, or None for random
        ones (whose attention is nearly uniform and means nothing).
    patch_size : for the embedded model only, 8, 14, 16, 28 or 32.

    Raises UnknownModelError, CheckpointError, UnsupportedModelError,
    MissingExtraError, SelectionError.
    """
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
    path = Path(text)
    if path.is_dir():
        return _from_folder(path, chosen, precision)
    if path.suffix.lower() in WEIGHT_FILES or path.is_file():
        return load_checkpoint(path, device=chosen, dtype=precision)
    if text in catalogue.TORCHVISION:
        return _from_torchvision(text, weights, chosen, precision)
    if text.startswith("timm:"):
        return _from_timm(text.removeprefix("timm:"), weights, chosen, precision)
    known = [entry.name for entry in catalogue.ENTRIES]
    near = difflib.get_close_matches(text, known, n=1)
    raise UnknownModelError(
        "There is no model or folder {name}.{hint} “vitviz models list” shows what "
        "there is.",
        name=text,
        hint=f" Did you mean {near[0]}?" if near else "",
    )


def wrap(
    module: nn.Module,
    *,
    patch_size: int | None = None,
    num_prefix_tokens: int | None = None,
    mean: tuple[float, float, float] | None = None,
    std: tuple[float, float, float] | None = None,
    labels: list[str] | None = None,
) -> Model:
    """A model around a module in memory; it is neither copied nor changed.

    Its layout is asked where the library is known (torchvision, timm, transformers)
    and otherwise inferred; the first trace verifies it. Where nothing is given or
    declared, mean and std are ImageNet's and the number of special tokens is what the
    first trace leaves over.

    Raises UnsupportedModelError.
    """
    adapter = _adapter_of(module, patch_size, num_prefix_tokens, labels)
    parameter = next(module.parameters(), torch.zeros(0))
    own = getattr(adapter, "own_size", (224, 224))
    default = _timm_preprocessing(module) if is_timm(module) else None
    preprocessing = Preprocessing(
        mean=mean or (default.mean if default else IMAGENET_MEAN),
        std=std or (default.std if default else IMAGENET_STD),
        size=own,
        resize=None,
        interpolation=default.interpolation if default else Interpolation.BICUBIC,
    )
    return ready_model(
        type(module).__name__,
        "in memory",
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
    labels: list[str] | None,
) -> Adapter:
    adapter: Adapter
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
    declared = len(adapter.prefix_names or ())
    if num_prefix_tokens is not None and num_prefix_tokens != declared:
        raise SelectionError(
            "{kind} declares {declared} special tokens, not {given}.",
            kind=type(module).__name__,
            declared=declared,
            given=num_prefix_tokens,
        )
    return adapter


def prefix_names(count: int) -> tuple[str, ...]:
    """Names for special tokens of which only the number is known."""
    return ("cls", *(f"reg{i}" for i in range(count - 1)))[:count]


def _from_folder(path: Path, device: torch.device, dtype: torch.dtype) -> Model:
    adapter, preprocessing, labels, weights = load_folder(
        path, device=device, dtype=dtype
    )
    return ready_model(
        path.resolve().name,
        str(path),
        adapter,
        preprocessing,
        device=device,
        dtype=dtype,
        labels=labels,
        weights_path=weights,
    )


def _from_torchvision(
    name: str, weights: str | None, device: torch.device, dtype: torch.dtype
) -> Model:
    """Torchvision's network with weights that already lie in its cache."""
    import torchvision.models as tv

    enum = tv.get_model_weights(name)
    module = tv.get_model(name, weights=None)
    path = None
    labels: list[str] | None = None
    size, resize = module.image_size, None
    if weights is not None:
        key = "DEFAULT" if weights == "default" else weights
        try:
            chosen = enum[key]
        except KeyError:
            raise UnknownModelError(
                "{name} has no weights {weights}; it has {names}.",
                name=name,
                weights=weights,
                names=", ".join(entry.name for entry in enum),
            ) from None
        transform = chosen.transforms()
        size, resize = transform.crop_size[0], transform.resize_size[0]
        if size != module.image_size:
            module = tv.get_model(name, weights=None, image_size=size)
        path = Path(torch.hub.get_dir()) / "checkpoints" / chosen.url.rpartition("/")[2]
        if not path.is_file():
            raise CheckpointError(
                "The weights of {name} are not on this machine. Put {file} into "
                "{folder}, or choose the embedded model.",
                name=name,
                file=path.name,
                folder=path.parent,
            )
        state = read_state(path).content
        try:
            module.load_state_dict(state, strict=True)
        except RuntimeError as error:
            raise CheckpointError(
                "{file} does not hold the weights of {name}.",
                file=path.name,
                name=name,
            ) from error
        labels = chosen.meta["categories"]
    adapter = TorchvisionAdapter(module.to(device=device, dtype=dtype).eval())
    preprocessing = Preprocessing(
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        size=(size, size),
        resize=resize,
        interpolation=Interpolation.BILINEAR,
    )
    return ready_model(
        name,
        f"torchvision {weights or 'random weights'}",
        adapter,
        preprocessing,
        device=device,
        dtype=dtype,
        labels=labels,
        weights_path=path,
    )


def _from_timm(
    name: str, weights: str | None, device: torch.device, dtype: torch.dtype
) -> Model:
    """Timm's network; trained weights only from the local cache."""
    try:
        import timm
    except ImportError:
        raise MissingExtraError(
            "timm:{name} needs timm: install the extra with pip install "
            "'vitviz[timm]'.",
            name=name,
        ) from None
    if not timm.is_model(name):
        near = difflib.get_close_matches(name, timm.list_models(), n=1)
        raise UnknownModelError(
            "timm has no model {name}.{hint}",
            name=name,
            hint=f" Did you mean {near[0]}?" if near else "",
        )
    try:
        import huggingface_hub.constants as hub

        was_offline, hub.HF_HUB_OFFLINE = hub.HF_HUB_OFFLINE, True
        try:
            module = timm.create_model(name, pretrained=weights is not None)
        finally:
            hub.HF_HUB_OFFLINE = was_offline
    except (OSError, RuntimeError) as error:
        raise CheckpointError(
            "The weights of timm:{name} are not on this machine. Choose the embedded "
            "model, or fetch them with timm first.",
            name=name,
        ) from error
    adapter = TimmAdapter(module.to(device=device, dtype=dtype).eval())
    return ready_model(
        f"timm:{name}",
        "timm" if weights is not None else "timm random weights",
        adapter,
        _timm_preprocessing(module),
        device=device,
        dtype=dtype,
    )


def _timm_preprocessing(module: Any) -> Preprocessing:  # noqa: ANN401  (timm has no types)
    """What timm's own evaluation transform does, from the weights' metadata."""
    from timm.data import resolve_model_data_config

    config = resolve_model_data_config(module)
    _, height, width = config["input_size"]
    return Preprocessing(
        mean=config["mean"],
        std=config["std"],
        size=(width, height),
        resize=int(min(height, width) / config["crop_pct"]),
        interpolation=Interpolation[config["interpolation"].upper()],
    )
