"""The log in its window, with what Qt says."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QPlainTextEdit,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz.system import logs
from vitviz.system.settings import LogLevel
from vitviz.ui.window.log_window import log_qt_messages
from vitviz.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    logs.stop()


def test_the_log_is_a_file_and_a_window(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    logs.start("warning")
    window = open_vitviz(photo)
    logging.getLogger("vitviz.test").info("too quiet to be kept")
    logging.getLogger("vitviz.test").warning("a warning with \udcff in it")
    window.show_log()
    dialog = dialog_of(window, "log")
    text = dialog.findChild(QPlainTextEdit)
    assert isinstance(text, QPlainTextEdit)
    assert "a warning with" in text.toPlainText()
    assert "too quiet" not in text.toPlainText()
    window.preferences.set(log_level=LogLevel.DEBUG)
    logging.getLogger("vitviz.test").debug("everything is kept now")
    qtbot.waitUntil(lambda: "everything is kept now" in text.toPlainText())
    path = logs.log_path()
    assert path is not None
    written = path.read_text("utf-8")
    assert "a warning with \\udcff in it" in written
    assert "everything is kept now" in written
    copy = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Copy all")
    qtbot.mouseClick(copy, LEFT)
    assert "everything is kept now" in QGuiApplication.clipboard().text()
    window.show_log()
    assert (
        len([d for d in window.findChildren(QDialog) if d.objectName() == "log"]) == 1
    )


def test_what_qt_says_is_written_down(qtlog: object) -> None:
    logs.start("warning")
    before = logs.LAST_LINES.since(0)[0]
    with qtlog.disabled():  # type: ignore[attr-defined]
        end = log_qt_messages()
        qWarning("a warning of Qt")
        end()
    lines = logs.LAST_LINES.since(before)[1]
    assert [line.split("  ")[-1] for line in lines] == ["a warning of Qt"]


def dialog_of(window: MainWindow, name: str) -> QDialog:
    found = window.findChild(QDialog, name)
    assert isinstance(found, QDialog)
    return found
