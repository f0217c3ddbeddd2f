"""Many runs in one window: what is held after each grows by next to nothing."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QAbstractAnimation, QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.ui.window.main_window import MainWindow

KB = 1024

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="memory is read from /proc"
)


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds after a run."""

    resident: int
    """Bytes of memory pages."""
    heap: int
    """Bytes that C allocations take, without what is free between them."""
    python_blocks: int


class _Mallinfo(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    )


_libc = ctypes.CDLL(None)
_libc.mallinfo2.restype = _Mallinfo


def held() -> Held:
    gc.collect()
    heap = _libc.mallinfo2()
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    return Held(
        resident=pages * os.sysconf("SC_PAGESIZE"),
        heap=heap.uordblks + heap.hblkhd,
        python_blocks=sys.getallocatedblocks(),
    )


def counted(window: MainWindow) -> Counter[str]:
    """Objects of Qt by class, open files, threads.

    Asking Qt for its objects makes wrappers of them, so it is not done after each run.
    """
    found = Counter(type(one).__name__ for one in window.findChildren(QObject))
    found["files"] = len(os.listdir("/proc/self/fd"))
    found["threads"] = threading.active_count()
    return found


def num_moving(window: MainWindow) -> int:
    """Animations that run."""
    stopped = QAbstractAnimation.State.Stopped
    found = window.findChildren(QAbstractAnimation)
    return sum(one.state() is not stopped for one in found)


def assert_same(window: MainWindow, before: Counter[str]) -> None:
    assert counted(window) == before


def run_once(qtbot: QtBot, window: MainWindow, photo: Path, number: int) -> None:
    """Open a picture, wait for its run, click a patch."""
    control = window.controller
    former = control.document.trace
    window.open_path(str(photo))
    qtbot.waitUntil(
        lambda: (
            control.document.trace is not None and control.document.trace is not former
        ),
        timeout=60_000,
    )
    wait_idle(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    rows, cols = trace.grid
    token = trace.setup.grid.token(number % rows, 3 * number % cols)
    point = window.panes.picture.scenePointOf(token)
    assert point is not None
    viewport = window.panes.picture.viewport()
    spot = viewport.mapFrom(window.panes.picture, point.toPoint())
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=spot)
    qtbot.waitUntil(lambda: control.state.token == token)
    wait_idle(qtbot, window)
    QApplication.sendPostedEvents()


def slope(values: list[int]) -> float:
    """By how much a value grows with each run: least squares."""
    return float(np.polyfit(np.arange(len(values)), values, 1)[0])


@pytest.mark.alone
@pytest.mark.usefixtures("quick_collection")
@pytest.mark.parametrize(
    ("warm_up", "runs", "limit"),
    [
        # a picture or a trace that stays would be 130 kB or more
        pytest.param(10, 40, 100 * KB, id="short"),
        pytest.param(
            150,
            500,
            4 * KB,
            id="500",
            marks=[pytest.mark.long, pytest.mark.timeout(3600)],
        ),
    ],
)
def test_runs_leave_nothing_behind(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    warm_up: int,
    runs: int,
    limit: int,
) -> None:
    window = open_vitviz(photo)
    photos = (other_photo, photo)
    for number in range(warm_up):
        run_once(qtbot, window, photos[number % 2], number)
    # an animation that still runs is no object that is left
    qtbot.waitUntil(lambda: not num_moving(window))
    before = counted(window)
    seen: list[Held] = []
    for number in range(runs):
        run_once(qtbot, window, photos[number % 2], number)
        seen.append(held())
    growth = {
        name: slope([getattr(one, name) for one in seen])
        for name in ("resident", "heap", "python_blocks")
    }
    said = ", ".join(f"{name} {value:+.1f}" for name, value in growth.items())
    logging.getLogger(__name__).warning("a run: %s; %s → %s", said, seen[0], seen[-1])
    qtbot.waitUntil(partial(assert_same, window, before))
    assert growth["resident"] <= limit
    assert growth["python_blocks"] <= 60
