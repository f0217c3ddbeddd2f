"""What the model says when parts of the picture are hidden.

Occlusion: Matthew Zeiler, Rob Fergus, "Visualizing and Understanding Convolutional
Networks", 2014, arXiv 1311.2901, section 4.2: the loss of score when a patch is hidden.
Deletion and insertion: Vitali Petsiuk, Abir Das, Kate Saenko, "RISE", 2018, arXiv
1806.07421, section 4.3: the score against the share of patches that are hidden, or
shown, in the order of a map, and the area under that curve.

The score is the class's probability, or, for a model without a head, the cosine of its
feature to the one of the whole picture.

What the model loses with each head: one pass a head, unchanged blocks reused.

A head is off when its output is zero, or its mean over all tokens (Michel, Levy and
Neubig 2019, arXiv 1905.10650, section 2.3; mean ablation as in Wang et al. 2022, arXiv
2211.00593). The effect is the loss of the class's probability, or, for a model without
a head, 1 less the cosine to the unchanged feature. A head that counts can also have
others take over for it: a small effect does not prove that it does nothing.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.intervene import NOISE_SEED, filled, output_without
from vitviz.attention.prepare import applied_interventions, reapply_interventions
from vitviz.attention.tap import tap
from vitviz.attention.trace import Trace
from vitviz.domain.interventions import Fill, Off
from vitviz.errors import SelectionError
from vitviz.explain.gradients import prepared_pixels, target_class
from vitviz.models.model import Model

Array = npt.NDArray[np.float32]
Check = Callable[[], None]
BATCH_TOKENS = 4096
"""Tokens of one forward pass: several changed pictures are run at once."""
NUM_STEPS = 20
NUM_RANDOM = 8
"""Random orders that a curve is compared with."""


class CurveMode(enum.Enum):
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
    mode: CurveMode | str = CurveMode.DELETION,
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
    mode, fill = CurveMode(mode), Fill(fill)
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
    mode: CurveMode,
    grid: tuple[int, int],
) -> npt.NDArray[np.bool_]:
    """(S, R, C): which patches are hidden at every step."""
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    first = place[None] < counts[:, None]
    hidden = first if mode is CurveMode.DELETION else ~first
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
            reapply_interventions(self.model, setup),
        ):
            return adapter.forward(batch).float().reshape(len(batch), -1)

    def _score(self, outputs: Tensor) -> Tensor:
        if self.target is None:
            return F.cosine_similarity(outputs, self.feature[None], dim=1)
        return outputs.softmax(dim=1)[:, self.target]


def head_effects(
    model: Model,
    trace: Trace,
    *,
    target: int | None = None,
    off: Off = Off.ZERO,
    pixels: Tensor | None = None,
    on_layer: Callable[[int, Array], None] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Array:
    """(L, H) float32: what is lost when each head alone is off; negative: gained.

    on_layer : called with (layer, (H,)) when a layer is done.
    check : called before every pass; raises to end.

    Raises SelectionError for an unknown class, InputError without a picture.
    """
    model = as_run(model, trace)
    entered = prepared_pixels(trace, pixels).to(model.device, model.dtype)
    size = trace.setup.placement.model_size
    adapter, changes = model.adapter, applied_interventions(trace.setup)
    effects = np.zeros((trace.num_layers, trace.num_heads), np.float32)
    with torch.inference_mode(), adapter.ready(size):
        with reapply_interventions(model, trace.setup):
            whole, kept = _kept_run(model, entered)
        chosen = target_class(model, trace, whole, target)
        for layer in range(trace.num_layers):
            with _reusing(adapter.blocks[:layer], kept):
                for head in range(trace.num_heads):
                    check()
                    change = _without(layer, head, off)
                    with tap(adapter.blocks, on_output=change, changes=changes):
                        output = adapter.forward(entered)[0].reshape(-1).float()
                    effects[layer, head] = _loss(whole, output, chosen)
            if on_layer is not None:
                on_layer(layer, effects[layer].copy())
    return effects


def _without(layer: int, head: int, off: Off) -> Callable[[int, Tensor], Tensor | None]:
    """What the tap does with each block's attention output, (1, H, N, D)."""

    def change(at: int, output: Tensor) -> Tensor | None:
        if at != layer:
            return None
        return output_without(output, (head,), off)

    return change


def _kept_run(model: Model, pixels: Tensor) -> tuple[Tensor, list[Any]]:
    """((C,) output, what each block returned) of the unchanged model."""
    kept: list[Any] = []
    hooks = [
        block.register_forward_hook(lambda _m, _args, out: kept.append(out))
        for block in model.adapter.blocks
    ]
    try:
        output = model.adapter.forward(pixels)[0].reshape(-1).float()
    finally:
        for hook in hooks:
            hook.remove()
    return output, kept


@contextlib.contextmanager
def _reusing(blocks: Sequence[nn.Module], kept: list[Any]) -> Iterator[None]:
    """These blocks return what they returned before, without computing it."""

    def again(value: object) -> Callable[..., object]:
        return lambda *_args, **_options: value

    former = [vars(block).get("forward") for block in blocks]
    for block, value in zip(blocks, kept, strict=False):
        block.forward = again(value)
    try:
        yield
    finally:
        for block, own in zip(blocks, former, strict=True):
            if own is None:
                del block.forward  # the class's own shows again
            else:
                block.forward = own


def _loss(whole: Tensor, output: Tensor, target: int | None) -> float:
    if target is None:
        return float(1 - F.cosine_similarity(whole, output, dim=0))
    return float(whole.softmax(0)[target] - output.softmax(0)[target])
