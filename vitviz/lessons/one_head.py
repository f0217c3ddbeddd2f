"""Attention of one head, one step at a time, so that each step can be shown.

    out = softmax(Q Kᵀ / √d_k) V

    q, k  →  products  →  scores  →  weights  →  parts wᵢⱼ·vⱼ  →  out
             q·k          scaled     softmax     of every key     their sum

Ashish Vaswani et al., "Attention Is All You Need", 2017, arXiv 1706.03762, section
3.2.1. The paper divides by √d_k so that scores do not grow with d_k and push softmax to
where its gradients are small (its footnote 4); `growth` and `QueryWeights.slope`
measure just that.

In a run with interventions (`attention.intervene`) the arithmetic is that of the
changed model: another scale, edges whose score is −∞, a softmax along another axis.

Everything is computed in numpy from the q, k and v that the model's own kernel
received.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vitviz.domain.interventions import Axis

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
Tokens = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Factors:
    """The q, k and v of one head of one layer, and how its scores are made of them.

    q, k : (N, d_k) float32.
    v : (N, d_v) float32.
    scale : factor of the scores, usually 1/√d_k.
    bias : broadcastable to (N, N), added to the scaled scores; None without.
    cuts : (queries, keys) of the edges that were cut; their scores are −∞.
    dropped : tokens that were dropped: no query sees them, and they are no queries.
    axis : axis along which the softmax sums to 1.
    beside : where that is the heads, the factors of the layer's other heads.
    key_sums : where that is the queries, (N,) float64 log Σ over them of exp(score).
    is_off : whether the head is switched off; v is then its output in place of V.
    """

    q: Array
    k: Array
    v: Array
    scale: float
    bias: Array | None = None
    cuts: tuple[tuple[Tokens, Tokens], ...] = ()
    dropped: tuple[int, ...] = ()
    axis: Axis = Axis.KEYS
    beside: tuple[Factors, ...] = ()
    key_sums: Wide | None = None
    is_off: bool = False

    @property
    def num_tokens(self) -> int:
        """Number of tokens, N."""
        return len(self.k)

    @property
    def width(self) -> int:
        """Width of a query or key, d_k."""
        return int(self.q.shape[1])

    @property
    def divisor(self) -> float:
        """Divisor of the scores: √d_k, unless the model or an intervention changes it.

        The inverse of `scale`.
        """
        return 1 / self.scale

    @property
    def has_own_divisor(self) -> bool:
        """Whether the divisor is √d_k."""
        return bool(abs(self.divisor / self.width**0.5 - 1) < 1e-4)

    def products(self, query: int) -> Array:
        """Return q·k of one query with all keys, (N,) float32, unscaled, no bias."""
        found: Array = self.k @ self.q[query]  # (N, d_k) @ (d_k,)
        return found

    def bias_row(self, query: int) -> Array:
        """Return the bias of one query's scaled scores, (N,) float32."""
        if self.bias is None:
            return np.zeros(self.num_tokens, np.float32)
        row = self.bias[query if self.bias.shape[0] > 1 else 0]
        return np.broadcast_to(row, (self.num_tokens,))

    def is_cut(self, query: int) -> npt.NDArray[np.bool_]:
        """Return which keys a query may not see, (N,) bool."""
        found = np.zeros(self.num_tokens, bool)
        found[list(self.dropped)] = True
        for queries, keys in self.cuts:
            if query in queries:
                found[keys] = True
        return found

    def scores(self, query: int) -> Wide:
        """Return what enters softmax for one query, (N,) float64.

        Scaled, with the bias, −∞ where an edge is cut.
        """
        found = self.products(query).astype(np.float64) * self.scale
        found += self.bias_row(query)
        found[self.is_cut(query)] = -np.inf
        return found

    def key_normaliser(
        self, factor: float, check: Callable[[], None] = lambda: None
    ) -> Wide:
        """Return log Σ over all queries of exp(factor · score) for every key.

        (N,) float64; 0 for a key that no query sees. It takes all N × N scores.

        check : called before every query; what it raises ends the computation.
        """

        def tiles() -> Iterator[Wide]:
            for one in range(self.num_tokens):
                if one not in self.dropped:
                    check()
                    yield self.scores(one)[None] * factor

        return key_normalisers(tiles())


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The arithmetic of one query and one key.

    q, k, products : (d_k,) float32, products elementwise.
    total : sum of the products, q·k.
    score : scaled, with the bias if there is one: what enters softmax; −∞ if cut.
    weight : attention of the query to the key, in [0, 1].
    cosine : of q and k, in [−1, 1].
    """

    q: Array
    k: Array
    products: Array
    total: float
    score: float
    bias: float
    weight: float
    cosine: float

    @property
    def is_cut(self) -> bool:
        """Whether the query may not see the key."""
        return self.score == -np.inf


@dataclass(frozen=True, slots=True, eq=False)
class QueryWeights:
    """The attention weights of one query, and how concentrated they are.

    weights : (N,) float32 in [0, 1]; they sum to 1 unless the softmax ran along another
        axis.
    entropy : of the weights divided by their sum, in nats, from 0 to log num_keys.
    num_keys : keys that the query may see.
    """

    weights: Array
    entropy: float
    num_keys: int

    @property
    def relative_entropy(self) -> float:
        """Entropy as a share of the largest possible, in [0, 1]."""
        return self.entropy / float(np.log(self.num_keys)) if self.num_keys > 1 else 0.0

    @property
    def breadth(self) -> float:
        """Number of tokens that share the attention: exp(entropy), from 1 to N."""
        return float(np.exp(self.entropy))

    @property
    def largest(self) -> float:
        """Largest weight, in [0, 1]."""
        return float(self.weights.max())

    @property
    def slope(self) -> float:
        """Trace of softmax's Jacobian, Σ p (1 − p): 0 for a spike, near 1 if flat.

        The smaller it is, the less of a gradient passes back through softmax; what
        passes on to q·k is divided by the divisor of the scores as well.
        """
        p = self.weights.astype(np.float64)
        return float((p * (1 - p)).sum())


@dataclass(frozen=True, slots=True, eq=False)
class OutputProjection:
    """W_O of a layer, which mixes the joined outputs of its heads.

    weight : (D, H·d_v) float32.
    bias : (D,) float32.
    """

    weight: Array
    bias: Array

    def mixed(self, joined: Array) -> Array:
        """Return W_O times the joined outputs, plus the bias: (H·d_v,) → (D,)."""
        found: Array = self.weight @ joined + self.bias
        return found

    def written(self, outputs: Array) -> Array:
        """Return the length of what each head adds: (H, d_v) → (H,) float64.

        Each head's output times its own columns of W_O. Their sum with the bias is
        `mixed`; the lengths add up to its length only if all point the same way.
        """
        heads, width = outputs.shape
        columns = self.weight.reshape(len(self.weight), heads, width)
        parts = np.einsum("dhv,hv->hd", columns, outputs, dtype=np.float64)  # (H, D)
        found: Array = np.linalg.norm(parts, axis=1)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """The output of one query: the weighted sum of all values.

    out : (d_v,) float32.
    lengths : (N,) float32, lengths of the contributions wᵢⱼ·vⱼ.
    value_lengths : (N,) float32, lengths of the values alone.
    """

    out: Array
    lengths: Array
    value_lengths: Array

    def largest(self, most: int) -> tuple[int, ...]:
        """Return the tokens with the longest contributions, the longest first."""
        return tuple(map(int, np.argsort(-self.lengths, kind="stable")[:most]))


def factors(trace: Trace, layer: int, head: int) -> Factors:
    """Return the factors of one head of a trace.

    Raises SelectionError for a layer out of range, ExactnessError if its check failed.
    """
    own, capture = _factors(trace, layer, head), trace.capture(layer)
    if capture.axis is Axis.HEADS:
        others = (one for one in range(trace.num_heads) if one != head)
        beside = tuple(_factors(trace, layer, other) for other in others)
        return replace(own, axis=capture.axis, beside=beside)
    if capture.key_normalisers is not None:
        peaks, sums = capture.key_normalisers[:, head].double().cpu().numpy()
        return replace(own, axis=capture.axis, key_sums=peaks + sums)
    return own


def _factors(trace: Trace, layer: int, head: int) -> Factors:
    """Return the factors of one head without its softmax's axis."""
    from vitviz.attention.trace import as_array

    capture = trace.capture(layer)
    bias = None
    if capture.bias is not None:
        only = capture.bias.of_heads(slice(head, head + 1))
        bias = as_array(only.rows(slice(None))[0])  # (N, N), or (1, N)
    dropped: tuple[int, ...] = ()
    cuts = []
    for edges in capture.edges:  # of dropped tokens as keys or queries, or a cut
        if edges.queries is None and edges.keys is not None:
            dropped = tuple(edges.keys.tolist())
        elif edges.queries is not None and edges.keys is not None:
            cuts.append((edges.queries.cpu().numpy(), edges.keys.cpu().numpy()))
    off = trace.interventions.heads_off
    return Factors(
        as_array(capture.q[head]),
        as_array(capture.k[head]),
        as_array(capture.v[head]),
        capture.scale,
        bias,
        tuple(cuts),
        dropped,
        is_off=any(one.layer == layer and head in one.heads for one in off),
    )


