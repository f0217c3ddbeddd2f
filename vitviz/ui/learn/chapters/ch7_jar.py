"""Figure of chapter 7: a jar that holds exactly 1, and what is poured into it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.ui.base import theme
from vitviz.ui.learn.text import Drawn
from vitviz.views.colour import Meaning

JAR_LINES, JAR_LINES_ON_SLIDE = 8.0, 5.5
# The jar's height as a share of the figure's: above it, what overflows is seen.
JAR_SHARE = 0.62
# A sum that differs from 1 by less counts as 1.
SAME = 5e-4


class Jar(Drawn):
    """A jar filled with a sum: full at 1, overflowing above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sum: float | None = None
        self.setAccessibleName(self.tr("The sum of the query's weights, in a jar of 1"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def setSum(self, value: float | None) -> None:
        """Set what is in the jar; None: nothing is known."""
        self._sum = value
        self.setAccessibleDescription("" if value is None else f"{value:.3f}")
        self.update()

    def overflows(self) -> bool:
        """Return whether more is poured in than the jar holds."""
        return self._sum is not None and self._sum > 1 + SAME

    def sizeHint(self) -> QSize:
        """Return the size of the jar with a number below."""
        lines = JAR_LINES_ON_SLIDE if theme.presents() else JAR_LINES
        high = round(self.lines(lines))
        return QSize(round(0.9 * high), high)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the jar, what is in it, and what runs over."""
        if self._sum is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone, line = theme.colours(), theme.line_px("small")
        bottom = self.height() - 1.3 * line
        high, wide = JAR_SHARE * bottom, 0.4 * self.width()
        jar = QRectF((self.width() - wide) / 2, bottom - high, wide, high)
        is_full = abs(self._sum - 1) < SAME
        colour = QColor(Meaning.VALUE.value if is_full else Meaning.WARNING.value)
        level = high * min(self._sum, 1.0)
        painter.fillRect(QRectF(jar.left(), bottom - level, wide, level), colour)
        if self.overflows():
            # as much runs over as fits above the jar
            rise = min(self._sum - 1, 1 / JAR_SHARE - 1) * high * 0.8
            heap = QRectF(jar.left() - 4, jar.top() - rise, wide + 8, 2 * rise)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawChord(heap, 0, 180 * 16)
            for left in (jar.left() - 8, jar.right() + 2):
                painter.drawRoundedRect(QRectF(left, jar.top(), 6, high * 0.7), 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tone.text), theme.drawn(2)))
        painter.drawPolyline(
            [jar.topLeft(), jar.bottomLeft(), jar.bottomRight(), jar.topRight()]
        )
        font = theme.font("small")
        font.setBold(True)
        painter.setFont(font)
        below = QRectF(0, bottom + 2, self.width(), 1.2 * line)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"{self._sum:.3f}")
