"""What the engine is asked to do with pictures, models, runs and files.

torch is imported inside the jobs: the window stands before it is loaded, and importing
this module is cheap. What is computed from a trace is in `trace_jobs`.

Jobs about runs: what they cost, what their precision loses, names of classes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vitviz.domain.interventions import UNTOUCHED, Interventions, keep_fitting
from vitviz.jobs.queue import Context
from vitviz.views.colour import Bytes
from vitviz.views.session import RunOptions

if TYPE_CHECKING:
    from vitviz.attention.price import Calibration, Price
    from vitviz.attention.trace import Trace
    from vitviz.explain.precision import PrecisionError
    from vitviz.models.model import Model, ModelInfo
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
    # What made it in place of the one that was asked: its copy on the CPU.
    model: Model | None = None


def run(
    context: Context,
    model: Model,
    image: SourceImage,
    options: RunOptions,
    interventions: Interventions = UNTOUCHED,
    *,
    quiet: bool = False,
) -> RunDone:
    """Report LayerArrived, unless it is quiet, and return RunDone.

    Of interventions, those hold that mean something for this model and size.
    """
    from vitviz.attention.cpu_fallback import as_run
    from vitviz.attention.run import trace
    from vitviz.pictures.preprocessing import grid_of

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
        held = keep_fitting(
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


@dataclass(frozen=True, slots=True, eq=False)
class LabRead:
    """What the Lab shows beside a changed run."""

    # The same run without changes, if it was asked for.
    untouched: RunDone | None
    # (h, w, 4) uint8: what the model got in the place of hidden patches.
    hidden: Bytes | None


def read_lab(
    context: Context,
    trace: Trace,
    model: Model | None,
    options: RunOptions,
    *,
    needs_untouched: bool,
) -> LabRead:
    """Return LabRead."""
    from vitviz.attention.prepare import hidden_rgba

    done = None
    image = trace.setup.image
    if needs_untouched and model is not None and image is not None:
        done = run(context, model, image, options, quiet=True)
    return LabRead(done, hidden_rgba(trace.setup))


def calibrate(
    context: Context, model: Model, num_tokens: int, seconds: float
) -> tuple[ModelInfo, Calibration]:
    """Return (the model's info, its Calibration) from a measured run."""
    from vitviz.attention.price import calibrated

    return model.info, calibrated(model, num_tokens, seconds)


def precision(
    context: Context, model: Model, trace: Trace
) -> tuple[Trace, PrecisionError]:
    """Return (trace, its PrecisionError), by a second run in float32."""
    from vitviz.explain.precision import precision_error

    found = precision_error(model, trace, is_cancelled=context.is_cancelled)
    return trace, found


def price_of(
    model: Model,
    size: int | tuple[int, int] | None,
    calibration: Calibration | None,
) -> Price:
    """Return what a run will take, at once; see `attention.price.price`."""
    from vitviz.attention.price import price

    return price(model, size, calibration=calibration)


def price_on(
    model: Model,
    image: SourceImage,
    options: RunOptions,
    calibration: Calibration | None = None,
) -> Price:
    """Return what a run on a picture will take. Raises SelectionError."""
    from vitviz.pictures.preprocessing import placement_for

    placed = placement_for(
        image.size,
        options.preprocessing or model.preprocessing,
        model.info.patch_size,
        size=options.size,
        fit=options.fit,
    )
    return price_of(model, placed.model_size, calibration)


def affordable_size(model: Model, size: tuple[int, int]) -> tuple[int, int] | None:
    """Return a size that fits the memory; see `attention.price.smaller_size`."""
    from vitviz.attention.price import smaller_size

    return smaller_size(model, size)
