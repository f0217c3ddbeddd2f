"""Networks with published weights, from files on this machine.

    entry_of(name)   catalogue entry, or one made of what timm says
    weights_of       the verified file
    load_…           network and weights together

The libraries' own downloaders are never called: weights are located, verified, read
without running anything, and matched name by name.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vitviz.errors import (
    CheckpointError,
    DownloadError,
    Phrase,
    UnknownModelError,
    WeightsNotDownloadedError,
)
from vitviz.models.adapters.timm import TimmAdapter
from vitviz.models.adapters.torchvision import TorchvisionAdapter
from vitviz.models.catalogue import store
from vitviz.models.catalogue.entries import (
    TIMM_PREFIX,
    Entry,
    Family,
    entries,
    find,
    find_weights,
    hub_remote,
)
from vitviz.models.checkpoints.checks import require_model_memory
from vitviz.models.checkpoints.read import Added, State, read_state
from vitviz.models.checkpoints.timm_build import (
    WRAPPED,
    WRAPPER,
    from_config,
    misfit,
    name_of,
    require_known,
    timm_library,
    timm_preprocessing,
    timm_trained,
)
from vitviz.models.folders.folder_weights import read_files, weight_files
from vitviz.models.model import Model, ready_model
from vitviz.pictures.preprocessing import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    Interpolation,
    Preprocessing,
)


def entry_of(name: str) -> Entry:
    """Return the model of that name: of the catalogue, or any of timm's as timm:NAME.

    Raises UnknownModelError, MissingExtraError, UnsupportedModelError, and
    DownloadError for a network of timm's without published weights.
    """
    found = find(name)
    if found is not None:
        return found
    if name.startswith(TIMM_PREFIX):
        return _timm_entry(name.removeprefix(TIMM_PREFIX))
    near = difflib.get_close_matches(name, [entry.name for entry in entries()], n=1)
    raise UnknownModelError(
        "There is no model or folder {name}.{hint} “vitviz models list” shows what "
        "there is.",
        name=name,
        hint=Phrase(" Did you mean {name}?", {"name": near[0]}) if near else "",
    )


def weights_of(entry: Entry) -> Path:
    """Return the verified file of weights on this machine.

    Raises WeightsNotDownloadedError if there is none, CheckpointError for one that is
    not what was published.
    """
    if entry.remote is None:
        raise CheckpointError("{name} has no published weights.", name=entry.name)
    path = store.locate(entry.remote)
    if path is None:
        raise WeightsNotDownloadedError(
            "The weights of {name} are not on this machine. Fetch them with “vitviz "
            "models get {name}” or in the window, under Model, or choose an "
            "embedded model.",
            name=entry.name,
        )
    store.verify(entry.remote, path)
    return path


def read_weights(entry: Entry) -> State:
    """Return what the verified file of weights holds.

    Raises as `weights_of` does, and CheckpointError for a file that was replaced
    between the check and the reading.
    """
    path = weights_of(entry)
    state = read_state(path)
    if entry.remote is not None and store.verify(entry.remote, path) != state.sha256:
        raise CheckpointError(
            "{path} was replaced while it was read. Load it again.", path=path.name
        )
    return state


def load_torchvision(
    name: str,
    weights: str | None,
    device: torch.device,
    dtype: torch.dtype,
) -> Model:
    """Return torchvision's network; `weights` as in `load_model`.

    Raises UnknownModelError, CheckpointError, BudgetError.
    """
    import torchvision.models as tv

    entry = find(name)
    architecture = name if entry is None else entry.architecture
    size, resize, labels, state = 224, None, None, None
    interpolation = Interpolation.BILINEAR
    if weights is not None:
        if entry is None or weights not in ("default", "DEFAULT", entry.weights):
            entry = find_weights(architecture, weights)
        if entry is None:
            raise UnknownModelError(
                "{name} has no weights {weights}; it has {names}.",
                name=architecture,
                weights=weights,
                names=", ".join(
                    one.weights for one in entries() if one.architecture == architecture
                ),
            )
        chosen = tv.get_model_weights(architecture)[entry.weights]
        transform = chosen.transforms()
        size, resize = transform.crop_size[0], transform.resize_size[0]
        interpolation = Interpolation[transform.interpolation.name]
        labels = chosen.meta["categories"]
        count = entry.num_parameters
        require_model_memory(
            name, count, device=device, dtype=dtype, built_in=torch.float32
        )
        state = read_weights(entry)
    module = tv.get_model(architecture, weights=None, image_size=size)
    if state is not None:
        _fill(module, dict(state.content), state.path, architecture)
    return ready_model(
        name,
        f"torchvision {entry.weights if entry and state else 'random weights'}",
        TorchvisionAdapter(module.to(device=device, dtype=dtype).eval()),
        Preprocessing(
            mean=IMAGENET_MEAN,
            std=IMAGENET_STD,
            size=(size, size),
            resize=resize,
            interpolation=interpolation,
        ),
        device=device,
        dtype=dtype,
        labels=labels,
        weights_path=state.path if state else None,
        weights_sha256=state.sha256 if state else None,
    )


def load_timm(
    name: str,
    weights: str | None,
    device: torch.device,
    dtype: torch.dtype,
) -> Model:
    """Return timm's network of that name (without "timm:"), random if weights is None.

    Raises UnknownModelError, UnsupportedModelError, MissingExtraError, CheckpointError,
    BudgetError, DownloadError without published weights.
    """
    timm = timm_library(name)
    require_known(name)
    state = None
    if weights is None:
        module = timm.create_model(name, pretrained=False)
    else:
        entry = entry_of(TIMM_PREFIX + name)
        require_model_memory(
            entry.name, entry.num_parameters, device=device, dtype=dtype
        )
        state = read_weights(entry)
        module = timm_trained(name, dict(state.content), state.path, dtype)
    source = "timm" if weights is not None else "timm random weights"
    return _timm_model(f"{TIMM_PREFIX}{name}", source, module, state, device, dtype)


def load_timm_folder(
    folder: Path,
    config: dict[str, Any],
    device: torch.device,
    dtype: torch.dtype,
    added: Added | None = None,
) -> Model:
    """Return the model of a folder as timm's hub has it; `config` is its config.json.

    added : adds an adapter from another file to the weights.

    Raises CheckpointError, MissingExtraError, UnknownModelError, UnsupportedModelError,
    BudgetError.
    """
    is_wrapped = config.get("model_type") == WRAPPER
    if is_wrapped and config.get("architectures") == ["TimmWrapperModel"]:
        config = {**config, "num_classes": 0}
    wanted = from_config(config, folder)
    require_known(wanted.name)

    def price(count: int) -> None:
        require_model_memory(name_of(folder), count, device=device, dtype=dtype)

    weights = weight_files(folder)
    state = read_files(weights, price=price)
    if is_wrapped:
        plain = {n.removeprefix(WRAPPED): t for n, t in state.content.items()}
        state = replace(state, content=plain)
    if added is not None:
        state = added(state)
    module = timm_trained(
        wanted.name,
        dict(state.content),
        state.path,
        dtype,
        price=price,
        **wanted.options,
    )
    assumed = (*weights.said, *wanted.assumed)
    return _timm_model(
        name_of(folder), str(folder), module, state, device, dtype, assumed
    )


def _timm_model(
    name: str,
    source: str,
    module: Any,  # noqa: ANN401
    state: State | None,
    device: torch.device,
    dtype: torch.dtype,
    assumed: tuple[str, ...] = (),
) -> Model:
    """Return a network of timm's on its device, with preprocessing and labels."""
    adapter = TimmAdapter(module.to(device=device, dtype=dtype).eval())
    labels = timm_labels(module)
    if labels is None and _is_projection(module):
        adapter.has_head = False
    return ready_model(
        name,
        source,
        adapter,
        timm_preprocessing(module),
        device=device,
        dtype=dtype,
        labels=labels,
        weights_path=state.path if state else None,
        weights_sha256=state.sha256 if state else None,
        assumed=assumed,
    )


