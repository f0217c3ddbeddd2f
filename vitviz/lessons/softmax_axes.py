"""Sums of attention weights over each axis that the softmax could run along.

The scores of a layer are (H, N, N): heads, queries, keys.

    axis = keys, −1      for each query over all keys: rows sum to 1, as in attention
    axis = queries, −2   for each key over all queries: columns sum to 1
    axis = heads, −3     for each pair of tokens over the heads

Along a wrong axis the weights still look like weights, and several public programs have
shipped that; only the sums show it.

In a run with interventions these are sums of its changed scores: cut edges count as −∞,
and dropped tokens are left out.

No (H, N, N) is ever stored: normalisers and sums are streamed in tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitviz.domain.interventions import Axis
from vitviz.lessons.one_head import Factors, key_normalisers

Wide = npt.NDArray[np.float64]
# Such a tile stays in the processor's cache, and its products are too small for BLAS to
# hand to threads that then wait for each other: at N = 3,137 with 6 heads, 0.3 to 0.5 s
# where 32 MiB took 0.4 to 0.7, and up to 18 beside busy programs.
MAX_TILE_BYTES = 2**19


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """The sums of a layer's weights over each axis, and one query's weights.

    axis : axis along which the softmax ran.
    over_keys : (smallest, largest) of the H·N sums over the keys of one query.
    over_queries : the same over the queries of one key.
    over_heads : the same over the heads of one (query, key) pair.
    row : (N,) float32 weights of the query and head that were asked for.
    """

    axis: Axis
    over_keys: tuple[float, float]
    over_queries: tuple[float, float]
    over_heads: tuple[float, float]
    row: npt.NDArray[np.float32]

    @property
    def row_sum(self) -> float:
        """Sum of that query's weights."""
        return float(self.row.sum(dtype=np.float64))


def sums(
    heads: Sequence[Factors],
    axis: Axis,
    *,
    head: int,
    query: int,
    check: Callable[[], None] = lambda: None,
) -> Sums:
    """Return the sums of one layer's weights if the softmax ran along `axis`.

    heads : factors of all heads of the layer; the axis of their own run has no effect.
    head, query : whose weights are returned as `Sums.row`.
    check : called before every tile; what it raises ends the computation.
    """
    num_heads, num_tokens = len(heads), heads[0].num_tokens
    is_here = np.ones(num_tokens, bool)
    is_here[list(heads[0].dropped)] = False
    normaliser = _column_normaliser(heads, check) if axis is Axis.QUERIES else None
    keys = _Extent()
    pairs = _Extent()
    columns = np.zeros((num_heads, num_tokens))
    found = np.zeros(num_tokens, np.float32)
    for start, scores in _tiles(heads, check):  # (H, b, N)
        weights = _weights(scores, axis, normaliser)
        rows = is_here[start : start + scores.shape[1]]
        if rows.any():
            keys.take(weights.sum(axis=-1)[:, rows])
            pairs.take(weights.sum(axis=0)[rows][:, is_here])
        columns += weights[:, rows].sum(axis=1)
        if start <= query < start + scores.shape[1]:
            found = weights[head, query - start].astype(np.float32)
    return Sums(
        axis,
        keys.ends(),
        _Extent().take(columns[:, is_here]).ends(),
        pairs.ends(),
        found,
    )


def _weights(scores: Wide, axis: Axis, normaliser: Wide | None) -> Wide:
    """Return the softmax of a tile of scores, (H, b, N), computed in place.

    normaliser : (H, N), for the queries' axis, which no tile holds whole.
    """
    if normaliser is not None:
        scores -= normaliser[:, None, :]
        return np.exp(scores, out=scores)
    along = 0 if axis is Axis.HEADS else -1
    top = scores.max(axis=along, keepdims=True)
    scores -= np.where(np.isfinite(top), top, 0.0)  # −∞ where all of them are cut
    np.exp(scores, out=scores)
    total = scores.sum(axis=along, keepdims=True)
    scores /= np.where(total > 0, total, 1.0)
    return scores


def _column_normaliser(heads: Sequence[Factors], check: Callable[[], None]) -> Wide:
    """Return log Σ over all queries of exp(score) for every key, (H, N) float64.

    0 for a key that no query sees. Dropped tokens are no queries.
    """
    is_here = np.ones(heads[0].num_tokens, bool)
    is_here[list(heads[0].dropped)] = False

    def tiles() -> Iterator[Wide]:
        for start, scores in _tiles(heads, check):
            scores[:, ~is_here[start : start + scores.shape[1]]] = -np.inf
            yield scores

    return key_normalisers(tiles())


def _tiles(
    heads: Sequence[Factors], check: Callable[[], None]
) -> Iterator[tuple[int, Wide]]:
    """Yield (first query, scaled scores with bias) from the first query to the last.

    (H, b, N) float64, −∞ where cut. Every tile reuses the memory of the one before it,
    and callers may overwrite it.
    """
    num_heads, num_tokens = len(heads), heads[0].num_tokens
    step = max(1, MAX_TILE_BYTES // (8 * num_heads * num_tokens))
    q = np.stack([one.q for one in heads])  # (H, N, d)
    k = np.stack([one.k.T for one in heads])  # (H, d, N)
    scale = np.array([one.scale for one in heads])[:, None, None]
    products = np.empty((num_heads, step, num_tokens), np.float32)
    tile = np.empty((num_heads, step, num_tokens))
    for start in range(0, num_tokens, step):
        check()
        stop = min(start + step, num_tokens)
        raw, scores = products[:, : stop - start], tile[:, : stop - start]
        np.matmul(q[:, start:stop], k, out=raw)  # (H, b, d) @ (H, d, N)
        np.multiply(raw, scale, out=scores)
        for head, one in enumerate(heads):
            if one.bias is not None:
                rows = slice(start, stop) if one.bias.shape[0] > 1 else slice(None)
                scores[head] += one.bias[rows]
        for queries, keys in heads[0].cuts:  # of all heads alike
            here = queries[(queries >= start) & (queries < stop)] - start
            scores[:, here[:, None], keys] = -np.inf
        scores[..., list(heads[0].dropped)] = -np.inf
        yield start, scores


class _Extent:
    """The smallest and largest of values that are given one after the other."""

    def __init__(self) -> None:
        self.low, self.high = np.inf, -np.inf

    def take(self, values: Wide) -> _Extent:
        """Take values into account; return itself."""
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))
        return self

    def ends(self) -> tuple[float, float]:
        """Return (smallest, largest)."""
        return self.low, self.high
