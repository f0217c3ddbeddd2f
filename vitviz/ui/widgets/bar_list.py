"""List of names with a bar and a number each, such as classes with probabilities."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from vitviz.ui.base import theme

MARGIN_PX = 12.0
ROW_GAP_PX = 6.0
BAR_PX = 4.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its key, name, bar and number."""

    key: int
    name: str
    # Length of the bar, in [0, 1]; None for none.
    share: float | None
    number: str


class BarList(QWidget):
    """Rows of names with bars, chosen by click or arrow keys; setters emit nothing."""

    # The key of a row.
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self._current: int | None = None
        self._hovered = -1
        self.setMinimumSize(160, 60)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        """Return a size with space for ten rows."""
        return QSize(400, round(10 * self._row_height()))

    def setBars(self, bars: tuple[Bar, ...]) -> None:
        """Show other rows."""
        self._bars = bars
        self.setAccessibleDescription(
            "; ".join(f"{bar.name} {bar.number}" for bar in bars)
        )
        self.update()

    def setCurrent(self, key: int | None) -> None:
        """Mark the row with this key."""
        if key != self._current:
            self._current = key
            self.update()

    def bars(self) -> tuple[Bar, ...]:
        """Return the rows."""
        return self._bars

    def rowRect(self, index: int) -> QRectF:
        """Return the rectangle of a row."""
        height = self._row_height()
        return QRectF(4, 2 + index * height, self.width() - 8, height - 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows that fit, with their bars."""
        painter = QPainter(self)
        tone = theme.colours()
        painter.fillRect(self.rect(), QColor(tone.panel))
        for index, bar in enumerate(self._bars):
            rect = self.rowRect(index)
            if rect.bottom() > self.height():
                break
            self._paint_row(painter, rect, bar, is_hovered=index == self._hovered)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the row under the pointer."""
        index = self._index_at(event.position().y())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self._bars[index].key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline the row under the pointer."""
        index = self._index_at(event.position().y())
        if index != self._hovered:
            self._hovered = index
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        """Remove the outline."""
        self._hovered = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice with the arrow keys."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not self._bars:
            super().keyPressEvent(event)
            return
        keys = [bar.key for bar in self._bars]
        # where none is chosen, either key goes to the first
        now = keys.index(self._current) if self._current in keys else -step
        self.chosen.emit(keys[min(max(now + step, 0), len(keys) - 1)])

    def _paint_row(
        self, painter: QPainter, rect: QRectF, bar: Bar, *, is_hovered: bool
    ) -> None:
        tone = theme.colours()
        is_current = bar.key == self._current
        if is_current or is_hovered:
            painter.setPen(QPen(QColor(tone.text if is_current else tone.line), 1.5))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
        font = theme.font()
        font.setBold(is_current)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        inner = rect.adjusted(MARGIN_PX - 4, 2, -(MARGIN_PX - 4), -BAR_PX - 4)
        wide = metrics.horizontalAdvance(bar.number) + 12
        painter.setPen(QColor(tone.text))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, right, bar.number)
        room = inner.width() - wide
        name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner.adjusted(0, 0, -wide, 0), left, name)
        if bar.share is None:
            return
        track = QRectF(inner.left(), inner.bottom() + 2, inner.width(), BAR_PX)
        painter.fillRect(track, QColor(tone.line))
        track.setWidth(track.width() * min(max(bar.share, 0.0), 1.0))
        painter.fillRect(track, QColor(tone.text if is_current else tone.faint))

    def _row_height(self) -> float:
        return theme.line_px() + BAR_PX + ROW_GAP_PX + 4

    def _index_at(self, y: float) -> int:
        for index in range(len(self._bars)):
            rect = self.rowRect(index)
            if rect.top() <= y <= rect.bottom() <= self.height():
                return index
        return -1
