"""Patches that the Lab has dropped: counted in no chapter, and no query of any map."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.learn.chapters import figures, go_to, plain
from vitviz.domain.interventions import (
    Hidden,
    Hide,
    Interventions,
    ListedIntervention,
)
from vitviz.ui.learn.chapters.ch1_sequence import SequencePage
from vitviz.ui.learn.chapters.ch4_cost import CostPage
from vitviz.ui.learn.chapters.ch8_output import OutputPage
from vitviz.ui.learn.chapters.ch9_heads import HeadsPage
from vitviz.ui.learn.chapters.ch12_code import CodePage
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter

# Of 7×7 patches; with CLS 44 tokens are left of 50.
DROPPED = ((2, 2), (2, 3), (2, 4), (3, 2), (3, 3), (3, 4))


@pytest.fixture
def window(qtbot: QtBot, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    """With six patches dropped, one of which had been the query."""
    window = open_vitviz(photo)
    click_patch(qtbot, window, 2, 2)
    hidden = Hidden(DROPPED, Hide.DROP)
    change = ListedIntervention(Interventions(hidden=(hidden,)))
    window.controller.change(changes=(change,))
    wait_idle(qtbot, window)
    return window


@pytest.mark.usefixtures("spoken")
def test_only_the_tokens_that_are_left_are_counted(
    qtbot: QtBot, window: MainWindow
) -> None:
    sequence = go_to(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(sequence, SequencePage)
    said = figures(sequence.counts)
    assert {"49", "6", "43", "44"} <= set(said), "cut, dropped, left, with CLS"
    assert "50" not in said
    cost = go_to(qtbot, window, Chapter.COST)
    assert isinstance(cost, CostPage)
    assert figures(cost.here)[2:6] == ["44", "44", "44", "1,936"]
    output = go_to(qtbot, window, Chapter.OUTPUT)
    assert isinstance(output, OutputPage)
    assert {"44"} == set(figures(output.shapes)) & {"43", "44", "49", "50"}
    assert {"44"} == set(figures(output.scales)) & {"43", "44", "49", "50"}
    heads = go_to(qtbot, window, Chapter.HEADS)
    assert isinstance(heads, HeadsPage)
    assert {"44"} == set(figures(heads.shapes)) & {"43", "44", "49", "50"}
    code = go_to(qtbot, window, Chapter.CODE)
    assert isinstance(code, CodePage)
    assert {"43", "44"} == set(figures(code.letters)) & {"43", "44", "49", "50"}
    code.code.linkActivated.emit("weights")
    assert code.shape == (1, 3, 44, 44)


def test_a_dropped_patch_is_no_query(qtbot: QtBot, window: MainWindow) -> None:
    """Nor by a click or an arrow; once it is back, it is the query again."""
    control = window.controller
    assert control.display is not None
    assert control.display.query == 0, "CLS stands in for it"
    click_patch(qtbot, window, 2, 1)
    assert control.display.query == 1 + 2 * 7 + 1
    click_patch(qtbot, window, 3, 3)
    assert control.display.query == 1 + 2 * 7 + 1
    errors = window.panes.errors
    assert errors.isVisible()
    assert "(3, 3)" in errors.text()
    errors.clear()
    qtbot.keyClick(window.panes.picture, Qt.Key.Key_Right)
    assert control.display.query == 1 + 2 * 7 + 5, "over the dropped ones"
    control.undo()
    control.undo()


def test_it_is_a_query_again_once_it_is_back(qtbot: QtBot, window: MainWindow) -> None:
    window.controller.change(changes=())
    wait_idle(qtbot, window)
    assert window.controller.display is not None
    assert window.controller.display.query == 1 + 2 * 7 + 2


def test_pointing_at_a_dropped_patch_shows_no_map_of_it(
    qtbot: QtBot, window: MainWindow
) -> None:
    heat = window.controller.heat
    window.controller.screen.hover(1 + 3 * 7 + 3)
    assert window.controller.screen._heat.shown is window.controller.display
    assert window.controller.heat is heat


def test_contributions_are_of_tokens_that_are_left(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = go_to(qtbot, window, Chapter.OUTPUT)
    assert isinstance(page, OutputPage)
    dropped = {1 + 7 * row + col for row, col in DROPPED}
    assert not dropped & {bar.key for bar in page.parts.bars()}
    assert "of 44" in plain(page.share) or "44" in figures(page.share)
