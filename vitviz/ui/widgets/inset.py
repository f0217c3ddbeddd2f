"""The small heat map of a second query, in a corner of the picture."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from vitviz.ui import theme
from vitviz.ui.widgets.map_cells import map_image, paint_map
from vitviz.views.colour import Meaning
from vitviz.views.display import MapCell

SIDE_PX = 132
MARGIN_PX = 12


class Inset(QWidget):
    """Lies over its parent's lower left corner; the pointer goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._cell: MapCell | None = None
        self._image = QImage()
        self._parent = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Map of the second query"))
        parent.installEventFilter(self)
        self.hide()

    def setCell(self, cell: MapCell | None, colormap: str) -> None:
        """Show a map with its label, or nothing."""
        self._cell = cell
        if cell is None:
            self.hide()
            return
        self._image = map_image(cell, colormap)
        self._place()
        self.show()
        self.update()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Panel, map, dashed frame, label."""
        if self._cell is None:
            return
        tone = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tone.panel))
        painter.setPen(QColor(tone.line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        box = QRectF(6, 6, SIDE_PX - 12, SIDE_PX - 12)
        target = paint_map(painter, self._image, box)
        pen = QPen(QColor(Meaning.QUERY.value), 2)
        pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawRect(target.adjusted(-1, -1, 1, 1))
        painter.setFont(theme.font("small"))
        painter.setPen(QColor(tone.text))
        below = QRectF(6, SIDE_PX - 4, SIDE_PX - 12, self.height() - SIDE_PX)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(below, flags, self._cell.label)

    def _place(self) -> None:
        height = SIDE_PX + round(QFontMetricsF(theme.font("small")).height()) + 2
        top = self._parent.height() - height - MARGIN_PX
        self.setGeometry(MARGIN_PX, top, SIDE_PX, height)
