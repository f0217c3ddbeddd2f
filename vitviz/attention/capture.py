"""The record of one attention call: q, k, v, scale, and the bias in compressed form.

A model may add a bias to its attention scores. The fused kernel receives it as one
(H, N, N) tensor, but two kinds are made of far fewer numbers, which are stored instead:

    OffsetBias   BEiT and similar: the bias of two patches depends only on their offset
                 on the grid, (2R − 1) × (2C − 1) values a head (Liu et al. 2021,
                 arXiv 2103.14030, section 3.2; Bao et al. 2021, arXiv 2106.08254)
    AxesBias     SAM: for each query, a value for the key's row plus one for the key's
                 column, the decomposed relative positions of Li et al. 2021, arXiv
                 2112.01526, section 4.1
    WholeBias    everything else, unchanged

`keep_bias` stores a compressed form only after it has reproduced rows of the original.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import torch
from torch import Tensor

from vitviz.domain.interventions import Axis

# Rows that a compressed bias is compared on, about.
CHECKED_QUERIES = 16
# Bytes; a smaller bias is stored whole, since compressing it would save little.
MIN_BYTES = 2**20
# Relative to the largest value: rounding when two parts are added in float32.
TOLERANCE = 2e-6


class Bias(Protocol):
    """Access to an additive bias, (H, N, N), by rows and columns.

    H is 1 where all heads have the same bias. Tensors lie on the model's device.
    """

    def rows(self, queries: slice | Tensor) -> Tensor:
        """Return the rows of some queries, broadcastable to (H, b, N)."""

    def column(self, key: int) -> Tensor:
        """Return the column of one key, broadcastable to (H, N)."""

    def of_heads(self, index: slice | list[int]) -> Bias:
        """Return the bias of some heads alone."""

    def parts(self) -> tuple[Tensor, ...]:
        """Return the tensors that are held, not copied."""


@dataclass(frozen=True, slots=True, eq=False)
class WholeBias:
    """A bias as the network made it: (H, N, N), or anything that broadcasts to it."""

    values: Tensor

    def rows(self, queries: slice | Tensor) -> Tensor:
        """See `Bias`; (H, 1, N) where the bias is the same for all queries."""
        values = self._axes()
        return values[:, queries] if values.shape[1] > 1 else values

    def column(self, key: int) -> Tensor:
        """See `Bias`."""
        values = self._axes()
        return values[..., key if values.shape[-1] > 1 else 0]

    def of_heads(self, index: slice | list[int]) -> Bias:
        """See `Bias`."""
        values = self._axes()
        return WholeBias(values[index]) if values.shape[0] > 1 else self

    def parts(self) -> tuple[Tensor, ...]:
        """See `Bias`."""
        return (self.values,)

    def _axes(self) -> Tensor:
        """Return the values with three axes, heads first; a view."""
        values = self.values
        while values.dim() < 3:
            values = values[None]
        return values


@dataclass(frozen=True, slots=True, eq=False)
class OffsetBias:
    """A bias of two patches that depends only on their offset on the grid.

    table : (H, 2R − 1, 2C − 1); the entry of a query and a key is at
        [query row − key row + R − 1, query column − key column + C − 1].
    above : (H, P, N), rows of the special tokens.
    beside : (H, N, P), columns of the special tokens.
    grid : (rows, cols) of the patches.
    """

    table: Tensor
    above: Tensor
    beside: Tensor
    grid: tuple[int, int]

    def rows(self, queries: slice | Tensor) -> Tensor:
        """See `Bias`."""
        num_prefix = self.above.shape[1]
        tokens = self._tokens()[queries]  # (b,)
        is_special = tokens < num_prefix
        # special tokens are no patches: their rows, wrong here, are replaced below
        patches = (tokens - num_prefix).clamp_min(0)
        found = torch.cat(
            [self.beside[:, tokens], self._patches(patches, sign=1)], dim=-1
        )  # (H, b, N)
        if bool(is_special.any()):
            found[:, is_special] = self.above[:, tokens[is_special]]
        return found

    def column(self, key: int) -> Tensor:
        """See `Bias`."""
        num_prefix = self.above.shape[1]
        if key < num_prefix:
            return self.beside[..., key]
        patch = torch.tensor([key - num_prefix], device=self.table.device)
        patches = self._patches(patch, sign=-1)[:, 0]  # (H, R·C)
        return torch.cat([self.above[..., key], patches], dim=-1)

    def of_heads(self, index: slice | list[int]) -> Bias:
        """See `Bias`."""
        if self.table.shape[0] == 1:
            return self
        table, above, beside = (t[index] for t in self.parts())
        return OffsetBias(table, above, beside, self.grid)

    def parts(self) -> tuple[Tensor, ...]:
        """See `Bias`."""
        return self.table, self.above, self.beside

    def _tokens(self) -> Tensor:
        """Return all token indices, (N,) int64."""
        return torch.arange(self.beside.shape[1], device=self.table.device)

    def _patches(self, ones: Tensor, *, sign: int) -> Tensor:
        """Return the bias between some patches, (b,), and all patches: (H, b, R·C).

        sign : 1 where `ones` are the queries, −1 where they are the keys.
        """
        rows, cols = self.grid
        down = torch.arange(rows, device=ones.device)
        across = torch.arange(cols, device=ones.device)
        row = sign * (ones[:, None] // cols - down) + rows - 1  # (b, R)
        col = sign * (ones[:, None] % cols - across) + cols - 1  # (b, C)
        return self.table[:, row[:, :, None], col[:, None, :]].flatten(2)  # (H, b, R·C)


@dataclass(frozen=True, slots=True, eq=False)
class AxesBias:
    """A bias that is a value for the key's row plus one for the key's column.

    down : (H, N, R), by the key's row.
    across : (H, N, C), by the key's column.

    For models without special tokens only.
    """

    down: Tensor
    across: Tensor

    def rows(self, queries: slice | Tensor) -> Tensor:
        """See `Bias`."""
        down, across = self.down[:, queries], self.across[:, queries]
        return (down[..., :, None] + across[..., None, :]).flatten(2)  # (H, b, R·C)

    def column(self, key: int) -> Tensor:
        """See `Bias`."""
        row, col = divmod(key, self.across.shape[-1])
        return self.down[..., row] + self.across[..., col]

    def of_heads(self, index: slice | list[int]) -> Bias:
        """See `Bias`."""
        return AxesBias(self.down[index], self.across[index])

    def parts(self) -> tuple[Tensor, ...]:
        """See `Bias`."""
        return self.down, self.across


def keep_bias(values: Tensor, grid: tuple[int, int] | None) -> Bias:
    """Return a bias in compressed form where it is of a known kind, else whole.

    values : (H, N, N), or broadcastable to it.
    grid : (rows, cols) of the patches; None: no compression.
    """
    whole = WholeBias(values)
    if grid is None or values.dim() != 3 or values.nbytes < MIN_BYTES:
        return whole
    rows, cols = grid
    num_tokens = values.shape[-1]
    num_prefix = num_tokens - rows * cols
    if values.shape[-2] != num_tokens or num_prefix < 0:
        return whole
    candidates: list[Bias] = [_offsets(values, grid, num_prefix)]
    if num_prefix == 0:
        candidates.append(_axes(values, grid))
    step = max(1, num_tokens // CHECKED_QUERIES)
    sample = torch.arange(0, num_tokens, step, device=values.device)
    own = values[:, sample]
    limit = TOLERANCE * float(own.abs().max())
    for candidate in candidates:
        if float((candidate.rows(sample) - own).abs().max()) <= limit:
            return candidate
    return whole


def _offsets(values: Tensor, grid: tuple[int, int], num_prefix: int) -> OffsetBias:
    """Return an offset bias read off the rows of the four corner patches.

    The row of a corner patch holds every offset in one direction of each axis, so that
    four of them fill the table.
    """
    rows, cols = grid
    patches = values[:, num_prefix:, num_prefix:]
    table = values.new_zeros(values.shape[0], 2 * rows - 1, 2 * cols - 1)
    for row in (0, rows - 1):
        for col in (0, cols - 1):
            one = patches[:, row * cols + col].unflatten(-1, grid)  # (H, R, C)
            # flipped: a larger key row means a smaller offset
            table[:, row : row + rows, col : col + cols] = one.flip(-2, -1)
    # copies: a view would keep the whole (H, N, N) in memory
    above = values[:, :num_prefix].clone()
    beside = values[:, :, :num_prefix].clone()
    return OffsetBias(table, above, beside, grid)


def _axes(values: Tensor, grid: tuple[int, int]) -> AxesBias:
    """Return an axes bias read off each query's first column and first row of keys."""
    cols = grid[1]
    # a copy: a view would keep the whole (H, N, N) in memory
    down = values[..., ::cols].clone()  # (H, N, R)
    # relative to the first column, whose value is already in `down`
    across = values[..., :cols] - values[..., :1]  # (H, N, C)
    return AxesBias(down, across)


