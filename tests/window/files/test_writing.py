"""Files are written while the window goes on: none is lost, none holds it up."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch, heat_on_screen, leave_picture
from tests.window.conftest import OpenWindow, save_sheet, wait_idle, wait_written
from vitviz.errors import OutputError
from vitviz.export.save import figure_bytes
from vitviz.ui.window.main_window import MainWindow

CONTROL = Qt.KeyboardModifier.ControlModifier
OLD = b"what was there"


class Gate:
    """Holds up the painting of figures until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.error: Exception | None = None
        self.threads: list[threading.Thread] = []

    def paint(self, *arguments: object, **options: object) -> bytes:
        self.threads.append(threading.current_thread())
        assert self.opened.wait(60)
        if self.error is not None:
            raise self.error
        return figure_bytes(*arguments, **options)  # type: ignore[arg-type]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    held = Gate()
    monkeypatch.setattr("vitviz.jobs.figures.figure_bytes", held.paint)
    yield held
    held.opened.set()


@pytest.fixture
def export_to(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Callable[[MainWindow, Path], None]:
    """Exports as a user does: Ctrl+E, Save, a name, return, Close."""

    def export(window: MainWindow, path: Path) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        qtbot.keyClick(window, Qt.Key.Key_E, CONTROL)
        save_sheet(qtbot, window)

    return export


def test_all_that_was_asked_for_at_once_is_written(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    export_to: Callable[[MainWindow, Path], None],
) -> None:
    window = open_vitviz(photo)
    endings = ("png", "gif", "svg", "npz", "pdf", "csv")
    paths = [tmp_path / f"{n}.{e}" for e in endings for n in (1, 2)]
    for number, path in enumerate(paths):
        window.controller.pin(number)
        export_to(window, path)
    for number in (1, 2):
        window.controller.pin(number)
        window.sessions.save_as(tmp_path / f"{number}.vitviz")
    window.controller.pin(0)
    wait_written(qtbot, window)
    assert not window.panes.errors.isVisible(), window.panes.errors.text()
    wait_idle(qtbot, window)
    assert [path.name for path in paths if not path.exists()] == []
    # each as it was when it was asked for
    queries = [np.load(tmp_path / f"{n}.npz")["queries"].tolist() for n in (1, 2)]
    assert queries == [[6], [7]]
    states = [
        json.loads((tmp_path / f"{n}.vitviz").read_bytes())["state"] for n in (1, 2)
    ]
    assert [state["token"] for state in states] == [1, 2]
    assert not list(tmp_path.glob("*.tmp"))


def test_the_window_goes_on_while_a_figure_is_painted(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    gate: Gate,
    export_to: Callable[[MainWindow, Path], None],
) -> None:
    window = open_vitviz(photo)
    control, path = window.controller, tmp_path / "a.png"
    export_to(window, path)
    before = control.heat
    control.pin(9)
    qtbot.waitUntil(lambda: control.heat is not before)
    assert not path.exists()
    qtbot.waitUntil(lambda: bool(gate.threads))
    assert gate.threads[0] is not threading.main_thread()
    gate.opened.set()
    wait_written(qtbot, window)
    with PIL.Image.open(path) as made:
        made.load()
    assert window.panes.status.text() == "Saved a.png"


def test_a_file_that_takes_long_can_be_cancelled(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    gate: Gate,
    export_to: Callable[[MainWindow, Path], None],
) -> None:
    window = open_vitviz(photo)
    first, second = tmp_path / "a.png", tmp_path / "b.svg"
    first.write_bytes(OLD)
    export_to(window, first)
    export_to(window, second)
    button = window.panes.rail.cancelButton()
    qtbot.waitUntil(button.isVisible)
    said = [label.text() for label in window.panes.rail.findChildren(QLabel)]
    assert "Writing …" in said
    window.close()  # waits for them, and no longer once they are cancelled
    assert window.panes.errors.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    gate.opened.set()
    wait_written(qtbot, window)
    assert button.isHidden()
    assert first.read_bytes() == OLD
    assert not second.exists()
    assert window.panes.status.runText() == "Cancelled"
    assert window.isVisible()
    assert not window.panes.errors.isVisible()
    export_to(window, second)
    wait_written(qtbot, window)
    assert second.exists()


def test_a_window_that_is_closed_finishes_its_files_first(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    gate: Gate,
    export_to: Callable[[MainWindow, Path], None],
) -> None:
    window = open_vitviz(photo)
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    for path in paths:
        export_to(window, path)
    qtbot.keyClick(window, Qt.Key.Key_Q, CONTROL)
    assert window.isVisible()
    assert "a.png is being written" in window.panes.errors.text()
    gate.opened.set()
    qtbot.waitUntil(window.isHidden)
    for path in paths:
        with PIL.Image.open(path) as made:
            made.load()


def test_a_file_that_fails_keeps_the_window_open(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    gate: Gate,
    export_to: Callable[[MainWindow, Path], None],
) -> None:
    window = open_vitviz(photo)
    gate.error = OutputError("{path} could not be written.", path="a.png")
    export_to(window, tmp_path / "a.png")
    window.close()
    gate.opened.set()
    errors = window.panes.errors
    qtbot.waitUntil(lambda: errors.text() == "a.png could not be written.")
    assert window.isVisible()
    window.close()
    assert window.isHidden()


@pytest.mark.parametrize("way", ["closed twice", "asked by a signal, and it fails"])
def test_a_window_can_be_left_without_the_file(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    gate: Gate,
    export_to: Callable[[MainWindow, Path], None],
    way: str,
) -> None:
    window = open_vitviz(photo)
    path = tmp_path / "a.png"
    path.write_bytes(OLD)
    export_to(window, path)
    if way == "closed twice":
        window.close()
        threading.Timer(0.2, gate.opened.set).start()
        window.close()
    else:
        gate.error = OutputError("{path} could not be written.", path="a.png")
        window.close_guard.end()
        assert window.isVisible()
        gate.opened.set()
        qtbot.waitUntil(window.isHidden)
    assert window.isHidden()
    assert path.read_bytes() == OLD
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize("ending", ["png", "svg", "npz", "csv"])
def test_export_writes_what_is_on_screen(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    ending: str,
    export_to: Callable[[MainWindow, Path], None],
) -> None:
    window = open_vitviz(photo)
    click_patch(qtbot, window, 2, 5)
    leave_picture(window)
    path = tmp_path / f"out.{ending}"
    export_to(window, path)
    qtbot.waitUntil(lambda: "Saved" in window.panes.status.text())
    assert path.stat().st_size > 500
    if ending == "npz":
        stored = np.load(path)
        assert stored["queries"].tolist() == [1 + 2 * 7 + 5]
        np.testing.assert_allclose(
            stored["attention"][-1, :, 0, 1:].mean(0).reshape(7, 7),
            heat_on_screen(window),
            atol=1e-7,
        )


def test_a_full_disk_is_a_sentence(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    export_to: Callable[[MainWindow, Path], None],
) -> None:
    window = open_vitviz(photo)
    export_to(window, Path("/proc/nowhere/out.npz"))
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert "out.npz" in window.panes.errors.text()
    assert "\n" not in window.panes.errors.text()
