"""In Present a chapter's slides keep together what belongs together.

With the embedded model on a photograph, as a class sees it, in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import QUICK, OpenWindow, wait_idle
from vitviz.ui.base import theme
from vitviz.ui.learn.chapters.ch1_sequence import SequencePage
from vitviz.ui.learn.chapters.ch3_cost import CostPage
from vitviz.ui.learn.chapters.ch5_scaling import ScalingPage
from vitviz.ui.learn.chapters.ch6_softmax_axis import AxisPage
from vitviz.ui.learn.chapters.ch7_output import OutputPage
from vitviz.ui.learn.chapters.ch8_heads import HeadsPage
from vitviz.ui.learn.chapters.ch9_code import LINES, CodePage
from vitviz.ui.learn.page import Page
from vitviz.ui.learn.text import Prose
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.start_page import sample_paths
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode

DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
Parts = Callable[[Page], tuple[QWidget, ...]]


def of(kind: type[Page], *names: str) -> Parts:
    """Parts of a chapter by their names."""

    def parts(page: Page) -> tuple[QWidget, ...]:
        assert isinstance(page, kind)
        return tuple(getattr(page, name) for name in names)

    return parts


TOGETHER = {
    Chapter.SEQUENCE: of(SequencePage, "play", "task"),
    Chapter.COST: of(CostPage, "meeting", "people"),
    Chapter.SCALING: of(ScalingPage, "switch", "slider", "bars", "outcome"),
    Chapter.SOFTMAX: of(AxisPage, "chips", "maps", "verdict"),
    Chapter.OUTPUT: of(OutputPage, "chips", "parts", "share"),
    Chapter.HEADS: of(HeadsPage, "where", "maps"),
    Chapter.CODE: of(CodePage, "code", "chips", "name", "bars", "column"),
}


def seen(window: MainWindow, widget: QWidget) -> bool:
    """Whether the whole of a widget is on screen."""
    slides = window.panes.learn.slides()
    assert slides is not None
    view = slides.viewport()
    top = widget.mapTo(view, QPoint(0, 0)).y()
    return widget.isVisible() and top >= 0 and top + widget.height() <= view.height()


def all_seen(window: MainWindow, widgets: Iterable[QWidget]) -> bool:
    return all(seen(window, one) for one in widgets)


def all_on_one(window: MainWindow, widgets: Sequence[QWidget]) -> bool:
    slides = window.panes.learn.slides()
    assert slides is not None
    slides.showPart(widgets[-1])  # again while the page comes to rest
    return all_seen(window, widgets)


def shown(window: MainWindow, page: Page) -> list[QWidget]:
    """The parts of a chapter that are on screen."""
    children = page.findChildren(QWidget, options=DIRECT)
    return [one for one in children if seen(window, one)]


def has_more_than_notes(window: MainWindow, page: Page) -> bool:
    slides = window.panes.learn.slides()
    assert slides is not None
    slides.show_slide(-1)
    parts = shown(window, page)
    return page.notes in parts and len(parts) > 1


@pytest.fixture
def in_room(qtbot: QtBot, open_vitviz: OpenWindow, spoken: str) -> MainWindow:
    """The program in Present at 1280×720, in Learn."""
    window = open_vitviz(sample_paths()[0], model=QUICK)
    window.resize(1280, 720)
    window.present.begin(full_screen=False)
    window.controller.change(mode=Mode.LEARN)
    wait_idle(qtbot, window)
    return window


def test_what_belongs_together_is_on_one_slide(
    qtbot: QtBot, in_room: MainWindow
) -> None:
    learn = in_room.panes.learn
    for chapter in Chapter:
        learn.chapterChosen.emit(chapter)
        wait_idle(qtbot, in_room)
        page = learn.page()
        assert page is not None
        if chapter in TOGETHER:
            parts = TOGETHER[chapter](page)
            qtbot.waitUntil(partial(all_on_one, in_room, parts), timeout=3000)
        # no slide for the way on alone
        qtbot.waitUntil(partial(has_more_than_notes, in_room, page), timeout=2000)


def test_no_term_of_the_code_moves_the_code(qtbot: QtBot, in_room: MainWindow) -> None:
    """Whatever is opened, the values come on the slide on which the code is."""
    learn = in_room.panes.learn
    learn.chapterChosen.emit(Chapter.CODE)
    wait_idle(qtbot, in_room)
    page = learn.page()
    assert isinstance(page, CodePage)
    slides = learn.slides()
    assert slides is not None
    slides.showPart(page.code)
    before = page.code.mapTo(learn, QPoint(0, 0))
    terms = {part[0] for line in LINES for part in line if not isinstance(part, str)}
    assert len(terms) == 9
    for term in sorted(terms):
        page.code.linkActivated.emit(term)
        wait_idle(qtbot, in_room)
        qtbot.waitUntil(lambda: page.code.mapTo(learn, QPoint(0, 0)) == before)
        parts: list[QWidget] = [page.code, page.chips, page.name]
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
