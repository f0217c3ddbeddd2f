"""After Present the desk is as it was, to the pixel, and so is the focus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.ui.lab.panel import Tool
from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import LearnView, Mode


def zoomed(window: MainWindow) -> QWidget:
    window.controller.change(tab="heads")
    window.panes.picture.zoomBy(1.7)
    window.splitter().setSizes([500, 780])
    return window.panes.picture


def notes_unfolded(window: MainWindow) -> QWidget:
    window.controller.change(mode=Mode.LEARN, learn=LearnView(Chapter.SCALING))
    page = window.panes.learn.page()
    assert isinstance(page, ScalingPage)
    page.notes.fold.click()
    return window.panes.picture


def slider_in_use(window: MainWindow) -> QWidget:
    window.controller.change(mode=Mode.LEARN, learn=LearnView(Chapter.SCALING))
    page = window.panes.learn.page()
    assert isinstance(page, ScalingPage)
    page.slider.setValue(20)
    return page.slider


def comparison(window: MainWindow) -> QWidget:
    window.controller.keep()
    return window.panes.picture


def lab(window: MainWindow) -> QWidget:
    window.controller.change(mode=Mode.LAB)
    button = window.panes.lab.toolButton(Tool.CUT)
    button.click()
    return window.panes.lab.cut.last


def without_panel(window: MainWindow) -> QWidget:
    window.actions_by_name["panel"].trigger()
    return window.panes.picture


SCENES = (zoomed, notes_unfolded, slider_in_use, comparison, lab, without_panel)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_the_desk_is_as_it_was(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    scene: Callable[[MainWindow], QWidget],
) -> None:
    window = open_vitviz(photo)
    window.resize(1280, 720)
    QCursor.setPos(window.screen().geometry().bottomRight())  # to outline nothing
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    scene(window).setFocus()
    at_rest(qtbot, window)
    before, state = picture(window), window.controller.state
    focus = described(QApplication.focusWidget())
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.present.is_on)
    at_rest(qtbot, window)
    assert picture(window) != before
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.present.is_on)
    qtbot.waitUntil(lambda: not window.isFullScreen())
    at_rest(qtbot, window)
    assert window.controller.state == state
    qtbot.waitUntil(lambda: described(QApplication.focusWidget()) == focus)
    if scene is slider_in_use:  # its chapter is made anew, one or two pixels otherwise
        page = window.panes.learn.page()
        assert isinstance(page, ScalingPage)
        assert page.slider.value() == 20
    else:
        qtbot.waitUntil(lambda: picture(window) == before, timeout=4000)


def described(widget: QWidget | None) -> tuple[str, str]:
    return type(widget).__name__, "" if widget is None else widget.accessibleName()


def picture(window: MainWindow) -> QImage:
    return window.grab().toImage()


def at_rest(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until two pictures of the window in a row are the same."""
    seen: list[QImage] = []

    def is_still() -> bool:
        seen.append(picture(window))
        return len(seen) > 4 and all(one == seen[-1] for one in seen[-5:-1])

    wait_idle(qtbot, window)
    qtbot.waitUntil(is_still, timeout=10_000)
    wait_idle(qtbot, window)
