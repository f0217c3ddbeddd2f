"""Every widget: a name for screen readers, a tooltip, and a way there by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.words import cut_off
from vitviz.ui.window.actions import specs
from vitviz.ui.window.keys_overlay import KeysOverlay
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.view_state import Mode

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)
INSIDE = (QComboBox, QAbstractSpinBox, QAbstractItemView, QLineEdit, QTabBar)
"""Qt's own parts in these belong to them."""


def controls_of(root: QWidget) -> Iterator[QWidget]:
    for widget in root.findChildren(QWidget):
        is_part = isinstance(widget, QScrollBar)
        owner = widget.parentWidget()
        while owner is not None and owner is not root:
            is_part |= isinstance(owner, INSIDE)
            owner = owner.parentWidget()
        if isinstance(widget, CONTROLS) and not is_part:
            yield widget


def described(widget: QWidget) -> str:
    owner = widget.parentWidget()
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    path = []
    while owner is not None:
        path.append(type(owner).__name__)
        owner = owner.parentWidget()
    return f"{type(widget).__name__} “{text}” in {' in '.join(path)}"


def without(root: QWidget, kind: str) -> list[str]:
    """Controls that lack a name or a tooltip."""
    found = []
    for widget in controls_of(root):
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        words = {
            "name": widget.accessibleName() or text,
            "tooltip": widget.toolTip(),
            "keyboard": widget.focusPolicy() & Qt.FocusPolicy.TabFocus,
        }
        if not words[kind]:
            found.append(described(widget))
    return found


def dialogs(window: MainWindow) -> list[QDialog]:
    window.show_settings()
    window.show_log()
    window.show_about()
    return window.findChildren(QDialog)


@pytest.mark.parametrize("kind", ["name", "tooltip", "keyboard"])
def test_every_control_has(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, kind: str
) -> None:
    window = open_vitviz(photo)
    window.controller.keep()
    assert len(list(controls_of(window))) > 100, "else nothing was looked at"
    assert without(window, kind) == []
    for dialog in dialogs(window):
        assert without(dialog, kind) == []


