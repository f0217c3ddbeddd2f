"""Figures and animations, painted on images: Qt allows that in any thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.domain.geometry import POOL
from vitviz.domain.heads import HeadChoice
from vitviz.domain.methods import METHODS
from vitviz.errors import InputError
from vitviz.export.animation import frames_of, gif_bytes
from vitviz.export.draw_figure import FigureOptions
from vitviz.export.figure import Look, figure_of_heat
from vitviz.export.save import PNG_SCALE, figure_bytes
from vitviz.jobs.queue import Context, Job
from vitviz.system.atomic_files import write_bytes
from vitviz.views.display import (
    Heat,
    chosen_options,
    shown_heads,
    shown_query,
    shown_target,
)
from vitviz.views.state import ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.models.model import Model


def figure(heat: Heat, setup: Setup, options: FigureOptions, path: Path) -> Job:
    """A job that writes a map in the format that the ending of `path` names.

    It returns the path. Raises InputError, OutputError, BudgetError.
    """

    def job(context: Context) -> Path:
        data = figure_bytes(figure_of_heat(heat, setup, options), path.suffix)
        context.raise_if_cancelled()
        write_bytes(path, data)
        return path

    return job


def animation(trace: Trace, state: ViewState, model: Model | None, path: Path) -> Job:
    """A job that writes what is on screen for every layer, and returns the path.

    It reports the share that is done. Raises InputError for a method that has no
    layers to go through, OutputError.
    """

    def job(context: Context) -> Path:
        if not METHODS[state.method].is_layerwise:
            raise InputError(
                "{method} is one map over all layers; there is nothing to animate.",
                method=METHODS[state.method].title,
            )
        query = shown_query(trace, state.token)
        if query == POOL:
            raise InputError(
                "A pooling head looks at the last layer only; there is nothing to "
                "animate. Choose a patch or a special token."
            )
        frames = frames_of(
            trace,
            layers=tuple(range(trace.num_layers)),
            heads=(shown_heads(trace, state.heads),),
            token=query,
            look=Look(state.style, state.colormap, state.scale, state.fixed_range),
            method=state.method,
            model=model,
            options=state.method_options,
            on_frame=context.raise_if_cancelled,
        )
        data = gif_bytes(
            frames,
            scale=PNG_SCALE,
            colormap=state.colormap,
            on_progress=context.advance,
        )
        context.raise_if_cancelled()
        write_bytes(path, data)
        return path

    return job


def export_numbers(
    trace: Trace, state: ViewState, layer: int, model: Model | None, path: Path
) -> Job:
    """A job that writes the state's method for its query; returns the path.

    Attention of all layers and heads, or what another method makes of them. It
    reports the share that is done.
    """

    def job(context: Context) -> Path:
        from vitviz.explain.gradients import backward
        from vitviz.export.numbers import Selection, write_csv, write_npz

        method = METHODS[state.method]
        query = shown_query(trace, state.token)
        gradients = None
        if method.needs_gradients and model is not None:
            target = shown_target(trace, state)
            gradients = backward(model, trace, target=target)
        own = ("layer", "head") if method.needs_model else ("layer", "head", "target")
        options = tuple(
            option
            for option in chosen_options(trace, state, layer)
            if option[0] not in own
        )
        is_one = "layer" in method.options and not method.is_layerwise
        layers = (layer,) if is_one else tuple(range(trace.num_layers))
        if query == POOL:
            layers = (trace.num_layers - 1,)
        count = trace.num_heads_of(query)
        heads = tuple(HeadChoice((head,)) for head in range(count))
        selection = Selection(layers, heads, (query,), state.method, options)
        write = write_csv if path.suffix.lower() == ".csv" else write_npz
        write(
            path,
            trace,
            selection,
            gradients=gradients,
            model=model,
            on_progress=context.advance,
        )
        return path

    return job
