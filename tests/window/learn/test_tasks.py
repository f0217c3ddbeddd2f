"""What ticks a chapter's task: the deed, all of it, and nothing else."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import vitviz
from tests.models.by_hand import timm
from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, held_back, wait_idle
from tests.window.learn.chapters import (
    figures,
    go_to,
    is_done,
    plain,
    press,
    said,
    scores,
)
from vitviz.ui.learn.chapters.ch1_sequence import SequencePage
from vitviz.ui.learn.chapters.ch4_cost import CostPage
from vitviz.ui.learn.chapters.ch5_query_key import PairPage
from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
from vitviz.ui.learn.chapters.ch9_heads import HeadsPage
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.session import RunOptions
from vitviz.views.view_state import Mode

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


def click_tile(
    qtbot: QtBot, window: MainWindow, page: SequencePage, token: int
) -> None:
    spot = page.falling.tileRect(token).center().toPoint()
    qtbot.mouseClick(page.falling, LEFT, pos=spot)
    wait_idle(qtbot, window)


def test_a_patch_is_found_once_the_picture_is_apart(
    qtbot: QtBot, window: MainWindow, other_photo: Path
) -> None:
    page = go_to(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(page, SequencePage)
    click_patch(qtbot, window, 3, 3)
    assert not is_done(page), "it has not come apart"
    page.slider.setValue(page.slider.maximum())
    click_tile(qtbot, window, page, 0)
    assert not is_done(page), "CLS is no patch"
    window.open_path(str(other_photo))
    wait_idle(qtbot, window)
    window.controller.choose_options(RunOptions(size=96))
    wait_idle(qtbot, window)
    assert not is_done(page), "another run is no patch"
    click_tile(qtbot, window, page, 7)
    assert is_done(page)


def test_the_patch_that_is_the_query_already_is_one_too(
    qtbot: QtBot, window: MainWindow
) -> None:
    click_patch(qtbot, window, 2, 5)
    page = go_to(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(page, SequencePage)
    page.slider.setValue(page.slider.maximum())
    assert not is_done(page)
    click_tile(qtbot, window, page, window.controller.state.token)
    assert is_done(page)


def test_the_convolution_comes_also_to_who_left_before_it(
    qtbot: QtBot, window: MainWindow
) -> None:
    gate = held_back(window)
    press(qtbot, window.top.modeButton(Mode.LEARN))
    page = window.panes.learn.page()
    assert isinstance(page, SequencePage)
    press(qtbot, window.panes.learn.button(Chapter.COST))
    gate.set()
    wait_idle(qtbot, window)
    assert not plain(page.stops)
    go_to(qtbot, window, Chapter.SEQUENCE)
    assert "768" in plain(page.stops)
    assert page.token.vectors()


def test_one_key_is_not_two(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its weight is: any two keys differ enough here."""
    monkeypatch.setattr("vitviz.ui.learn.chapters.ch5_query_key.FACTOR", 1.0)
    page = go_to(qtbot, window, Chapter.QUERY_KEY)
    for col in (2, 3):
        assert not is_done(page)
        click_patch(qtbot, window, 2, col)
    assert is_done(page)


def test_heads_are_both_clicked_and_tried(qtbot: QtBot, window: MainWindow) -> None:
    page = go_to(qtbot, window, Chapter.HEADS)
    assert isinstance(page, HeadsPage)
    press(qtbot, page.each)
    wait_idle(qtbot, window)
    assert page.effects is not None
    assert not is_done(page), "no head was switched off"
    for head, words in ((1, "Without head 1 of"), (2, "Without heads 1, 2 of")):
        spot = page.maps.mapRect(head).center().toPoint()
        qtbot.mouseClick(page.maps, LEFT, pos=spot)
        wait_idle(qtbot, window)
        assert words in plain(page.outcome)
    assert is_done(page)


def has_no_model(page: ScalingPage | HeadsPage) -> bool:
    """Whether the page says that the model is not here."""
    return "only its trace" in plain(page.outcome)


def test_another_model_at_hand_answers_for_none(
    qtbot: QtBot, window: MainWindow, photo: Path, classifier_folder: Path
) -> None:
    """A trace that came without its model, in a window that has one."""
    theirs = vitviz.load_model(str(classifier_folder))
    window.controller.adopt(vitviz.trace(theirs, photo))
    wait_idle(qtbot, window)
    sequence = go_to(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(sequence, SequencePage)
    assert not sequence.token.vectors()
    cost = go_to(qtbot, window, Chapter.COST)
    assert isinstance(cost, CostPage)
    assert not cost.measure.isEnabled()
    for chapter in (Chapter.SCALING, Chapter.HEADS):
        page = go_to(qtbot, window, chapter)
        assert isinstance(page, ScalingPage | HeadsPage)
        qtbot.waitUntil(partial(has_no_model, page))


def test_registers_gather_no_answer(qtbot: QtBot, window: MainWindow) -> None:
    network = timm("registers")
    picture = np.zeros((*network.size, 3), np.uint8)
    window.controller.adopt(vitviz.trace(network.model, picture))
    wait_idle(qtbot, window)
    page = go_to(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(page, SequencePage)
    said = plain(page.counts)
    assert "reg 0" in said
    assert "gathers" not in said


def test_how_far_two_keys_are_apart_is_said(qtbot: QtBot, window: MainWindow) -> None:
    page = go_to(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(page, PairPage)
    row = scores(window, 3, 0).softmax(-1)[window.controller.state.token, 1:]
    order = row.argsort().tolist()
    ratios = [float(row[b] / row[a]) for a, b in pairwise(order)]
    near = next(i for i, ratio in enumerate(ratios) if 1.05 < ratio < 3)
    for patch in order[near : near + 2]:
        click_patch(qtbot, window, *divmod(patch, 7))
    assert not is_done(page)
    assert figures(page.chain)[-1] == said(ratios[near])
    click_patch(qtbot, window, *divmod(order[-1 if near < 20 else 0], 7))
    assert is_done(page)
    assert figures(page.chain)[-1] != said(ratios[near])
