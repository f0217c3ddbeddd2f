"""Comparison of two views, and of a run without and with the Lab's changes.

    two maps of any picture, model and size ── common_levels, difference ──► Compare
    two runs of one picture and size        ── before_after ──► the Lab

Neither Qt nor torch is loaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vitviz.domain.geometry import POOL
from vitviz.domain.problem_type import ProblemType
from vitviz.errors import ExactnessError, SelectionError
from vitviz.lessons.one_head import cosine, entropy
from vitviz.views.classes import class_name, class_scores
from vitviz.views.colour import Array, Levels, levels_for
from vitviz.views.display import Heat, MapCell, fused_values, heat, maps_of
from vitviz.views.view_state import Direction, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.domain.likeness import Likeness, ReferenceFeatures


Places = npt.NDArray[np.float64]

# Points along each side of a patch at which another grid is sampled.
SAMPLES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """One map less another, on the grid of the first."""

    # (R, C); NaN where the other view has no patch.
    patches: Array
    # Symmetric about zero.
    levels: Levels
    # Whether values are multiples of each map's own uniform value, not attention.
    is_relative: bool


def linked_token(token: int, here: Setup, there: Setup) -> int:
    """Return the token of `there` that corresponds to a token of `here`.

    POOL corresponds to POOL, a special token to the one of the same name (else to the
    first token), a patch to the one at the same place of the picture, or of the model's
    input where the pictures differ.
    """
    if token == POOL:
        return POOL
    cell = here.grid.cell(token)
    if cell is None:
        name = here.prefix_names[token] if token < len(here.prefix_names) else ""
        names = there.prefix_names
        return names.index(name) if name in names else 0
    found = _cells_at(here, there, np.array([cell[0] + 0.5]), np.array([cell[1] + 0.5]))
    row, col = int(found[0][0]), int(found[1][0])
    row = min(max(row, 0), there.grid.rows - 1)
    col = min(max(col, 0), there.grid.cols - 1)
    return there.grid.token(row, col)


def lies_alike(here: Setup, there: Setup) -> bool:
    """Return whether two runs saw the same part of pictures of the same size."""
    one, other = here.placement, there.placement
    if one.source_size != other.source_size:
        return False
    first, second = one.input_rect(), other.input_rect()
    sides = (
        (first.x, second.x),
        (first.y, second.y),
        (first.width, second.width),
        (first.height, second.height),
    )
    # sizes are rounded to pixels of the model, of which there are hundreds
    slack = max(0.5, 0.005 * max(first.width, first.height))
    return all(abs(a - b) <= slack for a, b in sides)


def common_levels(first: Heat, second: Heat) -> tuple[Levels, Levels]:
    """Return levels for two maps, first and second, that make one scale of them.

    The same levels for both; where different numbers of tokens make different uniform
    values, the same multiples of them, since fewer tokens get more attention each.
    Logarithmic only where both maps are.
    """
    units = first.uniform or 1.0, second.uniform or 1.0
    if first.uniform is None or second.uniform is None:
        units = 1.0, 1.0
    one, other = first.levels, second.levels
    log = one.log and other.log
    high = max(one.high / units[0], other.high / units[1])
    low = min(one.low / units[0], other.low / units[1])
    if one.log != other.log:
        low = 0.0
    made = [Levels(low * unit, high * unit, log) for unit in units]
    return made[0], made[1]


def difference(first: Heat, here: Setup, second: Heat, there: Setup) -> Difference:
    """Return the first map less the second, on the grid of the first.

    In attention where grid and placement agree. Otherwise each map is divided by its
    uniform value (or, where a method has none, by its mean), and the second is sampled
    at 4 × 4 points of every patch of the first.
    """
    if here.grid == there.grid and here.placement == there.placement:
        patches = first.patches - second.patches
        return _made(patches, is_relative=False)
    a = first.patches / _unit(first)
    b = second.patches / _unit(second)
    steps = (np.arange(SAMPLES) + 0.5) / SAMPLES
    rows = (np.arange(here.grid.rows)[:, None] + steps).ravel()
    cols = (np.arange(here.grid.cols)[:, None] + steps).ravel()
    all_rows, all_cols = np.meshgrid(rows, cols, indexing="ij")
    at_row, at_col = _cells_at(here, there, all_rows.ravel(), all_cols.ravel())
    is_seen = (at_row >= 0) & (at_row < there.grid.rows)
    is_seen &= (at_col >= 0) & (at_col < there.grid.cols)
    values = np.full(at_row.shape, np.nan)
    values[is_seen] = b[at_row[is_seen], at_col[is_seen]]
    blocks = values.reshape(here.grid.rows, SAMPLES, here.grid.cols, SAMPLES)
    seen = np.isfinite(blocks).sum(axis=(1, 3))
    sums = np.nansum(blocks, axis=(1, 3))
    means = np.where(seen > 0, sums / np.maximum(seen, 1), np.nan)
    return _made(np.asarray(a - means, np.float32), is_relative=True)


def _made(patches: Array, *, is_relative: bool) -> Difference:
    finite = np.abs(patches[np.isfinite(patches)])
    most = float(finite.max()) if finite.size else 0.0
    most = most if most > 0 else 1e-12
    return Difference(patches, Levels(-most, most), is_relative)


def _unit(heat: Heat) -> float:
    mean = float(heat.patches.mean())
    return heat.uniform or mean or 1.0


def _cells_at(
    here: Setup, there: Setup, rows: Places, cols: Places
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the cells of `there`'s grid at places on `here`'s, as (rows, columns).

    rows, cols : (n,), in patches of `here`'s grid; 0.5 is the middle of the first.

    The indices, (n,) int64, may lie outside `there`'s grid.
    """
    width, height = here.placement.model_size
    other_width, other_height = there.placement.model_size
    x, y = cols * width / here.grid.cols, rows * height / here.grid.rows
    is_same = (
        here.image is not None
        and there.image is not None
        and here.image.sha256 == there.image.sha256
    )
    # over the picture's own pixels, so that sizes and fits may differ
    if is_same:
        points = [
            there.placement.to_model(*here.placement.to_source(float(a), float(b)))
            for a, b in zip(x, y, strict=True)
        ]
        x, y = np.array(points).T
    else:
        x, y = x * other_width / width, y * other_height / height
    return (
        np.floor(y * there.grid.rows / other_height).astype(np.int64),
        np.floor(x * there.grid.cols / other_width).astype(np.int64),
    )


