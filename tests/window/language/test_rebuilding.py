"""A window built anew, as for another language: what is shown and what runs stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, held_back, wait_idle
from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import Axis
from vitviz.jobs.queue import JobKind
from vitviz.ui.base import language
from vitviz.ui.learn.chapters.ch4_cost import CostPage
from vitviz.ui.learn.chapters.ch5_query_key import PairPage
from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
from vitviz.ui.learn.chapters.ch7_softmax_axis import AxisPage
from vitviz.ui.learn.chapters.ch9_heads import HeadsPage
from vitviz.ui.learn.page import Page
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode, Style

LEFT = Qt.MouseButton.LeftButton


def change_language(window: MainWindow, qtbot: QtBot) -> None:
    """What Qt sends when a translator is installed."""
    former = window.panes
    QApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
    qtbot.waitUntil(lambda: window.panes is not former)


def test_scene_and_view_stay(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    click_patch(qtbot, window, 3, 2)
    click_patch(qtbot, window, 5, 4, Qt.KeyboardModifier.ShiftModifier)
    control.screen.hover(None)
    control.change(layer=2, heads=HeadChoice((1,)), style=Style.SPOTLIGHT, tab="heads")
    control.keep()
    control.change(layer=1)
    wait_idle(qtbot, window)
    zoom = QRectF(0.1, 0.2, 0.5, 0.5)
    window.panes.picture.setRange(zoom)
    kept_zoom = window.panes.picture.shownRange()
    state, trace, heat = control.state, control.document.trace, control.heat
    former = window.panes.picture
    change_language(window, qtbot)
    wait_idle(qtbot, window)
    panes = window.panes
    assert panes.picture is not former
    assert control.panes is panes
    assert control.state == state
    assert control.document.trace is trace
    assert heat is not None
    assert control.heat is not None
    np.testing.assert_array_equal(control.heat.patches, heat.patches)
    assert len(control.screen.rail) == 4
    assert panes.tabs.current() == "heads"
    assert panes.compare.isVisible()
    shown = panes.picture.shownRange()
    assert shown is not None
    assert kept_zoom is not None
    # words of another length leave the picture another height
    assert shown.center() == kept_zoom.center()
    assert (shown.x(), shown.width()) == (kept_zoom.x(), kept_zoom.width())
    click_patch(qtbot, window, 1, 1)  # the new panes work, and only they
    assert trace is not None
    assert control.state.token == trace.setup.grid.token(1, 1)
    qtbot.keyClick(window, "]")
    assert control.state.layer == 2
    qtbot.keyClick(window, "K")
    assert not panes.compare.isVisible()


def test_the_side_panel_keeps_its_width(
    qtbot: QtBot, qapp: QApplication, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.resize(1280, 720)
    window.controller.change(mode=Mode.LEARN)
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: window.splitter().width() > 1200)
    width = window.panes.side.width()
    try:
        for name in ("ja", "en"):
            former = window.panes
            language.install(qapp, name)
            qtbot.waitUntil(lambda former=former: window.panes is not former)  # type: ignore[misc]
            wait_idle(qtbot, window)
            qtbot.waitUntil(lambda: window.panes.side.width() == width, timeout=5000)
    finally:
        language.install(qapp, "en")


def test_what_runs_goes_on(qtbot: QtBot, open_vitviz: OpenWindow, photo: Path) -> None:
    window = open_vitviz(photo)
    control = window.controller
    gate = held_back(window)
    control.open_picture(photo)
    qtbot.waitUntil(lambda: control.is_running, timeout=30_000)
    change_language(window, qtbot)
    assert control.is_running
    assert window.panes.status.runText()
    gate.set()
    wait_idle(qtbot, window)
    assert control.heat is not None
    assert "verified" in window.panes.status.runText()


def test_results_that_took_long_stay(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    qtbot.mouseClick(window.panes.tabs.button("map_test"), LEFT)
    qtbot.mouseClick(window.panes.map_test.startButton(), LEFT)
    wait_idle(qtbot, window)
    tested = window.panes.map_test.note()
    assert "area" in tested
    qtbot.mouseClick(window.panes.tabs.button("heads"), LEFT)
    gate = held_back(window)
    window.panes.heads.measureRequested.emit()
    qtbot.waitUntil(lambda: control.workers.is_awaited(JobKind.EFFECT))
    change_language(window, qtbot)
    assert control.workers.is_awaited(JobKind.EFFECT)
    gate.set()
    wait_idle(qtbot, window)
    qtbot.mouseClick(window.panes.tabs.button("map_test"), LEFT)
    assert window.panes.map_test.note() == tested
    drawn = list(window.panes.map_test._plot.getPlotItem().listDataItems())
    assert len(drawn) == 8


def test_an_error_stays_and_nothing_is_left(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    window.open_path(str(tmp_path / "missing.png"))
    qtbot.waitUntil(window.panes.errors.isVisible)
    text = window.panes.errors.text()
    before = len(window.findChildren(QObject))
    for _ in range(3):
        change_language(window, qtbot)
    assert window.panes.errors.text() == text
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert len(window.findChildren(QObject)) <= before + 5
    window.panes.errors.dismiss()


def test_a_chapter_stays_at_its_step(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.controller.change(mode=Mode.LEARN)
    page = chapter_page(qtbot, window, Chapter.OUTPUT)
    page.show_step(2)

    def place() -> tuple[Chapter, str]:
        return window.panes.learn.chapter(), window.panes.learn.place()

    wanted = place()
    assert wanted == (Chapter.OUTPUT, "3/4")
    change_language(window, qtbot)
    wait_idle(qtbot, window)
    assert place() == wanted
    window.present.begin(full_screen=False)
    wait_idle(qtbot, window)
    assert place() == wanted
    window.present.end()
    wait_idle(qtbot, window)
    assert place() == wanted


def chapter_page(qtbot: QtBot, window: MainWindow, chapter: Chapter) -> Page:
    """The chapter's page, opened anew where the window is."""
    qtbot.mouseClick(window.panes.learn.button(chapter), LEFT)
    wait_idle(qtbot, window)
    page = window.panes.learn.page()
    assert page is not None
    guess = page.open_guess()
    if guess is not None:
        guess.reveal()
    return page


