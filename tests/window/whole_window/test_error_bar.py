"""Errors with details to copy, also those nobody foresaw."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz.errors import InputError
from vitviz.jobs.pictures import read_picture
from vitviz.ui.base.text import sentence
from vitviz.ui.widgets.error_bar import ErrorBar
from vitviz.ui.window.app import _show_exception
from vitviz.views.session import ModelChoice, RunOptions, Session, written

LEFT = Qt.MouseButton.LeftButton


def test_an_error_has_details_to_copy_and_outlives_the_model(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    model_folder: Path,
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"<html>")
    window = open_vitviz(photo)
    window.open_path(str(bad))
    bar = window.panes.errors
    qtbot.waitUntil(bar.isVisible)
    former = window.controller.model
    window.choose_model(str(model_folder), None)
    qtbot.waitUntil(lambda: window.controller.model is not former, timeout=20_000)
    assert bar.isVisible(), "a model has arrived; the picture is as bad as before"
    details, copy = (
        next(b for b in bar.findChildren(QToolButton) if b.text() == text)
        for text in ("Details", "Copy")
    )
    qtbot.mouseClick(details, LEFT)
    qtbot.mouseClick(copy, LEFT)
    text = QGuiApplication.clipboard().text()
    assert "bad.png is not a picture" in text
    assert "ImageError" in text


def test_a_session_whose_model_is_missing_says_so_until_another_model_runs(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    tmp_path: Path,
    model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The picture comes after the message, however quickly the model was refused."""
    has_failed = threading.Event()

    def read_late(*args: object) -> object:
        assert has_failed.wait(30)
        return read_picture(*args)  # type: ignore[arg-type]

    window = open_vitviz(photo)
    path = tmp_path / "view.vitviz"
    missing = ModelChoice(str(tmp_path / "gone.safetensors"))
    state = window.controller.state
    text = written(Session(other_photo, missing, RunOptions(), state), path)
    content = json.loads(text)
    content["state"]["layer"] = "the last"
    path.write_text(json.dumps(content))
    monkeypatch.setattr("vitviz.ui.window.runs.read_picture", read_late)
    window.open_path(str(path))
    bar, control = window.panes.errors, window.controller
    qtbot.waitUntil(lambda: "gone.safetensors" in bar.text())
    has_failed.set()

    def is_shown(name: str) -> bool:
        image, trace = control.document.image, control.document.trace
        is_run = trace is not None and trace.is_complete and not control.has_jobs
        return image is not None and image.name == name and is_run

    qtbot.waitUntil(lambda: is_shown(other_photo.name))
    assert "gone.safetensors" in bar.text(), "the picture came, and no model with it"
    window.open_path(str(photo))
    qtbot.waitUntil(lambda: is_shown(photo.name))
    assert "gone.safetensors" in bar.text()
    former = control.model
    window.choose_model(str(model_folder), None)
    qtbot.waitUntil(lambda: control.model is not former and not control.has_jobs)
    assert "state.layer" in bar.text(), "what it covered was about the file"
    bar.dismiss()
    assert not bar.isVisible()


def test_a_file_that_was_not_written_is_told_until_it_is_written(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    tmp_path: Path,
) -> None:
    window = open_vitviz(photo)
    bar, control = window.panes.errors, window.controller
    folder = tmp_path / "taken"
    folder.write_text("a file, where a folder is wanted")
    window.sessions.save_as(folder / "a.vitviz")
    qtbot.waitUntil(lambda: "taken" in bar.text())
    control.pin(3)
    window.open_path(str(other_photo))
    qtbot.waitUntil(
        lambda: (
            control.document.image is not None
            and control.document.image.name == other_photo.name
            and not control.has_jobs
        )
    )
    assert "taken" in bar.text(), "nothing else says that the file is missing"
    window.sessions.save_as(tmp_path / "a.vitviz")
    qtbot.waitUntil((tmp_path / "a.vitviz").exists)
    assert not bar.isVisible()


def test_what_stays_comes_back_when_what_covered_it_has_gone(qtbot: QtBot) -> None:
    bar = ErrorBar()
    qtbot.addWidget(bar)
    bar.showError(InputError("one"), stays=True)
    bar.showError(InputError("two"), stays=True, about="model")
    bar.showMessage("three")
    assert bar.text() == "three"
    bar.clear()
    assert bar.text() == "two"
    bar.clear()
    assert bar.text() == "two"
    bar.showError(InputError("four"), stays=True, about="model")
    assert [sentence(one.error) for one in bar.messages() if one.error] == [
        "one",
        "four",
    ]
    other = ErrorBar()
    qtbot.addWidget(other)
    other.showMessages(bar.messages())
    other.settle("model")
    assert other.text() == "one"
    other.dismiss()
    assert (other.text(), other.isVisible()) == ("", False)
    for number in range(9):
        other.showError(InputError(str(number)), stays=True)
    assert [str(one.error) for one in other.messages()] == ["6", "7", "8"]


def test_an_error_nobody_foresaw_says_where_it_was(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    try:
        raise LookupError("<b>nothing")
    except LookupError as error:
        _show_exception(window)(type(error), error, error.__traceback__)
    bar = window.panes.errors
    assert "LookupError: <b>nothing" in bar.text()
    copy = next(b for b in bar.findChildren(QToolButton) if b.text() == "Copy")
    qtbot.mouseClick(copy, LEFT)
    text = QGuiApplication.clipboard().text()
    assert "Traceback" in text
    assert "test_an_error_nobody_foresaw_says_where_it_was" in text
    bar.clear()
