"""The gradient at every layer's attention output, from one backward pass.

With O = A V and dO = ∂s/∂O, the gradient of the score s by the attention weights is

    ∂s/∂A = dO Vᵀ,   (H, N, D) @ (H, D, N)

so that every gradient method follows tile by tile from q, k, v and dO; neither A nor
its gradient is ever held whole. The backward pass is the fused kernel's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.prepare import applied_interventions, hide_patches
from vitviz.attention.tap import tap
from vitviz.attention.trace import Trace
from vitviz.errors import InputError, SelectionError
from vitviz.models.model import Model
from vitviz.pictures.placement import prepare


@dataclass(frozen=True, slots=True)
class Gradients:
    """What one backward pass left behind.

    outputs : one Tensor (H, N, D) float32 a layer, ∂s/∂O.
    score : s itself.
    target : the class whose logit s is; None for the feature's product with itself.
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
    """Gradients of a class score for the picture that `trace` was made of.

    target : index of a class; None for the class with the largest logit. A model
        without a head has no class: s is then the dot product of its final feature
        with its own detached value.
    pixels : (1, 3, H, W), needed only if the trace was made of a prepared tensor.
    is_cancelled : polled before every layer of the forward pass.

    Parameters get no gradient and keep their `requires_grad`.

    Raises SelectionError for an unknown class, InputError without a picture,
    Cancelled.
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
            logits = adapter.forward(entered)[0].reshape(-1)
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
    """(1, 3, H, W) input that a trace was made of, its hidden patches hidden.

    pixels : the whole picture's, if the trace was made of a prepared tensor.

    Raises InputError without a picture.
    """
    setup = trace.setup
    if pixels is None:
        if setup.image is None:
            raise InputError(
                "This trace was made of a prepared tensor: give it again as `pixels`."
            )
        prepared = prepare(setup.image, setup.placement, setup.preprocessing)
        pixels = torch.from_numpy(prepared)[None]
    return hide_patches(setup, pixels)


def target_class(
    model: Model, trace: Trace, logits: Tensor, target: int | None
) -> int | None:
    """The class asked for, or the likeliest; None for a model without a head.

    Raises SelectionError for a class there is not.
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
