"""Figures of any kind: what they show is computed once, and laid out as often as asked.

    FigureView, FigureChoice ── drawing ──► Drawing ── FigureSettings ──► Figure

The sheet of the window draws its preview and its file with one Drawing, and the command
line makes the same. torch is imported inside the functions, as in `jobs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vitviz.domain.geometry import MAX_BINS, POOL, Bins
from vitviz.domain.heads import HeadChoice
from vitviz.errors import InputError
from vitviz.export import plot_captions, plots
from vitviz.export.captions import changed_words
from vitviz.export.draw_marks import bar_width
from vitviz.export.figure import (
    difference_figure,
    figure_of,
    side_by_side,
    table_of,
)
from vitviz.export.figure_settings import (
    FigureChoice,
    FigureKind,
    FigureSettings,
    state_of,
)
from vitviz.export.metadata import figure_values, metadata, view_values
from vitviz.export.plots import About
from vitviz.export.save import Figure, draw, figure_bytes
from vitviz.jobs.exports import chosen_words, hidden_patches, values_for
from vitviz.jobs.maps import tested
from vitviz.jobs.queue import Context
from vitviz.system.atomic_files import write_bytes
from vitviz.system.dataclass_json import json_text
from vitviz.views.compare import common_levels, difference, linked_token
from vitviz.views.display import (
    Display,
    in_range,
    matrix_levels,
    on_levels,
    series,
    shown_heads,
    shown_layer,
)
from vitviz.views.heads_order import statistic_levels
from vitviz.views.view_state import Direction, Reading, Scale, Statistic, ViewState

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage

    from vitviz.attention.trace import Trace
    from vitviz.explain.gradients import Gradients
    from vitviz.models.model import Model
    from vitviz.views.colour import Array

Drawing = Callable[[FigureSettings], Figure]
Check = Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class FigureView:
    """A view of a run, of which figures are made.

    state : need not be in the range of the trace.
    gradients : of the state's target; a method that needs them makes them without.
    shown : what is on screen for this state, or one that differs in the grid alone.
    kept : the view it is compared with.
    """

    trace: Trace
    state: ViewState
    model: Model | None
    gradients: Gradients | None = None
    shown: Display | None = None
    kept: FigureView | None = None


def drawing(
    view: FigureView,
    choice: FigureChoice,
    *,
    options: dict[str, object] | None = None,
    check: Check = lambda: None,
    on_progress: Callable[[float], None] = lambda _share: None,
) -> Drawing:
    """Compute what a figure shows; return the function that lays it out.

    options : what shaped the file, for its metadata; None for those of the method.
    check : called now and then; what it raises ends the work.
    on_progress : called with the share that is done, in [0, 1], where that takes long.

    Raises InputError for a figure that this view has not, and what methods raise.
    """
    view = replace(view, state=state_of(choice.kind, view.state))
    match choice.kind:
        case FigureKind.PICTURE:
            made = _picture(view, check)
        case FigureKind.HEADS | FigureKind.WALL:
            made = _heads(view, choice, check)
        case FigureKind.MATRIX:
            made = _matrix(view, check)
        case FigureKind.STATISTICS:
            made = _statistics(view, choice.statistic, check, on_progress)
        case FigureKind.CURVES:
            made = _curves(view, check, on_progress)
        case FigureKind.COMPARISON:
            made = _comparison(view, choice, check)
        case FigureKind.TOKENS:
            made = _tokens(view, choice, check)
    meta = _metadata(view, options)

    return lambda settings: described(made(settings), meta, choice, settings)


def described(
    figure: Figure,
    meta: dict[str, object],
    choice: FigureChoice,
    settings: FigureSettings,
) -> Figure:
    """Return a figure with what it says of itself, in the file, as JSON.

    meta : as `metadata` returns it.
    """
    of_figure = {"figure": figure_values(choice, settings), "caption": figure.caption}
    text = json_text({**meta, **of_figure})
    return replace(figure, description=text)


def _metadata(view: FigureView, options: dict[str, object] | None) -> dict[str, object]:
    state, trace = view.state, view.trace
    if options is None:
        options = dict(chosen_words(trace, state))
    return metadata(
        trace,
        method=state.method,
        heads=(state.heads,),
        options=options,
        direction=state.direction,
        is_renormalised=state.renormalise,
        view=view_values(state),
    )


def _shown(view: FigureView, check: Check) -> Display:
    """Return what is on screen for a view."""
    if view.shown is not None:
        return replace(view.shown, state=view.state)
    trace, state = view.trace, view.state
    found = series(
        trace,
        state,
        layers=(state.layer,),
        heads=(state.heads,),
        values=values_for(trace, view.model, view.gradients, check),
    )
    return found[0][0]


def _picture(view: FigureView, check: Check) -> Drawing:
    shown, hidden = _shown(view, check), hidden_patches(view.trace.setup)
    return lambda settings: figure_of(shown, settings=settings, hidden=hidden)


def _heads(view: FigureView, choice: FigureChoice, check: Check) -> Drawing:
    """Return the drawing of all heads of one layer, or of all."""
    trace, state = view.trace, view.state
    token = state.token
    if token == POOL and choice.kind is FigureKind.WALL:
        raise InputError("A pooling head looks at the last layer only.")
    heads = tuple(HeadChoice((head,)) for head in range(trace.num_heads_of(token)))
    layers: tuple[int, ...] = (state.layer,)
    if choice.kind is FigureKind.WALL:
        layers = tuple(i for i in range(trace.num_layers) if trace.captures[i])
    rows = series(
        trace,
        state,
        layers=layers,
        heads=heads,
        values=values_for(trace, view.model, view.gradients, check),
    )
    hidden = hidden_patches(trace.setup)
    return lambda settings: table_of(rows, settings=settings, hidden=hidden)


def _about(view: FigureView, said: tuple[str, ...]) -> About:
    setup = view.trace.setup
    return About(
        title=f"{setup.picture.name}: {setup.model.name}",
        said=said,
        always=changed_words(setup.interventions),
        colormap=view.state.look.colormap,
    )


def _matrix(view: FigureView, check: Check) -> Drawing:
    trace, state = view.trace, view.state
    heads = shown_heads(trace, state.heads)
    bins = Bins.fitting(trace.num_tokens, trace.num_prefix_tokens, MAX_BINS)
    bands = []
    for _, band in trace.pooled(state.layer, heads, bins):
        check()
        bands.append(band)
    values = np.concatenate(bands)
    levels = matrix_levels(state, values)
    content = plots.MatrixContent(
        values,
        bins,
        levels,
        1 / trace.num_keys,
        query=None if state.token == POOL else state.token,
        is_row=state.direction is Direction.LOOKS_AT,
    )
    said = plot_captions.matrix_caption(
        trace.setup, state.layer, heads, bins, levels, state
    )
    about = _about(view, said)
    return lambda settings: plots.matrix_figure(content, about, settings)


def _statistics(
    view: FigureView,
    statistic: Statistic,
    check: Check,
    on_progress: Callable[[float], None],
) -> Drawing:
    trace, state = view.trace, view.state
    values = statistic_values(view, statistic, check, on_progress)
    heads = shown_heads(trace, state.heads).heads
    content = plots.StatisticContent(
        values,
        trace.num_layers,
        trace.num_heads,
        statistic_levels(statistic, values),
        frozenset((state.layer, head) for head in heads),
    )
    unit = ""
    if statistic is Statistic.DISTANCE:
        unit = plot_captions.distance_unit()
    elif statistic is Statistic.EFFECT:
        unit = plot_captions.effect_unit(trace.setup.model)
    about = _about(view, plot_captions.statistic_caption(trace.setup, statistic, unit))
    return lambda settings: plots.statistics_figure(content, about, settings)


def statistic_values(
    view: FigureView,
    statistic: Statistic,
    check: Check,
    on_progress: Callable[[float], None],
) -> dict[int, Array]:
    """Return (H,) values of a statistic by layer."""
    from vitviz.explain.head_statistics import head_statistics

    trace = view.trace
    layers = [i for i in range(trace.num_layers) if trace.captures[i] is not None]
    found: dict[int, Array] = {}
    if statistic is Statistic.EFFECT:
        from vitviz.explain.perturbation import head_effects

        done = 0

        def count(_layer: int, _head: int, _effect: float) -> None:
            nonlocal done
            done += 1
            on_progress(done / (trace.num_layers * trace.num_heads))

        head_effects(
            _model_of(view),
            trace,
            target=view.state.target,
            on_layer=found.__setitem__,
            on_head=count,
            check=check,
        )
        return found
    for layer in layers:
        one = head_statistics(
            trace.capture(layer),
            trace.setup.grid,
            trace.setup.model.patch_size,
            check=check,
        )
        found[layer] = {
            Statistic.ENTROPY: one.entropy,
            Statistic.DISTANCE: one.distance_px,
            Statistic.SPECIAL: one.special_share,
            Statistic.SINK: one.sink,
        }[statistic]
    return found


def _curves(
    view: FigureView, check: Check, on_progress: Callable[[float], None]
) -> Drawing:
    heat = _shown(view, check).heat
    assert heat is not None
    if heat.colours is not None:
        raise InputError("Colours have no order to hide patches in. Choose a map.")
    found = tested(view.trace, view.state, _model_of(view), heat, check, on_progress)
    deletion, insertion = found.deletion, found.insertion
    content = plots.CurvesContent(
        deletion.shares,
        deletion.values,
        insertion.values,
        (deletion.random, insertion.random),
    )
    areas = [
        (one.area, float(one.random_areas.mean()), float(one.random_areas.std()))
        for one in (deletion, insertion)
    ]
    setup = view.trace.setup
    said = plot_captions.curves_caption(heat, setup, (areas[0], areas[1]))
    about = _about(view, said)
    return lambda settings: plots.curves_figure(content, about, settings)


def _tokens(view: FigureView, choice: FigureChoice, check: Check) -> Drawing:
    from vitviz.explain import token_states
    from vitviz.jobs.token_maps import token_cells

    trace, model = view.trace, _model_of(view)
    state = replace(view.state, tokens_view=choice.tokens)
    states = None
    if choice.tokens.shows not in (Reading.POSITIONS, Reading.FILTERS):

        def is_cancelled() -> bool:
            check()
            return False

        states = token_states.states(model, trace, is_cancelled=is_cancelled)
    content = token_cells(trace, state, model, states, check)
    said = plot_captions.tokens_caption(
        trace.setup, choice.tokens, state.token, content.target
    )
    about = _about(view, said)
    return lambda settings: plots.tokens_figure(content, about, settings)


def _comparison(view: FigureView, choice: FigureChoice, check: Check) -> Drawing:
    """Return the drawing of two views side by side, or of one and the difference.

    The second is drawn as the first is, for the token that corresponds to its own.
    """
    kept = view.kept
    if kept is None:
        raise InputError("Nothing is compared. Keep a view first (K).")
    live = _shown(view, check)
    own = view.state
    state = replace(
        kept.state,
        token=linked_token(live.query, view.trace.setup, kept.trace.setup),
        others=(),
        style=own.style,
        colormap=own.colormap,
        opacity=own.opacity,
        smooth=own.smooth,
        show_grid=own.show_grid,
    )
    state = in_range_of(kept.trace, state)
    other = _shown(replace(kept, state=state, shown=None), check)
    live = replace(live, beside=())
    assert live.heat is not None
    assert other.heat is not None
    is_coloured = live.heat.colours is not None or other.heat.colours is not None
    if is_coloured and choice.is_difference:
        raise InputError("Colours have no difference: they are no values.")
    found = difference(live.heat, live.setup, other.heat, other.setup)
    if choice.is_same_scale and not is_coloured:
        scales = common_levels(live.heat, other.heat)
        live, other = (
            on_levels(
                replace(one, state=replace(one.state, scale=Scale.SHARED)), levels
            )
            for one, levels in zip((live, other), scales, strict=True)
        )
    assert live.heat is not None
    assert other.heat is not None
    second = found.levels if choice.is_difference else other.heat.levels
    shown_levels = (live.heat.levels, second)
    hidden = [hidden_patches(one.trace.setup) for one in (view, kept)]

    def drawn(settings: FigureSettings) -> Figure:
        half = settings
        # one for both, so that the two pictures are of one size
        room = max(map(bar_width, shown_levels))
        if settings.width_mm is not None:
            half = replace(settings, width_mm=settings.width_mm / 2)
        left = figure_of(live, settings=half, hidden=hidden[0], bar_room=room)
        if choice.is_difference:
            right = difference_figure(live, found, half, bar_room=room)
        else:
            right = figure_of(other, settings=half, hidden=hidden[1], bar_room=room)
        return side_by_side((left, right))

    return drawn


def in_range_of(trace: Trace, state: ViewState) -> ViewState:
    """Return a state with everything it names in the range of a trace."""
    layer = shown_layer(trace, state)
    assert layer is not None
    return in_range(state, trace, layer)


def _model_of(view: FigureView) -> Model:
    """Return the view's model. Raises InputError without it."""
    if view.model is None or view.model.info != view.trace.setup.model:
        raise InputError("This figure needs the model, not its trace alone.")
    return view.model


