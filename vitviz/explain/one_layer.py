"""Methods on one layer: raw, received, value-weighted and norm-based attention, others.

    raw              α^h_i·, a row of each head
    received         α^h_·j, a column of each head
    value-weighted   α^h_ij ‖v^h_j‖
    norm-based       ‖Σ_h α^h_ij f^h_j‖,   f^h_j = v^h_j W_O^h
    mass mask        the fewest patches that hold a share τ of the patches' attention
    grad-CAM         (mean over heads of w_h A^h_i·)⁺, w_h the mean gradient of a row

Value-weighted and norm-based: Goro Kobayashi, Tatsuki Kuribayashi, Sho Yokoi, Kentaro
Inui, "Attention is Not Only a Weight: Analyzing Transformers with Vector Norms", 2020,
arXiv 2004.10102; norm-based is its equation 7. The sum over heads is taken before the
norm. With G_j[h, g] = f^h_j · f^g_j it is (Σ_{h,g} α^h_ij α^g_ij G_j[h, g])^½, so that
no N×N×D tensor is made. Deviation: a factor on the residual branch (layer scale) comes
after the projection and is left out.

Mass mask: Mathilde Caron et al., "Emerging Properties in Self-Supervised Vision
Transformers", 2021, arXiv 2104.14294, section 4.2.2.

Grad-CAM on attention: the baseline in Hila Chefer, Shir Gur, Lior Wolf, "Transformer
Interpretability Beyond Attention Visualization", 2021, arXiv 2012.09838, section 4.
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
    """Return the values of raw, received or value-weighted attention for each head.

    (H, N) float32, ≥ 0. Under any other name, those of raw attention.

    token : token index, or POOL for the pooling head's query.

    Raises SelectionError for a layer out of range or a pooling head that has not run,
    ExactnessError if the layer's check failed.
    """
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
    """Return α_ij ‖v_j‖, (H, N) float32 (Kobayashi et al. 2020, arXiv 2004.10102).

    row : (H, N), attention of one query.
    """
    sizes: Tensor = capture.v.float().norm(dim=-1)
    return row * sizes


def require_mass(mass: float) -> None:
    """Raise SelectionError for a share of the attention outside (0, 1]."""
    if not 0 < mass <= 1:
        raise SelectionError(
            "The share of the mass lies above 0 and at most at 1; it is not {mass}.",
            mass=mass,
        )


def mass_mask(row: Tensor, num_prefix_tokens: int, mass: float) -> Tensor:
    """Return 1 for the fewest patches that hold a share of the patches' attention.

    (…, N) float32, 0 for all other patches and for special tokens (Caron et al. 2021,
    arXiv 2104.14294, section 4.2.2: τ = 0.6).

    row : (…, N), attention of one query.
    mass : the share, τ, in (0, 1].

    Raises SelectionError for another mass.
    """
    require_mass(mass)
    patches = row[..., num_prefix_tokens:].double()
    ordered, order = patches.sort(dim=-1, descending=True, stable=True)
    # mass of all larger patches: a patch is in while that is not enough
    before = ordered.cumsum(dim=-1) - ordered
    is_in = before < mass * ordered.sum(dim=-1, keepdim=True)
    result = torch.zeros_like(row)
    result[..., num_prefix_tokens:].scatter_(-1, order, is_in.float())
    return result


def grad_cam(
    capture: Capture, gradient: Tensor, query: int, num_prefix_tokens: int
) -> Tensor:
    """Return the grad-CAM map of one query, (N,) float32, ≥ 0.

    w_h = mean over patches j of ∂s/∂A^h_ij,  map = (mean over heads of w_h A^h_i·)⁺
    (the baseline of Chefer et al. 2021, arXiv 2012.09838, section 4)

    gradient : (H, N, D), ∂s/∂O of this layer.
    """
    row = compute.row(capture, query)  # (H, N)
    # ∂s/∂A of the query: (H, 1, D) @ (H, D, N) → (H, N)
    slope = (gradient[:, query, None] @ capture.v.float().transpose(-1, -2))[:, 0]
    weight = slope[:, num_prefix_tokens:].mean(dim=-1, keepdim=True)  # (H, 1)
    return (weight * row).mean(dim=0).clamp_min(0)  # (N,)


# Of the projected values of some tokens, all heads together.
CHUNK_BYTES = 16 * 2**20


def gram(capture: Capture, projection: nn.Module) -> Tensor:
    """Return G_j[h, g] = f^h_j · f^g_j of every token j, (N, H, H) float32.

    projection : the layer's W_O, weight (D_out, H·D).
    """
    weight = projection.get_parameter("weight").detach().float()  # (D_out, H·D)
    heads, tokens, width = capture.v.shape
    parts = weight.unflatten(1, (heads, width)).permute(1, 2, 0)  # (H, D, D_out)
    step = max(1, CHUNK_BYTES // (4 * heads * parts.shape[-1]))
    found = []
    for start in range(0, tokens, step):
        sent = capture.v[:, start : start + step].float() @ parts  # (H, c, D_out)
        sent = sent.transpose(0, 1)  # (c, H, D_out)
        found.append(sent @ sent.transpose(-1, -2))  # (c, H, H)
    return torch.cat(found)  # (N, H, H)


def norm_based(row: Tensor, grams: Tensor, choice: HeadChoice) -> Tensor:
    """Return norm-based attention of one query, (N,) float32, ≥ 0.

    A mean of heads is taken as their sum, the paper's formula; max and min are over
    each head's own ‖α^h_ij f^h_j‖.

    row : (H, N), the query's attention.
    grams : (N, H, H), from `gram`.
    """
    if choice.heads:
        index = list(choice.heads)
        row, grams = row[index], grams[:, index][:, :, index]
    if choice.fusion is Fusion.MEAN:
        weights = row.T[:, :, None]  # (N, H, 1)
        # (N, 1, H) @ (N, H, H) @ (N, H, 1) → (N,)
        squared = (weights.transpose(-1, -2) @ grams @ weights)[:, 0, 0]
        return squared.clamp_min(0).sqrt()  # rounding may make a small one negative
    own = row * grams.diagonal(dim1=1, dim2=2).T.clamp_min(0).sqrt()  # (H, N)
    return own.amax(dim=0) if choice.fusion is Fusion.MAX else own.amin(dim=0)
