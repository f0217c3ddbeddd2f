"""Timing of a forward pass, with the attention calls apart from everything else.

    fused attention replaced by a stopwatch that calls it → several passes → the fastest

The fastest counts, since other programs can only slow a pass down.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from vitviz.attention.prepare import set_up
from vitviz.attention.tap import fused_attention, standing_in
from vitviz.lessons.cost import Timing
from vitviz.models.model import Model
from vitviz.pictures.source import SourceImage

MIN_PASSES, MAX_PASSES = 2, 8
# For the passes of one grid; `MIN_PASSES` are made whatever they take.
BUDGET_S = 0.15
# A pass of such length is not repeated: what a first one takes longer is little.
LONG_S = 1.0


def counts_own_time(device: torch.device) -> bool:
    """Return whether the thread's own processor time is measured, not the clock's.

    Not on Windows, which counts a thread's time in steps of 16 ms, longer than many
    passes.
    """
    return device.type == "cpu" and sys.platform != "win32"


def timing(
    model: Model,
    image: SourceImage,
    grid: tuple[int, int],
    *,
    check: Callable[[], None] = lambda: None,
) -> Timing:
    """Return the fastest of a few passes over `image`, resized to a grid of patches.

    On the CPU a single thread computes and its own processor time is measured, which
    other programs barely change: with eight times as many of them as cores, the clock
    gave 2 to 15 for a ratio that is 3.6 in the thread's own time, idle or not.
    Elsewhere the clock is measured.

    grid : (rows, cols) of patches.
    check : called before every pass; what it raises ends the computation.

    Raises SelectionError for a grid that the model cannot take.
    """
    rows, cols = grid
    patch_width, patch_height = model.adapter.patch_size
    size = (cols * patch_width, rows * patch_height)
    setup, pixels = set_up(model, image, size=size)
    watch = _Stopwatch(model.device)
    best: tuple[float, float] | None = None
    with (
        _one_thread(model.device),
        standing_in(watch.attention),
        torch.inference_mode(),
        model.adapter.ready(setup.placement.model_size),
    ):
        taken, passes = 0.0, 0
        while passes < MIN_PASSES or (passes < MAX_PASSES and taken < BUDGET_S):
            check()
            watch.spent = 0.0
            begin = watch.now()
            model.adapter.forward(pixels)
            whole = watch.now() - begin
            passes, taken = passes + 1, taken + whole
            if best is None or whole < best[0]:
                best = (whole, watch.spent)
            if whole > LONG_S:
                break
    assert best is not None
    return Timing(rows, cols, watch.num_tokens, best[1], best[0])


class _Stopwatch:
    """A replacement of the fused attention that calls it and adds up the time.

    spent : seconds inside attention calls since it was last set to 0.
    num_tokens : N of the last call.
    """

    def __init__(self, device: torch.device) -> None:
        self.spent = 0.0
        self.num_tokens = 0
        self._device = device
        self._clock = time.thread_time if counts_own_time(device) else time.perf_counter

    def now(self) -> float:
        """Return seconds on the clock, after the device has finished its work."""
        if self._device.type != "cpu":
            getattr(torch, self._device.type).synchronize()
        return self._clock()

    def attention(self, query: Tensor, *args: Any, **options: Any) -> Tensor:  # noqa: ANN401
        """Return what the fused function returns, and count its time."""
        self.num_tokens = query.shape[-2]
        begin = self.now()
        output: Tensor = fused_attention(query, *args, **options)
        self.spent += self.now() - begin
        return output


@contextmanager
def _one_thread(device: torch.device) -> Iterator[None]:
    """Keep torch to one thread on the CPU, so that its time is the whole time."""
    former = torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(former)
