"""Conversion of frozen dataclasses to JSON values and back, by their annotations.

Supported annotations: numbers, text, bool, None, enums (by value), tuples, unions and
dataclasses of these. Reading never raises: a value that cannot be used is replaced by
its default, and its field is named. Numbers and lists are bounded, whatever their field
allows: no field of ours means anything beyond, and Qt and numpy hold no larger ones.

    json_text(value)      JSON text, which UTF-8 can hold
    parsed(text)          what JSON text holds
    decoded(kind, value)  a dataclass of it
    encoded(value)        and back
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import functools
import json
import types
import typing
from typing import Any, TypeVar

T = TypeVar("T")


# A whole number is smaller, as Qt's are.
_MOST = 2**31
# Items of a list of plain values, and of a list of dataclasses.
_MOST_ITEMS, _MOST_PARTS = 100_000, 1000
# Characters of a text; a path has at most 4096.
_MOST_CHARACTERS = 10_000
# Lists and objects inside one another. What is deeper cannot be written again.
_MOST_LEVELS = 100


def json_text(content: object, indent: int | None = None) -> str:
    """Return JSON for people: letters as they are, where UTF-8 has all of them.

    Linux allows names of files that are no text; in them each letter is escaped.
    """
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(content, indent=indent)
    return text


def parsed(text: str | bytes) -> Any:  # noqa: ANN401
    """Return what JSON text holds.

    Raises ValueError for what is no JSON, and for what is nested more than 100 levels
    deep, which Python's own reader answers with a RecursionError or not at all.
    """
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    level = [content]
    for _ in range(_MOST_LEVELS):
        level = [
            item
            for one in level
            if isinstance(one, dict | list)
            for item in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return content
    raise ValueError("nested too deeply")


class Mismatch(Exception):
    """A value that does not fit its annotation."""


def encoded(value: object) -> Any:  # noqa: ANN401
    """Return `value` as JSON has it: dict, list, str, number, bool or None."""
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: encoded(getattr(value, field.name)) for field in fields}
    if isinstance(value, tuple):
        return [encoded(item) for item in value]
    return value


def decoded(kind: type[T], value: object, default: T) -> tuple[T, list[str]]:
    """Read `kind` from a dict; return it with the names of the fields that are wrong.

    A field that is missing or wrong has the value of `default`; unknown keys are
    ignored. The names are dotted for fields of inner dataclasses; `[""]` means that
    `value` is no dict at all.
    """
    if not isinstance(value, dict):
        return default, [""]
    bad: list[str] = []
    found: dict[str, object] = {}
    hints = _hints_of(typing.cast("type", kind))
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.name not in value:
            continue
        known = getattr(default, field.name)
        hint = hints[field.name]
        if dataclasses.is_dataclass(hint):
            part, wrong = decoded(typing.cast("type", hint), value[field.name], known)
            found[field.name] = part
            bad += [f"{field.name}.{name}".rstrip(".") for name in wrong]
            continue
        try:
            found[field.name] = _read(hint, value[field.name])
        except Mismatch:
            bad.append(field.name)
    # together first: two fields may fit each other and not the default of one; then
    # without each; then a field at a time, so that one that is refused spoils no other
    for refused in ((), *((name,) for name in found)):
        kept = {name: one for name, one in found.items() if name not in refused}
        with contextlib.suppress(ValueError, OverflowError):
            made = dataclasses.replace(default, **kept)  # type: ignore[type-var]
            return made, [*bad, *refused]
    made = default
    for name, one in found.items():
        try:
            made = dataclasses.replace(made, **{name: one})  # type: ignore[type-var]
        except (ValueError, OverflowError):
            bad.append(name)
    return made, bad


@functools.cache
def _hints_of(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(hint: Any, value: object) -> object:  # noqa: ANN401
    """Return `value` as the annotation `hint` asks for. Raises Mismatch."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _read_any(typing.get_args(hint), value)
    if origin is tuple:
        return _read_tuple(typing.get_args(hint), value)
    if hint is type(None):
        return _checked(value is None, value)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        try:
            return hint(value)
        except ValueError as error:
            raise Mismatch from error
    if dataclasses.is_dataclass(hint):
        kind = typing.cast("type[Any]", hint)
        made, bad = decoded(kind, value, kind())
        return _checked(not bad, made)
    if hint is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # json reads NaN, Infinity, and integers that a float cannot hold
        _checked(is_number and abs(typing.cast("float", value)) < 1e300, value)
        return float(typing.cast("float", value))
    # True and False are instances of int
    is_flag = isinstance(value, bool) and hint is not bool
    is_right = isinstance(value, hint) and not is_flag
    if isinstance(value, int):
        is_right &= abs(value) < _MOST
    elif isinstance(value, str):
        is_right &= len(value) <= _MOST_CHARACTERS
    return _checked(is_right, value)


def _read_any(hints: tuple[Any, ...], value: object) -> object:
    """Return `value` as the first of the annotations that fits. Raises Mismatch."""
    for hint in hints:
        try:
            return _read(hint, value)
        except Mismatch:
            continue
    raise Mismatch


def _read_tuple(hints: tuple[Any, ...], value: object) -> tuple[object, ...]:
    """Return a JSON list as a tuple. Raises Mismatch."""
    if not isinstance(value, list):
        raise Mismatch
    if len(hints) == 2 and hints[1] is Ellipsis:
        most = _MOST_PARTS if dataclasses.is_dataclass(hints[0]) else _MOST_ITEMS
        _checked(len(value) <= most, value)
        return tuple(_read(hints[0], item) for item in value)
    _checked(len(hints) == len(value), value)
    return tuple(_read(hint, item) for hint, item in zip(hints, value, strict=True))


def _checked(is_right: bool, value: object) -> object:
    """Return `value`. Raises Mismatch unless it is right."""
    if not is_right:
        raise Mismatch
    return value
