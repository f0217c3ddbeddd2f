"""Attention weights from q and k: rows, columns, tiles and pooled matrices.

    A = softmax(Q Kᵀ · scale + bias), over the last axis: for each query, all keys

Ashish Vaswani et al., "Attention Is All You Need", 2017, arXiv 1706.03762, equation 1,
per head.

    row of a query     softmax(q_i Kᵀ · scale + b_i)                  O(N·D)
    column of a key    exp(q·k_j · scale + b − m) / Σ, with the maximum m and the sum Σ
                       of each row                                    O(N·D), after one
                       pass over all rows
    tile               some rows at once, (H, b, N)
    pooled             block means of the matrix, band by band

In a run with interventions (`attention.intervene`) A is that of the changed model: cut
edges have a score of −∞, and the softmax may run along another axis; rows then do not
sum to 1.

The rounding of a float32 score grows with the score: by 1e-3 at 10,000. A weight keeps
its accuracy only if its score, and the maximum that is subtracted from it, are rounded
alike. Products of a matrix with a single vector add in another order than products of
two matrices, so everything that takes its maximum or its sum from elsewhere (columns,
rows of a softmax over the queries) is computed from blocks of keys and of queries.

The matrix A is never stored. Everything is computed in float32 whatever the model's
precision, on the device that q and k lie on. All functions may be called from any
thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from vitviz.attention.capture import Capture, Edges
from vitviz.domain.geometry import Bins
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Axis
from vitviz.errors import BudgetError

# Of one head's whole matrix: 8,192 tokens in float32.
MAX_MATRIX_BYTES = 256 * 2**20
# Of the rows that are computed at once, all heads together.
MAX_TILE_BYTES = 64 * 2**20
# Keys and queries of the smallest products whose rounding is that of a whole tile, bit
# for bit: measured with MKL (AVX2 and AVX-512), from 20 to 3,601 tokens.
MIN_KEYS = 16
MIN_QUERIES = 4


def row(capture: Capture, query: int) -> Tensor:
    """Return the attention of one query to all keys, (H, N) float32, in [0, 1].

    Rows sum to 1 unless the softmax ran along another axis.
    """
    return tile(capture, query, query + 1)[:, 0]  # (H, N)


def tile(capture: Capture, start: int, stop: int, *, head: int | None = None) -> Tensor:
    """Return the attention of queries [start, stop), (H, b, N) float32, in [0, 1].

    head : one head alone, (1, b, N); None for all.
    """
    return _weights(capture, slice(start, stop), head)


def rows_at(capture: Capture, queries: Tensor, *, head: int | None = None) -> Tensor:
    """Return the attention of the listed queries, (H, b, N) float32, in [0, 1].

    queries : (b,) int64, on the capture's device.
    head : one head alone, (1, b, N); None for all.
    """
    return _weights(capture, queries, head)


def tile_rows(capture: Capture, *, num_heads: int | None = None) -> int:
    """Return how many queries fit one tile of `MAX_TILE_BYTES`, at least one.

    num_heads : heads that are computed at once; None for all.
    """
    heads = capture.num_heads
    # a softmax over the heads needs all of them, even for one
    if num_heads is not None and capture.axis is not Axis.HEADS:
        heads = num_heads
    # two arrays of 4 bytes a value: scores and softmax
    return max(1, MAX_TILE_BYTES // (2 * 4 * heads * capture.num_keys))


def tiles(
    capture: Capture, rows: int | None = None, *, head: int | None = None
) -> Iterator[tuple[int, Tensor]]:
    """Yield (first query, tile) from the first query to the last; see `tile`.

    rows : queries of a tile, at most `tile_rows`, which None stands for.
    """
    most = tile_rows(capture, num_heads=None if head is None else 1)
    step = most if rows is None else max(1, min(rows, most))
    for start in range(0, capture.num_queries, step):
        stop = min(start + step, capture.num_queries)
        yield start, tile(capture, start, stop, head=head)


def row_normalisers(capture: Capture) -> Tensor:
    """Return the normaliser of the softmax of every query, in two parts.

    (2, H, N) float32: m_i = max_j s_ij and Σ_j exp(s_ij − m_i), where
    s = q·k·scale + bias. They are kept apart because in float32 a large m would round
    the logarithm of their product.

    O(N²·D) time, memory of one tile.
    """
    parts = []
    for queries in _bands(capture):
        scores = _scores(capture, queries, None)  # (H, b, N)
        peaks = scores.amax(dim=-1)
        sums = scores.sub_(peaks[..., None]).exp_().sum(dim=-1)
        parts.append(torch.stack([peaks, sums]))  # (2, H, b)
    return torch.cat(parts, dim=2)


def key_normalisers(capture: Capture) -> Tensor:
    """Return the normaliser of a softmax over the queries, in two parts, for every key.

    (2, H, N) float32: m_j = max_i s_ij and log Σ_i exp(s_ij − m_j), where
    s = q·k·scale + bias; both are 0 for a key that no query may see. They are kept
    apart because in float32 a large m would round their sum.

    The queries are streamed tile by tile, with the sum rescaled whenever the maximum
    grows.
    """
    shape = (capture.num_heads, capture.num_keys)
    peaks = torch.full(shape, -torch.inf, device=capture.q.device)
    total = peaks
    for queries in _bands(capture):
        scores = _scores(capture, queries, None)
        former, peaks = peaks, torch.maximum(peaks, scores.amax(dim=1))
        # finite, since −∞ − (−∞) would be NaN for a key that no query has seen yet
        base = peaks.masked_fill(peaks == -torch.inf, 0.0)
        part = torch.logsumexp(scores - base[:, None], dim=1)
        total = torch.logaddexp(total + (former - base), part)
    is_cut = peaks == -torch.inf
    return torch.stack([peaks.masked_fill(is_cut, 0.0), total.masked_fill(is_cut, 0.0)])


def product(capture: Capture) -> Tensor:
    """Return A V, (H, N, D) float32, computed tile by tile."""
    values = capture.v.float()  # (H, N, D)
    # (H, b, N) @ (H, N, D) → (H, b, D) of each tile
    return torch.cat([part @ values for _, part in tiles(capture)], dim=1)


def column(capture: Capture, key: int, normalisers: Tensor | None) -> Tensor:
    """Return the attention of every query to one key, (H, N) float32, in [0, 1].

    Its values are those of the matrix, as accurate as its rows however large the
    scores.

    normalisers : (2, H, N), from `row_normalisers`; None where the softmax ran along
        another axis than the keys.
    """
    scores = _key_scores(capture, key)
    if capture.axis is Axis.HEADS:
        return _over_heads(scores)
    if capture.key_normalisers is not None:
        peaks, log_sums = capture.key_normalisers[:, :, key, None]
        return _powers(scores - peaks - log_sums)
    assert normalisers is not None
    peaks, sums = normalisers
    return _powers(scores - peaks).div_(sums)


def matrix(capture: Capture, head: int) -> Tensor:
    """Return one head's whole matrix, (N, N) float32, in [0, 1]; rows are queries.

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
    """Return the mean, maximum or minimum over heads: (H, …) → (…).

    Only the mean keeps rows that sum to 1.
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
    """Yield exact block means of the matrix of a head, or of fused heads, in bands.

    Each item is (first query bin, (b, num_bins) float32), from the first bin to the
    last. A band takes no more memory than a tile.

    rows : the query bins to compute; None for all.
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
    """Return a coarse pooled matrix from one query of each bin.

    (num_bins, num_bins) float32, keys pooled exactly, queries sampled: a first picture
    that costs 1/block of `pooled`.
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
    """Return the attention of some queries, (H, b, N) float32; (1, b, N) for a head."""
    only = slice(None) if head is None else slice(head, head + 1)
    if capture.axis is Axis.HEADS:  # one head's weights depend on all heads
        return _over_heads(_scores(capture, queries, None))[only]
    if capture.key_normalisers is not None:
        among, count = _at_least(capture, queries, MIN_QUERIES)
        scores = _scores(capture, among, head)[:, :count]
        peaks, log_sums = capture.key_normalisers[:, only, None]
        return _powers(scores - peaks - log_sums)
    return torch.softmax(_scores(capture, queries, head), dim=-1)


def _powers(exponents: Tensor) -> Tensor:
    """Return exp of exponents of at most 0, in [0, 1]; they are overwritten.

    Above 0 is only the rounding of a score that differs from that of its maximum.
    """
    return exponents.clamp_max_(0.0).exp_()


def _bands(capture: Capture) -> list[slice]:
    """Return all queries in bands of almost the same number, each at most a tile.

    Equal, so that the last band is no single row.
    """
    count = -(-capture.num_queries // tile_rows(capture))
    bounds = [capture.num_queries * i // count for i in range(count + 1)]
    return [slice(*pair) for pair in pairwise(bounds)]


def _at_least(
    capture: Capture, queries: slice | Tensor, least: int
) -> tuple[slice | Tensor, int]:
    """Return (queries, their number), filled up to `least` by repeating the first."""
    if isinstance(queries, slice):
        start, stop, _ = queries.indices(capture.num_queries)
        if stop - start >= least:
            return queries, stop - start
        queries = torch.arange(start, stop, device=capture.q.device)
    count = len(queries)
    missing = max(0, least - count)
    return torch.cat([queries, queries[:1].expand(missing)]), count


def _over_heads(scores: Tensor) -> Tensor:
    """Return the softmax over heads, the first axis; 0 where all of them are cut."""
    weights = torch.softmax(scores, dim=0)  # NaN where every score is −∞
    return weights.masked_fill(scores == -torch.inf, 0.0)


def _scores(capture: Capture, queries: slice | Tensor, head: int | None) -> Tensor:
    """Return the scaled scores with bias, before softmax: (H, b, N) float32."""
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


def _key_scores(capture: Capture, key: int) -> Tensor:
    """Return the scores of all queries with one key, as in `_scores`: (H, N)."""
    first = max(0, min(key // MIN_KEYS * MIN_KEYS, capture.num_keys - MIN_KEYS))
    block = capture.k[:, first : first + MIN_KEYS].float()  # (H, b, D)
    scaled = capture.q.float() * capture.scale
    # (H, N, D) @ (H, D, b) → (H, N, b), of which one key is read
    scores = (scaled @ block.transpose(-1, -2))[..., key - first]
    if capture.bias is not None:
        scores = scores + capture.bias.column(key).float()
    for edges in capture.edges:
        if edges.keys is None or bool((edges.keys == key).any()):
            cut = slice(None) if edges.queries is None else edges.queries
            scores[:, cut] = -torch.inf
    return scores


def _is_cut(capture: Capture, edges: Edges, queries: slice | Tensor) -> Tensor:
    """Return which scores of some queries are cut: (b, N) bool."""

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
    """Return (a capture, which of its heads to pick, how to fuse them).

    The capture holds the chosen heads alone; under a softmax over the heads it holds
    all of them, since each head's weights depend on the others'.
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
    """Return means over the bins of the last axis: (…, N) → (…, num_bins).

    Special tokens are bins of their own and are not averaged.
    """
    prefix = values[..., : bins.num_prefix_tokens]
    patches = values[..., bins.num_prefix_tokens :]
    return torch.cat([prefix, _block_means(patches, bins.block)], dim=-1)


def _pool_rows(values: Tensor, bins: Bins, first: int) -> Tensor:
    """Return means over both axes of rows that begin with bin `first`.

    (b, N) → (bins of these rows, num_bins).
    """
    values = _pool_last(values, bins)  # (b, num_bins)
    num_prefix = max(0, bins.num_prefix_tokens - first)
    patches = _block_means(values[num_prefix:].T, bins.block).T
    return torch.cat([values[:num_prefix], patches])


def _block_means(values: Tensor, block: int) -> Tensor:
    """Return means of runs of `block` values along the last axis.

    The last run may be shorter and is divided by its own length.
    """
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
