"""A clicker's keys in Present, wherever who speaks has clicked before.

Real key events, sent to what has the focus, as a keyboard sends them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.ui.lab.panel import Tool
from vitviz.ui.learn.chapters.ch4_cost import CostPage
from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import LearnView, Mode

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def talk(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> MainWindow:
    """The program in Present, active, on layer 1."""
    window = open_vitviz(photo, model=classifier_folder)
    window.activateWindow()
    window.controller.change(layer=1)
    press(qtbot, window, KEY.Key_F5)
    qtbot.waitUntil(lambda: window.present.is_on)
    qtbot.waitUntil(window.isActiveWindow)
    wait_idle(qtbot, window)
    return window


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    """A key as the keyboard gives it: to the popup, else to what has the focus."""
    target = QApplication.activePopupWidget() or QApplication.focusWidget() or window
    qtbot.keyClick(target, key)


def is_blank(window: MainWindow) -> bool:
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    places = [(x, y) for x in range(9, 400, 13) for y in range(9, 400, 13)]
    return {image.pixelColor(*place).value() for place in places} == {0}


def blanks(qtbot: QtBot, window: MainWindow) -> bool:
    """Whether both keys blank the screen and bring it back."""
    seen = []
    for key in (KEY.Key_B, KEY.Key_Period):
        press(qtbot, window, key)
        seen.append(is_blank(window))
        press(qtbot, window, key)
        seen.append(not is_blank(window))
    return all(seen)


def test_keys_work_from_a_text_field(qtbot: QtBot, talk: MainWindow) -> None:
    control = talk.controller
    control.change(tab="classes")
    wait_idle(qtbot, talk)
    field = talk.panes.classes.findChild(QLineEdit)
    assert field is not None
    assert field.isVisible()
    assert field.isEnabled()
    qtbot.mouseClick(field, LEFT)
    assert field.hasFocus()
    qtbot.keyClicks(field, "b.")
    assert field.text() == "b.", "it can be written in"
    press(qtbot, talk, KEY.Key_PageUp)
    assert control.state.layer == 0
    assert not field.hasFocus()
    assert blanks(qtbot, talk)
    qtbot.mouseClick(field, LEFT)
    press(qtbot, talk, KEY.Key_Escape)
    assert not field.hasFocus(), "first out of the field"
    assert talk.present.is_on
    press(qtbot, talk, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not talk.present.is_on)


def test_keys_work_from_a_spin_box(qtbot: QtBot, talk: MainWindow) -> None:
    control = talk.controller
    control.change(mode=Mode.LAB)
    talk.panes.lab.toolButton(Tool.CUT).click()
    wait_idle(qtbot, talk)
    box = talk.panes.lab.cut.last
    for step in ("pages", "blank"):
        qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
        assert box.hasFocus()
        value, layer = box.value(), control.state.layer
        if step == "pages":
            press(qtbot, talk, KEY.Key_PageDown)
            assert control.state.layer == layer + 1
        else:
            assert blanks(qtbot, talk)
        assert box.value() == value


def test_keys_work_from_a_slider_and_a_button(qtbot: QtBot, talk: MainWindow) -> None:
    talk.controller.change(mode=Mode.LEARN, learn=LearnView(Chapter.SCALING))
    wait_idle(qtbot, talk)
    learn = talk.panes.learn
    page = learn.page()
    assert isinstance(page, ScalingPage)
    page.guess.reveal()
    for control in (page.slider, page.switch.button(False)):
        page.show_part(page.switch)
        index = page.step_index
        qtbot.mouseClick(control, LEFT)
        wait_idle(qtbot, talk)
        value = page.slider.value()
        for there, back in (
            ((KEY.Key_PageDown, KEY.Key_PageUp), (KEY.Key_Right, KEY.Key_Left))
            if index == 0
            else ((KEY.Key_PageUp, KEY.Key_PageDown), (KEY.Key_Left, KEY.Key_Right))
        ):
            press(qtbot, talk, there)
            assert abs(page.step_index - index) == 1
            press(qtbot, talk, back)
            assert page.step_index == index
        assert page.slider.value() == value
        assert blanks(qtbot, talk)


def test_keys_work_while_a_chapter_measures(qtbot: QtBot, talk: MainWindow) -> None:
    talk.controller.change(mode=Mode.LEARN, learn=LearnView(Chapter.COST))
    wait_idle(qtbot, talk)
    learn = talk.panes.learn
    page = learn.page()
    assert isinstance(page, CostPage)
    page.show_part(page.measure)
    former = page.step_index
    qtbot.mouseClick(page.measure, LEFT)
    assert talk.controller.has_jobs
    press(qtbot, talk, KEY.Key_PageUp)
    assert (learn.chapter(), page.step_index) == (Chapter.COST, former - 1)
    assert blanks(qtbot, talk)
    assert talk.controller.has_jobs, "it went on"
    qtbot.waitUntil(lambda: page.timed is not None, timeout=60_000)
    wait_idle(qtbot, talk)


def test_keys_work_below_an_error(qtbot: QtBot, talk: MainWindow) -> None:
    errors = talk.panes.errors
    talk.open_path("no such file.png")
    qtbot.waitUntil(errors.isVisible)
    press(qtbot, talk, KEY.Key_PageUp)
    assert talk.controller.state.layer == 0
    assert blanks(qtbot, talk)
    errors.hide()


def test_an_open_menu_has_its_own_keys(qtbot: QtBot, talk: MainWindow) -> None:
    control = talk.controller
    control.change(tab="heads")
    wait_idle(qtbot, talk)
    menus = [
        button
        for button in talk.panes.heads.findChildren(QWidget)
        if getattr(button, "menu", lambda: None)() is not None
    ]
    menu = menus[0].menu()  # type: ignore[attr-defined]
    for key, layer in ((KEY.Key_Escape, 1), (KEY.Key_PageUp, 0)):
        menu.popup(menus[0].mapToGlobal(QPoint(0, 0)))
        qtbot.waitUntil(menu.isVisible)
        press(qtbot, talk, key)
        assert not menu.isVisible()
        assert talk.present.is_on
        assert control.state.layer == layer


def test_a_dialog_has_its_own_keys(qtbot: QtBot, talk: MainWindow) -> None:
    talk.actions_by_name["settings"].trigger()
    dialog = next(d for d in talk.findChildren(QDialog) if d.isVisible())
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not talk.findChildren(QDialog))
    assert talk.present.is_on


def test_a_key_that_is_held_down_blanks_once(qtbot: QtBot, talk: MainWindow) -> None:
    kind, none = QEvent.Type.KeyPress, Qt.KeyboardModifier.NoModifier
    for repeats in (False, True, True, True):
        event = QKeyEvent(kind, KEY.Key_B, none, "b", repeats)
        QApplication.sendEvent(talk.panes.picture, event)
    assert is_blank(talk)


def test_another_language_leaves_present_as_it_was(
    qtbot: QtBot, talk: MainWindow
) -> None:
    """The window is made anew under the halo, the blank and the shares."""
    talk.controller.change(mode=Mode.LEARN)
    wait_idle(qtbot, talk)
    split = talk.splitter()
    qtbot.waitUntil(lambda: abs(split.sizes()[0] - split.sizes()[1]) <= 2)
    sizes = split.sizes()
    for _ in range(2):
        former = talk.panes
        qtbot.keyClick(
            talk,
            KEY.Key_L,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
        )
        qtbot.waitUntil(lambda former=former: talk.panes is not former)  # type: ignore[misc]
        wait_idle(qtbot, talk)
        assert talk.splitter().sizes() == sizes
        assert blanks(qtbot, talk)
        place = talk.panes.picture.mapToGlobal(QPoint(100, 100))
        assert talk.childAt(talk.mapFromGlobal(place)) is not None


def test_another_language_leaves_the_step_as_it_was(
    qtbot: QtBot, talk: MainWindow
) -> None:
    talk.controller.change(mode=Mode.LEARN, learn=LearnView(Chapter.CODE))
    wait_idle(qtbot, talk)
    page = talk.panes.learn.page()
    assert page is not None
    press(qtbot, talk, KEY.Key_PageDown)
    assert page.step_index == 1
    former = talk.panes
    QApplication.sendEvent(talk, QEvent(QEvent.Type.LanguageChange))
    qtbot.waitUntil(lambda: talk.panes is not former)
    wait_idle(qtbot, talk)
    now = talk.panes.learn.page()
    assert now is not None
    assert now is not page
    assert now.step_index == 1
    press(qtbot, talk, KEY.Key_PageUp)
    assert now.step_index == 0


def test_a_pressed_key_is_named_where_nothing_else_is(
    qtbot: QtBot, talk: MainWindow
) -> None:
    stage = talk.present.stage
    assert stage is not None
    before = stage.grab().toImage()
    press(qtbot, talk, KEY.Key_H)
    assert stage.shownKey() == "H"
    after = stage.grab().toImage()
    place = talk.picture_place()
    inner = place.adjusted(1, place.height() // 2, -place.width() // 2, -1)
    changed = [
        (x, y)
        for x in range(0, talk.width(), 4)
        for y in range(0, talk.height(), 4)
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert changed
    assert all(inner.contains(*place) for place in changed)
