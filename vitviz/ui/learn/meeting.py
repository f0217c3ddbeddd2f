"""Self-attention as a meeting: everyone listens to everyone, so pairs explode."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.ui import theme
from vitviz.ui.learn.words import Drawn
from vitviz.views.colour import Meaning

HEIGHT_LINES = 9.0


class Meeting(Drawn):
    """Two tables: n people, and twice as many; a line for each pair."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people = 4
        self.setAccessibleName(self.tr("Meetings of n and of 2n people"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setPeople(self, count: int) -> None:
        """How many sit at the first table."""
        self._people = count
        self.setAccessibleDescription(
            f"{count}: {count**2}; {2 * count}: {4 * count**2}"
        )
        self.update()

    def people(self) -> int:
        """How many sit at the first table."""
        return self._people

    def sizeHint(self) -> QSize:
        """Two tables side by side."""
        return QSize(300, round(self.lines(HEIGHT_LINES)))

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Tables, lines, counts."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = self.width() / 2
        for index, count in enumerate((self._people, 2 * self._people)):
            self._paint_table(
                painter, QRectF(index * half, 0, half, self.height()), count
            )

    def _paint_table(self, painter: QPainter, area: QRectF, count: int) -> None:
        tone = theme.colours()
        font = theme.font("small")
        line = theme.line_px("small")
        size = max(3.0, 0.32 * line)
        radius = (area.height() - 1.6 * line) / 2 - size
        middle = QPointF(area.center().x(), area.top() + radius + size)
        angles = [2 * math.pi * seat / count for seat in range(count)]
        seats = [
            middle + QPointF(radius * math.sin(angle), -radius * math.cos(angle))
            for angle in angles
        ]
        faint = QColor(tone.faint)
        faint.setAlphaF(max(0.25, 0.8 - 0.03 * count))
        painter.setPen(QPen(faint, theme.drawn(1.0)))
        for one in range(count):
            for other in range(one):
                painter.drawLine(seats[one], seats[other])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(Meaning.QUERY.value))
        for seat in seats:
            painter.drawEllipse(seat, size, size)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(font)
        painter.setPen(QColor(tone.text))
        below = QRectF(area.left(), area.bottom() - 1.4 * line, area.width(), line)
        text = self.tr("{n} people: {n} × {n} = {pairs}").format(
            n=count, pairs=count**2
        )
        if QFontMetricsF(font).horizontalAdvance(text) > below.width():
            text = self.tr("{n} × {n} = {pairs}").format(n=count, pairs=count**2)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
        painter.drawText(below, int(flags), text)
