"""Benchmarks of the window: start-up time, click to paint, gaps of the event loop."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import PIL.Image
from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from vitviz.bench.results import Measurement
from vitviz.models.catalogue.embedded import FLEXI_NAME
from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import theme
from vitviz.ui.diagnostics.rehearsal import rehearse
from vitviz.ui.window.app import application, open_window
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.start_page import sample_paths
from vitviz.views.session import RunOptions

NUM_CLICKS = 60
NUM_STARTS = 3
# With patches of 8 px 3,137 tokens, and a second or more of work.
LONG_SIDE_PX = 448
# The size of a camera's picture.
LARGE_PX = (4000, 3000)
TICK_MS = 1
TIMEOUT_S = 60.0


class _Gaps(QObject):
    """Times between two turns of the event loop, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    def stop(self) -> None:
        self._timer.stop()


def measure_window() -> list[Measurement]:
    """Measure start-up in other processes, clicks and gaps in a window opened here."""
    starts = [rehearse() for _ in range(NUM_STARTS)]
    picture = statistics.median(s.picture_s for s in starts)
    attention = statistics.median(s.attention_s - s.picture_s for s in starts)
    torch_import = _import_seconds("torch")
    note = f"median of {NUM_STARTS} starts"
    figures = [
        Measurement("start: window with picture", picture, "s", 1.2, note),
        Measurement(
            "start: first attention of the embedded model after it",
            attention,
            "s",
            torch_import + 1,
            f"{note}; target: import of torch, {torch_import:.2f} s, and 1 s",
        ),
    ]
    app = application(["vitviz"], lang="en")
    theme.apply(app, ThemeChoice.SYSTEM)
    window = open_window([str(sample_paths()[0])])
    try:
        _wait(lambda: _is_idle(window))
        figures += _clicks(window, app)
        figures.append(_gaps(window))
        figures += _large_picture(window)
    finally:
        window.close()
    return figures


def _clicks(window: MainWindow, app: QApplication) -> list[Measurement]:
    """Measure from a pinned patch to the painted map, and until the rail has its maps.

    With the map, bar and strip are painted; the layer rail's maps are computed and
    painted in the next turn of the event loop.
    """
    trace = window.controller.document.trace
    assert trace is not None
    panes = window.panes
    painted, complete = [], []
    for turn in range(NUM_CLICKS):
        token = trace.num_prefix_tokens + (37 * turn) % (
            trace.num_tokens - trace.num_prefix_tokens
        )
        start = time.perf_counter()
        window.controller.pin(token)
        # Qt then paints all widgets that have changed, as in a turn of its loop.
        panes.picture.viewport().repaint()
        painted.append(1000 * (time.perf_counter() - start))
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        complete.append(1000 * (time.perf_counter() - start))
    note = f"{NUM_CLICKS} clicks, {trace.num_tokens} tokens, worst"
    return [
        Measurement(name, _p95(times), "ms", limit, f"{note} {max(times):.1f} ms")
        for name, times, limit in (
            ("click to paint, p95", painted, 16.7),
            ("click to paint with the maps of all layers, p95", complete, 33.3),
        )
    ]


def _p95(times: list[float]) -> float:
    return sorted(times)[round(0.95 * (len(times) - 1))]


def _gaps(window: MainWindow) -> Measurement:
    """Measure the longest gap while the parts of a long run arrive."""
    window.controller.choose_model(FLEXI_NAME, patch_size=8)
    _wait(lambda: _is_idle(window))
    gaps = _Gaps()
    window.controller.choose_options(RunOptions(size=LONG_SIDE_PX))
    _wait(lambda: _is_idle(window))
    gaps.stop()
    trace = window.controller.document.trace
    assert trace is not None
    longest = 1000 * max(gaps.gaps)
    p99 = 1000 * sorted(gaps.gaps)[int(0.99 * len(gaps.gaps))]
    note = f"{trace.num_tokens} tokens, {len(gaps.gaps)} turns, p99 {p99:.1f} ms"
    return Measurement(
        "largest gap of the event loop during a run", longest, "ms", 50, note
    )


def _large_picture(window: MainWindow) -> list[Measurement]:
    """Measure the longest gaps while a large picture is opened and its map written."""
    width, height = LARGE_PX
    window.controller.choose_options(RunOptions())
    _wait(lambda: _is_idle(window))
    figures = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with PIL.Image.open(sample_paths()[0]) as sample:
            sample.convert("RGB").resize(LARGE_PX).save(folder / "large.png")
        gaps = _Gaps()
        window.open_path(str(folder / "large.png"))
        _wait(lambda: _shows(window, LARGE_PX))
        gaps.stop()
        what = f"largest gap while {width}×{height} pixels are opened and run"
        figures.append(Measurement(what, 1000 * max(gaps.gaps), "ms", 50))
        for ending in ("png", "svg", "pdf", "gif"):
            gaps = _Gaps()
            start = time.perf_counter()
            window.controller.export_dialog.write(str(folder / f"map.{ending}"))
            _wait(lambda: not window.controller.write_queue.is_busy())
            gaps.stop()
            note = f"{time.perf_counter() - start:.1f} s in all"
            what = f"largest gap while its map is written as .{ending}"
            figures.append(Measurement(what, 1000 * max(gaps.gaps), "ms", 50, note))
    return figures


def _shows(window: MainWindow, size: tuple[int, int]) -> bool:
    image = window.controller.document.image
    return image is not None and image.size == size and _is_idle(window)


def _is_idle(window: MainWindow) -> bool:
    control = window.controller
    trace = control.document.trace
    return trace is not None and trace.is_complete and not control.has_jobs


def _wait(is_done: Callable[[], bool]) -> None:
    """Run an event loop until `is_done` returns True. Raises TimeoutError."""
    loop = QEventLoop()
    poll = QTimer(interval=10)
    end = time.perf_counter() + TIMEOUT_S

    def check() -> None:
        if is_done() or time.perf_counter() > end:
            loop.quit()

    poll.timeout.connect(check)
    poll.start()
    loop.exec()
    poll.stop()
    if not is_done():
        raise TimeoutError(f"the window was not done within {TIMEOUT_S:.0f} s")


def _import_seconds(name: str) -> float:
    code = f"import time; s = time.time(); import {name}; print(time.time() - s)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, timeout=120
    )
    return float(done.stdout)