# What was computed before, or what is to be.
FigureSource = Drawing | tuple[FigureView, FigureChoice]


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A figure as it will be written, and small, as it is shown before."""

    drawing: Drawing
    figure: Figure
    image: QImage


def preview(
    context: Context,
    source: FigureSource,
    settings: FigureSettings,
    room_px: tuple[int, int],
) -> Preview:
    """Return a Preview that fits into some device pixels.

    source : what was computed before, or what is to be. Reports the share that is done.
    """
    made = _drawing_of(context, source)
    figure = made(settings)
    context.raise_if_cancelled()
    width, height = room_px
    scale = min(width / figure.width, height / figure.height)
    return Preview(made, figure, draw(figure, scale))


def _drawing_of(context: Context, source: FigureSource) -> Drawing:
    if not isinstance(source, tuple):
        return source
    check, report = context.raise_if_cancelled, context.report
    return drawing(*source, check=check, on_progress=report)


def write_figure(
    context: Context, source: FigureSource, settings: FigureSettings, path: Path
) -> Path:
    """Write a figure in the format `path` ends in; return the path.

    source : as of `preview`.

    Raises OutputError, BudgetError.
    """
    figure = _drawing_of(context, source)(settings)
    data = figure_bytes(figure, path.suffix, scale=settings.pixels_per_unit)
    context.raise_if_cancelled()
    write_bytes(path, data)
    return path