MOST_CLASSES = 4


@dataclass(frozen=True, slots=True)
class ClassChange:
    """Score of a class without and with the changes: see `class_scores`."""

    index: int
    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, eq=False)
class BeforeAfter:
    """One query, layer and choice of heads in a run without and one with changes."""

    # Without changes, with them, and the second less the first.
    maps: tuple[MapCell, MapCell, MapCell]
    layer: int
    heads: str
    token: int
    # Of the row before and after, divided by log N, in [0, 1]; None where rows do not
    # sum to 1.
    entropy: tuple[float, float] | None
    # Before and after: 1 unless the softmax runs along another axis.
    row_sum: tuple[float, float]
    classes: tuple[ClassChange, ...]
    # Between the outputs without and with changes; None where it is not finite.
    cosine: float | None
    # To the reference pictures, before and after; None for a model with labels, or
    # where their features are not at hand.
    likeness: tuple[Likeness, Likeness] | None
    has_head: bool
    problem: ProblemType
    # Whether the model answers with other numbers.
    answer_differs: bool

    @property
    def differs(self) -> bool:
        """Whether the maps are not the same."""
        return bool(self.maps[2].patches.any())


def before_after(
    before: Trace,
    after: Trace,
    state: ViewState,
    layer: int,
    references: ReferenceFeatures | None = None,
) -> BeforeAfter:
    """Return how attention and prediction differ between two runs.

    before, after : complete traces of one picture and size, without and with changes.
    state : its query and heads count; always raw attention of the query, a row.
    references : what the unchanged model answers to the reference pictures.

    Raises ExactnessError for a layer that failed its check.
    """
    wanted = replace(state, direction=Direction.LOOKS_AT, method="raw")
    heats = [heat(t, wanted, maps_of(t, wanted, layer)) for t in (before, after)]
    heads = heats[1].heads
    rows = [fused_values(t.row(layer, heats[0].token), heads) for t in (before, after)]
    most = math.log(max(len(rows[0]), 2))
    entropies = [entropy(row) / most for row in rows]
    is_shares = after.has_rows_of_one and before.has_rows_of_one
    return BeforeAfter(
        maps=_maps(heats[0], before, heats[1], after, state),
        layer=layer,
        heads=heads.label(),
        token=heats[0].token,
        entropy=(entropies[0], entropies[1]) if is_shares else None,
        row_sum=(float(rows[0].sum()), float(rows[1].sum())),
        classes=_classes(before, after),
        cosine=_alike(before.output, after.output),
        likeness=_likenesses(before, after, references),
        has_head=after.setup.model.has_head,
        problem=after.setup.model.problem,
        answer_differs=_differ(before.output, after.output),
    )


