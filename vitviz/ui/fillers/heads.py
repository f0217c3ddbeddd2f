"""Fills the navigator: maps of all heads for the query, and their statistics."""

from __future__ import annotations

from vitviz import jobs
from vitviz.engine import Kind
from vitviz.jobs import StatisticsPart, WallPart
from vitviz.ui.fillers.view import Filler, View
from vitviz.ui.heads_pane import HeadsPane
from vitviz.ui.work import Work
from vitviz.views.colour import Array
from vitviz.views.display import shown_heads, shown_token
from vitviz.views.heads import Statistic

_WALKED = (Statistic.ENTROPY, Statistic.DISTANCE, Statistic.SPECIAL, Statistic.SINK)
"""One walk over a layer's rows yields them all."""


class HeadsFiller(Filler):
    """Statistics are kept as long as the trace, maps as long as the query."""

    def __init__(self, pane: HeadsPane, work: Work) -> None:
        super().__init__(work)
        self.pane = pane
        self._work = work
        self._values: dict[Statistic, dict[int, Array]] = {}
        self._shown: object = None
        self._maps_key: tuple[object, ...] | None = None
        self._maps_done: set[int] = set()
        work.on_part(Kind.WALL, self._on_maps)
        work.on_part(Kind.STATISTICS, self._on_statistics)

    def clear(self) -> None:
        """Forget everything."""
        self._values, self._maps_key, self._shown = {}, None, None
        self._maps_done = set()
        self.pane.setSize(0, 0)

    def refresh(self, view: View) -> None:
        """Show what there is, and have computed what is missing."""
        trace, state = view.trace, view.state
        if self._shown is not trace.setup and trace.num_heads:
            self._shown = trace.setup
            self.pane.setUnit(Statistic.DISTANCE, self.tr("px"))
            self.pane.setSize(trace.num_layers, trace.num_heads)
        self.pane.setColormap(state.colormap)
        self.pane.setView(state.heads_view)
        choice = shown_heads(trace, state.heads)
        heads = choice.heads or tuple(range(trace.num_heads))
        self.pane.setCurrent(frozenset((view.layer, head) for head in heads))
        if state.heads_view.shows is None:
            self._refresh_maps(view)
        if state.heads_view.needed & set(_WALKED):
            self._refresh_statistics(view)

    def _refresh_maps(self, view: View) -> None:
        trace, state = view.trace, view.state
        key = (
            id(trace.setup),
            shown_token(trace, state.token),
            state.direction,
            state.scale,
            state.fixed_range,
            state.log,
            state.clip_percent,
            state.renormalise,
        )
        if key != self._maps_key:
            self._maps_key, self._maps_done = key, set()
            self.pane.clearMaps()
            self._work.drop(Kind.WALL)
        missing = tuple(x for x in view.exact if x not in self._maps_done)
        if missing and not self._work.is_awaited(Kind.WALL, Kind.RUN):
            self._work.submit(Kind.WALL, jobs.wall(trace, state, missing))

    def _refresh_statistics(self, view: View) -> None:
        done = self._values.get(_WALKED[0], {})
        missing = tuple(x for x in view.exact if x not in done)
        if missing and not self._work.is_awaited(Kind.STATISTICS, Kind.RUN):
            self._work.submit(Kind.STATISTICS, jobs.statistics(view.trace, missing))

    def _on_maps(self, part: WallPart) -> None:
        self._maps_done.add(part.layer)
        self.pane.setMaps(part.layer, part.cells)

    def _on_statistics(self, part: StatisticsPart) -> None:
        found = part.values
        for statistic, values in (
            (Statistic.ENTROPY, found.entropy),
            (Statistic.DISTANCE, found.distance_px),
            (Statistic.SPECIAL, found.special_share),
            (Statistic.SINK, found.sink),
        ):
            self._values.setdefault(statistic, {})[part.layer] = values
            self.pane.setValues(statistic, self._values[statistic])
