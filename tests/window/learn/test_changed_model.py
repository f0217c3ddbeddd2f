"""Chapters of a model that the Lab has changed: its numbers, computed again here."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.clicks import click_patch
from tests.window.conftest import QUICK, OpenWindow, wait_idle
from tests.window.lab.test_tools import drag, hidden
from tests.window.learn.chapters import LEFT, figures, go_to, made, plain, press, said
from vitviz.domain.interventions import (
    Axis,
    Cut,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    ListedIntervention,
    Off,
)
from vitviz.lessons.one_head import Factors
from vitviz.ui.learn.chapters.ch5_query_key import PairPage
from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
from vitviz.ui.learn.chapters.ch7_softmax_axis import AxisPage
from vitviz.ui.learn.chapters.ch8_output import OutputPage
from vitviz.ui.learn.chapters.ch9_heads import HeadsPage
from vitviz.ui.learn.chapters.ch12_code import CodePage
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode


@pytest.fixture
def window(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


CHANGED = {
    "temperature": Interventions(temperature=2.0),
    "scaling": Interventions(is_scaled=False),
    "queries": Interventions(axis=Axis.QUERIES),
    "heads": Interventions(axis=Axis.HEADS),
    "cut": Interventions(cuts=(Cut(("cls",), ((1, 1),)),)),
    "dropped": Interventions(hidden=(Hidden(((2, 2),), Hide.DROP),)),
}
CUT, DROPPED = 1 + 7 + 1, 1 + 2 * 7 + 2


def weights_by_hand(
    window: MainWindow, changed: Interventions, axis: Axis
) -> torch.Tensor:
    """(H, N, N) of the last layer, from the q and k that the changed run kept."""
    capture = made(window).capture(3)
    q, k = capture.q.double(), capture.k.double()
    divisor = (4 if changed.is_scaled else 1) * changed.temperature  # d_k is 16
    found = q @ k.transpose(-1, -2) / divisor
    if changed.cuts:
        found[:, 0, CUT] = -torch.inf
    if changed.dropped:
        found[:, :, DROPPED] = -torch.inf
        if axis is Axis.QUERIES:
            found[:, DROPPED] = -torch.inf
    return found[None].softmax(dim=axis.dim)[0].nan_to_num(0.0)


@pytest.mark.parametrize("name", CHANGED)
def test_chapters_compute_the_changed_run(
    qtbot: QtBot, window: MainWindow, name: str
) -> None:
    changed = CHANGED[name]
    window.controller.change(changes=(ListedIntervention(changed),))
    wait_idle(qtbot, window)
    head, query = 0, 0
    whole = weights_by_hand(window, changed, changed.axis)
    np.testing.assert_allclose(
        made(window).row(3, query), whole[:, query].float(), atol=1e-5
    )
    row = whole[head, query]
    pair = go_to(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(pair, PairPage)
    assert window.controller.state.token == query
    key = CUT if changed.cuts else 1 + int(row[1:].argmax())
    click_patch(qtbot, window, *divmod(key - 1, 7))
    assert said(float(row[key])) in figures(pair.chain)
    if changed.cuts:
        assert "−∞" in plain(pair.chain)
    scaling = go_to(qtbot, window, Chapter.SCALING)
    assert isinstance(scaling, ScalingPage)
    assert said(float(row.max())) in figures(scaling.table)
    assert scaling.switch.button(True).isChecked()
    press(qtbot, scaling.switch.button(False))
    bare = replace(changed, temperature=1.0, is_scaled=False)
    run, model = made(window), window.controller.model
    is_as_it_is = bare == changed
    qtbot.waitUntil(lambda: scaling.outcome.after is not None)
    qtbot.waitUntil(lambda: (scaling.outcome.after is run) is is_as_it_is)
    wait_idle(qtbot, window)
    after = scaling.outcome.after
    assert after is not None
    assert model is not None
    assert run.setup.image is not None
    unscaled = vitviz.trace(model, run.setup.image, interventions=bare)
    assert after.output is not None
    assert unscaled.output is not None
    np.testing.assert_allclose(after.output, unscaled.output, atol=1e-5)
    assert scaling.changed is not None
    np.testing.assert_allclose(
        scaling.changed.weights,
        weights_by_hand(window, bare, bare.axis)[head, query].float(),
        atol=1e-5,
    )
    axis = go_to(qtbot, window, Chapter.SOFTMAX)
    assert isinstance(axis, AxisPage)
    for one in Axis:
        press(qtbot, axis.switch.button(one))
        wait_idle(qtbot, window)
        assert axis.sums is not None
        expected = weights_by_hand(window, changed, one)[head, query]
        np.testing.assert_allclose(axis.sums.row, expected.float(), atol=1e-5)
    output = go_to(qtbot, window, Chapter.OUTPUT)
    assert isinstance(output, OutputPage)
    values = made(window).capture(3).v[head].double()
    mixed = output.bars.vectors()[2].values
    np.testing.assert_allclose(mixed, (row @ values).float(), atol=1e-5)
    code = go_to(qtbot, window, Chapter.CODE)
    assert isinstance(code, CodePage)
    code.code.linkActivated.emit("softmax")
    shown = code.bars.vectors()[1].values
    np.testing.assert_allclose(shown, row.float(), atol=1e-5)
    assert f"{float(row.sum()):.3f}" in figures(code.name)
    assert "−∞" in plain(code.name) or not (changed.cuts or changed.dropped)
    restore = window.panes.learn.findChildren(QToolButton)
    press(qtbot, next(b for b in restore if "Restore" in b.text()))
    wait_idle(qtbot, window)
    assert not made(window).interventions


def test_chapters_follow_heads_that_are_off_and_hidden_patches(
    qtbot: QtBot, window: MainWindow
) -> None:
    """A head that is off hands nothing over: chapter 7 says so."""
    changed = (
        Interventions(heads_off=(HeadsOff(3, (0,)),)),
        Interventions(hidden=(Hidden(((2, 2),), Hide.MEAN),)),
    )
    window.controller.change(changes=tuple(map(ListedIntervention, changed)))
    wait_idle(qtbot, window)
    page = go_to(qtbot, window, Chapter.OUTPUT)
    assert isinstance(page, OutputPage)
    assert not page.bars.vectors()[2].values.any()
    assert page.lesson is not None
    weights = page.lesson.row.weights
    np.testing.assert_allclose(made(window).row(3, 0)[0], weights, atol=1e-6)


def test_a_dropped_patch_is_a_key_that_no_query_sees(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.controller.change(changes=(ListedIntervention(CHANGED["dropped"]),))
    wait_idle(qtbot, window)
    page = go_to(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(page, PairPage)
    click_patch(qtbot, window, 2, 2)
    assert window.controller.state.learn.key == DROPPED
    assert "dropped this patch" in plain(page.chain)
    assert figures(page.chain)[1] == "0"


def test_heads_that_the_lab_has_off_are_off_in_their_chapter(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.controller.change(
        changes=(ListedIntervention(Interventions(heads_off=(HeadsOff(3, (1,)),))),)
    )
    wait_idle(qtbot, window)
    page = go_to(qtbot, window, Chapter.HEADS)
    assert isinstance(page, HeadsPage)
    assert [one.is_off for one in page.maps.maps()] == [False, True, False]
    assert "all heads but 1, off in the Lab" in plain(page.outcome)
    spots = [page.maps.mapRect(head).center().toPoint() for head in (1, 2)]
    qtbot.mouseClick(page.maps, LEFT, pos=spots[0])
    assert page.off == frozenset()
    qtbot.mouseClick(page.maps, LEFT, pos=spots[1])
    wait_idle(qtbot, window)
    assert page.off == {2}
    assert page.outcome.after is not None
    parts = page.outcome.after.interventions.heads_off
    assert {head for one in parts for head in one.heads} == {1, 2}


def test_the_slider_goes_all_the_way_from_the_lab_s_extremes(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """From T = 0.1, not scaled, to d_k of the embedded model: 320 times as much."""
    window = open_vitviz(photo, model=QUICK)
    parts = Interventions(is_scaled=False), Interventions(temperature=0.1)
    control = window.controller
    control.change(changes=tuple(map(ListedIntervention, parts)))
    qtbot.waitUntil(lambda: made(window).is_complete and not control.has_jobs)
    # a layer that is not exact at such scores is refused if it is seen on the way
    errors = window.panes.errors
    assert not errors.isVisible() or "is not shown: attention rec" in errors.text()
    errors.dismiss()
    page = go_to(qtbot, window, Chapter.SCALING)
    assert isinstance(page, ScalingPage)
    run, model = made(window), window.controller.model
    page.slider.setValue(page.slider.maximum())
    qtbot.waitUntil(lambda: page.outcome.after not in (None, run))
    after = page.outcome.after
    assert after is not None
    assert model is not None
    assert run.setup.image is not None
    wanted = Interventions(is_scaled=False, temperature=32.0)
    expected = vitviz.trace(model, run.setup.image, interventions=wanted)
    assert after.output is not None
    assert expected.output is not None
    np.testing.assert_allclose(after.output, expected.output, atol=1e-5)


def test_a_head_that_the_lab_set_to_its_mean_is_not_ranked(
    qtbot: QtBot, window: MainWindow
) -> None:
    off = HeadsOff(3, (1,), Off.MEAN)
    window.controller.change(
        changes=(ListedIntervention(Interventions(heads_off=(off,))),)
    )
    wait_idle(qtbot, window)
    page = go_to(qtbot, window, Chapter.HEADS)
    assert isinstance(page, HeadsPage)
    press(qtbot, page.each)
    wait_idle(qtbot, window)
    assert {bar.key for bar in page.list.bars()} == {0, 2}


def test_the_brush_that_is_shown_paints(qtbot: QtBot, window: MainWindow) -> None:
    """From chapter 9, by its button; the picture stays where it is."""
    page = go_to(qtbot, window, Chapter.CODE)
    assert isinstance(page, CodePage)
    press(qtbot, page.lab)
    assert window.controller.state.mode is Mode.LAB
    before = window.panes.picture.shownRange()
    drag(qtbot, window, (1, 1), (1, 3))
    assert window.panes.picture.shownRange() == before
    assert len(hidden(window)) == 3


def test_the_window_goes_on_while_all_scores_are_needed(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the queries' axis, another temperature needs N × N scores of the head."""
    threads = set()
    computed = Factors.key_normaliser

    def noted(self: Factors, *args: Any) -> Any:  # noqa: ANN401
        threads.add(threading.current_thread())
        return computed(self, *args)

    monkeypatch.setattr(Factors, "key_normaliser", noted)
    changed = Interventions(axis=Axis.QUERIES)
    window.controller.change(changes=(ListedIntervention(changed),))
    wait_idle(qtbot, window)
    page = go_to(qtbot, window, Chapter.SCALING)
    assert isinstance(page, ScalingPage)
    page.slider.setValue(page.slider.maximum())
    wait_idle(qtbot, window)
    assert threads
    assert threading.main_thread() not in threads
    hot = replace(changed, temperature=4.0)
    query = window.controller.state.token
    expected = weights_by_hand(window, hot, Axis.QUERIES)[0, query]
    assert page.changed is not None
    np.testing.assert_allclose(page.changed.weights, expected.float(), atol=1e-5)
