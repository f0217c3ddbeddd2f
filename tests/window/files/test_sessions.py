"""Saved views and session files, through the window and the command line's door."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle, wait_written
from vitviz.domain.heads import HeadChoice
from vitviz.domain.placement import Fit
from vitviz.views.colour import Levels, rgb
from vitviz.views.session import ModelChoice, RunOptions, Session, written
from vitviz.views.view_state import Style


def test_a_session_brings_everything_back(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    control.choose_options(RunOptions(96, Fit.WHOLE))
    wait_idle(qtbot, window)
    control.change(layer=1, heads=HeadChoice((2,)), style=Style.MAP)
    control.pin(9)
    window.save_view()
    control.pin(4)
    path = tmp_path / "talk"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_args: (str(path), "any")
    )
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    saved = path.with_suffix(".vitviz")
    qtbot.waitUntil(saved.exists)
    heat = control.heat
    assert heat is not None
    other = open_vitviz(saved, model=None, wait=False)
    wait_idle(qtbot, other)
    assert other.controller.state == control.state
    assert other.controller.options == control.options
    assert other.controller.saved_views.views == control.saved_views.views
    assert other.controller.heat is not None
    np.testing.assert_array_equal(other.controller.heat.patches, heat.patches)


def test_views_are_stepped_through_with_the_keys_of_a_clicker(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    qtbot.mouseClick(window.panes.tabs.button("views"), Qt.MouseButton.LeftButton)
    states = []
    for token in (3, 8, 12):
        control.pin(token)
        qtbot.mouseClick(window.panes.views.saveButton(), Qt.MouseButton.LeftButton)
        states.append(control.state)
    assert window.panes.views.list().count() == 3
    for expected in (states[1], states[0], states[0]):
        qtbot.keyClick(window, Qt.Key.Key_PageUp)
        assert control.state == expected
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert control.state == states[1]
    control.pin(1)
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    assert control.state == states[0]
    control.undo()
    assert control.state.token == 1


def test_views_are_renamed_moved_and_removed(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control, pane = window.controller, window.panes.views
    qtbot.mouseClick(window.panes.tabs.button("views"), Qt.MouseButton.LeftButton)
    for token in (3, 8):
        control.pin(token)
        window.save_view()
    pane.list().item(0).setText("the eye")
    assert control.saved_views.views[0].name == "the eye"
    pane.list().setCurrentRow(0)
    pane.moveRequested.emit(0, 1)
    assert [view.state.token for view in control.saved_views.views] == [8, 3]
    pane.removeRequested.emit(0)
    assert [view.name for view in control.saved_views.views] == ["the eye"]


def test_a_broken_session_says_so_and_loses_nothing(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    state = window.controller.state
    (tmp_path / "broken.vitviz").write_text("{")
    window.open_path(str(tmp_path / "broken.vitviz"))
    assert window.panes.errors.text() == "broken.vitviz is not a session file."
    assert window.controller.state == state
    assert window.controller.heat is not None
    window.panes.errors.dismiss()


def test_a_session_can_be_saved_elsewhere(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    first, second = tmp_path / "first.vitviz", tmp_path / "second.vitviz"
    window.sessions.save_as(first)
    wait_written(qtbot, window)
    before = first.read_bytes()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(second), ""))
    window.controller.pin(5)
    for menu in window.top.findChildren(QMenu):
        for action in menu.actions():
            if action.objectName() == "save_session_as":
                action.trigger()
    wait_written(qtbot, window)
    assert second.is_file()
    assert first.read_bytes() == before
    window.controller.pin(6)
    window.sessions.save()  # from now on into the second
    wait_written(qtbot, window)
    assert first.read_bytes() == before
    assert json.loads(second.read_bytes())["state"]["token"] == 6


def test_what_is_missing_of_a_session_stays_said(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    path = tmp_path / "view.vitviz"
    window.sessions.save_as(path)
    wait_written(qtbot, window)
    content = json.loads(path.read_bytes())
    content["state"]["layer"] = "the last"
    path.write_text(json.dumps(content))
    other = open_vitviz(path, model=None, wait=False)

    def is_done() -> bool:
        trace = other.controller.document.trace
        return trace is not None and trace.is_complete

    qtbot.waitUntil(is_done, timeout=60_000)
    assert "state.layer" in other.panes.errors.text()
    content["model"] = {"name": str(tmp_path / "gone.safetensors")}
    path.write_text(json.dumps(content))
    third = open_vitviz(path, model=None, wait=False)
    qtbot.waitUntil(lambda: third.controller.document.image is not None, timeout=60_000)
    assert third.controller.model is None
    qtbot.waitUntil(lambda: "gone.safetensors" in third.panes.errors.text())


def test_a_missing_session_stays_said_when_the_model_has_come(
    qtbot: QtBot, open_vitviz: OpenWindow, tmp_path: Path
) -> None:
    window = open_vitviz(tmp_path / "none.vitviz", wait=False)
    qtbot.waitUntil(lambda: window.controller.model is not None, timeout=60_000)
    assert "There is no file none.vitviz" in window.panes.errors.text()


def test_a_session_among_other_files_is_opened_and_said(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    window.controller.pin(7)
    path = tmp_path / "view.vitviz"
    window.sessions.save_as(path)
    wait_written(qtbot, window)
    other = open_vitviz(tmp_path / "other.png", path, model=None, wait=False)
    said = "A session brings its own picture: view.vitviz was opened"
    qtbot.waitUntil(lambda: said in other.panes.errors.text(), timeout=20_000)
    qtbot.waitUntil(lambda: other.controller.document.image is not None)
    assert other.controller.state.token == 7


@pytest.mark.parametrize("answer", ["Load this model", "Open without it", "Cancel"])
def test_a_model_that_a_session_brings_along_is_asked_about(
    answer: str,
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    classifier_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A session of somebody else's, in a folder with a model of theirs."""
    window = open_vitviz(photo)
    own = os.path.realpath(window.controller.choice.name)
    path = tmp_path / "theirs.vitviz"
    session = Session(other_photo, ModelChoice(str(classifier_folder)))
    path.write_text(written(session, path))
    asked: list[str] = []

    def answered(box: QMessageBox) -> int:
        asked.append(box.text())
        button = next(b for b in box.buttons() if b.text().replace("&", "") == answer)
        button.click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answered)
    window.open_path(str(path))
    wait_idle(qtbot, window)
    assert asked == [f"theirs.vitviz loads the model in {classifier_folder}."]
    image = window.controller.document.image
    choice = os.path.realpath(window.controller.choice.name)
    assert image is not None
    is_cancelled = answer == "Cancel"
    assert image.path is not None
    assert image.path.samefile(photo if is_cancelled else other_photo)
    assert choice == (str(classifier_folder) if answer == "Load this model" else own)
    # one that was loaded is familiar now; one that was declined is asked about again
    window.controller.choose_model(own)
    wait_idle(qtbot, window)
    window.open_path(str(path))
    wait_idle(qtbot, window)
    assert len(asked) == (1 if answer == "Load this model" else 2)


