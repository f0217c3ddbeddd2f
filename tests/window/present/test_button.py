"""The button that begins Present, where the top bar has room for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from tests.window.words import cut_off


def test_a_click_on_the_button_begins(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    button = window.top.presentButton()
    assert button.accessibleName()
    assert "F5" in button.toolTip()
    assert not button.icon().isNull()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.present.is_on)
    wait_idle(qtbot, window)
    assert not window.top.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.present.is_on)
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: window.top.presentButton().isVisible())


@pytest.mark.parametrize("size", [(1280, 720), None], ids=["1280×720", "smallest"])
def test_the_bar_holds_all_its_buttons(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    spoken: str,
    size: tuple[int, int] | None,
) -> None:
    """Also at the smallest size that the window lets itself be given."""
    window = open_vitviz(photo)
    window.resize(*(size or (1, 1)))
    wait_idle(qtbot, window)
    top = window.top
    qtbot.waitUntil(lambda: not cut_off(top))  # once the narrow bar is laid out
    buttons = [one for one in top.findChildren(QToolButton) if one.isVisible()]
    assert top.presentButton() in buttons
    places = sorted(
        (one.mapTo(top, QPoint(0, 0)).x(), one.width(), one.text()) for one in buttons
    )
    ends = [x + width for x, width, _ in places]
    assert ends[-1] <= top.width()
    assert all(end <= x for end, (x, _, _) in zip(ends, places[1:], strict=False))
