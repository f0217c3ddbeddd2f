"""Names of files that look like HTML, or that are no text at all."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextDocumentFragment
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


def copied(window: MainWindow) -> str:
    """What the command puts on the clipboard; empty if it puts nothing there."""
    QGuiApplication.clipboard().setText("")
    window.copy_command_line()
    return QGuiApplication.clipboard().text()


@pytest.mark.parametrize(
    "name",
    [
        "a\x03touch pwned\n.png",
        "a\n.png",
        "a\x1b[201~;ls.png",
        "a\x9b.png",
        "a\x7f.png",
    ],
)
def test_no_command_line_has_what_a_terminal_obeys(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    shutil.copy(photo, path)
    window = open_vitviz(path)
    wait_idle(qtbot, window)
    assert copied(window) == ""
    assert "a terminal would obey" in window.panes.errors.text()
    window.open_path(str(photo))
    wait_idle(qtbot, window)
    assert shlex.split(copied(window))[2] == str(photo)


@pytest.mark.parametrize(
    "name",
    ["-rf.png", "--changes=a.png", "'; touch pwned; '.png", "$(touch pwned).png"],
)
def test_a_shell_takes_any_name_for_one_word(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(photo, name)
    window = open_vitviz(Path(name).absolute())
    wait_idle(qtbot, window)
    line = copied(window)
    done = subprocess.run(
        ["sh", "-c", line.replace("vitviz", "printf '%s\\0'", 1)],
        capture_output=True,
        text=True,
        check=True,
    )
    words = done.stdout.split("\0")[:-1]
    assert Path(words[1]) == tmp_path / name
    target = words[words.index("-o") + 1]
    assert target.endswith("attention.png")
    assert not target.startswith("-")
    assert not (tmp_path / "pwned").exists()


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
