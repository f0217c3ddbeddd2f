"""Folders written by transformers: configuration, weights and preprocessing.

The library is handed values and tensors, never the folder: it would read what else lies
there or is named there (adapters, an index of other files, code), and look names up.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import logging
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from vitviz.domain.problem_type import problem_of
from vitviz.errors import (
    CheckpointError,
    Phrase,
    SelectionError,
    UnsupportedModelError,
    VitvizError,
)
from vitviz.models.adapters.towers import OTHER_TASKS
from vitviz.models.adapters.transformers import TransformersAdapter
from vitviz.models.checkpoints.checks import (
    FLOATS,
    require_enough_numbers,
    require_model_memory,
    size_of,
)
from vitviz.models.checkpoints.config import (
    CLASSES,
    MAX_CLASSES,
    MAX_LABEL,
    chosen,
    not_followed,
    not_passed_on,
    read_config,
    short,
    unusable,
)
from vitviz.models.checkpoints.naming import one_naming
from vitviz.models.checkpoints.offline import offline
from vitviz.models.checkpoints.peft import CONFIG as ADAPTER
from vitviz.models.checkpoints.read import Price, State
from vitviz.models.folders.adapter_folder import AdapterFolder
from vitviz.models.folders.folder_weights import FolderWeights, read_files, weight_files
from vitviz.models.folders.kinds import (
    FEATURES,
    KEYS,
    OF_TRAINING,
    PLACES,
    TWO_TOWERS,
    VISION,
    reason_against,
)
from vitviz.models.folders.processor import FAMILIES, read_processor
from vitviz.models.folders.tower import (
    NestedConfig,
    Tower,
    choose_tower,
    find_towers,
    nested_configs,
)
from vitviz.pictures.preprocessing import Preprocessing
from vitviz.system.environment import OTHER_MODEL, missing_extra

_log = logging.getLogger(__name__)

# Tables of whole numbers that older versions saved and newer ones compute.
_TABLE = re.compile(r"(position_ids|relative_position_index)$")
# And those that some kinds save and use.
_INDICES = re.compile(r"position_ids|summary_idxs$")
_TOWERS = ("text_config", "vision_config")
# Of the classes of networks that take pictures, where no mapping names one.
_ENDINGS = (
    "VisionModel",
    "ImageModel",
    "VisionTransformer",
    "Backbone",
    "VisionEncoder",
)


@dataclass(frozen=True, slots=True)
class TransformersFolder:
    """A folder that was read: its network, and what is said beside it.

    assumed : what of the configuration is not followed, a phrase each.
    """

    adapter: TransformersAdapter
    preprocessing: Preprocessing
    labels: tuple[str, ...] | None
    state: State
    assumed: tuple[str, ...]


def read_folder(
    folder: Path,
    *,
    device: torch.device,
    dtype: torch.dtype,
    tower: str | None = None,
    adapter: AdapterFolder | None = None,
) -> TransformersFolder:
    """Read a transformers folder.

    tower : name of the network for pictures in a larger model; None takes the first.
    adapter : is added to the weights; classes are those that were trained with it.

    Every name and shape must match, no code is run from the folder and nothing is
    looked up elsewhere. Of a larger model only that network is built and read.

    Raises CheckpointError, MissingExtraError, UnsupportedModelError, BudgetError, and
    SelectionError for a tower that there is not.
    """
    config_path = folder / "config.json"
    if not os.path.isfile(config_path) and os.path.isfile(folder / ADAPTER):
        raise CheckpointError(
            "{folder} holds the configuration of an adapter (PEFT) without its "
            "weights: adapter_model.safetensors is missing. Copy it there.",
            folder=folder.resolve().name,
        )
    if not os.path.isfile(config_path):
        raise CheckpointError(
            "{folder} is no model folder: it has no config.json. Give a folder as "
            "save_pretrained writes it.",
            folder=folder.resolve().name,
        )
    values = read_config(config_path, folder)
    weights = weight_files(folder)
    try:
        import transformers
    except ImportError:
        raise missing_extra(folder.name, "transformers", "hf", OTHER_MODEL) from None

    def price(count: int) -> None:
        require_model_memory(folder.name, count, device=device, dtype=dtype)

    if adapter is not None:
        task = _task_with_classes(transformers, values.get("model_type"))
        values = adapter.values(values, task)
    with offline(), _quiet(transformers):
        parts = _parts(transformers, values, folder, tower)
        made = [
            network
            for part in parts
            for network in _networks(transformers, part, folder, price)
        ]
        used, module, state, said = _read(
            made, weights, folder, tower, dtype, price, adapter
        )
    network = TransformersAdapter(module.to(device))
    # the library's own configuration is made without it: it is one of training there
    network.problem = problem_of(values.get("problem_type"))
    labels = None
    if network.has_head:
        names = network.hf.config.id2label
        labels = tuple(str(names.get(i, i)) for i in range(len(names)))
    # of the larger model's keys, those that lead to the tower are followed
    followed = used.part.place.split(".")
    values = {**values, **used.part.values, "model_type": values["model_type"]}
    kind = values["model_type"]
    kind = kind if kind in FAMILIES else used.part.kind
    processor = read_processor(folder, kind or "", network.own_size)
    return TransformersFolder(
        network,
        processor.preprocessing,
        labels,
        state,
        (
            *weights.said,
            *said,
            *not_followed(
                [key for key in PLACES if values.get(key) and key not in followed]
            ),
            *processor.assumed,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Network:
    """A network that a configuration describes, without its weights.

    wanted : shapes of its tensors by names in one spelling.
    size : how many numbers it has.
    own_names : of its tensors, by names in one spelling.
    """

    part: NestedConfig
    config: Any
    kind: Any
    wanted: Mapping[str, tuple[int, ...]]
    size: int
    own_names: Mapping[str, str]


def _parts(
    transformers: Any,  # noqa: ANN401
    values: dict[str, Any],
    folder: Path,
    tower: str | None,
) -> list[NestedConfig]:
    """Return the configurations to read: the whole one, or those of the towers in it.

    Raises CheckpointError for a model without a network that is opened, SelectionError
    for a tower of a model that has none.
    """
    name = values.get("model_type")
    names = values.get("architectures")
    task = str(names[0]) if isinstance(names, list) and names else ""
    is_known = isinstance(name, str)  # what is no text may have no hash
    inner = nested_configs(transformers, values)
    opened = [part for part in inner if part.kind in VISION]
    if is_known and name in VISION and not opened:
        whole = NestedConfig("", name, values, is_whole=not OTHER_TASKS.search(task))
    # which has no tower for text, though its configuration has
    elif is_known and name in TWO_TOWERS and task.endswith("ForImageClassification"):
        whole = NestedConfig("", name, values)
    elif opened:
        return opened
    else:
        raise _other_kind(transformers, values, inner, folder)
    if tower is not None and whole.is_whole:
        raise SelectionError(
            "{folder} has no network for pictures called {name}. Take one of "
            "these: {names}.",
            folder=folder.name,
            name=short(tower),
            names="none",
        )
    return [whole]


def _other_kind(
    transformers: Any,  # noqa: ANN401
    values: Mapping[str, Any],
    inner: Sequence[NestedConfig],
    folder: Path,
) -> VitvizError:
    """Return the error for a model without a network that is opened."""
    name = values.get("model_type")
    given = values.get("vision_config")
    is_known = isinstance(name, str)
    if is_known and name in TWO_TOWERS and not isinstance(given, dict | None):
        return unusable(folder, "vision_config", given, Phrase("names and values"))
    # the kinds of towers that are not opened beside the kind of the whole
    found = [name, *(part.kind for part in inner if part.kind)]
    for kind in reversed(found):
        reason = reason_against(transformers, kind) if isinstance(kind, str) else None
        # what a larger model reads beside the picture is nothing against its tower
        is_tower = kind is not name or not inner or reason == FEATURES
        if reason is not None and is_tower:
            return UnsupportedModelError(
                "{folder} ({kind}) cannot be shown: {reason}.",
                folder=folder.name,
                kind=repr(kind),
                reason=Phrase(reason),
            )
    kinds = dict.fromkeys(repr(kind)[:60] for kind in found)
    return CheckpointError(
        "The model in {folder} is of a kind that is not opened as a folder: {kind}. "
        "Build its network for pictures yourself and use vitviz.wrap(module).",
        folder=folder.name,
        kind=", ".join(kinds)[:200],
    )


def _networks(
    transformers: Any,  # noqa: ANN401
    part: NestedConfig,
    folder: Path,
    price: Price,
) -> list[_Network]:
    """Return the networks that a configuration may be of, built without memory.

    Raises CheckpointError, and what `price` raises for so many numbers.
    """
    config = _config(transformers, part, folder)
    first, *others = _kinds(transformers, part, config, folder)
    found = [_Network(part, config, first, *_skeleton(first, config, folder, price))]
    for kind in others:
        with contextlib.suppress(CheckpointError):  # it asks for more than is told
            made = _skeleton(kind, config, folder, price)
            found.append(_Network(part, config, kind, *made))
    return found


@dataclass(frozen=True, slots=True)
class _Found:
    """A network and where its tensors stand; what is said of the choice."""

    network: _Network
    tower: Tower
    said: tuple[str, ...]


def _find(
    made: Sequence[_Network],
    names: Collection[str],
    folder: Path,
    tower: str | None,
) -> _Found:
    """Return the tower that the user names, or the first, among a file's tensors.

    Raises CheckpointError for a file that holds none, SelectionError.
    """
    found = [
        (network, place)
        for network in made
        for place in find_towers(names, network.wanted)
    ]
    if not found:
        raise CheckpointError(
            "None of the {count} tensors in {folder} are those of the network that "
            "{place} describes. Load it with transformers and use vitviz.wrap(model).",
            folder=folder.name,
            count=len(names),
            place=", ".join(dict.fromkeys(n.part.place or "it" for n in made)),
        )
    # the plain network of a kind, and its backbone, may fit the same tensors
    by_name = {one[1].name: one for one in reversed(found)}
    found = [one for one in found if one is by_name[one[1].name]]
    places = [place for _, place in found]
    chosen, said = choose_tower(folder.name, places, tower)
    return _Found(found[places.index(chosen)][0], chosen, said)


def _read(
    made: Sequence[_Network],
    weights: FolderWeights,
    folder: Path,
    tower: str | None,
    dtype: torch.dtype,
    price: Price,
    adapter: AdapterFolder | None = None,
) -> tuple[_Network, nn.Module, State, tuple[str, ...]]:
    """Return (network, module, weights, what is said) of the part that is shown."""
    if made[0].part.is_whole:
        used, state = made[0], read_files(weights, price=price)
        said: tuple[str, ...] = ()
        if adapter is not None:
            state = _without_pooler(adapter.added(state), used.wanted)
    else:

        def find(names: Collection[str]) -> _Found:
            return _find(made, names, folder, tower)

        state = read_files(
            weights, price=price, keep=lambda names: find(names).tower.places
        )
        found = find([*state.content, *state.left])
        used, said, places = found.network, found.said, found.tower.places
        if adapter is not None:
            both = adapter.added(state)
            content = {name: both.content[name] for name in state.content}
            state = replace(both, content=content)
        own = {name: one_naming(inner) for name, inner in places.items()}
        content = {
            used.own_names[own[name]]: one for name, one in state.content.items()
        }
        state = replace(state, content=content)
    there = sum(tensor.numel() for tensor in state.content.values())
    require_enough_numbers(weights.path, used.size, there)
    module = _filled(used.kind, used.config, used.wanted, state, folder, dtype)
    return used, module, state, said


def _task_with_classes(transformers: Any, kind: object) -> str | None:  # noqa: ANN401
    """Return the name of the library's network for classes of a kind; None without."""
    from transformers.models.auto import modeling_auto

    table = modeling_auto.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES
    found = table.get(kind) if isinstance(kind, str) else None
    return found[0] if isinstance(found, tuple) else found


