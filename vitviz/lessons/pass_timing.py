"""Times a pass, the attention calls in it apart from all the rest."""

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
BUDGET_S = 0.15
"""For the passes of one grid; the fewest are made whatever they take."""
LONG_S = 1.0
"""A pass that takes so long is not repeated: what a first one costs extra is little."""


def counts_own_time(device: torch.device) -> bool:
    """Whether only the thread's own time on a processor counts, and not the clock's.

    Windows tells a thread's time in steps of 16 ms, longer than many a pass.
    """
    return device.type == "cpu" and sys.platform != "win32"


def timing(
    model: Model,
    image: SourceImage,
    grid: tuple[int, int],
    *,
    check: Callable[[], None] = lambda: None,
) -> Timing:
    """The fastest of a few passes over `image` brought to (rows, cols) patches.

    Attention is the time inside the model's attention calls. On a processor a single
    thread computes and its own time counts, which other programs barely touch: with
    eight times as many of them as cores, the clock gave 2 to 15 for a ratio that is
    3.6 in the thread's own time, idle or not. Elsewhere the clock counts.

    check : called before every pass; raises to end.

    Raises SelectionError for a grid the model does not take.
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
    """Stands in for the fused attention, calls it, and adds up the time."""

    def __init__(self, device: torch.device) -> None:
        self.spent = 0.0
        self.num_tokens = 0
        self._device = device
        self._clock = time.thread_time if counts_own_time(device) else time.perf_counter

    def now(self) -> float:
        """Seconds on the clock, when the device has done what it was given."""
        if self._device.type != "cpu":
            getattr(torch, self._device.type).synchronize()
        return self._clock()

    def attention(self, query: Tensor, *args: Any, **options: Any) -> Tensor:  # noqa: ANN401
        """What the fused function returns."""
        self.num_tokens = query.shape[-2]
        begin = self.now()
        output: Tensor = fused_attention(query, *args, **options)
        self.spent += self.now() - begin
        return output


@contextmanager
def _one_thread(device: torch.device) -> Iterator[None]:
    """One thread computes, so that its own time is all the time there is."""
    former = torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(former)
