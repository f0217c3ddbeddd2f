"""Labels below the steps of a slider."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.learn.text import Drawn
from vitviz.ui.widgets.inputs import Slider


class Marks(Drawn):
    """Labels below a slider, at equal distances from its beginning to its end.

    A click on a label moves the slider there.
    """

    def __init__(
        self, slider: Slider, words: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._slider = slider
        self._words = words
        slider.valueChanged.connect(self._on_moved)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setWords(self, words: tuple[str, ...]) -> None:
        """Show other labels, at least two."""
        if words != self._words:
            self._words = words
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        return QSize(200, round(theme.line_px("small")))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the labels, the current one in bold."""
        painter = QPainter(self)
        tone = theme.colours()
        option = QStyleOptionSlider()
        option.initFrom(self._slider)
        metric = QStyle.PixelMetric.PM_SliderLength
        handle = self._slider.style().pixelMetric(metric, option, self._slider)
        way = self._slider.width() - handle
        font = theme.font("small")
        low, high = self._slider.minimum(), self._slider.maximum()
        for step, word in enumerate(self._words):
            place_of = low + (high - low) * step / (len(self._words) - 1)
            font.setBold(abs(place_of - self._slider.value()) < 0.5)
            painter.setFont(font)
            painter.setPen(QColor(tone.text if font.bold() else tone.faint))
            wide = QFontMetricsF(font).horizontalAdvance(word) + 2
            middle = handle / 2 + way * step / (len(self._words) - 1)
            left = min(max(middle - wide / 2, 0.0), self.width() - wide)
            place = QRectF(left, 0, wide, self.height())
            middle_of = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
            painter.drawText(place, int(middle_of), word)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the slider to the place that was clicked."""
        if self._slider.isEnabled():
            self._slider.moveTo(event.position().x())

    def _on_moved(self, _value: int) -> None:
        self.update()
