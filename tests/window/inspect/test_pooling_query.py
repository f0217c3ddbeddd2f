"""The query of a pooling head in the window, by real clicks and keys."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.models.test_pool import sharpened, siglip
from tests.window.conftest import OpenWindow, wait_idle, wait_written
from vitviz.domain.geometry import POOL
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.view_state import Direction

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SigLIP vision tower with sharp random weights, as transformers saves it."""
    module = siglip()
    sharpened(module, module.get_submodule("head"))
    path = tmp_path_factory.mktemp("models") / "siglip"
    cast("Any", module).save_pretrained(path)
    return path


def buttons(window: MainWindow) -> dict[str, QToolButton]:
    found = window.panes.controls._specials.findChildren(QToolButton)
    return {one.text(): one for one in found if not one.isHidden()}


def press(qtbot: QtBot, window: MainWindow, name: str) -> None:
    qtbot.mouseClick(buttons(window)[name], LEFT)
    wait_idle(qtbot, window)


def test_the_button_shows_the_pooling_heads_row(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, folder: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo, model=folder)
    control, panes = window.controller, window.panes
    trace = control.document.trace
    assert trace is not None
    row = trace.row(2, "pool")
    assert list(buttons(window)) == ["pool"]
    press(qtbot, window, "pool")
    heat = control.heat
    assert heat is not None
    assert heat.token == POOL
    assert heat.layer == 2
    np.testing.assert_array_equal(heat.patches.ravel(), row.mean(0))
    assert heat.uniform == pytest.approx(1 / 196)
    assert panes.status.text().startswith("pool → (")
    assert buttons(window)["pool"].isChecked()
    qtbot.waitUntil(lambda: bool(control.screen.rail))
    assert list(control.screen.rail) == [2]  # the others have no map of it
    assert len(control.screen.strip or ()) == 3 + 3

    # one of its heads, by the key
    for _ in range(3):
        control.steps.step_head(1)
    assert control.heat is not None
    np.testing.assert_array_equal(control.heat.patches.ravel(), row[0])

    # what it does not have is said, and nothing changes
    control.steps.step_layer(-1)
    assert "reads the last layer only" in panes.errors.text()
    assert control.heat.layer == 2
    control.change(direction=Direction.LOOKED_AT_BY)
    assert "it is no token" in panes.errors.text()
    assert control.state.direction is Direction.LOOKS_AT
    panes.controls.methodChosen.emit("rollout")
    qtbot.waitUntil(lambda: "cannot begin at the query" in panes.errors.text())
    qtbot.waitUntil(lambda: control.state.method == "raw")

    # files say what it is
    control.export_dialog.write(str(tmp_path / "a.csv"))
    qtbot.waitUntil(lambda: (tmp_path / "a.csv").exists(), timeout=20_000)
    qtbot.waitUntil(lambda: not control.has_jobs)
    with (tmp_path / "a.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {one["query"] for one in rows} == {"pool"}
    values = np.array([float(one["value"]) for one in rows]).reshape(3, -1)
    np.testing.assert_allclose(values, row, rtol=1e-6)
    control.export_dialog.write(str(tmp_path / "a.svg"))
    wait_written(qtbot, window)
    assert "query: pool" in (tmp_path / "a.svg").read_text("utf-8")
    control.export_dialog.write(str(tmp_path / "a.gif"))
    qtbot.waitUntil(lambda: "nothing to animate" in panes.errors.text())
    panes.errors.dismiss()

    # a patch again, by the arrow keys; and the pool again, by S
    panes.picture.setFocus()
    qtbot.keyClick(panes.picture, Qt.Key.Key_Down)
    assert control.state.token == trace.setup.grid.token(7, 7)
    wait_idle(qtbot, window)
    assert list(control.screen.rail) == [0, 1, 2]
    window.actions_by_name["special"].trigger()
    assert control.state.token == POOL
    control.pin(3)
    window.actions_by_name["cls"].trigger()
    assert control.state.token == POOL
    wait_idle(qtbot, window)


@pytest.mark.parametrize("tab", ["matrix", "heads", "tokens", "classes", "map_test"])
def test_every_pane_bears_it(
    tab: str, qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, folder: Path
) -> None:
    window = open_vitviz(photo, model=folder)
    press(qtbot, window, "pool")
    window.controller.change(tab=tab)
    wait_idle(qtbot, window)
    if tab == "heads":
        assert "own heads" in window.panes.heads.note()
    window.controller.change(token=5)
    wait_idle(qtbot, window)


def test_another_run_shows_nothing_stale(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, folder: Path, model_folder: Path
) -> None:
    window = open_vitviz(photo, model=folder)
    control = window.controller
    press(qtbot, window, "pool")
    control.choose_options(control.options.__class__(size=160))
    wait_idle(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    assert control.heat is not None
    assert control.heat.token == POOL
    np.testing.assert_array_equal(
        control.heat.patches.ravel(), trace.row(2, "pool").mean(0)
    )
    control.choose_model(str(model_folder))  # it has none: CLS takes its place
    wait_idle(qtbot, window)
    assert "pool" not in buttons(window)
    assert control.heat.token == 0
    control.choose_model(str(folder))
    wait_idle(qtbot, window)
    assert control.heat.token == POOL
