"""In Present the code and what a click on it shows stay together.

With the embedded model on a photograph, as a class sees it, in both languages.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import QUICK, OpenWindow, wait_idle
from vitviz.ui.base import theme
from vitviz.ui.learn.chapters.ch12_code import LINES, CodePage
from vitviz.ui.learn.text import Prose
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.start_page import sample_paths
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode


def seen(window: MainWindow, widget: QWidget) -> bool:
    """Whether the whole of a widget is on screen."""
    page = window.panes.learn.page()
    assert page is not None
    view = page.area.viewport()
    top = widget.mapTo(view, QPoint(0, 0)).y()
    return widget.isVisible() and top >= 0 and top + widget.height() <= view.height()


def all_seen(window: MainWindow, widgets: Iterable[QWidget]) -> bool:
    return all(seen(window, one) for one in widgets)


@pytest.fixture
def in_room(qtbot: QtBot, open_vitviz: OpenWindow, spoken: str) -> MainWindow:
    """The program in Present at 1280×720, in Learn."""
    window = open_vitviz(sample_paths()[0], model=QUICK)
    window.resize(1280, 720)
    window.present.begin(full_screen=False)
    window.controller.change(mode=Mode.LEARN)
    wait_idle(qtbot, window)
    return window


def test_no_term_of_the_code_moves_the_code(qtbot: QtBot, in_room: MainWindow) -> None:
    """Whatever is opened, the values come on the slide on which the code is."""
    learn = in_room.panes.learn
    learn.chapterChosen.emit(Chapter.CODE)
    wait_idle(qtbot, in_room)
    page = learn.page()
    assert isinstance(page, CodePage)
    before = page.code.mapTo(learn, QPoint(0, 0))
    terms = {part[0] for line in LINES for part in line if not isinstance(part, str)}
    assert len(terms) == 9
    for term in sorted(terms):
        page.code.linkActivated.emit(term)
        wait_idle(qtbot, in_room)
        qtbot.waitUntil(lambda: page.code.mapTo(learn, QPoint(0, 0)) == before)
        parts: list[QWidget] = [page.code, page.name]
        if term != "root":  # a single number, which is said
            parts.append(page.bars)
        qtbot.waitUntil(partial(all_seen, in_room, parts), timeout=2000)


def test_the_three_lines_are_three(qtbot: QtBot, in_room: MainWindow) -> None:
    in_room.panes.learn.chapterChosen.emit(Chapter.CODE)
    wait_idle(qtbot, in_room)
    page = in_room.panes.learn.page()
    assert isinstance(page, CodePage)
    line = theme.line_px("small")
    assert page.code.height() < 3.5 * 1.3 * line


def test_lines_are_equally_high_wherever_letters_stand_lower(
    qtbot: QtBot, in_room: MainWindow
) -> None:
    """What stands below the line, as in d_k, does not push the next one away."""
    plain, lowered = (
        Prose("one<br>two<br>three"),
        Prose("one<br>d<sub>k</sub><br>three"),
    )
    for prose in (plain, lowered):
        qtbot.addWidget(prose)
    height = plain.heightForWidth(400)
    assert lowered.heightForWidth(400) == height
    assert height == pytest.approx(3 * theme.line_px(), abs=1.5)
