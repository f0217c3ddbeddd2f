"""Configurations of model folders: data, of which only what is listed is believed.

    read_config      a config.json as it is, bounded
    Rule             what one key may be: kind and limits
    chosen           the values of the keys that have a rule, each within its limits

timm and transformers look files, repositories and code up that a configuration names
(`checkpoint_path`, `pretrained_cfg.file`, `hf_hub_id`, `backbone`, `auto_map`, …). They
are never handed one: a network is built from numbers, switches and names of layers that
were checked here, each by a rule of its key.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from vitviz.errors import CheckpointError, FileError, Phrase
from vitviz.models.checkpoints.layout import MAX_BLOCKS
from vitviz.models.file_choices import MAX_HEADS
from vitviz.system.untrusted_files import read_untrusted

# Some 22,000 classes with their names take 1.5 MB.
MAX_CONFIG_BYTES = 8_000_000
MAX_WIDTH = 65_536
MAX_CLASSES = 65_536
# Pixels of a side of the picture that a network is made for.
MAX_SIDE = 16_384
MAX_PATCH = 1_024
# Of the special tokens, before the patches.
MAX_EXTRA_TOKENS = 4_096
# Patches of a picture: a table of positions has as many rows.
MAX_PATCHES = 262_144
MAX_LABEL = 1_000
_WORD = re.compile(r"[A-Za-z0-9_]{0,40}")


class Kind(Enum):
    """Kinds of values that a rule allows."""

    WHOLE = auto()
    NUMBER = auto()
    # One whole number, or two for height and width.
    SIDES = auto()
    # Up to `MAX_BLOCKS` whole numbers.
    LIST = auto()
    FLAG = auto()
    # Letters, digits and underscores: a key in a table of the library's.
    WORD = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """What the value of a key may be; `least` and `most` are of its numbers."""

    kind: Kind
    least: float = 0
    most: float = 0


def whole(least: int, most: int) -> Rule:
    """Return the rule of a whole number."""
    return Rule(Kind.WHOLE, least, most)


def number(least: float, most: float) -> Rule:
    """Return the rule of a finite number."""
    return Rule(Kind.NUMBER, least, most)


def sides(least: int, most: int) -> Rule:
    """Return the rule of a height and width."""
    return Rule(Kind.SIDES, least, most)


FLAG = Rule(Kind.FLAG)
WORD = Rule(Kind.WORD)
WIDTH = whole(1, MAX_WIDTH)
DEPTH = whole(1, MAX_BLOCKS)
HEADS = whole(1, MAX_HEADS)
CLASSES = whole(0, MAX_CLASSES)
TOKENS = whole(0, MAX_EXTRA_TOKENS)
BLOCKS = Rule(Kind.LIST, 0, MAX_BLOCKS)
WIDTHS = Rule(Kind.LIST, 1, MAX_WIDTH)


def read_config(path: Path, folder: Path) -> dict[str, Any]:
    """Return the object in a JSON file of `folder`.

    Raises CheckpointError for a file that is too long, damaged, or none.
    """
    try:
        text = read_untrusted(path, MAX_CONFIG_BYTES)
    except FileError as error:
        if "limit" not in error.values:
            raise CheckpointError(error.template, **error.values) from error
        raise CheckpointError(
            "{file} in {folder} is longer than {limit:,} bytes, which no "
            "configuration is. Take the folder as its author published it.",
            file=path.name,
            folder=folder.name,
            limit=MAX_CONFIG_BYTES,
        ) from error
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=without_duplicates)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            "The model in {folder} cannot be read: its {file} is damaged ({reason}).",
            folder=folder.name,
            file=path.name,
            reason=short(error),
        ) from error
    if not isinstance(found, dict):
        raise CheckpointError(
            "The model in {folder} cannot be read: its {file} holds no names and "
            "values.",
            folder=folder.name,
            file=path.name,
        )
    return found


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a dict. Raises ValueError for a name that is there twice.

    Of two values, a person may see the one and a program take the other.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found


def chosen(
    values: Mapping[str, Any], rules: Mapping[str, Rule], folder: Path
) -> dict[str, Any]:
    """Return the values that have a rule, but for None, which stands for the default.

    Raises CheckpointError, which names key, value and limit.
    """
    found = {
        key: _checked(folder, key, values[key], rule)
        for key, rule in rules.items()
        if values.get(key) is not None
    }
    _require_few_patches(folder, found)
    return found


def _checked(folder: Path, key: str, value: object, rule: Rule) -> object:
    """Return the value, two sides as a tuple. Raises CheckpointError."""
    parts: list[Any] = value if isinstance(value, list) else [value]
    numbers: list[Any]
    match rule.kind:
        case Kind.FLAG:
            is_kind, numbers = type(value) is bool, []
        case Kind.WORD:
            is_kind, numbers = bool(_WORD.fullmatch(_text(value))), []
        case Kind.LIST:
            is_kind, numbers = type(value) is list and len(parts) <= MAX_BLOCKS, parts
        case Kind.SIDES:
            is_kind = len(parts) == (2 if type(value) is list else 1)
            numbers = parts
        case Kind.WHOLE:
            is_kind, numbers = type(value) is int, parts
        case Kind.NUMBER:
            is_kind, numbers = type(value) in (int, float), parts
    types = (int, float) if rule.kind is Kind.NUMBER else (int,)
    is_kind = is_kind and all(type(n) in types for n in numbers)
    if is_kind and any(n > rule.most for n in numbers):
        raise beyond(folder, key, value, rule.most)
    if not is_kind or not all(rule.least <= n for n in numbers):
        raise unusable(folder, key, value, _wanted(rule))
    return tuple(value) if isinstance(value, list) else value


def _text(value: object) -> str:
    """Return the value if it is a text, and else one that is no word."""
    return value if isinstance(value, str) else "?"


def _require_few_patches(folder: Path, found: Mapping[str, Any]) -> None:
    """Raise CheckpointError for a picture of too many patches."""
    size = next((found[k] for k in ("img_size", "image_size") if k in found), None)
    patch = found.get("patch_size")
    if size is None or patch is None:
        return
    counts = [
        side // cut
        for side, cut in zip(_two(size), _two(patch), strict=True)  # height, width
    ]
    if math.prod(counts) > MAX_PATCHES:
        raise beyond(folder, "patches", math.prod(counts), MAX_PATCHES)


def _two(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _wanted(rule: Rule) -> Phrase:
    """Return the phrase for what a rule allows."""
    limits = {"least": _limit(rule.least), "most": _limit(rule.most)}
    template = {
        Kind.FLAG: "true or false",
        Kind.WORD: "the name of a layer of the library",
        Kind.LIST: "a list of whole numbers from {least} to {most}",
        Kind.SIDES: "one or two whole numbers from {least} to {most}",
        Kind.WHOLE: "a whole number from {least} to {most}",
        Kind.NUMBER: "a number from {least} to {most}",
    }[rule.kind]
    return Phrase(template, limits)


def _limit(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def beyond(folder: Path, key: str, value: object, most: float) -> CheckpointError:
    """Return the error for a number above its limit."""
    return CheckpointError(
        "The config.json of {folder} asks for a network beyond all measure: {key} is "
        "{value}, and at most {most} can be built. Correct it, or choose another "
        "model.",
        folder=folder.name,
        key=key,
        value=short(value),
        most=_limit(most),
    )


def unusable(
    folder: Path, key: str, value: object, wanted: object, file: str = "config.json"
) -> CheckpointError:
    """Return the error for a value of another kind, or below its limit."""
    return CheckpointError(
        "The model in {folder} cannot be read: in its {file}, {key} is {value} instead "
        "of {wanted}. Correct it, or choose another model.",
        folder=folder.name,
        file=file,
        key=short(key),
        value=short(value),
        wanted=wanted,
    )


def not_passed_on(folder: Path, keys: list[str], library: str) -> CheckpointError:
    """Return the error for keys of a configuration that would change the network."""
    return CheckpointError(
        "The model in {folder} cannot be read: its config.json sets {keys}, which is "
        "not handed on to {library}. Build it yourself and use vitviz.wrap(module).",
        folder=folder.name,
        keys=", ".join(map(short, keys[:3])),
        library=library,
    )


def not_followed(keys: list[str]) -> tuple[str, ...]:
    """Return what `ModelInfo.assumed` says of keys that name other files or code."""
    return tuple(f"{short(key)} in config.json is not followed" for key in keys)


def short(value: object, most: int = 60) -> str:
    """Return a value of a stranger's file as a short text of one line.

    What a terminal or a label would obey, such as escapes, is replaced.
    """
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    return text if len(text) <= most else text[:most] + "…"
