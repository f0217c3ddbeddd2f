"""Icons: lines in the colour of the text, sharp at every scale."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QColor, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import icons, theme
from vitviz.ui.window.top_bar import TopBar

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


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_icons_are_sharp_on_fine_screens(ratio: float) -> None:
    """In a program of its own: Qt reads the scale of its screens once, at the start."""
    code = (
        "from PySide6.QtCore import QSize\n"
        "from PySide6.QtWidgets import QApplication, QToolButton\n"
        "app = QApplication(['vitviz', '-platform', 'offscreen'])\n"
        "from vitviz.ui.base import icons\n"
        "button = QToolButton()\n"
        "icons.dress(button, 'open')\n"
        "side = QSize(icons.SIZE, icons.SIZE)\n"
        "pixmap = button.icon().pixmap(side, button.devicePixelRatio())\n"
        "print(button.devicePixelRatio(), pixmap.width())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_SCALE_FACTOR": str(ratio)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == [str(ratio), str(round(icons.SIZE * ratio))]


def test_icons_are_drawn_again_for_a_screen_of_finer_pixels(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the window is moved to a screen that has just been connected."""
    top = TopBar()
    qtbot.addWidget(top)
    finer = [QGuiApplication.primaryScreen(), FineScreen()]
    monkeypatch.setattr(QGuiApplication, "screens", lambda: finer)
    button = top.presentButton()
    assert button.icon().pixmap(SIDE, 2.5).width() < round(2.5 * icons.SIZE)
    QApplication.sendEvent(top, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert button.icon().pixmap(SIDE, 2.5).width() == round(2.5 * icons.SIZE)


class FineScreen:
    """A screen as far as the icons ask for it."""

    def devicePixelRatio(self) -> float:
        return 2.5
