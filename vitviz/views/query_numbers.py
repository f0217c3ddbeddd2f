"""Three numbers for what a query does in a layer: reach, entropy, special share.

    maps of a layer ── query_numbers ──► QueryNumbers ──► the lines beside the rail

Neither Qt nor torch is loaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vitviz.domain.geometry import POOL
from vitviz.views.display import LayerMaps, fused_values, shown_heads
from vitviz.views.view_state import Direction, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace


@dataclass(frozen=True, slots=True)
class QueryNumbers:
    """Numbers of one row, of the chosen heads fused; None where they have no sense."""

    # Mean distance of the patches looked at, weighted by attention, in patches; None
    # for a query that has no place on the picture.
    reach: float | None
    # Divided by log N: 0 for one token, 1 for all equally.
    entropy: float | None
    # Share of the row that goes to special tokens, in [0, 1].
    special: float | None


NONE = QueryNumbers(None, None, None)


def query_numbers(trace: Trace, state: ViewState, maps: LayerMaps) -> QueryNumbers:
    """Return the numbers of a row; all None for a column, or rows not summing to 1."""
    if maps.direction is not Direction.LOOKS_AT or not trace.has_rows_of_one:
        return NONE
    heads = shown_heads(trace, state.heads, maps.token)
    row = fused_values(maps.values, heads).astype(np.float64)
    total = float(row.sum())  # max and min of several heads do not sum to 1
    if not total > 0:
        return NONE
    row = row / total
    positive = row[row > 0]
    entropy = float(-(positive * np.log(positive)).sum()) / math.log(max(len(row), 2))
    special = float(row[: trace.num_prefix_tokens].sum())
    return QueryNumbers(_reach(trace, maps.token, row), entropy, special)


def _reach(trace: Trace, token: int, row: np.ndarray) -> float | None:
    grid = trace.setup.grid
    cell = None if token == POOL else grid.cell(token)
    patches = row[trace.num_prefix_tokens :]
    total = float(patches.sum())
    if cell is None or not total > 0 or len(patches) != grid.rows * grid.cols:
        return None
    rows, cols = np.indices((grid.rows, grid.cols))
    distance = np.hypot(rows - cell[0], cols - cell[1]).ravel()
    return float((patches * distance).sum() / total)
