"""Fills the pane of tokens; a pass of its own keeps the states between blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.errors import VitvizError
from vitviz.jobs import maps
from vitviz.jobs.maps import TokensRead
from vitviz.jobs.queue import Kind
from vitviz.ui.error_bar import sentence
from vitviz.ui.fillers.view import Filler, View
from vitviz.ui.panes import Panes
from vitviz.ui.tokens_pane import TokensPane
from vitviz.ui.work import Work
from vitviz.views.display import shown_query, shown_target
from vitviz.views.prediction import class_name
from vitviz.views.state import Reading

if TYPE_CHECKING:
    from vitviz.explain.token_states import States


class TokensFiller(Filler):
    """The states are kept as long as the trace."""

    def __init__(self, pane: TokensPane, work: Work) -> None:
        super().__init__(work)
        self.pane = pane
        self._work = work
        self._states: States | None = None
        self._key: tuple[object, ...] | None = None
        self._view: View | None = None
        work.on_result(Kind.STATES, self._on_read)
        work.on_failure(Kind.STATES, self._on_failed)

    def attach(self, panes: Panes) -> None:
        """Fill another pane; what was read of the states is read again."""
        self.pane, self._key = panes.tokens, None

    def clear(self) -> None:
        """Forget the states."""
        self._states, self._key, self._view = None, None, None
        self.pane.setCells(None, "")

    def refresh(self, view: View) -> None:
        """Have read what is asked for, if it is not on screen."""
        state, trace = view.state, view.trace
        self._view = view
        self.pane.setColormap(state.colormap)
        self.pane.setView(state.tokens_view)
        self.pane.setCurrent(view.layer)
        if view.is_running:
            return
        if view.model is None or view.model.info != trace.setup.model:
            note = self.tr("The states of tokens need the model, not its trace alone.")
            self.pane.setCells(None, note)
            return
        shows = state.tokens_view.shows
        key = (
            id(trace.setup),
            state.tokens_view,
            shown_query(trace, state.token)
            if shows in (Reading.SIMILARITY, Reading.POSITIONS)
            else None,
            shown_target(trace, state) if shows is Reading.LENS else None,
        )
        if key != self._key:
            self._key = key
            job = maps.read_tokens(trace, state, view.model, self._states)
            self._work.submit(Kind.STATES, job)

    def _on_read(self, read: TokensRead) -> None:
        self._states = read.states or self._states
        cells = read.cells
        note = self.pane.meaning(cells.shows)
        if cells.shows is Reading.NORMS:
            note += " · " + self.tr("each layer on its own scale from 0")
            if cells.num_artefacts:
                note += " · " + self.tr(
                    "{n} above 3 × the median of their layer (artefact tokens)"
                ).format(n=cells.num_artefacts)
            else:
                note += " · " + self.tr("none stands out (3 × the median)")
        if cells.target is not None and self._view is not None:
            labels = self._view.trace.setup.model.labels
            name = class_name(cells.target, labels)
            note += " · " + self.tr("probability of {name}").format(name=name)
        self.pane.setCells(cells, note)
        if self._view is not None:
            self.pane.setCurrent(self._view.layer)

    def _on_failed(self, error: VitvizError) -> None:
        self.pane.setCells(None, sentence(error))
