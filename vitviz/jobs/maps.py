"""What the engine is asked to compute from a trace.

torch is imported inside the jobs, as in `jobs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vitviz.domain.geometry import Bins
from vitviz.domain.heads import FUSED_CHOICES, HeadChoice
from vitviz.domain.methods import MAPS
from vitviz.jobs.queue import Context
from vitviz.views.colour import Array
from vitviz.views.display import (
    Heat,
    MapCell,
    chosen_options,
    fused_values,
    heat,
    maps_of,
    method_heat,
    rail_cell,
    shown_query,
    shown_target,
    strip,
)
from vitviz.views.query_numbers import QueryNumbers, query_numbers
from vitviz.views.tokens import TokenCells
from vitviz.views.view_state import Reading, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.explain.gradients import Gradients
    from vitviz.explain.head_statistics import HeadStatistics
    from vitviz.explain.perturbation import Curves
    from vitviz.explain.token_states import States
    from vitviz.models.model import Model


@dataclass(frozen=True, slots=True, eq=False)
class RailPart:
    """The rail's map of one layer, and the query's numbers there."""

    layer: int
    cell: MapCell
    numbers: QueryNumbers


@dataclass(frozen=True, slots=True, eq=False)
class MatrixPart:
    """Some rows of the pooled matrix; the preview has all, and is not exact."""

    bins: Bins
    first: int
    values: Array
    is_preview: bool


def rail_part(trace: Trace, state: ViewState, layer: int) -> RailPart:
    """Return the rail's part for one layer."""
    found = maps_of(trace, state, layer)
    numbers = query_numbers(trace, state, found)
    return RailPart(layer, rail_cell(trace, state, found), numbers)


def rail(
    context: Context, trace: Trace, state: ViewState, layers: tuple[int, ...]
) -> None:
    """Report a RailPart for each of `layers`."""
    for layer in layers:
        context.raise_if_cancelled()
        context.report(rail_part(trace, state, layer))


@dataclass(frozen=True, slots=True, eq=False)
class WallPart:
    """The maps of all heads of one layer for one query."""

    layer: int
    cells: tuple[MapCell, ...]


def wall(
    context: Context, trace: Trace, state: ViewState, layers: tuple[int, ...]
) -> None:
    """Report a WallPart for each of `layers`."""
    for layer in layers:
        context.raise_if_cancelled()
        cells = strip(trace, state, maps_of(trace, state, layer))
        context.report(WallPart(layer, cells[len(FUSED_CHOICES) :]))


@dataclass(frozen=True, slots=True, eq=False)
class StatisticsPart:
    """The statistics of all heads of one layer."""

    layer: int
    values: HeadStatistics


def statistics(context: Context, trace: Trace, layers: tuple[int, ...]) -> None:
    """Report a StatisticsPart for each of `layers`."""
    from vitviz.explain.head_statistics import head_statistics

    for layer in layers:
        values = head_statistics(
            trace.capture(layer),
            trace.setup.grid,
            trace.setup.model.patch_size,
            check=context.raise_if_cancelled,
        )
        context.report(StatisticsPart(layer, values))


class StatesCache:
    """The states of the last trace they were asked of; in the main thread."""

    def __init__(self) -> None:
        self._of: tuple[Setup, States] | None = None

    def states(self, trace: Trace) -> States | None:
        """Return the states of a trace; None where they have not been computed."""
        if self._of is None or self._of[0] is not trace.setup:
            return None
        return self._of[1]

    def keep(self, trace: Trace, states: States | None) -> None:
        """Store the states of a trace in place of the last; None changes nothing."""
        if states is not None:
            self._of = trace.setup, states

    def clear(self) -> None:
        """Forget the states."""
        self._of = None


@dataclass(frozen=True, slots=True, eq=False)
class TokensRead:
    """What was read of the tokens, and the states it was read from."""

    cells: TokenCells
    states: States | None


def read_tokens(
    context: Context,
    trace: Trace,
    state: ViewState,
    model: Model,
    states: States | None,
) -> TokensRead:
    """Return TokensRead; `states` of an earlier one spare a pass.

    Raises UnsupportedModelError where the model has nothing to read.
    """
    from vitviz.explain import token_states
    from vitviz.jobs.token_maps import token_cells

    found = states
    if found is None and token_maps_need_states(state):
        found = token_states.states(model, trace, is_cancelled=context.is_cancelled)
    cells = token_cells(trace, state, model, found, context.raise_if_cancelled)
    return TokensRead(cells, found)


def token_maps_need_states(state: ViewState) -> bool:
    """Whether a pass through the model is needed for what is to be read."""
    return state.tokens_view.shows not in (Reading.POSITIONS, Reading.FILTERS)


@dataclass(frozen=True, slots=True, eq=False)
class MapTestResult:
    """How a map does against random orders, both ways."""

    deletion: Curves
    insertion: Curves


def run_map_test(
    context: Context, trace: Trace, state: ViewState, model: Model, heat: Heat
) -> MapTestResult:
    """Report the share that is done and return a MapTestResult."""
    check = context.raise_if_cancelled
    return tested(trace, state, model, heat, check, context.report)


