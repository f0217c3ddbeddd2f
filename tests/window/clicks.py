"""Clicks on the picture and what it then shows, for tests of any part of the window."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vitviz.ui.window.main_window import MainWindow


def click_patch(
    qtbot: QtBot,
    window: MainWindow,
    row: int,
    col: int,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Move the pointer to a patch and click it."""
    trace = window.controller.document.trace
    assert trace is not None
    picture = window.panes.picture
    point = picture.scenePointOf(trace.setup.grid.token(row, col))
    assert point is not None
    viewport = picture.viewport()
    spot = viewport.mapFrom(picture, point.toPoint())
    qtbot.mouseMove(viewport, spot)
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, modifier, spot)


def leave_picture(window: MainWindow) -> None:
    """No patch is under the pointer any more."""
    window.controller.screen.hover(None)


def heat_on_screen(window: MainWindow) -> npt.NDArray[np.float32]:
    """(rows, cols): the map over the picture."""
    assert window.controller.heat is not None
    return window.controller.heat.patches
