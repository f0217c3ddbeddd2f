"""Guess, then see: by mouse, keyboard and clicker; right, near and wrong."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from torch.nn import functional as F

import vitviz
from tests.window.clicks import click_patch
from tests.window.conftest import QUICK, OpenWindow, wait_idle
from tests.window.learn.chapters import (
    ask_in,
    figures,
    made,
    plain,
    press,
    said,
    scores,
)
from vitviz.domain.interventions import Axis, HeadsOff, Interventions
from vitviz.lessons.guess import Verdict
from vitviz.models.catalogue.embedded import EMBEDDED_PATCH_SIZES
from vitviz.pictures.preprocessing import prepare
from vitviz.system import settings
from vitviz.ui.learn.chapters.ch1_sequence import SequencePage
from vitviz.ui.learn.chapters.ch3_maps import SCRATCHES, Square
from vitviz.ui.learn.chapters.ch3_patch_size import GUESSES, ScalePage
from vitviz.ui.learn.chapters.ch4_cost import CostPage
from vitviz.ui.learn.chapters.ch5_query_key import PairPage
from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
from vitviz.ui.learn.chapters.ch7_softmax_axis import AxisPage
from vitviz.ui.learn.chapters.ch8_output import OutputPage
from vitviz.ui.learn.chapters.ch9_heads import HeadsPage
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
    page = ask_in(qtbot, window, Chapter.PATCH_SIZE)
    assert isinstance(page, ScalePage)
    window.present.begin(full_screen=False)
    wait_idle(qtbot, window)
    now = window.panes.learn.page()
    assert isinstance(now, ScalePage)
    page = now
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
    page = ask_in(qtbot, window, Chapter.PATCH_SIZE)
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


def seen_on(window: MainWindow) -> npt.NDArray[np.uint8]:
    """What the large picture shows in place of the map."""
    rgba = window.panes.picture.stage()
    assert rgba is not None, "the map is shown"
    return rgba


def test_the_index_of_a_patch_and_a_filter_s_map(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = ask_in(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(page, SequencePage)
    assert not seen_on(window).any(), "no map has been spoken of yet"
    on_step(page, page.guess)
    ring = window.panes.picture._key_ring.boundingRect().center()
    setup = made(window).setup
    row, col = setup.placement.cell_at(ring.x(), ring.y(), setup.grid) or (-1, -1)
    asked = 1 + row * 7 + col
    for _ in range(asked):
        qtbot.keyClick(page.guess.slider, KEY.Key_Right)
    qtbot.keyClick(page.guess.send, KEY.Key_Space)
    assert page.guess.verdict() is Verdict.RIGHT
    assert is_ticked(window, Chapter.SEQUENCE)
    page.show_step(-1)
    wait_idle(qtbot, window)
    for _ in range(9):
        qtbot.keyClick(page.token, KEY.Key_Right)
    # the filter's own map, by torch
    model = window.controller.model
    assert model is not None
    assert setup.image is not None
    pixels = prepare(setup.image, setup.placement, setup.preprocessing)
    conv = next(
        m for m in model.adapter.module.modules() if isinstance(m, torch.nn.Conv2d)
    )
    with torch.no_grad():
        expected = F.conv2d(
            torch.from_numpy(pixels)[None], conv.weight, conv.bias, stride=16
        )[0, 8].numpy()
    shown = seen_on(window)
    assert shown.shape[:2] == expected.shape
    order = np.abs(expected).ravel().argsort()
    alpha = shown[..., 3].ravel()[order].astype(int)
    assert (np.diff(alpha) >= 0).all(), "the farther from 0, the less transparent"
    colours = {tuple(c) for c in shown[expected > 0.9 * expected.max()][:, :3]}
    assert len(colours) == 1
    press(qtbot, window.panes.learn.button(Chapter.COST))
    assert window.panes.picture.stage() is None


def test_twice_the_patches_are_four_times_the_pairs(
    qtbot: QtBot, window: MainWindow
) -> None:
    settings.set(reduce_motion=True)
    page = ask_in(qtbot, window, Chapter.COST)
    assert isinstance(page, CostPage)
    qtbot.keyClick(page.people, KEY.Key_Right)
    press(qtbot, page.fill)
    assert page.pairs.accessibleDescription() == "25/25", "at once, oneself included"
    page.filled.setValue(7)
    assert page.pairs.accessibleDescription() == "7/25"
    on_step(page, page.guess)
    for _ in range(3):
        qtbot.keyClick(page.guess.slider, KEY.Key_Right)
    press(qtbot, page.guess.send)
    assert page.guess.verdict() is Verdict.RIGHT
    shown = float(figures(page.guess.answer)[0])
    assert shown == pytest.approx(393**2 / 197**2, abs=0.01)
    assert is_ticked(window, Chapter.COST)


def test_a_query_finds_the_key_most_like_it_in_three_tries(
    qtbot: QtBot, window: MainWindow
) -> None:
    click_patch(qtbot, window, 3, 2)
    page = ask_in(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(page, PairPage)
    query = 1 + 3 * 7 + 2
    assert not seen_on(window).any(), "the map would tell"
    assert not window.panes.status.text(), "so would its numbers"
    assert window.panes.picture._key_ring.boundingRect().isNull()
    score = scores(window, 3, 0)[query].clone()
    score[[0, query]] = -torch.inf
    best = divmod(int(score.argmax()) - 1, 7)
    far = (0, 0) if best[0] > 3 else (6, 6)
    click_patch(qtbot, window, *far)
    assert page.guess.isOpen(), "two tries are left"
    assert f"{math.dist(far, best):.2g}"[:1] in plain(page.guess.answer)
    click_patch(qtbot, window, *best)
    assert page.guess.verdict() is Verdict.RIGHT
    assert is_ticked(window, Chapter.QUERY_KEY)
    assert window.panes.picture.stage() is None, "now the map is shown"
    assert f"({best[0]}, {best[1]})" in window.panes.status.text()
    click_patch(qtbot, window, 0, 3, Qt.KeyboardModifier.ShiftModifier)
    assert window.controller.state.learn.key == 4
    assert window.controller.state.token == query


def test_the_third_try_ends_it(qtbot: QtBot, window: MainWindow) -> None:
    click_patch(qtbot, window, 3, 2)
    page = ask_in(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(page, PairPage)
    score = scores(window, 3, 0)[1 + 3 * 7 + 2].clone()
    score[[0, 1 + 3 * 7 + 2]] = -torch.inf
    best = divmod(int(score.argmax()) - 1, 7)
    cells = [(r, c) for r in (0, 6) for c in (0, 6)]
    far = [cell for cell in cells if math.dist(cell, best) > 2][:3]
    for cell in far:
        assert page.guess.isOpen()
        click_patch(qtbot, window, *cell)
    assert page.guess.verdict() is Verdict.WRONG
    assert is_ticked(window, Chapter.QUERY_KEY), "a guess earns it, right or wrong"
    press(qtbot, window.panes.learn.button(Chapter.OUTPUT))
    press(qtbot, window.panes.learn.button(Chapter.QUERY_KEY))
    assert page.guess.isRevealed(), "it is not asked again"


def test_undivided_scores_and_the_temperature_on_the_picture(
    qtbot: QtBot, window: MainWindow
) -> None:
    click_patch(qtbot, window, 1, 3)
    page = ask_in(qtbot, window, Chapter.SCALING)
    assert isinstance(page, ScalingPage)
    assert not page.slider.isEnabled(), "it would tell"
    score = scores(window, 3, 0)[1 + 1 * 7 + 3]
    own, bare = (float((score * by).softmax(-1).max()) for by in (1, 4))
    press(qtbot, page.guess.button(2 if bare > 1.1 * own else 1))
    assert page.guess.verdict() is Verdict.RIGHT
    assert figures(page.guess.answer)[-2:] == [said(own), said(bare)]
    page.show_step(1)
    press(qtbot, page.switch.button(False))
    wait_idle(qtbot, window)
    row = (score * 4).softmax(-1)[1:].numpy().reshape(7, 7)
    alpha = seen_on(window)[..., 3]
    assert np.unravel_index(alpha.argmax(), (7, 7)) == np.unravel_index(
        row.argmax(), (7, 7)
    )
    page.show_step(-1)
    for _ in range(3):
        qtbot.keyClick(page.numbers, KEY.Key_Right)
    d, spread, root, divided = map(float, figures(page.spread))
    assert (d, root) == (64, 8)
    assert spread == pytest.approx(8, rel=0.1)
    assert divided == pytest.approx(1, rel=0.1)


def test_the_jar_of_a_query_overflows_over_the_wrong_axis(
    qtbot: QtBot, window: MainWindow
) -> None:
    click_patch(qtbot, window, 2, 4)
    page = ask_in(qtbot, window, Chapter.SOFTMAX)
    assert isinstance(page, AxisPage)
    on_step(page, page.guess)
    press(qtbot, page.guess.button(2))
    assert page.guess.verdict() is Verdict.WRONG
    assert "(-1)" in plain(page.guess.answer)
    assert is_ticked(window, Chapter.SOFTMAX)
    query = 1 + 2 * 7 + 4
    assert not page.jar.overflows()
    assert page.jar.accessibleDescription() == "1.000"
    stack = torch.stack([scores(window, 3, head) for head in range(3)])
    for axis, dim in ((Axis.HEADS, 0), (Axis.QUERIES, 1)):
        press(qtbot, page.switch.button(axis))
        wait_idle(qtbot, window)
        total = float(stack.softmax(dim)[0, query].sum())
        assert page.jar.accessibleDescription() == f"{total:.3f}"
        assert page.jar.overflows() == (total > 1.0005)
        assert window.panes.picture.stage() is not None, "its row is on the picture"


def test_the_patch_that_gives_most(qtbot: QtBot, window: MainWindow) -> None:
    click_patch(qtbot, window, 4, 4)
    page = ask_in(qtbot, window, Chapter.OUTPUT)
    assert isinstance(page, OutputPage)
    assert not seen_on(window).any(), "the map would tell"
    query = 1 + 4 * 7 + 4
    weights = scores(window, 3, 0).softmax(-1)[query]
    v = made(window).capture(3).v[0].double()
    given = weights * v.norm(dim=-1)
    best = int(given[1:].argmax())
    click_patch(qtbot, window, *divmod(best, 7))
    assert page.guess.verdict() is Verdict.RIGHT
    assert is_ticked(window, Chapter.OUTPUT)
    page.show_part(page.flow)
    streams = page.flow.streams()
    for index, stream in enumerate(streams):
        assert stream.amount == pytest.approx(float(given[stream.token]), rel=1e-4)
        share = page.flow.widthOf(index) / page.flow.widthOf(0)
        assert share == pytest.approx(stream.amount / streams[0].amount, rel=1e-4)
    last = page.flow.tileRect(len(streams) - 1).center().toPoint()
    qtbot.mouseClick(page.flow, LEFT, pos=last)
    assert window.controller.state.learn.key == streams[-1].token


def test_the_head_without_which_most_is_lost(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> None:
    window = open_vitviz(photo, model=classifier_folder)
    page = ask_in(qtbot, window, Chapter.HEADS)
    assert isinstance(page, HeadsPage)
    on_step(page, page.guess)
    press(qtbot, page.guess.button(0))
    assert not is_ticked(window, Chapter.HEADS), "first the model has to run"
    wait_idle(qtbot, window)
    run, model = made(window), window.controller.model
    assert model is not None
    assert run.setup.image is not None
    assert run.logits is not None
    before = torch.from_numpy(run.logits).double().softmax(0)
    lost = []
    for head in range(run.num_heads):
        off = Interventions(heads_off=(HeadsOff(run.num_layers - 1, (head,)),))
        other = vitviz.trace(model, run.setup.image, interventions=off).logits
        assert other is not None
        after = torch.from_numpy(other).double().softmax(0)
        lost.append(float(before.max() - after[before.argmax()]))
    asked = [int(figures_of(page.guess.button(n).text())) for n in range(3)]
    worst = max(asked, key=lambda head: lost[head])
    is_right = page.guess.verdict() is Verdict.RIGHT
    assert is_right == (worst == asked[0])
    assert f"head {worst}" in plain(page.guess.answer)
    assert figures(page.guess.answer)[-1] == said(lost[worst])
    assert is_ticked(window, Chapter.HEADS)
    assert page.list.isVisible()


def figures_of(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def test_a_guess_goes_along_into_present(qtbot: QtBot, window: MainWindow) -> None:
    page = ask_in(qtbot, window, Chapter.PATCH_SIZE)
    assert isinstance(page, ScalePage)
    on_step(page, page.guess)
    press(qtbot, page.guess.button(0))
    former = window.panes
    window.present.begin(full_screen=False)
    qtbot.waitUntil(lambda: window.panes is not former)
    wait_idle(qtbot, window)
    again = window.panes.learn.page()
    assert isinstance(again, ScalePage)
    assert again.guess.verdict() is Verdict.NEAR
    assert again.current_step().guess is again.guess