@pytest.mark.parametrize("mode", [mode.value for mode in Mode])
def test_tab_reaches_everything_that_is_on_screen(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, mode: str
) -> None:
    window = open_vitviz(photo)
    window.controller.change(mode=Mode(mode))
    wait_idle(qtbot, window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.panes.picture.setFocus()
    reached: set[QWidget] = set()
    for _ in range(400):
        now = QApplication.focusWidget()
        if now is None or now in reached:
            break
        reached.add(now)
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    # a group of exclusive buttons is one stop; arrow keys choose in it
    groups = {b.group() for b in reached if isinstance(b, QAbstractButton)} - {None}
    missed = [
        described(one)
        for one in controls_of(window)
        if one.isVisible()
        and one.isEnabled()
        and one not in reached
        and not (isinstance(one, QAbstractButton) and one.group() in groups)
    ]
    assert missed == []
    assert window.panes.picture in reached


PLACES = ("strip", "heads", "matrix", "tokens", "classes", "views", "lab", "compare")


@pytest.mark.parametrize("place", PLACES)
def test_what_the_keyboard_has_reached_looks_so(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, place: str
) -> None:
    """Every stop of Tab is drawn otherwise than without the focus."""
    window = open_vitviz(photo)
    if place == "compare":
        window.controller.keep()
    elif place == "lab":
        window.controller.change(mode=Mode.LAB)
    else:
        window.controller.change(tab=place)
    wait_idle(qtbot, window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    stops: set[QWidget] = set()
    alike = []
    for _ in range(100):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None or now in stops:
            break
        stops.add(now)
        corner = now.mapTo(window, QPoint(0, 0))
        around = QRect(corner, now.size()).adjusted(-2, -2, 2, 2)
        seen = window.grab(around).toImage()
        now.clearFocus()
        without_focus = window.grab(around).toImage()
        now.setFocus(Qt.FocusReason.TabFocusReason)
        if seen == without_focus:
            alike.append(described(now))
    assert len(stops) > 15, "else nothing was looked at"
    assert alike == []


def test_a_click_draws_no_ring(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    ring, picture = window.contents().focus, window.panes.picture
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.panes.rail.setFocus(Qt.FocusReason.MouseFocusReason)
    picture.setFocus(Qt.FocusReason.TabFocusReason)
    assert ring.ringed() is picture
    assert ring.size() == picture.size()
    window.panes.rail.setFocus(Qt.FocusReason.MouseFocusReason)
    assert ring.ringed() is None
    click_patch(qtbot, window, 1, 1)
    assert picture.hasFocus()
    assert ring.ringed() is None


def test_every_action_with_a_key_is_in_the_overlay(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    keyed = {spec.name for spec in specs() if spec.keys}
    assert keyed == window.actions_by_name.keys()
    overlay = window.findChild(KeysOverlay)
    assert isinstance(overlay, KeysOverlay)
    overlay.toggle()
    shown = {text for page in overlay_pages(qtbot, window) for text in page}
    for spec in specs():
        assert spec.text.rstrip("…") in shown, spec.name
    keys = [key for spec in specs() for key in spec.keys]
    assert len(keys) == len(set(keys)), "one key, one action"


def test_every_key_reaches_its_action(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    reached: list[str] = []
    for name, action in window.actions_by_name.items():
        action.triggered.disconnect()  # what it does is for other tests
        action.triggered.connect(partial(reached.append, name))
    window.panes.picture.setFocus()
    wanted = [(spec.name, key) for spec in specs() for key in spec.keys]
    for name, key in wanted:
        reached.clear()
        QTest.keySequence(window.panes.picture, QKeySequence(key))
        assert reached == [name], key


def overlay_pages(qtbot: QtBot, window: MainWindow) -> list[list[str]]:
    """The texts of every page, turned as a user does; all are in the window."""
    overlay = window.keys
    pages = []
    while overlay.isVisible():
        qtbot.waitUntil(lambda: not cut_off(overlay))
        labels = [one for one in overlay.findChildren(QLabel) if one.isVisible()]
        for label in labels:
            place = QRect(label.mapTo(window, QPoint(0, 0)), label.size())
            assert window.rect().contains(place), label.text()
        pages.append([label.text() for label in labels])
        qtbot.keyClick(overlay, Qt.Key.Key_PageDown)
    return pages


@pytest.mark.parametrize(
    ("in_room", "size", "most"),
    [
        pytest.param(False, (1280, 720), 1, id="desk"),
        pytest.param(False, (1024, 600), 2, id="small"),
        pytest.param(True, (1280, 720), 3, id="room"),
    ],
)
def test_the_overlay_shows_all_keys_in_as_many_pages_as_it_needs(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    in_room: bool,
    size: tuple[int, int],
    most: int,
) -> None:
    window = open_vitviz(photo)
    window.resize(*size)
    if in_room:
        window.present.begin(full_screen=False)
    layer = window.controller.state.layer
    qtbot.keyClick(window, Qt.Key.Key_Question)
    qtbot.waitUntil(window.keys.isVisible)
    pages = overlay_pages(qtbot, window)
    assert 1 <= len(pages) <= most
    shown = [text for page in pages for text in page]
    assert "Tint, map, spotlight" in shown
    assert ("Blank the screen" in shown) == in_room
    assert window.controller.state.layer == layer, "the clicker's keys were its own"
    window.keys.toggle()
    qtbot.keyClick(window.keys, Qt.Key.Key_X)
    assert not window.keys.isVisible()
    if in_room:
        window.present.end()


def test_all_keys_are_on_one_page_in_either_language(
    spoken: str, qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """Japanese lines are higher: parts of a group stand where there is room."""
    window = open_vitviz(photo)
    window.resize(1280, 720)
    qtbot.keyClick(window, Qt.Key.Key_Question)
    qtbot.waitUntil(window.keys.isVisible)
    assert window.keys.numPages() == 1
    (page,) = overlay_pages(qtbot, window)
    assert {"Ctrl+O", "?  F1", "Esc"} <= set(page)


def test_the_window_turned_round_for_scripts_from_the_right(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, qapp: QApplication
) -> None:
    from tests.window.clicks import click_patch

    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        window = open_vitviz(photo)
        assert window.panes.side.geometry().right() < window.width() // 2
        click_patch(qtbot, window, 2, 5)
        assert window.controller.state.token == 1 + 2 * 7 + 5
        assert window.controller.heat is not None
        boxes = [
            w.geometry()
            for w in window.panes.controls.children()
            if isinstance(w, QWidget) and w.isVisible()
        ]
        for one in boxes:
            assert not any(one is not b and one.intersects(b) for b in boxes)
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
