"""The price of a run before it starts: tokens, memory and seconds.

    price = vitviz.price(model, (896, 896))
    price.num_tokens, price.kept_bytes, price.peak_bytes, price.seconds

Memory follows from the architecture: a trace keeps q, k and v of every layer, N·W
values each, W the width of a token.

    seconds = N · (seconds a token) + N² · (seconds a pair of tokens)

Both factors are measured on this machine by `calibrate`: the attention kernel alone
gives the second, and a pass of the whole model less that gives the first. torch is
imported only when something is measured.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitviz.domain.number_text import bytes_text
from vitviz.errors import BudgetError, VitvizError
from vitviz.system.memory import free_bytes, give_back_unused

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitviz.models.model import Model, ModelInfo

# Tokens of the run of the attention kernel alone.
CALIBRATION_TOKENS = 1024
# Side of the grid of the model's run, in patches, unless its own is smaller.
CALIBRATION_PATCHES = 16
# A traced run ÷ an untraced one: keeping q, k, v and checking nine rows takes time.
TAP_FACTOR = 1.08
# Width of a head, D, in the run of the attention kernel alone.
HEAD_WIDTH = 64
# Repetitions of a measurement end after so long.
BUDGET_S = 0.4


@dataclass(frozen=True, slots=True)
class Calibration:
    """The time that a token and a pair of tokens take, for one model and device.

    token_s : seconds a token, for projections, MLP and everything else.
    pair_s : seconds a pair of tokens, for the attention of all layers together.
    """

    token_s: float
    pair_s: float

    def seconds(self, num_tokens: int) -> float:
        """Return the estimated seconds of a traced run with N tokens."""
        work = self.token_s * num_tokens + self.pair_s * num_tokens**2
        return TAP_FACTOR * work


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one run at one input size.

    size : (width, height) of the model's input in model pixels.
    grid : (rows, cols) of the patches.
    num_tokens : N, special tokens included.
    kept_bytes : q, k and v of every layer, which the trace keeps.
    peak_bytes : what the run takes beside the model's weights, at most.
    free_bytes : free memory of the model's device; None where unknown.
    seconds : estimated duration; None without a calibration.
    is_on_cpu : whether the model lies on the CPU.
    """

    size: tuple[int, int]
    grid: tuple[int, int]
    num_tokens: int
    kept_bytes: int
    peak_bytes: int
    free_bytes: int | None
    seconds: float | None
    is_on_cpu: bool = True

    @property
    def is_too_much(self) -> bool:
        """Whether the run needs more memory than is free."""
        return self.free_bytes is not None and self.peak_bytes > self.free_bytes

    @property
    def falls_back(self) -> bool:
        """Whether the accelerator has too little memory, so that the CPU is used."""
        return self.is_too_much and not self.is_on_cpu

    @property
    def is_large(self) -> bool:
        """Whether the run needs more than half of the free memory."""
        return self.free_bytes is not None and 2 * self.peak_bytes > self.free_bytes


def price(
    model: Model,
    size: int | tuple[int, int] | None = None,
    *,
    calibration: Calibration | None = None,
) -> Price:
    """Return the tokens, memory and time that a trace of a model will take.

    Nothing is run. Callable from any thread.

    Parameters
    ----------
    model
        The model, from `vitviz.load_model` or `vitviz.wrap`.
    size
        Model pixels: S for S×S, (width, height), or None for the size the weights were
        made for. Sides are rounded to whole patches, as in a run.
    calibration
        Seconds a token and a pair of tokens take, from `calibrate`; without it
        `Price.seconds` is None.

    Returns
    -------
    Price
        Bytes are estimated from the architecture: 3·N·W values a layer are kept.
        Nothing is raised: a size that the model cannot take is refused by the run.
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
    """Return (bytes a trace keeps, bytes its run takes beside the model, at most).

    The peak adds one block's hidden layer, four times as wide as a token, with its
    copies, and, for a model that adds a bias to its scores, that bias: such a model
    makes it whole, (H, N, N), one layer at a time.
    """
    item = 4 if info.dtype == "float32" else 2
    values = num_tokens * info.width
    kept = 3 * values * info.num_layers * item
    bias = 2 * info.num_biased_heads * num_tokens**2 * item
    return kept, kept + 12 * values * item + bias


def calibrate(model: Model) -> Calibration:
    """Return the time that a token and a pair of tokens take, for a model, measured.

    Runs the model on its device at a small size, then the attention kernel alone: about
    half a second each, unless a single pass takes longer.
    """
    import torch

    across, down = model.info.patch_size
    own = model.preprocessing.size
    size = own
    if max(own[0] // across, own[1] // down) > CALIBRATION_PATCHES:
        size = (CALIBRATION_PATCHES * across, CALIBRATION_PATCHES * down)
        try:
            model.adapter.check_size(size)
        except VitvizError:  # the model takes only its own size
            size = own
    shape = 1, model.info.channels, size[1], size[0]
    pixels = torch.zeros(shape, device=model.device, dtype=model.dtype)
    with torch.inference_mode(), model.adapter.ready(size):
        model.adapter.forward(pixels)
        elapsed = _best(lambda: model.adapter.forward(pixels), model.info.device)
    num_tokens = price(model, size).num_tokens
    return calibrated(model, num_tokens, elapsed)


def calibrated(model: Model, num_tokens: int, seconds: float) -> Calibration:
    """Return the calibration that follows from one measured pass of the model.

    num_tokens, seconds : of that pass. The attention kernel alone is measured now, in
        about 0.02 s.
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
    # at least a tenth: the difference of two noisy measurements may be negative
    rest = max(seconds - pair_s * num_tokens**2, 0.1 * seconds)
    return Calibration(rest / num_tokens, pair_s)


def require_memory(info: ModelInfo, num_tokens: int, size: tuple[int, int]) -> None:
    """Raise BudgetError if a run needs more memory than the device has free.

    size : (width, height) in model pixels, for the message.
    """
    free = free_bytes(info.device)
    if free is None:
        return
    _, peak = run_bytes(info, num_tokens)
    if peak > free and give_back_unused():
        free = free_bytes(info.device) or free
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
    """Return the largest size of the same proportions that needs half the free memory.

    (width, height) in model pixels; None if even a twentieth of `size` needs more.
    """
    factor = 0.95
    while factor > 0.05:
        made = price(model, (round(size[0] * factor), round(size[1] * factor)))
        if not made.is_large:
            return made.size
        factor -= 0.05
    return None


def _best(call: Callable[[], object], device: str) -> float:
    """Return the seconds of the quickest of up to five calls within `BUDGET_S`."""
    taken: list[float] = []
    while len(taken) < 5 and sum(taken) < BUDGET_S:
        start = time.perf_counter()
        call()
        _wait_for(device)
        taken.append(time.perf_counter() - start)
    return min(taken)


def _wait_for(device: str) -> None:
    """Wait until an accelerator has finished its work; the CPU always has."""
    import torch

    kind = device.partition(":")[0]
    if kind == "cuda":
        torch.cuda.synchronize()
    elif kind == "mps":
        torch.mps.synchronize()
    elif kind == "xpu":
        torch.xpu.synchronize()
