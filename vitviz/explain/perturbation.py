"""Perturbation of the input or of heads: occlusion, deletion and insertion, ablation.

    occlusion             score of the whole picture − score with some patches hidden
    deletion, insertion   score against the share of patches hidden, or shown, in the
                          order of a map, and the area under that curve
    head ablation         score of the model − score with one head switched off, or how
                          far its likeness to the reference pictures moves

The score is the class's probability, the number of a regression or, for a model without
a head, the cosine of its feature to that of the unchanged run: see `class_scores`.
That cosine hardly tells heads apart (docs/decisions/0045-most-like.md), so ablation
of such a model is measured by what is shown as its answer: see `most_like`.
Methods here run the model again.

Occlusion: Matthew Zeiler, Rob Fergus, "Visualizing and Understanding Convolutional
Networks", 2014, arXiv 1311.2901, section 4.2.

Deletion and insertion: Vitali Petsiuk, Abir Das, Kate Saenko, "RISE: Randomized Input
Sampling for Explanation of Black-box Models", 2018, arXiv 1806.07421, section 4.3.

Head ablation: Paul Michel, Omer Levy, Graham Neubig, "Are Sixteen Heads Really Better
than One?", 2019, arXiv 1905.10650, section 2.3, sets a head's output to zero; its mean
over all tokens instead is mean ablation as in Wang et al. 2022, arXiv 2211.00593. One
pass is made for each head; blocks before its layer are not computed again. A small
effect does not prove that a head does nothing: others may take over for it.
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
from torch import Tensor, nn

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.intervene import NOISE_SEED, filled, output_without
from vitviz.attention.prepare import applied_interventions, reapply_interventions
from vitviz.attention.tap import tap
from vitviz.attention.trace import Trace, as_array
from vitviz.domain.interventions import Fill, Off
from vitviz.errors import SelectionError
from vitviz.explain.class_scores import score_of
from vitviz.explain.gradients import prepared_pixels, target_class
from vitviz.explain.most_like import reference_features
from vitviz.models.model import Model

Array = npt.NDArray[np.float32]
# Called before every pass; raises Cancelled to end the computation.
Check = Callable[[], None]
# Tokens of one forward pass, which several perturbed pictures share.
BATCH_TOKENS = 4096
# Parts that the patches are divided into along a curve.
NUM_STEPS = 20
# Random orders that a curve is compared with.
NUM_RANDOM = 8


class CurveMode(enum.Enum):
    """Whether patches are hidden or shown along a curve."""

    DELETION = "deletion"
    INSERTION = "insertion"


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The deletion or insertion curve of a map, with curves of random orders.

    shares : (S,) float32 from 0 to 1, share of patches hidden (deletion) or shown
        (insertion).
    values : (S,) float32, scores in the map's order: probabilities in [0, 1], or
        cosines in [−1, 1] for a model without a head; of a regression its numbers.
    random : (8, S) float32, scores of eight random orders.
    """

    shares: Array
    values: Array
    random: Array

    @property
    def area(self) -> float:
        """Area under the map's curve: small is good for deletion, large for insertion.

        In the unit of a score, since shares run from 0 to 1.
        """
        return float(np.trapezoid(self.values, self.shares))

    @property
    def random_areas(self) -> Array:
        """Areas under the random orders' curves, (8,) float32."""
        areas = [np.trapezoid(one, self.shares) for one in self.random]
        return np.asarray(areas, np.float32)


