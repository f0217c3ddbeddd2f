"""Order and levels of all heads of all layers, by layer or by a statistic."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vitviz.views.colour import Array, Levels
from vitviz.views.view_state import HeadsView, Statistic

# (layer, head).
Place = tuple[int, int]
# The least range of a statistic's colours, as a share of that from 0 to the largest.
LEAST_RANGE = 0.1


def arranged(
    values: Mapping[int, Array] | None,
    num_layers: int,
    num_heads: int,
    view: HeadsView,
    *,
    cols: int,
) -> tuple[tuple[Place, ...], ...]:
    """Return (layer, head) of every head shown, in rows.

    In the model's order a row is a head and a column a layer, as in the layer rail; a
    list ordered by a statistic is wrapped.

    values : (H,) of the ordering statistic, by layer; heads of a layer that is not
        computed yet come last.
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


def statistic_levels(statistic: Statistic, values: Mapping[int, Array]) -> Levels:
    """Return levels from the smallest to the largest value of all heads.

    Where all are nearly alike, the range stays wide enough for that to be seen.

    values : (H,) by layer.
    """
    whole = whole_levels(statistic, values)
    if not values:
        return whole
    low = min(float(np.min(v)) for v in values.values())
    high = max(float(np.max(v)) for v in values.values())
    least = LEAST_RANGE * (whole.high - whole.low)
    return Levels(min(low, high - least), high)


def whole_levels(statistic: Statistic, values: Mapping[int, Array]) -> Levels:
    """Return levels from 0 to 1 for shares, else to the largest of all heads.

    values : (H,) by layer.
    """
    if statistic in (Statistic.ENTROPY, Statistic.SPECIAL):
        return Levels(0.0, 1.0)
    high = max((float(np.max(v)) for v in values.values()), default=0.0)
    low = min((float(np.min(v)) for v in values.values()), default=0.0)
    return Levels(min(low, 0.0), high if high > 0 else 1e-12)
