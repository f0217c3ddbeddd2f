"""Every chapter is turned in steps: few words, all in sight, the same in Present."""

from __future__ import annotations

import html
import re
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import QUICK, OpenWindow, wait_idle
from tests.window.learn.chapters import go_to, press
from vitviz.system import settings
from vitviz.ui.base import theme
from vitviz.ui.learn.page import Page
from vitviz.ui.learn.step import Step
from vitviz.ui.learn.text import Prose
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.start_page import sample_paths
from vitviz.views.chapters import Chapter, Course
from vitviz.views.view_state import Mode

MOST_WORDS, MOST_IN_PRESENT = 40, 25
_NO_WORDS = re.compile(
    r"<sub>.*?</sub>|<sup>.*?</sup>"  # d_k is one symbol
    r"|<code>.*?</code>"
    r"|\((?:[\w·<>/{}]+, )+[\w·<>/{}]+\)"  # a shape or a cell
)


def count_words(step: Step) -> int:
    """Words of a step that are read at once.

    A word is a run of two letters or more, or "a" or "I"; what stands in a paragraph is
    counted, also what the model's numbers add to it. Numbers, symbols of one letter,
    shapes, tables, figures, what is folded away and the labels of controls are not.
    """
    count = 0
    for prose in step.findChildren(Prose):
        if not prose.isVisible() or prose.accessibleName():  # the code has a name
            continue
        text = re.sub(r"<[^>]+>", "", _NO_WORDS.sub(" ", prose.words()))
        words = re.findall(r"[A-Za-z][A-Za-z'’-]+|\b[aAI]\b", html.unescape(text))
        count += len(words)
    return count


def fits(page: Page) -> bool:
    """Whether the whole step is in sight, without scrolling."""
    return page.area.verticalScrollBar().maximum() == 0


def in_sight(page: Page, widget: QWidget) -> bool:
    top = widget.mapTo(page, QPoint(0, 0))
    inside = page.rect().contains(top)
    return inside and top.y() + widget.height() <= page.height()


def opened(qtbot: QtBot, open_vitviz: OpenWindow) -> MainWindow:
    window = open_vitviz(sample_paths()[0], model=QUICK)
    window.resize(1280, 720)
    window.controller.pin(1 + 5 * 14 + 4)
    window.controller.change(mode=Mode.LEARN)
    wait_idle(qtbot, window)
    return window


@pytest.mark.parametrize("presents", [False, True], ids=["desk", "present"])
def test_every_step_has_few_words_and_fits(
    qtbot: QtBot, open_vitviz: OpenWindow, spoken: str, presents: bool
) -> None:
    window = opened(qtbot, open_vitviz)
    if presents:
        window.present.begin(full_screen=False)
        wait_idle(qtbot, window)
    most = MOST_IN_PRESENT if presents else MOST_WORDS
    learn = window.panes.learn
    too_long: list[str] = []
    for chapter in Chapter:
        learn.chapterChosen.emit(chapter)
        wait_idle(qtbot, window)
        page = learn.page()
        assert page is not None
        for index, step in enumerate(page.all_steps()):
            page.show_step(index)
            wait_idle(qtbot, window)
            name = f"{chapter.name} {page.counter()}"
            try:
                qtbot.waitUntil(partial(fits, page), timeout=5000)
            except Exception:  # told with all others
                over = page.area.verticalScrollBar().maximum()
                too_long.append(f"{name}: {over} px too high")
            assert step.isVisible()
            words = count_words(step)
            if spoken == "en" and words > most:
                too_long.append(f"{name}: {words} words")
            smallest = min(
                prose.fontInfo().pixelSize()
                for prose in step.findChildren(Prose)
                if prose.isVisible()
            )
            if presents and smallest < 24:
                too_long.append(f"{name}: letters of {smallest} px")
    assert not too_long, "\n".join(too_long)


def test_words_are_counted(qtbot: QtBot) -> None:
    """The rule itself: what counts, and what does not."""
    step = Step()
    qtbot.addWidget(step)
    for text in (
        "A picture is <b>cut</b> into patches.",
        "197 × 197 = 38,809, (B, H, N, d<sub>k</sub>), n × n",
        "torchvision's <code>vit_b_16</code> &amp; I",
    ):
        step.add(Prose(text))
    step.show()
    assert count_words(step) == 6 + 0 + 2
    step.findChildren(Prose)[0].hide()
    assert count_words(step) == 2


