"""The trace of one forward pass: q, k, v of every layer, and attention from them.

    Setup      what is known before the first layer: model, grid, placement, picture
    Trace      captures of all layers; rows, columns, matrices and tiles when asked for

The attention matrices A are never stored.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from vitviz.attention import compute, independent_check
from vitviz.attention.capture import Capture
from vitviz.domain.geometry import POOL, Bins, PatchGrid
from vitviz.domain.heads import Fusion, HeadChoice, require_head, require_layer
from vitviz.domain.interventions import UNTOUCHED, Axis, Interventions
from vitviz.domain.placement import Placement
from vitviz.errors import ExactnessError, Phrase, SelectionError
from vitviz.models.model import ModelInfo
from vitviz.pictures.preprocessing import Preprocessing
from vitviz.pictures.source import SourceImage

if TYPE_CHECKING:
    from vitviz.models.model import Model

Array = npt.NDArray[np.float32]
Query = int | tuple[int, int] | str


class Reading(Enum):
    """The ways of reading a layer that are compared with its verified rows."""

    COLUMNS = auto()
    POOLED = auto()
    PREVIEW = auto()


@dataclass(frozen=True, eq=False)
class Trace:
    """The record of one forward pass, from which attention is computed when asked for.

    Layers, heads, rows and columns count from 0. The sequence is P special tokens, then
    R·C patches, N = P + R·C. While a run goes on, a trace holds the layers captured so
    far; `with_layer` makes the next one. All methods may be called from any thread;
    they return numpy arrays, float32, copies.

    setup : what is known of the run before its first layer.
    captures : one for each layer, (H, N, D) q, k and v; None for a layer that has not
        run yet or whose attention stays in windows.
    extras : attention of pooling heads outside the layers, in the order of the calls.
    output : (C,) float32 logits, or the feature of a model without a head; None while
        the run goes on.
    """

    setup: Setup
    captures: tuple[Capture | None, ...]
    extras: tuple[Capture, ...] = ()
    output: npt.NDArray[np.float32] | None = None
    # (2, H, N) of each layer whose column was asked for, None for another axis than
    # the keys; shared by `with_layer`'s traces
    _row_normalisers: dict[int, Tensor | None] = field(default_factory=dict, repr=False)
    # errors of columns and of maps by (layer, reading); shared likewise
    _reading_errors: dict[tuple[int, Reading], float] = field(
        default_factory=dict, repr=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def num_layers(self) -> int:
        """Number of layers, L."""
        return len(self.captures)

    @property
    def num_heads(self) -> int:
        """Number of heads of a layer, H; 0 before the first layer has run."""
        return next((c.num_heads for c in self.captures if c is not None), 0)

    @property
    def num_tokens(self) -> int:
        """Number of tokens, N = P + R·C."""
        return self.setup.grid.num_tokens

    @property
    def dropped(self) -> frozenset[int]:
        """Tokens of patches that were dropped: neither keys nor queries."""
        grid = self.setup.grid
        return frozenset(grid.token(*cell) for cell in self.interventions.dropped)

    @property
    def num_keys(self) -> int:
        """Number of tokens that can be seen: N less those that were dropped."""
        return self.num_tokens - len(self.interventions.dropped)

    @property
    def num_prefix_tokens(self) -> int:
        """Number of special tokens, P, which come before the patches."""
        return self.setup.grid.num_prefix_tokens

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, cols) of the patches."""
        return self.setup.grid.rows, self.setup.grid.cols

    @property
    def logits(self) -> npt.NDArray[np.float32] | None:
        """Class logits, (C,) float32; None without a head or while running."""
        return self.output if self.setup.model.has_head else None

    @property
    def interventions(self) -> Interventions:
        """Interventions on this run; empty for the untouched model."""
        return self.setup.interventions

    @property
    def max_error(self) -> float:
        """Largest relative error over the captured layers.

        max |A V − O| / max |O| over nine rows a layer, O the model's own output. In
        layers whose columns or pooled maps were read, also the largest difference of
        those from these rows. NaN if one is not finite or no layer was captured.
        """
        errors = [c.error for c in self.captures if c is not None]
        if errors:
            errors += self._reading_errors.copy().values()
        return float(np.max(errors)) if errors else float("nan")

    @property
    def has_rows_of_one(self) -> bool:
        """Whether the softmax ran along the keys, so that rows sum to 1."""
        return self.interventions.axis is Axis.KEYS

    @property
    def pool(self) -> Capture | None:
        """Call of the pooling head, (H, 1, D) q; None without one, or if unclear."""
        found = [
            extra
            for extra in self.extras
            if extra.num_queries == 1 and self._read_by(extra)
        ]
        return found[0] if len(found) == 1 else None

    @property
    def has_pool(self) -> bool:
        """Whether there is a pooling head; while running, whether one is expected."""
        is_running = self.output is None
        return self.pool is not None or (is_running and self.setup.has_pool)

    @property
    def pooled_tokens(self) -> tuple[int, ...]:
        """Token indices that the pooling head reads, in order; () without one."""
        return () if self.pool is None else self._read_by(self.pool)

    def _read_by(self, extra: Capture) -> tuple[int, ...]:
        """Return the tokens that are the keys of a call outside the layers.

        All tokens that are not dropped, or the patches among them (timm's
        `pool_include_prefix=False`), whichever are as many as the keys; () if neither.
        """
        grid = self.setup.grid
        left = tuple(t for t in range(grid.num_tokens) if t not in self.dropped)
        patches = tuple(t for t in left if t >= grid.num_prefix_tokens)
        return next((o for o in (left, patches) if len(o) == extra.num_keys), ())

    def num_heads_of(self, query: int) -> int:
        """Return the number of heads of a query's row.

        query : a token index, or POOL: the pooling head has heads of its own.
        """
        if query == POOL and self.pool is not None:
            return self.pool.num_heads
        return self.num_heads

    @property
    def is_complete(self) -> bool:
        """Whether every layer has been captured, except those that stay in windows."""
        return all(
            capture is not None or layer in self.setup.windowed
            for layer, capture in enumerate(self.captures)
        )

    @property
    def num_bytes(self) -> int:
        """Bytes of q, k, v and biases held by this trace."""
        # by address: q, k and v are often views of one projection
        held = {
            tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes()
            for c in (*self.captures, *self.extras)
            if c is not None
            for tensor in (c.q, c.k, c.v, *(c.bias.parts() if c.bias else ()))
        }
        return sum(held.values())

    def with_layer(self, layer: int, capture: Capture) -> Trace:
        """Return a trace with one more layer; it shares everything else with this."""
        captures = list(self.captures)
        captures[layer] = capture
        return replace(self, captures=tuple(captures))

    def token(self, query: Query) -> int:
        """Return the token index of a query.

        query : a token index in [0, N), a patch's (row, col), a special token's name
            such as "cls", or "pool" for the query of a pooling head, which is no token:
            POOL is returned for it.

        Raises SelectionError if there is no such token.
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
        """Return the end of a sentence with the special tokens; "" without any."""
        names = self.setup.prefix_names
        if not names:
            return ""
        return Phrase(", or one of: {names}", {"names": ", ".join(names)})

    def capture(self, layer: int) -> Capture:
        """Return the capture of one layer: q, k, v, (H, N, D), on the model's device.

        Raises SelectionError outside [0, L), for a layer whose attention stays in
        windows, or before the layer has run; ExactnessError if its check failed.
        """
        require_layer(layer, self.num_layers)
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
        _require_exact(layer, capture, capture.error)
        return capture

    def row(self, layer: int, query: Query) -> Array:
        """Return the attention of one query to all tokens, for every head.

        (H, N) float32 in [0, 1]; rows sum to 1 unless the axis was changed. O(N·D).

        A = softmax(Q Kᵀ · scale + bias), Vaswani et al. 2017, arXiv 1706.03762,
        equation 1.

        query : see `token`. "pool" is the query of a pooling head (SigLIP, PE core),
            which reads the tokens of the last layer and has heads of its own.

        Raises SelectionError if there is no such layer or query, ExactnessError if the
        layer's check failed.
        """
        token = self.token(query)
        if token == POOL:
            return self.placed(compute.row(self.pool_at(layer), 0))
        return as_array(compute.row(self.capture(layer), token))

    def pool_at(self, layer: int) -> Capture:
        """Return the call of the pooling head, which reads the last layer's tokens.

        layer : must be the last, L − 1.

        Raises SelectionError for another layer or if the head has not run, and
        ExactnessError if its check failed.
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
        """Return a pooling head's row with a value for every token: (H, n) → (H, N).

        row : over the `pooled_tokens`; all other tokens get 0.
        """
        values = as_array(row)
        placed = np.zeros((len(values), self.num_tokens), np.float32)
        placed[:, list(self.pooled_tokens)] = values
        return placed

    def column(self, layer: int, key: Query) -> Array:
        """Return the attention of all queries to one key, for every head.

        (H, N) float32 in [0, 1]; a column does not sum to 1. The first column of a
        layer streams all its rows once, O(N²·D) time in the memory of a tile, and
        compares columns with the verified rows; later ones cost O(N·D).

        key : as a query, see `token`, but not "pool".

        Raises SelectionError if there is no such layer or key, ExactnessError if the
        layer's check or that of its columns failed.
        """
        capture, token = self.capture(layer), self.token(key)
        if token == POOL:
            raise SelectionError(
                "Nothing looks at the query of a pooling head: it is no token."
            )
        return as_array(compute.column(capture, token, self._normalisers(layer)))

    def has_normalisers(self, layer: int) -> bool:
        """Return whether a column of this layer takes no more time than a row.

        The first one does not: its layer's columns are checked, whatever the axis.
        """
        return (layer, Reading.COLUMNS) in self._reading_errors

    def matrix(self, layer: int, head: int) -> Array:
        """Return one head's whole attention matrix, (N, N) float32, in [0, 1].

        Rows are queries, columns keys.

        Raises SelectionError if there is no such layer or head, ExactnessError if the
        layer's check failed, and BudgetError above 8,192 tokens: read `tiles` instead.
        """
        capture = self.capture(layer)
        require_head(head, self.num_heads)
        return as_array(compute.matrix(capture, head))

    def tiles(self, layer: int, rows: int = 256) -> Iterator[tuple[int, Array]]:
        """Yield (first query, tile) from the first query to the last.

        A tile is the attention of b ≤ `rows` queries, (H, b, N) float32 in [0, 1].

        Raises SelectionError if there is no such layer, ExactnessError if its check
        failed.
        """
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
        """Yield exact block means of the matrix of a head, or of fused heads, in bands.

        Each item is (first query bin, (b, num_bins) float32 in [0, 1]); see
        `compute.pooled`.

        head : a head, some heads and how to fuse them, or a fusion of all heads.
        bins : the blocks on both axes.
        rows : the query bins to compute; None for all.

        Raises SelectionError if there is no such layer or head, ExactnessError if the
        layer's check or that of the map failed.
        """
        chosen, capture = self._heads(head), self.capture(layer)
        self._require_reading(
            layer,
            Reading.POOLED,
            lambda: independent_check.pooled_error(capture, chosen, bins),
        )
        for start, band in compute.pooled(capture, chosen, bins, rows=rows):
            yield start, as_array(band)

    def pooled_preview(
        self, layer: int, head: HeadChoice | Fusion | int, bins: Bins
    ) -> Array:
        """Return a coarse pooled matrix, (num_bins, num_bins) float32 in [0, 1].

        One query of each bin, keys pooled exactly: 1/block of the time of `pooled`.

        Raises SelectionError if there is no such layer or head, ExactnessError if the
        layer's check or that of the map failed.
        """
        chosen, capture = self._heads(head), self.capture(layer)
        preview = compute.pooled_preview(capture, chosen, bins)
        self._require_reading(
            layer,
            Reading.PREVIEW,
            lambda: independent_check.preview_error(capture, chosen, bins, preview),
        )
        return as_array(preview)

    def patch_map(self, values: Array) -> Array:
        """Return the patches of (…, N) as (…, rows, cols), without special tokens.

        A view where numpy can make one.
        """
        patches = values[..., self.num_prefix_tokens :]
        return patches.reshape(*values.shape[:-1], *self.grid)  # (…, R, C)

    def to_html(
        self,
        path: str | Path | None = None,
        *,
        layer: int | None = None,
        head: int | None = None,
        query: Query | None = None,
        layers: Sequence[int] | None = None,
        heads: Sequence[int] | None = None,
        single: bool = False,
        maps: Mapping[str, Array] | None = None,
        model: Model | None = None,
        allow_large: bool = False,
    ) -> str:
        """Return a web page with the picture, in which every patch can be clicked.

        One HTML file that computes attention itself and needs no network. Its numbers
        are half floats; it states its own largest difference from this trace.

        path : the file that is written; None writes none.
        layer, head, query : what the page shows first.
        layers, heads : those that are in the page; None for all.
        single : store single precision, twice as large.
        maps : (rows, cols) by name, from `explain.run`, shown beside attention.
        model : the model of this trace: colours of tokens are then of its states, and
            not of its keys.
        allow_large : make a page above 60 MB.

        Raises SelectionError for a layer, head or query that there is not, BudgetError
        above 60 MB, OutputError.
        """
        return str(
            _page_functions().to_html(
                [self],
                path,
                layer=layer,
                head=head,
                query=query,
                layers=layers,
                heads=heads,
                single=single,
                maps=maps,
                model=model,
                allow_large=allow_large,
            )
        )

    def _repr_html_(self) -> str | None:
        """Return the page in an isolated frame, for notebooks."""
        page: str | None = _page_functions().repr_html(self)
        return page

    def _normalisers(self, layer: int) -> Tensor | None:
        """Return a layer's `compute.row_normalisers`; None for another axis.

        Computed once and stored. Columns are then compared with the verified rows.

        Raises ExactnessError if they differ.
        """
        capture = self.capture(layer)
        # first without the lock, which may be held for another layer's computation
        if layer not in self._row_normalisers:
            with self._lock:
                if layer not in self._row_normalisers:
                    made = None
                    if capture.axis is Axis.KEYS:
                        made = compute.row_normalisers(capture)
                    self._row_normalisers[layer] = made
        normalisers = self._row_normalisers[layer]
        self._require_reading(
            layer,
            Reading.COLUMNS,
            lambda: independent_check.columns_error(capture, normalisers),
        )
        return normalisers

    def _require_reading(
        self, layer: int, reading: Reading, measure: Callable[[], float]
    ) -> None:
        """Raise ExactnessError if a way of reading a layer differs from its rows.

        measure : returns the error; called once for each layer and way, or by each of
            several threads that ask for it at once.
        """
        error = self._reading_errors.get((layer, reading))
        if error is None:
            error = self._reading_errors.setdefault((layer, reading), measure())
        _require_exact(layer, self.capture(layer), error)

    def _heads(self, head: HeadChoice | Fusion | int) -> HeadChoice:
        """Return the choice of heads; raise SelectionError for one out of range."""
        if isinstance(head, Fusion):
            return HeadChoice((), head)
        choice = HeadChoice((head,)) if isinstance(head, int) else head
        for one in choice.heads:
            require_head(one, self.num_heads)
        return choice


