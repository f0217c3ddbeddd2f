"""Figures of who listens to whom: the arrows of a meeting, and its table of pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.ui.base import theme
from vitviz.ui.learn.text import Drawn
from vitviz.views.colour import Meaning

MEETING_LINES = 9.0


class Meeting(Drawn):
    """A drawing of two tables, n people and 2n, with n² arrows: also to oneself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people = 4
        self.setAccessibleName(self.tr("Meetings of n and of 2n people"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setPeople(self, count: int) -> None:
        """Set the number of people at the first table."""
        self._people = count
        self.setAccessibleDescription(
            f"{count}: {count**2}; {2 * count}: {4 * count**2}"
        )
        self.update()

    def people(self) -> int:
        """Return the number of people at the first table."""
        return self._people

    def sizeHint(self) -> QSize:
        """Return the size of two tables side by side."""
        return QSize(300, round(self.lines(MEETING_LINES)))

    def minimumSizeHint(self) -> QSize:
        """Return a narrower size of the same height."""
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw tables, arrows and counts."""
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
        # outside the seats there is space for the arrows to oneself
        radius = (area.height() - 1.6 * line) / 2 - 3 * size
        middle = QPointF(area.center().x(), area.top() + radius + 3 * size)
        angles = [2 * math.pi * seat / count for seat in range(count)]
        seats = [
            middle + QPointF(radius * math.sin(angle), -radius * math.cos(angle))
            for angle in angles
        ]
        faint = QColor(tone.faint)
        faint.setAlphaF(max(0.25, 0.8 - 0.03 * count))
        painter.setPen(QPen(faint, theme.drawn(1.0)))
        for path in arrows(seats, middle, size):
            painter.drawPath(path)
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


# How far an arrow bends to its side, as a share of its length, so that there and back
# are two.
BEND = 0.07


def arrows(
    seats: Sequence[QPointF], middle: QPointF, seat_px: float
) -> list[QPainterPath]:
    """Return an arrow from each seat to each, itself included: n² for n seats.

    middle : of the table.
    seat_px : radius of a seat, at whose rim an arrow ends.
    """
    return [
        _loop(one, middle, seat_px) if one is other else _arrow(one, other, seat_px)
        for one in seats
        for other in seats
    ]


def _arrow(start: QPointF, end: QPointF, seat_px: float) -> QPainterPath:
    """Return a slightly bent arrow."""
    way = end - start
    end = end - way * (seat_px / (math.hypot(way.x(), way.y()) or 1.0))
    aside = QPointF(-way.y(), way.x()) * BEND
    path = QPainterPath(start)
    path.quadTo((start + end) / 2 + aside, end)
    _add_head(path, end, way - aside * 2, 1.2 * seat_px)
    return path


def _loop(seat: QPointF, middle: QPointF, seat_px: float) -> QPainterPath:
    """Return an arrow that leaves a seat outwards and comes back to it."""
    out = seat - middle
    length = math.hypot(out.x(), out.y()) or 1.0
    out = out * (seat_px / length)
    aside = QPointF(-out.y(), out.x())
    end = seat + (out - aside) * 0.7
    path = QPainterPath(seat)
    path.cubicTo(seat + out * 3.4 + aside * 2.6, seat + out * 3.4 - aside * 2.6, end)
    _add_head(path, end, aside - out, seat_px)
    return path


def _add_head(path: QPainterPath, tip: QPointF, way: QPointF, size_px: float) -> None:
    """Add the two strokes of an arrow's head, and end at the tip."""
    length = math.hypot(way.x(), way.y()) or 1.0
    back = way * (size_px / length)
    aside = QPointF(-back.y(), back.x()) * 0.5
    for side in (aside, -aside):
        path.moveTo(tip - back + side)
        path.lineTo(tip)


TABLE_LINES, TABLE_LINES_ON_SLIDE = 16.0, 8.0


class PairTable(Drawn):
    """A table of n × n cells, filled row by row; the diagonal has its own colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people, self._filled = 4, 0
        self.setAccessibleName(self.tr("Table of who listens to whom"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setPeople(self, count: int) -> None:
        """Set the number of rows and columns."""
        self._people = count
        self.update()

    def setFilled(self, cells: int) -> None:
        """Set how many cells are filled."""
        self._filled = cells
        self.setAccessibleDescription(f"{cells}/{self._people**2}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the table with a caption."""
        return QSize(
            300,
            round(
                self.lines(TABLE_LINES_ON_SLIDE if theme.presents() else TABLE_LINES)
            ),
        )

    def minimumSizeHint(self) -> QSize:
        """Return a narrower size of the same height."""
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw cells, and how many are filled."""
        painter = QPainter(self)
        tone = theme.colours()
        line = theme.line_px("small")
        side = min(self.height() - 1.5 * line, self.width() * 0.6)
        cell = side / self._people
        left = (self.width() - side) / 2
        painter.setPen(QPen(QColor(tone.line), 1))
        for index in range(self._people**2):
            row, column = divmod(index, self._people)
            place = QRectF(left + column * cell, row * cell, cell, cell)
            meaning = Meaning.QUERY if row == column else Meaning.KEY
            if index < self._filled:
                painter.fillRect(place.adjusted(1, 1, -1, -1), QColor(meaning.value))
            painter.drawRect(place)
        painter.setFont(theme.font("small"))
        painter.setPen(QColor(tone.text))
        text = self.tr("{n} of {people} × {people} = {pairs}").format(
            n=self._filled, people=self._people, pairs=self._people**2
        )
        below = QRectF(0, side + 2, self.width(), 1.4 * line)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
