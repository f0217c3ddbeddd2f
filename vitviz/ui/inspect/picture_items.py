"""Graphics items of the picture pane, in source pixels: picture, grid, rings, cells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from vitviz.domain.geometry import PatchGrid, Rect
from vitviz.domain.interventions import Cell
from vitviz.domain.placement import Placement
from vitviz.pictures.source import screen_copies
from vitviz.ui.base import theme
from vitviz.views.overlay import GRID_ALPHA, HATCH, TINT_UNSEEN, grid_strength

Bytes = npt.NDArray[np.uint8]


def qrect(rect: Rect) -> QRectF:
    """Return a rectangle of `domain.geometry` as a QRectF."""
    return QRectF(rect.x, rect.y, rect.width, rect.height)


class PhotoItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """The picture, drawn from the copy that is closest to the screen's pixels."""

    def __init__(self) -> None:
        super().__init__()
        self._size = (0, 0)
        self._levels: list[QImage] = []

    def setPixels(self, pixels: Bytes | None, copies: tuple[Bytes, ...] = ()) -> None:
        """Show (H, W, 3) uint8, or nothing.

        copies : the result of `screen_copies`, if it has been computed already.
        """
        self.prepareGeometryChange()
        self._levels = []
        self._size = (0, 0)
        if pixels is None:
            return
        height, width = pixels.shape[:2]
        self._size = (width, height)
        for copy in copies or screen_copies(pixels):
            data = np.ascontiguousarray(copy)
            height, width = data.shape[:2]
            image = QImage(
                data.data, width, height, 3 * width, QImage.Format.Format_RGB888
            )
            self._levels.append(image.convertToFormat(QImage.Format.Format_RGB32))
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the rectangle of the whole picture."""
        return QRectF(0, 0, *self._size)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget
    ) -> None:
        """Draw the smallest copy that has a pixel for each one of the screen."""
        if not self._levels:
            return
        scale = abs(painter.deviceTransform().m11())
        shown_px = scale * self._size[0]
        fitting = [image for image in self._levels if image.width() >= shown_px]
        image = fitting[-1] if fitting else self._levels[0]
        enlarged = shown_px / image.width()
        smooth = enlarged < 4  # beyond that, single pixels are what one wants to see
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(self.boundingRect(), image)


class GridItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """Lines between patches, a shade over what the model does not see, padding."""

    def __init__(self) -> None:
        super().__init__()
        self._placement: Placement | None = None
        self._grid: PatchGrid | None = None
        self._shows_lines = True
        self._unseen_light = TINT_UNSEEN

    def setUnseenLight(self, share: float) -> None:
        """Set how much of the light is left outside of what the model sees, [0, 1]."""
        if share != self._unseen_light:
            self._unseen_light = share
            self.update()

    def setPlacement(self, placement: Placement | None, grid: PatchGrid | None) -> None:
        """Set where the model's input is on the picture; None draws nothing."""
        self.prepareGeometryChange()
        self._placement, self._grid = placement, grid
        self.update()

    def setShowsLines(self, shows: bool) -> None:
        """Set whether the lines between patches are drawn."""
        self._shows_lines = shows
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the rectangle of picture and model input together."""
        if self._placement is None:
            return QRectF()
        whole = QRectF(0, 0, *self._placement.source_size)
        return whole.united(qrect(self._placement.input_rect()))

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget
    ) -> None:
        """Draw the shade, the hatching and the lines."""
        if self._placement is None or self._grid is None:
            return
        picture = _path(QRectF(0, 0, *self._placement.source_size))
        seen = _path(qrect(self._placement.seen_rect()))
        whole = qrect(self._placement.input_rect())
        unseen = picture.subtracted(seen)
        padding = _path(whole).subtracted(picture)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, round(255 * (1 - self._unseen_light))))
        painter.drawPath(unseen)
        grey, alpha = HATCH
        hatch = QBrush(QColor(grey, grey, grey, alpha), Qt.BrushStyle.BDiagPattern)
        hatch.setTransform(painter.worldTransform().inverted()[0])
        painter.setBrush(hatch)
        for part in (unseen, padding):
            if not part.isEmpty():
                painter.drawPath(part)
        if self._shows_lines:
            self._paint_lines(painter, whole)

    def _paint_lines(self, painter: QPainter, whole: QRectF) -> None:
        assert self._grid is not None
        cell_px = painter.worldTransform().m11() * whole.width() / self._grid.cols
        strength = grid_strength(cell_px)
        if strength == 0:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        lines = []
        for col in range(self._grid.cols + 1):
            x = whole.left() + whole.width() * col / self._grid.cols
            lines.append(QLineF(x, whole.top(), x, whole.bottom()))
        for row in range(self._grid.rows + 1):
            y = whole.top() + whole.height() * row / self._grid.rows
            lines.append(QLineF(whole.left(), y, whole.right(), y))
        alpha = 84 if theme.presents() else GRID_ALPHA
        pen = QPen(QColor(255, 255, 255, round(alpha * strength)), 0)
        if theme.presents():
            pen.setWidthF(theme.drawn(1.0) * painter.device().devicePixelRatioF())
            pen.setCosmetic(True)
        painter.setPen(pen)
        # One call: between two, a running model may take the interpreter's lock.
        painter.drawLines(lines)


class RingItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """A ring around a patch, between dark and light lines, visible on any picture."""

    def __init__(
        self, colour: str, *, width_px: float = 3.0, dashed: bool = False
    ) -> None:
        super().__init__()
        self._rect = QRectF()
        self._colour = QColor(colour)
        self._width_px = width_px
        self._dashed = dashed

    def setColour(self, colour: str) -> None:
        """Use another colour between the dark and the light line."""
        if QColor(colour) != self._colour:
            self._colour = QColor(colour)
            self.update()

    def setCell(self, rect: QRectF | None) -> None:
        """Ring this rectangle of source pixels; None hides the ring."""
        new = QRectF() if rect is None else rect
        if new != self._rect:
            self.prepareGeometryChange()
            self._rect = new
            self.update()

    def boundingRect(self) -> QRectF:
        """Return the cell and a wide margin: the pen's width is in screen pixels."""
        if self._rect.isNull():
            return QRectF()
        margin = max(self._rect.width(), self._rect.height())
        return self._rect.adjusted(-margin, -margin, margin, margin)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget
    ) -> None:
        """Draw the ring: dark outside, light inside, the colour between."""
        if self._rect.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The width of a cosmetic pen is in device pixels.
        ratio = painter.device().devicePixelRatioF()
        width = theme.drawn(self._width_px)
        for colour, pen_width in (
            (QColor(0, 0, 0, 220), width + 3),
            (QColor(255, 255, 255, 235), width + 1),
            (self._colour, width - 0.5),
        ):
            pen = QPen(colour, pen_width * ratio)
            pen.setCosmetic(True)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            if self._dashed and colour is self._colour:
                pen.setDashPattern([3, 2])
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._rect)


def _path(rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(rect)
    return path


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
        """Return the number of cells that are shown."""
        return len(self._rects)

    def boundingRect(self) -> QRectF:
        """Return the rectangle of the whole model input."""
        return self._bounds

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget
    ) -> None:
        """Draw a light tint, a hatching of fixed width and a thin outline."""
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
