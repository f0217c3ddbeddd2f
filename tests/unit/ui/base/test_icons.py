"""Icons: lines in the colour of the text, sharp at every scale."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication

from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import icons, theme

SIDE = QSize(icons.SIZE, icons.SIZE)


def ink(icon: QIcon) -> tuple[str, float]:
    """(its fullest colour, share of the area that is drawn on)."""
    image = icon.pixmap(SIDE, 1.0).toImage()
    rows, cols = range(image.height()), range(image.width())
    pixels = [image.pixelColor(x, y) for x in cols for y in rows]
    strongest = max(pixels, key=lambda colour: colour.alpha())
    return strongest.name(), sum(c.alpha() > 60 for c in pixels) / len(pixels)


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, ThemeChoice.DARK)


@pytest.mark.parametrize("name", icons.names())
def test_an_icon_is_a_line_in_the_colour_of_the_text(
    qapp: QApplication, name: str
) -> None:
    for choice, tone in (
        (ThemeChoice.LIGHT, theme.LIGHT),
        (ThemeChoice.DARK, theme.DARK),
        (ThemeChoice.HIGH_CONTRAST, theme.HIGH_CONTRAST),
    ):
        theme.apply(qapp, choice)
        colour, share = ink(icons.icon(name))
        wanted, found = QColor(tone.text), QColor(colour)
        assert abs(wanted.lightness() - found.lightness()) < 12
        assert 0.03 < share < 0.6, "lines, neither nothing nor a block"


def test_icons_are_sharp_on_fine_screens(qapp: QApplication) -> None:
    for ratio in (1.0, 1.25, 1.5, 2.0, 3.0):
        pixmap = icons.icon("open").pixmap(SIDE, ratio)
        assert pixmap.width() == round(18 * ratio)
