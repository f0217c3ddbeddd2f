"""Attention from its factors: rows, columns, tiles and pooled matrices.

    A = softmax(Q Kᵀ · scale + bias), over the last axis: for each query, all keys
    (Vaswani et al. 2017, arXiv 1706.03762, equation 1; per head)

Where the running model was changed (`attention.intervene`), so is A: edges that were
cut have a score of −∞, and the softmax may have gone over the wrong axis.

The matrix A itself is never stored. Whatever is asked for is computed from q and k, in
float32 whatever the model's precision, on the device they lie on. Everything here may
be called from any thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from vitviz.attention.capture import Capture, Edges
from vitviz.domain.geometry import Bins
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Axis
from vitviz.errors import BudgetError

MAX_MATRIX_BYTES = 256 * 2**20
"""One head's whole matrix: 8,192 tokens in float32."""
MAX_TILE_BYTES = 64 * 2**20
"""Rows computed at once, all heads together."""


def row(capture: Capture, query: int) -> Tensor:
    """Attention of one query to all keys, (H, N) float32; rows sum to 1.

    Not where the softmax went over another axis; that holds for all that follows.
    """
    return tile(capture, query, query + 1)[:, 0]


def tile(capture: Capture, start: int, stop: int, *, head: int | None = None) -> Tensor:
    """Attention of queries [start, stop), (H, b, N) float32; (1, b, N) for a head."""
    return _weights(capture, slice(start, stop), head)


def rows_at(capture: Capture, queries: Tensor, *, head: int | None = None) -> Tensor:
    """Attention of the listed queries, (H, b, N) float32; (1, b, N) for a head."""
    return _weights(capture, queries, head)


