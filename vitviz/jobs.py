"""What the engine is asked to do with pictures, models, runs and files.

torch is imported inside the jobs: the window stands before it is loaded, and importing
this module is cheap. What is computed from a trace is in `trace_jobs`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from vitviz.domain.geometry import POOL
from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import UNTOUCHED, Interventions, fitting
from vitviz.domain.methods import METHODS
from vitviz.engine import Context, Job
from vitviz.views.colour import Bytes
from vitviz.views.display import chosen_options, shown_query, shown_target
from vitviz.views.session import RunOptions
from vitviz.views.state import ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.adapter import Model
    from vitviz.pictures.folder import Ahead
    from vitviz.pictures.source import SourceImage


@dataclass(frozen=True, slots=True, eq=False)
class LayerArrived:
    """One layer more of the run that goes on."""

    layer: int
    trace: Trace
    elapsed_s: float


@dataclass(frozen=True, slots=True, eq=False)
class RunDone:
    """A complete trace and the seconds its forward pass took."""

    trace: Trace
    elapsed_s: float
    model: Model | None = None
    """What made it in place of the one that was asked: its copy on the CPU."""


def read_picture(
    source: str | Path | bytes, name: str | None = None, ahead: Ahead | None = None
) -> Job:
    """A job that returns a SourceImage with its copies. Raises ImageError.

    ahead : where it may lie already.
    """

    def job(context: Context) -> SourceImage:
        from vitviz.pictures.source import load_for_screen

        known = ahead.get(source) if ahead and isinstance(source, Path) else None
        return known or load_for_screen(source, name=name)

    return job


def load(
    name: str,
    *,
    device: str = "auto",
    patch_size: int | None = None,
    dtype: str = "float32",
    threads: int = 0,
) -> Job:
    """A job that returns a Model. Raises ModelError and others of `load_model`.

    threads : of the processor, from now on; 0 is torch's own choice.
    """

    def job(context: Context) -> Model:
        from vitviz.models.devices import use_threads
        from vitviz.models.loading import load_model

        use_threads(threads)
        return load_model(name, device=device, patch_size=patch_size, dtype=dtype)

    return job


def run(
    model: Model,
    image: SourceImage,
    options: RunOptions,
    interventions: Interventions = UNTOUCHED,
    *,
    quiet: bool = False,
) -> Job:
    """A job that reports LayerArrived, unless it is quiet, and returns RunDone.

    Of interventions, those hold that mean something for this model and size.
    """

    def job(context: Context) -> RunDone:
        from vitviz.attention.cpu_fallback import as_run
        from vitviz.attention.run import trace
        from vitviz.pictures.placement import grid_of

        used = model
        if options.preprocessing is not None:
            used = replace(model, preprocessing=options.preprocessing)
        held = interventions
        if held:
            grid = grid_of(
                image.size,
                used.preprocessing,
                used.info.patch_size,
                size=options.size,
                fit=options.fit,
            )
            held = fitting(
                held,
                grid=grid,
                num_layers=model.info.num_layers,
                num_heads=model.info.num_heads,
                special=model.adapter.prefix_names,
            )
        start = time.perf_counter()

        def report(layer: int, partial: Trace) -> None:
            elapsed = time.perf_counter() - start
            context.report(LayerArrived(layer, partial, elapsed))

        done = trace(
            used,
            image,
            size=options.size,
            fit=options.fit,
            interventions=held,
            on_layer=None if quiet else report,
            is_cancelled=context.is_cancelled,
        )
        elapsed = time.perf_counter() - start
        made_by = None if done.setup.fallback is None else as_run(model, done)
        return RunDone(done, elapsed, made_by)

    return job


@dataclass(frozen=True, slots=True, eq=False)
class LabRead:
    """What the Lab shows beside a changed run."""

    untouched: RunDone | None
    """The same run without changes, if it was asked for."""
    hidden: Bytes | None
    """(h, w, 4) uint8: what the model got in the place of hidden patches."""


def read_lab(
    trace: Trace,
    model: Model | None,
    options: RunOptions,
    *,
    needs_untouched: bool,
) -> Job:
    """A job that returns LabRead."""

    def job(context: Context) -> LabRead:
        from vitviz.attention.prepare import hidden_rgba

        done = None
        image = trace.setup.image
        if needs_untouched and model is not None and image is not None:
            done = cast("RunDone", run(model, image, options, quiet=True)(context))
        return LabRead(done, hidden_rgba(trace.setup))

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
        from vitviz.export import Selection, write_csv, write_npz

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
