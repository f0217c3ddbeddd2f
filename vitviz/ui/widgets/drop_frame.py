"""Frame over the window while something that can be opened is dragged over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from vitviz.ui.base import theme

FRAME_PX = 3


class DropFrame(QWidget):
    """A frame with a word in its middle, transparent to the mouse."""

    def __init__(self, area: QWidget) -> None:
        super().__init__(area)
        self._area = area
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Drop to open"))
        self.hide()

    def cover(self) -> None:
        """Show the frame over the whole area."""
        self.setGeometry(self._area.rect())
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame, and the word on a panel."""
        tone, painter = theme.colours(), QPainter(self)
        pen = QPen(QColor(tone.accent), 2 * FRAME_PX)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(self.rect())
        font = theme.font("title")
        metrics = QFontMetricsF(font)
        word = self.tr("Drop to open")
        size = metrics.horizontalAdvance(word) + 32, metrics.height() + 16
        box = QRectF(0, 0, *size)
        box.moveCenter(QRectF(self.rect()).center())
        painter.fillRect(box, QColor(tone.accent))
        painter.setFont(font)
        painter.setPen(QColor(tone.accent_text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