def tested(
    trace: Trace,
    state: ViewState,
    model: Model,
    heat: Heat,
    check: Callable[[], None],
    on_progress: Callable[[float], None],
) -> MapTestResult:
    """Return how a map does against random orders.

    check : called before every pass; what it raises ends the test.
    on_progress : called with the share that is done, in [0, 1].
    """
    from vitviz.explain.perturbation import CurveMode, curves, num_passes

    total = 2 * num_passes(trace)
    done = 0

    def step() -> None:
        nonlocal done
        check()
        on_progress(min(done / total, 1.0))
        done += 1

    target = shown_target(trace, state)
    deletion, insertion = (
        curves(
            model,
            trace,
            heat.patches,
            mode=mode,
            target=target,
            fill=state.method_options.fill,
            check=step,
        )
        for mode in (CurveMode.DELETION, CurveMode.INSERTION)
    )
    return MapTestResult(deletion, insertion)


@dataclass(frozen=True, slots=True, eq=False)
class EffectPart:
    """The effect of switching off each head of one layer."""

    layer: int
    # (H,).
    values: Array


def effects(context: Context, trace: Trace, state: ViewState, model: Model) -> None:
    """Report the number of heads done (int) and EffectParts."""
    from vitviz.explain.perturbation import head_effects

    done = 0

    def count(_layer: int, _head: int, _effect: float) -> None:
        nonlocal done
        done += 1
        context.report(done)

    head_effects(
        model,
        trace,
        target=shown_target(trace, state),
        on_layer=lambda layer, values: context.report(EffectPart(layer, values)),
        on_head=count,
        check=context.raise_if_cancelled,
    )


def columns(context: Context, trace: Trace, layer: int) -> int:
    """Make columns of one layer as cheap as rows; return the layer."""
    trace.column(layer, 0)
    return layer


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """A method's values for one query."""

    # What they depend on, as the one who asked named it.
    key: tuple[object, ...]
    # (N,).
    values: Array
    # Of the backward pass, to be given again for another query.
    gradients: Gradients | None
    # Of a pass of its own, to be given again for another layer.
    states: States | None = None


def explain(
    context: Context,
    trace: Trace,
    state: ViewState,
    layer: int,
    key: tuple[object, ...],
    *,
    model: Model | None,
    gradients: Gradients | None,
    states: States | None = None,
) -> Explained:
    """Return Explained. Raises InputError without a model if needed."""
    from vitviz.explain.gradients import backward

    found = gradients
    if MAPS[state.method].needs_states and states is None and model is not None:
        from vitviz.explain import token_states

        states = token_states.states(model, trace, is_cancelled=context.is_cancelled)
    is_needed = MAPS[state.method].needs_gradients
    if is_needed and found is None and model is not None:
        target = shown_target(trace, state)
        found = backward(model, trace, target=target, is_cancelled=context.is_cancelled)
    check = context.raise_if_cancelled
    values = method_values(
        trace, state, layer, found, model=model, states=states, check=check
    )
    return Explained(key, values, found, states)


def method_values(
    trace: Trace,
    state: ViewState,
    layer: int,
    gradients: Gradients | None,
    *,
    model: Model | None = None,
    states: States | None = None,
    check: Callable[[], None] = lambda: None,
) -> Array:
    """Return the (N,) values of the state's method for its token; of colours (3, N).

    gradients : of a backward pass; a gradient method makes one without.
    states : between the blocks; a map that needs them runs the model without.

    Raises what `explain.run` does.
    """
    from vitviz.explain.run_method import token_values

    return token_values(
        state.method,
        trace,
        query=shown_query(trace, state.token),
        model=model,
        gradients=gradients,
        states=states,
        check=check,
        **dict(chosen_options(trace, state, layer)),  # type: ignore[arg-type]
    )


def heat_of(
    context: Context,
    trace: Trace,
    state: ViewState,
    layer: int,
    model: Model | None,
    key: tuple[object, ...],
) -> tuple[tuple[object, ...], Heat]:
    """Return (key, Heat) of any method and direction."""
    if state.method == "raw":
        return key, heat(trace, state, maps_of(trace, state, layer))
    found = explain(context, trace, state, layer, key, model=model, gradients=None)
    return key, method_heat(trace, state, found.values)


def matrix(
    context: Context, trace: Trace, layer: int, heads: HeadChoice, bins: Bins
) -> None:
    """Report MatrixParts: a quick preview, then exact bands."""
    if bins.block > 1:
        preview = trace.pooled_preview(layer, heads, bins)
        context.report(MatrixPart(bins, 0, preview, is_preview=True))
    for first, band in trace.pooled(layer, heads, bins):
        context.raise_if_cancelled()
        context.report(MatrixPart(bins, first, band, is_preview=False))


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """Single cells of a part of the matrix."""

    rows: range
    cols: range
    values: Array


def refine(
    context: Context,
    trace: Trace,
    layer: int,
    heads: HeadChoice,
    rows: range,
    cols: range,
) -> Refined:
    """Return Refined: the exact cells of a part of the matrix."""
    parts = []
    for query in rows:
        context.raise_if_cancelled()
        values = trace.row(layer, query)
        parts.append(fused_values(values, heads)[cols.start : cols.stop])
    return Refined(rows, cols, np.stack(parts))
