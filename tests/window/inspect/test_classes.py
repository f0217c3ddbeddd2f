"""Choosing the class that methods explain, and their options, with real clicks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.conftest import CLASSES as NAMES
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.inspect.test_methods import choose
from vitviz.domain.heads import Fusion
from vitviz.explain.run_method import run
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.classes import likeliest_classes


@pytest.fixture
def window(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> MainWindow:
    opened = open_vitviz(photo, model=classifier_folder)
    qtbot.mouseClick(opened.panes.tabs.button("classes"), Qt.MouseButton.LeftButton)
    return opened


def softmax(logits: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    shares = np.exp(logits.astype(float))
    return np.asarray(shares / shares.sum())


def test_classes_are_listed_by_probability(window: MainWindow) -> None:
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.logits is not None
    shares = softmax(trace.logits)
    order = np.argsort(-shares)
    bars = window.panes.classes.bars.bars()
    assert [bar.name for bar in bars] == [NAMES[i] for i in order]
    lengths = [bar.share for bar in bars if bar.share is not None]
    np.testing.assert_allclose(lengths, shares[order], rtol=1e-5)
    assert bars[0].number == f"{100 * shares.max():.1f} %"
    assert NAMES[order[0]] in window.panes.classes.note()


def test_a_clicked_class_is_the_one_that_is_explained(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    control = window.controller
    choose(qtbot, window, "relevance")
    trace, model = control.document.trace, control.model
    assert trace is not None
    assert model is not None
    seen = []
    for row in (0, 3):
        bars = window.panes.classes.bars
        place = bars.rowRect(row).center().toPoint()
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=place)
        target = control.state.target
        assert target == bars.bars()[row].key
        wait_idle(qtbot, window)
        assert control.heat is not None
        expected = run("relevance", trace, model=model, target=target)
        np.testing.assert_array_equal(control.heat.patches, expected)
        seen.append(control.heat.patches)
        assert NAMES[target] in window.panes.classes.note()
    assert np.abs(seen[0] - seen[1]).max() > 1e-3 * np.abs(seen[0]).max()
    control.export_dialog.write(str(tmp_path / "map.npz"))
    wait_idle(qtbot, window)
    with np.load(tmp_path / "map.npz", allow_pickle=False) as data:
        np.testing.assert_array_equal(data["relevance"][0], seen[1])
        assert json.loads(str(data["meta"]))["target"] == target


def test_a_class_is_found_by_typing(qtbot: QtBot, window: MainWindow) -> None:
    pane = window.panes.classes
    qtbot.keyClicks(pane.searchField(), "CAT")
    assert pane.bars.bars()[0].name == "cat"
    assert {bar.name for bar in pane.bars.bars()} == {"tabby cat", "tiger cat", "cat"}
    pane.searchField().clear()
    qtbot.keyClicks(pane.searchField(), "2")
    assert [bar.name for bar in pane.bars.bars()] == ["rocket"]
    qtbot.keyClicks(pane.searchField(), "zebra")
    assert "zebra" in pane.note()
    assert not pane.bars.bars()


def test_no_class_is_named_for_logits_that_are_not_finite() -> None:
    assert likeliest_classes(np.array([1.0, np.nan], np.float32), ("a", "b")) == ()


def test_a_model_without_a_head_says_what_is_explained(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    qtbot.mouseClick(window.panes.tabs.button("classes"), Qt.MouseButton.LeftButton)
    pane = window.panes.classes
    wait_idle(qtbot, window)
    assert "no labels" in pane.note()
    assert "explain that feature" in pane.note()
    assert not pane.searchField().isEnabled()


def test_options_of_rollout_are_chosen_from_its_menu(
    qtbot: QtBot, window: MainWindow
) -> None:
    control = window.controller
    choose(qtbot, window, "rollout")
    button = window.panes.controls.method_options
    assert button.isVisible()
    for title, text in (("Heads", "max of heads"), ("Drop", "90 %"), ("First", "1")):
        pick(qtbot, button.menu(), title, text)
        wait_idle(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    assert control.heat is not None
    expected = run("rollout", trace, fusion=Fusion.MAX, discard=0.9, start_layer=1)
    np.testing.assert_array_equal(control.heat.patches, expected)
    plain = run("rollout", trace)
    assert np.abs(plain - expected).max() > 1e-4
    choose(qtbot, window, "raw")
    assert not button.isVisible()


def pick(qtbot: QtBot, menu: QMenu, title: str, text: str) -> None:
    """Take an entry of a submenu."""
    action = next(a for a in menu.actions() if a.text().startswith(title))
    inner = action.menu()
    assert isinstance(inner, QMenu)
    inner.popup(QPoint(40, 40))
    qtbot.waitUntil(inner.isVisible)
    entry = next(a for a in inner.actions() if a.text().startswith(text))
    inner.setActiveAction(entry)
    qtbot.keyClick(inner, Qt.Key.Key_Return)
