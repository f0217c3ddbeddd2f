"""Windows for tests: opened as the program does, closed and checked afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vitviz.ui.base import language
from vitviz.ui.window.app import open_window
from vitviz.ui.window.main_window import MainWindow

OpenWindow = Callable[..., MainWindow]
# The quick one of the two embedded models.
QUICK = "vitviz-flexi"


@pytest.fixture(autouse=True)
def stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the program would end the process: the tests after it are wanted."""

    def leave(status: int) -> None:
        raise AssertionError(f"a thread had not ended; left with {status}")

    monkeypatch.setattr("vitviz.ui.window.app._leave", leave)


@pytest.fixture(autouse=True)
def no_window_left(qapp: QApplication) -> Iterator[None]:
    """Delete windows that were closed: each theme would be put on them as well."""
    yield
    for window in qapp.topLevelWidgets():
        if isinstance(window, MainWindow):
            window.close()
            window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def open_vitviz(qtbot: QtBot, model_folder: Path) -> Iterator[OpenWindow]:
    """Opens a window, by default with the small model, and waits until it is idle.

    model : as after --model; None for the program's own choice. Where an embedded one
        is wanted and not which, `QUICK` is an eighth of the work.
    """
    windows: list[MainWindow] = []

    def opened(
        *paths: Path, model: Path | str | None = model_folder, wait: bool = True
    ) -> MainWindow:
        name = None if model is None else str(model)
        window = open_window([str(path) for path in paths], model=name)
        windows.append(window)
        qtbot.addWidget(window)
        if wait:
            wait_idle(qtbot, window)
        return window

    yield opened
    threads: list[QThread] = []
    for window in windows:
        threads += window.findChildren(QThread)
        window.close()
    assert threads or not windows
    assert not any(thread.isRunning() for thread in threads)


@pytest.fixture(params=["en", "ja"])
def spoken(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """The program's language during a test."""
    yield language.install(qapp, request.param)
    language.install(qapp, "en")


def wait_idle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until the trace is complete, no job is left, and the rail has its maps."""

    def is_idle() -> bool:
        control = window.controller
        trace = control.document.trace
        assert not window.panes.errors.isVisible(), window.panes.errors.text()
        return trace is not None and trace.is_complete and not control.has_jobs

    qtbot.waitUntil(is_idle, timeout=60_000)
    QApplication.processEvents()  # the rail's maps come a turn after the picture's


def wait_written(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until every file that was asked for is there, or has failed."""
    writing = window.controller.write_queue
    qtbot.waitUntil(lambda: not writing.is_busy(), timeout=60_000)


def save_sheet(qtbot: QtBot, window: MainWindow) -> None:
    """Press Save in the export sheet once it shows its figure, and close it."""
    sheet = window.controller.export_dialog.sheet()
    assert sheet is not None
    qtbot.waitUntil(sheet.saveButton().isEnabled, timeout=60_000)
    sheet.saveButton().click()
    sheet.reject()


def held_back(window: MainWindow) -> threading.Event:
    """Passes of the window's model wait in their first block until this is set."""
    model, gate = window.controller.model, threading.Event()
    assert model is not None
    block = model.adapter.blocks[0]
    block.register_forward_pre_hook(lambda *_: gate.wait(60) and None)
    return gate