def _without_pooler(state: State, wanted: Mapping[str, object]) -> State:
    """Return the weights without a pooler that the network for classes has not."""
    content = {
        name: tensor
        for name, tensor in state.content.items()
        if "pooler." not in name or one_naming(name) in wanted
    }
    return replace(state, content=content)


def _config(transformers: Any, part: NestedConfig, folder: Path) -> Any:  # noqa: ANN401
    """Return the library's configuration, made of checked values.

    Raises CheckpointError.
    """
    name, values = part.kind, part.values
    try:
        family = transformers.CONFIG_MAPPING[name]
    except (KeyError, AttributeError, ImportError) as error:
        raise CheckpointError(
            "The model in {folder} cannot be read: transformers {version} has no "
            "{kind}. Install a newer one.",
            folder=folder.name,
            version=transformers.__version__,
            kind=name,
        ) from error
    options = {**_options(values, family, folder), **_classes(values, folder)}
    for tower in _TOWERS if name in TWO_TOWERS else ():
        inner = values.get(tower) or {}
        if not isinstance(inner, dict):
            raise unusable(folder, tower, inner, Phrase("names and values"))
        options[tower] = _options(inner, family.sub_configs[tower], folder)
    try:
        return family(**options)
    except Exception as error:
        raise _unreadable(folder, error) from error


