"""Cycles that hold widgets are taken apart in the thread that widgets belong to."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.jobs.queue import Context, JobKind


def test_python_collects_in_the_main_thread_alone(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    threads: list[threading.Thread] = []

    def note(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            threads.append(threading.current_thread())

    def litter(_context: Context) -> Path:
        """Far more cycles than let a collection begin."""
        for _ in range(100_000):
            cycle: list[object] = []
            cycle.append(cycle)
        return photo

    gc.callbacks.append(note)
    try:
        writing = window.controller.write_queue
        writing.write(JobKind.EXPORT, photo, litter, lambda _path: None)
        wait_idle(qtbot, window)
        qtbot.waitUntil(lambda: bool(threads), timeout=10_000)
    finally:
        gc.callbacks.remove(note)
    assert set(threads) == {threading.main_thread()}
