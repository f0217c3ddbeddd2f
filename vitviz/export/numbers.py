"""Numbers of attention and of methods, as `.npz` and `.csv`.

    Trace, Selection ── rows_of, tile by tile ──► write_npz, write_csv

A `Selection` names layers, heads or fusions of them, and some query tokens or all.
Rows are streamed into the file, so that no N×N array is held.
"""

from __future__ import annotations

import enum
import io
import json
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt

from vitviz.domain.geometry import POOL
from vitviz.domain.heads import HeadChoice, require_head
from vitviz.domain.methods import MAPS
from vitviz.export.metadata import listed_changes, metadata
from vitviz.system.atomic_files import replacing
from vitviz.system.dataclass_json import json_text
from vitviz.views.display import fused_values, renormalised
from vitviz.views.view_state import Direction

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.explain.gradients import Gradients
    from vitviz.models.model import Model

Array = npt.NDArray[np.float32]

# A larger file is written only if the user agrees to its size.
ASK_BYTES = 10**9
# Size of the rows computed at once; larger tiles take more memory and are no faster.
TILE_BYTES = 8 * 2**20
# Size of a line of `.csv`, for an estimate.
CSV_BYTES_PER_VALUE = 40


@dataclass(frozen=True, slots=True)
class Selection:
    """The part of a trace that is written, and the method."""

    layers: tuple[int, ...]
    # Single heads and fusions of heads, in the order of the file.
    heads: tuple[HeadChoice, ...]
    # Token indices, or POOL alone; None for every token.
    queries: tuple[int, ...] | None
    # A name in `domain.methods.MAPS`.
    method: str = "raw"
    # (name, value) of the method's options beside layer, head and target.
    options: tuple[tuple[str, object], ...] = ()
    # Of raw attention: the rows of the queries, or the columns of the same tokens.
    direction: Direction = Direction.LOOKS_AT
    # Of raw attention: patches divided by their sum, special tokens left out (NaN).
    renormalise: bool = False

    @property
    def is_column(self) -> bool:
        """Whether columns are written: the tokens of `queries` are keys then."""
        return self.method == "raw" and self.direction is Direction.LOOKED_AT_BY

    @property
    def is_layerwise(self) -> bool:
        """Whether the method has values of its own for each layer and head."""
        return MAPS[self.method].is_layerwise

    @property
    def is_coloured(self) -> bool:
        """Whether values are colours: red, green and blue of each patch."""
        return self.method == "token-colours"

    @property
    def array_name(self) -> str:
        """Name of the main array in an `.npz`."""
        if self.is_layerwise:
            return "attention"
        return "tokens" if MAPS[self.method].reads_tokens else "relevance"

    def num_queries(self, trace: Trace) -> int:
        """Return the number of rows for each layer and head."""
        return trace.num_tokens if self.queries is None else len(self.queries)

    def num_values(self, trace: Trace) -> int:
        """Return the number of values of the whole file."""
        if not self.is_layerwise:
            patches = trace.grid[0] * trace.grid[1]
            return self.num_queries(trace) * patches * (3 if self.is_coloured else 1)
        maps = len(self.layers) * len(self.heads)
        return maps * self.num_queries(trace) * trace.num_tokens

    def check(self, trace: Trace) -> None:
        """Raise SelectionError unless every layer, head and query is in the trace.

        Raises ExactnessError for a layer that failed its check.
        """
        count = trace.num_heads
        if self.queries == (POOL,):
            count = trace.num_heads_of(POOL)
            if self.is_layerwise:
                for layer in self.layers:
                    trace.pool_at(layer)
        for layer in self.layers:
            trace.capture(layer)
        for choice in self.heads:
            for head in choice.heads:
                require_head(head, count)
        for query in self.queries or ():
            trace.token(query)


def npz_bytes(trace: Trace, selection: Selection) -> int:
    """Return the size of the `.npz`, but for some kilobytes."""
    return 4 * selection.num_values(trace)


def csv_bytes(trace: Trace, selection: Selection) -> int:
    """Return the estimated size of the `.csv`."""
    per_value = CSV_BYTES_PER_VALUE + len(_csv_changes(trace)[1])
    return per_value * selection.num_values(trace)


