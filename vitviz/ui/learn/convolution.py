"""One stop of the strided convolution: the patch, a filter, and their product."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.domain.number_text import written_out
from vitviz.ui import theme
from vitviz.ui.learn.words import Drawn
from vitviz.views.colour import Array, Meaning

SIDE_LINES = 5.0
"""Side of the two squares, in lines of text."""


class ConvolutionView(Drawn):
    """patch ⊙ filter, summed = one number of the token."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._patch: QImage | None = None
        self._filter: QImage | None = None
        self._value = 0.0
        self.setAccessibleName(self.tr("A patch times a filter"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def clear(self) -> None:
        """Show nothing."""
        self._patch = self._filter = None
        self.update()

    def setProduct(
        self,
        patch: Array,
        kernel: Array,
        value: float,
        *,
        mean: tuple[float, ...],
        std: tuple[float, ...],
    ) -> None:
        """(3, h, w) normalised pixels, (3, h, w) of a filter, and their sum."""
        colours = patch * np.array(std)[:, None, None] + np.array(mean)[:, None, None]
        largest = float(np.abs(kernel).max()) or 1.0
        self._patch = _image(colours)
        self._filter = _image(0.5 + 0.5 * kernel / largest)
        self._value = value
        self.setAccessibleDescription(written_out(value))
        self.update()

    def value(self) -> float:
        """What is shown at the right."""
        return self._value

    def sizeHint(self) -> QSize:
        """Two squares and their captions."""
        line = self._line()
        return QSize(300, round(self._side() + line + 6))

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Squares, signs, the number, captions."""
        if self._patch is None or self._filter is None:
            return
        painter = QPainter(self)
        tone = theme.colours()
        line = self._line()
        sign = 2.2 * line
        caption = theme.font("small")
        title = theme.font("title")
        metrics = QFontMetricsF(title)
        words = ("×", "→ Σ =")
        wide = [metrics.horizontalAdvance(text) + line for text in words]
        rest = metrics.horizontalAdvance(written_out(self._value))
        side = min(self._side(), (self.width() - sum(wide) - rest - 4) / 2)
        x = 2.0
        for image, name, colour in (
            (self._patch, self.tr("patch"), Meaning.QUERY.value),
            (self._filter, self.tr("filter"), tone.line),
        ):
            place = QRectF(x, 2, side, side)
            painter.drawImage(place, image)
            painter.setPen(QPen(QColor(colour), 2))
            painter.drawRect(place)
            painter.setPen(QColor(tone.faint))
            painter.setFont(caption)
            below = QRectF(x - sign / 2, side + 4, side + sign, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
            x += side
            painter.setPen(QColor(tone.text))
            painter.setFont(title)
            index = 0 if image is self._patch else 1
            place = QRectF(x, 2, wide[index], side)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words[index])
            x += wide[index]
        painter.setFont(title)
        painter.drawText(
            QRectF(x, 2, rest + 4, side),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            written_out(self._value),
        )

    def _side(self) -> float:
        return self.lines(SIDE_LINES)

    def _line(self) -> float:
        return theme.line_px("small")


def _image(colours: Array) -> QImage:
    """(3, h, w) in [0, 1] as a picture that owns its bytes."""
    data = np.rint(np.clip(colours, 0, 1) * 255).astype(np.uint8).transpose(1, 2, 0)
    height, width = data.shape[:2]
    padded = np.full((height, width, 4), 255, np.uint8)
    padded[..., :3] = data
    image = QImage(padded.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
    return image.copy()
