"""What chapters ask the engine to do. torch is imported inside the jobs."""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vitviz.domain.interventions import Interventions, merge_interventions
from vitviz.errors import ExactnessError, SelectionError, UnsupportedModelError
from vitviz.jobs.queue import Context
from vitviz.lessons import one_head, softmax_axes
from vitviz.lessons.cost import Timing, middle, predicted
from vitviz.lessons.one_head import OutputProjection

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.interventions import Axis
    from vitviz.domain.likeness import ReferenceFeatures
    from vitviz.lessons.block_parts import Additions
    from vitviz.lessons.one_head import Factors, QueryWeights
    from vitviz.lessons.patch_embedding import Embedding
    from vitviz.lessons.query_projection import QueryProjection
    from vitviz.lessons.shuffling import Shuffling
    from vitviz.lessons.softmax_axes import Sums
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage
    from vitviz.views.colour import Array

# Rows × columns of patches.
Grid = tuple[int, int]
# 196 and 392 patches.
DOUBLED: tuple[Grid, Grid] = ((14, 14), (14, 28))
# 784 and 1,568 patches.
DOUBLED_LARGE: tuple[Grid, Grid] = ((28, 28), (28, 56))
# What is timed together, and in how many rounds.
PLAN: tuple[tuple[tuple[Grid, ...], int], ...] = (
    (DOUBLED, 7),
    (DOUBLED_LARGE, 3),
    (((7, 7),), 2),
)
MIN_ROUNDS = 2
# Rounds beyond the fewest end after so long.
PLAN_S = 6.0
# A grid whose single pass would take longer is left out.
PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Timed:
    """The rounds so far; each holds a Timing for every grid that was timed in it."""

    rounds: tuple[tuple[Timing, ...], ...]
    # Of one thread alone, and not by the clock; see `pass_timing.counts_own_time`.
    own_time: bool

    def grids(self) -> tuple[Timing, ...]:
        """Return the median round of each grid, the fewest tokens first."""
        of: dict[Grid, list[Timing]] = {}
        for rounds in self.rounds:
            for one in rounds:
                of.setdefault(one.grid, []).append(one)
        return tuple(sorted(map(middle, of.values()), key=lambda t: t.num_tokens))

    def pairs(self, grids: tuple[Grid, Grid]) -> tuple[tuple[Timing, Timing], ...]:
        """Return the rounds in which just these two grids were timed, in turn."""
        return tuple(
            (one[0], one[1])
            for one in self.rounds
            if tuple(timing.grid for timing in one) == grids
        )


@dataclass(frozen=True, slots=True)
class Sharpest:
    """The head of a run that makes the sharpest spike of undivided scores."""

    layer: int
    head: int
    # Its largest weight, in [0, 1].
    undivided: float


def embedding(context: Context, model: Model, trace: Trace) -> Embedding:
    """Return the Embedding. Raises UnsupportedModelError, InputError."""
    from vitviz.lessons import patch_embedding

    return patch_embedding.embedding(model, trace)


def timings(
    context: Context,
    model: Model,
    image: SourceImage,
    plan: tuple[tuple[tuple[Grid, ...], int], ...] = PLAN,
) -> Timed:
    """Report Timed after every round and return the last.

    The grids of a round are timed one after the other, so that what disturbs the
    machine for a while falls on all of them. A grid that the model does not take is
    left out. Raises SelectionError where it takes none.
    """
    from vitviz.lessons import pass_timing

    found = Timed((), pass_timing.counts_own_time(model.device))
    refusal: SelectionError | None = None
    left_out: set[Grid] = set()
    last: Timing | None = None
    for grids, most in plan:
        begin = time.perf_counter()
        for number in range(most):
            if number >= MIN_ROUNDS and time.perf_counter() - begin > PLAN_S:
                break
            made = []
            for grid in grids:
                if last is not None and _takes_long(last, grid):
                    left_out.add(grid)
                if grid in left_out:
                    continue
                try:
                    last = pass_timing.timing(
                        model, image, grid, check=context.raise_if_cancelled
                    )
                except SelectionError as error:
                    refusal = error
                    left_out.add(grid)
                    continue
                made.append(last)
            if not made:
                break
            found = replace(found, rounds=(*found.rounds, tuple(made)))
            context.report(found)
    if not found.rounds and refusal is not None:
        raise refusal
    return found


