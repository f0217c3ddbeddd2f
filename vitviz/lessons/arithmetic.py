"""Attention of one head, one step at a time, so that each step can be shown.

    out = softmax(Q Kᵀ / √d_k) V

Attention Is All You Need. Vaswani et al., 2017, arXiv 1706.03762, section 3.2.1. The
paper divides by √d_k so that scores do not grow with d_k and push softmax to where its
gradients are small (its footnote 4); `growth` and `Row.gradient` measure just that.

Everything is numpy and computed from the q, k and v that the model's own kernel
received. No torch: tensors of a trace are only asked for their numpy form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.tracing import Trace

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """What one head of one layer multiplies.

    q, k : (N, d_k) float32; v : (N, d_v) float32.
    scale : what scores are multiplied with, usually 1/√d_k.
    bias : broadcastable to (N, N), added to the scaled scores, or None.
    """

    q: Array
    k: Array
    v: Array
    scale: float
    bias: Array | None = None

    @property
    def num_tokens(self) -> int:
        """N."""
        return len(self.k)

    @property
    def width(self) -> int:
        """d_k."""
        return int(self.q.shape[1])

    @property
    def divisor(self) -> float:
        """What scores are divided by: √d_k, unless the model has its own way."""
        return 1 / self.scale

    def products(self, query: int) -> Array:
        """(N,) q·k of one query with all keys, neither scaled nor biased."""
        found: Array = self.k @ self.q[query]
        return found

    def bias_row(self, query: int) -> Array:
        """(N,) what is added to the scaled scores of one query."""
        if self.bias is None:
            return np.zeros(self.num_tokens, np.float32)
        row = self.bias[query if self.bias.shape[0] > 1 else 0]
        return np.broadcast_to(row, (self.num_tokens,))


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """How one query meets one key.

    q, k, products : (d_k,); `total` is the sum of the products.
    """

    q: Array
    k: Array
    products: Array
    total: float
    score: float
    """Scaled, with the bias if there is one: what enters softmax."""
    bias: float
    weight: float
    cosine: float
    """How alike the two directions are, in [-1, 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One query's weights, (N,), which sum to 1, and how pointed they are."""

    weights: Array
    entropy: float
    """In nats, from 0 to log N."""

    @property
    def relative_entropy(self) -> float:
        """Entropy as a share of the largest there can be, in [0, 1]."""
        return self.entropy / float(np.log(len(self.weights)))

    @property
    def breadth(self) -> float:
        """How many tokens share the attention: exp(entropy), from 1 to N."""
        return float(np.exp(self.entropy))

    @property
    def largest(self) -> float:
        """The largest weight."""
        return float(self.weights.max())

    @property
    def gradient(self) -> float:
        """Σ p (1 − p), the trace of softmax's Jacobian: 0 for a spike, near 1 if flat.

        What is left of a gradient on its way back through softmax.
        """
        p = self.weights.astype(np.float64)
        return float((p * (1 - p)).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """What one query takes home: the weighted sum of all values.

    out : (d_v,).
    lengths : (N,) lengths of the parts wᵢⱼ·vⱼ.
    value_lengths : (N,) lengths of the values alone.
    """

    out: Array
    lengths: Array
    value_lengths: Array

    def largest(self, most: int) -> tuple[int, ...]:
        """Tokens with the longest parts, the longest first."""
        return tuple(map(int, np.argsort(-self.lengths, kind="stable")[:most]))


def factors(trace: Trace, layer: int, head: int) -> Factors:
    """What one head of a trace multiplies. Raises SelectionError, ExactnessError."""
    capture = trace.capture(layer)
    bias = None
    if capture.bias is not None:
        only = capture.bias.of_heads(slice(head, head + 1))
        bias = _array(only.rows(slice(None))[0])
    return Factors(
        _array(capture.q[head]),
        _array(capture.k[head]),
        _array(capture.v[head]),
        capture.scale,
        bias,
    )


def row(of: Factors, query: int, *, divisor: float | None = None) -> Row:
    """One query's weights, its scores divided by `divisor` or as the model does.

    Another divisor is another temperature, divisor ÷ √d_k, of scores and bias alike.
    """
    scores = of.products(query).astype(np.float64) * of.scale + of.bias_row(query)
    if divisor is not None:
        scores /= divisor * of.scale
    weights = softmax(scores)
    return Row(weights.astype(np.float32), entropy(weights))


def pair(of: Factors, query: int, key: int) -> Pair:
    """How `query` meets `key`, number by number."""
    q, k = of.q[query], of.k[key]
    products = q * k
    total = float(products.sum(dtype=np.float64))
    bias = float(of.bias_row(query)[key])
    return Pair(
        q,
        k,
        products,
        total,
        total * of.scale + bias,
        bias,
        float(row(of, query).weights[key]),
        cosine(q, k) or 0.0,
    )


def mixture(of: Factors, query: int) -> Mixture:
    """What `query` takes from every value."""
    weights = row(of, query).weights
    value_lengths = np.linalg.norm(of.v, axis=1)
    return Mixture(weights @ of.v, weights * value_lengths, value_lengths)


def growth(of: Factors, query: int) -> tuple[tuple[int, float], ...]:
    """(d, spread of the scores if vectors had only their first d numbers).

    The spread is the standard deviation over all keys, before any scaling, for a
    quarter, half and all of d_k. Independent numbers make it grow like √d.
    """
    widths = sorted({max(1, of.width // 4), max(1, of.width // 2), of.width})
    return tuple(
        (d, float((of.k[:, :d] @ of.q[query, :d]).std(dtype=np.float64)))
        for d in widths
    )


def softmax(
    scores: npt.NDArray[np.floating], axis: int = -1
) -> npt.NDArray[np.float64]:
    """Shares that sum to 1 along one axis."""
    wide = scores.astype(np.float64)
    shifted = np.exp(wide - wide.max(axis=axis, keepdims=True))
    shares: npt.NDArray[np.float64] = shifted / shifted.sum(axis=axis, keepdims=True)
    return shares


def entropy(weights: npt.NDArray[np.floating]) -> float:
    """−Σ p log p in nats; what is 0 adds nothing."""
    p = weights.astype(np.float64)
    p = p[p > 0]
    return float(-(p * np.log(p)).sum())


def cosine(
    one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]
) -> float | None:
    """How alike two directions are, in [-1, 1]; None without two finite lengths."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    if lengths == 0 or not np.isfinite(lengths):
        return None
    return float(a @ b) / lengths


def _array(tensor: Tensor) -> Array:
    array: Array = tensor.detach().float().cpu().numpy()
    return array
