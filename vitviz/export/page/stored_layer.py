"""Layers as a web page stores them: q and k as half floats, and how far that errs.

    Capture ── stored ──► StoredLayer ── block ──► one base64 text of the page
                              └── measured: the page's sums, held against the trace

The page computes A = softmax(Q Kᵀ · factor + bias) as the program does, in double
precision, from what is stored here:

    q, k    (H, N, D) half floats; each head multiplied by a power of two, so that its
            largest value is near the largest half float, and k centred: less the mean
            of the head's keys, which adds the same to all scores of a query and so
            changes no weight. A half float has 11 bits; centred, keys are small.
    lse     (H, N) doubles, log Σ_j exp(s_ij) of each query, for columns
    bias    in the parts that the program keeps

A softmax over the queries does not change when every query loses the same vector, and
one over the heads changes with either: there q is centred, or nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vitviz.attention import compute
from vitviz.attention.capture import AxesBias, Bias, Capture, OffsetBias, WholeBias
from vitviz.domain.interventions import Axis

AnyArray = npt.NDArray[np.generic]
Check = Callable[[], None]

# A bias of a layer up to this size is stored in single precision.
SINGLE_BIAS_BYTES = 2**18
# Exponent of the largest value of a head: half floats reach to 65,504.
TOP_EXPONENT = 14
# Added to the measured error: sums in another order, and weights in single precision.
ROUNDING = 2e-6
_KINDS = {"float64": "f8", "float32": "f4", "int32": "i4", "float16": "f2"}


@dataclass(frozen=True, slots=True, eq=False)
class StoredLayer:
    """The numbers of one attention call in a page.

    heads : the heads that are stored, in order, as the model counts them.
    arrays : by name; q and k (H, n, D), those of the bias and of cut edges, and the
        normalisers once they are measured.
    factors : (H,) what Q Kᵀ of the stored numbers is multiplied by.
    bias : what the bias is made of, for the page; None without one.
    edges : for each group of cut edges, names of the arrays of its queries and keys.
    error : largest difference of a weight from the trace's; NaN before `measured`.
    """

    heads: tuple[int, ...]
    arrays: dict[str, AnyArray]
    factors: tuple[float, ...]
    axis: Axis
    bias: dict[str, object] | None
    edges: tuple[dict[str, str | None], ...]
    error: float = float("nan")

    def description(self) -> dict[str, object]:
        """Return everything but the numbers, in plain values for JSON."""
        return {
            "heads": list(self.heads),
            "arrays": _places(self.arrays),
            "factors": list(self.factors),
            "axis": self.axis.value,
            "bias": self.bias,
            "edges": list(self.edges),
            "error": self.error,
        }

    def block(self) -> str:
        """Return all arrays, one behind the other, in base64."""
        parts = (np.ascontiguousarray(a).tobytes() for a in _ordered(self.arrays))
        return base64.b64encode(b"".join(parts)).decode("ascii")


def num_bytes(capture: Capture, heads: Sequence[int] | None, *, is_single: bool) -> int:
    """Return the bytes of a stored layer in base64, without making it."""
    kept = _heads(capture, heads)
    share = len(kept) / capture.num_heads
    width = 4 if is_single else 2
    numbers = width * (capture.q.numel() + capture.k.numel()) * share
    numbers += 8 * len(kept) * max(capture.num_queries, capture.num_keys)
    for part in capture.bias.parts() if capture.bias is not None else ():
        own = part.numel() * (share if part.dim() > 2 and part.shape[0] > 1 else 1)
        numbers += own * (4 if is_single or 4 * own <= SINGLE_BIAS_BYTES else 2)
    return round(numbers * 4 / 3)


def stored(
    capture: Capture, heads: Sequence[int] | None = None, *, is_single: bool = False
) -> StoredLayer:
    """Return a layer as a page stores it; `measured` completes it.

    heads : which to store; None, or a softmax over the heads, for all.
    is_single : whether q, k and bias are stored in single precision.
    """
    kept = _heads(capture, heads)
    index = list(kept)
    axis = capture.axis
    q, q_factors = _scaled(
        capture.q[index], is_single=is_single, is_centred=axis is Axis.QUERIES
    )
    k, k_factors = _scaled(
        capture.k[index], is_single=is_single, is_centred=axis is Axis.KEYS
    )
    factors = capture.scale * q_factors * k_factors
    arrays: dict[str, AnyArray] = {"q": q, "k": k}
    bias = None
    if capture.bias is not None:
        bias = _stored_bias(capture.bias, index, arrays, is_single=is_single)
    edges = []
    for number, cut in enumerate(capture.edges):
        names: dict[str, str | None] = {"queries": None, "keys": None}
        for side, tokens in (("queries", cut.queries), ("keys", cut.keys)):
            if tokens is not None:
                names[side] = f"cut {number} {side}"
                arrays[f"cut {number} {side}"] = tokens.cpu().numpy().astype(np.int32)
        edges.append(names)
    return StoredLayer(kept, arrays, tuple(factors.tolist()), axis, bias, tuple(edges))


def measured(
    layer: StoredLayer, capture: Capture, check: Check = lambda: None
) -> StoredLayer:
    """Return the layer with its normalisers and the largest error of a weight.

    Every row is computed twice: by the trace, and as the page does it. O(N²·D) time,
    memory of a tile.

    check : called between tiles; what it raises ends the computation.
    """
    own = _decoded(layer)
    step = compute.tile_rows(capture) // 2 or 1
    bands = [
        slice(start, min(start + step, capture.num_queries))
        for start in range(0, capture.num_queries, step)
    ]
    normalisers, over_queries = [], None
    if layer.axis is Axis.QUERIES:
        over_queries = torch.full_like(own.k[..., 0], -torch.inf)  # (H, n)
        for band in bands:
            check()
            part = torch.logsumexp(_scores(layer, own, band), dim=1)
            over_queries = torch.logaddexp(over_queries, part)
        # a key that no query may see: exp(−∞ − 0) is 0
        over_queries = over_queries.masked_fill(over_queries == -torch.inf, 0.0)
    worst = 0.0
    index = list(layer.heads)
    for band in bands:
        check()
        scores = _scores(layer, own, band)  # (H, b, n)
        if layer.axis is Axis.HEADS:
            weights = torch.softmax(scores, dim=0)
            weights = weights.masked_fill(scores == -torch.inf, 0.0)
        elif over_queries is not None:
            weights = torch.exp(scores - over_queries[:, None])
        else:
            sums = torch.logsumexp(scores, dim=-1)
            normalisers.append(sums)
            weights = torch.exp(scores - sums[..., None])
        true = compute.tile(capture, band.start, band.stop)[index].cpu().double()
        error = (weights - true).abs()
        worst = max(worst, float(error.nan_to_num(nan=0.0).max()))
    arrays = dict(layer.arrays)
    if normalisers:
        arrays["lse"] = torch.cat(normalisers, dim=1).numpy()
    elif over_queries is not None:
        arrays["lse"] = over_queries.numpy()
    return replace(layer, arrays=arrays, error=worst + ROUNDING)


@dataclass(frozen=True, slots=True, eq=False)
class _Decoded:
    """What a page reads back, in doubles on the CPU."""

    q: Tensor
    k: Tensor
    bias: Bias | None


def _decoded(layer: StoredLayer) -> _Decoded:
    def read(name: str) -> Tensor:
        return torch.from_numpy(layer.arrays[name].astype(np.float64))

    bias: Bias | None = None
    match layer.bias:
        case {"kind": "offset", "grid": [int(rows), int(cols)]}:
            parts = read("table"), read("above"), read("beside")
            bias = OffsetBias(*parts, (rows, cols))
        case {"kind": "axes"}:
            bias = AxesBias(read("down"), read("across"))
        case {"kind": "whole"}:
            bias = WholeBias(read("values"))
    factors = torch.tensor(layer.factors, dtype=torch.float64)[:, None, None]
    return _Decoded(read("q") * factors, read("k"), bias)


def _scores(layer: StoredLayer, own: _Decoded, band: slice) -> Tensor:
    """Return the scores of a band of queries as the page computes them: (H, b, n)."""
    scores = own.q[:, band] @ own.k.transpose(-1, -2)  # (H, b, D) @ (H, D, n)
    if own.bias is not None:
        scores = scores + own.bias.rows(band)
    for cut in layer.edges:
        is_row = _among(layer, cut["queries"], scores.shape[1], first=band.start)
        is_key = _among(layer, cut["keys"], scores.shape[2], first=0)
        scores = scores.masked_fill(is_row[:, None] & is_key, -torch.inf)
    return scores


def _among(layer: StoredLayer, name: str | None, count: int, *, first: int) -> Tensor:
    """Return which of `count` tokens from `first` on are listed; all without a list."""
    tokens = torch.arange(first, first + count)
    if name is None:
        return torch.ones(count, dtype=torch.bool)
    return torch.isin(tokens, torch.from_numpy(layer.arrays[name].astype(np.int64)))


def _heads(capture: Capture, heads: Sequence[int] | None) -> tuple[int, ...]:
    """Return the heads to store: a softmax over the heads needs all of them."""
    if heads is None or capture.axis is Axis.HEADS:
        return tuple(range(capture.num_heads))
    return tuple(heads)


def _scaled(
    values: Tensor, *, is_single: bool, is_centred: bool
) -> tuple[AnyArray, npt.NDArray[np.float64]]:
    """Return (H, N, D) as it is stored, and what each head is to be multiplied by."""
    exact = values.double().cpu().numpy()
    if is_centred:
        exact = exact - exact.mean(axis=1, keepdims=True)
    if is_single:
        return exact.astype(np.float32), np.ones(len(exact))
    largest = np.abs(exact).max(axis=(1, 2))
    exponents = np.floor(np.log2(np.maximum(largest, 1e-30))) - TOP_EXPONENT
    factors = np.exp2(exponents)
    return (exact / factors[:, None, None]).astype(np.float16), factors


def _stored_bias(
    bias: Bias, heads: list[int], arrays: dict[str, AnyArray], *, is_single: bool
) -> dict[str, object]:
    """Add the parts of a bias to the arrays; return what the page makes of them."""
    found: dict[str, Tensor]
    description: dict[str, object]
    if isinstance(bias, OffsetBias):
        chosen = bias.of_heads(heads)
        assert isinstance(chosen, OffsetBias)
        found = {
            "table": chosen.table, "above": chosen.above, "beside": chosen.beside
        }  # fmt: skip
        description = {"kind": "offset", "grid": list(chosen.grid)}
    elif isinstance(bias, AxesBias):
        axes = bias.of_heads(heads)
        assert isinstance(axes, AxesBias)
        found = {"down": axes.down, "across": axes.across}
        description = {"kind": "axes"}
    else:
        whole = bias.of_heads(heads)
        (values,) = whole.parts()
        while values.dim() < 3:
            values = values[None]
        found, description = {"values": values}, {"kind": "whole"}
    size = sum(4 * part.numel() for part in found.values())
    kind = np.float32 if is_single or size <= SINGLE_BIAS_BYTES else np.float16
    for name, part in found.items():
        # the lowest float32, which masks a key, is −∞ as a half float
        with np.errstate(over="ignore"):
            arrays[name] = part.float().cpu().numpy().astype(kind)
    return description


def _ordered(arrays: dict[str, AnyArray]) -> list[AnyArray]:
    """Return the arrays with the widest numbers first: all then begin aligned."""
    return sorted(arrays.values(), key=lambda array: -array.itemsize)


def _places(arrays: dict[str, AnyArray]) -> dict[str, object]:
    """Return kind, shape and first byte of each array in the layer's block."""
    starts, start = {}, 0
    for array in _ordered(arrays):
        starts[id(array)] = start
        start += array.nbytes
    return {
        name: [_KINDS[array.dtype.name], list(array.shape), starts[id(array)]]
        for name, array in arrays.items()
    }
