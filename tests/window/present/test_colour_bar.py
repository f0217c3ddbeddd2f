"""In Present everything beside the colour bar is whole, whatever the type's size."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.ui.base import theme


@pytest.mark.parametrize("size", [(1024, 768), (1920, 1080), (2600, 1500)])
@pytest.mark.parametrize("log", [False, True], ids=["linear", "log"])
def test_what_stands_above_the_bar_is_not_cut(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    size: tuple[int, int],
    log: bool,
) -> None:
    """The number of patches beyond the scale, and "log", end below the upper edge."""
    window = open_vitviz(photo)
    window.resize(*size)
    window.present.begin(full_screen=False)
    window.controller.change(log=log, clip_percent=2.0)
    wait_idle(qtbot, window)
    QApplication.processEvents()
    bar = window.panes.bar
    shot = bar.grab().toImage()
    ground = QColor(theme.colours().surround)
    above = range(int(bar.barRect().top() * shot.devicePixelRatio()) - 1)
    drawn = [
        y
        for y in above
        if any(shot.pixelColor(x, y) != ground for x in range(shot.width()))
    ]
    assert drawn, "nothing stands above the bar"
    assert drawn[0] > 0, "what stands above the bar is cut at the upper edge"
