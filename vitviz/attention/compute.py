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

The rounding of a float32 score grows with the score: by 1e-3 at 10,000. It also depends
on the order in which a product is added up, which no library promises, and which
differs between a row, a tile and a column. A capture whose scores may exceed
`MAX_SINGLE_SCORE` is therefore computed in float64 up to s − max s, in every way of
reading it; below, scores are float32, and in whatever order they are added

    |A − softmax in float64| ≤ 1e-5 · max A

(measured with shuffled dimensions: 6e-6 of 64, 9e-6 of 128 dimensions where all scores
are large and differ little, else 2e-6). Exponentials are float32.

The matrix A is never stored. Results are float32 whatever the model's precision, on the
device that q and k lie on. All functions may be called from any thread.
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

# Of one head's whole matrix: 8,192 tokens in float32.
MAX_MATRIX_BYTES = 256 * 2**20
# Of the rows that are computed at once, all heads together.
MAX_TILE_BYTES = 64 * 2**20
# Largest score that is computed in float32. Trained models exceed it in most layers
# (vitviz-small: 14 to 304).
MAX_SINGLE_SCORE = 16.0


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
    # two arrays: scores, and what they become
    value_bytes = 2 * _working(capture)[1].itemsize
    return max(1, MAX_TILE_BYTES // (value_bytes * heads * capture.num_keys))


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
    the logarithm of their product. m_i is rounded first, and the sum is of the rounded
    one: any number near the maximum serves.

    O(N²·D) time, memory of one tile.
    """
    parts = []
    for queries in _bands(capture):
        scores = _scores(capture, queries, None)  # (H, b, N)
        peaks = scores.amax(dim=-1).float()
        sums = (scores - peaks[..., None]).float().exp_().sum(dim=-1)
        parts.append(torch.stack([peaks, sums]))  # (2, H, b)
    return torch.cat(parts, dim=2).to(capture.q.device)


def key_normalisers(capture: Capture) -> Tensor:
    """Return the normaliser of a softmax over the queries, in two parts, for every key.

    (2, H, N) float32: m_j = max_i s_ij and log Σ_i exp(s_ij − m_j), where
    s = q·k·scale + bias; both are 0 for a key that no query may see. They are kept
    apart because in float32 a large m would round their sum; see `row_normalisers`.

    The queries are streamed tile by tile, with the sum rescaled whenever the maximum
    grows.
    """
    shape = (capture.num_heads, capture.num_keys)
    peaks = torch.full(shape, -torch.inf, device=_working(capture)[0])
    total = peaks
    for queries in _bands(capture):
        scores = _scores(capture, queries, None)
        former, peaks = peaks, torch.maximum(peaks, scores.amax(dim=1).float())
        # finite, since −∞ − (−∞) would be NaN for a key that no query has seen yet
        base = peaks.masked_fill(peaks == -torch.inf, 0.0)
        part = torch.logsumexp((scores - base[:, None]).float(), dim=1)
        total = torch.logaddexp(total + (former - base), part)
    is_cut = peaks == -torch.inf
    parts = [peaks.masked_fill(is_cut, 0.0), total.masked_fill(is_cut, 0.0)]
    return torch.stack(parts).to(capture.q.device)


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
        return _over_heads(scores).to(capture.q.device)
    if capture.key_normalisers is not None:
        normalisers = capture.key_normalisers[:, :, key, None]
        return _at_most_one(_over_queries(scores, normalisers), capture)
    assert normalisers is not None
    peaks, sums = normalisers.to(scores.device)
    return _at_most_one((scores - peaks).float().exp_().div_(sums), capture)


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
        return _over_heads(_scores(capture, queries, None))[only].to(capture.q.device)
    scores = _scores(capture, queries, head)
    if capture.key_normalisers is not None:
        normalisers = capture.key_normalisers[:, only, None]
        return _at_most_one(_over_queries(scores, normalisers), capture)
    return _softmax(scores, -1).to(capture.q.device)


def _softmax(scores: Tensor, dim: int) -> Tensor:
    """Return the softmax along one axis, float32; NaN where every score is −∞.

    Scores in double precision are overwritten.
    """
    if scores.dtype == torch.float64:
        # their difference is small where it matters, and float32 is twice as quick
        scores = scores.sub_(scores.amax(dim=dim, keepdim=True)).float()
    return torch.softmax(scores, dim=dim)


def _over_queries(scores: Tensor, normalisers: Tensor) -> Tensor:
    """Return the softmax over the queries, float32, by its normalisers.

    normalisers : from `key_normalisers`, broadcastable to two times the scores.
    """
    peaks, log_sums = normalisers.to(scores.device)
    exponents: Tensor = (scores - peaks - log_sums).float()
    return exponents.exp_()


def _at_most_one(weights: Tensor, capture: Capture) -> Tensor:
    """Return weights on the capture's device; rounding may have made one larger."""
    return weights.clamp_max_(1.0).to(capture.q.device)


def _bands(capture: Capture) -> list[slice]:
    """Return all queries in bands, each at most a tile."""
    step = tile_rows(capture)
    return [slice(first, first + step) for first in range(0, capture.num_queries, step)]


def _over_heads(scores: Tensor) -> Tensor:
    """Return the softmax over heads, the first axis; 0 where all of them are cut."""
    is_cut = scores == -torch.inf
    return _softmax(scores, 0).masked_fill_(is_cut, 0.0)


def _working(capture: Capture) -> tuple[torch.device, torch.dtype]:
    """Return where scores are computed, and in which kind of numbers."""
    device = capture.q.device
    if capture.largest_score <= MAX_SINGLE_SCORE:
        return device, torch.float32
    # Apple's accelerator has no float64
    return torch.device("cpu") if device.type == "mps" else device, torch.float64


def _scores(capture: Capture, queries: slice | Tensor, head: int | None) -> Tensor:
    """Return the scaled scores with bias, before softmax: (H, b, N).

    float32 or float64, on the capture's device or the CPU; see `_working`.
    """
    device, dtype = _working(capture)
    q, k = capture.q, capture.k
    if head is not None:
        q, k = q[head : head + 1], k[head : head + 1]
    scaled = q[:, queries].to(device, dtype) * capture.scale  # (H, b, D)
    k = k.to(device, dtype)
    if scaled.shape[1] == 1:  # half the time
        scores = (k @ scaled.transpose(-1, -2)).transpose(-1, -2)  # (H, 1, N)
    else:
        scores = scaled @ k.transpose(-1, -2)  # (H, b, D) @ (H, D, N)
    if capture.bias is not None:
        bias = capture.bias
        if head is not None:
            bias = bias.of_heads(slice(head, head + 1))
        scores = scores + bias.rows(queries).to(device, dtype)
    for edges in capture.edges:
        is_cut = _is_cut(capture, edges, queries).to(device)
        scores = scores.masked_fill(is_cut, -torch.inf)
    return scores


def _key_scores(capture: Capture, key: int) -> Tensor:
    """Return the scores of all queries with one key, as in `_scores`: (H, N)."""
    device, dtype = _working(capture)
    scaled = capture.k[:, key, :, None].to(device, dtype) * capture.scale  # (H, D, 1)
    scores = (capture.q.to(device, dtype) @ scaled)[..., 0]  # (H, N, D) @ (H, D, 1)
    if capture.bias is not None:
        scores = scores + capture.bias.column(key).to(device, dtype)
    for edges in capture.edges:
        if edges.keys is None or bool((edges.keys == key).any()):
            cut = slice(None) if edges.queries is None else edges.queries.to(device)
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
