"""Methods that read one layer: the heads' rows, weighted or counted otherwise.

Norm-based attention: how long the vector is that a token sends to the query.

Goro Kobayashi, Tatsuki Kuribayashi, Sho Yokoi, Kentaro Inui, "Attention is Not Only a
Weight: Analyzing Transformers with Vector Norms", 2020, arXiv 2004.10102, equation 7:

    ‖Σ_h α^h_ij f^h_j‖,   f^h_j = v^h_j W_O^h

Summed over heads before the norm is taken. With G_j[h, g] = f^h_j · f^g_j it is
(Σ_{h,g} α^h_ij α^g_ij G_j[h, g])^½, so that no N×N×D tensor is made. Where a model
scales its residual branch (layer scale), that factor comes after and is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from vitviz.attention import compute
from vitviz.attention.capture import Capture
from vitviz.domain.geometry import POOL
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.errors import SelectionError

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace


def heads_of(name: str, trace: Trace, layer: int, token: int) -> Tensor:
    """A layerwise method's values for each head, (H, N) float32."""
    if token == POOL:
        pool = trace.pool_at(layer)
        row = compute.row(pool, 0)
        if name == "value-weighted":
            row = value_weighted(row, pool)
        return torch.from_numpy(trace.placed(row))
    capture = trace.capture(layer)
    if name == "received":
        return torch.from_numpy(trace.column(layer, token))
    row = compute.row(capture, token)
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
    row = compute.row(capture, query)  # (H, N)
    slope = (gradient[:, query, None] @ capture.v.float().transpose(-1, -2))[:, 0]
    weight = slope[:, num_prefix_tokens:].mean(dim=-1, keepdim=True)
    return (weight * row).mean(dim=0).clamp_min(0)


CHUNK_BYTES = 16 * 2**20


def gram(capture: Capture, projection: nn.Module) -> Tensor:
    """(N, H, H) float32: G_j[h, g] of every token j."""
    weight = projection.get_parameter("weight").detach().float()  # (D_out, H·D)
    heads, tokens, width = capture.v.shape
    parts = weight.unflatten(1, (heads, width)).permute(1, 2, 0)  # (H, D, D_out)
    step = max(1, CHUNK_BYTES // (4 * heads * parts.shape[-1]))
    found = []
    for start in range(0, tokens, step):
        sent = capture.v[:, start : start + step].float() @ parts  # (H, c, D_out)
        sent = sent.transpose(0, 1)  # (c, H, D_out)
        found.append(sent @ sent.transpose(-1, -2))
    return torch.cat(found)


def norm_based(row: Tensor, grams: Tensor, choice: HeadChoice) -> Tensor:
    """(N,) float32 of one query's attention, (H, N).

    The mean of heads stands for their sum, as in the paper; max and min take each
    head's own ‖α^h_ij f^h_j‖.
    """
    if choice.heads:
        index = list(choice.heads)
        row, grams = row[index], grams[:, index][:, :, index]
    if choice.fusion is Fusion.MEAN:
        weights = row.T[:, :, None]  # (N, H, 1)
        squared = (weights.transpose(-1, -2) @ grams @ weights)[:, 0, 0]
        return squared.clamp_min(0).sqrt()
    own = row * grams.diagonal(dim1=1, dim2=2).T.clamp_min(0).sqrt()  # (H, N)
    return own.amax(dim=0) if choice.fusion is Fusion.MAX else own.amin(dim=0)
