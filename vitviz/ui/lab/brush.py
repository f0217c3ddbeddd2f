"""Painting patches on the picture, and what is painted there."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from vitviz.domain.geometry import PatchGrid, Placement
from vitviz.ui.picture_items import qrect
from vitviz.ui.picture_pane import PicturePane

SAMPLES = 24
"""Points looked at along each piece of a stroke, so that no patch is skipped."""

Cell = tuple[int, int]


class Brush(QObject):
    """While it is held, a drag on the picture paints instead of choosing a query."""

    painted = Signal(object, bool)
    """(frozenset of (row, col), whether to erase them)."""
    strokeEnded = Signal()

    def __init__(self, picture: PicturePane) -> None:
        super().__init__(picture)
        self._picture = picture
        self._is_held = False
        self._side = 1
        self._last: QPointF | None = None
        self._erases = False
        picture.viewport().installEventFilter(self)
        picture.installEventFilter(self)

    @property
    def is_held(self) -> bool:
        """Whether a drag paints."""
        return self._is_held

    def hold(self, is_held: bool) -> None:
        """Take the brush, or put it down."""
        if is_held != self._is_held:
            self._is_held = is_held
            self._last = None
            viewport = self._picture.viewport()
            if is_held:
                viewport.setCursor(Qt.CursorShape.CrossCursor)
            else:
                viewport.unsetCursor()

    def setSide(self, side: int) -> None:
        """Patches along the brush, an odd number."""
        self._side = side

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paint with the mouse; with Space, the pinned patch."""
        if not self._is_held:
            return False
        if watched is self._picture:
            return isinstance(event, QKeyEvent) and self._on_key(event)
        if isinstance(event, QMouseEvent):
            return self._on_mouse(event)
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Space:
            return False
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            cell = self._picture.pinnedCell()
            if cell is not None:
                shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self.painted.emit(self._around(cell), shift)
                self.strokeEnded.emit()
        return True

    def _on_mouse(self, event: QMouseEvent) -> bool:
        kind, button = event.type(), event.button()
        is_ours = button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
        presses = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        if kind in presses and is_ours:
            if self._picture.cellAt(event.position()) is None:
                return False
            self._picture.setFocus(Qt.FocusReason.MouseFocusReason)
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._erases = bool(shift) or button == Qt.MouseButton.RightButton
            self._last = event.position()
            self._paint_to(event.position())
            return True
        if kind == QEvent.Type.MouseMove and self._last is not None:
            self._paint_to(event.position())
            return True
        if kind == QEvent.Type.MouseButtonRelease and self._last is not None:
            self._last = None
            self.strokeEnded.emit()
            return True
        return False

    def _paint_to(self, point: QPointF) -> None:
        assert self._last is not None
        step = (point - self._last) / SAMPLES
        places = [self._last + step * index for index in range(SAMPLES + 1)]
        self._last = point
        cells: frozenset[Cell] = frozenset()
        for cell in {self._picture.cellAt(place) for place in places}:
            if cell is not None:
                cells |= self._around(cell)
        if cells:
            self.painted.emit(cells, self._erases)

    def _around(self, cell: Cell) -> frozenset[Cell]:
        """The cells under the brush."""
        reach = self._side // 2
        steps = range(-reach, reach + 1)
        rows, cols = self._picture.gridSize()
        return frozenset(
            (cell[0] + down, cell[1] + across)
            for down in steps
            for across in steps
            if 0 <= cell[0] + down < rows and 0 <= cell[1] + across < cols
        )


class CellsItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """Cells of the grid, tinted, hatched and outlined in one colour."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = QColor(colour)
        self._rects: tuple[QRectF, ...] = ()
        self._bounds = QRectF()

    def setCells(
        self,
        cells: frozenset[Cell],
        placement: Placement | None,
        grid: PatchGrid | None,
    ) -> None:
        """Show these cells of a grid on the picture."""
        self.prepareGeometryChange()
        self._rects, self._bounds = (), QRectF()
        if placement is not None and grid is not None and cells:
            self._bounds = qrect(placement.input_rect())
            self._rects = tuple(
                qrect(placement.cell_rect(*cell, grid)) for cell in sorted(cells)
            )
        self.update()

    def numCells(self) -> int:
        """How many are shown."""
        return len(self._rects)

    def boundingRect(self) -> QRectF:
        """The whole of the model's input."""
        return self._bounds

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget
    ) -> None:
        """A light tint, a hatch of a fixed width, a thin outline."""
        tint, line = QColor(self._colour), QColor(self._colour)
        tint.setAlpha(60)
        hatch = QBrush(line, Qt.BrushStyle.BDiagPattern)
        inverse, _ = painter.deviceTransform().inverted()
        hatch.setTransform(inverse)
        pen = QPen(line, 1.5 * painter.device().devicePixelRatioF())
        pen.setCosmetic(True)
        painter.setPen(pen)
        for rect in self._rects:
            painter.fillRect(rect, tint)
            painter.setBrush(hatch)
            painter.drawRect(rect)