def _options(values: Mapping[str, Any], family: Any, folder: Path) -> dict[str, Any]:  # noqa: ANN401
    """Return the checked values of the keys that this kind of network takes.

    Raises CheckpointError for a value that is none, and for a key that has no rule but
    that the kind would take.
    """
    taken = inspect.signature(family).parameters
    unknown = [
        key
        for key, value in values.items()
        if key in taken
        and key not in {*KEYS, *OF_TRAINING, "rope_parameters"}
        and _plain(value) != _plain(taken[key].default)
    ]
    if unknown:
        raise not_passed_on(folder, unknown, "transformers")
    rules = {key: rule for key, rule in KEYS.items() if key in taken}
    options = chosen(values, rules, folder)
    for key, value in options.items():
        # the library's checks tell lists from tuples, and JSON does not
        if isinstance(value, tuple) and "list" in str(taken[key].annotation):
            options[key] = [*value]
    if "rope_parameters" in taken and values.get("rope_parameters") is not None:
        options["rope_parameters"] = _rotation(values["rope_parameters"], folder)
    for key in ("hidden_act", "pooler_act"):
        _require_activation(options.get(key), key, folder)
    return options


def _plain(value: object) -> object:
    return [*value] if isinstance(value, tuple) else value  # as JSON has it


def _rotation(values: object, folder: Path) -> dict[str, Any]:
    """Return what a rotary embedding is made of. Raises CheckpointError."""
    key = "rope_parameters"
    if not isinstance(values, dict):
        raise unusable(folder, key, values, Phrase("names and values"))
    found = chosen(values, {"rope_theta": KEYS["rope_theta"]}, folder)
    others = {k: v for k, v in values.items() if k not in found and v is not None}
    kind = others.pop("rope_type", "default")
    if others or kind not in ("default", "axial"):
        raise not_passed_on(folder, [key], "transformers")
    return {**found, "rope_type": kind}


