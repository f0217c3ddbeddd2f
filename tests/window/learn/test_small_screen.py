"""On a small screen a chapter's task, controls and answer need no scrolling."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from tests.window.learn.chapters import go_to, press
from vitviz.ui.learn.chapters.ch3_cost import CostPage
from vitviz.ui.learn.chapters.ch8_heads import HeadsPage
from vitviz.ui.learn.slides import More, PageSlides
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter

NEEDED = {
    Chapter.SEQUENCE: ("task", "play", "slider", "place"),
    Chapter.PATCH_SIZE: ("slider", "task", "offer"),
    Chapter.COST: ("task", "measure"),
    Chapter.QUERY_KEY: ("task", "click", "chips", "bars"),
    Chapter.SCALING: ("task", "switch", "slider", "bars", "outcome"),
    Chapter.SOFTMAX: ("task", "switch", "row_sum", "table"),
    Chapter.OUTPUT: ("task", "chips", "parts"),
    Chapter.HEADS: ("task", "maps", "all_on", "each", "outcome"),
    Chapter.CODE: ("code", "formula", "task", "chips", "name", "bars"),
}


@pytest.fixture
def window(spoken: str, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    window = open_vitviz(photo)
    window.resize(1280, 720)
    return window


def is_seen(window: MainWindow, widget: QWidget) -> bool:
    area = window.panes.learn.slides()
    assert area is not None
    top = widget.mapTo(area.viewport(), QPoint(0, 0)).y()
    return (
        widget.isVisible()
        and top >= 0
        and top + widget.height() <= area.viewport().height()
    )


def more(window: MainWindow) -> More:
    area = window.panes.learn.slides()
    assert isinstance(area, PageSlides)
    return area.more()


def test_what_a_task_needs_is_in_view(qtbot: QtBot, window: MainWindow) -> None:
    for chapter, names in NEEDED.items():
        page = go_to(qtbot, window, chapter)
        for name in names:
            part = getattr(page, name)
            qtbot.waitUntil(partial(is_seen, window, part))


def test_more_below_is_said_and_reached(qtbot: QtBot, window: MainWindow) -> None:
    page = go_to(qtbot, window, Chapter.SCALING)
    assert page.notes is not None
    qtbot.waitUntil(lambda: more(window).isVisible())
    assert not is_seen(window, page.notes)
    for _ in range(3):
        if more(window).isVisible():
            press(qtbot, more(window))
    assert is_seen(window, page.notes)
    assert not more(window).isVisible()
    press(qtbot, page.notes.fold)
    qtbot.waitUntil(lambda: is_seen(window, page.notes.text))  # type: ignore[union-attr]
    go_to(qtbot, window, Chapter.COST)
    assert not more(window).isVisible(), "all of it is seen"


def test_what_was_asked_for_comes_into_view(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitviz.lessons.pass_timing.BUDGET_S", 0.01)
    cost = go_to(qtbot, window, Chapter.COST)
    assert isinstance(cost, CostPage)
    press(qtbot, cost.measure)
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: is_seen(window, cost.chart))
    lowest = cost.chart.mapTo(window, cost.chart.rect().bottomLeft()).y()
    fade = more(window)
    assert lowest <= fade.mapTo(window, QPoint(0, 0)).y()
    assert is_seen(window, cost.ratios)
    heads = go_to(qtbot, window, Chapter.HEADS)
    assert isinstance(heads, HeadsPage)
    press(qtbot, heads.each)
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: is_seen(window, heads.list))
    assert is_seen(window, heads.maps)