def row(
    of: Factors,
    query: int,
    *,
    divisor: float | None = None,
    axis: Axis | None = None,
    check: Callable[[], None] = lambda: None,
) -> QueryWeights:
    """Return the attention weights of one query.

    divisor : of the scores; None for that of this run. Another one is a temperature,
        divisor ÷ √d_k, which divides scores and bias.
    axis : axis along which the softmax sums to 1; None for that of this run.
    check : called now and then where all N × N scores are needed, as with the queries'
        axis and another divisor; what it raises ends the computation.
    """
    factor = 1.0 if divisor is None else 1 / (divisor * of.scale)
    scores = of.scores(query) * factor
    is_seen = np.isfinite(scores)
    match axis or of.axis:
        case Axis.KEYS:
            weights = softmax(scores)
        case Axis.QUERIES:
            normaliser = of.key_sums  # of this run's own divisor only
            if normaliser is None or divisor is not None:
                normaliser = of.key_normaliser(factor, check)
            weights = np.exp(scores - normaliser)
        case Axis.HEADS:
            others = [one.scores(query) * factor for one in of.beside]
            # (H, N); where all are cut, 0 in place of −∞, whose softmax is NaN
            heads = np.stack([np.where(is_seen, one, 0.0) for one in (scores, *others)])
            weights = np.where(is_seen, softmax(heads, axis=0)[0], 0.0)
    total = float(weights.sum())
    spread = entropy(weights / total) if total else 0.0
    return QueryWeights(weights.astype(np.float32), spread, int(is_seen.sum()))


