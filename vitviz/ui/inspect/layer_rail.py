"""Layer rail: a small map of each layer, to choose one and to see a run's progress."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QWidget,
)

from vitviz.domain.geometry import POOL
from vitviz.jobs import maps
from vitviz.jobs.maps import RailPart, rail_part
from vitviz.jobs.queue import JobKind, bound
from vitviz.ui.base import theme
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.text import tip
from vitviz.ui.base.threads import Workers
from vitviz.ui.inspect.query_lines import GAP_PX as GAP_LINES_PX
from vitviz.ui.inspect.query_lines import LEAST_PX, QueryLines
from vitviz.ui.widgets.map_image import (
    STALE_OPACITY,
    map_image,
    paint_frame,
    paint_map,
)
from vitviz.views.display import MapCell, shown_query
from vitviz.views.query_numbers import QueryNumbers
from vitviz.views.view_state import Direction

MAP_PX = 52.0
# Side of a map in Present, in lines of small type: a slide needs the height.
MAP_LINES = 1.3
GAP_PX = 8.0
MARGIN_PX = 12.0
# Width reserved at the right for progress and the Cancel button.
SIDE_PX = 150
# The same in lines of type, where that is more.
SIDE_LINES = 6.0
LEAST_MAP_PX = 12.0
# Width of the rail from which the lines of the query stand beside the maps.
LINES_FROM_PX = 900
# Height of the progress bar.
BAR_PX = 6


class LayerRail(QWidget):
    """One cell a layer, filled as layers arrive; setters emit nothing.

    A click or the arrow keys choose a layer.
    """

    layerChosen = Signal(int)
    cancelRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._num_layers = 12
        self._cells: dict[int, MapCell] = {}
        self._images: dict[int, QImage] = {}
        self._captured: frozenset[int] = frozenset()
        self._windowed: frozenset[int] = frozenset()
        self._current: int | None = None
        self._is_running = False
        self._hovered = -1
        self._colormap = "viridis"
        self._progress = QLabel(self)
        self._progress.setFont(theme.font("small"))
        self._progress.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._bar.hide()
        self._is_stale = False
        self._cancel = QToolButton(self)
        self._cancel.setText(self.tr("Cancel"))
        self._cancel.setToolTip(self.tr("Stop; layers that have arrived stay (Esc)"))
        self._cancel.clicked.connect(self.cancelRequested)
        self._cancel.hide()
        line = QFontMetricsF(theme.font("small")).height()
        # in Present maps grow with the type, whatever the size of the screen
        self._map = MAP_LINES * theme.line_px("small") if theme.presents() else MAP_PX
        self._side = max(SIDE_PX, round(SIDE_LINES * line))
        # What is drawn where that is not what the picture shows; "" for nothing.
        self._sign = ""
        self.lines = QueryLines(self)
        self.lines.layerChosen.connect(self._on_line)
        self._fit_height()
        self.setMinimumWidth(320)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Layers"))

    def sizeHint(self) -> QSize:
        """Return a wide size, one row high."""
        return QSize(960, self.height())

    def setMapSize(self, side_px: float) -> None:
        """Draw maps as large as the window allows; Present has a size of its own."""
        if not theme.presents() and side_px != self._map:
            self._map = side_px
            self._fit_height()
            self._place_lines()
            self.update()

    def setSign(self, text: str) -> None:
        """Say before the maps what they show; "" where the picture shows the same."""
        if text != self._sign:
            self._sign = text
            self._place_lines()
            self.update()

    def sign(self) -> str:
        """Return what is said before the maps."""
        return self._sign

    def setNumLayers(self, count: int) -> None:
        """Draw `count` empty cells."""
        self._num_layers = count
        self.lines.setNumLayers(count)
        self._place_lines()
        self.setCells(())

    def setCells(self, cells: tuple[MapCell | None, ...]) -> None:
        """Set the maps of all layers; an empty tuple clears them."""
        self._cells = {i: cell for i, cell in enumerate(cells) if cell is not None}
        self._images = {
            i: map_image(cell, self._colormap) for i, cell in self._cells.items()
        }
        if not cells:
            self._captured = frozenset()
        self.update()

    def setCell(self, layer: int, cell: MapCell) -> None:
        """Set the map of one layer."""
        self._cells[layer] = cell
        self._images[layer] = map_image(cell, self._colormap)
        self.update()

    def setCaptured(self, layers: frozenset[int]) -> None:
        """Set the layers that have run."""
        if layers != self._captured:
            self._captured = layers
            self.update()

    def setWindowed(self, layers: frozenset[int]) -> None:
        """Set the layers with windowed attention, which are marked, not chosen."""
        if layers != self._windowed:
            self._windowed = layers
            self.update()

    def setCurrent(self, layer: int | None) -> None:
        """Frame the layer on screen."""
        if layer != self._current:
            self._current = layer
            self.lines.setCurrent(layer)
            self.update()

    def setRunning(self, is_running: bool) -> None:
        """Set whether a run goes on: then the next layer is outlined."""
        if is_running != self._is_running:
            self._is_running = is_running
            self.update()

    def setProgress(self, text: str | None, share: float | None = None) -> None:
        """Show a text, a bar and the Cancel button at the right; None hides them.

        share : what is done, in [0, 1]; None where that is not known.
        """
        shown = text or ""
        metrics = self._progress.fontMetrics()
        room = Qt.TextElideMode.ElideMiddle, self._side
        self._progress.setText(metrics.elidedText(shown, *room))
        self._progress.setToolTip(tip(shown))
        self._bar.setRange(0, 0 if share is None else 100)
        self._bar.setValue(-1 if share is None else round(100 * share))
        for part in (self._bar, self._cancel):
            part.setVisible(text is not None)
        self._place_lines()

    def setStale(self, is_stale: bool) -> None:
        """Draw the maps faintly: others are on their way."""
        if is_stale != self._is_stale:
            self._is_stale = is_stale
            self.update()

    def cancelButton(self) -> QToolButton:
        """Return the Cancel button, visible while there is something to cancel."""
        return self._cancel

    def setColormap(self, name: str) -> None:
        """Use another colour map."""
        if name != self._colormap:
            self._colormap = name
            self._images = {i: map_image(c, name) for i, c in self._cells.items()}
            self.update()

    def cellRect(self, layer: int) -> QRectF:
        """Return the rectangle of a layer's map."""
        beside = float(self._side)
        if self._has_lines():
            beside = max(beside, 3 * LEAST_PX + 2 * GAP_LINES_PX)
        lead = self._lead()
        room = self.width() - 2 * MARGIN_PX - beside - lead
        pitch = min(self._map + GAP_PX, room / max(1, self._num_layers))
        gap = GAP_PX if pitch > 2 * GAP_PX else 2.0
        side = max(2.0, pitch - gap)
        top = 6 + (self._map - side) / 2
        return QRectF(MARGIN_PX + lead + layer * pitch, top, side, side)

    def _fit_height(self) -> None:
        line = theme.line_px("small")
        around = 10 if theme.presents() else 16
        self.setFixedHeight(round(self._map + line + around))

    def _lead(self) -> float:
        """Return the width of the sign before the maps."""
        if not self._sign:
            return 0.0
        metrics = QFontMetricsF(theme.font("small"))
        return max(map(metrics.horizontalAdvance, self._sign.split())) + GAP_PX

    def _has_lines(self) -> bool:
        return self.width() >= LINES_FROM_PX and not theme.presents()

    def _place_lines(self) -> None:
        """Place the lines after the last map, unless progress is shown there."""
        is_seen = self._has_lines() and self._cancel.isHidden()
        if is_seen:
            left = self.cellRect(self._num_layers - 1).right() + 3 * GAP_PX
            width = self.width() - left - MARGIN_PX
            self.lines.setGeometry(round(left), 5, round(width), self.height() - 8)
        self.lines.setVisible(is_seen)

    def _on_line(self, layer: int) -> None:
        if layer in self._captured:
            self.layerChosen.emit(layer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place progress and the Cancel button at the right end."""
        super().resizeEvent(event)
        self._place_lines()
        left = self.width() - self._side - round(MARGIN_PX)
        half = self.height() // 2
        self._progress.setGeometry(left, 2, self._side, half - 2 - BAR_PX)
        self._bar.setGeometry(left, half - BAR_PX, self._side, BAR_PX)
        hint = self._cancel.sizeHint()
        self._cancel.setGeometry(
            self.width() - round(MARGIN_PX) - hint.width(),
            half,
            hint.width(),
            hint.height(),
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw maps or outlines, the layers' numbers, and frames."""
        painter = QPainter(self)
        tone = theme.colours()
        painter.fillRect(self.rect(), QColor(tone.panel))
        painter.fillRect(QRectF(0, 0, self.width(), 1), QColor(tone.line))
        if self._sign:
            painter.setFont(theme.font("small"))
            painter.setPen(QColor(tone.faint))
            box = QRectF(MARGIN_PX, 6, self._lead(), self._map)
            align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(box, align, "\n".join(self._sign.split()))
        step = self._number_step()
        for layer in range(self._num_layers):
            rect = self.cellRect(layer)
            self._paint_cell(painter, layer, rect)
            is_current = layer == self._current
            if layer % step and not is_current:
                continue
            font = theme.font("small")
            font.setBold(is_current)
            painter.setFont(font)
            painter.setPen(QColor(tone.text if is_current else tone.faint))
            below = QRectF(
                rect.center().x() - self._map / 2,
                self._map + 8,
                self._map,
                self.height() - self._map - 10,
            )
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(layer))

    def _paint_cell(self, painter: QPainter, layer: int, rect: QRectF) -> None:
        tone = theme.colours()
        image = self._images.get(layer)
        if image is not None and rect.width() >= LEAST_MAP_PX:
            painter.setOpacity(STALE_OPACITY if self._is_stale else 1.0)
            target = paint_map(painter, image, rect)
            painter.setOpacity(1.0)
        else:
            target = rect
            if layer in self._captured:
                painter.fillRect(rect, QColor(tone.line))
        if layer in self._windowed:
            self._paint_windows(painter, rect)
        known = self._captured | self._windowed
        is_next = self._is_running and layer == len(known)
        is_current = layer == self._current
        if is_current or is_next or layer == self._hovered:
            paint_frame(
                painter,
                target,
                is_chosen=is_current,
                is_hovered=True,
                is_other=bool(self._sign),
            )
        elif layer not in self._captured:
            painter.setPen(QPen(QColor(tone.line), 1))
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_windows(self, painter: QPainter, rect: QRectF) -> None:
        """Draw a square divided into windows, in place of a map."""
        painter.setPen(QPen(QColor(theme.colours().faint), 1))
        for part in (1, 2):
            x = rect.left() + rect.width() * part / 3
            y = rect.top() + rect.height() * part / 3
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))

    def _number_step(self) -> int:
        """Return 1, or a larger step if the numbers of all layers would touch."""
        widest = QFontMetricsF(theme.font("small")).horizontalAdvance("00") + 6
        pitch = self.cellRect(1).x() - self.cellRect(0).x()
        return next((s for s in (1, 2, 5, 10) if s * pitch >= widest), 20)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the layer under the pointer."""
        layer = self._layer_at(event.position().x())
        if layer in self._captured and event.button() == Qt.MouseButton.LeftButton:
            self.layerChosen.emit(layer)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline the layer under the pointer."""
        layer = self._layer_at(event.position().x())
        if layer != self._hovered:
            self._hovered = layer
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        """Remove the outline."""
        self._hovered = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the next layer to the left or right that is not windowed."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or self._current is None:
            super().keyPressEvent(event)
        else:
            layer = self._current + step
            while layer in self._windowed:
                layer += step
            if layer in self._captured:
                self.layerChosen.emit(layer)

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of the cell under the pointer."""
        if isinstance(event, QHelpEvent):
            layer = self._layer_at(event.pos().x())
            if layer >= 0:
                text = self.tr(
                    "Layer {n}: the same query and heads, on a scale of its own"
                )
                keys = self.tr("[ and ] move through the layers")
                if layer in self._windowed:
                    text = self.tr(
                        "Layer {n} attends within small windows: there is no map of "
                        "the whole picture"
                    )
                said = f"{text.format(n=layer)}\n{keys}"
                QToolTip.showText(event.globalPos(), said, self)
                return True
        return super().event(event)

    def _layer_at(self, x: float) -> int:
        for layer in range(self._num_layers):
            rect = self.cellRect(layer)
            if rect.left() - 2 <= x <= rect.right() + 2:
                return layer
        return -1


# Layers × tokens up to which the maps are computed right after a click, without a job.
AT_ONCE = 12 * 400


class RailController(PaneController[LayerRail]):
    """Controller of the layer rail: computes the maps after a click if that is cheap.

    That is in the next turn of the event loop: the picture is painted first. Otherwise
    a job computes them.
    """

    depends_on = (
        "token",
        "heads",
        "direction",
        "log",
        "clip_percent",
        "renormalise",
    )

    def __init__(self, rail: LayerRail, workers: Workers) -> None:
        super().__init__(workers)
        self.rail = rail
        self.cells: dict[int, MapCell] = {}
        self.numbers: dict[int, QueryNumbers] = {}
        self._workers = workers
        self._view: View | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._compute)
        workers.on_part(JobKind.RAIL, self._on_part)

    def attach(self, rail: LayerRail) -> None:
        """Use another rail, and show the maps there."""
        self.rail = rail
        for layer, cell in self.cells.items():
            self.rail.setCell(layer, cell)
        self.rail.lines.setNumbers(self.numbers)

    def clear(self) -> None:
        """Forget all maps."""
        self.cells, self.numbers = {}, {}
        self._soon.stop()
        self._view = None
        self.rail.lines.setNumbers({})
        self.mark_outdated()

    def refresh(self, view: View) -> None:
        """Compute the maps that are missing."""
        trace, state = view.trace, view.state
        is_pool = shown_query(trace, state.token) == POOL
        if self.is_outdated(view):
            self.cells, self.numbers = {}, {}
            self._soon.stop()
            if is_pool:  # other layers get no map that would replace the old query's
                self.rail.setCells((None,) * trace.num_layers)
            self._workers.drop(JobKind.RAIL)
        self.rail.setColormap(state.look.colormap)
        is_raw = state.method == "raw"
        self.rail.setSign("" if is_raw else self.tr("raw attention"))
        self._view = view
        missing = self._missing(view)
        if not missing:
            return
        rows_only = state.direction is Direction.LOOKS_AT or is_pool
        is_cheap = len(missing) * trace.num_tokens <= AT_ONCE
        if rows_only and (is_cheap or view.is_running):
            self._soon.start()
        elif not view.is_running:
            self.rail.lines.setNumbers(self.numbers)
            self._workers.submit(JobKind.RAIL, bound(maps.rail, trace, state, missing))

    def _missing(self, view: View) -> tuple[int, ...]:
        """Return the layers whose maps are still to be computed."""
        is_pool = shown_query(view.trace, view.state.token) == POOL
        layers = (view.layer,) if is_pool else view.exact
        return tuple(layer for layer in layers if layer not in self.cells)

    def _compute(self) -> None:
        view = self._view
        assert view is not None
        for layer in self._missing(view):
            self._store(rail_part(view.trace, view.state, layer))
        self.rail.lines.setNumbers(self.numbers)

    def _on_part(self, part: RailPart) -> None:
        self._store(part)
        self.rail.lines.setNumbers(self.numbers)

    def _store(self, part: RailPart) -> None:
        self.cells[part.layer] = part.cell
        self.numbers[part.layer] = part.numbers
        self.rail.setCell(part.layer, part.cell)
