"""What the Lab says of a changed run, against numbers by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow, wait_idle
from tests.ui.test_lab import LEFT, PLAIN, drag, expected, open_lab
from vitviz.interventions import Axis, Interventions
from vitviz.selection import HeadChoice
from vitviz.ui.lab.panel import Tool
from vitviz.views.colour import Meaning


def test_a_row_that_does_not_sum_to_1_is_told_in_its_own_shares(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    """Over the heads each weight is near 1/H, and a row sums to about N/H."""
    window, panel = open_lab(qtbot, open_vitviz, photo)
    window.controller.change(heads=HeadChoice((1,)), layer=2, token=9)
    qtbot.mouseClick(panel.softmax.axis.button(Axis.HEADS), LEFT)
    wait_idle(qtbot, window)
    trace = expected(model_folder, photo, Interventions(axis=Axis.HEADS))
    row = trace.row(2, 9)[1].astype(np.float64)
    assert abs(row.sum() - 1) > 0.5
    heat = window.controller.heat
    assert heat is not None
    assert heat.special_share == pytest.approx(row[0] / row.sum(), rel=1e-4)
    share = round(100 * row[0] / row.sum())
    assert f"{share} % goes to special tokens" in window.panes.status.text()
    assert heat.uniform == pytest.approx(1 / 3)
    assert window.panes.bar._uniform_name == "1/H"
    qtbot.keyClick(window, Qt.Key.Key_R)
    wait_idle(qtbot, window)
    assert window.panes.bar._uniform_name == "1/N"


def test_a_head_of_the_last_layer_leaves_its_map_and_says_so(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """Its map is made before it is switched off: the difference is none."""
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.HEADS)
    qtbot.mouseClick(panel.heads.button(1), LEFT)
    wait_idle(qtbot, window)
    shown = panel.view.shown()
    assert shown is not None
    assert not shown.maps[2].patches.any()
    assert panel.view._ends(2) == "none"
    assert shown.cosine is not None
    assert shown.cosine < 1


def test_the_same_cut_twice_is_one_change(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.CUT)
    drag(qtbot, window, (3, 3), (3, 4))
    qtbot.mouseClick(panel.cut.special(Meaning.KEY, 0), LEFT)
    qtbot.mouseClick(panel.cut.cut, LEFT)
    wait_idle(qtbot, window)
    box = panel.checkBox(0)
    qtbot.mouseClick(box, LEFT, PLAIN, QPoint(8, box.height() // 2))
    wait_idle(qtbot, window)
    qtbot.mouseClick(panel.cut.cut, LEFT)
    wait_idle(qtbot, window)
    changes = window.controller.state.changes
    assert [change.is_on for change in changes] == [True]
    assert panel.checkBox(0).text() == "cut in every layer: 2 queries from 1 key"