def timm_labels(module: Any) -> tuple[str, ...] | None:  # noqa: ANN401
    """Return the classes' names; None without a head or where they are not known."""
    from timm.data import ImageNetInfo, infer_imagenet_subset

    config = module.pretrained_cfg
    names = config.get("label_names")
    if names and len(names) == module.num_classes:
        return tuple(map(str, names))
    subset = infer_imagenet_subset(config) if module.num_classes else None
    if subset is None:
        return None
    info = ImageNetInfo(subset)
    if info.num_classes() != module.num_classes:
        return None
    return tuple(
        info.index_to_description(index) for index in range(module.num_classes)
    )


def _is_projection(module: Any) -> bool:  # noqa: ANN401
    """Return whether the last layer leads into CLIP's space, and not to classes."""
    is_clip = "clip" in str(module.pretrained_cfg.get("architecture", ""))
    bias = getattr(module.head, "bias", None)
    return is_clip and (bias is None or not bool(bias.any()))


def _fill(module: nn.Module, state: dict[str, Any], path: Path, name: str) -> None:
    try:
        module.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise misfit(path, name, error) from error


# --- any other name of timm's ----------------------------------------------------

# As the catalogue writes them.
_LICENCES = {
    "apache-2.0": "Apache-2.0",
    "mit": "MIT",
    "bsd-3-clause": "BSD-3-Clause",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
}


def _timm_entry(name: str) -> Entry:
    """Return an entry of what timm says about a model that the catalogue does not have.

    Raises DownloadError, MissingExtraError, UnknownModelError, UnsupportedModelError.
    """
    timm = timm_library(name)
    require_known(name)
    config = timm.get_pretrained_cfg(name, allow_unregistered=False)
    if config is None or not config.hf_hub_id:
        raise DownloadError(
            "timm knows the network {name}, but no weights for it in a place that can "
            "be fetched from. Open a file of them instead.",
            name=name,
        )
    with torch.device("meta"):
        module = timm.create_model(name, pretrained=False)
    adapter = TimmAdapter(module)
    licence = config.license or "not stated"
    licence = _LICENCES.get(licence, licence)
    repository = config.hf_hub_id.partition("@")[0]
    remote = hub_remote(repository, config.hf_hub_filename or "model.safetensors")
    family = Family(
        "timm",
        "timm",
        "timm",
        licence,
        remote.url.partition("/resolve/")[0],
        "timm",
        "",
        frozenset(),
    )
    blocks = adapter.blocks
    attention = getattr(blocks[0], "attn", None) if blocks else None
    has_labels = bool(module.num_classes) and timm_labels(module) is not None
    num_parameters = sum(tensor.numel() for tensor in module.state_dict().values())
    return Entry(
        TIMM_PREFIX + name,
        name,
        family,
        config.input_size[1],
        adapter.patch_size[0],
        len(adapter.prefix_names or ()),
        len(blocks),
        int(getattr(attention, "num_heads", 0)),
        num_parameters,
        module.num_classes if has_labels else 0,
        # twice: such a file can hold the tower of the captions as well
        replace(remote, repository=repository, size_bytes=8 * num_parameters),
    )
