"""Errors with details to copy, also those nobody foresaw."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz.ui.window.app import _show_exception

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
