"""Colours that mean something, moved until text in them can be read on any theme."""

from __future__ import annotations

from PySide6.QtGui import QColor

from vitviz.ui.base import theme
from vitviz.views.colour import Meaning

CONTRAST = 4.5
"""Of text against its ground, as WCAG 2 asks for (success criterion 1.4.3)."""


def readable(meaning: Meaning) -> QColor:
    """The colour of a meaning, moved towards the text's until it can be read."""
    tone = theme.colours()
    ground, text = QColor(tone.panel), QColor(tone.text)
    colour = QColor(meaning.value)
    for step in range(21):
        mixed = _mixed(colour, text, step / 20)
        if contrast(mixed, ground) >= CONTRAST:
            return mixed
    return text


def contrast(one: QColor, other: QColor) -> float:
    """Contrast of two colours, from 1 to 21 (WCAG 2)."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    parts = (
        round(a + share * (b - a))
        for a, b in zip(_channels(one), _channels(other), strict=True)
    )
    return QColor(*parts)


def _channels(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def _luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(c / 255) for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