def click_head(qtbot: QtBot, window: MainWindow, page: Page, head: int) -> None:
    assert isinstance(page, HeadsPage)
    page.show_part(page.maps)
    spot = page.maps.mapRect(head).center().toPoint()
    qtbot.mouseClick(page.maps, LEFT, pos=spot)
    wait_idle(qtbot, window)


def plain(html: str) -> str:
    """The words: in Present they are larger."""
    return QTextDocumentFragment.fromHtml(html).toPlainText()


@pytest.mark.parametrize("into", ["another language", "Present"])
def test_what_was_done_in_a_chapter_stays(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    into: str,
) -> None:
    """Prepared at the desk, shown to the room."""
    monkeypatch.setattr("vitviz.lessons.pass_timing.BUDGET_S", 0.01)
    window = open_vitviz(photo)
    window.controller.change(mode=Mode.LEARN)
    cost = chapter_page(qtbot, window, Chapter.COST)
    assert isinstance(cost, CostPage)
    qtbot.mouseClick(cost.measure, LEFT)
    wait_idle(qtbot, window)
    said = cost.split.source()
    assert said
    pair = chapter_page(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(pair, PairPage)
    qtbot.mouseClick(pair.click.button("query"), LEFT)
    scaling = chapter_page(qtbot, window, Chapter.SCALING)
    assert isinstance(scaling, ScalingPage)
    qtbot.mouseClick(scaling.switch.button(False), LEFT)
    wait_idle(qtbot, window)
    axis = chapter_page(qtbot, window, Chapter.SOFTMAX)
    assert isinstance(axis, AxisPage)
    qtbot.mouseClick(axis.switch.button(Axis.HEADS), LEFT)
    wait_idle(qtbot, window)
    heads = chapter_page(qtbot, window, Chapter.HEADS)
    click_head(qtbot, window, heads, 1)
    assert isinstance(heads, HeadsPage)
    outcome = plain(heads.outcome.source())
    assert outcome
    if into == "Present":
        window.present.begin(full_screen=False)
    else:
        change_language(window, qtbot)
    wait_idle(qtbot, window)
    now = window.panes.learn.page()
    assert isinstance(now, HeadsPage)
    assert now is not heads
    qtbot.waitUntil(lambda: plain(now.outcome.source()) == outcome)
    assert [one.is_off for one in now.maps.maps()] == [False, True, False]
    axis = chapter_page(qtbot, window, Chapter.SOFTMAX)
    assert isinstance(axis, AxisPage)
    assert axis.switch.button(Axis.HEADS).isChecked()
    assert axis.sums is not None
    assert axis.sums.axis is Axis.HEADS
    scaling = chapter_page(qtbot, window, Chapter.SCALING)
    assert isinstance(scaling, ScalingPage)
    assert scaling.divisor == 1
    assert scaling.switch.button(False).isChecked()
    pair = chapter_page(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(pair, PairPage)
    assert pair.click.button("query").isChecked()
    cost = chapter_page(qtbot, window, Chapter.COST)
    assert isinstance(cost, CostPage)
    assert cost.split.source() == said
    assert not cost.chart.isHidden()


@pytest.mark.parametrize("into", ["another language", "Present"])
def test_what_a_chapter_is_measuring_begins_anew(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    into: str,
) -> None:
    """What was asked for comes, whatever else is switched meanwhile."""
    monkeypatch.setattr("vitviz.lessons.pass_timing.BUDGET_S", 0.01)
    window = open_vitviz(photo)
    window.controller.change(mode=Mode.LEARN)
    for chapter in (Chapter.COST, Chapter.HEADS):
        page = chapter_page(qtbot, window, chapter)
        assert isinstance(page, CostPage | HeadsPage)
        gate = held_back(window)
        asked = page.measure if isinstance(page, CostPage) else page.each
        page.show_part(asked)
        qtbot.mouseClick(asked, LEFT)
        assert asked.text() == "Cancel"
        if into == "Present":
            window.present.begin(full_screen=False)
        else:
            change_language(window, qtbot)
        now = window.panes.learn.page()
        assert isinstance(now, CostPage | HeadsPage)
        assert now is not page
        qtbot.waitUntil(lambda: window.controller.has_jobs)
        gate.set()
        wait_idle(qtbot, window)
        if isinstance(now, CostPage):
            assert now.split.source()
            assert now.measure.text() == "Measure here and now"
        else:
            assert now.effects is not None
            assert len(now.effects.values) == 3
            assert "With all heads" in now.outcome.source()
            assert now.each.text() == "Try each head alone"
        if into == "Present":
            window.present.end()
            wait_idle(qtbot, window)
