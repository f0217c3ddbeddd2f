"""Inset of the picture pane: small maps of the queries pinned beside, in its corner."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from vitviz.ui.base import theme
from vitviz.ui.widgets.map_image import map_image, paint_map
from vitviz.views.colour import Meaning
from vitviz.views.display import MapCell

# Side of a single map.
SIDE_PX = 120.0
# Side of a map where several share the corner.
SEVERAL_PX = 96.0
# Least side, and the most of the picture's height that a map takes.
LEAST_PX, INSET_SHARE = 16.0, 0.3
MARGIN_PX = 12
# Around a map, and above and below its label, with the maps' frames of 2 px.
INSET_PX, LABEL_GAP_PX = 6, 5


class Inset(QWidget):
    """Small maps over the parent's lower left corner; setters emit nothing.

    A click chooses the query of a map, with Shift to pin it no longer.
    """

    # Index of the map, and whether Shift is held.
    chosen = Signal(int, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._cells: tuple[MapCell, ...] = ()
        self._images: list[QImage] = []
        self._parent = parent
        self.setAccessibleName(self.tr("Maps of the queries pinned beside"))
        self.setToolTip(
            self.tr(
                "Maps of the queries pinned beside. A click makes a map's query that "
                "of the picture; Shift and a click unpin it."
            )
        )
        self.setMouseTracking(True)
        parent.installEventFilter(self)
        self.hide()

    def setCells(self, cells: tuple[MapCell, ...], colormap: str) -> None:
        """Show maps with their labels; none hides the inset."""
        self._cells = cells
        self._images = [map_image(cell, colormap) for cell in cells]
        if cells:
            self._place()
        self.setVisible(bool(cells))
        self.update()

    def cells(self) -> tuple[MapCell, ...]:
        """Return the maps that are shown."""
        return self._cells

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the parent is resized."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over what can be clicked."""
        shape = Qt.CursorShape
        is_map = self._index_at(event.position()) is not None
        self.setCursor(shape.PointingHandCursor if is_map else shape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep presses to itself, so that no patch below is chosen."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Emit `chosen` for the map under the pointer."""
        index = self._index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.chosen.emit(index, shift)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Do no more than a click: the picture below is not fitted."""
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the panel, maps, dashed frames and labels."""
        tone = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tone.panel))
        painter.setPen(QColor(tone.line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        dashed = QPen(QColor(Meaning.QUERY.value), 2)
        dashed.setDashPattern([3, 2])
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        for index, (cell, image) in enumerate(
            zip(self._cells, self._images, strict=True)
        ):
            box = self.mapRect(index)
            target = paint_map(painter, image, box)
            painter.setPen(dashed)
            painter.drawRect(target.adjusted(-1, -1, 1, 1))
            painter.setFont(theme.font("small"))
            painter.setPen(QColor(tone.text))
            below, end = self.labelRect(index), Qt.TextElideMode.ElideRight
            label = painter.fontMetrics().elidedText(
                cell.label, end, math.floor(below.width())
            )
            painter.drawText(below, flags, label)

    def mapRect(self, index: int) -> QRectF:
        """Return the rectangle of a map."""
        side = self._side()
        return QRectF(INSET_PX + index * self._pitch(), INSET_PX, side, side)

    def labelRect(self, index: int) -> QRectF:
        """Return the rectangle of a map's label, clear of the frames around it."""
        box = self.mapRect(index)
        top = box.bottom() + LABEL_GAP_PX
        width = self._pitch() - INSET_PX
        return QRectF(box.x(), top, width, self.height() - LABEL_GAP_PX - top)

    def _index_at(self, place: QPointF) -> int | None:
        """Return which map or label is at a place; None for none."""
        for index in range(len(self._cells)):
            if self.mapRect(index).united(self.labelRect(index)).contains(place):
                return index
        return None

    def _side(self) -> float:
        """Return the side of a map: smaller where several share the corner.

        In a small picture they take no more than its width, and a part of its height.
        """
        side = SIDE_PX if len(self._cells) < 2 else SEVERAL_PX
        return min(side, INSET_SHARE * self._parent.height(), self._room() - INSET_PX)

    def _room(self) -> float:
        """Return the width that there is for a map."""
        whole = self._parent.width() - 2 * MARGIN_PX - INSET_PX
        return max(whole / max(1, len(self._cells)), LEAST_PX + INSET_PX)

    def _pitch(self) -> float:
        """Return the distance from map to map: of a label, where it is wider."""
        metrics = QFontMetricsF(theme.font("small"))
        widest = max(
            (metrics.horizontalAdvance(c.label) for c in self._cells), default=0
        )
        wanted = max(self._side(), math.ceil(widest)) + INSET_PX
        return min(wanted, self._room())

    def _place(self) -> None:
        side, count = self._side(), max(1, len(self._cells))
        line = round(QFontMetricsF(theme.font("small")).height())
        width = count * self._pitch() + INSET_PX
        height = INSET_PX + side + LABEL_GAP_PX + line + LABEL_GAP_PX
        top = self._parent.height() - height - MARGIN_PX
        self.setGeometry(MARGIN_PX, round(top), round(width), round(height))
