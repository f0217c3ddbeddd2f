"""Changes as a part of the view: they run, are marked, undone, kept and restored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import OpenWindow, held_back, wait_idle, wait_written
from vitviz.domain.interventions import (
    Cut,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    ListedIntervention,
)
from vitviz.export.metadata import read_metadata
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import RunOptions

FLAT = ListedIntervention(Interventions(temperature=4.0))
BEHEADED = ListedIntervention(Interventions(heads_off=(HeadsOff(0, (1,)),)))
PAINTED = ListedIntervention(
    Interventions(hidden=(Hidden(((0, 0), (1, 1)), Hide.MEAN, grid=(7, 7)),))
)


def output(window: MainWindow) -> np.ndarray:
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.output is not None
    return trace.output


def test_a_change_runs_the_changed_model_and_restoring_is_bit_for_bit(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    before, row = output(window), control.document.trace
    assert row is not None
    untouched = row.row(2, 5)
    assert not window.lab.mark.isVisible()
    control.change(changes=(FLAT, BEHEADED))
    wait_idle(qtbot, window)
    model = vitviz.load_model(str(model_folder))
    expected = vitviz.trace(
        model,
        photo,
        interventions=Interventions(temperature=4.0, heads_off=(HeadsOff(0, (1,)),)),
    )
    np.testing.assert_array_equal(output(window), expected.output)
    assert abs(output(window) - before).max() > 1e-3
    assert window.lab.mark.isVisible()
    assert window.lab.mark.text() == "Lab: 2 changes"
    assert control.untouched is row
    qtbot.keyClick(window, Qt.Key.Key_R)
    wait_idle(qtbot, window)
    assert not window.lab.mark.isVisible()
    np.testing.assert_array_equal(output(window), before)
    again = control.document.trace
    assert again is not None
    np.testing.assert_array_equal(again.row(2, 5), untouched)
    control.undo()
    wait_idle(qtbot, window)
    np.testing.assert_array_equal(output(window), expected.output)
    assert window.lab.mark.isVisible()


def test_a_change_that_is_refused_leaves_everything_as_it_was(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    before = control.document.trace
    everything = tuple((row, col) for row in range(7) for col in range(7))
    hidden = Hidden(everything, Hide.DROP)
    control.change(changes=(ListedIntervention(Interventions(hidden=(hidden,))),))
    qtbot.waitUntil(lambda: not control.has_jobs)
    assert "must stay" in window.panes.errors.text()
    assert control.state.changes == ()
    assert control.document.trace is not None
    np.testing.assert_array_equal(
        control.document.trace.output, before and before.output
    )
    assert not window.lab.mark.isVisible()


def test_patches_of_another_grid_change_nothing_there(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    control.change(changes=(PAINTED, FLAT))
    wait_idle(qtbot, window)
    assert window.lab.mark.text() == "Lab: 2 changes"
    control.choose_options(RunOptions(size=96))
    wait_idle(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    assert trace.interventions == FLAT.what
    assert control.state.changes == (PAINTED, FLAT)
    control.choose_options(RunOptions())
    wait_idle(qtbot, window)
    assert window.lab.mark.text() == "Lab: 2 changes"


def test_what_another_model_has_not_changes_nothing_there(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> None:
    """Heads and special tokens of the model before stay in the list, and wait."""
    window = open_vitviz(photo)
    control = window.controller
    absent = (
        ListedIntervention(Interventions(heads_off=(HeadsOff(1, (0, 40)),))),
        ListedIntervention(Interventions(cuts=(Cut(("reg0",), ("cls",)),))),
        ListedIntervention(Interventions(heads_off=(HeadsOff(300, (0,)),))),
    )
    control.change(changes=(*absent, FLAT))
    wait_idle(qtbot, window)
    assert window.lab.mark.text() == "Lab: 1 change"
    control.choose_model(str(classifier_folder))
    wait_idle(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    assert trace.interventions == FLAT.what
    assert control.state.changes == (*absent, FLAT)
    qtbot.keyClick(window, Qt.Key.Key_F4)
    panel = window.lab.panel
    said = [panel.checkBox(index).accessibleName() for index in range(4)]
    ends = [text.endswith("(not in this model or on this grid)") for text in said]
    assert ends == [True, True, True, False]


def test_a_session_and_a_figure_keep_the_changes(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    control.change(changes=(PAINTED, ListedIntervention(FLAT.what, is_on=False)))
    wait_idle(qtbot, window)
    saved, figure, numbers = (tmp_path / n for n in ("a.vitviz", "a.svg", "a.npz"))
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_args: (str(saved), "any")
    )
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(saved.exists)
    control.export_dialog.write(str(figure))
    control.export_dialog.write(str(numbers))
    wait_idle(qtbot, window)
    assert "2 patches in the mean colour" in figure.read_text("utf-8")
    (listed,) = read_metadata(numbers)["interventions"]
    assert listed["hidden"][0]["patches"] == [[0, 0], [1, 1]]
    other = open_vitviz(saved, model=None, wait=False)
    wait_idle(qtbot, other)
    assert other.controller.state.changes == control.state.changes
    np.testing.assert_array_equal(output(other), output(window))
    assert other.lab.mark.text() == "Lab: 1 change"


def test_files_of_a_changed_model_are_named_so(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where nobody looks into them."""
    window = open_vitviz(photo)
    offered: list[str] = []

    def accept(_window: object, _title: str, path: str, _kinds: str) -> tuple[str, str]:
        offered.append(Path(path).name)
        name = Path(path).with_suffix(".csv").name
        return str(tmp_path / name), "Numbers (*.npz *.csv)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", accept)
    for changes, name in (((FLAT,), "attention-changed"), ((), "attention")):
        window.controller.change(changes=changes)
        wait_idle(qtbot, window)
        window.export()
        sheet = window.controller.export_dialog.sheet()
        assert sheet is not None
        qtbot.waitUntil(sheet.saveButton().isEnabled, timeout=60_000)
        sheet.saveButton().click()
        wait_written(qtbot, window)
        sheet.close()
        assert offered.pop() == f"{photo.stem}-{name}.png"
        assert (tmp_path / f"{photo.stem}-{name}.csv").exists()
        said = window.panes.status.text()
        assert said.startswith(f"Saved {photo.stem}-{name}.csv")
        assert ("Lab has changed" in said) is bool(changes)