def require_square(cells: int, grid: tuple[int, int]) -> None:
    """Raise SelectionError for a square of patches that the grid does not hold."""
    if not 1 <= cells <= min(grid):
        raise SelectionError(
            "A hidden square has 1 to {most} patches a side, not {cells}.",
            most=min(grid),
            cells=cells,
        )


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
    """Return the loss of score when each patch is hidden, (R, C) float32.

    Positive where hiding lowers the score. Zeiler and Fergus 2014, arXiv 1311.2901,
    section 4.2.

    target : class index; None for the likeliest, or for a model without a head.
    fill : what shows in place of hidden patches.
    cells : side of the square of patches that is hidden at once.
    pixels : (1, 3, H, W), needed only if the trace was made of a prepared tensor.
    check : called before every pass; what it raises ends the computation.

    Raises SelectionError for an unknown class or a square that the grid does not hold,
    InputError if the trace was made of a prepared tensor that is not given.
    """
    rows, cols = trace.grid
    require_square(cells, trace.grid)
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
    """Return a map's deletion or insertion curve, and those of eight random orders.

    Petsiuk, Das and Saenko 2018, arXiv 1806.07421 (RISE), section 4.3. Makes
    `num_passes` forward passes with the trace's interventions. May be called from any
    thread.

    Parameters
    ----------
    model
        The model that made the trace.
    trace
        A complete trace.
    heat
        (R, C), a map of the patches; those with the largest values go first.
    mode
        "deletion" hides patches of the whole picture, "insertion" shows patches of a
        picture that is hidden at first.
    target
        Index of a class in [0, C); None for the likeliest. For a model without a head
        leave it out: the score is the cosine to the feature of the whole picture.
    fill
        What hidden patches show: "blur", "mean" or "noise".
    steps
        Parts that the patches are divided into; the curve has one point more.
    pixels
        (1, 3, H, W), the prepared input; needed only if the trace was made of a
        prepared tensor.
    check
        Called before every pass; what it raises ends the computation.

    Returns
    -------
    Curves
        Shares and scores, float32; `area` is the measure of a map.

    Raises
    ------
    SelectionError
        If the map has another shape than the grid, or there is no such class.
    InputError
        If the trace was made of a prepared tensor that is not given again.
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
    """Return the number of forward passes of `curves`, several pictures to each."""
    batch = max(1, BATCH_TOKENS // trace.num_tokens)
    return (1 + NUM_RANDOM) * -(-(steps + 1) // batch)


def _masks(
    order: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
    mode: CurveMode,
    grid: tuple[int, int],
) -> npt.NDArray[np.bool_]:
    """Return which patches are hidden at every step, (S, R, C) bool.

    order : (R·C,), patches, the first to be hidden or shown first.
    counts : (S,), how many are at every step.
    """
    # the inverse of the order: where each patch stands in it
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    first = place[None] < counts[:, None]
    hidden = first if mode is CurveMode.DELETION else ~first
    return hidden.reshape(len(counts), *grid)  # (S, R, C)


class _Scorer:
    """Scores of the picture with patches hidden, several pictures to a pass.

    Raises SelectionError for an unknown class, InputError without a picture.
    """

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
        """Return the scores of masks of hidden patches: (S, R, C) → (S,) float32."""
        step = max(1, BATCH_TOKENS // self.trace.num_tokens)
        width, height = self.model.adapter.patch_size
        parts = []
        for start in range(0, len(hidden), step):
            self.check()
            cells = torch.from_numpy(hidden[start : start + step]).to(self.whole.device)
            # (b, R, C) → (b, H, W)
            mask = cells.repeat_interleave(height, 1).repeat_interleave(width, 2)
            batch = torch.where(mask[:, None], self.other, self.whole)
            parts.append(self._score(self._run(batch)))
        array: Array = torch.cat(parts).cpu().numpy()
        return array

    def _run(self, batch: Tensor) -> Tensor:
        """Return logits or features, (b, C) float32, of (b, 3, H, W)."""
        adapter = self.model.adapter
        setup = self.trace.setup
        with (
            torch.inference_mode(),
            adapter.ready(setup.placement.model_size),
            reapply_interventions(self.model, setup),
        ):
            return adapter.forward(batch).float().reshape(len(batch), -1)  # (b, C)

    def _score(self, outputs: Tensor) -> Tensor:
        """Return the scores of outputs: (b, C) → (b,)."""
        problem = self.model.info.problem
        return score_of(outputs, self.feature, self.target, problem)


def head_effects(
    model: Model,
    trace: Trace,
    *,
    target: int | None = None,
    off: Off = Off.ZERO,
    layers: Sequence[int] | None = None,
    pixels: Tensor | None = None,
    on_layer: Callable[[int, Array], None] | None = None,
    on_head: Callable[[int, int, float], None] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Array:
    """Return the effect of switching off each head alone, (L, H) float32.

    The loss of score, negative where the score grows; of a model without a head the
    mean absolute change of its likeness to the reference pictures, in [0, 2]. Michel,
    Levy and Neubig 2019, arXiv 1905.10650, section 2.3. Makes 1 + L·H forward passes
    with the trace's interventions, and for a model without a head one for each
    reference picture, once.

    target : class index; None for the likeliest, or for a model without a head.
    off : what stands in for the output of a head.
    layers : which layers to measure; None for all. Rows of others are 0.
    pixels : (1, 3, H, W), needed only if the trace was made of a prepared tensor.
    on_layer : called with (layer, (H,) float32) when a layer is done.
    on_head : called with (layer, head, effect) when a head is done.
    check : called before every pass; what it raises ends the computation.

    Raises SelectionError for an unknown class, InputError if the trace was made of a
    prepared tensor that is not given.
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
        effect = _effect(model, whole, chosen, check)
        for layer in range(trace.num_layers) if layers is None else layers:
            with _reusing(adapter.blocks[:layer], kept):
                for head in range(trace.num_heads):
                    check()
                    change = _without(layer, head, off)
                    with tap(adapter.blocks, on_output=change, changes=changes):
                        output = adapter.forward(entered)[0].reshape(-1).float()
                    effects[layer, head] = effect(output)
                    if on_head is not None:
                        on_head(layer, head, float(effects[layer, head]))
            if on_layer is not None:
                on_layer(layer, effects[layer].copy())
    return effects


