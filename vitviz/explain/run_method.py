"""Running a method: the one way in, for window, command line and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vitviz.attention import compute
from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.trace import as_array
from vitviz.domain.geometry import POOL
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Fill
from vitviz.domain.methods import METHODS, Method
from vitviz.errors import InputError, SelectionError
from vitviz.explain import across_layers, one_layer, perturbation
from vitviz.explain.gradients import Gradients, backward, prepared_pixels
from vitviz.explain.legrad import legrad
from vitviz.explain.model_parts import output_projections
from vitviz.explain.one_layer import gram, norm_based

if TYPE_CHECKING:
    from vitviz.attention.capture import Capture
    from vitviz.attention.trace import Query, Trace
    from vitviz.models.model import Model

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Options:
    """What may be asked of a method; each reads those its entry names.

    layer : counted from 0, from the last when negative.
    head : a head, some heads, or a fusion.
    target : class of the gradient methods; None for the likeliest.
    """

    layer: int = -1
    head: HeadChoice | Fusion | int = Fusion.MEAN
    target: int | None = None
    fusion: Fusion = Fusion.MEAN
    start_layer: int = 0
    discard: float = 0.0
    mass: float = 0.6
    fill: Fill | str = Fill.BLUR
    cells: int = 1


def run(
    name: str,
    trace: Trace,
    *,
    query: Query = "cls",
    model: Model | None = None,
    gradients: Gradients | None = None,
    pixels: Tensor | None = None,
    check: across_layers.Check = lambda: None,
    **options: object,
) -> Array:
    """A method's map over the patches for one query, (rows, cols) float32.

    model : needed by gradient methods, which run one backward pass through it, unless
        `gradients` from an earlier one are given, and by those that run the model
        again or read its weights.
    query : ignored by methods whose map is the same for all.
    options : fields of `Options`; only those that the method's entry names.

    Raises SelectionError for an unknown method, option, layer, head, class or query,
    InputError without a model where one is needed.
    """
    values = token_values(
        name,
        trace,
        query=query,
        model=model,
        gradients=gradients,
        pixels=pixels,
        check=check,
        **options,
    )
    return trace.patch_map(values)


def token_values(
    name: str,
    trace: Trace,
    *,
    query: Query = "cls",
    model: Model | None = None,
    gradients: Gradients | None = None,
    pixels: Tensor | None = None,
    check: across_layers.Check = lambda: None,
    **options: object,
) -> Array:
    """As `run`, special tokens included: (N,) float32."""
    method = method_named(name)
    if method.needs_rows_of_one and not trace.has_rows_of_one:
        raise SelectionError(
            "{method} is not defined here: it needs rows that sum to 1, and the "
            "softmax was made to go over another axis.",
            method=method.title,
        )
    if model is not None:
        model = as_run(model, trace)
    chosen = _options(method, options)
    token = trace.token(query) if method.is_per_query else 0
    if token == POOL and not method.takes_pool:
        raise SelectionError(
            "{method} cannot begin at the query of a pooling head, which is no token. "
            "Choose a patch or a special token as the query, or raw attention.",
            method=method.title,
        )
    layer = chosen.layer % trace.num_layers if chosen.layer < 0 else chosen.layer
    if method.needs_model:
        return _with_model(name, trace, model, pixels, token, layer, chosen, check)
    with torch.no_grad():
        if method.is_layerwise:
            heads = one_layer.heads_of(name, trace, layer, token)
            fused = _fused(heads, chosen.head)
            if name == "mass-mask":  # of the map that is shown, fused or not
                prefix = trace.num_prefix_tokens
                fused = one_layer.mass_mask(fused, prefix, chosen.mass)
            return as_array(fused)
        captures = [trace.capture(i) for i in range(trace.num_layers)]
        start = _start_layer(chosen.start_layer, trace)
        if name == "rollout":
            result = across_layers.rollout(
                captures,
                token,
                across_layers.RolloutOptions(
                    chosen.fusion, start, _share(chosen.discard)
                ),
                kept=0 if trace.num_prefix_tokens else None,
                check=check,
            )
            return as_array(result)
    if gradients is None:
        if model is None:
            raise InputError(
                "{method} needs the model for a backward pass: give `model`.",
                method=method.title,
            )
        gradients = backward(model, trace, target=chosen.target, pixels=pixels)
    with torch.no_grad():
        result = _with_gradients(
            name, trace, captures, gradients.outputs, token, layer, start, check
        )
    return as_array(result)


def _with_model(
    name: str,
    trace: Trace,
    model: Model | None,
    pixels: Tensor | None,
    token: int,
    layer: int,
    chosen: Options,
    check: across_layers.Check,
) -> Array:
    """(N,) of a method that runs the model again, or reads its weights."""
    if model is None:
        raise InputError(
            "{method} needs the model itself: give `model`.",
            method=METHODS[name].title,
        )
    if name == "occlusion":
        found = np.zeros(trace.num_tokens, np.float32)
        found[trace.num_prefix_tokens :] = perturbation.occlusion(
            model,
            trace,
            target=chosen.target,
            fill=Fill(chosen.fill),
            cells=chosen.cells,
            pixels=pixels,
            check=check,
        ).ravel()
        return found
    entered = prepared_pixels(trace, pixels)
    if name == "legrad":
        start = _start_layer(chosen.start_layer, trace)
        return as_array(
            legrad(
                model,
                trace,
                entered,
                target=chosen.target,
                start_layer=start,
                check=check,
            )
        )
    projection = output_projections(model, trace, entered)[layer]
    capture = trace.capture(layer)
    choice = _choice(chosen.head, trace.num_heads)
    with torch.no_grad():
        row = compute.row(capture, token)
        return as_array(norm_based(row, gram(capture, projection), choice))


def method_named(name: str) -> Method:
    """Raises SelectionError with the names there are."""
    if name not in METHODS:
        raise SelectionError(
            "There is no method {name}; there are: {names}.",
            name=name,
            names=", ".join(METHODS),
        )
    return METHODS[name]


def _with_gradients(
    name: str,
    trace: Trace,
    captures: list[Capture],
    outputs: tuple[Tensor, ...],
    token: int,
    layer: int,
    start: int,
    check: across_layers.Check,
) -> Tensor:
    if name == "relevance":
        return across_layers.relevance(
            captures, outputs, token, start_layer=start, check=check
        )
    if name == "gradient-rollout":
        return across_layers.gradient_rollout(
            captures, outputs, token, start_layer=start, check=check
        )
    return one_layer.grad_cam(
        trace.capture(layer), outputs[layer], token, trace.num_prefix_tokens
    )


def _options(method: Method, given: dict[str, object]) -> Options:
    unknown = sorted(set(given) - set(method.options))
    if unknown:
        raise SelectionError(
            "{method} has no option {option}; it has: {options}.",
            method=method.name,
            option=unknown[0],
            options=", ".join(method.options) or "none",
        )
    return Options(**given)  # type: ignore[arg-type]


def _start_layer(start: int, trace: Trace) -> int:
    if not 0 <= start < trace.num_layers:
        raise SelectionError(
            "There is no layer {layer}: layers go from 0 to {last}.",
            layer=start,
            last=trace.num_layers - 1,
        )
    return start


def _share(discard: float) -> float:
    if not 0 <= discard < 1:
        raise SelectionError(
            "The discarded share goes from 0 to below 1; it is not {share}.",
            share=discard,
        )
    return discard


def _fused(heads: Tensor, head: HeadChoice | Fusion | int) -> Tensor:
    """(H, N) → (N,) as the choice of heads says."""
    choice = _choice(head, len(heads))
    picked = heads[list(choice.heads)] if choice.heads else heads
    return compute.fuse(picked, choice.fusion)


def _choice(head: HeadChoice | Fusion | int, count: int) -> HeadChoice:
    """The heads asked for. Raises SelectionError for one there is not."""
    if isinstance(head, Fusion):
        return HeadChoice((), head)
    choice = HeadChoice((head,)) if isinstance(head, int) else head
    for one in choice.heads:
        if not 0 <= one < count:
            raise SelectionError(
                "There is no head {head}: heads go from 0 to {last}.",
                head=one,
                last=count - 1,
            )
    return choice
