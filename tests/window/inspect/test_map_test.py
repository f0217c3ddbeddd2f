"""Testing a map from the window: the curves are those of the functions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from tests.window.inspect.test_methods import choose
from vitviz.domain.number_text import format_value
from vitviz.explain.perturbation import curves
from vitviz.explain.run_method import run
from vitviz.ui.window.main_window import MainWindow


@pytest.fixture
def window(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> MainWindow:
    opened = open_vitviz(photo, model=classifier_folder)
    qtbot.mouseClick(opened.panes.tabs.button("map_test"), Qt.MouseButton.LeftButton)
    wait_idle(qtbot, opened)
    return opened


def test_the_map_on_screen_is_tested_both_ways(
    qtbot: QtBot, window: MainWindow
) -> None:
    control, pane = window.controller, window.panes.map_test
    control.change(target=2)
    choose(qtbot, window, "legrad")
    heat, trace, model = control.heat, control.document.trace, control.model
    assert heat is not None
    assert trace is not None
    assert model is not None
    np.testing.assert_array_equal(
        heat.patches, run("legrad", trace, model=model, target=2)
    )
    qtbot.mouseClick(pane.startButton(), Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    for mode in ("deletion", "insertion"):
        found = curves(model, trace, heat.patches, mode=mode, target=2)
        assert f"area {format_value(found.area)}" in pane.note()
    drawn = list(pane._plot.getPlotItem().listDataItems())
    assert len(drawn) == 8  # edges of the band, mean of random orders, the map; twice
    deletion = curves(model, trace, heat.patches, mode="deletion", target=2)
    np.testing.assert_allclose(drawn[3].getData()[1], deletion.values, rtol=1e-6)
    control.pin(3)  # LeGrad is the same for every query
    wait_idle(qtbot, window)
    control.change(target=1)
    wait_idle(qtbot, window)
    assert "weights, not reasons" in pane.note()


@pytest.mark.parametrize("name", ["legrad", "occlusion"])
def test_it_ends_in_a_sentence_on_chance(
    qtbot: QtBot, window: MainWindow, name: str
) -> None:
    """A map beats chance where its area is beyond those of all random orders."""
    control, pane = window.controller, window.panes.map_test
    choose(qtbot, window, name)
    heat, trace, model = control.heat, control.document.trace, control.model
    assert heat is not None
    assert trace is not None
    assert model is not None
    qtbot.mouseClick(pane.startButton(), Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    deletion = curves(model, trace, heat.patches, mode="deletion")
    insertion = curves(model, trace, heat.patches, mode="insertion")
    beats = (
        deletion.area < min(deletion.random_areas),
        insertion.area > max(insertion.random_areas),
    )
    said = {
        (True, True): "Better than chance: it beats every random order.",
        (True, False): "Better than chance in the deletion only.",
        (False, True): "Better than chance in the insertion only.",
        (False, False): "No better than chance.",
    }
    assert said[beats] in pane.note()
    assert sum(text in pane.note() for text in said.values()) == 1


def test_a_test_can_be_cancelled(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = window.panes.map_test
    monkeypatch.setattr("vitviz.explain.perturbation.BATCH_TOKENS", 1)
    qtbot.mouseClick(pane.startButton(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "%" in pane.note())
    assert pane.startButton().text() == "Cancel"
    qtbot.mouseClick(pane.startButton(), Qt.MouseButton.LeftButton)
    assert pane.startButton().text() == "Test this map"
    wait_idle(qtbot, window)
    assert "weights, not reasons" in pane.note()
    window.controller.pin(2)
    wait_idle(qtbot, window)
    assert window.controller.heat is not None
