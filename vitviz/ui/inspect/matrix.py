"""Attention matrix of the chosen heads, N × N, pooled to the size of the screen.

A job pools it; where the pane is enlarged, another one computes single cells.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import (
    QGraphicsLineItem,
    QGraphicsRectItem,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.geometry import MAX_BINS, POOL, Bins
from vitviz.domain.number_text import format_value
from vitviz.export.token_names import token_name
from vitviz.jobs import maps
from vitviz.jobs.maps import MatrixPart, Refined
from vitviz.jobs.queue import JobKind, bound
from vitviz.ui.base import theme
from vitviz.ui.base.contrast import readable
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.threads import Workers
from vitviz.ui.inspect.colour_bar import ColourBar
from vitviz.ui.widgets.chip import Chip
from vitviz.ui.widgets.map_image import STALE_OPACITY
from vitviz.views.colour import Levels, Meaning, levels_for, rgb
from vitviz.views.display import Heat, fused_values, matrix_levels, shown_heads
from vitviz.views.view_state import Direction, Style

Array = npt.NDArray[np.float32]
# Number of bins in view below which single cells are computed.
REFINE_BELOW_BINS = 90
REFINE_DELAY_MS = 120


class MatrixPane(QWidget):
    """The pooled matrix: rows are queries, columns keys; setters emit nothing.

    Each special token has a bin of its own.
    """

    tokenPinned = Signal(int)
    # (query token, key token).
    hovered = Signal(int, int)
    left = Signal()
    # (rows, columns) in view as ranges of tokens, when they are few bins.
    visibleRangeChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Array | None = None
        self._bins: Bins | None = None
        self._levels: Levels | None = None
        # How levels follow from the values; set by `setScale`.
        self._scale_of: Callable[[Array], Levels] = levels_for
        self._query: int | None = None
        self._key: int | None = None
        self._pointer = QPoint()
        self._uniform: float | None = None
        self._colormap = "viridis"
        self._is_zoomed = False
        self._view = pg.GraphicsView(self, useOpenGL=False)
        self._view.setFrameShape(self._view.Shape.NoFrame)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box = pg.ViewBox(
            lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0
        )
        self._view.setCentralItem(self._box)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._fine = pg.ImageItem(axisOrder="row-major")
        self._query_line = self._line(Meaning.QUERY)
        self._key_line = self._line(Meaning.KEY)
        self._special = [QGraphicsRectItem(), QGraphicsRectItem()]
        for strip in self._special:
            strip.setBrush(QColor(Meaning.SPECIAL.value))
            strip.setPen(QPen(Qt.PenStyle.NoPen))
        for z, item in enumerate(
            (self._image, self._fine, *self._special, self._query_line, self._key_line)
        ):
            item.setZValue(z)
            self._box.addItem(item, ignoreBounds=True)
        self._title = QLabel()
        self._title.setFont(theme.font("small"))
        self._title.setTextFormat(Qt.TextFormat.RichText)
        self._title.setMinimumWidth(1)
        self._title.setWordWrap(theme.presents())
        self._busy = QLabel()
        self._busy.setFont(theme.font("small"))
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 12, 2)
        head.addWidget(self._title, 1)
        head.addWidget(self._busy, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        self.bar = ColourBar()
        self.bar.setAccessibleName(self.tr("Colour bar of the matrix"))
        self.bar.setStyleKind(Style.MAP)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._view, 1)
        body.addWidget(self.bar)
        layout.addLayout(body, 1)
        self._chip = Chip(self)
        self.setMinimumSize(200, 160)
        self.setAccessibleName(self.tr("Attention matrix"))
        self._refine = QTimer(self, singleShot=True, interval=REFINE_DELAY_MS)
        self._refine.timeout.connect(self._ask_for_cells)
        self._box.sigRangeChanged.connect(self._on_range_changed)
        self._box.sigRangeChangedManually.connect(self._on_zoomed)
        self._box.sigResized.connect(self._on_resized)
        self._view.scene().sigMouseMoved.connect(self._on_moved)
        self._view.scene().sigMouseClicked.connect(self._on_clicked)
        self._view.viewport().installEventFilter(self)
        self.refreshTheme()

    def refreshTheme(self) -> None:
        """Use the colours of the application's theme."""
        tone = theme.colours()
        self._view.setBackground(tone.surround)
        self._update_title()

    def setMatrix(self, values: Array | None, bins: Bins | None) -> None:
        """Show (num_bins, num_bins) values; None shows nothing."""
        is_new = bins != self._bins
        self._values, self._bins = values, bins
        self._fine.clear()
        if values is None or bins is None:
            self._values = None
            self._image.clear()
            self._place_lines()
            for strip in self._special:
                strip.hide()
            self._set_levels(None)
            self._update_title()
            return
        self._values = values.copy()
        self._set_levels(self._scale_of(self._values))
        if is_new:
            self._place_strips(bins)
            self.resetView()
        self._place_lines()
        self._update_title()

    def setRows(self, first: int, band: Array) -> None:
        """Replace some rows of bins with exact values."""
        if self._values is not None:
            self._values[first : first + len(band)] = band
            self._set_levels(self._scale_of(self._values))

    def setRefined(self, values: Array, rows: range, cols: range) -> None:
        """Draw single cells over the bins of these tokens."""
        if self._bins is None or self._levels is None:
            return
        self._fine.setImage(
            rgb(self._levels.fraction(values), self._colormap), autoLevels=False
        )
        top, bottom = self._position(rows.start), self._position(rows.stop)
        left, right = self._position(cols.start), self._position(cols.stop)
        self._fine.setRect(QRectF(left, top, right - left, bottom - top))

    def setScale(
        self, scale_of: Callable[[Array], Levels], uniform: float | None
    ) -> None:
        """Set how the ends of the colour map follow from the matrix' own values.

        uniform : value of every cell if attention were even; None for no mark.
        """
        self._scale_of, self._uniform = scale_of, uniform
        if self._values is not None:
            self._set_levels(scale_of(self._values))

    def levels(self) -> Levels | None:
        """Return the values that the ends of the colour map stand for."""
        return self._levels

    def setColormap(self, name: str) -> None:
        """Use another colour map."""
        if name != self._colormap:
            self._colormap = name
            self._fine.clear()
            self.bar.setColormap(name)
            self._draw()

    def setQuery(self, token: int | None) -> None:
        """Draw the line of a query, also once there is a matrix; None hides it."""
        self._query = token
        self._place_lines()

    def setKey(self, token: int | None) -> None:
        """Draw the line of a key, also once there is a matrix; None hides it."""
        self._key = token
        self._place_lines()

    def setValue(self, text: str) -> None:
        """Show the value of the cell under the pointer, beside the pointer."""
        self._chip.say(text, self._pointer)

    def valueText(self) -> str:
        """Return the text beside the pointer; "" where there is none."""
        return "" if self._chip.isHidden() else self._chip.text()

    def setStale(self, is_stale: bool) -> None:
        """Draw the matrix faintly: another is on its way."""
        for item in (self._image, self._fine):
            item.setOpacity(STALE_OPACITY if is_stale else 1.0)

    def setBusy(self, is_busy: bool) -> None:
        """Show whether exact values are still being computed."""
        self._busy.setText(self.tr("refining …") if is_busy else "")

    def resetView(self) -> None:
        """Show the whole matrix."""
        self._is_zoomed = False
        if self._bins is None:
            return
        n = self._bins.num_bins
        margin = self._strip_width() + 0.02 * n
        rect = QRectF(-margin, -margin, n + 1.5 * margin, n + 1.5 * margin)
        self._box.setLimits(
            xMin=-n, xMax=2 * n, yMin=-n, yMax=2 * n, minXRange=4, minYRange=4
        )
        self._box.setRange(rect, padding=0, disableAutoRange=True)

    def values(self) -> Array | None:
        """Return the values on screen, (num_bins, num_bins)."""
        return self._values

    def scenePointOf(self, query: int, key: int) -> QPointF:
        """Return the position of a cell in the viewport; for tests and pictures."""
        assert self._bins is not None
        x, y = self._bins.bin_of(key) + 0.5, self._bins.bin_of(query) + 0.5
        point = self._box.mapViewToScene(QPointF(x, y))
        return QPointF(self._view.mapFromScene(point))

    def viewport(self) -> QWidget:
        """Return the widget that receives the mouse."""
        viewport: QWidget = self._view.viewport()
        return viewport

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        """End the preview when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._leave()
        return False

    def _leave(self) -> None:
        self._chip.hide()
        self.left.emit()

    def _place_lines(self) -> None:
        """Place both lines in the matrix on screen, which may be a new one."""
        self._show_line(self._query_line, self._query, is_row=True)
        self._show_line(self._key_line, self._key, is_row=False)

    def _set_levels(self, levels: Levels | None) -> None:
        if levels != self._levels:
            self._levels = levels
            self._fine.clear()
            self.bar.setLevels(levels)
        if levels is not None and self._values is not None:
            beyond = self._values > levels.high * (1 + 1e-6)
            self.bar.setClipped(int(beyond.sum()))
        self.bar.setUniform(self._uniform)
        self._draw()

    def _draw(self) -> None:
        if self._values is None or self._levels is None:
            return
        colours = rgb(self._levels.fraction(self._values), self._colormap)
        self._image.setImage(colours, autoLevels=False)

    def _line(self, meaning: Meaning) -> QGraphicsLineItem:
        line = QGraphicsLineItem()
        line.setPen(pg.mkPen(meaning.value, width=2))
        line.hide()
        return line

    def _show_line(
        self, line: QGraphicsLineItem, token: int | None, *, is_row: bool
    ) -> None:
        if token is None or self._bins is None or token >= self._bins.num_tokens:
            line.hide()
            return
        at, end = self._bins.bin_of(token) + 0.5, float(self._bins.num_bins)
        if is_row:
            line.setLine(0.0, at, end, at)
        else:
            line.setLine(at, 0.0, at, end)
        line.show()

    def _strip_width(self) -> float:
        return 0.02 * (self._bins.num_bins if self._bins is not None else 1)

    def _place_strips(self, bins: Bins) -> None:
        """Place marks at the left and top beside the bins of special tokens.

        Where those bins would be too small to see, the marks are longer than they are.
        """
        width = self._strip_width()
        count = max(bins.num_prefix_tokens, 0.012 * bins.num_bins)
        self._special[0].setRect(QRectF(-width * 1.2, 0, width, count))
        self._special[1].setRect(QRectF(0, -width * 1.2, count, width))
        for strip in self._special:
            strip.setVisible(bins.num_prefix_tokens > 0)

    def _position(self, token: int) -> float:
        """Return where a token begins, in bins."""
        assert self._bins is not None
        prefix = self._bins.num_prefix_tokens
        if token <= prefix:
            return float(token)
        return prefix + (token - prefix) / self._bins.block

    def _token(self, position: float) -> int | None:
        """Return the token at a position in bins, None outside."""
        if self._bins is None or not 0 <= position < self._bins.num_bins:
            return None
        prefix = self._bins.num_prefix_tokens
        if position < prefix:
            return int(position)
        token = prefix + int((position - prefix) * self._bins.block)
        return min(token, self._bins.num_tokens - 1)

    def _cell_at(self, scene_point: QPointF) -> tuple[int, int] | None:
        point = self._box.mapSceneToView(scene_point)
        query, key = self._token(point.y()), self._token(point.x())
        return None if query is None or key is None else (query, key)

    def _on_moved(self, scene_point: QPointF) -> None:
        cell = self._cell_at(scene_point)
        self._pointer = self._view.mapTo(self, self._view.mapFromScene(scene_point))
        if cell is None or self._values is None or self._bins is None:
            self._leave()
            return
        self.hovered.emit(*cell)

    def _on_clicked(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.double():
            self.resetView()
            return
        cell = self._cell_at(event.scenePos())
        if cell is not None:
            self.tokenPinned.emit(cell[0])

    def _on_resized(self, _box: object) -> None:
        """Show the whole matrix again unless the user has zoomed."""
        if not self._is_zoomed:
            self.resetView()

    def _on_zoomed(self, _sides: object) -> None:
        self._is_zoomed = True

    def _on_range_changed(self, *_ranges: object) -> None:
        if self._bins is not None and self._bins.block > 1:
            self._refine.start()

    def _ask_for_cells(self) -> None:
        if self._bins is None:
            return
        (x0, x1), (y0, y1) = self._box.viewRange()
        n = self._bins.num_bins
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, n), min(y1, n)
        if x1 <= x0 or y1 <= y0 or max(x1 - x0, y1 - y0) > REFINE_BELOW_BINS:
            self._fine.clear()
            return
        rows = self._token_range(y0, y1)
        cols = self._token_range(x0, x1)
        self.visibleRangeChanged.emit((rows, cols))

    def _token_range(self, low: float, high: float) -> range:
        assert self._bins is not None
        start = self._bins.tokens(int(low)).start
        last = min(int(np.ceil(high)), self._bins.num_bins) - 1
        return range(start, self._bins.tokens(last).stop)

    def _update_title(self) -> None:
        if self._bins is None:
            self._title.setText(self.tr("Attention matrix"))
            return
        n, block = self._bins.num_tokens, self._bins.block
        text = self.tr("Attention matrix, {n} × {n}").format(n=f"{n:,}")
        if block > 1:
            text += " · " + self.tr("{b} × {b} cells pooled").format(b=block)

        def ink(meaning: Meaning) -> str:
            return readable(meaning).name()

        query, key = (
            f'<span style="color:{ink(meaning)}">{text.replace(" ", "&nbsp;")}</span>'
            for meaning, text in (
                (Meaning.QUERY, self.tr("query ↓")),
                (Meaning.KEY, self.tr("key →")),
            )
        )
        self._title.setText(f"{text} &nbsp; {query} &nbsp; {key}")


class MatrixController(PaneController[MatrixPane]):
    """Controller of the matrix of the chosen heads in the layer on screen."""

    depends_on = ("layer", "heads")

    def __init__(self, pane: MatrixPane, workers: Workers) -> None:
        super().__init__(workers)
        self.pane = pane
        self._workers = workers
        self._view: View | None = None
        workers.on_part(JobKind.MATRIX, self._on_part)
        workers.on_result(JobKind.REFINE, self._on_refined)

    def attach(self, pane: MatrixPane) -> None:
        """Use another pane; the matrix is pooled again."""
        self.pane = pane
        self.mark_outdated()

    def clear(self) -> None:
        """Have the next matrix pooled anew."""
        self._view = None
        self.mark_outdated()

    def refresh(self, view: View) -> None:
        """Submit a job that pools the matrix if it is another one than before."""
        self._view = view
        heads = shown_heads(view.trace, view.state.heads)
        if view.is_running:  # the matrix of the run before stays as it was
            return
        self.pane.setColormap(view.state.look.colormap)
        self.pane.setScale(partial(matrix_levels, view.state), 1 / view.trace.num_keys)
        if not self.is_outdated(view):
            return
        prefix, total = view.trace.num_prefix_tokens, view.trace.num_tokens
        bins = Bins.fitting(total, prefix, MAX_BINS)
        self.pane.setBusy(True)
        self._workers.drop(JobKind.REFINE)
        self._workers.submit(
            JobKind.MATRIX, bound(maps.matrix, view.trace, view.layer, heads, bins)
        )

    def show_lines(self, shown: Heat, cell: tuple[int, int] | None = None) -> None:
        """Draw a cross-hair at the hovered cell, or the line of the shown token."""
        is_row = shown.direction is Direction.LOOKS_AT
        # The pooling head's query has no row in the matrix.
        token = None if shown.token == POOL else shown.token
        pinned = (token, None) if is_row else (None, token)
        query, key = cell if cell is not None else pinned
        self.pane.setQuery(query)
        self.pane.setKey(key)

    def show_value(self, query: int, key: int) -> str:
        """Show what a query gives to a key, the exact cell also where it is pooled.

        Returns the text; "" without a matrix.
        """
        view = self._view
        if view is None:
            return ""
        trace = view.trace
        heads = shown_heads(trace, view.state.heads)
        value = float(fused_values(trace.row(view.layer, query), heads)[key])
        grid, names = trace.setup.grid, trace.setup.prefix_names
        text = self.tr("{query} → {key} · {value} · {ratio} ×").format(
            query=token_name(query, grid, names),
            key=token_name(key, grid, names),
            value=format_value(value),
            ratio=format_value(value * trace.num_keys),
        )
        self.pane.setValue(text)
        return text

    def refine(self, rows: range, cols: range) -> None:
        """Submit a job that computes the single cells of the part in view."""
        if self._view is None:
            return
        trace, heads = self._view.trace, self._view.state.heads
        choice = shown_heads(trace, heads)
        job = bound(maps.refine, trace, self._view.layer, choice, rows, cols)
        self._workers.submit(JobKind.REFINE, job)

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
