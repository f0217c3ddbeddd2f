"""Pane of tokens: what they carry from layer to layer, as small maps.

A pass of its own records the states between blocks.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from vitviz.domain.methods import Source
from vitviz.errors import VitvizError
from vitviz.jobs import maps
from vitviz.jobs.maps import StatesCache, TokensRead
from vitviz.jobs.queue import JobKind, bound
from vitviz.ui.base import theme
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.text import sentence
from vitviz.ui.base.threads import Workers
from vitviz.ui.widgets.cell_grid import CellGrid, GridLabels
from vitviz.ui.widgets.map_image import ends_text
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.classes import class_name
from vitviz.views.colour import Array, Levels, levels_for, rgb
from vitviz.views.tokens import LAID_BY, TokenCell, TokenCells
from vitviz.views.view_state import Reading, TokensView


class TokensPane(QWidget):
    """Small maps of the tokens by layer; setters emit nothing."""

    # A TokensView.
    viewChosen = Signal(object)
    # A small map is to lie over the picture: the reading (Reading), the layer (int, or
    # None) and whether the state is the one that leaves it.
    mapChosen = Signal(object, object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = TokensView()
        self._cells: TokenCells | None = None
        self._places: list[tuple[int, int]] = []
        self._on_screen: tuple[int | None, bool] = (0, False)
        self._colormap = "viridis"
        self._show = Segmented(wraps=True, is_tight=not theme.presents())
        self._show.setAccessibleName(self.tr("What is shown of the tokens"))
        self._show.setOptions(self._show_options())
        self._show.valueChosen.connect(self._on_show)
        self._source = Segmented()
        self._source.setAccessibleName(self.tr("Which vectors are compared"))
        self._source.setOptions(self._source_options())
        self._source.valueChosen.connect(self._on_source)
        self._note = QLabel()
        self._note.setFont(theme.font("small"))
        self._note.setTextFormat(Qt.TextFormat.RichText)
        self._note.setWordWrap(True)
        self._note.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.grid = CellGrid()
        self.grid.setAccessibleName(self.tr("Tokens by layer"))
        self.grid.chosen.connect(self._on_cell)
        self.grid.setTip(self._tip)
        self.grid.resized.connect(self._draw)
        rows = QHBoxLayout(), QHBoxLayout()
        for row, widgets in zip(
            rows, ((self._show,), (self._note, self._source)), strict=True
        ):
            row.setContentsMargins(8, 2, 8, 0)
            for widget in widgets:
                row.addWidget(widget, 1 if widget is self._note else 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for row in rows:
            layout.addLayout(row)
        layout.addWidget(self.grid, 1)
        self.setView(TokensView())

    def setView(self, view: TokensView) -> None:
        """Show which reading is chosen, and of which vectors."""
        self._view = view
        self._show.setValue(view.shows)
        self._source.setValue(view.source)
        self._source.setVisible(view.shows is Reading.SIMILARITY)

    def setCells(self, cells: TokenCells | None, note: str) -> None:
        """Show small maps, or nothing with the reason in `note`."""
        self._cells = cells
        self._note.setText(self._legend(cells) + note)
        self._draw()

    def setCurrent(self, layer: int | None, *, after: bool = False) -> None:
        """Frame the map over the picture, or the state that the layer on screen reads.

        layer : None for the map of positions, which no layer reads.
        after : whether it is the state that leaves the layer.
        """
        self._on_screen = layer, after
        self._frame()

    def setColormap(self, name: str) -> None:
        """Use another colour map."""
        if name != self._colormap:
            self._colormap = name
            self._draw()

    def cells(self) -> tuple[TokenCell, ...]:
        """Return the small maps that are shown."""
        return () if self._cells is None else self._cells.cells

    def note(self) -> str:
        """Return the line above the maps."""
        return self._note.text()

    def button(self, shows: Reading) -> QWidget:
        """Return the button that chooses a reading."""
        return self._show.button(shows)

    def sourceButton(self, source: Source) -> QWidget:
        """Return the button that chooses the vectors to compare."""
        return self._source.button(source)

    def meaning(self, shows: Reading) -> str:
        """Return a sentence on what a reading shows."""
        meanings = {
            Reading.NORMS: self.tr("length of each token's state, before the norm"),
            Reading.COLOURS: self.tr(
                "similar colour = similar state: three principal components"
            ),
            Reading.SIMILARITY: self.tr("cosine to the query's vector"),
            Reading.LENS: self.tr("what the classifier would say of each token"),
            Reading.POSITIONS: self.tr("which places are similar to the query's"),
            Reading.FILTERS: self.tr("what the patch embedding looks for"),
        }
        return meanings[shows]

    def _draw(self) -> None:
        cells = self._cells
        if cells is None or not cells.cells:
            self._places = []
            self.grid.setShape(0, 0, GridLabels())
            return
        count = len(cells.cells)
        cols = self.grid.bestColumns(count)
        self._places = [divmod(i, cols) for i in range(count)]
        labels = [cell.label for cell in cells.cells]
        rows = [tuple(labels[i : i + cols]) for i in range(0, count, cols)]
        shape = (len(rows), cols)
        self.grid.setShape(*shape, GridLabels(cells=tuple(rows)), count=count)
        for place, cell in zip(self._places, cells.cells, strict=True):
            self.grid.setImage(*place, self._image(cell.values, cells.levels))
        self._frame()

    def _image(self, values: Array, levels: Levels | None) -> QImage:
        if values.ndim == 2:
            own = levels_for(values) if levels is None else levels
            pixels = rgb(own.fraction(values), self._colormap)
        else:
            pixels = np.rint(255 * values).astype(np.uint8)
        height, width = pixels.shape[:2]
        padded = np.full((height, width, 4), 255, np.uint8)
        padded[..., :3] = pixels
        kind = QImage.Format.Format_RGBX8888
        return QImage(padded.data, width, height, 4 * width, kind).copy()

    def _frame(self) -> None:
        cells = () if self._cells is None else self._cells.cells
        current = [
            place
            for place, cell in zip(self._places, cells, strict=False)
            if (cell.layer, cell.after) == self._on_screen
            and self._view.shows is not Reading.FILTERS
        ]
        self.grid.setCurrent(frozenset(current))

    def _legend(self, cells: TokenCells | None) -> str:
        if cells is None or cells.levels is None:
            return ""
        return ends_text(cells.levels, self._colormap) + " · "

    def _on_show(self, shows: object) -> None:
        assert isinstance(shows, Reading)
        self.viewChosen.emit(replace(self._view, shows=shows))

    def _on_source(self, source: object) -> None:
        assert isinstance(source, Source)
        self.viewChosen.emit(replace(self._view, source=source))

    def _on_cell(self, row: int, col: int) -> None:
        cells = self._cells
        if cells is not None and cells.shows in LAID_BY:
            cell = cells.cells[self._places.index((row, col))]
            self.mapChosen.emit(cells.shows, cell.layer, cell.after)

    def _tip(self, row: int, col: int) -> str:
        cells = self._cells
        if cells is None or cells.shows not in LAID_BY:
            return ""
        cell = cells.cells[self._places.index((row, col))]
        lay = self.tr("Click to lay this map over the picture.")
        if cell.layer is None:
            return lay
        state = self.tr("The state that enters layer {n}.")
        if cells.shows is Reading.SIMILARITY and self._view.source is not Source.STATE:
            state = self.tr("The vectors of layer {n}.")
        elif cell.after:
            state = self.tr("The state that leaves layer {n}, the last.")
        return state.format(n=cell.layer) + " " + lay

    def _show_options(self) -> list[tuple[object, str, str]]:
        names = {
            Reading.NORMS: self.tr("Norms"),
            Reading.COLOURS: self.tr("Colours"),
            Reading.SIMILARITY: self.tr("Similarity"),
            Reading.LENS: self.tr("Lens"),
            Reading.POSITIONS: self.tr("Positions"),
            Reading.FILTERS: self.tr("Filters"),
        }
        return [(shows, names[shows], self.meaning(shows)) for shows in Reading]

    def _source_options(self) -> list[tuple[object, str, str]]:
        return [
            (Source.STATE, "x", self.tr("The state that enters the layer")),
            (Source.QUERY, "q", self.tr("Queries, all heads side by side")),
            (Source.KEY, "k", self.tr("Keys, all heads side by side")),
            (Source.VALUE, "v", self.tr("Values, all heads side by side")),
        ]


class TokensController(PaneController[TokensPane]):
    """Controller of the pane of tokens.

    cache : keeps the states as long as the trace, for the map over the picture as well.
    """

    depends_on = ("tokens_view", "token", "target")

    def __init__(self, pane: TokensPane, workers: Workers, cache: StatesCache) -> None:
        super().__init__(workers)
        self.pane = pane
        self._workers = workers
        self._cache = cache
        self._view: View | None = None
        workers.on_result(JobKind.STATES, self._on_read)
        workers.on_failure(JobKind.STATES, self._on_failed)

    def attach(self, pane: TokensPane) -> None:
        """Use another pane; the reading is computed again from the states."""
        self.pane = pane
        self.mark_outdated()

    def clear(self) -> None:
        """Forget the states."""
        self._cache.clear()
        self._view = None
        self.mark_outdated()
        self.pane.setCells(None, "")

    def refresh(self, view: View) -> None:
        """Submit a job for the chosen reading, if it is not on screen."""
        state, trace = view.state, view.trace
        self._view = view
        self.pane.setColormap(state.look.colormap)
        self.pane.setView(state.tokens_view)
        self._frame(view)
        if view.is_running:
            return
        if view.model is None or view.model.info != trace.setup.model:
            note = self.tr("The states of tokens need the model, not its trace alone.")
            self.pane.setCells(None, note)
            return
        if self.is_outdated(view):
            states = self._cache.states(trace)
            job = bound(maps.read_tokens, trace, state, view.model, states)
            self._workers.submit(JobKind.STATES, job)

    def _on_read(self, read: TokensRead) -> None:
        if self._view is not None:
            self._cache.keep(self._view.trace, read.states)
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
            self._frame(self._view)

    def _frame(self, view: View) -> None:
        """Frame the map over the picture if it is one of these, else the layer's."""
        state = view.state
        is_laid = state.method == LAID_BY.get(state.tokens_view.shows)
        layer = None if state.tokens_view.shows is Reading.POSITIONS else view.layer
        if layer is None and not is_laid:
            layer = -1
        after = is_laid and state.method_options.after
        self.pane.setCurrent(layer, after=after)

    def _on_failed(self, error: VitvizError) -> None:
        self.pane.setCells(None, sentence(error))
