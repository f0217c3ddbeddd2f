"""Grid of small pictures or coloured cells, such as layers × heads."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from vitviz.ui.base import theme
from vitviz.ui.base.contrast import ink_on
from vitviz.ui.widgets.map_image import paint_map

MARGIN_PX = 12.0
# Where cells are narrower than this, only every second, third … column is labelled.
LEAST_LABEL_PX = 14.0
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class GridLabels:
    """Labels of rows and columns, or captions below every cell."""

    rows: tuple[str, ...] = ()
    cols: tuple[str, ...] = ()
    # Captions by row and column; empty for none.
    cells: tuple[tuple[str, ...], ...] = ()


class CellGrid(QWidget):
    """A grid of cells, chosen by click or arrow keys; setters emit nothing."""

    # (row, column).
    chosen = Signal(int, int)
    # A click on a column's label, and on a row's.
    columnChosen = Signal(int)
    rowChosen = Signal(int)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: Place = (0, 0)
        self._labels = GridLabels()
        self._images: dict[Place, QImage] = {}
        self._texts: dict[Place, str] = {}
        self._current: frozenset[Place] = frozenset()
        self._hovered: Place | None = None
        self._count: int | None = None
        self._tip: Callable[[int, int], str] = _no_tip
        self.setMinimumSize(160, 100)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        """Return a size with space for a dozen rows."""
        return QSize(440, 300)

    def setShape(
        self, rows: int, cols: int, labels: GridLabels, *, count: int | None = None
    ) -> None:
        """Set the numbers of rows and columns, and empty all cells.

        count : number of cells, where the last row is not full.
        """
        self._shape, self._labels, self._count = (rows, cols), labels, count
        self._images.clear()
        self._texts.clear()
        self._hovered = None
        self.update()

    def setImage(self, row: int, col: int, image: QImage) -> None:
        """Set the picture of one cell."""
        self._images[row, col] = image
        self.update()

    def setText(self, row: int, col: int, text: str) -> None:
        """Set the number in a cell of one colour; drawn where all of them fit."""
        self._texts[row, col] = text
        self.update()

    def setCurrent(self, places: frozenset[Place]) -> None:
        """Frame the cells on screen."""
        if places != self._current:
            self._current = places
            self.update()

    def setTip(self, tip: Callable[[int, int], str]) -> None:
        """Set the function that returns the tooltip of a cell (row, column)."""
        self._tip = tip

    def shape(self) -> Place:
        """Return (rows, columns)."""
        return self._shape

    def text(self, row: int, col: int) -> str:
        """Return the number of a cell; "" for none."""
        return self._texts.get((row, col), "")

    def current(self) -> frozenset[Place]:
        """Return the cells that are framed."""
        return self._current

    def image(self, row: int, col: int) -> QImage | None:
        """Return the picture of a cell; None for none."""
        return self._images.get((row, col))

    def bestColumns(self, count: int) -> int:
        """Return the columns at which `count` captioned squares are largest."""
        line = QFontMetricsF(theme.font("small")).height()
        room, height = self.width() - 2 * MARGIN_PX, self.height() - 12
        best = (0.0, 1)
        for cols in range(1, count + 1):
            rows = math.ceil(count / cols)
            side = min(room / cols - 4, height / rows - 4 - line)
            best = max(best, (side, cols))
        return best[1]

    def sideOf(self, rows: int, cols: int) -> float:
        """Return about how large squares in so many labelled rows and columns are."""
        line = QFontMetricsF(theme.font("small")).height()
        room = self.width() - 2 * MARGIN_PX - line
        height = self.height() - line - 16
        return min(room / max(cols, 1), height / max(rows, 1)) - 4

    def cellRect(self, row: int, col: int) -> QRectF:
        """Return the rectangle of a cell's picture."""
        left, top, wide, high, gap, caption = self._layout()
        x = left + col * (wide + gap)
        y = top + row * (high + gap + caption)
        return QRectF(x, y, wide, high)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw labels, pictures and frames."""
        painter = QPainter(self)
        tone = theme.colours()
        painter.fillRect(self.rect(), QColor(tone.panel))
        if not self._shape[0]:
            return
        painter.setFont(theme.font("small"))
        self._paint_labels(painter)
        surround = QColor(tone.surround)
        shows_texts = self.showsTexts()
        for row, col in self._places():
            rect = self.cellRect(row, col)
            image = self._images.get((row, col))
            if image is None:
                painter.fillRect(rect, surround)
            elif image.width() == image.height() == 1:
                ground = image.pixelColor(0, 0)
                painter.fillRect(rect, ground)
                if shows_texts and (row, col) in self._texts:
                    painter.setPen(ink_on(ground))
                    text = self._texts[row, col]
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
            else:
                paint_map(painter, image, rect)
        for rect, colour, width in self._frames():
            pen = QPen(QColor(colour), width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            half = width / 2 + 0.5
            painter.drawRect(rect.adjusted(-half, -half, half, half))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer, or the column whose label is there."""
        place = self._place_at(event.position().x(), event.position().y())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if place is not None:
            self.chosen.emit(*place)
        elif self._shape[0] and event.position().y() < self._layout()[1]:
            for col in range(self._shape[1]):
                rect = self.cellRect(0, col)
                if rect.left() <= event.position().x() <= rect.right():
                    self.columnChosen.emit(col)
        elif self._shape[0] and event.position().x() < self._layout()[0]:
            for row in range(self._shape[0]):
                rect = self.cellRect(row, 0)
                if rect.top() <= event.position().y() <= rect.bottom():
                    self.rowChosen.emit(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Emit `resized`."""
        super().resizeEvent(event)
        self.resized.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline the cell under the pointer."""
        place = self._place_at(event.position().x(), event.position().y())
        if place != self._hovered:
            self._hovered = place
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        """Remove the outline."""
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice with the arrow keys."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self._shape[0]:
            super().keyPressEvent(event)
            return
        row, col = min(self._current, default=(0, 0))
        place = (row + step[0], col + step[1])
        if place in set(self._places()):
            self.chosen.emit(*place)

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of the cell under the pointer."""
        if isinstance(event, QHelpEvent):
            place = self._place_at(event.pos().x(), event.pos().y())
            if place is not None:
                QToolTip.showText(event.globalPos(), self._tip(*place), self)
                return True
        return super().event(event)

    def _paint_labels(self, painter: QPainter) -> None:
        tone = theme.colours()
        painter.setPen(QColor(tone.faint))
        _, top, wide, high, gap, caption = self._layout()
        metrics = QFontMetricsF(painter.font())
        line = metrics.height()
        centre = Qt.AlignmentFlag.AlignCenter
        every_row = max(1, math.ceil(line / (high + gap + caption)))
        for row, text in enumerate(self._labels.rows):
            if row % every_row == 0:
                rect = self.cellRect(row, 0)
                box = QRectF(MARGIN_PX, rect.y(), self._row_label_width(), high)
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                middle = box.center().y()
                box.setTop(middle - line / 2)
                box.setHeight(line)
                painter.drawText(box, right, text)
        every_col = max(1, math.ceil(LEAST_LABEL_PX / (wide + gap)))
        for col, text in enumerate(self._labels.cols):
            if col % every_col == 0:
                rect = self.cellRect(0, col)
                box = QRectF(rect.center().x() - 40, top - line - 2, 80, line)
                painter.drawText(box, centre, text)
        for row, texts in enumerate(self._labels.cells if caption else ()):
            for col, text in enumerate(texts):
                rect = self.cellRect(row, col)
                box = QRectF(rect.x() - gap, rect.bottom(), wide + 2 * gap, caption)
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide + 4)
                painter.drawText(box, centre, shown)

    def _frames(self) -> list[tuple[QRectF, str, float]]:
        """Return (rectangle, colour, width) of the frames, the hovered cell's first."""
        tone = theme.colours()
        places = set(self._places())
        frames = []
        if self._hovered in places and self._hovered is not None:
            frames.append((self.cellRect(*self._hovered), tone.faint, 1.0))
        current = self._current & places
        column = {(row, col) for row, col in places if (0, col) in current}
        line = {(row, col) for row, col in places if (row, 0) in current}
        if len(current) > 1 and current in (column, line):
            rows = sorted(current)  # a whole column or row has one frame
            whole = self.cellRect(*rows[0]).united(self.cellRect(*rows[-1]))
            return [*frames, (whole, tone.text, 2.0)]
        width = 2.0 if len(current) == 1 else 1.0
        return frames + [(self.cellRect(*p), tone.text, width) for p in current]

    def _places(self) -> list[Place]:
        rows, cols = self._shape
        places = [(row, col) for row in range(rows) for col in range(cols)]
        return places if self._count is None else places[: self._count]

    def _row_label_width(self) -> float:
        metrics = QFontMetricsF(theme.font("small"))
        widths = [metrics.horizontalAdvance(text) for text in self._labels.rows]
        return max(widths, default=0.0)

    def _layout(self) -> tuple[float, float, float, float, float, float]:
        """Return (left, top, width, height, gap, caption) of cells, in px."""
        rows, cols = self._shape
        line = QFontMetricsF(theme.font("small")).height()
        left = MARGIN_PX + (self._row_label_width() + 6 if self._labels.rows else 0)
        top = 4 + (line + 2 if self._labels.cols else 0)
        room = self.width() - left - MARGIN_PX
        caption = line if self._labels.cells and self._captions_fit(room) else 0.0
        height = self.height() - top - 8
        aspect = self._aspect()
        gap = 4.0 if min(room / cols, height / rows) > 24 else 2.0
        wide = (room - (cols - 1) * gap) / cols
        most = (height - (rows - 1) * gap) / rows - caption
        if aspect is None:  # colours take what room there is
            wide, most = math.floor(wide), math.floor(most)
            return left, top, max(wide, 3.0), max(most, 3.0), gap, caption
        side = max(math.floor(min(wide, most * aspect)), 3.0)
        return left, top, side, side / aspect, gap, caption

    def showsTexts(self) -> bool:
        """Return whether the numbers in the cells fit, and so are drawn."""
        if not self._texts:
            return False
        metrics = QFontMetricsF(theme.font("small"))
        widest = max(map(metrics.horizontalAdvance, self._texts.values()))
        cell = self.cellRect(0, 0)
        return widest + 4 <= cell.width() and metrics.height() <= cell.height()

    def _captions_fit(self, room: float) -> bool:
        """Return whether numbers below cells can be read: “1…” says nothing."""
        metrics = QFontMetricsF(theme.font("small"))
        texts = (text for row in self._labels.cells for text in row)
        numbers = [text for text in texts if not text.isalpha()]
        widest = max(map(metrics.horizontalAdvance, numbers), default=0.0)
        return widest <= room / max(1, self._shape[1])

    def _aspect(self) -> float | None:
        """Return width ÷ height of the pictures; None for cells of one colour each."""
        image = next(iter(self._images.values()), None)
        if image is None:
            return 1.0
        is_colour = image.width() == image.height() == 1
        return None if is_colour else image.width() / image.height()

    def _place_at(self, x: float, y: float) -> Place | None:
        for place in self._places():
            if self.cellRect(*place).adjusted(-1, -1, 1, 1).contains(x, y):
                return place
        return None


def _no_tip(_row: int, _col: int) -> str:
    return ""
