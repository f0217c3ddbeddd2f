"""Fills the pane that tests the map on screen, when it is asked to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vitviz.errors import VitvizError
from vitviz.jobs import maps
from vitviz.jobs.maps import MapTested
from vitviz.jobs.queue import Kind
from vitviz.ui.fillers.view import Filler, View
from vitviz.ui.panes import Panes
from vitviz.ui.trial_pane import TrialPane
from vitviz.ui.work import Work
from vitviz.views.colour import Array, Meaning
from vitviz.views.display import Heat, shown_target


class TrialFiller(Filler):
    """Hundreds of passes: only by its own button, with progress and cancel."""

    def __init__(
        self, pane: TrialPane, work: Work, heat: Callable[[], Heat | None]
    ) -> None:
        super().__init__(work)
        self.pane = pane
        self._work = work
        self._heat = heat
        self._view: View | None = None
        self._tested: tuple[Array, int | None] | None = None
        self._found: MapTested | None = None
        self._connect()
        work.on_part(Kind.CURVES, self._on_progress)
        work.on_result(Kind.CURVES, self._on_tested)
        work.on_failure(Kind.CURVES, self._on_failed)

    def attach(self, panes: Panes) -> None:
        """Fill another pane with the curves there are."""
        self.pane = panes.trial
        self._connect()
        if self._work.is_awaited(Kind.CURVES):
            self.pane.setProgress(0.0)
        elif self._found is not None:
            self._on_tested(self._found)

    def clear(self) -> None:
        """Forget the curves."""
        self._view = self._tested = self._found = None
        self.pane.setProgress(None)
        self.pane.clear()

    def refresh(self, view: View) -> None:
        """Another map: its curves are not there yet."""
        self._view = view
        heat = self._heat()
        same_model = view.model is not None and (
            view.model.info == view.trace.setup.model
        )
        self.pane.setCanStart(heat is not None and same_model and not view.is_running)
        if self._is_other(view, heat) and not self._work.is_awaited(Kind.CURVES):
            self._tested = self._found = None
            self.pane.clear()

    def _is_other(self, view: View, heat: Heat | None) -> bool:
        """Whether the map on screen, or its class, is not the one that was tested."""
        if self._tested is None:
            return False
        patches, target = self._tested
        return (
            heat is None
            or target != shown_target(view.trace, view.state)
            or not np.array_equal(heat.patches, patches)
        )

    def _connect(self) -> None:
        self.pane.startRequested.connect(self._start)
        self.pane.cancelRequested.connect(self._cancel)

    def _start(self) -> None:
        view, heat = self._view, self._heat()
        if view is None or heat is None or view.model is None:
            return
        self._tested = heat.patches, shown_target(view.trace, view.state)
        self._found = None
        self.pane.setProgress(0.0)
        job = maps.try_map(view.trace, view.state, view.model, heat)
        self._work.submit(Kind.CURVES, job)

    def _cancel(self) -> None:
        self._work.drop(Kind.CURVES)
        self.pane.setProgress(None)
        self.pane.clear()

    def _on_progress(self, share: float) -> None:
        self.pane.setProgress(share)

    def _on_tested(self, tested: MapTested) -> None:
        self._found = tested
        self.pane.setProgress(None)
        deletion, insertion = tested.deletion, tested.insertion
        lines = [
            self.pane.areaText(
                self.tr("Deletion"),
                deletion.area,
                deletion.random_areas,
                Meaning.WARNING,
                self.tr("small is good"),
            ),
            self.pane.areaText(
                self.tr("Insertion"),
                insertion.area,
                insertion.random_areas,
                Meaning.VALUE,
                self.tr("large is good"),
            ),
        ]
        has_head = self._view is not None and self._view.trace.setup.model.has_head
        if not has_head:
            lines.append(self.tr("Score: cosine to the whole picture's feature"))
        self.pane.setCurves(
            deletion.shares,
            deletion.values,
            insertion.values,
            (deletion.random, insertion.random),
            "<br>".join(lines),
        )

    def _on_failed(self, _error: VitvizError) -> None:
        self.pane.setProgress(None)
        self.pane.clear()
