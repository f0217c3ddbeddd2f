"""Answers to a picture whose patches are shuffled, with and without positions.

    with positions     the patches change places in the picture, so that each gets the
                       position embedding of its new place
    without positions  what the places add is subtracted again where the first block
                       begins; attention itself does not tell one order from another

Each answer is read from a pass of the model, with the interventions of the run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.prepare import reapply_interventions
from vitviz.attention.trace import Trace, as_array
from vitviz.errors import UnsupportedModelError
from vitviz.explain.gradients import prepared_pixels
from vitviz.explain.model_parts import states_among
from vitviz.explain.token_states import positions
from vitviz.models.model import Model

Array = npt.NDArray[np.float32]
SEED = 0
# How far the tokens of both orders may be apart once the positions are subtracted,
# relative to the largest number, for the subtraction to count.
LIMIT = 1e-2
# How far an answer may move, relative to its length, to be called the same: sums in
# another order differ in their last digits.
SAME = {torch.float32: 1e-3, torch.float64: 1e-3}
SAME_IN_HALF = 5e-2


@dataclass(frozen=True, slots=True, eq=False)
class Shuffling:
    """The answers to a picture in order and shuffled, with and without positions.

    order : (R·C,) int64, the patch that stands at each place of the shuffled picture.
    picture : (H, W, 3) uint8, the shuffled picture in model pixels.
    in_order, shuffled : (C,) float32, logits or feature.
    in_order_without, shuffled_without : the same without positions; None where these
        cannot be taken away.
    positions : (N, D) float32, what each place adds; None where nothing is added.
    same : how far an answer may move, relative to its length, to be the same.
    """

    order: npt.NDArray[np.int64]
    picture: npt.NDArray[np.uint8]
    in_order: Array
    shuffled: Array
    in_order_without: Array | None
    shuffled_without: Array | None
    positions: Array | None
    same: float

    def answer(self, *, is_shuffled: bool, has_positions: bool) -> Array | None:
        """Return one of the four answers; None where there is none."""
        if has_positions:
            return self.shuffled if is_shuffled else self.in_order
        return self.shuffled_without if is_shuffled else self.in_order_without

    def moved(self, *, has_positions: bool) -> float | None:
        """Return how far shuffling moves the answer, relative to its length."""
        before = self.answer(is_shuffled=False, has_positions=has_positions)
        after = self.answer(is_shuffled=True, has_positions=has_positions)
        if before is None or after is None:
            return None
        apart = np.linalg.norm(after.astype(np.float64) - before)
        return float(apart / max(float(np.linalg.norm(before)), 1e-30))

    @property
    def is_same_without(self) -> bool:
        """Whether the answer stays when patches are shuffled without positions."""
        moved = self.moved(has_positions=False)
        return moved is not None and moved <= self.same


def shuffling(
    model: Model,
    trace: Trace,
    *,
    seed: int = SEED,
    check: Callable[[], None] = lambda: None,
) -> Shuffling:
    """Return the Shuffling of the picture a trace was made of. May be called anywhere.

    Makes four passes, or two where the positions cannot be taken away.

    check : called before every pass; what it raises ends the computation.

    Raises InputError if the trace was made of a prepared tensor.
    """
    model = as_run(model, trace)
    rows, cols = trace.grid
    order = np.random.default_rng(seed).permutation(rows * cols)
    pixels = prepared_pixels(trace)
    shuffled = shuffled_pixels(pixels, order, (rows, cols))
    table = _table(model, trace)
    answers = []
    for one in (pixels, shuffled):
        check()
        answers.append(_pass(model, trace, one)[0])
    without: list[Array | None] = [None, None]
    if table is not None:
        passes = []
        for one in (pixels, shuffled):
            check()
            passes.append(_pass(model, trace, one, without=table))
        patches = [entered[trace.num_prefix_tokens :] for _, entered in passes]
        if _agree(patches[0][torch.from_numpy(order)], patches[1]):
            without = [answer for answer, _ in passes]
    return Shuffling(
        order=order,
        picture=_seen(trace, shuffled),
        in_order=answers[0],
        shuffled=answers[1],
        in_order_without=without[0],
        shuffled_without=without[1],
        positions=None if table is None else as_array(table),
        same=SAME.get(model.dtype, SAME_IN_HALF),
    )


def shuffled_pixels(
    pixels: Tensor, order: npt.NDArray[np.int64], grid: tuple[int, int]
) -> Tensor:
    """Return an input whose patches stand at other places, (1, C, H, W).

    order : (R·C,), the patch of `pixels` that stands at each place.
    """
    rows, cols = grid
    _, channels, height, width = pixels.shape
    tall, wide = height // rows, width // cols
    cells = pixels[0].reshape(channels, rows, tall, cols, wide)
    cells = cells.permute(1, 3, 0, 2, 4).flatten(0, 1)  # (R·C, C, p, p)
    moved = cells[torch.from_numpy(order)].unflatten(0, (rows, cols))
    whole: Tensor = moved.permute(2, 0, 3, 1, 4)  # (C, R, p, C, p)
    return whole.reshape(1, channels, height, width)


def _table(model: Model, trace: Trace) -> Tensor | None:
    """Return what every place adds, (N, D); None where nothing is added."""
    try:
        return positions(model, trace)
    except UnsupportedModelError:  # places turn q and k, or no embedding was found
        return None


def _pass(
    model: Model, trace: Trace, pixels: Tensor, *, without: Tensor | None = None
) -> tuple[Array, Tensor]:
    """Return (answer, (C,); what entered the first block, (N, D)) of one pass.

    without : (N, D), subtracted from the patches that enter the first block.
    """
    found: list[Tensor] = []
    prefix = trace.num_prefix_tokens

    def enter(_module: object, args: tuple[Any, ...]) -> tuple[Any, ...]:
        states = states_among(args)
        if without is not None:
            less = without.clone()
            less[:prefix] = 0  # special tokens are at no place of the picture
            states = states - less.to(states).reshape(states.shape)
        found.append(states.detach().float().flatten(0, -2).cpu())
        return states, *args[1:]

    adapter = model.adapter
    hook = adapter.blocks[0].register_forward_pre_hook(enter)
    try:
        with (
            torch.inference_mode(),
            adapter.ready(trace.setup.placement.model_size),
            reapply_interventions(model, trace.setup),
        ):
            output = adapter.forward(pixels.to(model.device, model.dtype))
    finally:
        hook.remove()
    return as_array(output[0].float().reshape(-1)), found[0]


def _agree(one: Tensor, other: Tensor) -> bool:
    """Return whether the same patches entered in both orders, positions taken away."""
    apart = (one - other).abs().max() / one.abs().max().clamp_min(1e-30)
    return bool(apart <= LIMIT)


def _seen(trace: Trace, pixels: Tensor) -> npt.NDArray[np.uint8]:
    """Return an input as it is seen, (H, W, 3) uint8."""
    preparation = trace.setup.preprocessing
    values = as_array(pixels[0].float())[:3]  # (3, H, W)
    std = np.array(preparation.std)[:3, None, None]
    mean = np.array(preparation.mean)[:3, None, None]
    light = np.rint(255 * np.clip(values * std + mean, 0, 1)).astype(np.uint8)
    return np.ascontiguousarray(light.transpose(1, 2, 0))
