"""Rollout, relevance and gradient rollout of one query, without N×N matrices.

    e_qᵀ M_L ⋯ M_1 :  (N,) → last layer → … → first layer → (N,)

The row of a product of layer matrices that belongs to one query needs no product of
matrices: the unit vector of the query is multiplied by one matrix after another, from
the last layer to the first, and each M_l is made tile by tile. Time is O(L·N²), memory
that of a tile.

Rollout: Samira Abnar, Willem Zuidema, "Quantifying Attention Flow in Transformers",
2020, arXiv 2005.00928, section 3.
Relevance: Hila Chefer, Shir Gur, Lior Wolf, "Generic Attention-model Explainability for
Interpreting Bi-Modal and Encoder-Decoder Transformers", 2021, arXiv 2103.15679,
equations 5 and 6.
Gradient rollout has no paper: rollout with relevance's layer matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from vitviz.attention import compute
from vitviz.attention.capture import Capture
from vitviz.domain.heads import Fusion
from vitviz.domain.methods import MethodOptions

# Called between tiles; raises Cancelled to end the computation.
Check = Callable[[], None]

# Of a tile: small enough to stay in a processor's cache, where it is read again.
TILE_BYTES = 4 * 2**20


def rollout(
    captures: Sequence[Capture],
    query: int,
    options: MethodOptions,
    *,
    kept: int | None,
    check: Check = lambda: None,
) -> Tensor:
    """Return the attention rollout of one query, (N,) float32, ≥ 0; sums to 1.

    Ā = mean over heads of A,  Â = ½ Ā + ½ I,  R = Â^L ⋯ Â^1
    (Abnar and Zuidema 2020, arXiv 2005.00928, section 3)

    Rows are renormalised where max or min fusion or discarding changed their sum.

    query : token index.
    options : fusion, start_layer and discard are read.
    kept : a column that is never discarded, usually that of CLS; None for none.
    check : called before every tile; what it raises ends the computation.
    """

    def layer_rows(capture: Capture, rows: Tensor | slice) -> Tensor:
        """Return some rows of the layer's fused matrix, (b, N)."""
        fused = compute.fuse(_tile(capture, rows), options.fusion)
        if options.discard > 0:
            fused = _discarded(fused, options.discard, kept)
        if options.discard > 0 or options.fusion is not Fusion.MEAN:
            fused = fused / fused.sum(dim=-1, keepdim=True).clamp_min(1e-30)
        return fused

    vector = _start(captures, query)
    for capture in reversed(captures[options.start_layer :]):
        if options.discard == 0 and options.fusion is Fusion.MEAN:
            product = _mean_product(vector, capture, check)
        else:
            product = _product(vector, capture, layer_rows, check)
        vector = (vector + product) / 2
    return vector


def relevance(
    captures: Sequence[Capture],
    gradients: Sequence[Tensor],
    query: int,
    *,
    start_layer: int = 0,
    check: Check = lambda: None,
) -> Tensor:
    """Return the generic-attention relevance for one query, (N,) float32, ≥ 0.

    Ā = mean over heads of (∇A ⊙ A)⁺,  R ← I,  R ← R + Ā R for l = 1 … L
    (Chefer, Gur and Wolf 2021, arXiv 2103.15679, equations 5 and 6)

    gradients : one (H, N, D) a layer, ∂s/∂O of the same pass, as `gradients.backward`
        returns them.
    query : token index.
    start_layer : the first layer that takes part, counted from 0.
    check : called before every tile; what it raises ends the computation.
    """
    vector = _start(captures, query)
    for layer in reversed(range(start_layer, len(captures))):
        vector = vector + _gradient_product(
            vector, captures[layer], gradients[layer], check, is_normalised=False
        )
    return vector


def gradient_rollout(
    captures: Sequence[Capture],
    gradients: Sequence[Tensor],
    query: int,
    *,
    start_layer: int = 0,
    check: Check = lambda: None,
) -> Tensor:
    """Return the rollout of positive attention × gradient, (N,) float32; sums to 1.

    M = mean over heads of (A ⊙ ∇A)⁺, from each layer's A and the same layer's gradient.
    Rows of M + I are divided by their sums, not rows of M, whose sums are close to 0.

    Parameters are those of `relevance`.
    """
    vector = _start(captures, query)
    for layer in reversed(range(start_layer, len(captures))):
        vector = _gradient_product(
            vector, captures[layer], gradients[layer], check, is_normalised=True
        )
    return vector


