"""Fills the pane that tests the map on screen, when it is asked to."""

from __future__ import annotations

from collections.abc import Callable

from vitviz import jobs
from vitviz.engine import Kind
from vitviz.errors import VitvizError
from vitviz.jobs import MapTested
from vitviz.ui.fillers.view import Filler, View
from vitviz.ui.trial_pane import TrialPane
from vitviz.ui.work import Work
from vitviz.views.colour import Meaning
from vitviz.views.display import Heat


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
        self._tested: Heat | None = None
        pane.startRequested.connect(self._start)
        pane.cancelRequested.connect(self._cancel)
        work.on_part(Kind.CURVES, self._on_progress)
        work.on_result(Kind.CURVES, self._on_tested)
        work.on_failure(Kind.CURVES, self._on_failed)

    def clear(self) -> None:
        """Forget the curves."""
        self._view = self._tested = None
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
        is_other = self._tested is not None and heat is not self._tested
        if is_other and not self._work.is_awaited(Kind.CURVES):
            self._tested = None
            self.pane.clear()

    def _start(self) -> None:
        view, heat = self._view, self._heat()
        if view is None or heat is None or view.model is None:
            return
        self._tested = heat
        self.pane.setProgress(0.0)
        job = jobs.try_map(view.trace, view.state, view.model, heat)
        self._work.submit(Kind.CURVES, job)

    def _cancel(self) -> None:
        self._work.drop(Kind.CURVES)
        self.pane.setProgress(None)
        self.pane.clear()

    def _on_progress(self, share: float) -> None:
        self.pane.setProgress(share)

    def _on_tested(self, tested: MapTested) -> None:
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
