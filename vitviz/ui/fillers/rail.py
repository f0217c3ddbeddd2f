"""Fills the layer rail: a small map of every layer for the query on screen."""

from __future__ import annotations

from vitviz.domain.geometry import POOL
from vitviz.jobs import maps
from vitviz.jobs.maps import RailPart
from vitviz.jobs.queue import Kind
from vitviz.ui.fillers.view import Filler, View
from vitviz.ui.panes import Panes
from vitviz.ui.widgets.layer_rail import LayerRail
from vitviz.ui.work import Work
from vitviz.views.display import MapCell, maps_of, rail_cell, shown_heads, shown_query
from vitviz.views.state import Direction

AT_ONCE = 12 * 400
"""Layers × tokens up to which the rail is computed with the click itself."""


class RailFiller(Filler):
    """Computes with the click when that is cheap, else by the engine."""

    def __init__(self, rail: LayerRail, work: Work) -> None:
        super().__init__(work)
        self.rail = rail
        self.cells: dict[int, MapCell] = {}
        self._work = work
        self._key: tuple[object, ...] | None = None
        work.on_part(Kind.RAIL, self._on_part)

    def attach(self, panes: Panes) -> None:
        """Fill another rail with the maps there are."""
        self.rail = panes.rail
        for layer, cell in self.cells.items():
            self.rail.setCell(layer, cell)

    def clear(self) -> None:
        """Forget all maps."""
        self.cells, self._key = {}, None

    def refresh(self, view: View) -> None:
        """Compute the maps that are missing."""
        trace, state = view.trace, view.state
        key = (id(trace.setup), *_fields(view))
        is_pool = shown_query(trace, state.token) == POOL
        if key != self._key:
            self._key, self.cells = key, {}
            if is_pool:  # the others have no map to take the former's place
                self.rail.setCells((None,) * trace.num_layers)
            self._work.drop(Kind.RAIL)
        self.rail.setColormap(state.colormap)
        layers = (view.layer,) if is_pool else view.exact
        missing = tuple(layer for layer in layers if layer not in self.cells)
        if not missing:
            return
        rows_only = state.direction is Direction.LOOKS_AT or is_pool
        is_cheap = len(missing) * trace.num_tokens <= AT_ONCE
        if rows_only and (is_cheap or view.is_running):
            for layer in missing:
                cell = rail_cell(trace, state, maps_of(trace, state, layer))
                self._on_part(RailPart(layer, cell))
        elif not view.is_running:
            self._work.submit(Kind.RAIL, maps.rail(trace, state, missing))

    def _on_part(self, part: RailPart) -> None:
        self.cells[part.layer] = part.cell
        self.rail.setCell(part.layer, part.cell)


def _fields(view: View) -> tuple[object, ...]:
    """What the rail's maps depend on."""
    trace, state = view.trace, view.state
    query = shown_query(trace, state.token)
    return (
        query,
        shown_heads(trace, state.heads, query),
        state.direction,
        state.log,
        state.clip_percent,
        state.renormalise,
    )
