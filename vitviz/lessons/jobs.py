"""What chapters ask the engine to do. torch is imported inside the jobs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vitviz.engine import Context, Job
from vitviz.errors import SelectionError
from vitviz.interventions import HeadsOff, Interventions, merged
from vitviz.lessons import arithmetic, axes
from vitviz.lessons.arithmetic import Array
from vitviz.lessons.cost import Timing, predicted

if TYPE_CHECKING:
    from vitviz.images import SourceImage
    from vitviz.interventions import Axis
    from vitviz.lessons.axes import Sums
    from vitviz.lessons.embedding import Embedding
    from vitviz.models.adapter import Model
    from vitviz.tracing import Trace

GRIDS = ((7, 7), (14, 14), (14, 28), (28, 28), (28, 56))
"""Rows × columns that are timed; the second and third are 196 and 392 patches."""
ROUNDS = 2
PATIENCE_S = 4.0
"""A grid whose single pass would take longer is left out."""


@dataclass(frozen=True, slots=True)
class Timed:
    """The grids that have been timed so far."""

    timings: tuple[Timing, ...]


def embedding(model: Model, trace: Trace) -> Job:
    """A job that returns the Embedding. Raises UnsupportedModelError, InputError."""

    def job(context: Context) -> Embedding:
        from vitviz.lessons.embedding import embedding

        return embedding(model, trace)

    return job


def timings(
    model: Model, image: SourceImage, grids: tuple[tuple[int, int], ...] = GRIDS
) -> Job:
    """A job that reports Timed after every grid and returns the last.

    Every grid has its turn twice, so that what disturbs the machine for a while does
    not fall on one of them alone; the fastest pass of both counts. A grid that the
    model does not take is left out. Raises SelectionError where it takes none.
    """

    def job(context: Context) -> Timed:
        from vitviz.lessons.stopwatch import timing

        found: dict[tuple[int, int], Timing] = {}
        refusal: SelectionError | None = None
        wanted = list(grids)
        for _ in range(ROUNDS):
            for grid in tuple(wanted):
                if found and grid not in found:
                    last = tuple(found.values())[-1]
                    if sum(predicted(last, grid[0] * grid[1])) > PATIENCE_S:
                        wanted.remove(grid)
                        continue
                try:
                    one = timing(model, image, grid, check=context.raise_if_cancelled)
                except SelectionError as error:
                    refusal = error
                    wanted.remove(grid)
                    continue
                former = found.get(grid, one)
                found[grid] = min(one, former, key=lambda timed: timed.whole_s)
                context.report(Timed(tuple(found.values())))
        if not found and refusal is not None:
            raise refusal
        return Timed(tuple(found.values()))

    return job


def sums(trace: Trace, layer: int, axis: Axis, *, head: int, query: int) -> Job:
    """A job that returns a layer's Sums. Raises SelectionError, ExactnessError."""

    def job(context: Context) -> Sums:
        heads = [
            arithmetic.factors(trace, layer, one) for one in range(trace.num_heads)
        ]
        return axes.sums(
            heads, axis, head=head, query=query, check=context.raise_if_cancelled
        )

    return job


def rerun(model: Model, trace: Trace, interventions: Interventions) -> Job:
    """A job that returns the Trace of the same picture with the model changed.

    What was changed already stays changed.

    Raises InputError without a picture, and what a run raises.
    """

    def job(context: Context) -> Trace:
        return _rerun(model, trace, interventions, context)

    return job


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """What is lost when each head of one layer alone is off.

    values : (H,), of the likeliest class's probability, or 1 less the cosine to the
        unchanged feature; the heads that have not been tried yet are missing.
    """

    layer: int
    values: tuple[float, ...]


def effects(model: Model, trace: Trace, layer: int) -> Job:
    """A job that reports Effects after every head and returns the last."""

    def job(context: Context) -> Effects:
        found = Effects(layer, ())
        for head in range(trace.num_heads):
            off = Interventions(heads_off=(HeadsOff(layer, (head,)),))
            changed = _rerun(model, trace, off, context)
            assert trace.output is not None
            assert changed.output is not None
            lost = loss(
                trace.output, changed.output, has_head=trace.setup.model.has_head
            )
            found = Effects(layer, (*found.values, lost))
            context.report(found)
        return found

    return job


def loss(before: Array, after: Array, *, has_head: bool) -> float:
    """Fall of the likeliest class's probability, or 1 less the cosine of features.

    before, after : (C,) logits or features.
    """
    if has_head:
        likeliest = int(np.argmax(before))
        was, now = (arithmetic.softmax(one)[likeliest] for one in (before, after))
        return float(was - now)
    return 1 - cosine(before, after)


def cosine(one: Array, other: Array) -> float:
    """How alike the directions of two features are, in [-1, 1]."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / max(lengths, 1e-30)


def _rerun(
    model: Model, trace: Trace, interventions: Interventions, context: Context
) -> Trace:
    from vitviz.explain.gradients import prepared_pixels
    from vitviz.tracing import run

    pixels = prepared_pixels(trace).to(model.device, model.dtype)
    changes = merged((trace.interventions, interventions))
    setup = replace(trace.setup, interventions=changes)
    return run(model, setup, pixels, is_cancelled=context.is_cancelled)
