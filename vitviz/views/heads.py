"""The navigator: all heads of all layers, as maps or by a statistic, in any order."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vitviz.views.colour import Array

Place = tuple[int, int]
"""(layer, head)."""


class Statistic(enum.Enum):
    """What tells heads apart; see `vitviz.statistics` and `vitviz.ablation`."""

    ENTROPY = "entropy"
    DISTANCE = "distance"
    SPECIAL = "special"
    SINK = "sink"
    EFFECT = "effect"
    """Of switching the head off."""


@dataclass(frozen=True, slots=True)
class HeadsView:
    """What the navigator shows."""

    shows: Statistic | None = None
    """None: the maps of the query."""
    order: Statistic | None = None
    """None: by layer and head."""
    lowest_first: bool = False
    most: int | None = None
    """How many of an ordered list; None for all."""
    is_plot: bool = False
    """A statistic against depth, a dot for each head."""

    @property
    def needed(self) -> frozenset[Statistic]:
        """The statistics without which this cannot be shown."""
        return frozenset(s for s in (self.shows, self.order) if s is not None)


def arranged(
    values: Mapping[int, Array] | None,
    num_layers: int,
    num_heads: int,
    view: HeadsView,
    *,
    cols: int,
) -> tuple[tuple[Place, ...], ...]:
    """The heads in rows: as they lie in the model, or the ordered list, wrapped.

    In the model's order a row is a head and a column a layer, as in the rail.

    values : (H,) of the ordering statistic by layer; a layer that is not there yet
        comes last.
    cols : columns of an ordered list.
    """
    if view.order is None or values is None:
        return tuple(
            tuple((layer, head) for layer in range(num_layers))
            for head in range(num_heads)
        )
    worst = np.inf if view.lowest_first else -np.inf

    def key(place: Place) -> float:
        layer, head = place
        value = float(values[layer][head]) if layer in values else worst
        return value if view.lowest_first else -value

    places = sorted(
        ((layer, head) for layer in range(num_layers) for head in range(num_heads)),
        key=key,
    )[: view.most]
    return tuple(
        tuple(places[i : i + cols]) for i in range(0, len(places), max(1, cols))
    )
