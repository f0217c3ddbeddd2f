"""A traced forward pass: prepare, run under the tap, verify, fall back to the CPU.

    trace(model, picture) → set_up → run → tapped forward pass → Trace
                                      └── out of memory: the same run on the CPU

A trace is returned only if at least one layer is exact: its recomputed rows agree with
the model's own output.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from vitviz.attention.capture import Capture
from vitviz.attention.cpu_fallback import set_up_on_cpu
from vitviz.attention.prepare import (
    ImageInput,
    applied_interventions,
    explain_model_errors,
    not_enough_memory,
    set_up,
)
from vitviz.attention.price import require_memory
from vitviz.attention.tap import Recording, require_complete, tap
from vitviz.attention.trace import Setup, Trace, as_array
from vitviz.domain.geometry import prefix_names
from vitviz.domain.interventions import UNTOUCHED, Interventions
from vitviz.domain.placement import Fit
from vitviz.errors import BudgetError, ExactnessError, UnsupportedModelError
from vitviz.models.model import Model
from vitviz.models.threads import beside_others
from vitviz.system.memory import is_out_of_memory, release


def trace(
    model: Model,
    image: ImageInput,
    *,
    size: int | tuple[int, int] | None = None,
    fit: str | Fit | None = None,
    interventions: Interventions = UNTOUCHED,
    on_layer: Callable[[int, Trace], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Trace:
    """Run a model on one picture and return the trace of its attention.

    Where an accelerator has not enough memory, the run is made on the CPU: see
    `trace.setup.fallback`, which is also logged as a warning. May be called from any
    thread; traces of several threads are made one after the other.

    Parameters
    ----------
    model
        The model, from `vitviz.load_model` or `vitviz.wrap`.
    image
        A path, a PIL image, an array (H, W, 3) uint8 in [0, 255], a loaded picture, or
        a prepared tensor (1, 3, H, W), normalised, which enters the model as it is.
    size
        Model pixels. None for the preprocessing the weights were made with; S to resize
        the shorter side to S and take the centre S×S; (width, height) likewise.
    fit
        How the picture is brought to that size: crop, whole, letterbox or squeeze.
        None for the way of the weights' own preprocessing.
    interventions
        What is changed in the model and the picture for this run. The trace then holds
        the changed attention, and methods run the changed model.
    on_layer
        Called in this thread with (layer, trace so far) as each layer is captured.
    is_cancelled
        Polled before every layer, in this thread.

    Returns
    -------
    Trace
        q, k, v of every layer, (H, N, D) each, in the model's dtype and on its device.

    Raises
    ------
    ImageError
        If the picture cannot be read.
    InputError
        If a tensor has another shape than (1, 3, H, W).
    SelectionError
        If the model cannot take the size, or the interventions do not fit it.
    UnsupportedModelError
        If attention is not the call that is tapped, or the model fails on the input.
    BudgetError
        If memory does not suffice, on the CPU neither.
    ExactnessError
        If recomputed attention differs from the model's own in every layer.
    Cancelled
        If `is_cancelled` returned True.
    """
    setup, pixels = set_up(
        model, image, size=size, fit=fit, interventions=interventions
    )
    return run(model, setup, pixels, on_layer=on_layer, is_cancelled=is_cancelled)


def run(
    model: Model,
    setup: Setup,
    pixels: Tensor,
    *,
    on_layer: Callable[[int, Trace], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Trace:
    """Run a prepared input through the model and return the trace; see `trace`.

    pixels : (1, 3, H, W), on the model's device, patches hidden already.

    Where an accelerator has not enough memory, the run is made on the CPU; the trace's
    setup then holds a note, and `cpu_fallback.as_run` finds the model that made it.

    Raises UnsupportedModelError, BudgetError, ExactnessError, SelectionError and
    Cancelled, as `trace` does.
    """
    is_cpu = torch.device(setup.model.device).type == "cpu"
    result: Trace | None = None
    if _has_memory(model, setup, is_cpu=is_cpu):
        try:
            result = _tapped(model, setup, pixels, on_layer, is_cancelled)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
    if result is None:  # outside of `except`, whose traceback pins the tensors
        release(setup.model.device)
        if is_cpu:
            raise not_enough_memory(setup)
        twin, setup = set_up_on_cpu(model, setup)
        entered = pixels.to(twin.device)
        return run(twin, setup, entered, on_layer=on_layer, is_cancelled=is_cancelled)
    require_exact(result)
    return result


def require_exact(made: Trace) -> None:
    """Raise ExactnessError if no layer of a trace passed its check."""
    if not any(c is not None and c.is_exact for c in made.captures):
        raise ExactnessError(
            "No layer of {model} could be verified: attention recomputed from its "
            "queries and keys differs from the model's own by {error:.1e}.",
            model=made.setup.model.name,
            error=made.max_error,
        )


def _has_memory(model: Model, setup: Setup, *, is_cpu: bool) -> bool:
    """Return whether a run can be tried; raise BudgetError if it cannot on the CPU."""
    try:
        require_memory(model.info, setup.grid.num_tokens, setup.placement.model_size)
    except BudgetError:
        if is_cpu:
            raise
        return False
    return True


class _ListenerFailed(Exception):
    """An error of `on_layer`, wrapped so that it is not taken for the model's own."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


