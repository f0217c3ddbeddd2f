"""The ribbon across the top of Learn, by clicks and keys, in both languages."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.ui.base import motion
from vitviz.ui.widgets.ribbon import Ribbon
from vitviz.views.chapters import Chapter
from vitviz.views.ribbon import Stop
from vitviz.views.view_state import Mode

LEFT = Qt.MouseButton.LeftButton
# Of the folder's configuration: 112 px in patches of 16, one special token.
PATCHES, TOKENS, WIDTH, HEADS, LAYERS, HIDDEN = 49, 50, 48, 3, 4, 96


def ribbon_of(window: object) -> Ribbon:
    found = window.findChild(Ribbon)  # type: ignore[attr-defined]
    assert isinstance(found, Ribbon)
    return found


def numbers(text: str) -> list[int]:
    return [int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", text)]


def test_every_stop_opens_into_the_arithmetic_of_this_model(
    qtbot: QtBot, spoken: str, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    ribbon = ribbon_of(window)
    assert not ribbon.isVisible(), "in Learn and on the start page only"
    qtbot.keyClick(window, Qt.Key.Key_F3)
    assert ribbon.isVisible()
    assert str(LAYERS) in ribbon._times.text()
    expected = {
        Stop.PICTURE: {112, 3},
        Stop.PATCHES: {112, 16, 7, PATCHES, 3, 16 * 16 * 3, WIDTH, 1, TOKENS},
        Stop.POSITION: {TOKENS, WIDTH},
        Stop.NORM: {TOKENS, WIDTH},
        Stop.ATTENTION: {TOKENS, WIDTH, HEADS, WIDTH // HEADS},
        Stop.ADD: {TOKENS, WIDTH},
        Stop.SECOND_NORM: {TOKENS, WIDTH},
        Stop.MLP: {TOKENS, WIDTH, HIDDEN},
        Stop.SECOND_ADD: {TOKENS, WIDTH},
        Stop.READ: {TOKENS, WIDTH} if spoken == "en" else {TOKENS, 1, WIDTH},
        Stop.ANSWER: {WIDTH},
    }
    assert expected.keys() == {*Stop}
    seen = set()
    for stop in Stop:
        button = ribbon.button(stop)
        assert button.isVisible()
        assert button.accessibleName()
        qtbot.mouseClick(button, LEFT)
        assert ribbon.opened() is stop
        assert {*numbers(ribbon.arithmetic())} == expected[stop], ribbon.arithmetic()
        assert button.accessibleDescription() == ribbon.arithmetic()
        qtbot.waitUntil(lambda: ribbon._text.isVisible() and ribbon._text.height() > 9)
        seen.add(ribbon.arithmetic())
    assert len(seen) == 9, "norms are alike, and additions"
    qtbot.mouseClick(ribbon.button(Stop.ANSWER), LEFT)
    assert ribbon.opened() is None
    qtbot.waitUntil(lambda: not ribbon._text.isVisible())


def test_a_stop_leads_to_its_chapters_and_lights_where_one_is(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    ribbon = ribbon_of(window)
    qtbot.keyClick(window, Qt.Key.Key_F3)
    for stop, chapter in (
        (Stop.ATTENTION, Chapter.SOFTMAX),
        (Stop.PATCHES, Chapter.PATCH_SIZE),
        (Stop.ATTENTION, Chapter.QUERY_KEY),
    ):
        qtbot.mouseClick(ribbon.button(stop), LEFT)
        wait_open(qtbot, ribbon)
        found = [
            one
            for one in ribbon.chapterButtons()
            if str(chapter.number) in numbers_of(one)
        ]
        qtbot.mouseClick(found[0], LEFT)
        assert window.controller.state.learn.chapter is chapter
        assert window.panes.learn.chapter() is chapter
        assert stop in ribbon.lit()
        assert ribbon.opened() is None
        wait_idle(qtbot, window)
    first = Stop.ATTENTION.chapters[0].number
    assert ribbon.button(Stop.ATTENTION).number == str(first)
    assert str(first) in ribbon.button(Stop.ATTENTION).accessibleName()


def wait_open(qtbot: QtBot, ribbon: Ribbon) -> None:
    still = ribbon._move.State.Stopped
    qtbot.waitUntil(lambda: ribbon._move.state() is still)


def numbers_of(button: QPushButton) -> list[str]:
    return list(map(str, numbers(button.text())))


def test_the_ribbon_is_used_with_the_keyboard_alone(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.activateWindow()
    ribbon = ribbon_of(window)
    qtbot.keyClick(window, Qt.Key.Key_F3)
    first = ribbon.button(Stop.PATCHES)
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    qtbot.keyClick(first, Qt.Key.Key_Right)
    now = ribbon.button(Stop.POSITION)
    assert now.hasFocus()
    qtbot.keyClick(now, Qt.Key.Key_Return)
    assert ribbon.opened() is Stop.POSITION
    qtbot.keyClick(now, Qt.Key.Key_Escape)
    assert ribbon.opened() is None
    qtbot.keyClick(now, Qt.Key.Key_Left)
    assert first.hasFocus()
    qtbot.keyClick(first, Qt.Key.Key_Space)
    assert ribbon.opened() is Stop.PATCHES
    assert window.controller.state.mode is Mode.LEARN


@pytest.mark.parametrize("moves", [True, False])
def test_it_opens_in_a_quarter_of_a_second_or_at_once(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    moves: bool,
) -> None:
    window = open_vitviz(photo)
    ribbon = ribbon_of(window)
    qtbot.keyClick(window, Qt.Key.Key_F3)
    if not moves:  # as where a desktop has switched animations off
        monkeypatch.setattr("vitviz.ui.widgets.ribbon.duration_ms", lambda: 0)
    qtbot.mouseClick(ribbon.button(Stop.MLP), LEFT)
    is_moving = ribbon._move.state() is ribbon._move.State.Running
    assert is_moving == moves
    assert motion.duration_ms() <= 250
    assert ribbon._move.duration() <= 250
    qtbot.waitUntil(lambda: ribbon._move.state() is ribbon._move.State.Stopped)
    wanted = ribbon._details_height()
    assert ribbon._details.maximumHeight() == wanted > 10


@pytest.mark.parametrize("width", [800, 1280, 1920, 2560])
def test_the_stops_stand_side_by_side_at_every_width(
    qtbot: QtBot, spoken: str, open_vitviz: OpenWindow, photo: Path, width: int
) -> None:
    window = open_vitviz(photo)
    qtbot.keyClick(window, Qt.Key.Key_F3)
    window.resize(width, 700)
    ribbon = ribbon_of(window)
    qtbot.waitUntil(lambda: ribbon.width() == window.width())
    buttons = [ribbon.button(stop) for stop in Stop if ribbon.button(stop).isVisible()]
    assert len(buttons) == len(Stop)

    def is_placed() -> bool:
        places = [button.geometry() for button in buttons]
        return all(
            one.right() < other.left() for one, other in itertools.pairwise(places)
        ) and ribbon.rect().contains(places[-1])

    qtbot.waitUntil(is_placed)

    def are_whole() -> bool:
        return all(one.width() >= one.sizeHint().width() for one in buttons)

    qtbot.waitUntil(are_whole)


def test_a_narrow_ribbon_folds_the_block_until_one_is_in_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ribbon = Ribbon()
    QVBoxLayout(window).addWidget(ribbon)
    ribbon.setChapters({one: one.value for one in Chapter})
    window.resize(420, 60)
    window.show()
    assert ribbon.width() < 420
    shown = [stop for stop in Stop if not ribbon.button(stop).isHidden()]
    assert Stop.MLP not in shown
    assert {Stop.PICTURE, Stop.ATTENTION, Stop.ANSWER} <= {*shown}
    ribbon.setCurrent(Chapter.QUERY_KEY)
    assert not ribbon.button(Stop.MLP).isHidden()


def test_the_start_page_has_the_ribbon_of_the_model(
    qtbot: QtBot, open_vitviz: OpenWindow
) -> None:
    window = open_vitviz(wait=False)
    control = window.controller
    qtbot.waitUntil(lambda: control.model is not None and not control.has_jobs)
    ribbon = ribbon_of(window)
    assert ribbon.isVisible()
    qtbot.waitUntil(lambda: ribbon.modelShape() is not None)
    qtbot.mouseClick(ribbon.button(Stop.PATCHES), LEFT)
    assert {PATCHES, TOKENS, WIDTH} <= {*numbers(ribbon.arithmetic())}
    qtbot.mouseClick(ribbon.button(Stop.ANSWER), LEFT)
    assert ribbon.arithmetic() == "It comes with the last layer."


class Swaying(QObject):
    """Gives a ribbon another width each time that it is given one."""

    def __init__(self, ribbon: Ribbon) -> None:
        super().__init__()
        self.ribbon, self.times = ribbon, 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self.times += 1
            assert self.times < 500, "two widths ask for each other for ever"
            ribbon = self.ribbon
            ribbon.resize(300 if ribbon.width() > 700 else 1400, ribbon.height())
        return False


def test_two_widths_that_ask_for_each_other_come_to_an_end(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    qtbot.keyClick(window, Qt.Key.Key_F3)
    ribbon = ribbon_of(window)
    swaying = Swaying(ribbon)
    for button in ribbon._buttons.values():
        button.installEventFilter(swaying)
    ribbon.resize(301, ribbon.height())
    assert 0 < swaying.times < 500