def test_a_model_of_the_list_is_not_asked_about(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)

    def refuse(_box: QMessageBox) -> int:
        raise AssertionError("asked")

    monkeypatch.setattr(QMessageBox, "exec", refuse)
    for number, name in enumerate((window.controller.choice.name, "", "vitviz-flexi")):
        path = tmp_path / f"{number}.vitviz"
        path.write_text(written(Session(photo, ModelChoice(name)), path))
        window.open_path(str(path))
        wait_idle(qtbot, window)


def test_a_view_is_saved_once(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control, pane = window.controller, window.panes.views
    qtbot.mouseClick(window.panes.tabs.button("views"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(pane.saveButton(), Qt.MouseButton.LeftButton)
    assert not pane.saveButton().isEnabled()
    window.actions_by_name["save_view"].trigger()
    assert window.panes.status.text() == "This view is saved already."
    assert len(control.saved_views.views) == 1
    control.pin(3)
    assert pane.saveButton().isEnabled()
    window.actions_by_name["save_view"].trigger()
    assert [view.state.token for view in control.saved_views.views][1:] == [3]


def test_saved_views_show_their_maps_and_no_two_have_one_name(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, other_photo: Path
) -> None:
    """Beside each name the map of the view, of whatever picture is on screen."""
    window = open_vitviz(photo)
    control, pane = window.controller, window.panes.views

    def drawn(index: int) -> QImage:
        size = pane.list().iconSize()
        return pane.list().item(index).icon().pixmap(size).toImage()

    def wanted(token: int) -> QImage:
        trace = control.document.trace
        assert trace is not None
        values = trace.patch_map(trace.row(trace.num_layers - 1, token).mean(0))
        high = float(np.percentile(values, 99))
        colours = rgb(Levels(0, high).fraction(values), "magma")
        height, width = colours.shape[:2]
        kind = QImage.Format.Format_RGB888
        return QImage(colours.tobytes(), width, height, 3 * width, kind).copy()

    for token in (3, 8):
        control.pin(token)
        window.save_view()
    control.change(show_grid=False)  # a view of its own, with the same words
    window.save_view()
    names = [view.name for view in control.saved_views.views]
    assert len(set(names)) == 3
    assert names[2] == f"{names[1]} (2)"
    for picture in (photo, other_photo):
        window.open_path(str(picture))
        wait_idle(qtbot, window)
        for index, token in enumerate((3, 8, 8)):
            icon, small = drawn(index), wanted(token)
            step = icon.width() / small.width()
            for row in range(small.height()):
                for col in range(small.width()):
                    x, y = round((col + 0.5) * step), round((row + 0.5) * step)
                    found, other = icon.pixelColor(x, y), small.pixelColor(col, row)
                    assert abs(found.red() - other.red()) <= 3, (index, row, col)
