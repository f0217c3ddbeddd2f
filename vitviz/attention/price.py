"""What a run will take, told before it starts: tokens, memory, seconds.

    price = vitviz.price(model, (896, 896))
    price.num_tokens, price.kept_bytes, price.peak_bytes, price.seconds

Memory follows from the layout: q, k and v of every layer are kept, N·W values each.
Seconds are N times what a token costs and N² times what a pair of tokens costs, both
measured on this machine by `calibrate`: a run of the model itself, and the attention
kernel alone, so that the second can be told from the first. torch only when called.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitviz.domain.number_text import bytes_text
from vitviz.errors import BudgetError, VitvizError
from vitviz.system.memory import free_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitviz.models.model import Model, ModelInfo

CALIBRATION_TOKENS = 1024
"""Of the run of the attention kernel alone."""
CALIBRATION_PATCHES = 16
"""A side of the grid of the run of the model, unless its own is smaller."""
TAP_FACTOR = 1.08
"""What keeping q, k, v and checking nine rows adds to a forward pass."""
HEAD_WIDTH = 64
BUDGET_S = 0.4


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the parts of a forward pass cost on one device, for one model."""

    token_s: float
    """Seconds a token: projections, MLP, the rest."""
    pair_s: float
    """Seconds a pair of tokens, all layers together."""

    def seconds(self, num_tokens: int) -> float:
        """Estimate of a traced run."""
        work = self.token_s * num_tokens + self.pair_s * num_tokens**2
        return TAP_FACTOR * work


@dataclass(frozen=True, slots=True)
class Price:
    """Of one run at one size."""

    size: tuple[int, int]
    """(width, height) of the model's input."""
    grid: tuple[int, int]
    """(rows, cols)."""
    num_tokens: int
    kept_bytes: int
    """q, k and v of every layer: what a trace holds."""
    peak_bytes: int
    """What a run takes beside the model, at most."""
    free_bytes: int | None
    """None where that is not known."""
    seconds: float | None
    """None before anything was measured."""
    is_on_cpu: bool = True

    @property
    def is_too_much(self) -> bool:
        """Whether it needs more than there is."""
        return self.free_bytes is not None and self.peak_bytes > self.free_bytes

    @property
    def falls_back(self) -> bool:
        """Whether it is too much for an accelerator, so that the CPU makes it."""
        return self.is_too_much and not self.is_on_cpu

    @property
    def is_large(self) -> bool:
        """Whether it needs more than half of what there is."""
        return self.free_bytes is not None and 2 * self.peak_bytes > self.free_bytes


def price(
    model: Model,
    size: int | tuple[int, int] | None = None,
    *,
    calibration: Calibration | None = None,
) -> Price:
    """What a trace of `model` at a size takes; seconds only with a calibration.

    size : S for S×S, (width, height), or None for the weights' own. Sides are rounded
        to the patch, as a run does.
    """
    wanted = model.preprocessing.size if size is None else size
    width, height = (wanted, wanted) if isinstance(wanted, int) else wanted
    across, down = model.info.patch_size
    cols, rows = max(1, round(width / across)), max(1, round(height / down))
    num_tokens = rows * cols + len(model.adapter.prefix_names or ())
    kept, peak = run_bytes(model.info, num_tokens)
    return Price(
        size=(cols * across, rows * down),
        grid=(rows, cols),
        num_tokens=num_tokens,
        kept_bytes=kept,
        peak_bytes=peak,
        free_bytes=free_bytes(model.info.device),
        seconds=None if calibration is None else calibration.seconds(num_tokens),
        is_on_cpu=model.info.device == "cpu",
    )


def run_bytes(info: ModelInfo, num_tokens: int) -> tuple[int, int]:
    """(bytes a trace keeps, bytes its run takes beside the model, at most).

    A block's hidden layer, four times as wide, and its copies come on top of q, k, v;
    a network that adds a bias to its scores makes it whole, one layer at a time.
    """
    item = 4 if info.dtype == "float32" else 2
    values = num_tokens * info.width
    kept = 3 * values * info.num_layers * item
    bias = 2 * info.num_biased_heads * num_tokens**2 * item
    return kept, kept + 12 * values * item + bias


def calibrate(model: Model) -> Calibration:
    """What this model costs here, from a run or two of a fraction of a second."""
    import torch

    across, down = model.info.patch_size
    own = model.preprocessing.size
    size = own
    if max(own[0] // across, own[1] // down) > CALIBRATION_PATCHES:
        size = (CALIBRATION_PATCHES * across, CALIBRATION_PATCHES * down)
        try:
            model.adapter.check_size(size)
        except VitvizError:
            size = own
    pixels = torch.zeros(1, 3, size[1], size[0], device=model.device, dtype=model.dtype)
    with torch.inference_mode(), model.adapter.ready(size):
        model.adapter.forward(pixels)
        elapsed = _best(lambda: model.adapter.forward(pixels), model.info.device)
    num_tokens = price(model, size).num_tokens
    return calibrated(model, num_tokens, elapsed)


def calibrated(model: Model, num_tokens: int, seconds: float) -> Calibration:
    """What this model costs here, from one run of it that was measured.

    The attention kernel alone is measured now, in about 0.02 s.
    """
    import torch
    from torch.nn.functional import scaled_dot_product_attention as attend

    info = model.info
    heads = max(1, info.width // HEAD_WIDTH)
    shape = (1, heads, CALIBRATION_TOKENS, HEAD_WIDTH)
    q = torch.zeros(shape, device=model.device, dtype=model.dtype)
    with torch.inference_mode():
        attend(q, q, q)
        best = _best(lambda: attend(q, q, q), info.device)
    pair_s = best / CALIBRATION_TOKENS**2 * info.num_layers
    rest = max(seconds - pair_s * num_tokens**2, 0.1 * seconds)
    return Calibration(rest / num_tokens, pair_s)


def require_memory(info: ModelInfo, num_tokens: int, size: tuple[int, int]) -> None:
    """Raise BudgetError, with the numbers, for a run that memory will not do."""
    free = free_bytes(info.device)
    if free is None:
        return
    _, peak = run_bytes(info, num_tokens)
    if peak > free:
        raise BudgetError(
            "A run at {width}×{height} px ({tokens:,} tokens) would take about "
            "{needed} of memory; {free} are free. Choose a smaller size, or larger "
            "patches.",
            width=size[0],
            height=size[1],
            tokens=num_tokens,
            needed=bytes_text(peak),
            free=bytes_text(free),
        )


def smaller_size(model: Model, size: tuple[int, int]) -> tuple[int, int] | None:
    """The largest input of the same shape that takes half of what is free."""
    factor = 0.95
    while factor > 0.05:
        made = price(model, (round(size[0] * factor), round(size[1] * factor)))
        if not made.is_large:
            return made.size
        factor -= 0.05
    return None


def _best(call: Callable[[], object], device: str) -> float:
    """Seconds of the quickest of up to five calls, in about half a second."""
    taken: list[float] = []
    while len(taken) < 5 and sum(taken) < BUDGET_S:
        start = time.perf_counter()
        call()
        _wait_for(device)
        taken.append(time.perf_counter() - start)
    return min(taken)


def _wait_for(device: str) -> None:
    """Until an accelerator has done what it was asked; the CPU always has."""
    import torch

    kind = device.partition(":")[0]
    if kind == "cuda":
        torch.cuda.synchronize()
    elif kind == "mps":
        torch.mps.synchronize()
    elif kind == "xpu":
        torch.xpu.synchronize()