def one_pass(context: Context, model: Model, image: SourceImage, grid: Grid) -> Timing:
    """Return the Timing of one grid. Raises SelectionError."""
    from vitviz.lessons import pass_timing

    return pass_timing.timing(model, image, grid, check=context.raise_if_cancelled)


def _takes_long(last: Timing, grid: Grid) -> bool:
    return sum(predicted(last, grid[0] * grid[1])) > PATIENCE_S


def sums(
    context: Context, trace: Trace, layer: int, axis: Axis, *, head: int, query: int
) -> Sums:
    """Return a layer's Sums. Raises SelectionError, ExactnessError."""
    heads = [one_head.factors(trace, layer, one) for one in range(trace.num_heads)]
    return softmax_axes.sums(
        heads, axis, head=head, query=query, check=context.raise_if_cancelled
    )


def query_projection(
    context: Context, model: Model, trace: Trace, *, layer: int, head: int, query: int
) -> QueryProjection:
    """Return how a query is made. Raises InputError, UnsupportedModelError."""
    from vitviz.lessons import query_projection as made

    return made.query_projection(model, trace, layer=layer, head=head, query=query)


def output_projection(
    context: Context, model: Model, trace: Trace, layer: int
) -> OutputProjection:
    """Return a layer's W_O. Raises InputError, UnsupportedModelError."""
    import numpy as np

    from vitviz.attention.trace import as_array
    from vitviz.explain.gradients import prepared_pixels
    from vitviz.explain.model_parts import output_projections

    part = output_projections(model, trace, prepared_pixels(trace))[layer]
    weight = as_array(part.get_parameter("weight"))
    bias = getattr(part, "bias", None)
    no_bias = np.zeros(len(weight), np.float32)
    return OutputProjection(weight, no_bias if bias is None else as_array(bias))


def head_outputs(context: Context, of: Factors) -> Array:
    """Return a head's output of every query, (N, d_v) float32."""
    from vitviz.lessons import term_maps

    return term_maps.outputs(of, context.raise_if_cancelled)


def query_weights(
    context: Context, of: Factors, query: int, divisor: float
) -> QueryWeights:
    """Return one query's weights with another divisor of the scores."""
    return one_head.row(of, query, divisor=divisor, check=context.raise_if_cancelled)


def sharpest(context: Context, trace: Trace, query: int) -> Sharpest | None:
    """Return the head whose undivided scores make the sharpest spike for a query.

    None where no layer can be shown.
    """
    found: Sharpest | None = None
    least = math.inf
    for layer in range(trace.num_layers):
        for head in range(trace.num_heads):
            context.raise_if_cancelled()
            try:
                of = one_head.factors(trace, layer, head)
            except (ExactnessError, SelectionError):  # in windows, or not verified
                break
            row = one_head.row(of, query, divisor=1.0)
            # by entropy: the largest weights of several may be 1 to all digits
            if row.entropy < least:
                found, least = Sharpest(layer, head, row.largest), row.entropy
    return found


def rerun(
    context: Context, model: Model, trace: Trace, interventions: Interventions
) -> Trace:
    """Return the Trace of the same picture with the model changed.

    What was changed already stays changed.

    Raises InputError without a picture, and what a run raises.
    """
    from vitviz.attention.run import run
    from vitviz.explain.gradients import prepared_pixels

    pixels = prepared_pixels(trace).to(model.device, model.dtype)
    changes = merge_interventions((trace.interventions, interventions))
    setup = replace(trace.setup, interventions=changes)
    return run(model, setup, pixels, is_cancelled=context.is_cancelled)


@dataclass(frozen=True, slots=True, eq=False)
class ShuffledRuns:
    """A `Shuffling`, and what makes a feature understood.

    references : None for a model with labels, or where it cannot be asked.
    """

    found: Shuffling
    references: ReferenceFeatures | None


def shuffled_runs(context: Context, model: Model, trace: Trace) -> ShuffledRuns:
    """Return ShuffledRuns. Raises what `shuffling.shuffling` does."""
    from vitviz.lessons import shuffling

    found = shuffling.shuffling(model, trace, check=context.raise_if_cancelled)
    return ShuffledRuns(found, _references(context, model, trace))


