"""Bar charts of vectors, one below the other, so that equal indices line up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.ui.base import theme
from vitviz.ui.base.contrast import readable
from vitviz.ui.learn.text import Drawn
from vitviz.views.colour import Array, Meaning

# Height of a vector, in lines of text; less on a slide, which shows more at once.
ROW_LINES, ROW_LINES_ON_SLIDE = 2.6, 1.95
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """One row of bars, with a name and a note."""

    name: str
    # (D,); values that are not finite are left out.
    values: Array
    meaning: Meaning | None = None
    # Text at the right, such as the sum.
    note: str = ""
    # Value of a bar of full height; None: the row's own largest.
    top: float | None = None


class BarsView(Drawn):
    """Rows of bars that share their columns; pointer or arrow keys choose a column.

    Bars of a row are scaled to its own largest number unless `Vector.top` is set. Up is
    positive; without negative numbers the axis is at the bottom.
    """

    # The column under the pointer, or -1.
    columnChanged = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._vectors: tuple[Vector, ...] = ()
        self._column = -1
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setVectors(self, vectors: Sequence[Vector]) -> None:
        """Show other vectors."""
        count = len(self._vectors)
        self._vectors = tuple(vectors)
        if self._column >= self._width():
            self._set_column(-1)
        if len(self._vectors) != count:
            self.updateGeometry()
        self.setAccessibleDescription(
            "; ".join(f"{v.name} {v.note}".strip() for v in self._vectors)
        )
        self.update()

    def vectors(self) -> tuple[Vector, ...]:
        """Return the vectors that are shown."""
        return self._vectors

    def column(self) -> int:
        """Return the column that is pointed at, or -1."""
        return self._column

    def sizeHint(self) -> QSize:
        """Return a size with space for every row."""
        return QSize(300, round(max(1, len(self._vectors)) * self._row_height()) + 2)

    def minimumSizeHint(self) -> QSize:
        """Return a narrower size of the same height."""
        return QSize(160, self.sizeHint().height())

    def columnX(self, column: int) -> float:
        """Return the middle of a column, in px."""
        left, width = self._plot()
        return left + (column + 0.5) * width / max(1, self._width())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw names, bars, notes and the column that is pointed at."""
        painter = QPainter(self)
        tone = theme.colours()
        if 0 <= self._column < self._width():
            _, width = self._plot()
            band = QColor(tone.text)
            band.setAlphaF(0.12)
            wide = max(width / self._width(), 3.0)
            middle = self.columnX(self._column)
            painter.fillRect(QRectF(middle - wide / 2, 0, wide, self.height()), band)
        for index, vector in enumerate(self._vectors):
            self._paint_row(painter, index, vector)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tone.line), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_row(self, painter: QPainter, index: int, vector: Vector) -> None:
        tone = theme.colours()
        top = index * self._row_height()
        height = self._row_height()
        meaning = vector.meaning
        colour = QColor(tone.text) if meaning is None else readable(meaning)
        font = theme.font("small")
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(colour)
        left, width = self._plot()
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            QRectF(2, top, left - 6, height),
            middle | Qt.AlignmentFlag.AlignLeft,
            vector.name,
        )
        painter.setFont(theme.font("small"))
        painter.setPen(QColor(tone.text))
        painter.drawText(
            QRectF(left + width + 6, top, self.width() - left - width - 8, height),
            middle | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap,
            vector.note,
        )
        plot = QRectF(left, top + 3, width, height - 6)
        painter.setPen(QPen(QColor(tone.line), 1))
        values = vector.values
        finite = values[np.isfinite(values)]
        is_signed = bool(len(finite)) and float(finite.min()) < 0
        axis = plot.center().y() if is_signed else plot.bottom()
        painter.drawLine(QPointF(left, axis), QPointF(left + width, axis))
        largest = float(np.abs(finite).max()) if len(finite) else 0.0
        if vector.top is not None:
            largest = vector.top
        if largest <= 0:
            return
        step = width / len(values)
        gap = 1.0 if step >= 4 else 0.0
        fill = QColor(tone.faint) if meaning is None else QColor(meaning.value)
        room = plot.height() / 2 if is_signed else plot.height()
        for column, value in enumerate(values):
            if not np.isfinite(value):
                continue
            tall = float(value) / largest * room
            bar = QRectF(
                left + column * step, axis - max(tall, 0.0), step - gap, abs(tall)
            )
            painter.fillRect(bar, fill)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose the column under the pointer."""
        left, width = self._plot()
        share = (event.position().x() - left) / max(width, 1)
        inside = 0 <= share < 1
        self._set_column(int(share * self._width()) if inside else -1)

    def leaveEvent(self, _event: QEvent) -> None:
        """Choose no column."""
        self._set_column(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move to another column with Left and Right."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self._width():
            super().keyPressEvent(event)
            return
        # from no column, Right goes to the first and Left to the last
        now = self._column if self._column >= 0 else (-1 if step > 0 else 0)
        self._set_column((now + step) % self._width())

    def _set_column(self, column: int) -> None:
        if column != self._column:
            self._column = column
            self.update()
            self.columnChanged.emit(column)

    def _width(self) -> int:
        return len(self._vectors[0].values) if self._vectors else 0

    def _row_height(self) -> float:
        lines = ROW_LINES_ON_SLIDE if theme.presents() else ROW_LINES
        return self.lines(lines)

    def _plot(self) -> tuple[float, float]:
        """Return (left, width) of the bars, in px."""
        font = theme.font("small")
        bold = theme.font("small")
        bold.setBold(True)
        names = [QFontMetricsF(bold).horizontalAdvance(v.name) for v in self._vectors]
        notes = [
            max(map(QFontMetricsF(font).horizontalAdvance, v.note.split("\n")))
            for v in self._vectors
            if v.note
        ]
        left = max(names, default=0.0) + 10
        right = max(notes, default=0.0) + 12 if notes else 2
        return left, max(40.0, self.width() - left - right)
