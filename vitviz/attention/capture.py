"""What a model adds to its scores, kept without an N×N array where it has a structure.

A network hands its bias to the kernel as a whole, (H, N, N). Two kinds are made of far
less, and are taken apart again:

    BEiT, and what is like it : the bias of two patches depends on how far they are
        apart, so (2R − 1) × (2C − 1) values a head say all of it (Liu et al. 2021,
        arXiv 2103.14030, section 3.2; Bao et al. 2021, arXiv 2106.08254)
    SAM : a value for the key's row and one for its column, added, for each query
        (decomposed relative positions; Li et al. 2021, arXiv 2112.01526, section 4.1)

What is kept is compared with rows of the whole before it is believed. Anything else is
kept as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from vitviz.domain.interventions import Axis

CHECKED_QUERIES = 16
MIN_BYTES = 2**20
"""A smaller bias is not worth taking apart."""
TOLERANCE = 2e-6
"""Of the largest value: what adding two parts in float32 may round."""


class Bias(Protocol):
    """Rows and columns of an additive bias, (H, N, N), H possibly 1 for all heads."""

    def rows(self, queries: slice | Tensor) -> Tensor:
        """Of some queries, broadcastable to (H, b, N)."""

    def column(self, key: int) -> Tensor:
        """Of one key, broadcastable to (H, N)."""

    def of_heads(self, index: slice | list[int]) -> Bias:
        """Of some heads alone."""

    def parts(self) -> tuple[Tensor, ...]:
        """The tensors that are held."""


@dataclass(frozen=True, slots=True, eq=False)
class WholeBias:
    """A bias as the network made it: (H, N, N), or anything that broadcasts to it."""

    values: Tensor

    def rows(self, queries: slice | Tensor) -> Tensor:
        """See `Bias`; not expanded where it is the same for all queries."""
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
        values = self.values
        while values.dim() < 3:
            values = values[None]
        return values


@dataclass(frozen=True, slots=True, eq=False)
class OffsetBias:
    """A bias that two patches have by how far they are apart.

    table : (H, 2R − 1, 2C − 1), at [query row − key row + R − 1, likewise columns].
    above : (H, P, N), of the special tokens as queries; beside : (H, N, P), as keys.
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
        return torch.arange(self.beside.shape[1], device=self.table.device)

    def _patches(self, ones: Tensor, *, sign: int) -> Tensor:
        """(H, b, R·C) between some patches (b,) and all; −1 where they are the keys."""
        rows, cols = self.grid
        down = torch.arange(rows, device=ones.device)
        across = torch.arange(cols, device=ones.device)
        row = sign * (ones[:, None] // cols - down) + rows - 1  # (b, R)
        col = sign * (ones[:, None] % cols - across) + cols - 1  # (b, C)
        return self.table[:, row[:, :, None], col[:, None, :]].flatten(2)


@dataclass(frozen=True, slots=True, eq=False)
class AxesBias:
    """A bias that is a value for the key's row plus one for its column.

    down : (H, N, R); across : (H, N, C). Without special tokens.
    """

    down: Tensor
    across: Tensor

    def rows(self, queries: slice | Tensor) -> Tensor:
        """See `Bias`."""
        down, across = self.down[:, queries], self.across[:, queries]
        return (down[..., :, None] + across[..., None, :]).flatten(2)

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
    """What to keep of a bias, (H, N, N) or broadcasting to it, on a (rows, cols) grid.

    The parts it is made of where it is one of the known kinds, else itself.
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
    """The table, read off the rows of the four patches in the corners."""
    rows, cols = grid
    patches = values[:, num_prefix:, num_prefix:]
    table = values.new_zeros(values.shape[0], 2 * rows - 1, 2 * cols - 1)
    for row in (0, rows - 1):
        for col in (0, cols - 1):
            one = patches[:, row * cols + col].unflatten(-1, grid)  # (H, R, C)
            table[:, row : row + rows, col : col + cols] = one.flip(-2, -1)
    above = values[:, :num_prefix].clone()
    beside = values[:, :, :num_prefix].clone()
    return OffsetBias(table, above, beside, grid)


def _axes(values: Tensor, grid: tuple[int, int]) -> AxesBias:
    """The two parts, read off each query's first column and first row."""
    cols = grid[1]
    down = values[..., ::cols].clone()  # (H, N, R)
    across = values[..., :cols] - values[..., :1]  # (H, N, C)
    return AxesBias(down, across)


ERROR_LIMITS = {torch.float32: 1e-5, torch.float16: 5e-3, torch.bfloat16: 3e-2}
"""Largest relative error at which a block counts as exact, by the model's dtype."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Pairs of tokens whose score counts as −∞: each of the queries with each key.

    queries, keys : Tensor, (n,) int64, on the model's device; None for all tokens.
    """

    queries: Tensor | None
    keys: Tensor | None


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """What one attention call left behind: its factors, as the kernel received them.

    q, k, v : Tensor, (H, N, D), on the model's device and in its dtype; q may have
        another number of tokens (a pooling head has one).
    bias : what is added to the scores, (H, N, N), whole or in parts; or None.
    scale : what Q Kᵀ is multiplied with, usually 1/√D.
    error : largest |A V − O| / largest |O| over the checked rows, NaN if unchecked.
    edges : what was cut.
    axis : what the softmax made sum to 1; anything but the keys is a change.
    key_normalisers : (2, H, N), only where that is the queries; see the function.
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

    @property
    def num_heads(self) -> int:
        """H."""
        return self.q.shape[0]

    @property
    def num_queries(self) -> int:
        """Rows of A."""
        return self.q.shape[1]

    @property
    def num_keys(self) -> int:
        """Columns of A."""
        return self.k.shape[1]

    @property
    def is_exact(self) -> bool:
        """Whether the check stayed within the limit of the model's dtype."""
        return self.error <= ERROR_LIMITS.get(self.q.dtype, 1e-5)
