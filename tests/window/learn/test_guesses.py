"""Guess, then see: by mouse, keyboard and clicker; right, near and wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import QUICK, OpenWindow, wait_idle
from tests.window.learn.chapters import figures, go_to, plain, press
from vitviz.lessons.guess import Verdict
from vitviz.models.catalogue.embedded import EMBEDDED_PATCH_SIZES
from vitviz.system import settings
from vitviz.ui.learn.chapters.ch3_maps import SCRATCHES, Square
from vitviz.ui.learn.chapters.ch3_patch_size import GUESSES, ScalePage
from vitviz.ui.learn.guess import ChoiceGuess, Guess, NumberGuess
from vitviz.ui.learn.page import Page
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.start_page import sample_paths
from vitviz.views.chapters import Chapter

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


@pytest.fixture
def window(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


def is_ticked(window: MainWindow, chapter: Chapter) -> bool:
    is_shown = window.panes.learn.button(chapter).isDone()
    assert is_shown == (chapter.value in settings.get().learn_done)
    return is_shown


# -- the three kinds -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "verdict", "said"),
    [
        (1, Verdict.RIGHT, "Right"),
        (0, Verdict.NEAR, "Near"),
        (3, None, "Not this time"),
    ],
)
def test_one_of_several_is_chosen_by_mouse(
    qtbot: QtBot, option: int, verdict: Verdict | None, said: str
) -> None:
    guess = ChoiceGuess("?", ["a", "b", "c", "d"], is_ordered=True)
    qtbot.addWidget(guess)
    guess.show()
    assert not guess.isOpen(), "its truth is not known yet"
    guess.setTruth(1)
    assert guess.isOpen()
    with qtbot.waitSignal(guess.committed):
        qtbot.mouseClick(guess.button(option), LEFT)
    assert guess.verdict() is (verdict or Verdict.WRONG)
    assert said in plain(guess.answer)
    assert "b" in plain(guess.answer), "the truth is told"
    assert not guess.button(0).isEnabled()
    guess.setTruth(2)
    assert guess.isOpen(), "another truth asks again"


@pytest.mark.parametrize(
    ("keys", "verdict", "away"),
    [(4, Verdict.RIGHT, ""), (5, Verdict.NEAR, "1"), (9, Verdict.WRONG, "")],
)
def test_a_number_is_set_and_sent_by_keyboard(
    qtbot: QtBot, keys: int, verdict: Verdict, away: str
) -> None:
    guess = NumberGuess("?", 0, 10, pattern="× {n}")
    qtbot.addWidget(guess)
    guess.show()
    guess.setTruth(4.0, right=0.2, near=1)
    for _ in range(keys):
        qtbot.keyClick(guess.slider, KEY.Key_Right)
    assert f"× {keys}" in guess.send.text()
    qtbot.keyClick(guess.send, KEY.Key_Space)
    assert guess.verdict() is verdict
    assert "× 4" in plain(guess.answer)
    assert away in plain(guess.answer)


def test_the_clicker_reveals_before_it_goes_on(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = go_to(qtbot, window, Chapter.PATCH_SIZE)
    assert isinstance(page, ScalePage)
    window.present.begin(full_screen=False)
    wait_idle(qtbot, window)
    page = window.panes.learn.page()
    assert isinstance(page, ScalePage)
    page.show_part(page.guess)
    index = page.step_index
    qtbot.keyClick(window, KEY.Key_PageDown)
    assert page.step_index == index
    assert page.guess.isRevealed()
    assert page.guess.verdict() is None, "no one has guessed"
    assert not is_ticked(window, Chapter.PATCH_SIZE)
    qtbot.keyClick(window, KEY.Key_PageDown)
    assert page.step_index == index + 1


def on_step(page: Page, guess: Guess) -> None:
    page.show_part(guess)
    assert guess.isVisible()
    assert guess.isOpen()


# -- chapter by chapter ----------------------------------------------------------------


def drag(qtbot: QtBot, over: QWidget, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(over, LEFT, pos=start)
    qtbot.mouseMove(over, end)
    qtbot.mouseRelease(over, LEFT, pos=end)


def test_scratches_are_parted_and_a_square_is_measured(
    qtbot: QtBot, open_vitviz: OpenWindow, spoken: str
) -> None:
    window = open_vitviz(sample_paths()[0], model=QUICK)
    page = go_to(qtbot, window, Chapter.PATCH_SIZE)
    assert isinstance(page, ScalePage)
    qtbot.keyClick(page.slider, KEY.Key_End)
    assert not page.sheets.isLarge(), "a large patch is a small scale"
    qtbot.keyClick(page.slider, KEY.Key_Home)
    assert page.sheets.isLarge()
    wait_idle(qtbot, window)
    # the scratches, pixel by pixel
    first, second = SCRATCHES
    parting = [p for p in EMBEDDED_PATCH_SIZES if int(first / p) != int(second / p)]
    on_step(page, page.guess)
    press(qtbot, page.guess.button(GUESSES.index(max(parting))))
    assert page.guess.verdict() is Verdict.RIGHT
    assert is_ticked(window, Chapter.PATCH_SIZE)
    page.show_step(-1)
    square = page.square
    assert isinstance(square, Square)
    assert square.isVisible()
    rect = window.panes.picture.inputRect()
    assert rect is not None
    px = rect.width() / 224  # of the screen, a pixel of the model's input
    start = rect.center().toPoint()
    drag(qtbot, square, start, start + QPoint(round(15 * px), 3))
    assert figures(page.said) == ["15", "8", "14"]
    drag(qtbot, square, start, start + QPoint(-round(5 * px), 2))
    assert figures(page.said) == ["5"]
    press(qtbot, window.panes.learn.button(Chapter.CODE))
    assert not square.isVisible()
