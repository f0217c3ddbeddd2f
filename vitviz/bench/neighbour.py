"""A pass of the embedded models alone, and beside another process that computes.

Each model: passes alone, then as many beside a process that computes without pause.
What a person feels is the ratio of the two, its median and its 90th percentile.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from vitviz.bench.results import Measurement
from vitviz.system import subprocesses

# Beside ÷ alone, at most: median, and 90th percentile of the passes beside.
MEDIAN_TARGET = 2.2
NINETY_TARGET = 3.0
SIDE_PX = 224
# How long each model runs alone, and as long again beside.
SECONDS = 3.0


def beside_another() -> list[Measurement]:
    """Measure passes of both embedded models, traced, at their own patch size."""
    from vitviz.models.catalogue.embedded import EMBEDDED_NAMES

    return [figure for name in EMBEDDED_NAMES for figure in _of(name)]


def serve() -> None:
    """Compute until the process is ended, or the one that began it has gone."""
    parent = os.getppid()
    while os.getppid() == parent:
        for _ in range(1_000_000):
            pass


def _of(name: str) -> list[Measurement]:
    from vitviz.attention.run import trace
    from vitviz.bench import networks
    from vitviz.models.load import load_model

    model, pixels = load_model(name, device="cpu"), networks.pixels(SIDE_PX)

    def times_ms() -> list[float]:
        taken = []
        trace(model, pixels)  # warms up, not counted
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            start = time.perf_counter()
            trace(model, pixels)
            taken.append(1000 * (time.perf_counter() - start))
        return sorted(taken)

    alone = times_ms()
    with _busy_process():
        beside = times_ms()
    median, usual = statistics.median(alone), statistics.median(beside)
    late = beside[round(0.9 * (len(beside) - 1))]
    what = f"pass of {name}"
    note = f"{len(alone)} passes, worst {alone[-1]:.1f} ms"
    note_beside = f"{len(beside)} passes, worst {beside[-1]:.0f} ms"
    return [
        Measurement(f"{what} alone", median, "ms", None, note),
        Measurement(
            f"{what} beside a busy process ÷ alone",
            usual / median,
            "×",
            MEDIAN_TARGET,
            f"{usual:.1f} ms",
        ),
        Measurement(
            f"the same, 90th percentile ÷ median alone, {name}",
            late / median,
            "×",
            NINETY_TARGET,
            note_beside,
        ),
    ]


@contextmanager
def _busy_process() -> Iterator[None]:
    process = subprocess.Popen(subprocesses.command("busy"))
    try:
        time.sleep(0.5)  # until it computes
        yield
    finally:
        process.kill()
        process.wait()