def test_page_down_turns_steps_and_then_chapters(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    panel = window.panes.learn
    go_to(qtbot, window, Chapter.OUTPUT)
    seen = []
    for _ in range(3):
        seen.append((panel.chapter(), panel.place().split("/")[0]))
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
        wait_idle(qtbot, window)
        while panel.page() and panel.page().current_step().guess is not None:  # type: ignore[union-attr]
            break
    assert [chapter for chapter, _ in seen][:2] == [Chapter.OUTPUT] * 2
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    wait_idle(qtbot, window)


def test_the_way_on_and_back_leads_through_all_steps(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    page = go_to(qtbot, window, Chapter.CODE)
    assert page.counter() == "1/3"
    press(qtbot, page.onward)
    assert page.counter() == "2/3"
    end = go_to(qtbot, window, Chapter.END)
    assert end.onward.isEnabled()
    end.show_step(-1)
    assert not end.onward.isEnabled(), "nothing follows the last chapter"
    go_to(qtbot, window, Chapter.HEADS)
    go_to(qtbot, window, Chapter.CODE)
    assert page.counter() == "1/3", "a number opens the first step"
    press(qtbot, page.back)
    wait_idle(qtbot, window)
    assert window.panes.learn.chapter() is Chapter.LAYERS
    press(qtbot, window.panes.learn.page().back)  # type: ignore[union-attr]
    wait_idle(qtbot, window)
    assert window.panes.learn.chapter() is Chapter.BLOCK
    press(qtbot, window.panes.learn.page().back)  # type: ignore[union-attr]
    press(qtbot, window.panes.learn.page().back)  # type: ignore[union-attr]
    wait_idle(qtbot, window)
    assert window.panes.learn.chapter() is Chapter.HEADS
    assert window.panes.learn.place() == "3/3", "back is the last step"


def test_a_course_leads_past_the_other_chapters(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    panel = window.panes.learn
    go_to(qtbot, window, Chapter.SEQUENCE)
    menu = panel.courseButton().menu()
    action = next(a for a in menu.actions() if a.data() is Course.TEN_MINUTES)
    action.trigger()
    assert panel.course() is Course.TEN_MINUTES
    assert settings.load().learn_course == "ten minutes"
    met = [panel.chapter()]
    for _ in range(6):
        panel.step(1)
        met.append(panel.chapter())
    wait_idle(qtbot, window)
    asked = [c for c in Chapter if c.number in (0, 1, 3, 5, 9, 13)]
    assert list(dict.fromkeys(met)) == [c for c in asked if c.number >= 1]
    other = open_vitviz(photo)
    assert other.panes.learn.course() is Course.TEN_MINUTES
    press(qtbot, panel.button(Chapter.COST))
    assert panel.chapter() is Chapter.COST, "those beside the course can be opened"
    panel.step(1)
    assert panel.chapter() is Chapter.QUERY_KEY


def test_why_takes_the_place_of_the_step(
    qtbot: QtBot, open_vitviz: OpenWindow, spoken: str
) -> None:
    window = opened(qtbot, open_vitviz)
    learn = window.panes.learn
    for chapter in Chapter:
        learn.chapterChosen.emit(chapter)
        wait_idle(qtbot, window)
        page = learn.page()
        assert page is not None
        assert page.notes.text.source(), chapter
        explained = 0
        for index, step in enumerate(page.all_steps()):
            page.show_step(index)
            if not step.why:
                assert not page.why.isVisible()
                continue
            explained += 1
            press(qtbot, page.why.fold)
            assert page.why.text.isVisible()
            assert not step.isVisible()
            qtbot.waitUntil(partial(in_sight, page, page.why.text), timeout=1500)
            press(qtbot, page.notes.fold)
            assert not page.why.text.isVisible()
            assert page.notes.text.isVisible()
            press(qtbot, page.notes.fold)
            assert step.isVisible()
        assert explained, chapter


def test_letters_grow_with_the_screen(qtbot: QtBot, open_vitviz: OpenWindow) -> None:
    window = open_vitviz(sample_paths()[0], model=QUICK)
    window.resize(1920, 1080)
    window.present.begin(full_screen=False)
    window.controller.change(mode=Mode.LEARN)
    wait_idle(qtbot, window)
    size = theme.font("small").pointSizeF() * window.logicalDpiY() / 72
    assert size == pytest.approx(24 * 1.5, rel=0.03) or size >= 24
