"""Every mode of the window is reached by its button and by its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
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