def _largest(values: Tensor) -> Tensor:
    """Return the largest |value|, float32; −∞, which cuts an edge, counts as 0."""
    if values.numel() == 0:  # the special tokens' part of a model without any
        return torch.zeros((), device=values.device)
    # head by head: the copies of a whole bias would take as much memory again
    heads = values if values.dim() > 2 else values[None]
    return torch.stack(
        [part.float().abs().masked_fill(part.isinf(), 0.0).max() for part in heads]
    ).max()


# Largest relative error at which a layer counts as exact, by the model's dtype.
ERROR_LIMITS = {torch.float32: 1e-5, torch.float16: 5e-3, torch.bfloat16: 3e-2}
# Of a score, in single precision: what the kernel's own rounding may make of it. A
# weight is exp of a score, so that this is its relative error.
ROUNDING = torch.finfo(torch.float32).eps


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Cut edges: the score of each of the queries with each of the keys counts as −∞.

    queries, keys : Tensor, (n,), int64, on the model's device; None for all tokens.
    """

    queries: Tensor | None
    keys: Tensor | None


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """The inputs of one attention call, as the kernel received them; A is not stored.

    q, k, v : Tensor, (H, N, D), in the model's dtype and on its device; q may have
        another number of tokens (that of a pooling head has one).
    bias : added to the scaled scores, (H, N, N), whole or compressed; None without.
    scale : factor of Q Kᵀ, usually 1/√D.
    error : largest |A V − O| / largest |O| over the checked rows, O the kernel's own
        output; NaN if unchecked.
    edges : pairs of tokens that an intervention cut.
    axis : axis along which the softmax sums to 1; another than the keys is an
        intervention.
    key_normalisers : (2, H, N) float32 from `compute.key_normalisers`, where that axis
        is the queries; None elsewhere.
    """

    q: Tensor
    k: Tensor
    v: Tensor
    bias: Bias | None
    scale: float
    error: float = float("nan")
    edges: tuple[Edges, ...] = ()
    axis: Axis = Axis.KEYS
    key_normalisers: Tensor | None = None
    # what `largest_score` has found; empty in every new capture
    _largest_score: list[float] = field(default_factory=list, init=False, repr=False)

    @property
    def largest_score(self) -> float:
        """An upper bound of |q·k · scale + bias|, measured when first asked for.

        max |q| · max |k| · scale (Cauchy and Schwarz) + max |bias|; −∞ does not count.
        """
        if not self._largest_score:
            longest = [t.detach().float().norm(dim=-1).max() for t in (self.q, self.k)]
            found = longest[0] * longest[1] * abs(self.scale)
            for part in () if self.bias is None else self.bias.parts():
                found = found + _largest(part.detach())
            self._largest_score.append(float(found))
        return self._largest_score[0]

    def with_error(self, error: float) -> Capture:
        """Return this call with another error; its largest score is not lost."""
        made = replace(self, error=error)
        made._largest_score.extend(self._largest_score)
        return made

    @property
    def num_heads(self) -> int:
        """H."""
        return self.q.shape[0]

    @property
    def num_queries(self) -> int:
        """Number of rows of A."""
        return self.q.shape[1]

    @property
    def num_keys(self) -> int:
        """Number of columns of A."""
        return self.k.shape[1]

    @property
    def is_exact(self) -> bool:
        """Whether the check stayed within the limit of the model's dtype."""
        return self.error <= self.error_limit

    @property
    def error_limit(self) -> float:
        """Largest error at which the layer counts as exact.

        It grows with the scores where these are so large that the kernel's own
        rounding of them is.
        """
        limit = ERROR_LIMITS.get(self.q.dtype, 1e-5)
        return max(limit, ROUNDING * self.largest_score)
