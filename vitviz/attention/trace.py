"""What one forward pass left behind: q, k, v of every layer, never A."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from torch import Tensor

from vitviz.attention import compute
from vitviz.attention.capture import Capture
from vitviz.domain.geometry import POOL, Bins, PatchGrid, Placement
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import UNTOUCHED, Axis, Interventions
from vitviz.errors import ExactnessError, Phrase, SelectionError
from vitviz.models.model import ModelInfo
from vitviz.pictures.placement import Preprocessing
from vitviz.pictures.source import SourceImage

Array = npt.NDArray[np.float32]
Query = int | tuple[int, int] | str


@dataclass(frozen=True, eq=False)
class Trace:
    """What one forward pass left behind. Rows, columns and matrices are computed.

    Layers, heads, rows and columns count from 0. While a run goes on, a trace holds
    the layers captured so far; `with_layer` makes the next one. All methods may be
    called from any thread; arrays are numpy, float32, copies.
    """

    setup: Setup
    captures: tuple[Capture | None, ...]
    extras: tuple[Capture, ...] = ()
    """Attention of pooling heads outside the layers, in the order of their calls."""
    output: npt.NDArray[np.float32] | None = None
    """(C,): logits, or the feature of a model without a head; None while running."""
    _log_normalisers: dict[int, Tensor] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def num_layers(self) -> int:
        """L."""
        return len(self.captures)

    @property
    def num_heads(self) -> int:
        """H; 0 before the first layer."""
        return next((c.num_heads for c in self.captures if c is not None), 0)

    @property
    def num_tokens(self) -> int:
        """N = P + R·C."""
        return self.setup.grid.num_tokens

    @property
    def num_keys(self) -> int:
        """Tokens that can be seen: N less those that were dropped."""
        return self.num_tokens - len(self.interventions.dropped)

    @property
    def num_prefix_tokens(self) -> int:
        """P: special tokens, which come before the patches."""
        return self.setup.grid.num_prefix_tokens

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, cols) of the patches."""
        return self.setup.grid.rows, self.setup.grid.cols

    @property
    def logits(self) -> npt.NDArray[np.float32] | None:
        """(C,) class logits; None for a model without a head."""
        return self.output if self.setup.model.has_head else None

    @property
    def interventions(self) -> Interventions:
        """What was changed in this run; empty for the untouched model."""
        return self.setup.interventions

    @property
    def max_error(self) -> float:
        """Largest relative error of the recomputed rows over the captured layers.

        max |A V − O| / max |O| over nine rows a layer; NaN when one is not finite.
        """
        errors = [c.error for c in self.captures if c is not None]
        return float(np.max(errors)) if errors else float("nan")

    @property
    def has_rows_of_one(self) -> bool:
        """Whether the softmax went over the keys, so that rows sum to 1."""
        return self.interventions.axis is Axis.KEYS

    @property
    def pool(self) -> Capture | None:
        """The one query of a pooling head over the tokens; None without one."""
        found = [
            extra
            for extra in self.extras
            if extra.num_queries == 1 and self._read_by(extra)
        ]
        return found[0] if len(found) == 1 else None

    @property
    def has_pool(self) -> bool:
        """Whether a pooling head has a query; while running, whether one is to come."""
        is_running = self.output is None
        return self.pool is not None or (is_running and self.setup.has_pool)

    @property
    def pooled_tokens(self) -> tuple[int, ...]:
        """Tokens that the pooling head reads, in order; none without one."""
        return () if self.pool is None else self._read_by(self.pool)

    def _read_by(self, extra: Capture) -> tuple[int, ...]:
        """The tokens behind the keys of a call outside the layers; () if unclear.

        All that are left in the sequence, or the patches among them (timm's
        `pool_include_prefix=False`).
        """
        grid = self.setup.grid
        dropped = {grid.token(*cell) for cell in self.interventions.dropped}
        left = tuple(t for t in range(grid.num_tokens) if t not in dropped)
        patches = tuple(t for t in left if t >= grid.num_prefix_tokens)
        return next((o for o in (left, patches) if len(o) == extra.num_keys), ())

    def num_heads_of(self, query: int) -> int:
        """H of a query's row: the pooling head has heads of its own."""
        if query == POOL and self.pool is not None:
            return self.pool.num_heads
        return self.num_heads

    @property
    def is_complete(self) -> bool:
        """Whether every layer has been captured."""
        return all(
            capture is not None or layer in self.setup.windowed
            for layer, capture in enumerate(self.captures)
        )

    @property
    def num_bytes(self) -> int:
        """Bytes of q, k, v and biases held by this trace."""
        held = {
            tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes()
            for c in (*self.captures, *self.extras)
            if c is not None
            for tensor in (c.q, c.k, c.v, *(c.bias.parts() if c.bias else ()))
        }
        return sum(held.values())

    def with_layer(self, layer: int, capture: Capture) -> Trace:
        """The trace with one layer more; shares everything else."""
        captures = list(self.captures)
        captures[layer] = capture
        return replace(self, captures=tuple(captures))

    def token(self, query: Query) -> int:
        """Token index of a query: an index, (row, col), or a special token's name.

        POOL for "pool", the query of a pooling head. Raises SelectionError.
        """
        if query in ("pool", POOL):
            if not self.has_pool:
                raise SelectionError(
                    "{model} has no pooling head, so there is no query “pool”. Choose "
                    "a patch{or_special}.",
                    model=self.setup.model.name,
                    or_special=self._or_special(),
                )
            return POOL
        if isinstance(query, tuple):
            return self.setup.grid.token(*query)
        if isinstance(query, str):
            if query not in self.setup.prefix_names:
                pool = ("pool",) if self.has_pool else ()
                names = ", ".join((*self.setup.prefix_names, *pool)) or "none"
                raise SelectionError(
                    "{model} has no special token {name}; it has: {names}.",
                    model=self.setup.model.name,
                    name=query,
                    names=names,
                )
            return self.setup.prefix_names.index(query)
        self.setup.grid.cell(query)
        return query

    def _or_special(self) -> Phrase | str:
        """The end of a sentence: which special tokens could be chosen instead."""
        names = self.setup.prefix_names
        if not names:
            return ""
        return Phrase(", or one of: {names}", {"names": ", ".join(names)})

    def capture(self, layer: int) -> Capture:
        """The factors of one layer.

        Raises SelectionError outside [0, L), for a layer whose attention stays in
        windows, or before the layer has run, and ExactnessError where its check failed.
        """
        if not 0 <= layer < self.num_layers:
            raise SelectionError(
                "There is no layer {layer}: layers go from 0 to {last}.",
                layer=layer,
                last=self.num_layers - 1,
            )
        capture = self.captures[layer]
        if layer in self.setup.windowed:
            shown = [i for i in range(self.num_layers) if i not in self.setup.windowed]
            raise SelectionError(
                "Layer {layer} attends within small windows, so there is no matrix "
                "between all patches. Layers that look at the whole picture: {shown}.",
                layer=layer,
                shown=", ".join(map(str, shown)) or "none",
            )
        if capture is None:
            raise SelectionError("Layer {layer} has not run yet.", layer=layer)
        if not capture.is_exact:
            raise ExactnessError(
                "Layer {layer} is not shown: attention recomputed from its queries and "
                "keys differs from the model's own by {error:.1e}.",
                layer=layer,
                error=capture.error,
            )
        return capture

    def row(self, layer: int, query: Query) -> Array:
        """Where a query looks, (H, N); rows sum to 1 unless the axis was changed.

        The query "pool" is that of a pooling head (SigLIP, PE core), which reads the
        tokens of the last layer and has heads of its own.
        """
        token = self.token(query)
        if token == POOL:
            return self.placed(compute.row(self.pool_at(layer), 0))
        return as_array(compute.row(self.capture(layer), token))

    def pool_at(self, layer: int) -> Capture:
        """The pooling head's call, for the one layer whose tokens it reads: the last.

        Raises SelectionError for another layer or while it has not run, ExactnessError
        where its check failed.
        """
        if layer != self.num_layers - 1:
            raise SelectionError(
                "The pooling head reads the tokens of the last layer: ask for layer "
                "{last}.",
                last=self.num_layers - 1,
            )
        pool = self.pool
        if pool is None:
            raise SelectionError("The pooling head has not run yet.")
        if not pool.is_exact:
            raise ExactnessError(
                "The pooling head is not shown: attention recomputed from its query "
                "and keys differs from the model's own by {error:.1e}.",
                error=pool.error,
            )
        return pool

    def placed(self, row: Tensor) -> Array:
        """(H, n) over the tokens that a pooling head reads as (H, N); others get 0."""
        values = as_array(row)
        placed = np.zeros((len(values), self.num_tokens), np.float32)
        placed[:, list(self.pooled_tokens)] = values
        return placed

    def column(self, layer: int, key: Query) -> Array:
        """Who looks at a key, (H, N), each in [0, 1].

        The first column of a layer streams all its rows once (O(N²) time, a tile of
        memory); later ones cost as much as a row.
        """
        capture, token = self.capture(layer), self.token(key)
        if token == POOL:
            raise SelectionError(
                "Nothing looks at the query of a pooling head: it is no token."
            )
        return as_array(compute.column(capture, token, self._normalisers(layer)))

    def has_normalisers(self, layer: int) -> bool:
        """Whether a column of this layer is as cheap as a row."""
        return layer in self._log_normalisers or not self.has_rows_of_one

    def matrix(self, layer: int, head: int) -> Array:
        """One head's whole attention matrix, (N, N); rows are queries.

        Raises BudgetError above 8,192 tokens: read `tiles` there.
        """
        return as_array(compute.matrix(self.capture(layer), self._head(head)))

    def tiles(self, layer: int, rows: int = 256) -> Iterator[tuple[int, Array]]:
        """(first query, (H, b, N)) from the first query to the last, b ≤ rows."""
        for start, part in compute.tiles(self.capture(layer), rows):
            yield start, as_array(part)

    def pooled(
        self,
        layer: int,
        head: HeadChoice | Fusion | int,
        bins: Bins,
        *,
        rows: range | None = None,
    ) -> Iterator[tuple[int, Array]]:
        """(first bin, (b, num_bins)): exact block means; see `attention.pooled`."""
        chosen = self._heads(head)
        for start, band in compute.pooled(self.capture(layer), chosen, bins, rows=rows):
            yield start, as_array(band)

    def pooled_preview(
        self, layer: int, head: HeadChoice | Fusion | int, bins: Bins
    ) -> Array:
        """(num_bins, num_bins): one query of each bin, a quick first picture."""
        chosen = self._heads(head)
        return as_array(compute.pooled_preview(self.capture(layer), chosen, bins))

    def patch_map(self, values: Array) -> Array:
        """The patches of (…, N) as (…, rows, cols); special tokens are left out."""
        patches = values[..., self.num_prefix_tokens :]
        return patches.reshape(*values.shape[:-1], *self.grid)

    def _normalisers(self, layer: int) -> Tensor | None:
        capture = self.capture(layer)
        if capture.axis is not Axis.KEYS:
            return None
        with self._lock:
            if layer not in self._log_normalisers:
                self._log_normalisers[layer] = compute.log_normalisers(capture)
            return self._log_normalisers[layer]

    def _heads(self, head: HeadChoice | Fusion | int) -> HeadChoice:
        if isinstance(head, Fusion):
            return HeadChoice((), head)
        choice = HeadChoice((head,)) if isinstance(head, int) else head
        for one in choice.heads:
            self._head(one)
        return choice

    def _head(self, head: int) -> int:
        if not 0 <= head < self.num_heads:
            raise SelectionError(
                "There is no head {head}: heads go from 0 to {last}.",
                head=head,
                last=self.num_heads - 1,
            )
        return head


def as_array(tensor: Tensor) -> Array:
    """Numbers as float32 on the CPU; the tensor's own memory if they are that."""
    array: Array = tensor.detach().float().cpu().numpy()
    return array


@dataclass(frozen=True, slots=True)
class Setup:
    """What is known of a run before its first layer."""

    model: ModelInfo
    grid: PatchGrid
    prefix_names: tuple[str, ...]
    placement: Placement
    preprocessing: Preprocessing
    picture: SourceImage
    """What is shown; of a prepared tensor, its values as colours again."""
    is_prepared: bool = False
    """Whether the input was a prepared tensor, which its 8 bit colours cannot give."""
    windowed: frozenset[int] = frozenset()
    """Layers whose attention stays in windows: they have no matrix to show."""
    has_pool: bool = False
    """Whether a pooling head behind the layers asks with a query of its own."""
    interventions: Interventions = UNTOUCHED
    """What was changed; rows, checks and methods show the changed run."""
    fallback: Phrase | None = None
    """Why the run was made on the CPU though the model lies on an accelerator."""

    @property
    def image(self) -> SourceImage | None:
        """What the input was made of; None when it was a prepared tensor."""
        return None if self.is_prepared else self.picture
