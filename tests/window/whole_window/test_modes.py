"""Every mode of the window is reached by its button and by its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.views.view_state import Mode


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_every_mode_has_a_button_and_a_key(
    open_vitviz: OpenWindow, qtbot: QtBot, photo: Path, is_rebuilt: bool
) -> None:
    window = open_vitviz(photo)
    if is_rebuilt:
        window.controller.change(mode=Mode.LAB)
        window.rebuild()
        assert window.panes.side.mode() is Mode.LAB
    assert set(window.panes.side.modes()) == set(Mode)
    keys = {Mode.INSPECT: "Key_F2", Mode.LEARN: "Key_F3", Mode.LAB: "Key_F4"}
    for mode in (Mode.LAB, Mode.LEARN, Mode.INSPECT):
        button = window.top.modeButton(mode)
        qtbot.waitUntil(button.isVisible)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert window.panes.side.mode() is mode
        assert button.isChecked()
    for mode in (Mode.LAB, Mode.LEARN, Mode.INSPECT):
        qtbot.keyClick(window, getattr(Qt.Key, keys[mode]))
        assert window.panes.side.mode() is mode


def test_the_names_of_the_panes_stay_where_they_are(
    open_vitviz: OpenWindow, qtbot: QtBot, photo: Path
) -> None:
    window = open_vitviz(photo)
    tabs, picture = window.panes.tabs, window.panes.picture
    places = set()
    for key in "1234567":
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{key}"))
        wait_idle(qtbot, window)
        buttons = [b for b in tabs.findChildren(QToolButton) if b.text() == "Matrix"]
        (button,) = buttons
        spot = button.mapTo(window, QPoint(0, 0))
        panel = tabs.rect().height()
        places.add((spot.x(), spot.y(), panel, picture.width(), picture.height()))
    assert len(places) == 1, "neither the names nor the picture jump"
    assert spot.y() < window.height() / 4, "they are above what they choose"


def test_a_pane_is_chosen_by_its_key_in_every_mode(
    open_vitviz: OpenWindow, qtbot: QtBot, photo: Path
) -> None:
    window = open_vitviz(photo)
    for mode in (Mode.LEARN, Mode.LAB):
        window.controller.change(mode=mode)
        qtbot.keyClick(window, Qt.Key.Key_3)
        wait_idle(qtbot, window)
        assert window.panes.side.mode() is Mode.INSPECT
        assert window.panes.matrix.isVisible()
