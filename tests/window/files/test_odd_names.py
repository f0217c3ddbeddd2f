"""Names of files that look like HTML, or that are no text at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QLabel, QListView, QToolButton
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle, wait_written
from vitviz.ui.window.main_window import MainWindow

NAME = "<h1>a & b<br>c.png"


def guessing(window: MainWindow) -> Iterator[str]:
    """What labels would take for HTML though nobody told them that it is."""
    for label in window.findChildren(QLabel):
        is_auto = label.textFormat() is Qt.TextFormat.AutoText
        if is_auto and "<" in label.text():
            yield label.text()


def shown_tip(tip: str) -> str:
    """What a tooltip shows of this text."""
    is_html = tip.lstrip().startswith("<")
    return QTextDocumentFragment.fromHtml(tip).toPlainText() if is_html else tip


def test_no_name_is_taken_for_html(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "<i>folder"
    folder.mkdir()
    for name in (NAME, "other.png"):
        shutil.copy(photo, folder / name)
    window = open_vitviz(folder)
    wait_idle(qtbot, window)
    window.toggle_compare()
    strip = window.film.findChild(QListView)
    assert strip is not None
    tip = strip.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert shown_tip(tip) == NAME
    tips = [b.toolTip() for b in window.start.recent.findChildren(QToolButton)]
    assert {shown_tip(tip) for tip in tips} == {str(folder)}
    window.open_path(str(folder / f"none{NAME}"))
    qtbot.waitUntil(lambda: f"none{NAME}" in window.panes.errors.text())
    assert not list(guessing(window))


def test_a_session_whose_name_is_no_text(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    path = tmp_path / os.fsdecode(b"so\xe9\n.vitviz")
    window.sessions.save_as(path)
    wait_written(qtbot, window)
    assert path.is_file()
    assert "so\N{REPLACEMENT CHARACTER}" in window.panes.status.text()
    path.write_text("no session")
    window.open_path(str(path))
    odd = 2 * "\N{REPLACEMENT CHARACTER}"
    assert window.panes.errors.text() == f"so{odd}.vitviz is not a session file."
