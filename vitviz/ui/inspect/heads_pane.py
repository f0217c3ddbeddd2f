"""Pane of all heads of all layers: as maps, as colours of a statistic, or as a plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QImage
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.number_text import cell_text, format_value
from vitviz.export.plot_captions import statistic_meaning, statistic_name
from vitviz.ui.base import theme
from vitviz.ui.widgets.cell_grid import CellGrid, GridLabels
from vitviz.ui.widgets.depth_plot import DepthPlot
from vitviz.ui.widgets.inputs import action_button
from vitviz.ui.widgets.map_image import ends_text, map_image
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.colour import Array, Levels, rgb
from vitviz.views.display import MapCell
from vitviz.views.heads_order import (
    Place,
    arranged,
    statistic_levels,
    whole_levels,
)
from vitviz.views.view_state import HeadsView, Statistic

# How many heads of an ordered list can be shown, besides all.
MOST = (12, 24)


class HeadsPane(QWidget):
    """All heads in a grid of maps or colours, or in a plot; setters emit nothing."""

    # A HeadsView.
    viewChosen = Signal(object)
    # (layer, head).
    headChosen = Signal(int, int)
    # The layer all of whose heads are chosen.
    layerChosen = Signal(int)
    # Measure the effect of switching heads off.
    measureRequested = Signal()
    cancelRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = HeadsView()
        self._size: Place = (0, 0)
        self._maps: dict[int, tuple[MapCell, ...]] = {}
        self._values: dict[Statistic, dict[int, Array]] = {}
        self._units: dict[Statistic, str] = {}
        self._places: tuple[tuple[Place, ...], ...] = ()
        self._current: frozenset[Place] = frozenset()
        self._colormap = "viridis"
        self._cols = 1
        # Whether rows are layers and columns heads, since cells are larger that way.
        self._is_upright = False
        self._show = Segmented(wraps=True, is_tight=not theme.presents())
        self._show.setAccessibleName(self.tr("What is shown of every head"))
        self._show.setOptions(self._show_options())
        self._show.valueChosen.connect(self._on_show)
        self._order = QToolButton()
        self._order.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._order.setText(self.tr("Order ▾"))
        self._order.setMenu(self._order_menu())
        self._order.setAccessibleName(self.tr("Order of the heads"))
        self._order.setToolTip(self.tr("Order the heads, and show only the first"))
        self._plot_button = QToolButton()
        self._plot_button.setText(self.tr("Plot"))
        self._plot_button.setToolTip(
            self.tr("Against depth, a dot for each head; click a dot to go there")
        )
        self._plot_button.setCheckable(True)
        self._plot_button.clicked.connect(self._on_plot)
        self._note = QLabel()
        self._note.setFont(theme.font("small"))
        self._note.setTextFormat(Qt.TextFormat.RichText)
        self._note.setWordWrap(True)
        self._note.setMinimumHeight(2 * self._note.fontMetrics().height())
        self._note.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self._measure = action_button(
            self.tr("Measure"),
            self.tr("Run the model once for each head, with that head switched off"),
        )
        self._measure.clicked.connect(self._on_measure)
        self._is_measuring = False
        self.grid = CellGrid()
        self.grid.setAccessibleName(self.tr("Heads of all layers"))
        self.grid.setTip(self._tip)
        self.grid.chosen.connect(self._on_cell)
        self.grid.columnChosen.connect(self._on_column)
        self.grid.rowChosen.connect(self._on_row)
        self.grid.resized.connect(self._on_resized)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._plot = DepthPlot()
        self._plot.headChosen.connect(self.headChosen)
        self._stack.addWidget(self._plot)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setContentsMargins(8, 2, 8, 0)
        first.addWidget(self._show)
        second.addWidget(self._note, 1)
        second.addWidget(self._measure)
        second.addWidget(self._plot_button)
        second.addWidget(self._order)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(first)
        layout.addLayout(second)
        layout.addWidget(self._stack, 1)
        self.setView(HeadsView())

    # -- setters -------------------------------------------------------------------

    def setSize(self, num_layers: int, num_heads: int) -> None:
        """Set the size of another trace's model; forget maps and statistics."""
        self._size = (num_layers, num_heads)
        self._maps.clear()
        self._values.clear()
        self._rebuild()

    def setView(self, view: HeadsView) -> None:
        """Show maps or a statistic, in the order of `view`."""
        self._view = view
        self._show.setValue(view.shows)
        self._plot_button.setEnabled(view.shows is not None)
        self._plot_button.setChecked(view.is_plot and view.shows is not None)
        for action in self._orders.actions():
            action.setChecked(action.data() == (view.order, view.lowest_first))
        for action in self._mosts.actions():
            action.setChecked(action.data() == (view.most or 0))
            action.setEnabled(view.order is not None)
        self._measure.setVisible(view.shows is Statistic.EFFECT)
        self._rebuild()

    def setMaps(self, layer: int, cells: tuple[MapCell, ...]) -> None:
        """Set the maps of one layer's heads for the query on screen."""
        self._maps[layer] = cells
        if self._view.shows is None:
            self._draw(layer)

    def clearMaps(self) -> None:
        """Forget the maps: the query has changed."""
        self._maps.clear()

    def setValues(self, statistic: Statistic, values: Mapping[int, Array]) -> None:
        """Set (H,) values of one statistic by layer, for the layers computed so far."""
        self._values[statistic] = dict(values)
        if statistic in self._view.needed:
            self._rebuild()

    def setUnit(self, statistic: Statistic, text: str) -> None:
        """Set the unit of a statistic, where that depends on the model."""
        self._units[statistic] = text

    def setCurrent(self, places: frozenset[Place]) -> None:
        """Frame the heads on screen."""
        self._current = places
        self._frame()

    def setColormap(self, name: str) -> None:
        """Use another colour map."""
        if name != self._colormap:
            self._colormap = name
            self._rebuild()

    def setMeasuring(self, progress: str | None, note: str | None = None) -> None:
        """Show the progress of measuring effects; None while nothing is measured."""
        self._is_measuring = progress is not None
        text = self.tr("Measure") if progress is None else self.tr("Cancel")
        self._measure.setText(text)
        self._update_note(note if progress is None else progress)

    def note(self) -> str:
        """Return the line above the heads."""
        return self._note.text()

    def places(self) -> tuple[tuple[Place, ...], ...]:
        """Return (layer, head) of each cell, in rows."""
        return self._places

    def statistic(self) -> Statistic | None:
        """Return the statistic that is shown; None for maps."""
        return self._view.shows

    def values(self) -> Mapping[int, Array]:
        """Return the statistic that is shown, (H,) by layer."""
        shows = self._view.shows
        return {} if shows is None else self._values.get(shows, {})

    def maps(self) -> Mapping[int, tuple[MapCell, ...]]:
        """Return the maps of the query, by layer."""
        return self._maps

    def button(self, shows: Statistic | None) -> QToolButton:
        """Return the button that chooses maps or a statistic."""
        return self._show.button(shows)

    def measureButton(self) -> QToolButton:
        """Return the button that starts and cancels the measuring of effects."""
        return self._measure

    def plot(self) -> pg.PlotItem:
        """Return the plot against depth."""
        return self._plot.getPlotItem()

    # -- drawing -------------------------------------------------------------------

    def _rebuild(self) -> None:
        view = self._view
        by = None if view.order is None else self._values.get(view.order, {})
        total = min(self._size[0] * self._size[1], view.most or 10**9)
        self._cols = self.grid.bestColumns(total)
        self._places = arranged(by, *self._size, view, cols=self._cols)
        rows = len(self._places)
        count = sum(len(row) for row in self._places)
        self._is_upright = view.order is None and self._fits_better_upright()
        if self._is_upright:
            self._places = tuple(zip(*self._places, strict=True))
            rows = len(self._places)
        if view.order is None:
            heads = tuple(str(i) for i in range(self._size[1]))
            layers = tuple(str(i) for i in range(self._size[0]))
            labels = GridLabels(heads, layers)
            if self._is_upright:
                labels = GridLabels(layers, heads)
        else:
            texts = tuple(tuple(f"{x}·{h}" for x, h in row) for row in self._places)
            labels = GridLabels(cells=texts)
        cols = max((len(row) for row in self._places), default=0)
        self.grid.setShape(rows, cols, labels, count=count)
        for layer in range(self._size[0]):
            self._draw(layer)
        self._frame()
        self._update_note()
        is_plot = view.is_plot and view.shows is not None
        self._stack.setCurrentIndex(1 if is_plot else 0)
        if is_plot:
            self._draw_plot()

    def _fits_better_upright(self) -> bool:
        """Return whether cells are larger with a row for each layer."""
        layers, heads = self._size
        return self.grid.sideOf(layers, heads) > self.grid.sideOf(heads, layers)

    def _draw(self, layer: int) -> None:
        """Draw the cells of one layer, wherever they are in the grid."""
        shows = self._view.shows
        values = None if shows is None else self._values.get(shows, {}).get(layer)
        colours, most = None, 0.0
        if shows is not None and values is not None:
            levels = self._levels(shows)
            colours = rgb(levels.fraction(values), self._colormap)
            most = max(abs(levels.low), abs(levels.high))
        for row, places in enumerate(self._places):
            for col, (x, head) in enumerate(places):
                if x != layer:
                    continue
                if colours is not None:
                    image = QImage(1, 1, QImage.Format.Format_RGB32)
                    image.fill(QColor(*(int(c) for c in colours[head])))
                    self.grid.setImage(row, col, image)
                    assert values is not None
                    self.grid.setText(row, col, cell_text(float(values[head]), most))
                elif shows is None and layer in self._maps:
                    cell = self._maps[layer][head]
                    self.grid.setImage(row, col, map_image(cell, self._colormap))

    def _levels(self, statistic: Statistic) -> Levels:
        return statistic_levels(statistic, self._values.get(statistic, {}))

    def _frame(self) -> None:
        self.grid.setCurrent(
            frozenset(
                (row, col)
                for row, places in enumerate(self._places)
                for col, place in enumerate(places)
                if place in self._current
            )
        )

    def _update_note(self, progress: str | None = None) -> None:
        shows = self._view.shows
        if progress is not None:
            self._note.setText(progress)
            return
        if shows is None:
            self._note.setText(self._order_text())
            return
        levels = self._levels(shows)
        unit = self._units.get(shows, "")
        has_values = bool(self._values.get(shows))
        ends = ends_text(levels, self._colormap) if has_values else ""
        legend = f"{ends} {unit} · " if has_values else ""
        self._note.setText(legend + statistic_meaning(shows))
        self._note.setToolTip(self._order_text())

    def _draw_plot(self) -> None:
        shows = self._view.shows
        assert shows is not None
        unit = self._units.get(shows, "")
        name = statistic_name(shows) + (f", {unit}" if unit else "")
        self._plot.setDots(self._values.get(shows, {}), self._current)
        levels = whole_levels(shows, self._values.get(shows, {}))
        self._plot.setScales(self._size[0], levels, name)

    # -- reactions to the user -----------------------------------------------------

    def _on_show(self, shows: object) -> None:
        statistic = shows if isinstance(shows, Statistic) else None
        self.viewChosen.emit(replace(self._view, shows=statistic))

    def _on_plot(self, on: bool) -> None:
        self.viewChosen.emit(replace(self._view, is_plot=on))

    def _on_order(self, action: QAction) -> None:
        order, lowest_first = action.data()
        view = replace(self._view, order=order, lowest_first=lowest_first)
        self.viewChosen.emit(view if order else replace(view, most=None))

    def _on_most(self, action: QAction) -> None:
        self.viewChosen.emit(replace(self._view, most=action.data() or None))

    def _on_cell(self, row: int, col: int) -> None:
        self.headChosen.emit(*self._places[row][col])

    def _on_column(self, col: int) -> None:
        if self._view.order is None and not self._is_upright:
            self.layerChosen.emit(col)

    def _on_row(self, row: int) -> None:
        if self._view.order is None and self._is_upright:
            self.layerChosen.emit(row)

    def _on_resized(self) -> None:
        """Wrap an ordered list to the new width."""
        total = min(self._size[0] * self._size[1], self._view.most or 10**9)
        if self._view.order is not None and total:
            if self.grid.bestColumns(total) != self._cols:
                self._rebuild()
        elif total and self._fits_better_upright() != self._is_upright:
            self._rebuild()

    def _on_measure(self) -> None:
        signal = self.cancelRequested if self._is_measuring else self.measureRequested
        signal.emit()

    # -- menus and texts -----------------------------------------------------------

    def _show_options(self) -> list[tuple[object, str, str]]:
        options: list[tuple[object, str, str]] = [
            (None, self.tr("Maps"), self.tr("Where the query looks, in every head"))
        ]
        for statistic in Statistic:
            name = statistic_name(statistic)
            options.append((statistic, name, statistic_meaning(statistic)))
        return options

    def _order_menu(self) -> QMenu:
        menu = QMenu(self)
        self._orders, self._mosts = QActionGroup(self), QActionGroup(self)
        self._add(menu, self._orders, self.tr("By layer and head"), (None, False))
        menu.addSeparator()
        for statistic in Statistic:
            name = statistic_name(statistic)
            high = self.tr("{name}, highest first").format(name=name)
            low = self.tr("{name}, lowest first").format(name=name)
            self._add(menu, self._orders, high, (statistic, False))
            self._add(menu, self._orders, low, (statistic, True))
        menu.addSeparator()
        self._add(menu, self._mosts, self.tr("All heads"), 0)
        for most in MOST:
            text = self.tr("The first {n}").format(n=most)
            self._add(menu, self._mosts, text, most)
        self._orders.triggered.connect(self._on_order)
        self._mosts.triggered.connect(self._on_most)
        return menu

    def _add(self, menu: QMenu, group: QActionGroup, text: str, data: object) -> None:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setData(data)
        group.addAction(action)

    def _order_text(self) -> str:
        """Return a sentence on how the heads are ordered."""
        order = self._view.order
        if order is None:
            if self._is_upright:
                return self.tr("Layers ↓, heads →")
            return self.tr("Heads ↓, layers →")
        name = statistic_name(order).lower()  # within a sentence
        if self._view.lowest_first:
            return self.tr("Layer·head by {name}, lowest first").format(name=name)
        return self.tr("Layer·head by {name}, highest first").format(name=name)

    def _tip(self, row: int, col: int) -> str:
        layer, head = self._places[row][col]
        lines = [self.tr("Layer {x}, head {h}").format(x=layer, h=head)]
        for statistic, values in self._values.items():
            if layer in values:
                value = format_value(float(values[layer][head]))
                unit = self._units.get(statistic, "")
                lines.append(f"{statistic_name(statistic)}: {value} {unit}".rstrip())
        return "\n".join(lines)