def _tapped(
    model: Model,
    setup: Setup,
    pixels: Tensor,
    on_layer: Callable[[int, Trace], None] | None,
    is_cancelled: Callable[[], bool] | None,
) -> Trace:
    """Return the trace of one tapped forward pass.

    A listener's error passes unchanged; the model's own errors are explained.
    """
    adapter = model.adapter
    partial = Trace(setup, (None,) * len(adapter.blocks))

    def keep(layer: int, capture: Capture) -> None:
        nonlocal partial
        if not any(partial.captures) or partial.num_tokens != capture.num_queries:
            is_declared = adapter.prefix_names is not None
            partial = fitted(partial, capture, is_declared=is_declared)
        partial = partial.with_layer(layer, capture)
        assert on_layer is not None
        try:
            on_layer(layer, partial)
        except Exception as error:
            raise _ListenerFailed(error) from error

    def ends() -> bool:
        look_at_others()
        return is_cancelled is not None and is_cancelled()

    opened = tap(
        adapter.blocks,
        on_capture=None if on_layer is None else keep,
        changes=applied_interventions(setup),
        is_cancelled=ends,
        windowed=setup.windowed,
        grid=(setup.grid.rows, setup.grid.cols),
    )
    with (
        torch.inference_mode(),
        adapter.ready(setup.placement.model_size),
        beside_others() as look_at_others,
    ):
        try:
            with opened as (recording,), explain_model_errors(setup):
                output = adapter.forward(pixels)
        except _ListenerFailed as failed:
            raise failed.error from None
    return whole_trace(setup, model, recording, output[0])


def whole_trace(
    setup: Setup, model: Model, recording: Recording, output: Tensor
) -> Trace:
    """Return the trace of a picture from its finished pass.

    output : what the model returned for the picture.

    Raises UnsupportedModelError where a block's attention was not captured, or the
    model has another number of labels or of tokens.
    """
    require_complete(recording, model.adapter.blocks, setup.windowed)
    made = Trace(setup, (None,) * len(recording.captures))
    first = next(capture for capture in recording.captures if capture is not None)
    is_declared = model.adapter.prefix_names is not None
    made = fitted(made, first, is_declared=is_declared)
    values, labels = as_array(output).reshape(-1), model.info.labels
    if labels is not None and model.adapter.has_head and len(labels) != len(values):
        raise UnsupportedModelError(
            "{model} returns {count:,} values, and not one for each of the {labels:,} "
            "labels it was given.",
            model=model.info.name,
            count=len(values),
            labels=len(labels),
        )
    return replace(
        made,
        captures=tuple(recording.captures),
        extras=tuple(recording.extras),
        output=values,
    )


def fitted(partial: Trace, capture: Capture, *, is_declared: bool) -> Trace:
    """Return the trace with the number of special tokens that its first layer has.

    A model that declares its special tokens must run as many. One that does not may
    have up to 16, which are counted from the run.

    Raises UnsupportedModelError otherwise.
    """
    setup = partial.setup
    count = capture.num_queries - setup.grid.num_patches
    if count == setup.grid.num_prefix_tokens:
        return partial
    is_first = not any(partial.captures)
    if not is_declared and is_first and 0 <= count <= 16:
        grid = replace(setup.grid, num_prefix_tokens=count)
        names = prefix_names(count)
        return replace(partial, setup=replace(setup, grid=grid, prefix_names=names))
    raise UnsupportedModelError(
        "{model} runs {tokens} tokens, but {rows}×{cols} patches and {prefix} special "
        "tokens make {expected}. vitviz shows one fixed sequence of patches.",
        model=setup.model.name,
        tokens=capture.num_queries,
        rows=setup.grid.rows,
        cols=setup.grid.cols,
        prefix=setup.grid.num_prefix_tokens,
        expected=setup.grid.num_tokens,
    )