def pair(of: Factors, query: int, key: int) -> Pair:
    """Return the arithmetic of one query and one key, number by number."""
    q, k = of.q[query], of.k[key]
    products = q * k
    total = float(products.sum(dtype=np.float64))
    bias = float(of.bias_row(query)[key])
    return Pair(
        q,
        k,
        products,
        total,
        float(of.scores(query)[key]),
        bias,
        float(row(of, query).weights[key]),
        cosine(q, k) or 0.0,
    )


def mixture(of: Factors, query: int) -> Mixture:
    """Return the output of one query and the contributions of all values."""
    weights = row(of, query).weights
    value_lengths = np.linalg.norm(of.v, axis=1)
    # the output of a head that is off does not depend on its weights
    out = of.v[query] if of.is_off else weights @ of.v  # (N,) @ (N, d_v)
    return Mixture(out, weights * value_lengths, value_lengths)


def growth(of: Factors, query: int) -> tuple[tuple[int, float], ...]:
    """Return (d, spread of q·k if vectors had only their first d numbers) for some d.

    d is a quarter, half and all of d_k. The spread is the standard deviation of the
    unscaled products over all keys that the query sees. If the numbers of a vector were
    independent, it would grow like √d.
    """
    widths = sorted({max(1, of.width // 4), max(1, of.width // 2), of.width})
    keys = of.k[~of.is_cut(query)]
    return tuple(
        (d, float((keys[:, :d] @ of.q[query, :d]).std(dtype=np.float64)))
        for d in widths
    )


def key_normalisers(tiles: Iterable[Wide]) -> Wide:
    """Return log Σ over all queries of exp(score) for every key, (…, N) float64.

    0 for a key that no query sees.

    tiles : (…, b, N) float64 scores of some queries after others; overwritten.

    The queries are streamed, with the sum rescaled whenever the maximum grows, as in
    `attention.compute.key_normalisers`. That one is for tensors in float32; here the
    weights are float64 and should sum to 1 as exactly, and no torch is loaded.
    """
    top: Wide = np.full((), -np.inf)
    total: Wide = np.zeros(())
    for scores in tiles:
        higher = np.maximum(top, scores.max(axis=-2))
        # finite, since −∞ − (−∞) is NaN for a key that no query has seen yet
        base = np.where(np.isfinite(higher), higher, 0.0)
        scores -= base[..., None, :]
        part = np.exp(scores, out=scores).sum(axis=-2)
        total = total * np.exp(top - base) + part
        top = higher
    is_seen = np.isfinite(top)
    return np.where(is_seen, top, 0.0) + np.log(np.where(is_seen, total, 1.0))


def softmax(scores: npt.NDArray[np.floating], axis: int = -1) -> Wide:
    """Return the softmax along one axis, float64 in [0, 1]; NaN where all are −∞."""
    wide = scores.astype(np.float64)
    shifted = np.exp(wide - wide.max(axis=axis, keepdims=True))
    shares: Wide = shifted / shifted.sum(axis=axis, keepdims=True)
    return shares


def entropy(weights: npt.NDArray[np.floating]) -> float:
    """Return −Σ p log p in nats; a weight of 0 adds nothing."""
    p = weights.astype(np.float64)
    p = p[p > 0]
    return float(-(p * np.log(p)).sum())


def cosine(
    one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]
) -> float | None:
    """Return the cosine of two vectors, in [−1, 1].

    None if one of them is 0 or not finite.
    """
    a, b = one.astype(np.float64), other.astype(np.float64)
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    if lengths == 0 or not np.isfinite(lengths):
        return None
    return float(a @ b) / lengths
