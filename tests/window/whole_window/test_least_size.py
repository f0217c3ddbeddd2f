"""Every state of the window fits into 800×560, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.domain.interventions import Interventions, ListedIntervention
from vitviz.ui.lab.panel import Tool
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.window_state import LEAST_SIZE
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import HeadsView, LearnView, Mode, Reading, TokensView

TABS = ("strip", "heads", "matrix", "tokens", "classes", "map_test", "views")


def states(window: MainWindow) -> Iterator[str]:
    """Bring the window into one state after the other; yield the name of each."""
    control = window.controller
    for tab in TABS:
        control.change(tab=tab, mode=Mode.INSPECT)
        yield tab
    control.change(tab="heads", heads_view=HeadsView(is_plot=True))
    yield "plot"
    view = TokensView(Reading.SIMILARITY)
    control.change(tab="tokens", tokens_view=view)
    yield "similarity"
    for chapter in Chapter:
        control.change(mode=Mode.LEARN, learn=LearnView(chapter))
        yield chapter.value
    changes = tuple(
        ListedIntervention(Interventions(temperature=t)) for t in (2.0, 3.0, 4.0)
    )
    control.change(mode=Mode.LAB, changes=changes)
    for tool in (Tool.SOFTMAX, Tool.HEADS, Tool.CUT, Tool.HIDE):
        window.panes.lab.toolButton(tool).click()
        yield f"lab {tool.name}"
    control.change(mode=Mode.INSPECT, changes=())
    window.toggle_compare()
    yield "compare"


@pytest.mark.usefixtures("spoken")
def test_no_state_widens_or_heightens_the_window(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.resize(*LEAST_SIZE)
    too_large = {}
    for name in states(window):
        wait_idle(qtbot, window)
        QApplication.processEvents()
        hint = window.minimumSizeHint()
        if hint.width() > LEAST_SIZE[0] or hint.height() > LEAST_SIZE[1]:
            too_large[name] = (hint.width(), hint.height())
    assert too_large == {}
    assert (window.width(), window.height()) == LEAST_SIZE
