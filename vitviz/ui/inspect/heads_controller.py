"""Controller of the pane of all heads: maps for the query, statistics and effects."""

from __future__ import annotations

from vitviz.domain.geometry import POOL
from vitviz.errors import VitvizError
from vitviz.export.plot_captions import distance_unit, effect_unit
from vitviz.jobs import maps
from vitviz.jobs.maps import EffectPart, StatisticsPart, WallPart
from vitviz.jobs.queue import JobKind, bound
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.threads import Workers
from vitviz.ui.inspect.heads_pane import HeadsPane
from vitviz.views.colour import Array
from vitviz.views.display import shown_heads, shown_query, shown_target
from vitviz.views.view_state import Statistic

# Statistics that one walk over a layer's rows yields together.
_WALKED = (Statistic.ENTROPY, Statistic.DISTANCE, Statistic.SPECIAL, Statistic.SINK)


class HeadsController(PaneController[HeadsPane]):
    """Controller of the pane of all heads.

    It keeps statistics as long as the trace, and maps as long as the query.
    """

    depends_on = (
        "token",
        "direction",
        "scale",
        "fixed_range",
        "log",
        "clip_percent",
        "renormalise",
    )

    def __init__(self, pane: HeadsPane, workers: Workers) -> None:
        super().__init__(workers)
        self.pane = pane
        self._workers = workers
        self._values: dict[Statistic, dict[int, Array]] = {}
        self._shown: object = None
        self._maps_done: set[int] = set()
        self._view: View | None = None
        self._target: int | None = None
        self._num_measured = 0
        workers.on_part(JobKind.WALL, self._on_maps)
        workers.on_part(JobKind.STATISTICS, self._on_statistics)
        workers.on_part(JobKind.EFFECT, self._on_effect)
        workers.on_result(JobKind.EFFECT, self._on_measured)
        workers.on_failure(JobKind.EFFECT, self._on_failed)
        self._connect()

    def attach(self, pane: HeadsPane) -> None:
        """Use another pane; it gets the statistics, and maps are computed again."""
        self.pane = pane
        self._connect()
        self._shown = None
        self.mark_outdated()

    def clear(self) -> None:
        """Forget maps and statistics."""
        self._values, self._shown = {}, None
        self.mark_outdated()
        self._maps_done, self._view = set(), None
        self.pane.setMeasuring(None)
        self.pane.setSize(0, 0)

    def refresh(self, view: View) -> None:
        """Show what has been computed, and submit jobs for what is missing."""
        trace, state = view.trace, view.state
        self._view = view
        if self._shown is not trace.setup and trace.num_heads:
            self._shown = trace.setup
            self.pane.setUnit(Statistic.DISTANCE, distance_unit())
            self.pane.setUnit(Statistic.EFFECT, effect_unit(view.trace.setup.model))
            self.pane.setSize(trace.num_layers, trace.num_heads)
            for statistic, values in self._values.items():
                self.pane.setValues(statistic, values)
            if self._workers.is_awaited(JobKind.EFFECT):
                self._on_progress(self._num_measured)
        self._forget_other_class(view)
        self.pane.setColormap(state.look.colormap)
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
        if self.is_outdated(view):
            self._maps_done = set()
            self.pane.clearMaps()
            self._workers.drop(JobKind.WALL)
            if not self._workers.is_awaited(JobKind.EFFECT):
                note = self._pool_note() if query == POOL else None
                self.pane.setMeasuring(None, note)
        if query == POOL:
            return
        missing = tuple(x for x in view.exact if x not in self._maps_done)
        if missing and not self._workers.is_awaited(JobKind.WALL, JobKind.RUN):
            self._workers.submit(JobKind.WALL, bound(maps.wall, trace, state, missing))

    def _pool_note(self) -> str:
        return self.tr("The pooling head has its own heads, in the tab Heads.")

    def _refresh_statistics(self, view: View) -> None:
        done = self._values.get(_WALKED[0], {})
        missing = tuple(x for x in view.exact if x not in done)
        if missing and not self._workers.is_awaited(JobKind.STATISTICS, JobKind.RUN):
            self._workers.submit(
                JobKind.STATISTICS, bound(maps.statistics, view.trace, missing)
            )

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
        """Forget the effects if they were measured for another class."""
        target = shown_target(view.trace, view.state)
        if target != self._target:
            self._target = target
            self._cancel()
            self._values.pop(Statistic.EFFECT, None)
            self.pane.setValues(Statistic.EFFECT, {})
            self.pane.setUnit(Statistic.EFFECT, effect_unit(view.trace.setup.model))

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
        job = bound(maps.effects, view.trace, view.state, view.model)
        self._workers.submit(JobKind.EFFECT, job)

    def _cancel(self) -> None:
        if self._workers.is_awaited(JobKind.EFFECT):
            self._workers.drop(JobKind.EFFECT)
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
