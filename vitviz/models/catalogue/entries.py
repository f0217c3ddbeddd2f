"""The catalogue: models that vitviz knows by name, as data.

    entries()                everything, in the order of the file
    find("vit_b_16")         one, or None
    search("small labels")   those that all the words fit

The data are in resources/models.toml; no library is loaded for them.
"""

from __future__ import annotations

import enum
import functools
import json
import math
import os
import re
import struct
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vitviz.models.catalogue.embedded import SCALE, embedded_path
from vitviz.system.paths import resource

TIMM_PREFIX = "timm:"
_TORCH_SITE = "https://download.pytorch.org/models"
_HUB_SITE = "https://huggingface.co"
# Parameters; such a model runs in a moment on any laptop.
_SMALL = 30_000_000
_FINE_PX = 8


class Trait(enum.Enum):
    """Properties of a model, in words that a teacher would search for."""

    LABELS = "has labels"
    SEGMENTS = "segments objects"
    SMALL = "small"
    FINE = "fine patches"
    REGISTERS = "has registers"
    CAPTIONS = "learned from captions"
    SELF_TAUGHT = "self-taught"
    ANY_USE = "any use allowed"


# Traits that the file names; the others follow from numbers, see `Entry.traits`.
_LISTED = {
    "segments": Trait.SEGMENTS,
    "captions": Trait.CAPTIONS,
    "self_taught": Trait.SELF_TAUGHT,
}
_FREE_LICENCES = {"MIT", "MIT and Apache-2.0", "Apache-2.0", "BSD-3-Clause"}


@dataclass(frozen=True, slots=True)
class Remote:
    """The address of published weights, and their digest."""

    url: str
    # Name in vitviz's own cache.
    file: str
    # The hexadecimal digits that are published: all, the first few, or none.
    sha256: str = ""
    # On the Hugging Face hub, as "timm/NAME"; empty for other sites.
    repository: str = ""
    # About, four bytes a parameter; 0 where it is not known.
    size_bytes: int = 0

    @property
    def site(self) -> str:
        """The host's name, to be shown."""
        return self.url.split("/")[2].partition(":")[0]


