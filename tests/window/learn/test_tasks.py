"""What a chapter says of models and runs that are not the usual ones."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import vitviz
from tests.models.by_hand import timm
from tests.window.conftest import OpenWindow, held_back, wait_idle
from tests.window.learn.chapters import (
    go_to,
    plain,
    press,
)
from vitviz.ui.learn.chapters.ch1_sequence import SequencePage
from vitviz.ui.learn.chapters.ch4_cost import CostPage
from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
from vitviz.ui.learn.chapters.ch9_heads import HeadsPage
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


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


def test_heads_are_clicked_and_tried(qtbot: QtBot, window: MainWindow) -> None:
    page = go_to(qtbot, window, Chapter.HEADS)
    assert isinstance(page, HeadsPage)
    press(qtbot, page.each)
    wait_idle(qtbot, window)
    assert page.effects is not None
    page.show_step(0)
    for head, words in ((1, "Without head 1 of"), (2, "Without heads 1, 2 of")):
        spot = page.maps.mapRect(head).center().toPoint()
        qtbot.mouseClick(page.maps, LEFT, pos=spot)
        wait_idle(qtbot, window)
        assert words in plain(page.outcome)


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
