"""The look of Qt's own controls in the program's themes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSlider,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import theme
from vitviz.ui.base.contrast import contrast


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, ThemeChoice.DARK)


@pytest.mark.parametrize("make", [QComboBox, QSpinBox, QCheckBox, QLineEdit, QSlider])
def test_controls_have_outlines_in_high_contrast(
    qtbot: QtBot, qapp: QApplication, make: type[QWidget]
) -> None:
    theme.apply(qapp, ThemeChoice.HIGH_CONTRAST)
    control = make()
    qtbot.addWidget(control)
    if isinstance(control, QSlider):
        control.setOrientation(Qt.Orientation.Horizontal)
    control.resize(120, 30)
    control.show()
    qtbot.waitExposed(control)
    image = control.grab().toImage()
    brightness = [
        [image.pixelColor(x, y).lightness() for x in range(image.width())]
        for y in range(image.height())
    ]
    strong = sum(value > 200 for row in brightness for value in row)
    faint = sum(0 < value < 100 for row in brightness for value in row)
    # a box of 14 px is outlined with 56; rounded corners are smoothed
    assert strong >= 40
    assert faint < strong


@pytest.mark.parametrize("choice", list(ThemeChoice), ids=lambda one: one.value)
def test_boxes_and_ticks_are_seen(
    qtbot: QtBot, qapp: QApplication, choice: ThemeChoice
) -> None:
    """An outline at 3 : 1 (WCAG 2, 1.4.11), and a tick on the box at 4.5 : 1."""
    theme.apply(qapp, choice)
    control = QCheckBox()
    qtbot.addWidget(control)
    control.show()
    qtbot.waitExposed(control)

    def contrasts() -> list[float]:
        image = control.grab().toImage()
        ground = image.pixelColor(image.width() - 1, 0)
        return [
            contrast(image.pixelColor(x, y), ground)
            for y in range(image.height())
            for x in range(image.width())
        ]

    assert sum(one >= 3 for one in contrasts()) >= 40
    control.setChecked(True)
    # the box is filled, and the tick in it is of the panel's side again
    filled = contrasts()
    assert sum(one >= 4.5 for one in filled) > 80
    inner = control.grab().toImage()
    middle = [inner.pixelColor(x, y) for x in range(3, 11) for y in range(3, 13)]
    box = max(middle, key=lambda one: contrast(one, QColor(theme.colours().panel)))
    assert sum(contrast(one, box) >= 4.5 for one in middle) >= 6
