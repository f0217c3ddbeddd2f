"""What is read from the tokens' states, as small maps. Values only, no torch."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from vitviz.views.colour import Array, Levels


class Reading(enum.Enum):
    """What is shown of the tokens; see `vitviz.tokens`."""

    NORMS = "norms"
    COLOURS = "colours"
    SIMILARITY = "similarity"
    LENS = "lens"
    POSITIONS = "positions"
    FILTERS = "filters"


class Source(enum.Enum):
    """Which vectors are compared."""

    STATE = "x"
    QUERY = "q"
    KEY = "k"
    VALUE = "v"


@dataclass(frozen=True, slots=True)
class TokensView:
    """What the pane of tokens shows."""

    shows: Reading = Reading.NORMS
    source: Source = Source.STATE


@dataclass(frozen=True, slots=True, eq=False)
class TokenCell:
    """One small map."""

    label: str
    values: Array
    """(R, C), or (R, C, 3) colours in [0, 1]."""
    layer: int | None
    """The layer that reads this state; None where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenCells:
    """All maps of one reading."""

    shows: Reading
    cells: tuple[TokenCell, ...]
    levels: Levels | None
    """What all share; None for colours, or where each has a scale of its own."""
    num_artefacts: int = 0
    """Patches whose norm stands out, in all layers together."""
    target: int | None = None
    """The class of the lens."""
