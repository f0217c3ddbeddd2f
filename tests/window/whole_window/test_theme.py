"""The theme on screen: icons and bars follow it and stay in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import (
    QApplication,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import icons, theme
from vitviz.views.view_state import Style

SIDE = QSize(icons.SIZE, icons.SIZE)


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, ThemeChoice.DARK)


def ink(icon: QIcon) -> tuple[str, float]:
    """(its fullest colour, share of the area that is drawn on)."""
    image = icon.pixmap(SIDE, 1.0).toImage()
    rows, cols = range(image.height()), range(image.width())
    pixels = [image.pixelColor(x, y) for x in cols for y in rows]
    strongest = max(pixels, key=lambda colour: colour.alpha())
    return strongest.name(), sum(c.alpha() > 60 for c in pixels) / len(pixels)


def test_the_icons_on_screen_follow_the_theme(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    buttons = [b for b in window.top.findChildren(QToolButton) if not b.icon().isNull()]
    assert len(buttons) >= 8
    for choice, tone in (
        (ThemeChoice.LIGHT, theme.LIGHT),
        (ThemeChoice.HIGH_CONTRAST, theme.HIGH_CONTRAST),
        (ThemeChoice.DARK, theme.DARK),
    ):
        window.preferences.set(theme=choice)
        for button in buttons:
            found = QColor(ink(button.icon())[0])
            assert abs(QColor(tone.text).lightness() - found.lightness()) < 12


def test_a_pressed_button_keeps_its_icon_in_sight(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    buttons = [b for b in window.top.findChildren(QToolButton) if not b.icon().isNull()]
    for choice in (ThemeChoice.LIGHT, ThemeChoice.HIGH_CONTRAST, ThemeChoice.DARK):
        window.preferences.set(theme=choice)
        for button in buttons:
            button.setDown(True)  # as it stays while its menu is open
            image = button.grab().toImage()
            button.setDown(False)
            middle = range(8, image.height() - 8)
            shades = [
                image.pixelColor(x, y).lightness()
                for x in range(8, min(image.width() - 8, 30))
                for y in middle
            ]
            assert max(shades) - min(shades) > 100, (choice, button.accessibleName())


def test_a_spotlights_bar_is_as_dark_as_its_shadow(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.show()
    window.controller.change(style=Style.SPOTLIGHT)
    bar = window.panes.bar
    place = bar.barRect().toRect()
    found = {}
    for percent in (100, 40):
        window.controller.change(opacity=percent / 100)
        qtbot.waitUntil(lambda: not window.controller.has_jobs)
        image = bar.grab().toImage()
        middle = place.center().x()
        ends = place.top() + 2, place.bottom() - 2
        found[percent] = [image.pixelColor(middle, y).lightness() for y in ends]
    # black of that opacity over white
    assert found[100] == pytest.approx([255, 0], abs=4)
    assert found[40] == pytest.approx([255, 255 * 0.6], abs=4)