def _without(layer: int, head: int, off: Off) -> Callable[[int, Tensor], Tensor | None]:
    """Return the tap's `on_output` that switches one head off."""

    def change(at: int, output: Tensor) -> Tensor | None:
        if at != layer:
            return None
        return output_without(output, (head,), off)

    return change


def _kept_run(model: Model, pixels: Tensor) -> tuple[Tensor, list[Any]]:
    """Return (output (C,) float32, what each block returned) of one forward pass."""
    kept: list[Any] = []
    hooks = [
        block.register_forward_hook(lambda _m, _args, out: kept.append(out))
        for block in model.adapter.blocks
    ]
    try:
        output = model.adapter.forward(pixels)[0].reshape(-1).float()  # (C,)
    finally:
        for hook in hooks:
            hook.remove()
    return output, kept


@contextlib.contextmanager
def _reusing(blocks: Sequence[nn.Module], kept: list[Any]) -> Iterator[None]:
    """Keep blocks returning what they returned before, without computing it.

    kept : one result for each block, in order.
    """

    def again(value: object) -> Callable[..., object]:
        return lambda *_args, **_options: value

    # only a `forward` of the module's own, if it has one: the class's stays
    former = [vars(block).get("forward") for block in blocks]
    for block, value in zip(blocks, kept, strict=False):
        block.forward = again(value)
    try:
        yield
    finally:
        for block, own in zip(blocks, former, strict=True):
            if own is None:
                del block.forward  # uncovers the class's method again
            else:
                block.forward = own


def _effect(
    model: Model, whole: Tensor, target: int | None, check: Check
) -> Callable[[Tensor], float]:
    """Return what measures the effect on an output, (C,), of a changed pass.

    whole : (C,) logits or feature of the unchanged pass.
    target : the class whose loss of score it is; None for a model without a head.
    """
    problem = model.info.problem
    if target is not None:
        before = score_of(whole[None], whole, target, problem)
        return lambda output: float(
            before - score_of(output[None], whole, target, problem)
        )
    references = reference_features(model, check=check)
    unchanged = references.likeness(as_array(whole))

    def moved(output: Tensor) -> float:
        likeness = references.likeness(as_array(output))
        if unchanged is None or likeness is None:
            return float("nan")
        return unchanged.change_to(likeness)

    return moved
