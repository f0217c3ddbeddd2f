"""Before and after: attention and answer without and with the Lab's changes. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vitviz.lessons.arithmetic import cosine, entropy
from vitviz.views.colour import Array, Levels
from vitviz.views.compare import common_levels, difference
from vitviz.views.display import Heat, MapCell, fused_values, heat, maps_of
from vitviz.views.prediction import class_name, probabilities
from vitviz.views.state import Direction, ViewState

if TYPE_CHECKING:
    from vitviz.tracing import Trace

MOST_CLASSES = 4


@dataclass(frozen=True, slots=True)
class ClassChange:
    """A class's probability without and with the changes, in [0, 1]."""

    index: int
    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, eq=False)
class BeforeAfter:
    """What two runs make of the same query, layer and heads."""

    maps: tuple[MapCell, MapCell, MapCell]
    """Untouched, changed, and changed less untouched."""
    layer: int
    heads: str
    token: int
    entropy: tuple[float, float] | None
    """Of the row, by log N, in [0, 1]; None where rows do not sum to 1."""
    row_sum: tuple[float, float]
    """Of the row before and after: 1 unless the softmax goes over another axis."""
    classes: tuple[ClassChange, ...]
    cosine: float | None
    """Of the output to the untouched one; None where it is not finite."""
    has_head: bool


def before_after(
    before: Trace, after: Trace, state: ViewState, layer: int
) -> BeforeAfter:
    """Two complete traces of one picture and size, side by side.

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
        maps=_maps(heats[0], before, heats[1], after),
        layer=layer,
        heads=heads.label(),
        token=heats[0].token,
        entropy=(entropies[0], entropies[1]) if is_shares else None,
        row_sum=(float(rows[0].sum()), float(rows[1].sum())),
        classes=_classes(before, after),
        cosine=_alike(before.output, after.output),
        has_head=after.setup.model.has_head,
    )


def _maps(
    first: Heat, before: Trace, second: Heat, after: Trace
) -> tuple[MapCell, MapCell, MapCell]:
    high = max(one.peak_value for one in (first, second))
    first, second = (
        replace(one, levels=Levels(0.0, max(high, 1e-12))) for one in (first, second)
    )
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
    """The likeliest classes of either, those that are likely in one of them first."""
    if before.logits is None or after.logits is None:
        return ()
    first, second = probabilities(before.logits), probabilities(after.logits)
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
