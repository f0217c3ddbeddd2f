"""Three small lines beside the layer rail: the query's reach, entropy, special share.

Each runs over the layers; a click goes to that layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from vitviz.domain.number_text import format_value
from vitviz.ui.base import theme
from vitviz.ui.base.contrast import readable
from vitviz.ui.base.text import percent
from vitviz.views.colour import Meaning
from vitviz.views.query_numbers import QueryNumbers

# Least and largest width of one line with its title.
LEAST_PX, MOST_PX = 92.0, 260.0
GAP_PX = 16.0
DOT_PX = 3.5
# Between a title and its value, and the widest value.
TITLE_GAP_PX = 6.0
WIDEST_VALUE = "0.000"


@dataclass(frozen=True, slots=True)
class Line:
    """One of the lines: its name, meaning, and how its values are read and written."""

    title: str
    meaning: str
    value: Callable[[QueryNumbers], float | None]
    text: Callable[[float], str]
    # Value at the top; None for the largest of all layers.
    most: float | None


class QueryLines(QWidget):
    """Three lines over the layers; setters emit nothing."""

    layerChosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers: dict[int, QueryNumbers] = {}
        self._num_layers = 12
        self._current: int | None = None
        self._lines = (
            Line(
                self.tr("Reach"),
                self.tr(
                    "mean distance of the patches that the query looks at, in patches"
                ),
                lambda one: one.reach,
                lambda value: f"{value:.1f}",
                None,
            ),
            Line(
                self.tr("Entropy"),
                self.tr("how evenly the query looks: 0 = one token, 1 = all equally"),
                lambda one: one.entropy,
                format_value,
                1.0,
            ),
            Line(
                self.tr("Special"),
                self.tr("share of the query's attention that goes to special tokens"),
                lambda one: one.special,
                percent,
                1.0,
            ),
        )
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("The query over the layers"))

    def setNumLayers(self, count: int) -> None:
        """Set how many layers there are, and forget all numbers."""
        self._num_layers = count
        self._numbers = {}
        self.update()

    def setNumbers(self, numbers: dict[int, QueryNumbers]) -> None:
        """Set the numbers of the query, by layer."""
        self._numbers = dict(numbers)
        self.update()

    def setCurrent(self, layer: int | None) -> None:
        """Mark the layer on screen."""
        if layer != self._current:
            self._current = layer
            self.update()

    def numbers(self) -> dict[int, QueryNumbers]:
        """Return the numbers that are shown, by layer."""
        return self._numbers

    def chartRect(self, index: int) -> QRectF:
        """Return the rectangle of one line, without its title."""
        widths = self._widths()
        top = self._title_height()
        left = sum(widths[:index]) + index * GAP_PX
        return QRectF(left, top, widths[index], max(self.height() - top - 6, 4.0))

    def _widths(self) -> list[float]:
        """Return the lines' widths: equal, unless a title then hits its value."""
        count = len(self._lines)
        room = self.width() - (count - 1) * GAP_PX
        equal = min(max(room / count, 1.0), MOST_PX)
        metrics = QFontMetricsF(theme.font("small"))
        value = metrics.horizontalAdvance(WIDEST_VALUE)
        needed = [
            metrics.horizontalAdvance(one.title) + TITLE_GAP_PX + value
            for one in self._lines
        ]
        spare = room - sum(needed)
        if spare < 0 or max(needed) <= equal:
            return [equal] * count
        return [width + spare / count for width in needed]

    def heads(self) -> list[tuple[str, str]]:
        """Return (title, value) of each line, as they are written above it."""
        return [
            self._head(line, self.chartRect(index).width())
            for index, line in enumerate(self._lines)
        ]

    def _head(self, line: Line, width: float) -> tuple[str, str]:
        """Return (title, value), the title cut where both do not fit."""
        now = None if self._current is None else self._value(line, self._current)
        value = "–" if now is None else line.text(now)
        metrics = QFontMetricsF(theme.font("small"))
        left = width - metrics.horizontalAdvance(value) - TITLE_GAP_PX
        return (
            metrics.elidedText(line.title, Qt.TextElideMode.ElideRight, max(left, 0)),
            value,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw titles, values of the current layer, and the lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, line in enumerate(self._lines):
            self._paint_line(painter, self.chartRect(index), line)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the layer under the pointer."""
        layer = self._layer_at(event.position().x())
        if layer is not None and event.button() == Qt.MouseButton.LeftButton:
            self.layerChosen.emit(layer)

    def event(self, event: QEvent) -> bool:
        """Show what a line is, and its value in the layer under the pointer."""
        if isinstance(event, QHelpEvent):
            for index, line in enumerate(self._lines):
                area = self.chartRect(index).adjusted(0, -self._title_height(), 0, 6)
                if area.contains(QPointF(event.pos())):
                    tip = f"{line.title}: {line.meaning}"
                    layer = self._layer_at(event.pos().x())
                    value = None if layer is None else self._value(line, layer)
                    if value is not None:
                        where = self.tr("Layer {n}").format(n=layer)
                        tip += f"\n{where}: {line.text(value)}"
                    QToolTip.showText(event.globalPos(), tip, self)
                    return True
        return super().event(event)

    def _value(self, line: Line, layer: int) -> float | None:
        one = self._numbers.get(layer)
        return None if one is None else line.value(one)

    def _paint_line(self, painter: QPainter, chart: QRectF, line: Line) -> None:
        tone = theme.colours()
        found = {
            layer: value
            for layer in sorted(self._numbers)
            if (value := self._value(line, layer)) is not None
        }
        head = QRectF(chart.left(), 0, chart.width(), self._title_height())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font("small"))
        painter.setPen(QColor(tone.faint))
        now = None if self._current is None else found.get(self._current)
        title, text = self._head(line, chart.width())
        painter.drawText(head, middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.setPen(readable(Meaning.QUERY))
        painter.drawText(head, middle | Qt.AlignmentFlag.AlignRight, text)
        painter.setPen(QPen(QColor(tone.line), 1))
        painter.drawLine(chart.bottomLeft(), chart.bottomRight())
        most = line.most or max(found.values(), default=0.0) or 1.0
        points = [
            QPointF(
                self._x_of(layer, chart), chart.bottom() - chart.height() * value / most
            )
            for layer, value in found.items()
        ]
        painter.setPen(QPen(QColor(tone.text), 1.5))
        painter.drawPolyline(points)
        if now is not None and self._current is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(Meaning.QUERY.value))
            painter.drawEllipse(
                points[list(found).index(self._current)], DOT_PX, DOT_PX
            )
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _x_of(self, layer: int, chart: QRectF) -> float:
        """Return where a layer lies, with room for its dot at both ends."""
        steps = max(self._num_layers - 1, 1)
        inside = chart.adjusted(DOT_PX, 0, -DOT_PX, 0)
        return inside.left() + inside.width() * layer / steps

    def _layer_at(self, x: float) -> int | None:
        for index in range(len(self._lines)):
            chart = self.chartRect(index)
            if chart.left() - 4 <= x <= chart.right() + 4:
                layers = range(self._num_layers)
                return min(layers, key=lambda one: abs(self._x_of(one, chart) - x))
        return None

    def _title_height(self) -> float:
        return QFontMetricsF(theme.font("small")).height() + 6
