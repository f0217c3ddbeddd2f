"""Entry point of all methods, for the window, the command line and the API.

    run(name, trace, query, options) → token_values → one_layer | across_layers |
    legrad | perturbation | token_maps → (N,) → patch_map → (rows, cols)

Which options a method takes, and what it needs, stands in its entry of MAPS
(`domain.methods`), with its formula and source; maps of tokens are among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vitviz.attention import compute
from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.trace import as_array
from vitviz.domain.geometry import POOL
from vitviz.domain.heads import Fusion, HeadChoice, require_head, require_layer
from vitviz.domain.interventions import Fill
from vitviz.domain.methods import MAPS, OPTIONS, Method, MethodOptions, Source
from vitviz.errors import InputError, SelectionError
from vitviz.explain import across_layers, one_layer, perturbation
from vitviz.explain.gradients import Gradients, backward, prepared_pixels
from vitviz.explain.legrad import legrad
from vitviz.explain.model_parts import output_projections
from vitviz.explain.one_layer import gram, norm_based
from vitviz.explain.token_maps import token_map

if TYPE_CHECKING:
    from vitviz.attention.capture import Capture
    from vitviz.attention.trace import Query, Trace
    from vitviz.explain.token_states import States
    from vitviz.models.model import Model

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Given:
    """What was asked of a method: where it is, what it explains, and its options."""

    layer: int
    head: HeadChoice | Fusion | int
    target: int | None
    options: MethodOptions


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
    """Return a method's map over the patches for one query.

    The formula and source of each method are in `METHODS[name]`. May be called from any
    thread; methods that run the model wait while another pass is tapped.

    Parameters
    ----------
    name
        Of the method, a key of METHODS, or of a map of what tokens carry: token-norms,
        token-colours, token-similarity, lens, position-similarity.
    trace
        A trace; methods across layers need a complete one.
    query
        A token index, a patch's (row, col), a special token's name, or "pool" for a
        pooling head's query; ignored by methods whose map is the same for all queries.
    model
        The model that made the trace. Needed by gradient methods, for one backward
        pass, unless `gradients` are given, and by those that run the model again or
        read its weights.
    gradients
        From an earlier `backward` for the same trace and target.
    pixels
        (1, 3, H, W), the prepared input; needed only by methods that need the model, if
        the trace was made of a prepared tensor.
    check
        Called between steps; what it raises ends the computation.
    **options
        Those that the method's entry names: layer (from the last if negative), head (a
        head, some heads, or a fusion of all), target (a class index; None for the
        likeliest), and fields of `MethodOptions`.

    Returns
    -------
    Array
        (rows, cols) float32, one value for each patch. Methods with `sums_to_one` have
        values in [0, 1] that sum to 1 together with those of the special tokens.
        Of token colours (rows, cols, 3), red, green and blue in [0, 1].

    Raises
    ------
    SelectionError
        If there is no such method, option, layer, head, class or query, if an option is
        out of range, or if the method is not defined under the trace's interventions.
    ExactnessError
        If the check of a layer that the method reads failed.
    InputError
        If a model or a prepared tensor is needed and not given.
    UnsupportedModelError
        If a part of the model that the method needs is not found.
    """
    values = token_values(
        name,
        trace,
        query=query,
        model=model,
        gradients=gradients,
        pixels=pixels,
        check=check,
        **options,  # type: ignore[arg-type]
    )
    found = trace.patch_map(values)
    return np.moveaxis(found, 0, -1) if found.ndim == 3 else found  # colours: last


def token_values(
    name: str,
    trace: Trace,
    *,
    query: Query = "cls",
    model: Model | None = None,
    gradients: Gradients | None = None,
    pixels: Tensor | None = None,
    check: across_layers.Check = lambda: None,
    states: States | None = None,
    **options: object,
) -> Array:
    """Return a method's values for all tokens, special ones included, (N,) float32.

    Of token colours (3, N). Parameters and errors are those of `run`.

    states : of the trace's picture, for maps that need them; without, the model runs.
    """
    method = method_named(name)
    if method.needs_rows_of_one and not trace.has_rows_of_one:
        raise SelectionError(
            "{method} is not defined here: it needs rows that sum to 1, and the "
            "softmax was made to go over another axis.",
            method=method.title,
        )
    if model is not None:
        model = as_run(model, trace)
    given = _given(method, options, trace)
    chosen = given.options
    token = trace.token(query) if method.is_per_query else 0
    if token == POOL and not method.takes_pool:
        raise SelectionError(
            "{method} cannot begin at the query of a pooling head, which is no token. "
            "Choose a patch or a special token as the query, or raw attention.",
            method=method.title,
        )
    layer = given.layer % trace.num_layers if given.layer < 0 else given.layer
    if method.reads_tokens:
        check()
        return token_map(
            name,
            trace,
            _required(model, method),
            token=token,
            layer=layer,
            target=given.target,
            options=chosen,
            states=states,
            pixels=pixels,
        )
    if method.needs_model:
        return _with_model(name, trace, model, pixels, token, layer, given, check)
    with torch.no_grad():
        if method.is_layerwise:
            heads = one_layer.heads_of(name, trace, layer, token)
            fused = _fused(heads, given.head)
            if name == "mass-mask":  # of the map that is shown, fused or not
                prefix = trace.num_prefix_tokens
                fused = one_layer.mass_mask(fused, prefix, chosen.mass)
            return as_array(fused)
        captures = [trace.capture(i) for i in range(trace.num_layers)]
        if name == "rollout":
            result = across_layers.rollout(
                captures,
                token,
                chosen,
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
        gradients = backward(model, trace, target=given.target, pixels=pixels)
    with torch.no_grad():
        outputs, start = gradients.outputs, chosen.start_layer
        result = _with_gradients(
            name, trace, captures, outputs, token, layer, start, check
        )
    return as_array(result)


def _with_model(
    name: str,
    trace: Trace,
    model: Model | None,
    pixels: Tensor | None,
    token: int,
    layer: int,
    given: _Given,
    check: across_layers.Check,
) -> Array:
    """Return the values, (N,), of a method that runs the model or reads its weights."""
    model = _required(model, MAPS[name])
    if name == "occlusion":
        found = np.zeros(trace.num_tokens, np.float32)
        found[trace.num_prefix_tokens :] = perturbation.occlusion(
            model,
            trace,
            target=given.target,
            fill=given.options.fill,
            cells=given.options.cells,
            pixels=pixels,
            check=check,
        ).ravel()
        return found
    entered = prepared_pixels(trace, pixels)
    if name == "legrad":
        return as_array(
            legrad(
                model,
                trace,
                entered,
                target=given.target,
                start_layer=given.options.start_layer,
                check=check,
            )
        )
    projection = output_projections(model, trace, entered)[layer]
    capture = trace.capture(layer)
    choice = _choice(given.head, trace.num_heads)
    with torch.no_grad():
        row = compute.row(capture, token)
        return as_array(norm_based(row, gram(capture, projection), choice))


def _required(model: Model | None, method: Method) -> Model:
    """Return the model; raise InputError where there is none."""
    if model is None:
        raise InputError(
            "{method} needs the model itself: give `model`.", method=method.title
        )
    return model


def method_named(name: str) -> Method:
    """Return the method of a name; raise SelectionError with all names if unknown."""
    if name not in MAPS:
        raise SelectionError(
            "There is no method {name}; there are: {names}.",
            name=name,
            names=", ".join(MAPS),
        )
    return MAPS[name]


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
    """Return the values, (N,) float32, of a gradient method.

    outputs : one (H, N, D) a layer, ∂s/∂O.
    """
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


def _given(method: Method, given: dict[str, object], trace: Trace) -> _Given:
    """Return the options of a method; raise SelectionError for one it has not.

    given : by name: layer (from the last if negative), head, target (a class index,
        None for the likeliest), and fields of `MethodOptions`.
    """
    unknown = sorted(set(given) - set(method.options))
    if unknown:
        raise SelectionError(
            "{method} has no option {option}; it has: {options}.",
            method=method.name,
            option=unknown[0],
            options=", ".join(method.options) or "none",
        )
    own = {name: value for name, value in given.items() if name in OPTIONS}
    _require_in_range(own, trace)
    if "fill" in own:
        own["fill"] = Fill(own["fill"])
    if "source" in own:
        own["source"] = Source(own["source"])
    return _Given(
        layer=given.get("layer", -1),  # type: ignore[arg-type]
        head=given.get("head", Fusion.MEAN),  # type: ignore[arg-type]
        target=given.get("target"),  # type: ignore[arg-type]
        options=MethodOptions(**own),  # type: ignore[arg-type]
    )


def _require_in_range(options: dict[str, Any], trace: Trace) -> None:
    """Raise SelectionError for an option that this trace, or no trace, allows."""
    if "start_layer" in options:
        require_layer(options["start_layer"], trace.num_layers)
    if "cells" in options:
        perturbation.require_square(options["cells"], trace.grid)
    if "mass" in options:
        one_layer.require_mass(options["mass"])
    if not 0 <= options.get("discard", 0) < 1:
        raise SelectionError(
            "The discarded share goes from 0 to below 1; it is not {share}.",
            share=options["discard"],
        )


def _fused(heads: Tensor, head: HeadChoice | Fusion | int) -> Tensor:
    """Return the chosen heads fused: (H, N) → (N,).

    Raises SelectionError for a head out of range.
    """
    choice = _choice(head, len(heads))
    picked = heads[list(choice.heads)] if choice.heads else heads
    return compute.fuse(picked, choice.fusion)


def _choice(head: HeadChoice | Fusion | int, count: int) -> HeadChoice:
    """Return the choice of heads; raise SelectionError for one out of range."""
    if isinstance(head, Fusion):
        return HeadChoice((), head)
    choice = HeadChoice((head,)) if isinstance(head, int) else head
    for one in choice.heads:
        require_head(one, count)
    return choice