def _references(
    context: Context, model: Model, trace: Trace
) -> ReferenceFeatures | None:
    """Return what makes a feature understood; None for a model with labels."""
    from vitviz.explain.most_like import reference_features

    if model.info.has_head:
        return None
    with contextlib.suppress(UnsupportedModelError):
        return reference_features(model, trace, check=context.raise_if_cancelled)
    return None


@dataclass(frozen=True, slots=True, eq=False)
class ChangedRun:
    """A run of the changed model, and what makes a feature understood.

    references : of the unchanged model; None for one with labels, or where it cannot
        be asked.
    """

    after: Trace
    references: ReferenceFeatures | None


def changed_run(
    context: Context, model: Model, trace: Trace, interventions: Interventions
) -> ChangedRun:
    """Return a ChangedRun. Raises what `rerun` does."""
    after = rerun(context, model, trace, interventions)
    return ChangedRun(after, _references(context, model, trace))


@dataclass(frozen=True, slots=True, eq=False)
class BlockRun:
    """A run without some part of its blocks, and what makes a feature understood.

    colours : (N, 3) float32 in [0, 1], of the tokens that leave one block, in the
        palette of the untouched run; special tokens have one, too.
    output : (C,) float32, logits or feature.
    """

    colours: Array
    output: Array
    references: ReferenceFeatures | None


def block_run(
    context: Context,
    model: Model,
    trace: Trace,
    part: str | None,
    layers: tuple[int, ...],
    at: int,
) -> BlockRun:
    """Return the run without a part in these blocks; its states are those after `at`.

    part : a value of `Part`; None leaves nothing out.

    Raises what `block_parts.without_part` does.
    """
    import torch

    from vitviz.explain.token_states import palette
    from vitviz.lessons.block_parts import Part, without_part

    first = trace.num_prefix_tokens
    untouched = without_part(model, trace, None, (), at=at)
    changed = untouched
    if part is not None:
        context.raise_if_cancelled()
        changed = without_part(model, trace, Part(part), layers, at=at)
    own = palette(torch.from_numpy(untouched.states[first:]))
    colours = own.colours(torch.from_numpy(changed.states).nan_to_num())
    return BlockRun(colours, changed.output, _references(context, model, trace))


def additions(context: Context, model: Model, trace: Trace, layer: int) -> Additions:
    """Return what a block adds. Raises UnsupportedModelError, InputError."""
    from vitviz.lessons import block_parts

    return block_parts.additions(model, trace, layer)


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """The effect of switching off each head of one layer alone.

    values : (H,), what is lost of the likeliest class's probability, or how far the
        likenesses to the reference pictures move; see `perturbation.head_effects`. The
        heads that have not been tried yet are missing.
    """

    layer: int
    values: tuple[float, ...]


def effects(context: Context, model: Model, trace: Trace, layer: int) -> Effects:
    """Report Effects after every head and return the last."""
    from vitviz.explain.perturbation import head_effects

    found = Effects(layer, ())

    def add(_layer: int, _head: int, loss: float) -> None:
        nonlocal found
        found = Effects(layer, (*found.values, loss))
        context.report(found)

    head_effects(
        model,
        trace,
        layers=(layer,),
        on_head=add,
        check=context.raise_if_cancelled,
    )
    return found


@dataclass(frozen=True, slots=True, eq=False)
class LayerAnswers:
    """The answer after each layer, and what makes a feature understood.

    outputs : (L + 1, C) logits or features, the first before any layer.
    references : likewise of the reference pictures; () for a model with labels.
    """

    outputs: Array
    references: tuple[ReferenceFeatures, ...]


def layer_answers(context: Context, model: Model, trace: Trace) -> LayerAnswers:
    """Return LayerAnswers.

    Raises UnsupportedModelError where it is not known how the answer is read.
    """
    from vitviz.explain import layer_answers as made

    outputs = made.layer_answers(model, trace, is_cancelled=context.is_cancelled)
    if model.info.has_head:
        return LayerAnswers(outputs, ())
    check = context.raise_if_cancelled
    return LayerAnswers(outputs, made.layer_references(model, trace, check=check))
