"""The look of Qt's own controls in the program's themes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
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
