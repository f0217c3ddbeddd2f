"""Chapter 0: played, paused, scrubbed and stepped; every moment is this run's."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from tests.window.learn.chapters import go_to, made, plain, press
from tests.window.learn.test_ribbon import ribbon_of
from vitviz.ui.learn.chapters import ch0_ninety_seconds
from vitviz.ui.learn.chapters.ch0_ninety_seconds import NinetySecondsPage
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.ribbon import Stop
from vitviz.views.view_state import Mode

LAYERS = 4


def opened(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model: Path | None = None
) -> tuple[MainWindow, NinetySecondsPage]:
    window = open_vitviz(photo) if model is None else open_vitviz(photo, model=model)
    page = go_to(qtbot, window, Chapter.NINETY_SECONDS)
    assert isinstance(page, NinetySecondsPage)
    return window, page


def test_it_plays_once_through_real_states_to_the_answer(
    qtbot: QtBot,
    spoken: str,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ch0_ninety_seconds, "WHOLE_MS", 900)  # a hundredth
    window, page = opened(qtbot, open_vitviz, photo)
    ribbon, trace = ribbon_of(window), made(window)
    stops: list[tuple[Stop, ...]] = []
    maps: dict[int, np.ndarray] = {}  # type: ignore[type-arg]

    def look() -> bool:
        lit = tuple(ribbon.lit())
        moment = page.all_moments()[page.moment_index]
        if not stops or stops[-1] != lit or moment.layer is not None:
            stops.append(lit)
        heat = window.controller.heat
        if moment.layer is not None and heat is not None:
            maps[moment.layer] = heat.patches
        return not page.is_playing()

    press(qtbot, page.play)
    assert page.is_playing()
    qtbot.waitUntil(look, timeout=60_000)
    assert page.moment_index == len(page.all_moments()) - 1 == LAYERS + 4
    order = [Stop.PICTURE, Stop.PATCHES, Stop.POSITION, Stop.ATTENTION, Stop.READ]
    met = [one[0] for one in dict.fromkeys(stops)]
    assert met == [*order, Stop.ANSWER]
    assert maps.keys() == {*range(LAYERS)}
    for layer, found in maps.items():
        expected = trace.row(layer, "cls").mean(axis=0)[1:].reshape(trace.grid)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    wait_idle(qtbot, window)
    assert page.answer.most_like.isVisible()
    first = page.answer.most_like.lines()[0]
    window.controller.change(mode=Mode.INSPECT, tab="classes")
    wait_idle(qtbot, window)
    assert window.panes.classes.most_like.lines()[0] == first
    assert window.panes.learn.button(Chapter.NINETY_SECONDS).isDone()


def test_space_and_arrows_play_pause_step_and_scrub(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window, page = opened(qtbot, open_vitviz, photo)
    page.play.setFocus()
    qtbot.keyClick(page.play, Qt.Key.Key_Space)
    assert page.is_playing()
    qtbot.keyClick(page.play, Qt.Key.Key_Space)
    assert not page.is_playing()
    for index in (1, 2, 3, 4):
        qtbot.keyClick(page.play, Qt.Key.Key_Right)
        assert page.moment_index == index
    assert window.controller.state.layer == 1
    qtbot.keyClick(page.slider, Qt.Key.Key_Left)
    assert (page.moment_index, window.controller.state.layer) == (3, 0)
    page.slider.setValue(5)
    assert window.controller.state.layer == 2
    qtbot.keyClick(page.slider, Qt.Key.Key_Space)
    assert page.is_playing()
    page.slider.setValue(6)
    assert not page.is_playing(), "a hand on it stops it"
    row = made(window).row(3, 0).mean(axis=0).astype(float)
    breadth = math.exp(-(row * np.log(row)).sum())
    assert f"{breadth:.3g}" in plain(page.words)


def test_the_clicker_steps_through_it_and_on_to_the_next_chapter(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window, page = opened(qtbot, open_vitviz, photo)
    for index in range(1, len(page.all_moments())):
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
        assert page.moment_index == index
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert window.panes.learn.chapter() is Chapter.SEQUENCE


def test_the_view_comes_back_and_the_rail_leads_to_a_layers_frame(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.controller.change(layer=1, token=9)
    before = window.controller.state
    page = go_to(qtbot, window, Chapter.NINETY_SECONDS)
    assert isinstance(page, NinetySecondsPage)
    assert window.controller.state.opacity == 0, "the picture alone"
    assert not window.controller.state.show_grid
    window.controller.change(layer=2)
    assert page.all_moments()[page.moment_index].layer == 2
    assert window.controller.state.opacity is None
    press(qtbot, window.panes.learn.button(Chapter.SEQUENCE))

    def is_back() -> bool:
        state = window.controller.state
        names = ("layer", "token", "opacity", "show_grid", "method", "heads")
        return all(getattr(state, name) == getattr(before, name) for name in names)

    qtbot.waitUntil(is_back)
    assert ribbon_of(window).lit() == [Stop.PATCHES]


def test_a_model_with_labels_ends_with_its_classes(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> None:
    window, page = opened(qtbot, open_vitviz, photo, classifier_folder)
    page.slider.setValue(page.slider.maximum())
    wait_idle(qtbot, window)
    trace = made(window)
    assert trace.logits is not None
    labels = trace.setup.model.labels
    assert labels is not None
    assert page.answer.bars.bars()[0].name == labels[int(trace.logits.argmax())]
    assert page.answer.bars.isVisible()
    assert not page.answer.most_like.isVisible()


def test_the_start_page_invites_to_it(qtbot: QtBot, open_vitviz: OpenWindow) -> None:
    window = open_vitviz(wait=False)
    qtbot.waitUntil(lambda: window.controller.model is not None)
    button = window.start.findChild(QPushButton, "lesson")
    assert isinstance(button, QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    assert window.panes.learn.chapter() is Chapter.NINETY_SECONDS
    page = window.panes.learn.page()
    assert isinstance(page, NinetySecondsPage)
    assert page.play.isVisible()
