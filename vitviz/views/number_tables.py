"""Tables of the numbers on screen, for the clipboard: lines of fields with tabs.

A spreadsheet takes them as they are. Neither Qt nor torch is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from vitviz.views.colour import Array

if TYPE_CHECKING:
    from vitviz.views.display import MapCell
    from vitviz.views.query_numbers import QueryNumbers


def square_table(values: Array) -> str:
    """Return (R, C) values as they lie on the picture or in the matrix."""
    return _table(map(_numbers, values))


def maps_table(maps: Mapping[str, Array], name: str) -> str:
    """Return (R, C) maps as one table: a line for each patch, a column for each map.

    name : of what the columns are, such as "head".
    """
    first = next(iter(maps.values()))
    rows, cols = first.shape
    head = ["row", "col", *(f"{name} {label}" for label in maps)]
    lines = (
        [str(row), str(col), *(str(values[row, col]) for values in maps.values())]
        for row in range(rows)
        for col in range(cols)
    )
    return _table([head, *lines])


def strip_table(cells: Sequence[MapCell]) -> str:
    """Return the maps of the head strip."""
    return maps_table({cell.label: cell.patches for cell in cells}, "head")


def layers_table(numbers: Mapping[int, QueryNumbers]) -> str:
    """Return the numbers of a query in every layer; empty where they have no sense."""
    head = ["layer", "reach", "entropy", "special"]
    lines = (
        [str(layer), *(_text(value) for value in (one.reach, one.entropy, one.special))]
        for layer, one in sorted(numbers.items())
    )
    return _table([head, *lines])


def statistic_table(values: Mapping[int, Array]) -> str:
    """Return (H,) values by layer: layers are lines, heads columns."""
    count = max(map(len, values.values()), default=0)
    head = ["layer", *(f"head {head}" for head in range(count))]
    lines = ([str(layer), *_numbers(row)] for layer, row in sorted(values.items()))
    return _table([head, *lines])


def _numbers(values: Array) -> list[str]:
    return [str(value) for value in values]


def _text(value: float | None) -> str:
    return "" if value is None else repr(value)


def _table(lines: Iterable[Iterable[str]]) -> str:
    return "".join("\t".join(line) + "\n" for line in lines)