def test_a_trace_that_was_changed_elsewhere_is_marked(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window = open_vitviz(model=None, wait=False)
    model = vitviz.load_model(str(model_folder))
    trace = vitviz.trace(model, photo, interventions=FLAT.what)
    window.controller.adopt(trace)
    wait_idle(qtbot, window)
    assert window.lab.mark.isVisible()
    assert window.controller.state.changes == (FLAT,)


def test_the_list_follows_while_a_run_goes_on(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control, panel = window.controller, window.panes.lab
    qtbot.keyClick(window, Qt.Key.Key_F4)
    control.change(changes=(FLAT, BEHEADED))
    wait_idle(qtbot, window)
    gate = held_back(window)
    qtbot.mouseClick(panel.removeButton(0), Qt.MouseButton.LeftButton)
    assert control.is_running
    assert panel.changes() == control.state.changes == (BEHEADED,)
    qtbot.mouseClick(panel.removeButton(0), Qt.MouseButton.LeftButton)
    assert not panel.changes()
    assert not control.state.changes
    gate.set()
    wait_idle(qtbot, window)


def test_a_row_of_a_moment_ago_changes_nothing(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control, panel = window.controller, window.panes.lab
    qtbot.keyClick(window, Qt.Key.Key_F4)
    control.change(changes=(FLAT, BEHEADED))
    wait_idle(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_F2)
    control.change(changes=(BEHEADED,))  # the panel is not on screen
    panel.removeButton(0).click()
    assert control.state.changes == (BEHEADED,)