def tile_rows(capture: Capture, *, num_heads: int | None = None) -> int:
    """Queries that fit one tile of `MAX_TILE_BYTES`, scores and softmax together."""
    heads = capture.num_heads
    if num_heads is not None and capture.axis is not Axis.HEADS:
        heads = num_heads
    return max(1, MAX_TILE_BYTES // (2 * 4 * heads * capture.num_keys))


def tiles(
    capture: Capture, rows: int | None = None, *, head: int | None = None
) -> Iterator[tuple[int, Tensor]]:
    """(start, tile) from the first query to the last; see `tile`."""
    most = tile_rows(capture, num_heads=None if head is None else 1)
    step = most if rows is None else max(1, min(rows, most))
    for start in range(0, capture.num_queries, step):
        stop = min(start + step, capture.num_queries)
        yield start, tile(capture, start, stop, head=head)


def log_normalisers(capture: Capture) -> Tensor:
    """Log Σ_j exp(q_i·k_j·scale + bias) of every query i, (H, N) float32."""
    step = tile_rows(capture)
    parts = [
        torch.logsumexp(_scores(capture, slice(start, start + step), None), dim=-1)
        for start in range(0, capture.num_queries, step)
    ]
    return torch.cat(parts, dim=1)


def key_normalisers(capture: Capture) -> Tensor:
    """What a softmax over the queries needs of every key j, (2, H, N) float32.

    m = max_i s_ij, 0 for a key that no query may see, and log Σ_i exp(s_ij - m) with
    s = q·k·scale + bias: apart, because their sum would round a large m.
    """
    shape = (capture.num_heads, capture.num_keys)
    peaks = torch.full(shape, -torch.inf, device=capture.q.device)
    total = peaks
    step = tile_rows(capture)
    for start in range(0, capture.num_queries, step):
        scores = _scores(capture, slice(start, start + step), None)
        former, peaks = peaks, torch.maximum(peaks, scores.amax(dim=1))
        base = peaks.masked_fill(peaks == -torch.inf, 0.0)
        part = torch.logsumexp(scores - base[:, None], dim=1)
        total = torch.logaddexp(total + (former - base), part)
    is_cut = peaks == -torch.inf
    return torch.stack([peaks.masked_fill(is_cut, 0.0), total.masked_fill(is_cut, 0.0)])


def product(capture: Capture) -> Tensor:
    """A V, (H, N, D) float32, by tiles."""
    values = capture.v.float()
    return torch.cat([part @ values for _, part in tiles(capture)], dim=1)


def column(capture: Capture, key: int, log_normaliser: Tensor | None) -> Tensor:
    """Attention of every query to one key, (H, N) float32, each in [0, 1].

    log_normaliser : (H, N), from `log_normalisers`; None where the softmax went over
        another axis than the keys.
    """
    scores = (capture.q.float() @ capture.k[:, key, :, None].float())[..., 0]  # (H, N)
    scores = scores * capture.scale
    if capture.bias is not None:
        scores = scores + capture.bias.column(key).float()
    for edges in capture.edges:
        if edges.keys is None or bool((edges.keys == key).any()):
            cut = slice(None) if edges.queries is None else edges.queries
            scores[:, cut] = -torch.inf
    if capture.axis is Axis.HEADS:
        return _over_heads(scores)
    if capture.key_normalisers is not None:
        peaks, log_normaliser = capture.key_normalisers[:, :, key, None]
        scores = scores - peaks
    assert log_normaliser is not None
    return torch.exp(scores - log_normaliser)


def matrix(capture: Capture, head: int) -> Tensor:
    """One head's whole matrix, (N, N) float32.

    Raises BudgetError above `MAX_MATRIX_BYTES`.
    """
    num_queries, num_keys = capture.num_queries, capture.num_keys
    if 4 * num_queries * num_keys > MAX_MATRIX_BYTES:
        raise BudgetError(
            "A matrix of {tokens} × {tokens} tokens exceeds the {limit} MiB kept for "
            "one head. Read it by tiles, or look at it pooled.",
            tokens=num_keys,
            limit=MAX_MATRIX_BYTES // 2**20,
        )
    whole = torch.empty(num_queries, num_keys, device=capture.q.device)
    for start, part in tiles(capture, head=head):
        whole[start : start + part.shape[1]] = part[0]
    return whole


def fuse(rows: Tensor, fusion: Fusion) -> Tensor:
    """Heads, the first axis, made one: (H, …) → (…).

    Only `Fusion.MEAN` keeps rows that sum to 1.
    """
    match fusion:
        case Fusion.MEAN:
            return rows.mean(dim=0)
        case Fusion.MAX:
            return rows.amax(dim=0)
        case Fusion.MIN:
            return rows.amin(dim=0)


def pooled(
    capture: Capture,
    head: HeadChoice | Fusion | int,
    bins: Bins,
    *,
    rows: range | None = None,
) -> Iterator[tuple[int, Tensor]]:
    """Exact block means of a head's or a fusion's matrix, band by band.

    Yields (first bin, (b, num_bins) float32) from the first query bin to the last;
    `rows` restricts the query bins. No band needs more than a tile.
    """
    wanted = range(bins.num_bins) if rows is None else rows
    chosen, picked, fusion = _chosen(capture, head)
    most = tile_rows(chosen)
    step = max(1, most // bins.block)
    for first in range(wanted.start, wanted.stop, step):
        last = min(first + step, wanted.stop)
        start, stop = bins.tokens(first).start, bins.tokens(last - 1).stop
        fused = fuse(tile(chosen, start, stop)[picked], fusion)  # (b, N)
        yield first, _pool_rows(fused, bins, first)


def pooled_preview(
    capture: Capture, head: HeadChoice | Fusion | int, bins: Bins
) -> Tensor:
    """One query of each bin, its keys pooled exactly, (num_bins, num_bins) float32.

    A first picture that costs 1/block of `pooled`; not exact along the queries.
    """
    middles = [r[len(r) // 2] for r in map(bins.tokens, range(bins.num_bins))]
    queries = torch.tensor(middles, device=capture.q.device)
    chosen, picked, fusion = _chosen(capture, head)
    parts = [
        _pool_last(fuse(rows_at(chosen, some)[picked], fusion), bins)
        for some in torch.split(queries, tile_rows(chosen))
    ]
    return torch.cat(parts)


def _weights(capture: Capture, queries: slice | Tensor, head: int | None) -> Tensor:
    """Attention of some queries, (H, b, N) float32; (1, b, N) for a head."""
    only = slice(None) if head is None else slice(head, head + 1)
    if capture.axis is Axis.HEADS:
        return _over_heads(_scores(capture, queries, None))[only]
    scores = _scores(capture, queries, head)
    if capture.key_normalisers is not None:
        peaks, sums = capture.key_normalisers[:, only, None]
        return torch.exp(scores - peaks - sums)
    return torch.softmax(scores, dim=-1)


def _over_heads(scores: Tensor) -> Tensor:
    """Softmax over the heads, the first axis; 0 where all of them are cut."""
    weights = torch.softmax(scores, dim=0)
    return weights.masked_fill(scores == -torch.inf, 0.0)


def _scores(capture: Capture, queries: slice | Tensor, head: int | None) -> Tensor:
    """Scaled scores with bias, before softmax: (H, b, N) float32."""
    q, k = capture.q, capture.k
    if head is not None:
        q, k = q[head : head + 1], k[head : head + 1]
    scaled = q[:, queries].float() * capture.scale
    scores = scaled @ k.float().transpose(-1, -2)  # (H, b, D) @ (H, D, N)
    if capture.bias is not None:
        bias = capture.bias
        if head is not None:
            bias = bias.of_heads(slice(head, head + 1))
        scores = scores + bias.rows(queries).float()
    for edges in capture.edges:
        scores = scores.masked_fill(_is_cut(capture, edges, queries), -torch.inf)
    return scores


def _is_cut(capture: Capture, edges: Edges, queries: slice | Tensor) -> Tensor:
    """Which scores of some queries are cut, broadcastable to (b, N)."""

    def among(chosen: Tensor | None, count: int, of: slice | Tensor) -> Tensor:
        tokens = torch.arange(count, device=capture.q.device)[of]
        return (
            torch.ones_like(tokens, dtype=torch.bool)
            if chosen is None
            else (torch.isin(tokens, chosen))
        )

    rows = among(edges.queries, capture.num_queries, queries)
    keys = among(edges.keys, capture.num_keys, slice(None))
    return rows[:, None] & keys


def _chosen(
    capture: Capture, head: HeadChoice | Fusion | int
) -> tuple[Capture, slice | list[int], Fusion]:
    """(the capture of the chosen heads alone, which of its heads, how to fuse them).

    Heads that share a softmax are computed together, and picked afterwards.
    """
    if isinstance(head, Fusion):
        return capture, slice(None), head
    choice = HeadChoice((head,)) if isinstance(head, int) else head
    if not choice.heads:
        return capture, slice(None), choice.fusion
    index: slice | list[int] = list(choice.heads)
    if choice.single is not None:  # a view, not a copy
        index = slice(choice.single, choice.single + 1)
    if capture.axis is Axis.HEADS:
        return capture, index, choice.fusion
    bias, sums = capture.bias, capture.key_normalisers
    if bias is not None:
        bias = bias.of_heads(index)
    alone = replace(
        capture,
        q=capture.q[index],
        k=capture.k[index],
        v=capture.v[index],
        bias=bias,
        key_normalisers=None if sums is None else sums[:, index],
    )
    return alone, slice(None), choice.fusion


def _pool_last(values: Tensor, bins: Bins) -> Tensor:
    """Means over the bins of the last axis: (…, N) → (…, num_bins)."""
    prefix = values[..., : bins.num_prefix_tokens]
    patches = values[..., bins.num_prefix_tokens :]
    return torch.cat([prefix, _block_means(patches, bins.block)], dim=-1)


def _pool_rows(values: Tensor, bins: Bins, first: int) -> Tensor:
    """Means over both axes of rows that begin with bin `first`: (b, N) → bins."""
    values = _pool_last(values, bins)
    num_prefix = max(0, bins.num_prefix_tokens - first)
    patches = _block_means(values[num_prefix:].T, bins.block).T
    return torch.cat([values[:num_prefix], patches])


def _block_means(values: Tensor, block: int) -> Tensor:
    """Means of runs of `block` along the last axis, the last run as long as it is."""
    count = values.shape[-1]
    if block == 1 or count == 0:
        return values
    missing = -count % block
    padded = F.pad(values, (0, missing)) if missing else values
    sums = padded.reshape(*padded.shape[:-1], -1, block).sum(dim=-1)  # (…, runs)
    means = sums / block
    if missing:
        means[..., -1] = sums[..., -1] / (block - missing)
    return means
