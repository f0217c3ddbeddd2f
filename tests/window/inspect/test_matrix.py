"""The matrix: its lines, its own scale, and the value of the cell under the pointer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, held_back, wait_idle, wait_written
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import RunOptions


@pytest.fixture
def window(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    """A window with the matrix of head 1 in layer 2."""
    opened = open_vitviz(photo)
    opened.controller.change(tab="matrix", layer=2)
    return opened


def line_of_query(window: MainWindow) -> tuple[bool, float, float]:
    """(visible, y, right end): of the query's line, in bins."""
    line = window.panes.matrix._query_line
    return line.isVisible(), line.line().y1(), line.line().x2()


def hover(qtbot: QtBot, window: MainWindow, query: int, key: int) -> None:
    pane = window.panes.matrix
    place = pane.scenePointOf(query, key).toPoint()
    qtbot.mouseMove(pane.viewport(), place + QPoint(1, 1))
    qtbot.mouseMove(pane.viewport(), place)


def test_the_line_of_the_query_fits_a_matrix_of_another_size(
    qtbot: QtBot, window: MainWindow
) -> None:
    control = window.controller
    click_patch(qtbot, window, 3, 4)
    wait_idle(qtbot, window)
    assert line_of_query(window) == (True, 1 + 3 * 7 + 4 + 0.5, 50.0)
    for size, side in ((224, 14), (80, 5)):
        control.choose_options(RunOptions(size=size))
        wait_idle(qtbot, window)
        visible, y, end = line_of_query(window)
        assert visible
        assert end == 1 + side**2
        assert y == control.state.token + 0.5


def test_the_line_of_the_query_is_there_when_a_session_is_opened(
    qtbot: QtBot, window: MainWindow, open_vitviz: OpenWindow, tmp_path: Path
) -> None:
    click_patch(qtbot, window, 2, 5)
    wait_idle(qtbot, window)
    path = tmp_path / "a.vitviz"
    window.sessions.save_as(path)
    wait_written(qtbot, window)
    window.close()
    again = open_vitviz(path)
    assert line_of_query(again) == (True, 1 + 2 * 7 + 5 + 0.5, 50.0)


@pytest.mark.parametrize("size", [(800, 560), (960, 540), (2000, 700)])
def test_the_whole_matrix_is_seen(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int]
) -> None:
    """960×540 is a screen of 1920×1080 at scale 2: it was cropped there."""
    window.resize(*size)
    wait_idle(qtbot, window)
    pane, trace = window.panes.matrix, window.controller.document.trace
    assert trace is not None
    last = trace.num_tokens - 1
    corners = [pane.scenePointOf(*one) for one in ((0, 0), (last, last))]
    assert all(QRectF(pane.viewport().rect()).contains(one) for one in corners)
    across, down = (corners[1] - corners[0]).toTuple()
    assert across == pytest.approx(down, rel=0.02), "cells are squares"
    assert across > 0.6 * min(pane.viewport().width(), pane.viewport().height())


def test_the_scale_is_the_matrix_own(qtbot: QtBot, window: MainWindow) -> None:
    """From 0 to the 99th percentile of the cells; neither pointer nor map moves it."""
    control, pane = window.controller, window.panes.matrix
    wait_idle(qtbot, window)
    control.change(clip_percent=1.0)
    trace = control.document.trace
    assert trace is not None
    cells = np.mean([trace.matrix(2, head) for head in range(3)], axis=0)
    levels = pane.levels()
    assert levels is not None
    assert levels.high == pytest.approx(np.percentile(cells, 99), rel=1e-5)
    for query in (0, 12, 40):
        hover(qtbot, window, query, 30)
        assert pane.levels() == levels
    control.pin(17)
    assert pane.levels() == levels
    control.change(clip_percent=0.0)
    whole = pane.levels()
    assert whole is not None
    assert whole.high == pytest.approx(cells.max(), rel=1e-5)
    assert pane.bar._levels == whole


def test_a_run_does_not_repaint_the_matrix_before_it(
    qtbot: QtBot, window: MainWindow
) -> None:
    """While another run goes on, the matrix on screen keeps its own colours."""
    wait_idle(qtbot, window)
    pane, control = window.panes.matrix, window.controller
    before, gate = pane._image.image.copy(), held_back(window)
    control.choose_options(replace(control.options, size=224))
    try:
        qtbot.waitUntil(lambda: control.is_running)
        window.controller.change(token=9)
        window.controller.refresh()
        assert pane._image.image is None or np.array_equal(pane._image.image, before)
    finally:
        gate.set()
    wait_idle(qtbot, window)


def test_the_value_of_the_cell_under_the_pointer_is_said(
    qtbot: QtBot, window: MainWindow
) -> None:
    """Query, key and value, also for special tokens; beside the pointer and below."""
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    for query, key, names in (
        (0, 1 + 7 * 2 + 3, ("CLS", "(2, 3)")),
        (1 + 7 * 4 + 1, 0, ("(4, 1)", "CLS")),
        (12, 33, ("(1, 4)", "(4, 4)")),
    ):
        hover(qtbot, window, query, key)
        value = np.mean([trace.matrix(2, head)[query, key] for head in range(3)])
        said = window.panes.matrix.valueText()
        assert said.startswith(f"{names[0]} → {names[1]} · ")
        numbers = said.split(" · ")
        assert float(numbers[1]) == pytest.approx(value, rel=0.02)
        assert float(numbers[2].rstrip(" ×")) == pytest.approx(value * 50, rel=0.06)
        assert window.panes.status.text() == said
    qtbot.mouseMove(window.panes.picture, QPoint(2, 2))
    qtbot.mouseMove(window.panes.matrix.viewport(), QPoint(1, 1))
    assert window.panes.matrix.valueText() == ""


def test_the_keys_move_what_is_seen_while_the_pointer_rests(
    qtbot: QtBot, window: MainWindow
) -> None:
    """Ring, map, bar and status line are those of the query that was moved to."""
    click_patch(qtbot, window, 3, 3)
    control, panes = window.controller, window.panes
    for key, cell in (
        (Qt.Key.Key_Right, (3, 4)),
        (Qt.Key.Key_Down, (4, 4)),
        (Qt.Key.Key_C, None),
    ):
        qtbot.keyClick(panes.picture, key)
        trace, shown = control.document.trace, control.heat
        assert trace is not None
        assert shown is not None
        assert trace.setup.grid.cell(control.state.token) == cell
        assert shown.token == control.state.token
        assert panes.bar._levels == shown.levels
        name = "CLS" if cell is None else f"({cell[0]}, {cell[1]})"
        assert panes.status.text().startswith(f"{name} →")
    click_patch(qtbot, window, 5, 5)
    assert control.state.token == 1 + 7 * 5 + 5
