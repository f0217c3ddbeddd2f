"""Figures of chapter 3: a city on two sheets, two scratches, a square to drag."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.ui.base import theme
from vitviz.ui.learn.text import Drawn
from vitviz.views.colour import Meaning

SHEET_LINES, SHEET_LINES_ON_SLIDE = 11.0, 7.0
# What the sheet of large scale shows of the city, as shares of its side.
PART = QRectF(0.52, 0.3, 0.25, 0.25)
Line = tuple[tuple[float, float], tuple[float, float]]
# Ends of main streets, and of alleys in the part, as shares of the city's side.
STREETS: tuple[Line, ...] = (
    ((0.0, 0.18), (1.0, 0.36)),
    ((0.0, 0.72), (1.0, 0.52)),
    ((0.2, 0.0), (0.32, 1.0)),
    ((0.62, 0.0), (0.7, 1.0)),
    ((0.9, 0.0), (0.46, 1.0)),
)
ALLEYS: tuple[Line, ...] = tuple(
    ((0.5 + 0.03 * n, 0.27), (0.53 + 0.03 * n, 0.58)) for n in range(10)
) + tuple(((0.5, 0.29 + 0.045 * n), (0.8, 0.31 + 0.04 * n)) for n in range(6))
RIVER = ((-0.05, 0.95), (0.2, 0.62), (0.45, 0.84), (0.7, 0.66), (1.05, 0.9))
PAPER, WATER, ROAD, EDGE = "#F2EFE6", "#8FB8DE", "#FFFFFF", "#B9B2A2"
# At this patch size and below, the sheet of large scale is the one it is like.
LARGE_SCALE_TO = 14
# Patch sizes that stand below a sheet that is not framed.
SMALLEST, LARGEST = 8, 32


class Sheets(Drawn):
    """The same city on a sheet of small and on one of large scale, one of them framed.

    Drawn by hand from a few lines: no city that there is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._patch = 16
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("A city on two maps of different scale"))

    def setPatch(self, patch: int) -> None:
        """Frame the sheet that patches of this size are like."""
        self._patch = patch
        self.setAccessibleDescription(
            self.tr("large scale") if self.isLarge() else self.tr("small scale")
        )
        self.update()

    def isLarge(self) -> bool:
        """Return whether the sheet of large scale is framed."""
        return self._patch <= LARGE_SCALE_TO

    def sizeHint(self) -> QSize:
        """Return the size of two sheets with captions."""
        lines = SHEET_LINES_ON_SLIDE if theme.presents() else SHEET_LINES
        return QSize(300, round(self.lines(lines)))

    def minimumSizeHint(self) -> QSize:
        """Return a narrower size of the same height."""
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both sheets, the frame, and the captions."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = theme.line_px("small")
        side = min(self.height() - 1.3 * line, self.width() / 2 - 8)
        for index, (part, name) in enumerate(
            (
                (QRectF(0, 0, 1, 1), self.tr("small scale: patch {n}")),
                (PART, self.tr("large scale: patch {n}")),
            )
        ):
            left = index * self.width() / 2 + (self.width() / 2 - side) / 2
            place = QRectF(left, 2, side, side - 4)
            self._paint_sheet(painter, place, part, is_large=index == 1)
            is_framed = self.isLarge() == (index == 1)
            tone = theme.colours()
            colour = Meaning.QUERY.value if is_framed else tone.line
            painter.setPen(QPen(QColor(colour), theme.drawn(3 if is_framed else 1)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place)
            font = theme.font("small")
            font.setBold(is_framed)
            painter.setFont(font)
            painter.setPen(QColor(tone.text if is_framed else tone.faint))
            below = QRectF(index * self.width() / 2, side + 2, self.width() / 2, line)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
            # the framed one is like the patches of the model that runs
            size = self._patch if is_framed else (SMALLEST if index else LARGEST)
            text = name.format(n=size)
            if QFontMetricsF(font).horizontalAdvance(text) > below.width():
                text = self.tr("patch {n}").format(n=size)
            painter.drawText(below, int(flags), text)

    def _paint_sheet(
        self, painter: QPainter, place: QRectF, part: QRectF, *, is_large: bool
    ) -> None:
        def at(point: tuple[float, float]) -> QPointF:
            x = (point[0] - part.x()) / part.width()
            y = (point[1] - part.y()) / part.height()
            return QPointF(
                place.x() + x * place.width(), place.y() + y * place.height()
            )

        painter.save()
        painter.setClipRect(place)
        painter.fillRect(place, QColor(PAPER))
        unit = place.width() / 100
        painter.setPen(QPen(QColor(WATER), (22 if is_large else 6) * unit))
        painter.drawPolyline([at(point) for point in RIVER])
        widths: list[tuple[tuple[Line, ...], float]]
        widths = [(STREETS, 9 if is_large else 2.4)]
        if is_large:  # no alley is left on a map of small scale
            widths.insert(0, (ALLEYS, 3.0))
        for colour, more in ((EDGE, 1.2), (ROAD, 0.0)):
            for lines, width in widths:
                painter.setPen(QPen(QColor(colour), (width + more) * unit))
                for start, end in lines:
                    painter.drawLine(at(start), at(end))
        if not is_large:
            painter.setPen(QPen(QColor(Meaning.WARNING.value), theme.drawn(1.5)))
            corners = at((PART.left(), PART.top())), at((PART.right(), PART.bottom()))
            painter.drawRect(QRectF(*corners))
        painter.restore()


# A plate of so many pixels a side, with two scratches at these columns.
PLATE = 112
SCRATCHES = (34, 43)
PLATE_LINES, PLATE_LINES_ON_SLIDE = 11.0, 5.6


def share_a_patch(patch: int) -> bool:
    """Return whether both scratches fall into the same column of patches."""
    first, second = SCRATCHES
    return first // patch == second // patch


class Plate(Drawn):
    """A plate with two scratches, cut into patches; those with a scratch are framed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._patch: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("A plate with two scratches"))

    def setPatch(self, patch: int | None) -> None:
        """Cut it into patches of this size; None: not yet."""
        self._patch = patch
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the plate."""
        lines = PLATE_LINES_ON_SLIDE if theme.presents() else PLATE_LINES
        return QSize(300, round(self.lines(lines)))

    def minimumSizeHint(self) -> QSize:
        """Return a narrower size of the same height."""
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the plate, its patches and the scratches."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.height(), self.width()) - 4
        painter.translate((self.width() - side) / 2, 2)
        painter.scale(side / PLATE, side / PLATE)
        painter.fillRect(QRectF(0, 0, PLATE, PLATE), QColor("#8A8F98"))
        for column in SCRATCHES:
            painter.setPen(QPen(QColor("#23262B"), 1.2))
            painter.drawLine(QPointF(column + 0.5, 12), QPointF(column + 0.5, 76))
        patch = self._patch
        if patch is None:
            return
        count = math.ceil(PLATE / patch)
        held = {column // patch for column in SCRATCHES}
        rows = range(12 // patch, 76 // patch + 1)
        thin = QPen(QColor(255, 255, 255, 110), 0.5)
        strong = QPen(QColor(Meaning.QUERY.value), 1.4)
        for pen, wants_held in ((thin, False), (strong, True)):
            painter.setPen(pen)
            for row in range(count):
                for column in range(count):
                    if (column in held and row in rows) == wants_held:
                        cell = QRectF(column * patch, row * patch, patch, patch)
                        painter.drawRect(cell.intersected(QRectF(0, 0, PLATE, PLATE)))


class Square(QWidget):
    """An overlay of the picture on which a square is dragged; hidden at first."""

    # Side of the square, in px of the model's input.
    sized = Signal(float)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._scale = 1.0
        self._start: QPointF | None = None
        self._square = QRectF()
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Drag a square over a detail"))
        over.installEventFilter(self)
        self.hide()

    def setScale(self, px: float) -> None:
        """Set how many px of this widget a px of the model's input is."""
        self._scale = px

    def square(self) -> QRectF:
        """Return the square, in px of this widget; empty before the first."""
        return self._square

    def clear(self) -> None:
        """Remove the square."""
        self._start, self._square = None, QRectF()
        self.update()

    def showOver(self, is_shown: bool) -> None:
        """Show it over the whole picture pane, or hide it."""
        self.setGeometry(self._over.rect())
        self.setVisible(is_shown)
        if is_shown:
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the size of the picture pane."""
        if event.type() == QEvent.Type.Resize and watched is self._over:
            self.setGeometry(self._over.rect())
            self.clear()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a square."""
        self._start = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the square as far as the pointer."""
        if self._start is None:
            return
        way = event.position() - self._start
        side = max(abs(way.x()), abs(way.y()))
        left = self._start.x() - (side if way.x() < 0 else 0)
        top = self._start.y() - (side if way.y() < 0 else 0)
        self._square = QRectF(left, top, side, side)
        self.update()
        if side >= 1:
            self.sized.emit(side / self._scale)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Leave the square where it is."""
        self._start = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the square."""
        if self._square.isEmpty():
            return
        painter = QPainter(self)
        for colour, width in (
            (QColor(0, 0, 0, 220), 4.0),
            (QColor(Meaning.QUERY.value), 2.0),
        ):
            painter.setPen(QPen(colour, theme.drawn(width)))
            painter.drawRect(self._square)
