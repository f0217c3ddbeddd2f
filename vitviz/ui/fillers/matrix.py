"""Fills the matrix pane: pooled by the engine, single cells where it is enlarged."""

from __future__ import annotations

import numpy as np

from vitviz.domain.geometry import POOL, Bins
from vitviz.jobs import maps
from vitviz.jobs.maps import MatrixPart, Refined
from vitviz.jobs.queue import Kind
from vitviz.ui.fillers.view import Filler, View
from vitviz.ui.panes import Panes
from vitviz.ui.widgets.matrix_pane import MatrixPane
from vitviz.ui.work import Work
from vitviz.views.display import Heat, shown_heads
from vitviz.views.state import Direction

MAX_BINS = 512


class MatrixFiller(Filler):
    """The matrix of the chosen heads in the layer on screen."""

    def __init__(self, pane: MatrixPane, work: Work) -> None:
        super().__init__(work)
        self.pane = pane
        self._work = work
        self._key: tuple[object, ...] | None = None
        self._view: View | None = None
        work.on_part(Kind.MATRIX, self._on_part)
        work.on_result(Kind.REFINE, self._on_refined)

    def attach(self, panes: Panes) -> None:
        """Fill another pane; the matrix is pooled again."""
        self.pane, self._key = panes.matrix, None

    def clear(self) -> None:
        """Show nothing."""
        self._key = self._view = None

    def refresh(self, view: View) -> None:
        """Have the matrix pooled if it is another one than before."""
        self._view = view
        heads = shown_heads(view.trace, view.state.heads)
        self.pane.setColormap(view.state.colormap)
        key = (id(view.trace.setup), view.layer, heads)
        if key == self._key or view.is_running:
            return
        self._key = key
        prefix, total = view.trace.num_prefix_tokens, view.trace.num_tokens
        bins = Bins.fitting(total, prefix, MAX_BINS)
        self.pane.setBusy(True)
        self._work.drop(Kind.REFINE)
        self._work.submit(Kind.MATRIX, maps.matrix(view.trace, view.layer, heads, bins))

    def show_lines(self, shown: Heat, cell: tuple[int, int] | None = None) -> None:
        """Cross-hair: the cell under the pointer, or the line of the shown token."""
        is_row = shown.direction is Direction.LOOKS_AT
        token = None if shown.token == POOL else shown.token  # no line of the matrix
        pinned = (token, None) if is_row else (None, token)
        query, key = cell if cell is not None else pinned
        self.pane.setQuery(query)
        self.pane.setKey(key)

    def refine(self, rows: range, cols: range) -> None:
        """Compute the single cells of the part that is in view."""
        if self._view is None:
            return
        trace, heads = self._view.trace, self._view.state.heads
        choice = shown_heads(trace, heads)
        job = maps.refine(trace, self._view.layer, choice, rows, cols)
        self._work.submit(Kind.REFINE, job)

    def _on_part(self, part: MatrixPart) -> None:
        if part.first == 0:
            blank = np.zeros((part.bins.num_bins,) * 2, np.float32)
            whole = part.values if part.is_preview else blank
            if part.is_preview or part.bins.block == 1:
                self.pane.setMatrix(whole, part.bins)
        if not part.is_preview:
            self.pane.setRows(part.first, part.values)
        self.pane.setBusy(part.is_preview)

    def _on_refined(self, refined: Refined) -> None:
        self.pane.setRefined(refined.values, refined.rows, refined.cols)