@dataclass(frozen=True, slots=True)
class Family:
    """The models of one training: what builds them, and under which licence."""

    key: str
    title: str
    # embedded, torchvision or timm: what builds the network.
    library: str
    licence: str
    licence_url: str
    source: str
    # One sentence.
    good_for: str
    traits: frozenset[Trait]


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of the catalogue.

    size_px : side of its own input; num_parameters, num_layers, num_heads : 0 where
        that is not known without building it.
    """

    name: str
    title: str
    family: Family
    size_px: int
    patch_px: int
    num_prefix_tokens: int
    num_layers: int
    num_heads: int
    num_parameters: int
    num_classes: int
    remote: Remote | None
    # torchvision's name of the weights; empty for other libraries.
    weights: str = ""

    @property
    def library(self) -> str:
        """embedded, torchvision or timm: what builds the network."""
        return self.family.library

    @property
    def architecture(self) -> str:
        """The library's own name of the network."""
        if self.library == "timm":
            return self.name.removeprefix(TIMM_PREFIX)
        return self.name.partition(".")[0]

    @property
    def num_tokens(self) -> int:
        """Number of tokens at the model's own size, special tokens included."""
        return (self.size_px // self.patch_px) ** 2 + self.num_prefix_tokens

    @property
    def size_bytes(self) -> int:
        """Size of the weights, about: four bytes a parameter.

        That of an embedded model is exact; 0 if it is missing.
        """
        if self.library == "embedded":
            path = embedded_path(self.name)
            return path.stat().st_size if path.is_file() else 0
        return 4 * self.num_parameters

    @property
    def traits(self) -> frozenset[Trait]:
        """The family's traits, and those that follow from the numbers."""
        found = set(self.family.traits)
        for trait, has_it in (
            (Trait.LABELS, self.num_classes > 0),
            (Trait.SMALL, 0 < self.num_parameters <= _SMALL),
            (Trait.FINE, self.patch_px <= _FINE_PX or self.library == "embedded"),
            (Trait.REGISTERS, self.num_prefix_tokens > 2),
            (Trait.ANY_USE, self.family.licence in _FREE_LICENCES),
        ):
            if has_it:
                found.add(trait)
        return frozenset(found)


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Return every model of the catalogue, the embedded ones first."""
    with resource("models.toml").open("rb") as file:
        families = tomllib.load(file)["family"]
    return tuple(entry for one in families for entry in _family_entries(one))


def find(name: str) -> Entry | None:
    """Return the entry of that name, or None.

    torchvision's bare names stand for its own default weights.
    """
    named = next((entry for entry in entries() if entry.name == name), None)
    return named or find_weights(name, "default")


def find_weights(architecture: str, weights: str) -> Entry | None:
    """Return torchvision's network with one of its weights, or None.

    weights : "default" for the first.
    """
    for entry in entries():
        if entry.library == "torchvision" and entry.architecture == architecture:
            if weights in ("default", "DEFAULT", entry.weights):
                return entry
    return None


def search(
    text: str, traits: Sequence[Trait] = (), *, words: Mapping[Trait, str] | None = None
) -> tuple[Entry, ...]:
    """Return the entries that have all traits and in which every word of `text` occurs.

    words : what the traits are called in the user's language, searched as well.
    """
    wanted = text.casefold().split()
    return tuple(
        entry
        for entry in entries()
        if entry.traits.issuperset(traits)
        and all(word in _haystack(entry, words or {}) for word in wanted)
    )


def _haystack(entry: Entry, words: Mapping[Trait, str]) -> str:
    """Return everything that `search` looks through, in lower case."""
    family = entry.family
    texts = [
        entry.name,
        entry.title,
        family.title,
        family.library,
        family.licence,
        family.source,
        family.good_for,
        *(trait.value for trait in entry.traits),
        *(words.get(trait, "") for trait in entry.traits),
    ]
    return "\n".join(texts).casefold()


def hub_remote(repository: str, file: str = "model.safetensors") -> Remote:
    """Return the address of a file of the hub, or of its mirror in HF_ENDPOINT."""
    site = (os.environ.get("HF_ENDPOINT") or _HUB_SITE).rstrip("/")
    suffix = Path(file).suffix
    return Remote(
        f"{site}/{repository}/resolve/main/{file}",
        re.sub(r"[^\w.-]+", "--", repository) + suffix,
        repository=repository,
    )


def _family_entries(data: Mapping[str, Any]) -> list[Entry]:
    family = Family(
        data["key"],
        data["title"],
        data["library"],
        data["licence"],
        data["licence_url"],
        data["source"],
        data["good_for"],
        frozenset(_LISTED[name] for name in data["traits"]),
    )
    is_embedded = family.library == "embedded"
    return [
        _entry(family, {**_embedded_facts(one["name"]), **one} if is_embedded else one)
        for one in data["models"]
    ]


def _entry(family: Family, model: Mapping[str, Any]) -> Entry:
    remote = None
    if family.library == "torchvision":
        file = model["file"]
        remote = Remote(f"{_TORCH_SITE}/{file}", file, model["sha256"])
    elif family.library == "timm":
        own = "timm/" + model["name"].removeprefix(TIMM_PREFIX)
        remote = hub_remote(model.get("repository", own))
    if remote is not None:
        remote = replace(remote, size_bytes=4 * model.get("parameters", 0))
    return Entry(
        model["name"],
        model["title"],
        family,
        model["size"],
        model["patch"],
        model["special"],
        model.get("layers", 0),
        model.get("heads", 0),
        model.get("parameters", 0),
        model["classes"],
        remote,
        model.get("weights", ""),
    )


def _embedded_facts(name: str) -> dict[str, int]:
    """Read layers and parameters from an embedded model's header; {} without it."""
    try:
        with embedded_path(name).open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
    except FileNotFoundError:
        return {}
    header.pop("__metadata__", None)
    blocks = {m[1] for name in header if (m := re.match(r"blocks\.(\d+)\.", name))}
    parameters = sum(
        math.prod(tensor["shape"])
        for name, tensor in header.items()
        if not name.endswith(SCALE)  # of 8-bit numbers, which count themselves
    )
    return {"layers": len(blocks), "parameters": parameters}


# Options of a file that may stand before its path: see `models.file_choices`.
FILE_OPTIONS = (
    "network",
    "heads",
    "weights",
    "activation",
    "pool",
    "problem",
    "tower",
    "grid",
    "base",
)
# The base of an adapter is a path, in which neither commas nor colons can stand but
# that of a drive of Windows, which a slash follows and a further colon ends.
_PLAIN = "|".join(FILE_OPTIONS[:-1])
_BASE = r"(?:[A-Za-z]:[\\/][^,:=]+(?=[,:])|[^,:=]+)"
_OPTION = rf"(?:(?:{_PLAIN})=[\w.-]+|base={_BASE})"
_OPTIONS = re.compile(rf"({_OPTION}(?:,{_OPTION})*):(.+)", re.DOTALL)


def network_at(network: str, path: Path | str) -> str:
    """Return how a file of weights is named whose network the user has named.

    network : one of timm's, or options as `split_network` returns them.
    """
    if "=" in network:
        return f"{network}:{path}"
    return f"{TIMM_PREFIX}{network}={path}"


def split_network(text: str) -> tuple[str | None, str]:
    """Return (network, path) of `timm:NETWORK=PATH`; (None, text) of anything else.

    Of `heads=12,weights=model_ema:PATH` it is ("heads=12,weights=model_ema", PATH).
    """
    options = _OPTIONS.fullmatch(text)
    if options:
        return options[1], options[2]
    found = re.fullmatch(rf"{TIMM_PREFIX}([\w.]+)=(.+)", text, re.DOTALL)
    return (found[1], found[2]) if found else (None, text)
