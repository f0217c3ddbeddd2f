"""Gradients of a score with respect to every layer's attention, by one backward pass.

With O = A V and dO = ∂s/∂O, the gradient of the score s by the attention weights is

    ∂s/∂A = dO Vᵀ,   (H, N, D) @ (H, D, N)

so that every gradient method follows tile by tile from q, k, v and dO; neither A nor
its gradient is ever stored whole. The backward pass is the fused kernel's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.prepare import (
    applied_interventions,
    hide_patches,
    model_input,
)
from vitviz.attention.tap import tap
from vitviz.attention.trace import Trace
from vitviz.errors import InputError, SelectionError
from vitviz.models.model import Model


@dataclass(frozen=True, slots=True)
class Gradients:
    """The gradients of one score at every layer's attention output.

    outputs : one Tensor a layer, (H, N, D) float32, on the model's device: ∂s/∂O; zero
        where the score does not depend on the layer.
    score : s itself, a logit.
    target : class whose logit s is; None for the feature's product with itself.
    """

    outputs: tuple[Tensor, ...]
    score: float
    target: int | None


def backward(
    model: Model,
    trace: Trace,
    *,
    target: int | None = None,
    pixels: Tensor | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Gradients:
    """Return the gradients of a score for the picture that a trace was made of.

    Runs one forward and one backward pass, with the trace's interventions. The model's
    parameters get no gradient and keep their `requires_grad`. May be called from any
    thread; waits while another pass is tapped.

    Parameters
    ----------
    model
        The model that made the trace.
    trace
        A complete trace.
    target
        Index of a class in [0, C); None for the class with the largest logit. A model
        without a head has no class: the score is then the dot product of its final
        feature with its own detached value.
    pixels
        (1, 3, H, W), the prepared input; needed only if the trace was made of a
        prepared tensor.
    is_cancelled
        Polled before every layer of the forward pass.

    Returns
    -------
    Gradients
        ∂s/∂O of every layer, (H, N, D) float32; ∂s/∂A follows as ∂s/∂O Vᵀ.

    Raises
    ------
    SelectionError
        If there is no such class.
    InputError
        If the trace was made by another model, or of a prepared tensor that is not
        given again.
    Cancelled
        If `is_cancelled` returned True.
    """
    model = as_run(model, trace)
    setup, adapter = trace.setup, model.adapter
    if setup.model != model.info:
        raise InputError(
            "The trace was made by {traced}, not by {model}.",
            traced=setup.model.name,
            model=model.info.name,
        )
    pixels = prepared_pixels(trace, pixels)
    # a graph is recorded from the input on, whether or not parameters require one
    entered = pixels.to(model.device, model.dtype).clone().requires_grad_()
    outputs: dict[int, Tensor] = {}
    opened = tap(
        adapter.blocks,
        on_output=outputs.__setitem__,
        changes=applied_interventions(setup),
        is_cancelled=is_cancelled,
    )
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        adapter.ready(setup.placement.model_size),
    ):
        with opened:
            logits = adapter.forward(entered)[0].reshape(-1)  # (C,)
        chosen = target_class(model, trace, logits, target)
        score = logits @ logits.detach() if chosen is None else logits[chosen]
        wanted = [outputs[layer] for layer in range(trace.num_layers)]
        found = torch.autograd.grad(score, wanted, allow_unused=True)
    parts = [
        torch.zeros_like(output) if part is None else part
        for output, part in zip(wanted, found, strict=True)
    ]
    return Gradients(
        tuple(part[0].detach().float() for part in parts), float(score.detach()), chosen
    )


def prepared_pixels(trace: Trace, pixels: Tensor | None = None) -> Tensor:
    """Return the input that a trace was made of, (1, 3, H, W), patches hidden.

    float32 on the CPU, normalised, unless `pixels` are given.

    pixels : the prepared input without hidden patches, if the trace was made of one.

    Raises InputError if the trace was made of a prepared tensor and it is not given.
    """
    setup = trace.setup
    if pixels is None:
        if setup.image is None:
            raise InputError(
                "This trace was made of a prepared tensor: give it again as `pixels`."
            )
        prepared = model_input(
            setup.image, setup.placement, setup.preprocessing, setup.model
        )
        pixels = torch.from_numpy(prepared)[None]
    return hide_patches(setup, pixels)


def target_class(
    model: Model, trace: Trace, logits: Tensor, target: int | None
) -> int | None:
    """Return the class asked for, or the likeliest; None for a model without a head.

    logits : (C,) of the unchanged picture.

    Raises SelectionError if there is no such class.
    """
    if not model.info.has_head:
        if target is not None:
            raise SelectionError(
                "{model} has no head and so no class {target}; leave the class out.",
                model=trace.setup.model.name,
                target=target,
            )
        return None
    if target is None:
        return int(logits.argmax())
    if not 0 <= target < len(logits):
        raise SelectionError(
            "There is no class {target}: classes go from 0 to {last}.",
            target=target,
            last=len(logits) - 1,
        )
    return target
