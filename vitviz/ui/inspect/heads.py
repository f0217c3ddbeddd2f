"""Fills the navigator: maps of all heads for the query, and their statistics."""

from __future__ import annotations

from vitviz.domain.geometry import POOL
from vitviz.errors import VitvizError
from vitviz.jobs import maps
from vitviz.jobs.maps import EffectPart, StatisticsPart, WallPart
from vitviz.jobs.queue import Kind
from vitviz.ui.base.pane_controller import Filler, View
from vitviz.ui.base.threads import Work
from vitviz.ui.inspect.heads_pane import HeadsPane
from vitviz.ui.window.layout import Panes
from vitviz.views.colour import Array
from vitviz.views.display import shown_heads, shown_query, shown_target
from vitviz.views.state import Statistic

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
        self._view: View | None = None
        self._target: int | None = None
        self._num_measured = 0
        work.on_part(Kind.WALL, self._on_maps)
        work.on_part(Kind.STATISTICS, self._on_statistics)
        work.on_part(Kind.EFFECT, self._on_effect)
        work.on_result(Kind.EFFECT, self._on_measured)
        work.on_failure(Kind.EFFECT, self._on_failed)
        self._connect()

    def attach(self, panes: Panes) -> None:
        """Fill another pane: the statistics are there, maps are computed again."""
        self.pane = panes.heads
        self._connect()
        self._shown = self._maps_key = None

    def clear(self) -> None:
        """Forget everything."""
        self._values, self._maps_key, self._shown = {}, None, None
        self._maps_done, self._view = set(), None
        self.pane.setMeasuring(None)
        self.pane.setSize(0, 0)

    def refresh(self, view: View) -> None:
        """Show what there is, and have computed what is missing."""
        trace, state = view.trace, view.state
        self._view = view
        if self._shown is not trace.setup and trace.num_heads:
            self._shown = trace.setup
            self.pane.setUnit(Statistic.DISTANCE, self.tr("px"))
            self.pane.setUnit(Statistic.EFFECT, self._effect_unit(view))
            self.pane.setSize(trace.num_layers, trace.num_heads)
            for statistic, values in self._values.items():
                self.pane.setValues(statistic, values)
            if self._work.is_awaited(Kind.EFFECT):
                self._on_progress(self._num_measured)
        self._forget_other_class(view)
        self.pane.setColormap(state.colormap)
        self.pane.setView(state.heads_view)
        choice = shown_heads(trace, state.heads)
        heads = choice.heads or tuple(range(trace.num_heads))
        self.pane.setCurrent(frozenset((view.layer, head) for head in heads))
        if state.heads_view.shows is None:
            self._refresh_maps(view)
        if state.heads_view.needed & set(_WALKED):
            self._refresh_statistics(view)

    def _connect(self) -> None:
        self.pane.measureRequested.connect(self._measure)
        self.pane.cancelRequested.connect(self._cancel)

    def _refresh_maps(self, view: View) -> None:
        trace, state = view.trace, view.state
        query = shown_query(trace, state.token)
        key = (
            id(trace.setup),
            query,
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
            if not self._work.is_awaited(Kind.EFFECT):
                note = self._pool_note() if query == POOL else None
                self.pane.setMeasuring(None, note)
        if query == POOL:
            return
        missing = tuple(x for x in view.exact if x not in self._maps_done)
        if missing and not self._work.is_awaited(Kind.WALL, Kind.RUN):
            self._work.submit(Kind.WALL, maps.wall(trace, state, missing))

    def _pool_note(self) -> str:
        return self.tr("The pooling head has its own heads, in the strip above.")

    def _refresh_statistics(self, view: View) -> None:
        done = self._values.get(_WALKED[0], {})
        missing = tuple(x for x in view.exact if x not in done)
        if missing and not self._work.is_awaited(Kind.STATISTICS, Kind.RUN):
            self._work.submit(Kind.STATISTICS, maps.statistics(view.trace, missing))

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

    def _forget_other_class(self, view: View) -> None:
        """Effects are those on one class."""
        target = shown_target(view.trace, view.state)
        if target != self._target:
            self._target = target
            self._cancel()
            self._values.pop(Statistic.EFFECT, None)
            self.pane.setValues(Statistic.EFFECT, {})
            self.pane.setUnit(Statistic.EFFECT, self._effect_unit(view))

    def _effect_unit(self, view: View) -> str:
        if view.trace.setup.model.has_head:
            return self.tr("probability")
        return self.tr("1 − cosine of the feature")

    def _measure(self) -> None:
        view = self._view
        if view is None or view.is_running:
            return
        if view.model is None or view.model.info != view.trace.setup.model:
            note = self.tr("Measuring needs the model, not its trace alone.")
            self.pane.setMeasuring(None, note)
            return
        self._values[Statistic.EFFECT] = {}
        self._on_progress(0)
        job = maps.effects(view.trace, view.state, view.model)
        self._work.submit(Kind.EFFECT, job)

    def _cancel(self) -> None:
        if self._work.is_awaited(Kind.EFFECT):
            self._work.drop(Kind.EFFECT)
            self.pane.setMeasuring(None)

    def _on_effect(self, part: EffectPart | int) -> None:
        if isinstance(part, int):
            self._on_progress(part)
            return
        values = self._values.setdefault(Statistic.EFFECT, {})
        values[part.layer] = part.values
        self.pane.setValues(Statistic.EFFECT, values)

    def _on_progress(self, done: int) -> None:
        self._num_measured = done
        trace = None if self._view is None else self._view.trace
        total = 0 if trace is None else trace.num_layers * trace.num_heads
        text = self.tr("{n} of {total} heads measured").format(n=done, total=total)
        self.pane.setMeasuring(text)

    def _on_measured(self, _nothing: None) -> None:
        self.pane.setMeasuring(None)

    def _on_failed(self, _error: VitvizError) -> None:
        self.pane.setMeasuring(None)