def gradient_tile(capture: Capture, gradient: Tensor, rows: Tensor | slice) -> Tensor:
    """Return the mean over heads of (A ⊙ ∇A)⁺ for some queries, (b, N) float32, ≥ 0.

    gradient : (H, N, D), ∂s/∂O of this layer; ∇A = ∂s/∂O Vᵀ.
    """
    tile = _tile(capture, rows)  # (H, b, N)
    # (H, b, D) @ (H, D, N)
    tile *= gradient[:, rows] @ capture.v.float().transpose(-1, -2)  # (H, b, N)
    return tile.clamp_min_(0).mean(dim=0)  # (b, N)


def _tile(capture: Capture, rows: Tensor | slice) -> Tensor:
    """Return the attention of some queries, (H, b, N) float32."""
    if isinstance(rows, slice):
        return compute.tile(capture, rows.start, rows.stop)
    return compute.rows_at(capture, rows)


def _start(captures: Sequence[Capture], query: int) -> Tensor:
    """Return the unit vector of a query, (N,) float32."""
    first = captures[0]
    vector = torch.zeros(first.num_keys, device=first.q.device)
    vector[query] = 1
    return vector


def _pieces(vector: Tensor, capture: Capture) -> list[Tensor | slice]:
    """Return the rows that have a weight in `vector`, in tiles; at first one row."""
    if int((vector != 0).sum()) == 1:
        return [vector.nonzero()[0]]
    step = max(1, TILE_BYTES // (4 * capture.num_heads * capture.num_keys))
    count = capture.num_queries
    return [slice(a, min(a + step, count)) for a in range(0, count, step)]


def _product(
    vector: Tensor,
    capture: Capture,
    rows_of: Callable[[Capture, Tensor | slice], Tensor],
    check: Check,
) -> Tensor:
    """Return the product of `vector` and M, (N,), with M's rows from `rows_of`."""
    total = torch.zeros_like(vector)
    for rows in _pieces(vector, capture):
        check()
        total += vector[rows] @ rows_of(capture, rows)  # (b,) @ (b, N)
    return total


def _mean_product(vector: Tensor, capture: Capture, check: Check) -> Tensor:
    """Return the product of `vector` and the heads' mean, (N,).

    The heads are summed by the product itself, so that their mean is never made.
    """
    total = torch.zeros_like(vector)
    for rows in _pieces(vector, capture):
        check()
        tile = _tile(capture, rows)  # (H, b, N)
        weights = vector[rows].repeat(capture.num_heads)  # (H·b,)
        total += weights @ tile.flatten(0, 1)  # (H·b,) @ (H·b, N)
    return total / capture.num_heads


def _gradient_product(
    vector: Tensor,
    capture: Capture,
    gradient: Tensor,
    check: Check,
    *,
    is_normalised: bool,
) -> Tensor:
    """Return the product of `vector` and M, (N,); M is that of `gradient_tile`.

    is_normalised : take M + I with rows divided by their sums in place of M.
    """
    total = torch.zeros_like(vector)
    for rows in _pieces(vector, capture):
        check()
        part = gradient_tile(capture, gradient, rows)  # (b, N)
        weights = vector[rows]  # (b,)
        if is_normalised:
            # vᵀ (M + I) / sums = (v / sums)ᵀ M + v / sums
            weights = weights / (1 + part.sum(dim=-1))
            total[rows] += weights
        total += weights @ part  # (b,) @ (b, N)
    return total


def _discarded(rows: Tensor, share: float, kept: int | None) -> Tensor:
    """Return (b, N) with the smallest share of each row set to 0.

    kept : a column that stays as it is; None for none.
    """
    count = int(rows.shape[-1] * share)
    order = rows
    if kept is not None:
        order = rows.clone()
        order[:, kept] = float("inf")
    smallest = order.topk(count, dim=-1, largest=False).indices
    return rows.scatter(-1, smallest, 0.0)
