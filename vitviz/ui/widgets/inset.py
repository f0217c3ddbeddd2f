"""Small heat maps of queries pinned beside, in a corner of the picture."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from vitviz.ui import theme
from vitviz.ui.widgets.map_cells import map_image, paint_map
from vitviz.views.colour import Meaning
from vitviz.views.display import MapCell

SIDE_PX = 120.0
SEVERAL_PX = 96.0
MARGIN_PX = 12


class Inset(QWidget):
    """Lies over its parent's lower left corner; the pointer goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._cells: tuple[MapCell, ...] = ()
        self._images: list[QImage] = []
        self._parent = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Maps of the queries pinned beside"))
        parent.installEventFilter(self)
        self.hide()

    def setCells(self, cells: tuple[MapCell, ...], colormap: str) -> None:
        """Show maps with their labels, or nothing."""
        self._cells = cells
        self._images = [map_image(cell, colormap) for cell in cells]
        if cells:
            self._place()
        self.setVisible(bool(cells))
        self.update()

    def cells(self) -> tuple[MapCell, ...]:
        """What is shown."""
        return self._cells

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Panel, maps, dashed frames, labels."""
        tone = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tone.panel))
        painter.setPen(QColor(tone.line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        dashed = QPen(QColor(Meaning.QUERY.value), 2)
        dashed.setDashPattern([3, 2])
        side = self._side()
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        for index, (cell, image) in enumerate(
            zip(self._cells, self._images, strict=True)
        ):
            left = 6 + index * (side + 6)
            box = QRectF(left, 6, side, side)
            target = paint_map(painter, image, box)
            painter.setPen(dashed)
            painter.drawRect(target.adjusted(-1, -1, 1, 1))
            painter.setFont(theme.font("small"))
            painter.setPen(QColor(tone.text))
            below = QRectF(left, side + 8, side, self.height() - side - 10)
            painter.drawText(below, flags, cell.label)

    def _side(self) -> float:
        """Of a map: smaller where several share the corner."""
        return SIDE_PX if len(self._cells) < 2 else SEVERAL_PX

    def _place(self) -> None:
        side, count = self._side(), max(1, len(self._cells))
        line = round(QFontMetricsF(theme.font("small")).height())
        width, height = count * (side + 6) + 6, side + line + 10
        top = self._parent.height() - height - MARGIN_PX
        self.setGeometry(MARGIN_PX, round(top), round(width), round(height))
