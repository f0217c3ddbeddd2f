"""What is read from the tokens' states, as small maps. Values only, no torch."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.views.colour import Array, Levels
from vitviz.views.state import Reading


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
