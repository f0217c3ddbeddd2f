"""What the model says when parts of the picture are hidden.

Occlusion: Matthew Zeiler, Rob Fergus, "Visualizing and Understanding Convolutional
Networks", 2014, arXiv 1311.2901, section 4.2: the loss of score when a patch is hidden.
Deletion and insertion: Vitali Petsiuk, Abir Das, Kate Saenko, "RISE", 2018, arXiv
1806.07421, section 4.3: the score against the share of patches that are hidden, or
shown, in the order of a map, and the area under that curve.

The score is the class's probability, or, for a model without a head, the cosine of its
feature to the one of the whole picture.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from vitviz.errors import SelectionError
from vitviz.explain.gradients import prepared_pixels, target_class
from vitviz.fallback import as_run
from vitviz.filling import NOISE_SEED, filled
from vitviz.models.adapter import Model
from vitviz.selection import Fill
from vitviz.setups import changed_again
from vitviz.tracing import Trace

Array = npt.NDArray[np.float32]
Check = Callable[[], None]
BATCH_TOKENS = 4096
"""Tokens of one forward pass: several changed pictures are run at once."""
NUM_STEPS = 20
NUM_RANDOM = 8
"""Random orders that a curve is compared with."""


class Mode(enum.Enum):
    """Which way a curve goes."""

    DELETION = "deletion"
    INSERTION = "insertion"


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """A map's curve beside those of random orders."""

    shares: Array
    """(S,) from 0 to 1: patches hidden (deletion) or shown (insertion)."""
    values: Array
    """(S,) scores."""
    random: Array
    """(8, S) scores of random orders."""

    @property
    def area(self) -> float:
        """Under the map's curve: small is good for deletion, large for insertion."""
        return float(np.trapezoid(self.values, self.shares))

    @property
    def random_areas(self) -> Array:
        """(8,) under the random orders' curves."""
        areas = [np.trapezoid(one, self.shares) for one in self.random]
        return np.asarray(areas, np.float32)


def occlusion(
    model: Model,
    trace: Trace,
    *,
    target: int | None = None,
    fill: Fill = Fill.BLUR,
    cells: int = 1,
    pixels: Tensor | None = None,
    check: Check = lambda: None,
) -> Array:
    """(R, C) float32: score of the whole picture less that without the patch.

    cells : side of the square of patches that is hidden at once.

    Raises SelectionError, InputError without a picture.
    """
    rows, cols = trace.grid
    if not 1 <= cells <= min(rows, cols):
        raise SelectionError(
            "A hidden square has 1 to {most} patches a side, not {cells}.",
            most=min(rows, cols),
            cells=cells,
        )
    scorer = _Scorer(model, trace, target, fill, pixels, check)
    corners = [(r, c) for r in range(0, rows, cells) for c in range(0, cols, cells)]
    hidden = np.zeros((len(corners), rows, cols), bool)
    for one, (row, col) in zip(hidden, corners, strict=True):
        one[row : row + cells, col : col + cells] = True
    scores = scorer(hidden)
    whole = scorer(np.zeros((1, rows, cols), bool))[0]
    result = np.empty((rows, cols), np.float32)
    for mask, score in zip(hidden, scores, strict=True):
        result[mask] = whole - score
    return result


def curves(
    model: Model,
    trace: Trace,
    heat: Array,
    *,
    mode: Mode | str = Mode.DELETION,
    target: int | None = None,
    fill: Fill | str = Fill.BLUR,
    steps: int = NUM_STEPS,
    pixels: Tensor | None = None,
    check: Check = lambda: None,
) -> Curves:
    """A map's deletion or insertion curve, and those of eight random orders.

    heat : (R, C); the largest value goes first.
    steps : parts into which the patches are divided.

    Raises SelectionError, InputError without a picture.
    """
    rows, cols = trace.grid
    if heat.shape != (rows, cols):
        raise SelectionError(
            "The map has {shape} values and the grid {grid}.",
            shape="×".join(map(str, heat.shape)),
            grid=f"{rows}×{cols}",
        )
    mode, fill = Mode(mode), Fill(fill)
    scorer = _Scorer(model, trace, target, fill, pixels, check)
    total = rows * cols
    counts = np.unique(np.linspace(0, total, steps + 1).round().astype(int))
    generator = np.random.default_rng(NOISE_SEED)
    orders = [np.argsort(-heat.ravel(), kind="stable")]
    orders += [generator.permutation(total) for _ in range(NUM_RANDOM)]
    found = [scorer(_masks(order, counts, mode, (rows, cols))) for order in orders]
    shares = (counts / total).astype(np.float32)
    return Curves(shares, found[0], np.stack(found[1:]))


def num_passes(trace: Trace, steps: int = NUM_STEPS) -> int:
    """Forward passes of `curves`, several pictures to each."""
    batch = max(1, BATCH_TOKENS // trace.num_tokens)
    return (1 + NUM_RANDOM) * -(-(steps + 1) // batch)


def _masks(
    order: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
    mode: Mode,
    grid: tuple[int, int],
) -> npt.NDArray[np.bool_]:
    """(S, R, C): which patches are hidden at every step."""
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    first = place[None] < counts[:, None]
    hidden = first if mode is Mode.DELETION else ~first
    return hidden.reshape(len(counts), *grid)


class _Scorer:
    """Scores of the picture with patches hidden, several to a pass."""

    def __init__(
        self,
        model: Model,
        trace: Trace,
        target: int | None,
        fill: Fill,
        pixels: Tensor | None,
        check: Check,
    ) -> None:
        self.model, self.trace, self.check = model, trace, check
        model = as_run(model, trace)
        whole = prepared_pixels(trace, pixels)
        self.whole = whole.to(model.device, model.dtype)
        self.other = filled(self.whole, model.adapter.patch_size, fill)
        outputs = self._run(self.whole)
        self.feature = outputs[0]
        self.target = target_class(model, trace, outputs[0], target)

    def __call__(self, hidden: npt.NDArray[np.bool_]) -> Array:
        """(S,) scores of (S, R, C) masks."""
        step = max(1, BATCH_TOKENS // self.trace.num_tokens)
        width, height = self.model.adapter.patch_size
        parts = []
        for start in range(0, len(hidden), step):
            self.check()
            cells = torch.from_numpy(hidden[start : start + step]).to(self.whole.device)
            mask = cells.repeat_interleave(height, 1).repeat_interleave(width, 2)
            batch = torch.where(mask[:, None], self.other, self.whole)
            parts.append(self._score(self._run(batch)))
        array: Array = torch.cat(parts).cpu().numpy()
        return array

    def _run(self, batch: Tensor) -> Tensor:
        adapter = self.model.adapter
        setup = self.trace.setup
        with (
            torch.inference_mode(),
            adapter.ready(setup.placement.model_size),
            changed_again(self.model, setup),
        ):
            return adapter.forward(batch).float().reshape(len(batch), -1)

    def _score(self, outputs: Tensor) -> Tensor:
        if self.target is None:
            return F.cosine_similarity(outputs, self.feature[None], dim=1)
        return outputs.softmax(dim=1)[:, self.target]
