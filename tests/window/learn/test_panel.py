"""The panel of Learn: from chapter to chapter, and back to where one came from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.domain.interventions import Interventions, ListedIntervention
from vitviz.system import settings
from vitviz.ui.learn.chapters.ch5_query_key import PairPage
from vitviz.ui.learn.text import Prose
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import LearnView, Mode

LEFT = Qt.MouseButton.LeftButton


def test_page_down_goes_through_all_steps_to_the_last(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    panel = window.panes.learn
    qtbot.keyClick(window, Qt.Key.Key_F3)
    assert window.controller.state.mode is Mode.LEARN
    met: list[tuple[Chapter, str]] = []
    for _ in range(100):
        place = panel.chapter(), panel.place()
        if not met or met[-1] != place:  # an open guess is answered first
            met.append(place)
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
        wait_idle(qtbot, window)
    for chapter in Chapter:
        places = [place for one, place in met if one is chapter]
        count = len(places)
        assert places == [f"{n + 1}/{count}" for n in range(count)]
    assert [one for one, _ in met] == sorted(
        (one for one, _ in met), key=lambda one: one.number
    )
    assert panel.chapter() is Chapter.END
    for _ in range(sum(chapter is Chapter.END for chapter, _ in met)):
        qtbot.keyClick(window, Qt.Key.Key_PageUp)
    assert panel.chapter() is Chapter.CODE
    assert settings.get().learn_chapter == Chapter.CODE.value


def test_the_heads_of_before_come_back(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    former = window.controller.state.heads
    assert former.single is None
    window.controller.change(mode=Mode.LEARN, learn=LearnView(Chapter.QUERY_KEY))
    wait_idle(qtbot, window)
    assert window.controller.state.heads.single == 0
    window.controller.change(mode=Mode.INSPECT)
    assert window.controller.state.heads == former


def test_a_changed_model_is_named_and_restored(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    panel = window.panes.learn
    window.controller.change(mode=Mode.LEARN)
    assert not panel._changed.isVisible()
    hot = ListedIntervention(Interventions(temperature=3.0))
    window.controller.change(changes=(hot,))
    wait_idle(qtbot, window)
    assert panel._changed.isVisible()
    qtbot.mouseClick(panel._restore, LEFT)
    wait_idle(qtbot, window)
    assert not window.controller.state.changes
    assert not panel._changed.isVisible()


def test_the_way_on_is_at_the_end_of_a_chapter(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.controller.change(mode=Mode.LEARN, learn=LearnView(Chapter.QUERY_KEY))
    wait_idle(qtbot, window)
    page = window.panes.learn.page()
    assert isinstance(page, PairPage)
    page.show_step(-1)
    qtbot.mouseClick(page.onward, LEFT)
    assert window.panes.learn.chapter() is Chapter.SCALING


def test_without_a_picture_one_is_asked_for(
    qtbot: QtBot, open_vitviz: OpenWindow
) -> None:
    window = open_vitviz(wait=False)
    qtbot.mouseClick(window.top.modeButton(Mode.LEARN), LEFT)
    panel = window.panes.learn
    words = [prose.source() for prose in panel.findChildren(Prose) if prose.isVisible()]
    assert any("Open a picture first" in text for text in words)
    qtbot.waitUntil(lambda: window.controller.model is not None, timeout=30_000)
