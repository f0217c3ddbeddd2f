"""Measures one picture of very many tokens: memory, rows, a column, the pooled matrix.

usage: python -m tests.many_tokens [--model M] [--size S] [--rows R] PICTURE

With vitviz-small, 3584 px are 256 × 256 patches and 65,537 tokens; on two cores the
pass takes a quarter of an hour. Linux only.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

import vitviz
from vitviz.domain.geometry import Bins
from vitviz.domain.heads import Fusion

# Pixels of the matrix view's longer side, about.
BINS = 512


def main() -> None:
    """Run the model once, read its maps, and print what each took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="vitviz-small")
    parser.add_argument("--size", type=int, default=3584)
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()

    model = vitviz.load_model(options.model)
    price = vitviz.price(model, options.size)
    say(
        f"{price.num_tokens:,} tokens, {price.kept_bytes / 1e6:,.0f} MB to keep, "
        f"{price.peak_bytes / 1e6:,.0f} MB at the peak, as said before"
    )
    vitviz.trace(model, options.picture)  # what the first run of all takes once
    before = resident_mb("VmRSS")
    # 5 resets the peak to the present size (Linux, proc(5))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    began = time.perf_counter()
    trace = vitviz.trace(model, options.picture, size=options.size)
    seconds = time.perf_counter() - began
    peak = resident_mb("VmHWM") - before
    say(f"the pass: {seconds:.1f} s, peak {peak:,.0f} MB, error {trace.max_error:.1e}")

    layer, count = trace.num_layers - 1, trace.num_tokens
    rng = np.random.default_rng(0)
    times = []
    for token in rng.integers(count, size=options.rows).tolist():
        began = time.perf_counter()
        row = trace.row(layer, token)
        times.append(1000 * (time.perf_counter() - began))
        assert abs(float(row.sum(axis=-1).min()) - 1) < 1e-3
    times.sort()
    middle = times[len(times) // 2]
    say(f"a row, {len(times)} times: median {middle:.0f} ms, worst {times[-1]:.0f} ms")

    for which in ("first", "second"):
        began = time.perf_counter()
        trace.column(layer, int(rng.integers(count)))
        say(f"{which} column of a layer: {time.perf_counter() - began:.1f} s")

    bins = Bins.fitting(count, trace.num_prefix_tokens, BINS)
    began = time.perf_counter()
    trace.pooled_preview(layer, 0, bins)
    say(f"coarse matrix of a head: {time.perf_counter() - began:.1f} s")
    for name, head in (("a head", 0), ("the mean of the heads", Fusion.MEAN)):
        began, done, told = time.perf_counter(), 0, 0.0
        for start, band in trace.pooled(layer, head, bins):
            now = time.perf_counter() - began
            done, told = start + len(band), told or now
        now = time.perf_counter() - began
        say(f"matrix of {name}: {now:.1f} s, first of {done} bins after {told:.1f} s")


def say(text: str) -> None:
    """Write one line at once: a run of a quarter of an hour may be ended."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def resident_mb(name: str) -> float:
    """Return a size from the kernel's table of this process: VmRSS, or VmHWM, its peak.

    In MB.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{name}:")[2].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    main()