def next_difference(
    before: Trace, after: Trace, state: ViewState, layer: int
) -> int | None:
    """Return the next layer whose map a change moves, for the heads and query shown.

    before, after, state : as for `before_after`.

    Those behind `layer` come first, then those before it; None where none does, as
    when only the last layer's output was changed. Layers that cannot be shown do not
    count.
    """
    wanted = replace(state, direction=Direction.LOOKS_AT, method="raw")
    count = after.num_layers
    for step in range(1, count):
        other = (layer + step) % count
        try:
            first, second = (
                heat(t, wanted, maps_of(t, wanted, other)).patches
                for t in (before, after)
            )
        except (ExactnessError, SelectionError):  # not verified, or in windows
            continue
        if not np.array_equal(first, second):
            return other
    return None


def _maps(
    first: Heat, before: Trace, second: Heat, after: Trace, state: ViewState
) -> tuple[MapCell, MapCell, MapCell]:
    own = (
        levels_for(one.patches, clip_percent=state.clip_percent)
        for one in (first, second)
    )
    high = max(one.high for one in own)
    first, second = (replace(one, levels=Levels(0.0, high)) for one in (first, second))
    levels = common_levels(first, second)
    found = difference(second, after.setup, first, before.setup)
    shown = (
        (first.patches, levels[0], _ratio(first)),
        (second.patches, levels[0], _ratio(second)),
        (found.patches, found.levels, 0.0),
    )
    made = [MapCell("", patches, scale, ratio) for patches, scale, ratio in shown]
    return made[0], made[1], made[2]


def _ratio(one: Heat) -> float:
    return one.peak_value / (one.uniform or 1.0)


def _classes(before: Trace, after: Trace) -> tuple[ClassChange, ...]:
    """Return the likeliest classes by the larger of their two scores."""
    if before.logits is None or after.logits is None:
        return ()
    problem = after.setup.model.problem
    first = class_scores(before.logits, problem)
    second = class_scores(after.logits, problem)
    if first is None or second is None:
        return ()
    order = np.argsort(-np.maximum(first, second), kind="stable")[:MOST_CLASSES]
    labels = after.setup.model.labels
    return tuple(
        ClassChange(i, class_name(i, labels), float(first[i]), float(second[i]))
        for i in map(int, order)
    )


def _alike(first: Array | None, second: Array | None) -> float | None:
    if first is None or second is None or first.shape != second.shape:
        return None
    return cosine(first, second)


def _likenesses(
    before: Trace, after: Trace, references: ReferenceFeatures | None
) -> tuple[Likeness, Likeness] | None:
    if references is None or before.output is None or after.output is None:
        return None
    first = references.likeness(before.output)
    second = references.likeness(after.output)
    return None if first is None or second is None else (first, second)


def _differ(first: Array | None, second: Array | None) -> bool:
    if first is None or second is None:
        return False
    return not np.array_equal(first, second)
