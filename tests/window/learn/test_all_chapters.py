"""What holds for all chapters: their parts fit, progress is kept, any order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.learn.chapters import go_to, made, press
from vitviz.lessons import one_head
from vitviz.system import settings
from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import theme
from vitviz.ui.learn.chapters.ch7_softmax_axis import AxisPage
from vitviz.ui.learn.chapters.ch12_code import CodePage
from vitviz.ui.learn.page import Page
from vitviz.ui.learn.text import Prose
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode


@pytest.fixture
def window(spoken: str, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


@pytest.fixture
def in_english(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    """For what no language changes."""
    return open_vitviz(photo)


def test_progress_is_kept_and_chapters_can_be_taken_in_any_order(
    qtbot: QtBot, in_english: MainWindow, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = in_english
    panel = window.panes.learn
    page = go_to(qtbot, window, Chapter.SOFTMAX)
    assert isinstance(page, AxisPage)
    press(qtbot, page.guess.button(0))
    assert settings.get().learn_done == (Chapter.SOFTMAX.value,)
    assert panel.button(Chapter.SOFTMAX).isDone()
    panel.step(1)
    assert panel.chapter() is Chapter.OUTPUT
    panel.step(-1)
    panel.step(-1)
    assert panel.chapter() is Chapter.SCALING
    settings.load()  # as another start does: from the file
    other = open_vitviz(photo)
    assert other.controller.state.learn.chapter is Chapter.SCALING
    assert other.panes.learn.button(Chapter.SOFTMAX).isDone()


@pytest.mark.parametrize("chapter", list(Chapter), ids=lambda one: one.name)
def test_every_chapter_has_its_parts(
    qtbot: QtBot, window: MainWindow, chapter: Chapter
) -> None:
    page = go_to(qtbot, window, chapter)
    assert str(chapter.number) in window.panes.learn.title()
    assert page.notes is not None
    assert not page.notes.text.isVisible()
    press(qtbot, page.notes.fold)
    assert page.notes.text.isVisible()
    for button in page.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.accessibleName() or button.text()
            assert button.toolTip()
    qtbot.waitUntil(lambda: assert_fits(window, page))


@pytest.mark.parametrize("chapter", list(Chapter), ids=lambda one: one.name)
def test_chapters_fit_with_the_letters_of_a_lecture_hall(
    qtbot: QtBot, window: MainWindow, qapp: QApplication, chapter: Chapter
) -> None:
    """Letters grow while the page is open, as they do in Present."""
    page = go_to(qtbot, window, chapter)
    former = qapp.font()
    larger = qapp.font()
    larger.setPointSizeF(1.6 * former.pointSizeF())
    try:
        qapp.setFont(larger)
        theme.apply(qapp, ThemeChoice.DARK)
        size = larger.pointSizeF()
        texts = page.findChildren(Prose)
        qtbot.waitUntil(lambda: all(t.font().pointSizeF() > 0.8 * size for t in texts))
        qtbot.waitUntil(lambda: assert_fits(window, page))
    finally:
        qapp.setFont(former)
        theme.apply(qapp, ThemeChoice.DARK)


def assert_fits(window: MainWindow, page: Page) -> None:
    """Nothing reaches beyond the panel, no word of a button or table is cut off."""
    room = window.panes.learn.width()
    for child in page.findChildren(QWidget):
        if not child.isVisible() or child.visibleRegion().isEmpty():
            continue
        right = child.mapTo(window.panes.learn, child.rect().topRight()).x()
        assert right <= room, f"{child} reaches beyond the panel"
        if isinstance(child, QAbstractButton) and child.text():
            assert child.width() >= child.sizeHint().width() - 1, child.text()
        if isinstance(child, Prose):
            scene = QTextDocument()
            scene.setDefaultFont(child.font())
            scene.setDocumentMargin(0)
            scene.setHtml(child.text())
            scene.setTextWidth(child.width())
            assert scene.size().width() <= child.width() + 1, child.text()
            assert scene.size().height() <= child.height() + 4, child.text()


def test_the_key_ring_and_the_pieces_go_with_the_mode(
    qtbot: QtBot, in_english: MainWindow
) -> None:
    window = in_english
    go_to(qtbot, window, Chapter.QUERY_KEY)
    ring = window.panes.picture._key_ring
    assert not ring.boundingRect().isNull()
    press(qtbot, window.top.modeButton(Mode.INSPECT))
    assert ring.boundingRect().isNull()
    click_patch(qtbot, window, 1, 1)
    assert window.controller.state.token == 1 + 7 + 1, "a click is a query again"


def test_factors_survive_another_picture(
    qtbot: QtBot, in_english: MainWindow, other_photo: Path
) -> None:
    window = in_english
    for chapter in Chapter:
        go_to(qtbot, window, chapter)
    window.open_path(str(other_photo))
    wait_idle(qtbot, window)
    for chapter in Chapter:
        page = go_to(qtbot, window, chapter)
        assert page.lesson is not None
        assert page.lesson.trace is made(window)
    code = go_to(qtbot, window, Chapter.CODE)
    assert isinstance(code, CodePage)
    of = one_head.factors(made(window), 3, code.lesson.head if code.lesson else 0)
    np.testing.assert_array_equal(
        code.bars.vectors()[0].values, of.q[window.controller.state.token]
    )
