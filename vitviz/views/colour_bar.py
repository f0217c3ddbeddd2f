"""Ticks and the 1/N mark of a colour bar, in the window and in figures. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.domain.number_text import format_value
from vitviz.views.colour import Levels

# Of a map with colours of its own: the name and the colour of each part, from the top.
COMPONENTS = (("PC 1", "#FF0000"), ("PC 2", "#00FF00"), ("PC 3", "#0000FF"))
# Between the ramps of two of them, in px or figure units.
COMPONENT_GAP = 10.0


@dataclass(frozen=True, slots=True)
class BarText:
    """Text beside a colour bar with its place, counted downwards from the bar's top."""

    # (y, text); the text is empty where it would overlap that of the uniform mark.
    ticks: tuple[tuple[float, str], ...]
    # y of the uniform mark; None without one, or where it lies outside the bar.
    uniform: float | None


def bar_text(
    levels: Levels, uniform: float | None, height: float, *, line: float
) -> BarText:
    """Return the ticks of a bar and the mark of the uniform value.

    uniform : value of every token if attention were even; None for no mark.
    height, line : of the bar and of a line of its text, in the same units.
    """

    def y_of(value: float) -> float | None:
        position = levels.position(value)
        return None if position is None else (1 - position) * height

    mark = None if uniform is None else y_of(uniform)
    placed = []
    for value, label in zip(levels.ticks(), tick_labels(levels.ticks()), strict=True):
        y = y_of(value)
        if y is None:
            continue
        hidden = mark is not None and abs(y - mark) < line
        placed.append((y, "" if hidden else label))
    return BarText(tuple(placed), mark)


def tick_labels(values: tuple[float, ...]) -> tuple[str, ...]:
    """Return values as text, with equally many decimals unless one has an exponent."""
    texts = [format_value(value) for value in values]
    if any("e" in text for text in texts):
        return tuple(texts)
    places = max(len(text.partition(".")[2]) for text in texts)
    plain = (f"{v:.{places}f}" if v else "0" for v in values)
    return tuple(text.replace("-", "\N{MINUS SIGN}") for text in plain)
