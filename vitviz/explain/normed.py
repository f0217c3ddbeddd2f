"""Norm-based attention: how long the vector is that a token sends to the query.

Goro Kobayashi, Tatsuki Kuribayashi, Sho Yokoi, Kentaro Inui, "Attention is Not Only a
Weight: Analyzing Transformers with Vector Norms", 2020, arXiv 2004.10102, equation 7:

    ‖Σ_h α^h_ij f^h_j‖,   f^h_j = v^h_j W_O^h

Summed over heads before the norm is taken. With G_j[h, g] = f^h_j · f^g_j it is
(Σ_{h,g} α^h_ij α^g_ij G_j[h, g])^½, so that no N×N×D tensor is made. Where a model
scales its residual branch (layer scale), that factor comes after and is left out.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vitviz.attention import Capture
from vitviz.selection import Fusion, HeadChoice

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