def write_npz(
    path: Path,
    trace: Trace,
    selection: Selection,
    *,
    options: dict[str, object] | None = None,
    view: dict[str, object] | None = None,
    gradients: Gradients | None = None,
    model: Model | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Write the selection as `.npz`, with everything needed to make it again.

    Arrays: `attention` (layers, heads, queries, N) float32; `layers`, `heads` (−1 for
    fused heads), `queries` int64 (−1: a pooling head's, whose heads are its own);
    `grid` (rows, cols); `num_prefix_tokens`; `meta`, a JSON text. A method across
    layers has `relevance` (queries, rows, cols) float32 in place of the first three; a
    map of what tokens carry has `tokens`, of the same shape, and colours (…, cols, 3).
    Memory: one tile.

    Looked at by: values are the columns of the tokens in `queries`, which are keys
    then, and `meta["direction"]` says so.

    options : what shaped the file, as the command line has it, for `meta`.
    view : how the map is drawn, as `view_values` returns it, for `meta`.
    gradients : of the backward pass that a gradient method needs.
    model : for methods that need it beside the trace.
    on_progress : called with the share of the values written, in [0, 1]; what it
        raises ends the work and leaves `path` as it was.

    Raises SelectionError, ExactnessError, OutputError, InputError without gradients.
    """
    archive = archive_of(
        trace, selection, options=options, view=view, gradients=gradients, model=model
    )
    archive.write(path, on_progress=on_progress)


@dataclass(frozen=True, slots=True)
class Archive:
    """The content of an `.npz`: one large array, as it is computed, and small ones."""

    name: str
    shape: tuple[int, ...]
    blocks: Iterable[Array]
    small: dict[str, npt.NDArray[np.generic]]

    def computed(self) -> Archive:
        """Return it with its values computed, so that it needs no trace."""
        blocks = [np.ascontiguousarray(rows, "<f4") for rows in self.blocks]
        return replace(self, blocks=blocks)

    def write(
        self, path: Path, *, on_progress: Callable[[float], None] | None = None
    ) -> None:
        """Write the file, once. Raises as `write_npz` does.

        Any thread, if the values are computed.
        """
        with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
            # a ZipInfo made by hand carries no time, so that equal input gives equal
            # bytes
            member = zipfile.ZipInfo(f"{self.name}.npy")
            with archive.open(member, "w", force_zip64=True) as stream:
                shape = self.shape
                header = {"descr": "<f4", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(stream, header)
                done, total = 0, math.prod(shape)
                for rows in self.blocks:
                    stream.write(np.ascontiguousarray(rows, "<f4").data)
                    done += rows.size
                    if on_progress is not None:
                        on_progress(done / total)
            for name, array in self.small.items():
                buffer = io.BytesIO()
                np.save(buffer, array, allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue())


def archive_of(
    trace: Trace,
    selection: Selection,
    *,
    options: dict[str, object] | None = None,
    view: dict[str, object] | None = None,
    gradients: Gradients | None = None,
    model: Model | None = None,
) -> Archive:
    """Return what `write_npz` writes, whose parameters these are.

    Its values are computed as they are written, a tile at a time.
    """
    selection.check(trace)
    queries = (
        range(trace.num_tokens) if selection.queries is None else selection.queries
    )
    named = {
        name: value.value if isinstance(value, enum.Enum) else value
        for name, value in selection.options
    }
    made = metadata(
        trace,
        method=selection.method,
        heads=selection.heads,
        options={**(options or {}), **named},
        direction=selection.direction,
        is_renormalised=selection.renormalise,
        view=view,
    )
    if gradients is not None:
        made["target"], made["score"] = gradients.target, gradients.score
    small: dict[str, npt.NDArray[np.generic]] = {
        "queries": np.array(queries, np.int64),
        "grid": np.array(trace.grid, np.int64),
        "num_prefix_tokens": np.array(trace.num_prefix_tokens, np.int64),
        "meta": np.array(json_text(made)),
    }
    shape: tuple[int, ...] = (len(queries), *trace.grid)
    if selection.is_coloured:
        shape = (*shape, 3)
    name = selection.array_name
    if selection.is_layerwise:
        num_maps = (len(selection.layers), len(selection.heads))
        shape = (*num_maps, len(queries), trace.num_tokens)
        small["layers"] = np.array(selection.layers, np.int64)
        small["heads"] = np.array(
            [-1 if c.single is None else c.single for c in selection.heads]
        )
    return Archive(name, shape, _blocks(trace, selection, gradients, model), small)


def write_csv(
    path: Path,
    trace: Trace,
    selection: Selection,
    *,
    gradients: Gradients | None = None,
    model: Model | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Write the selection as `.csv`: layer, head, query, key, row, col, value.

    One line for each value. `head` is a number, or the word mean, max or min; `query`
    is the word pool for that of a pooling head. A method across layers leaves layer
    and head empty and has the patches only; a map of what tokens carry names its layer,
    and colours have red, green and blue in place of a value. `row` and `col` are those
    of the key, or of the query where columns are written; empty for special tokens,
    which are left out where values are renormalised. Numbers use a point in every
    locale, and read back to the same float32. Of a changed model every line ends in one
    more column, `interventions`: the JSON list that the `.npz` has in its `meta`.

    gradients, model, on_progress : as of `write_npz`.

    Raises SelectionError, ExactnessError, OutputError, InputError without gradients.
    """
    selection.check(trace)
    cells = []
    for token in range(trace.num_tokens):
        cell = trace.setup.grid.cell(token)
        cells.append(f"{token},," if cell is None else f"{token},{cell[0]},{cell[1]}")
    total = selection.num_values(trace)
    done = 0
    column, end = _csv_changes(trace)
    with replacing(path) as file:
        value = "red,green,blue" if selection.is_coloured else "value"
        file.write(f"layer,head,query,key,row,col,{value}{column}\n".encode("ascii"))
        if not selection.is_layerwise:
            first = trace.num_prefix_tokens
            for query, values in _across(trace, selection, gradients, model):
                start = f"{_csv_layer(selection)},,{_csv_query(query)},"
                if selection.is_coloured:
                    _write_colours(file, start, cells[first:], values[:, first:].T, end)
                    continue
                _write_lines(file, start, cells[first:], values[first:], end)
            return
        for layer, choice, queries, rows in rows_of(trace, selection, model=model):
            label = _csv_label(choice)
            for query, row in zip(queries, rows, strict=True):
                if selection.is_column and query != POOL:
                    _write_column(file, f"{layer},{label},", query, cells, row, end)
                    continue
                start = f"{layer},{label},{_csv_query(query)},"
                _write_lines(file, start, cells, row, end)
            done += rows.size
            if on_progress is not None:
                on_progress(done / total)


def rows_of(
    trace: Trace, selection: Selection, *, model: Model | None = None
) -> Iterator[tuple[int, HeadChoice, tuple[int, ...], Array]]:
    """Yield (layer, head, queries, (b, N) float32) in the order of the `.npz`.

    Raises SelectionError, ExactnessError.
    """
    for layer in selection.layers:
        if selection.method != "raw":
            yield from _method_rows(trace, selection, layer, model)
        elif selection.queries is not None:
            read = trace.column if selection.is_column else trace.row
            listed = [
                # the query of a pooling head has a row and no column
                (trace.row if token == POOL else read)(layer, token)
                for token in selection.queries
            ]
            for choice in selection.heads:
                rows = np.stack([fused_values(values, choice) for values in listed])
                yield (
                    layer,
                    choice,
                    selection.queries,
                    _as_shown(rows, trace, selection),
                )
        elif selection.is_column:
            for choice in selection.heads:
                for token in range(trace.num_tokens):
                    row = fused_values(trace.column(layer, token), choice)[None]
                    yield layer, choice, (token,), _as_shown(row, trace, selection)
        else:
            for choice in selection.heads:
                for _, _, tokens, rows in _all_rows(trace, layer, choice):
                    yield layer, choice, tokens, _as_shown(rows, trace, selection)


def _as_shown(rows: Array, trace: Trace, selection: Selection) -> Array:
    """Return rows, (b, N), renormalised with NaN for special tokens if so selected."""
    if not selection.renormalise:
        return rows
    prefix = trace.num_prefix_tokens
    rows = renormalised(rows, prefix)
    rows[..., :prefix] = np.nan
    return rows


def _all_rows(
    trace: Trace, layer: int, choice: HeadChoice
) -> Iterator[tuple[int, HeadChoice, tuple[int, ...], Array]]:
    """Yield all rows of one layer and head, or fusion of heads, tile by tile."""
    from vitviz.attention import compute

    capture = trace.capture(layer)
    num_heads = 1 if choice.single is not None else capture.num_heads
    step = max(1, TILE_BYTES // (4 * num_heads * capture.num_keys))
    for start, part in compute.tiles(capture, step, head=choice.single):
        heads = part.float().cpu().numpy()  # (H, b, N), or (1, b, N) for a head
        rows = heads[0] if choice.single is not None else fused_values(heads, choice)
        yield layer, choice, tuple(range(start, start + rows.shape[0])), rows


def _method_rows(
    trace: Trace, selection: Selection, layer: int, model: Model | None
) -> Iterator[tuple[int, HeadChoice, tuple[int, ...], Array]]:
    """Yield the rows of a layerwise method, one query after another."""
    from vitviz.explain.run_method import token_values

    queries = range(trace.num_tokens) if selection.queries is None else None
    for choice in selection.heads:
        for query in queries or selection.queries or ():
            values = token_values(
                selection.method,
                trace,
                query=query,
                layer=layer,
                head=choice,
                model=model,
                **dict(selection.options),  # type: ignore[arg-type]
            )
            yield layer, choice, (query,), values[None]


def _across(
    trace: Trace,
    selection: Selection,
    gradients: Gradients | None,
    model: Model | None,
) -> Iterator[tuple[int, Array]]:
    """Yield (query, (N,) float32) of a method across layers; of colours (3, N)."""
    from vitviz.explain.run_method import token_values

    takes_layer = "layer" in MAPS[selection.method].options
    options = dict(selection.options)
    if takes_layer:
        options["layer"] = selection.layers[0]
    queries = range(trace.num_tokens) if selection.queries is None else None
    for query in queries or selection.queries or ():
        values = token_values(
            selection.method,
            trace,
            query=query,
            gradients=gradients,
            model=model,
            **options,  # type: ignore[arg-type]
        )
        yield query, values


def _blocks(
    trace: Trace,
    selection: Selection,
    gradients: Gradients | None,
    model: Model | None,
) -> Iterator[Array]:
    """Yield the values of the `.npz`'s main array in its order."""
    if selection.is_layerwise:
        for _, _, _, rows in rows_of(trace, selection, model=model):
            yield rows
    else:
        for _, values in _across(trace, selection, gradients, model):
            found = trace.patch_map(values)
            yield np.moveaxis(found, 0, -1) if selection.is_coloured else found


def _csv_label(choice: HeadChoice) -> str:
    return choice.fusion.value if choice.single is None else str(choice.single)


def _csv_layer(selection: Selection) -> str:
    """Return the layer of a map that is not one of attention; empty for none."""
    method = MAPS[selection.method]
    return str(selection.layers[0]) if method.needs_states else ""


def _csv_query(query: int) -> str:
    return "pool" if query == POOL else str(query)


def _csv_changes(trace: Trace) -> tuple[str, str]:
    """Return what a changed model adds to the header and to each line; else ""."""
    if not trace.interventions:
        return "", ""
    text = json.dumps(listed_changes(trace.interventions), separators=(",", ":"))
    quoted = text.replace('"', '""')
    return ",interventions", f',"{quoted}"'


def _write_lines(
    file: BinaryIO, start: str, cells: list[str], row: Array, end: str
) -> None:
    # str: the shortest text that reads back to the same float32, always with a point
    lines = [
        f"{start}{c},{v!s}{end}\n"
        for c, v in zip(cells, row, strict=True)
        if not np.isnan(v)
    ]
    file.write("".join(lines).encode("ascii"))


def _write_colours(
    file: BinaryIO, start: str, cells: list[str], colours: Array, end: str
) -> None:
    """Write colours, (R·C, 3): a line for each patch."""
    lines = [
        f"{start}{cell},{','.join(map(str, one))}{end}\n"
        for cell, one in zip(cells, colours, strict=True)
    ]
    file.write("".join(lines).encode("ascii"))


def _write_column(
    file: BinaryIO, start: str, key: int, cells: list[str], column: Array, end: str
) -> None:
    """Write the column of a key: a line for each query, with the query's cell."""
    lines = []
    for cell, value in zip(cells, column, strict=True):
        query, _, place = cell.partition(",")
        if not np.isnan(value):
            lines.append(f"{start}{query},{key},{place},{value!s}{end}\n")
    file.write("".join(lines).encode("ascii"))
