"""Methods that read one layer: the heads' rows, weighted or counted otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vitviz import attention
from vitviz.attention import Capture
from vitviz.errors import SelectionError
from vitviz.geometry import POOL

if TYPE_CHECKING:
    from vitviz.tracing import Trace


def heads_of(name: str, trace: Trace, layer: int, token: int) -> Tensor:
    """A layerwise method's values for each head, (H, N) float32."""
    if token == POOL:
        pool = trace.pool_at(layer)
        row = attention.row(pool, 0)
        if name == "value-weighted":
            row = value_weighted(row, pool)
        return torch.from_numpy(trace.placed(row))
    capture = trace.capture(layer)
    if name == "received":
        return torch.from_numpy(trace.column(layer, token))
    row = attention.row(capture, token)
    if name == "value-weighted":
        return value_weighted(row, capture)
    return row


def value_weighted(row: Tensor, capture: Capture) -> Tensor:
    """α_ij ‖v_j‖, (H, N) float32 (Kobayashi et al. 2020, arXiv 2004.10102)."""
    sizes: Tensor = capture.v.float().norm(dim=-1)
    return row * sizes


def mass_mask(row: Tensor, num_prefix_tokens: int, mass: float) -> Tensor:
    """1 for the fewest patches that hold `mass` of all patches' attention, else 0.

    (…, N) float32; special tokens are 0 (Caron et al. 2021, arXiv 2104.14294,
    section 4.2.2: τ = 0.6). Raises SelectionError unless 0 < mass ≤ 1.
    """
    if not 0 < mass <= 1:
        raise SelectionError(
            "The share of the mass lies above 0 and at most at 1; it is not {mass}.",
            mass=mass,
        )
    patches = row[..., num_prefix_tokens:].double()
    ordered, order = patches.sort(dim=-1, descending=True, stable=True)
    before = ordered.cumsum(dim=-1) - ordered
    is_in = before < mass * ordered.sum(dim=-1, keepdim=True)
    result = torch.zeros_like(row)
    result[..., num_prefix_tokens:].scatter_(-1, order, is_in.float())
    return result


def grad_cam(
    capture: Capture, gradient: Tensor, query: int, num_prefix_tokens: int
) -> Tensor:
    """Heads weighted by the mean gradient of their row, (N,) float32, ≥ 0.

    w_h = mean over patches j of ∂s/∂A^h_ij,  map = (mean over heads of w_h A^h_i·)⁺
    (the baseline of Chefer et al. 2021, arXiv 2012.09838, section 4)
    """
    row = attention.row(capture, query)  # (H, N)
    slope = (gradient[:, query, None] @ capture.v.float().transpose(-1, -2))[:, 0]
    weight = slope[:, num_prefix_tokens:].mean(dim=-1, keepdim=True)
    return (weight * row).mean(dim=0).clamp_min(0)
