"""Readable text colours: contrast after WCAG 2, on the panel of any theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

from vitviz.ui.base import theme
from vitviz.views.colour import Meaning

# Least contrast of text against its background (WCAG 2, success criterion 1.4.3).
CONTRAST = 4.5


def readable(meaning: Meaning) -> QColor:
    """Return the colour of `meaning`, mixed with the text's until it can be read."""
    tone = theme.colours()
    return QColor(_readable(meaning.value, tone.panel, tone.text))


@lru_cache  # every paint asks for the same few
def _readable(colour_name: str, panel: str, text_name: str) -> QColor:
    ground, text, colour = QColor(panel), QColor(text_name), QColor(colour_name)
    for step in range(21):
        mixed = _mixed(colour, text, step / 20)
        if contrast(mixed, ground) >= CONTRAST:
            return mixed
    return text


def ink_on(ground: QColor) -> QColor:
    """Return black or white, whichever can be read better on a colour."""
    black, white = QColor(0, 0, 0), QColor(255, 255, 255)
    return max(black, white, key=lambda ink: contrast(ink, ground))


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two colours (WCAG 2), in [1, 21]."""
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
        # from sRGB to linear light (IEC 61966-2-1)
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(c / 255) for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