def _page_functions() -> Any:  # noqa: ANN401  (a module)
    """Return the module that makes pages of traces.

    By its name: pages are made of traces, in a room above this one.
    """
    return importlib.import_module("vitviz.export.page.notebook")


def _require_exact(layer: int, capture: Capture, error: float) -> None:
    """Raise ExactnessError for an error beyond the capture's limit, or NaN."""
    if not error <= capture.error_limit:
        raise ExactnessError(
            "Layer {layer} is not shown: attention recomputed from its queries and "
            "keys differs from the model's own by {error:.1e}.",
            layer=layer,
            error=error,
        )


def as_array(tensor: Tensor) -> Array:
    """Return a tensor as a float32 array on the CPU.

    A view of the tensor's memory if it is float32 on the CPU already, else a copy.
    """
    array: Array = tensor.detach().float().cpu().numpy()
    return array


@dataclass(frozen=True, slots=True)
class Setup:
    """What is known of a run before its first layer.

    prefix_names : special tokens in order, such as ("cls", "reg0").
    placement : where the model's input lies on the picture.
    picture : what is shown; of a prepared tensor, its values as 8-bit colours.
    is_prepared : whether the input was a prepared tensor; it cannot be made again from
        the 8-bit colours of `picture`.
    windowed : layers whose attention stays in windows; they have no N×N matrix.
    has_pool : whether a pooling head after the layers has a query of its own.
    interventions : what was changed; rows, checks and methods are of the changed run.
    fallback : why the run was made on the CPU though the model lies on an accelerator;
        None if it was not.
    """

    model: ModelInfo
    grid: PatchGrid
    prefix_names: tuple[str, ...]
    placement: Placement
    preprocessing: Preprocessing
    picture: SourceImage
    is_prepared: bool = False
    windowed: frozenset[int] = frozenset()
    has_pool: bool = False
    interventions: Interventions = UNTOUCHED
    fallback: Phrase | None = None

    @property
    def image(self) -> SourceImage | None:
        """Picture that the input was made of; None if it was a prepared tensor."""
        return None if self.is_prepared else self.picture
