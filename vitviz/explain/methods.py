"""The registry: every method by name, with its formula, source, price and caveat.

`run` is the one way in, for window, command line and API alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vitviz import attention
from vitviz.errors import InputError, SelectionError
from vitviz.explain import layerwise, walk
from vitviz.explain.gradients import Gradients, backward
from vitviz.selection import Fusion, HeadChoice

if TYPE_CHECKING:
    from vitviz.attention import Capture
    from vitviz.models.adapter import Model
    from vitviz.tracing import Query, Trace

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Method:
    """What is said of a method beside its map."""

    name: str
    title: str
    formula: str
    source: str
    cost: str
    caveat: str
    is_layerwise: bool
    """Whether it shows one layer, and its heads one by one."""
    needs_gradients: bool
    options: tuple[str, ...] = ()


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


_LAYER = ("layer", "head")
_ALL = (
    Method(
        "raw",
        "attention",
        "softmax(q_i Kᵀ/√d_k)",
        "Dosovitskiy et al. 2021, arXiv 2010.11929",
        "one row",
        "Max and min over heads do not sum to 1.",
        is_layerwise=True,
        needs_gradients=False,
        options=_LAYER,
    ),
    Method(
        "received",
        "attention received",
        "A_·j",
        "the same matrix, read down a column",
        "all rows once, then one column",
        "A column does not sum to 1.",
        is_layerwise=True,
        needs_gradients=False,
        options=_LAYER,
    ),
    Method(
        "value-weighted",
        "attention × size of the value",
        "α_ij ‖v_j‖",
        "Kobayashi et al. 2020, arXiv 2004.10102",
        "one row",
        "Leaves out the projection after the heads, which may turn a value's size.",
        is_layerwise=True,
        needs_gradients=False,
        options=_LAYER,
    ),
    Method(
        "mass-mask",
        "smallest set of patches with a share of the attention",
        "the fewest patches whose attention adds up to τ of the patches' own",
        "Caron et al. 2021 (DINO), arXiv 2104.14294",
        "one row",
        "A set, not a measure: a patch just outside may differ by nothing.",
        is_layerwise=True,
        needs_gradients=False,
        options=(*_LAYER, "mass"),
    ),
    Method(
        "rollout",
        "rollout",
        "Â = ½Ā + ½I,  R = Â^L ⋯ Â^1",
        "Abnar and Zuidema 2020, arXiv 2005.00928",
        "about a forward pass",
        "Assumes that residual and attention count alike and that values do not "
        "cancel; the same for every class.",
        is_layerwise=False,
        needs_gradients=False,
        options=("fusion", "start_layer", "discard"),
    ),
    Method(
        "relevance",
        "generic-attention relevance",
        "Ā = E_h[(∇A ⊙ A)⁺],  R ← R + Ā R",
        "Chefer, Gur and Wolf 2021, arXiv 2103.15679",
        "about four forward passes",
        "Negative contributions are dropped; the query's own patch keeps its start "
        "of 1.",
        is_layerwise=False,
        needs_gradients=True,
        options=("target", "start_layer"),
    ),
    Method(
        "gradient-rollout",
        "gradient rollout",
        "M = E_h[(A ⊙ ∇A)⁺], rows of M + I made to sum to 1, multiplied as in rollout",
        "rollout with relevance's layer matrices",
        "about four forward passes",
        "The gradients are small beside I, so the map is faint away from the query.",
        is_layerwise=False,
        needs_gradients=True,
        options=("target", "start_layer"),
    ),
    Method(
        "grad-cam",
        "grad-CAM on attention",
        "(E_h[w_h A^h_i·])⁺,  w_h = mean over patches of ∇A^h_i·",
        "baseline in Chefer, Gur and Wolf 2021, arXiv 2012.09838",
        "a forward and a backward pass",
        "Looks at one layer only; often nearly empty.",
        is_layerwise=False,
        needs_gradients=True,
        options=("layer", "target"),
    ),
)
METHODS = {method.name: method for method in _ALL}
"""All methods by name, in the order in which they are offered."""


def run(
    name: str,
    trace: Trace,
    *,
    query: Query = "cls",
    model: Model | None = None,
    gradients: Gradients | None = None,
    pixels: Tensor | None = None,
    check: walk.Check = lambda: None,
    **options: object,
) -> Array:
    """A method's map over the patches for one query, (rows, cols) float32.

    model : needed by gradient methods, which run one backward pass through it, unless
        `gradients` from an earlier one are given.
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
    check: walk.Check = lambda: None,
    **options: object,
) -> Array:
    """As `run`, special tokens included: (N,) float32."""
    method = method_named(name)
    chosen = _options(method, options)
    token = trace.token(query)
    layer = chosen.layer % trace.num_layers if chosen.layer < 0 else chosen.layer
    with torch.no_grad():
        if method.is_layerwise:
            heads = layerwise.heads_of(name, trace, layer, token, mass=chosen.mass)
            return _fused(heads, chosen.head, trace)
        captures = [trace.capture(i) for i in range(trace.num_layers)]
        start = _start_layer(chosen.start_layer, trace)
        if name == "rollout":
            result = walk.rollout(
                captures,
                token,
                walk.RolloutOptions(chosen.fusion, start, _share(chosen.discard)),
                kept=0 if trace.num_prefix_tokens else None,
                check=check,
            )
            return _array(result)
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
    return _array(result)


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
    check: walk.Check,
) -> Tensor:
    if name == "relevance":
        return walk.relevance(captures, outputs, token, start_layer=start, check=check)
    if name == "gradient-rollout":
        return walk.gradient_rollout(
            captures, outputs, token, start_layer=start, check=check
        )
    return layerwise.grad_cam(
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


def _fused(heads: Tensor, head: HeadChoice | Fusion | int, trace: Trace) -> Array:
    """(H, N) → (N,) as the choice of heads says."""
    if isinstance(head, Fusion):
        return _array(attention.fuse(heads, head))
    choice = HeadChoice((head,)) if isinstance(head, int) else head
    for one in choice.heads:
        if not 0 <= one < trace.num_heads:
            raise SelectionError(
                "There is no head {head}: heads go from 0 to {last}.",
                head=one,
                last=trace.num_heads - 1,
            )
    picked = heads[list(choice.heads)] if choice.heads else heads
    return _array(attention.fuse(picked, choice.fusion))


def _array(tensor: Tensor) -> Array:
    array: Array = tensor.detach().float().cpu().numpy()
    return array
