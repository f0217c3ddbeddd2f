"""LeGrad: sensitivity of each layer's own read-out to its attention.

Walid Bousselham, Angie Boggust, Sofian Chaybouti, Hendrik Strobelt, Hilde Kuehne,
"LeGrad: An Explainability Method for Vision Transformers via Feature Formation
Sensitivity", 2024, arXiv 2404.03214, section 3.2:

    E^l = mean over heads h and queries i of (∂s^l/∂A^{l,h}_i·)⁺,   E = Σ_l E^l

s^l is the score that the model's own read-out gives to the output of block l.
∂s/∂A = dO Vᵀ, tile by tile; the graph from s^l to its attention spans one block.

Deviation: the paper divides by the number of layers and scales the map to [0, 1] at the
end; here the sum is returned, since a scale of its own for each map would hide how
small its values are.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from vitviz.attention.capture import Capture
from vitviz.attention.compute import tile_rows
from vitviz.attention.prepare import applied_interventions
from vitviz.attention.tap import tap
from vitviz.attention.trace import Trace
from vitviz.errors import Cancelled
from vitviz.explain.gradients import target_class
from vitviz.explain.model_parts import (
    ReadOut,
    read_out,
    require_states,
    states_among,
)
from vitviz.models.model import Model

# Called between tiles; raises Cancelled to end the computation.
Check = Callable[[], None]


def legrad(
    model: Model,
    trace: Trace,
    pixels: Tensor,
    *,
    target: int | None,
    start_layer: int = 0,
    check: Check = lambda: None,
) -> Tensor:
    """Return the LeGrad map, (N,) float32, ≥ 0; the same for every query.

    pixels : (1, 3, H, W), the traced input.
    target : class index; None for the likeliest, or for a model without a head.
    start_layer : the first layer of the sum, counted from 0.
    check : called before every layer and tile; what it raises ends the computation.

    Raises SelectionError for an unknown class, UnsupportedModelError if the model's
    read-out is not found, Cancelled.
    """
    adapter = model.adapter
    outputs: dict[int, Tensor] = {}
    states: list[Tensor] = []
    require_states(model)
    changes = applied_interventions(trace.setup)

    def leave(_module: nn.Module, _args: object, output: object) -> None:
        state = states_among(output)
        states.append(state if changes is None else changes.drop_from(state))

    def is_cancelled() -> bool:
        # the tap asks, where `check` raises
        try:
            check()
        except Cancelled:
            return True
        return False

    hooks = [block.register_forward_hook(leave) for block in adapter.blocks]
    entered = pixels.to(model.device, model.dtype).clone().requires_grad_()
    try:
        with (
            torch.inference_mode(False),
            torch.enable_grad(),
            adapter.ready(trace.setup.placement.model_size),
            tap(
                adapter.blocks,
                on_output=outputs.__setitem__,
                changes=changes,
                is_cancelled=is_cancelled,
            ),
        ):
            output = adapter.forward(entered)[0].reshape(-1)  # (C,)
    finally:
        for hook in hooks:
            hook.remove()
    final = states[-1][0].detach()
    reader = read_out(model, final, output.detach(), trace.num_prefix_tokens)
    chosen = target_class(model, trace, output, target)
    total = torch.zeros(trace.num_tokens, device=model.device)
    for layer in range(start_layer, trace.num_layers):
        check()
        with torch.inference_mode(False), torch.enable_grad():
            score = _score(reader, states[layer][0], output.detach(), chosen)
            (slope,) = torch.autograd.grad(score, outputs[layer], retain_graph=True)
        total += _sensitivity(trace.capture(layer), slope[0].detach().float(), check)
    return total


def _score(
    reader: ReadOut, states: Tensor, output: Tensor, target: int | None
) -> Tensor:
    """Return the score of one layer's states: a logit, or the product with the feature.

    states : (N, D), what leaves the layer.
    output : (C,) of the whole model, detached.
    """
    said = reader(states)
    return said @ output if target is None else said[target]


def _sensitivity(capture: Capture, slope: Tensor, check: Check) -> Tensor:
    """Return the mean over heads and queries of (dO Vᵀ)⁺, (N,) float32, ≥ 0.

    slope : (H, N, D) float32, dO = ∂s/∂O.
    """
    values = capture.v.float().transpose(-1, -2)  # (H, D, N)
    total = torch.zeros(capture.num_keys, device=slope.device)
    step = tile_rows(capture)
    for start in range(0, capture.num_queries, step):
        check()
        part = slope[:, start : start + step] @ values  # (H, b, N)
        total += part.clamp_min_(0).sum(dim=(0, 1))
    return total / (capture.num_heads * capture.num_queries)
