"""Methods, chosen in the window as a user does, against the dense formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.domain.methods import METHODS
from vitviz.ui.inspect.method_menu import NOT_OFFERED
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.view_state import Direction

OFFERED = [name for name in METHODS if name not in NOT_OFFERED]


def choose(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Open the menu and take the entry."""
    button = window.panes.controls.method
    menu = button.menu()
    menu.popup(button.mapToGlobal(QPoint(0, 0)))
    qtbot.waitUntil(menu.isVisible)
    menu.setActiveAction(button.action(name))
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.controller.state.method == name)
    wait_idle(qtbot, window)


def dense_rollout(window: MainWindow) -> np.ndarray:  # type: ignore[type-arg]
    trace = window.controller.document.trace
    assert trace is not None
    result = np.eye(trace.num_tokens)
    for layer in range(trace.num_layers):
        heads = [trace.matrix(layer, head) for head in range(trace.num_heads)]
        mean = np.mean(heads, axis=0)
        result = (mean / 2 + np.eye(len(mean)) / 2) @ result
    return result


def test_rollout_is_shown_for_every_clicked_patch(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    choose(qtbot, window, "rollout")
    trace = control.document.trace
    assert trace is not None
    expected = dense_rollout(window)
    for token in (0, 5, trace.num_tokens - 1):
        control.pin(token)
        wait_idle(qtbot, window)
        assert control.heat is not None
        assert control.heat.method == "rollout"
        wanted = trace.patch_map(expected[token].astype(np.float32))
        np.testing.assert_allclose(control.heat.patches, wanted, atol=1e-5)
        assert "× uniform" in window.panes.status.text()


@pytest.mark.parametrize("name", OFFERED)
def test_every_method_of_the_menu_shows_a_map(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, name: str
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    if name == "raw":
        choose(qtbot, window, "rollout")
    choose(qtbot, window, name)
    heat = control.heat
    assert heat is not None
    assert heat.method == name
    assert np.isfinite(heat.patches).all()
    assert window.panes.controls.method.title(name) in (
        window.panes.controls.method.text()
    )
    assert (heat.uniform is not None) == METHODS[name].sums_to_one


def test_asking_for_a_head_or_a_direction_leaves_a_method_without_one(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    choose(qtbot, window, "rollout")
    control.steps.step_head(1)
    assert control.state.method == "raw"
    control.undo()
    wait_idle(qtbot, window)
    assert control.heat is not None
    assert control.heat.method == "rollout"
    window.view_handlers.on_direction(Direction.LOOKED_AT_BY)
    wait_idle(qtbot, window)
    assert control.heat.method == "raw"
    choose(qtbot, window, "value-weighted")
    control.steps.step_head(1)
    wait_idle(qtbot, window)
    assert control.state.method == "value-weighted"
    assert control.state.direction is Direction.LOOKS_AT


def test_relevance_uses_one_backward_pass_for_all_queries(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vitviz.explain import gradients

    calls = []
    backward = gradients.backward

    def counted(*args: object, **options: object) -> object:
        calls.append(args)
        return backward(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(gradients, "backward", counted)
    window = open_vitviz(photo)
    control = window.controller
    choose(qtbot, window, "relevance")
    maps = []
    for token in (0, 3, 9):
        control.pin(token)
        wait_idle(qtbot, window)
        assert control.heat is not None
        maps.append(torch.from_numpy(control.heat.patches))
    assert len(calls) == 1
    assert not torch.equal(maps[0], maps[1])


def test_a_method_of_a_cancelled_run_says_what_is_missing(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    from dataclasses import replace

    window = open_vitviz(photo)
    control = window.controller
    trace = control.document.trace
    assert trace is not None
    partial = replace(trace, captures=(*trace.captures[:2], None, None))
    control.adopt(partial)
    control.change(method="rollout")
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert "has not run" in window.panes.errors.text()
    assert control.state.method == "raw"
    assert control.heat is not None
    window.panes.errors.dismiss()
