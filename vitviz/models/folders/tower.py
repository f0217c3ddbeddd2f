"""Networks for pictures inside the model of a transformers folder.

A two-tower model, a vision-language model or an estimator of depth holds the
configuration of a Vision Transformer inside its own, and its tensors below a prefix.
Both are found here; nothing else of the model is built or read.

    nested_configs   configurations inside a config.json, the outermost first
    find_towers      where the tensors of such a network stand in the weights
    choose_tower     the one that the user names, or the first

Names of tensors are those of a stranger's file: they are compared and never looked up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vitviz.errors import SelectionError
from vitviz.models.checkpoints.config import short
from vitviz.models.checkpoints.naming import one_naming

# Keys under which transformers keeps the configuration of a network for pictures.
_PLACES = (
    "vision_config",
    "image_config",
    "high_res_vision_config",
    "backbone_config",
    "encoder",
    "sam_config",
    "image_model_config",
    "patch_model_config",
    "fov_model_config",
)
# And of the models in a model that may hold one of those.
_AROUND = ("thinker_config", "vlm_config", "vision_config", "encoder")
_LEVELS = 3
# Places of a network in a file that are looked at; each takes a look at all names.
_MOST = 8
_STEM = re.compile(r"patch_(embed\w*|conv|projection)\.(proj\w*\.)?weight$")
_NUMBER = re.compile(r"\.\d+\.")


@dataclass(frozen=True, slots=True)
class NestedConfig:
    """The configuration of a network for pictures inside another.

    place : keys that lead to it, as in "vision_config"; empty for the outermost.
    kind : its `model_type`, or the one that the library gives it; None if neither says.
    is_whole : whether all weights are its own. Otherwise they are found among others,
        such as those of a decoder.
    """

    place: str
    kind: str | None
    values: Mapping[str, Any]
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Tower:
    """Where the tensors of a network stand.

    name : as the user names it: the prefix without its last point.
    places : names in the file to names in the network.
    """

    name: str
    places: Mapping[str, str]


def nested_configs(transformers: Any, values: Mapping[str, Any]) -> list[NestedConfig]:  # noqa: ANN401
    """Return the configurations of networks for pictures inside a checked JSON object.

    At most `_LEVELS` levels are looked at, and of each only keys that are known.
    """
    return list(_nested(transformers, values, "", _LEVELS))


def _nested(
    transformers: Any,  # noqa: ANN401
    values: Mapping[str, Any],
    place: str,
    levels: int,
) -> Iterator[NestedConfig]:
    kinds = _own_kinds(transformers, values.get("model_type"))
    for key in _PLACES:
        inner = values.get(key)
        if inner is None and kinds.get(key):
            inner = {}  # all of it is the library's default
        if not isinstance(inner, dict):
            continue
        kind = inner.get("model_type") or kinds.get(key)
        name = kind if isinstance(kind, str) else None
        yield NestedConfig(place + key, name, inner, is_whole=False)
    for key in _AROUND if levels > 1 else ():
        inner = values.get(key)
        if isinstance(inner, dict):
            yield from _nested(transformers, inner, f"{place}{key}.", levels - 1)


def _own_kinds(transformers: Any, name: object) -> dict[str, str]:  # noqa: ANN401
    """Return the kinds of the networks that the library puts into one of that name."""
    mapping = transformers.CONFIG_MAPPING
    if not isinstance(name, str) or name not in mapping:
        return {}
    try:
        inner = getattr(mapping[name], "sub_configs", None) or {}
    except (AttributeError, ImportError):  # needs a library that is not installed
        return {}
    return {key: getattr(kind, "model_type", "") for key, kind in inner.items()}


def find_towers(names: Collection[str], wanted: Collection[str]) -> list[Tower]:
    """Return the places in a file where all of a network's tensors stand.

    names : of the file's tensors.
    wanted : names of the network's tensors, in one spelling. A pooler may be missing.

    Tensors with numbers of blocks that the network does not have make a place none.
    """
    stem = next((name for name in wanted if _STEM.search(name)), None)
    if stem is None:
        return []
    first, _, _ = stem.partition(".")
    bases = [""]
    if all(name.startswith(f"{first}.") for name in wanted):
        bases.append(f"{first}.")
    found = []
    for base in bases:
        ending = stem.removeprefix(base)
        prefixes = [
            name.removesuffix(ending)
            for name in names
            if name == ending or name.endswith(f".{ending}")
        ][:_MOST]
        for prefix in prefixes:
            places = _places(names, wanted, prefix, base)
            if places is not None:
                name = (prefix or base or bases[-1]).rstrip(".")
                found.append(Tower(name, places))
        if found:
            break
    return found


def _places(
    names: Collection[str], wanted: Collection[str], prefix: str, base: str
) -> dict[str, str] | None:
    """Return names in the file to names in the network; None if some are missing."""
    below = {
        name: base + name[len(prefix) :] for name in names if name.startswith(prefix)
    }
    shapes = {_NUMBER.sub(".0.", name) for name in wanted}
    places: dict[str, str] = {}
    there: set[str] = set()
    for name, inner in below.items():
        plain = one_naming(inner)
        if plain in wanted:
            places[name] = inner
            there.add(plain)
        elif _NUMBER.search(plain) and _NUMBER.sub(".0.", plain) in shapes:
            return None
    missing = [name for name in wanted if name not in there]
    return None if any("pooler." not in name for name in missing) else places


def choose_tower(
    folder: str, towers: Sequence[Tower], name: str | None
) -> tuple[Tower, tuple[str, ...]]:
    """Return the tower of that name, or the first, and what is said of the choice.

    Raises SelectionError for a name that there is not.
    """
    # of pictures before that of films
    towers = sorted(towers, key=lambda one: "video" in one.name)
    chosen = next((one for one in towers if name in (None, one.name)), None)
    if chosen is None:
        raise SelectionError(
            "{folder} has no network for pictures called {name}. Take one of these: "
            "{names}.",
            folder=folder,
            name=short(name),
            names=", ".join(short(one.name) for one in towers) or "none",
        )
    others = [short(one.name) for one in towers if one is not chosen]
    if not others:
        return chosen, (f"the tower {short(chosen.name)} alone",)
    return chosen, (f"tower {short(chosen.name)}, others: {', '.join(others)}",)