def _require_activation(name: str | None, key: str, folder: Path) -> None:
    """Raise CheckpointError for a function that the library does not have."""
    from transformers.activations import ACT2FN

    if name is not None and name not in ACT2FN:
        raise unusable(folder, key, name, Phrase("the name of a layer of the library"))


def _classes(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the classes' names, or else their number. Raises CheckpointError."""
    names = values.get("id2label")
    if names is None:
        return chosen(values, {"num_labels": CLASSES}, folder)
    wanted = Phrase("a list of at most {most:,} names", {"most": MAX_CLASSES})
    if not isinstance(names, dict) or len(names) > MAX_CLASSES:
        raise unusable(folder, "id2label", names, wanted)
    found = {}
    for key, label in names.items():
        text = str(label) if isinstance(label, str | int) else None
        if text is None or len(text) > MAX_LABEL or not key.isdecimal():
            raise unusable(folder, "id2label", {key: label}, wanted)
        if len(key) > 9:
            raise unusable(folder, "id2label", key, wanted)
        found[int(key)] = text
    return {"id2label": found}


def _kinds(
    transformers: Any,  # noqa: ANN401
    part: NestedConfig,
    config: Any,  # noqa: ANN401
    folder: Path,
) -> list[Any]:
    """Return the network's class: what the config names, if it is one of its kind.

    Of a part that is to be found in the weights, also the backbone of its kind, which
    lacks the last norm in some.

    Raises CheckpointError for a configuration without a network of its own.
    """
    # a tower's own list is of the model that it was trained in
    names = part.values.get("architectures") if part.is_whole else None
    name = names[0] if isinstance(names, list) and names else None
    # of the module beside the configuration's: a name elsewhere would import anything
    place = type(config).__module__.replace(".configuration_", ".modeling_")
    family = importlib.import_module(place)
    of_kind = {
        one.__name__: one
        for one in vars(family).values()
        if isinstance(one, type)
        and issubclass(one, transformers.PreTrainedModel)
        and getattr(one, "config_class", None) is type(config)
    }
    if isinstance(name, str) and name in of_kind:
        return [of_kind[name]]
    plain = transformers.MODEL_MAPPING.get(type(config), None)
    found = [plain] if isinstance(plain, type) else []
    found += [
        kind
        for ending in _ENDINGS
        for key, kind in of_kind.items()
        if key.endswith(ending) and kind is not plain
    ]
    if not found:
        raise unusable(folder, "architectures", names, Phrase("a network of its kind"))
    backbones = [kind for kind in found[1:] if kind.__name__.endswith("Backbone")]
    return found[:1] if part.is_whole else [found[0], *backbones[:1]]


def _skeleton(
    kind: Any,  # noqa: ANN401
    config: Any,  # noqa: ANN401
    folder: Path,
    price: Price,
) -> tuple[dict[str, tuple[int, ...]], int, dict[str, str]]:
    """Return (shapes, count of numbers, names), built without memory.

    Raises CheckpointError, and what `price` raises for so many numbers.
    """
    try:
        with torch.device("meta"):
            module = kind(config)
    except Exception as error:
        raise _unreadable(folder, error) from error
    price(size_of(module))
    tensors = module.state_dict()
    shapes = {one_naming(name): tuple(one.shape) for name, one in tensors.items()}
    return shapes, size_of(module), {one_naming(name): name for name in tensors}


def _filled(
    kind: Any,  # noqa: ANN401
    config: Any,  # noqa: ANN401
    wanted: Mapping[str, tuple[int, ...]],
    state: State,
    folder: Path,
    dtype: torch.dtype,
) -> nn.Module:
    """Return the network with the file's weights, every name and shape matched.

    wanted : shapes by names in one spelling.

    Raises CheckpointError.
    """
    content = {
        name: tensor
        for name, tensor in state.content.items()
        if name in wanted or tensor.is_floating_point() or not _TABLE.search(name)
    }
    for name, tensor in content.items():
        if tensor.dtype not in FLOATS and not _INDICES.search(name):
            raise CheckpointError(
                "{path}: {name} is {dtype}, and not a plain tensor of 16, 32 or 64 bit "
                "numbers. Quantised weights are not read.",
                path=state.path.name,
                name=name[:120],
                dtype=str(tensor.dtype).removeprefix("torch."),
            )
    try:
        module, report = kind.from_pretrained(
            None,
            config=config,
            state_dict=content,
            local_files_only=True,
            trust_remote_code=False,
            weights_only=True,
            # of kinds without, the adapter sends each step through the kernel
            attn_implementation="sdpa" if kind._supports_sdpa else "eager",
            dtype=dtype,
            output_loading_info=True,
        )
    except Exception as error:
        # the library raises many kinds for weights that do not fit
        _log.warning("cannot read %s", folder, exc_info=True)
        differing = _other_shapes(wanted, state.content)
        if "mismatched_sizes" in str(error) and differing:
            raise _misfit(folder, differing) from error
        raise _unreadable(folder, error) from error
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


def _unreadable(folder: Path, error: Exception) -> VitvizError:
    """Return the error for what the library raised about a folder's values."""
    if isinstance(error, VitvizError):
        return error
    if "scaled_dot_product_attention yet" in str(error):
        # the library's own words ask for support, in more than two lines
        return CheckpointError(
            "The network in {folder} ({kind}) computes attention only in code of its "
            "own, so it cannot be read exactly. Take a plain ViT, such as "
            "timm:vit_base_patch16_224.",
            folder=folder.name,
            kind=str(error).partition(" ")[0],
        )
    _log.warning("cannot read %s", folder, exc_info=error)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return CheckpointError(
        "The model in {folder} cannot be read: {reason}",
        folder=folder.name,
        reason=short((lines or [type(error).__name__])[0], 200),
    )


def _misfit(folder: Path, wrong: Sequence[str]) -> CheckpointError:
    """Return the error for weights that do not fit their config.json."""
    return CheckpointError(
        "The weights in {folder} do not fit its config.json: {count} names or "
        "shapes differ, such as {names}.",
        folder=folder.name,
        count=len(wrong),
        names=", ".join(wrong[:3]),
    )


def _other_shapes(
    wanted: Mapping[str, tuple[int, ...]], content: Mapping[str, Tensor]
) -> list[str]:
    """Return the shapes that differ from the config's, which the library hides."""
    return [
        f"{name[:120]} {tuple(tensor.shape)} instead of {wanted[one_naming(name)]}"
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
