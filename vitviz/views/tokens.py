"""Small maps of the tokens' states, as the tokens pane shows them. No Qt, no torch."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.views.colour import Array, Levels
from vitviz.views.view_state import Reading

# Name in `domain.methods.TOKEN_MAPS` of what lays a small map over the picture; filters
# have no place there.
LAID_BY = {
    Reading.NORMS: "token-norms",
    Reading.COLOURS: "token-colours",
    Reading.SIMILARITY: "token-similarity",
    Reading.LENS: "lens",
    Reading.POSITIONS: "position-similarity",
}


@dataclass(frozen=True, slots=True, eq=False)
class TokenCell:
    """One small map, of a layer or of a component."""

    label: str
    # (R, C), or (R, C, 3) colours in [0, 1].
    values: Array
    # The layer that reads this state; None where there is none.
    layer: int | None
    # Whether it is what leaves that layer: the last state of all.
    after: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TokenCells:
    """All small maps of one reading of the tokens."""

    shows: Reading
    cells: tuple[TokenCell, ...]
    # Levels that all maps share; None for colours, or where each has its own.
    levels: Levels | None
    # Number of artefact tokens, in all layers together.
    num_artefacts: int = 0
    # Class that the lens reads.
    target: int | None = None
