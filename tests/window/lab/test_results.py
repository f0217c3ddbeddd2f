"""What the Lab says of a changed run, against numbers by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from tests.window.lab.test_tools import LEFT, PLAIN, drag, expected, open_lab
from vitviz.domain.heads import FUSED_CHOICES, HeadChoice
from vitviz.domain.interventions import (
    UNTOUCHED,
    Axis,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    ListedIntervention,
)
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
    assert panel.view._ends(2) == "the answer only"
    assert not panel.view.elsewhere.isVisible()
    assert shown.cosine is not None
    assert shown.cosine < 1


def test_a_head_that_is_off_is_named_where_it_counts(
    qtbot: QtBot, spoken: str, open_vitviz: OpenWindow, photo: Path
) -> None:
    """In the strip's captions and tips, and beside the mean that it is part of."""
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.HEADS)
    strip = window.panes.strip
    window.controller.change(layer=1)
    qtbot.mouseClick(panel.heads.button(1), LEFT)
    wait_idle(qtbot, window)
    off = {"en": "1 off", "ja": "1 オフ"}[spoken]
    assert off in panel.view._place
    first = len(FUSED_CHOICES)
    names = [strip._name(strip.choiceAt(i)) for i in range(strip._count())]
    assert names[first:] == ["0", off, "2"]
    assert "Lab" in strip._tip(0) or "ラボ" in strip._tip(0)
    assert strip._tip(first + 1) != strip._tip(first + 2).replace("2", "1")
    window.controller.change(heads=HeadChoice((0,)))
    assert off not in panel.view._place
    window.controller.change(heads=HeadChoice((1, 2)))
    assert off in panel.view._place
    window.controller.change(layer=2)
    assert [strip._name(strip.choiceAt(i)) for i in range(first, first + 3)] == [
        "0",
        "1",
        "2",
    ]


def test_a_layer_without_a_difference_offers_the_next_that_differs(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.HEADS)
    window.resize(1280, 720)
    window.controller.change(layer=1)
    qtbot.mouseClick(panel.heads.button(1), LEFT)
    wait_idle(qtbot, window)
    button = panel.view.elsewhere
    assert button.isVisible(), "a head's own map is made before it is switched off"
    plain = expected(model_folder, photo, UNTOUCHED)
    off = Interventions(heads_off=(HeadsOff(1, (1,)),))
    changed = expected(model_folder, photo, off)
    token = window.controller.state.token
    differing = [
        layer
        for layer in range(plain.num_layers)
        if np.abs(plain.row(layer, token) - changed.row(layer, token)).max() > 1e-6
    ]
    assert differing[0] == 2
    assert "2" in button.text()
    assert panel.view.rect().contains(button.geometry())
    qtbot.mouseClick(button, LEFT)
    wait_idle(qtbot, window)
    assert window.controller.state.layer == 2
    shown = panel.view.shown()
    assert shown is not None
    assert shown.layer == 2
    assert shown.differs
    assert not button.isVisible()
    window.controller.change(layer=3)
    qtbot.keyClick(window, Qt.Key.Key_R)
    wait_idle(qtbot, window)
    assert not button.isVisible(), "nothing is changed"


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


def test_the_list_shows_whole_rows_and_keeps_the_focus(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """Five changes: three in sight, whole; a key on one stays on it."""
    window, panel = open_lab(qtbot, open_vitviz, photo)
    window.resize(1280, 720)
    hidden = Hidden(((1, 1),), Hide.MEAN, 0, (7, 7))
    parts = [
        Interventions(temperature=2.0),
        Interventions(is_scaled=False),
        *(Interventions(heads_off=(HeadsOff(layer, (0,)),)) for layer in range(2)),
        Interventions(hidden=(hidden,)),
    ]
    window.controller.change(changes=tuple(map(ListedIntervention, parts)))
    wait_idle(qtbot, window)
    row_px = panel._row_height()
    assert not panel._scroll.horizontalScrollBar().isVisible()

    def in_sight() -> list[int]:
        rows = [panel.checkBox(index).parent() for index in range(5)]
        seen = [
            row.visibleRegion().boundingRect().height()
            for row in rows
            if isinstance(row, QWidget)
        ]
        assert {height for height in seen if height} == {row_px}, "no row is cut"
        return [index for index, height in enumerate(seen) if height]

    qtbot.waitUntil(lambda: in_sight() == [0, 1, 2])
    bar = panel._scroll.verticalScrollBar()
    bar.setValue(bar.maximum() - 5)
    assert in_sight() == [2, 3, 4]
    panel.checkBox(3).setFocus()
    qtbot.keyClick(panel.checkBox(3), Qt.Key.Key_Space)
    wait_idle(qtbot, window)
    assert not window.controller.state.changes[3].is_on
    assert panel.checkBox(3).hasFocus()
    panel.removeButton(4).setFocus()
    for left in range(4, -1, -1):
        qtbot.keyClick(panel.removeButton(left), Qt.Key.Key_Space)
        wait_idle(qtbot, window)
        assert len(window.controller.state.changes) == left
        if left:
            assert panel.removeButton(left - 1).hasFocus()
    assert panel.toolButton(Tool.SOFTMAX).hasFocus()


@pytest.mark.parametrize("in_room", [False, True], ids=["desk", "room"])
def test_a_kept_view_names_its_changes_where_there_is_room(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, in_room: bool
) -> None:
    window, _ = open_lab(qtbot, open_vitviz, photo)
    window.resize(1280, 720)
    if in_room:
        window.present.begin(full_screen=False)
    parts = (Interventions(temperature=2.0), Interventions(is_scaled=False))
    window.controller.change(changes=tuple(map(ListedIntervention, parts)))
    wait_idle(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_K)
    wait_idle(qtbot, window)
    # until something differs, the caption says what to do
    window.controller.change(layer=0)
    wait_idle(qtbot, window)
    said = window.panes.compare.caption()
    assert said.startswith("Kept: ")
    assert ("changed: temperature 2" in said) is not in_room
    assert window.lab.kept_mark.text() == "Lab: 2 changes"
    head = window.panes.compare.head
    qtbot.waitUntil(lambda: head.width() == window.width())
    assert head.height() < window.height() / 5
    if in_room:
        window.present.end()


def test_a_kept_view_shows_what_its_run_did_not_see(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.HIDE)
    qtbot.mouseClick(panel.hide_tool.how.button(Hide.NOISE), LEFT)
    drag(qtbot, window, (2, 2), (2, 4))
    patches = window.lab.kept_patches
    assert patches.numCells() == 0
    qtbot.keyClick(window, Qt.Key.Key_K)
    qtbot.keyClick(window, Qt.Key.Key_R)
    wait_idle(qtbot, window)
    assert window.lab.painting.shown(Meaning.WARNING) == 0
    assert patches.numCells() == 3
    assert patches.hasPixels()
    qtbot.mouseClick(window.panes.compare.swap, LEFT)
    wait_idle(qtbot, window)
    assert window.lab.painting.shown(Meaning.WARNING) == 3
    assert (patches.numCells(), patches.hasPixels()) == (0, False)
