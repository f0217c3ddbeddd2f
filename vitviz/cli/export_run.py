"""The run of an export: model, price and trace, and what a method needs beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitviz.domain.methods import MAPS
from vitviz.domain.number_text import bytes_text
from vitviz.errors import BudgetError
from vitviz.models.catalogue.progress import seconds_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from vitviz.attention.price import Price
    from vitviz.attention.trace import Setup, Trace
    from vitviz.cli.export_request import ExportRequest
    from vitviz.domain.placement import Placement
    from vitviz.explain.gradients import Gradients
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage

    Prepared = tuple[Setup, Tensor]


@dataclass(frozen=True, slots=True)
class MethodInputs:
    """Model and gradients, which some methods need in addition to the trace."""

    model: Model
    gradients: Gradients | None


def chosen_model(request: ExportRequest) -> Model:
    from vitviz.models.catalogue.embedded import EMBEDDED_NAME
    from vitviz.system.quick_imports import collecting_later

    with collecting_later():
        from vitviz.models.load import load_model

        request.running.set_threads()
        model = load_model(
            request.model or EMBEDDED_NAME,
            device=request.device,
            dtype=request.dtype,
            patch_size=request.patch,
        )
    return request.running.applied(model, request.fit)


def traced(
    model: Model,
    image: SourceImage,
    request: ExportRequest,
    note: Callable[[str], None],
    made: Trace | None = None,
) -> Trace | None:
    """Return the trace of a picture; None if only the price of its run is asked for.

    note : takes what is said of it meanwhile, a line each.
    made : the trace, where it was made together with others.
    """
    from vitviz.attention.price import calibrate, price
    from vitviz.attention.run import trace
    from vitviz.system.printable import printable

    name = printable(image.name)
    for change in image.notes:
        note(f"{name}: {change}")
    placement = _placement(model, image, request)
    if request.only_price:
        made_price = price(model, placement.model_size, calibration=calibrate(model))
        note(f"{name}: {sentence(made_price)}")
        return None
    if made is None:
        check_price(model, placement.model_size, is_agreed=request.is_agreed)
        made = trace(
            model,
            image,
            size=request.size,
            fit=request.fit,
            interventions=request.changes,
        )
    if made.setup.fallback is not None:
        note(f"{name}: {made.setup.fallback}")
    width, height = placement.model_size
    rows, cols = made.grid
    rounded = f" ({placement.note})" if placement.note else ""
    note(
        f"{name}: input {width}×{height}{rounded}, {rows}×{cols} patches, "
        f"{made.num_tokens} tokens, error {made.max_error:.0e}"
    )
    if model.info.dtype != "float32":
        from vitviz.explain.precision import precision_error

        found = precision_error(model, made)
        note(
            f"{name}: {model.info.dtype} against float32: weights differ by at "
            f"most {found.largest:.1e}, {found.moved:.1%} of a row moved (layer "
            f"{found.layer})"
        )
    return made


def set_up_early(
    model: Model, image: SourceImage, request: ExportRequest
) -> Prepared | None:
    """Return a picture's setup and input for a pass with others; any thread.

    None where it has a pass of its own, which says what is wrong.
    """
    from vitviz.attention.prepare import set_up
    from vitviz.attention.together import MOST_TOKENS

    if request.only_price or request.changes:
        return None
    try:
        width, height = _placement(model, image, request).model_size
        patch_width, patch_height = model.info.patch_size
        if 2 * (width // patch_width) * (height // patch_height) > MOST_TOKENS:
            return None
        return set_up(model, image, size=request.size, fit=request.fit)
    except Exception:
        # whatever it is, its own run meets it
        return None


def traced_together(
    model: Model, inputs: Sequence[Prepared | None]
) -> list[Trace | None]:
    """Return a trace of each picture that was made in one pass with others, else None.

    inputs : of a folder's pictures in their order, of `set_up_early`.
    """
    from vitviz.attention.together import num_together, trace_together

    found: list[Trace | None] = [None] * len(inputs)
    by_size: dict[tuple[int, int], list[int]] = {}
    for index, one in enumerate(inputs):
        if one is not None:
            by_size.setdefault(one[0].placement.model_size, []).append(index)
    for indices in by_size.values():
        first = inputs[indices[0]]
        assert first is not None
        count = num_together(model.info, first[0].grid.num_tokens)
        for start in range(0, len(indices), count):
            some = indices[start : start + count]
            chosen = [one for i in some if (one := inputs[i]) is not None]
            if len(chosen) < 2:
                continue
            made = trace_together(model, chosen)
            for index, trace in zip(some, made or (), strict=made is not None):
                found[index] = trace
    return found


def _placement(model: Model, image: SourceImage, request: ExportRequest) -> Placement:
    from vitviz.domain.placement import Fit
    from vitviz.pictures.preprocessing import placement_for

    return placement_for(
        image.size,
        model.preprocessing,
        model.info.patch_size,
        size=request.size,
        fit=None if request.fit is None else Fit(request.fit),
    )


def method_inputs(model: Model, made: Trace, request: ExportRequest) -> MethodInputs:
    """Return what the method of the request needs in addition to the trace."""
    if not MAPS[request.method].needs_gradients:
        return MethodInputs(model, None)
    from vitviz.explain.gradients import backward

    return MethodInputs(model, backward(model, made, target=request.target))


def check_price(model: Model, size: tuple[int, int], *, is_agreed: bool) -> None:
    """Raise BudgetError for a run that takes more than half of the free memory.

    A run that has been agreed to may take more than half, but not more than all.
    """
    from vitviz.attention.price import price, require_memory

    made = price(model, size)
    # the run itself goes to the CPU, and says so
    if made.falls_back:
        return
    require_memory(model.info, made.num_tokens, made.size)
    if made.is_large and not is_agreed and made.free_bytes is not None:
        raise BudgetError(
            "This run would take about {needed} of memory, more than half of the "
            "{free} that are free. Choose a smaller --size, or a larger --patch, or "
            "add --yes.",
            needed=bytes_text(made.peak_bytes),
            free=bytes_text(made.free_bytes),
        )


def sentence(made: Price) -> str:
    """Return the price of a run in one line."""
    width, height = made.size
    rows, cols = made.grid
    parts = [
        f"{width}×{height} px",
        f"{rows}×{cols} patches, {made.num_tokens:,} tokens",
        f"{bytes_text(made.kept_bytes)} for q, k and v",
        f"{bytes_text(made.peak_bytes)} at most",
    ]
    if made.free_bytes is not None:
        parts[-1] += f" of {bytes_text(made.free_bytes)} free"
    if made.seconds is not None:
        parts.append(f"about {_time(made.seconds)}")
    return "; ".join(parts)


def _time(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else seconds_text(seconds)
