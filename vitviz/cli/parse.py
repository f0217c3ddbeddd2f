"""Parsers of option values: sizes, tokens, heads, numbers, names.

Each turns a text of the command line into a value or raises one sentence that names the
option.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.methods import MAPS, OPTIONS, MethodOptions
from vitviz.domain.number_text import decimal_number, whole_number
from vitviz.errors import InputError, SelectionError
from vitviz.pictures.reading import (
    MAX_FRAME,
    Plane,
    Reading,
    bands_of,
    stretch_of,
)
from vitviz.system.dataclass_json import decoded, parsed
from vitviz.views.colour import is_scale
from vitviz.views.view_state import MAX_OTHERS

if TYPE_CHECKING:
    from vitviz.attention.trace import Query

MAX_SIZE_PX = 32768
# Of a layer, head, token, row, column or class; none has more.
_MOST = 99_999_999


def listed(names: tuple[str, ...]) -> str:
    """Return names as part of a sentence: "a, b or c"."""
    rest = f" or {names[-1]}" if len(names) > 1 else ""
    return (", ".join(names[:-1]) or names[0]) + rest


def one_of(text: str, names: tuple[str, ...], option: str) -> str:
    """Return the text if it is one of `names`. Raises InputError."""
    if text in names:
        return text
    raise InputError(
        "There is no {option} {text}; there is {names}.",
        option=option,
        text=text,
        names=listed(names),
    )


def whole(text: str, option: str) -> int:
    """Return a number of pixels from 1 to `MAX_SIZE_PX`. Raises SelectionError."""
    number = whole_number(text, 1, MAX_SIZE_PX)
    if number is not None:
        return number
    raise SelectionError(
        "{option} takes a whole number of pixels from 1 to {most}, not {text}.",
        option=option,
        most=MAX_SIZE_PX,
        text=text,
    )


def factor(text: str) -> float:
    """Return the pixels for each figure unit, in [0.25, 16]. Raises SelectionError."""
    value = decimal_number(text)
    if 0.25 <= value <= 16:
        return value
    raise SelectionError(
        "--pixels takes a number from 0.25 to 16, not {text}.", text=text
    )


def size_of(text: str) -> int | tuple[int, int]:
    """Return a size, `N` or `WxH` pixels. Raises SelectionError."""
    width, cross, height = text.lower().replace("×", "x").partition("x")
    if not cross:
        return whole(width, "--size")
    return whole(width, "--size"), whole(height, "--size")


def numbers_of(text: str | None, option: str) -> tuple[int, ...] | None:
    """Return numbers from 0, in order; None without a text. Raises SelectionError."""
    if text is None:
        return None
    found = [whole_number(part.strip(), 0, _MOST) for part in text.split(",")]
    numbers = sorted({number for number in found if number is not None})
    if None in found:
        raise SelectionError(
            "{option} takes numbers from 0 as in 0,5,11, not {text}.",
            option=option,
            text=text,
        )
    return tuple(numbers)


def number_or(text: str, words: tuple[str, ...], option: str) -> int | str:
    """Return a number from 0, or one of `words`. Raises SelectionError."""
    if text in words:
        return text
    number = whole_number(text, 0, _MOST)
    if number is not None:
        return number
    raise SelectionError(
        "{option} takes a number from 0, or {words}, not {text}.",
        option=option,
        words=listed(words),
        text=text,
    )


def class_of(text: str) -> int:
    """Return the number of a class. Raises SelectionError."""
    number = whole_number(text, 0, _MOST)
    if number is not None:
        return number
    raise SelectionError("--target takes a class by its number, not {text}.", text=text)


def method_options_of(texts: list[str], method: str) -> MethodOptions:
    """Return the values of `--option NAME=VALUE`, which the method must have.

    Raises InputError for an option that the method lacks, SelectionError for a value
    that the option does not take.
    """
    given: dict[str, object] = {}
    for text in texts:
        name, _, value = text.partition("=")
        known = [name for name in MAPS[method].options if name in OPTIONS]
        if name not in known:
            raise InputError(
                "{method} has no option {name}; it has: {names}.",
                method=method,
                name=name,
                names=", ".join(known) or "none",
            )
        try:
            given[name] = parsed(value)
        except ValueError:
            given[name] = value
    made, bad = decoded(MethodOptions, given, MethodOptions())
    if bad:
        raise SelectionError(
            "--option {name} does not take {value}.",
            name=bad[0],
            value=given[bad[0]],
        )
    return made


def query_of(text: str) -> Query:
    """Return a token as a name, an index or a cell. Raises SelectionError."""
    kind, colon, number = text.partition(":")
    index = whole_number(number, 0, _MOST)
    if colon and kind == "token" and index is not None:
        return index
    row, comma, col = text.partition(",")
    if comma:
        cell = whole_number(row.strip(), 0, _MOST), whole_number(col.strip(), 0, _MOST)
        if cell[0] is not None and cell[1] is not None:
            return cell[0], cell[1]
    if text.isidentifier():
        return text
    raise SelectionError(
        "--query takes cls, ROW,COL, token:I, pool or all, not {text}.", text=text
    )


def queries_of(texts: list[str]) -> tuple[Query, ...]:
    """Return the tokens of `--query`, the pinned one first. Raises SelectionError."""
    found = tuple(query_of(text) for text in texts)
    if len(found) > 1 and {"all", "pool"} & {q for q in found if isinstance(q, str)}:
        raise SelectionError("--query all and --query pool stand alone.")
    if len(found) > 1 + MAX_OTHERS:
        raise SelectionError(
            "--query takes at most {count} tokens: one, and {beside} beside it.",
            count=1 + MAX_OTHERS,
            beside=MAX_OTHERS,
        )
    return found


def head_of(text: str) -> HeadChoice | str:
    """Return a choice of heads from `I`, `mean` or `mean:1,4`; "all" as it is.

    Raises SelectionError.
    """
    if text == "all":
        return text
    name, colon, numbers = text.partition(":")
    single = whole_number(text, 0, _MOST)
    if single is not None:
        return HeadChoice((single,))
    listed = numbers.split(",") if colon else []
    heads = [whole_number(one, 0, _MOST) for one in listed]
    is_once = len(set(heads)) == len(heads)
    if name in {one.value for one in Fusion} and None not in heads and is_once:
        return HeadChoice(tuple(h for h in heads if h is not None), Fusion(name))
    raise SelectionError(
        "--head takes a number from 0, or mean, max, min or all, or heads made one as "
        "in mean:1,4, each once; not {text}.",
        text=text,
    )


def between(text: str | None, option: str, least: float, most: float) -> float | None:
    """Return a number within a range; None if none is given. Raises SelectionError."""
    if text is None:
        return None
    value = decimal_number(text)
    if least <= value <= most:
        return value
    raise SelectionError(
        "{option} takes a number from {least} to {most}, not {text}.",
        option=option,
        least=least,
        most=most,
        text=text,
    )


def reading_of(
    stretch: str, bands: str | None, frame: str | None, plane: str
) -> Reading:
    """Return what is shown of a file's numbers. Raises SelectionError, InputError."""
    found = stretch_of(stretch)
    if found is None:
        raise SelectionError(
            "--stretch takes auto, full, range, percentiles as in 2-98, or two values "
            "as in 0,3000; not {text}.",
            text=stretch,
        )
    chosen = () if bands is None else bands_of(bands)
    if chosen is None:
        raise SelectionError(
            "--bands takes numbers from 1 as in 4,3,2: one band as grey, three as red, "
            "green and blue, or those of a network of many channels; not {text}.",
            text=bands,
        )
    number = None if frame is None else whole_number(frame, 0, MAX_FRAME)
    if frame is not None and number is None:
        raise SelectionError(
            "--frame takes a number from 0, not {text}.",
            text=frame,
        )
    planes = tuple(one.value for one in Plane)
    return Reading(found, chosen, number, Plane(one_of(plane, planes, "--plane")))


def scale_of(text: str) -> str | tuple[float, float]:
    """Return "own", "shared" or the two ends of `LOW,HIGH`. Raises SelectionError."""
    if text in ("own", "shared"):
        return text
    low, comma, high = text.partition(",")
    ends = decimal_number(low.strip()), decimal_number(high.strip())
    if comma and is_scale(*ends):
        return ends
    raise SelectionError(
        "--scale takes own, shared or two numbers as in 0,0.05, the first not below 0 "
        "and well below the second; not {text}.",
        text=text,
    )
