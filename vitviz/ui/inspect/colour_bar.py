"""Colour bar beside the picture, with ticks and the 1/N mark, and its range dialog."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from vitviz.domain.number_text import decimal_number
from vitviz.ui.base import theme
from vitviz.views.colour import Levels, is_scale, lookup_table
from vitviz.views.colour_bar import COMPONENT_GAP, COMPONENTS, bar_text
from vitviz.views.view_state import Style

BAR_PX = 14
LEFT_PX = 10
TICK_PX = 5
# A bar is so high where there is room, and in a high picture has this share of it.
HEIGHT_PX, HEIGHT_SHARE = 420, 0.6


class ColourBar(QWidget):
    """A vertical colour bar; the values at its ends are always written beside it."""

    scaleRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._levels: Levels | None = None
        self._uniform: float | None = None
        self._uniform_name = "1/N"
        self._clipped = 0
        self._colormap = "viridis"
        self._style = Style.TINT
        self._opacity = 1.0
        self._is_blank = False
        self._has_components = False
        widest = QFontMetricsF(theme.font("small")).horizontalAdvance("0.0000")
        self.setFixedWidth(round(LEFT_PX + BAR_PX + TICK_PX + widest + 10))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Colour bar"))
        self.setToolTip(
            self.tr(
                "Attention values. The mark 1/N is what every token would get if "
                "attention were spread evenly. Double-click sets a fixed range."
            )
        )

    def sizeHint(self) -> QSize:
        """Return a narrow, high size."""
        return QSize(self.width(), 300)

    def setLevels(self, levels: Levels | None) -> None:
        """Set the values that the two ends stand for; None draws nothing."""
        if levels != self._levels:
            self._levels = levels
            self.update()

    def setUniform(self, value: float | None, name: str = "1/N") -> None:
        """Set the value of the mark of even attention, and its label."""
        if (value, name) != (self._uniform, self._uniform_name):
            self._uniform, self._uniform_name = value, name
            self.update()

    def setClipped(self, count: int) -> None:
        """Set how many values lie above the upper end."""
        if count != self._clipped:
            self._clipped = count
            self.update()

    def setComponents(self, has_components: bool) -> None:
        """Show what red, green and blue stand for, of a map with colours of its own."""
        if has_components != self._has_components:
            self._has_components = has_components
            self.update()

    def setColormap(self, name: str) -> None:
        """Use another colour map."""
        if name != self._colormap:
            self._colormap = name
            self.update()

    def setStyleKind(self, style: Style, opacity: float = 1.0) -> None:
        """Show the colours as the style lays them over the picture.

        The bar of a spotlight is as dark as a shadow of this opacity, in [0, 1], makes
        white.
        """
        if (style, opacity) != (self._style, self._opacity):
            self._style, self._opacity = style, opacity
            self.update()

    def setBlank(self, is_blank: bool) -> None:
        """Draw nothing while the picture shows no colours, but take the same space."""
        if is_blank != self._is_blank:
            self._is_blank = is_blank
            self.update()

    def isBlank(self) -> bool:
        """Return whether nothing is drawn for now."""
        return self._is_blank

    def barRect(self) -> QRectF:
        """Return the rectangle of the colours."""
        # the number above the bar, or "log", is as high as the letters are
        line = QFontMetricsF(theme.font("small")).height()
        height = self.height() - 2 * max(28.0, 2 * line + 2)
        if not theme.presents():
            height = min(height, max(HEIGHT_PX, HEIGHT_SHARE * self.height()))
        return QRectF(LEFT_PX, (self.height() - height) / 2, BAR_PX, height)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Emit `scaleRequested`."""
        self.scaleRequested.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw colours, ticks, and the marks of even attention and clipped values."""
        painter = QPainter(self)
        tone = theme.colours()
        painter.fillRect(self.rect(), QColor(tone.surround))
        if self._levels is None or self._is_blank:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = self.barRect()
        if self._has_components:
            self._paint_components(painter, bar)
            return
        painter.drawImage(bar, self._gradient())
        painter.setPen(QPen(QColor(tone.faint), 1))
        painter.drawRect(bar)
        painter.setFont(theme.font("small"))
        line = QFontMetricsF(painter.font()).height()
        text = bar_text(self._levels, self._uniform, bar.height(), line=line)
        for place, label in text.ticks:
            y = bar.top() + place
            painter.setPen(QColor(tone.faint))
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + TICK_PX, y))
            if label:
                self._write(painter, y, label, tone.text)
        if text.uniform is not None:
            self._paint_uniform(painter, bar, bar.top() + text.uniform)
        if self._clipped:
            self._paint_clip_mark(painter, bar)
        if self._levels.log:
            top = QRectF(0, bar.top() - 2 * line, self.width(), line)
            painter.setPen(QColor(tone.faint))
            painter.drawText(top, Qt.AlignmentFlag.AlignCenter, self.tr("log"))

    def _paint_components(self, painter: QPainter, bar: QRectF) -> None:
        """Draw a ramp for each of red, green and blue, with its component."""
        tone = theme.colours()
        height = bar.height() / len(COMPONENTS)
        for index, (name, colour) in enumerate(COMPONENTS):
            top = bar.top() + index * height
            place = QRectF(bar.left(), top, bar.width(), height - COMPONENT_GAP)
            ramp = QLinearGradient(place.bottomLeft(), place.topLeft())
            ramp.setColorAt(0, QColor(Qt.GlobalColor.black))
            ramp.setColorAt(1, QColor(colour))
            painter.fillRect(place, ramp)
            painter.setPen(QPen(QColor(tone.faint), 1))
            painter.drawRect(place)
            self._write(painter, place.center().y(), name, tone.text)

    def _paint_uniform(self, painter: QPainter, bar: QRectF, y: float) -> None:
        """Draw the mark of 1/N with its name."""
        tone = theme.colours()
        painter.setPen(QPen(QColor(tone.text), 1.5))
        painter.drawLine(QPointF(bar.left() - 5, y), QPointF(bar.right() + 3, y))
        self._write(painter, y, self._uniform_name, tone.text, bold=True)

    def _paint_clip_mark(self, painter: QPainter, bar: QRectF) -> None:
        tone = theme.colours()
        middle = bar.center().x()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tone.text))
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(middle - 5, bar.top() - 4),
                    QPointF(middle + 5, bar.top() - 4),
                    QPointF(middle, bar.top() - 11),
                ]
            )
        )
        self._write(
            painter, bar.top() - 9, str(self._clipped), tone.text, left=middle + 9
        )

    def _write(
        self,
        painter: QPainter,
        y: float,
        text: str,
        colour: str,
        *,
        bold: bool = False,
        left: float = LEFT_PX + BAR_PX + TICK_PX + 3,
    ) -> None:
        font = theme.font("small")
        font.setBold(bold)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        height = QFontMetricsF(font).height() + 2
        rect = QRectF(left, y - height / 2, self.width() - left, height)
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect, align, text)

    def _gradient(self) -> QImage:
        """Return an image of 256 rows, the highest value on top."""
        ramp = np.arange(255, -1, -1)
        if self._style is Style.SPOTLIGHT:
            bright = 255 - self._opacity * (255 - ramp)
            colours = np.repeat(bright[:, None], 3, axis=1).astype(np.uint8)
        else:
            colours = lookup_table(self._colormap)[ramp]
        pixels = np.full((256, 1, 4), 255, np.uint8)
        pixels[:, 0, :3] = colours
        image = QImage(pixels.data, 1, 256, 4, QImage.Format.Format_RGBX8888)
        return image.copy()  # owns its bytes, unlike `image`, which uses `pixels`


def ask_range(parent: QWidget, now: tuple[float, float]) -> tuple[float, float] | None:
    """Ask for the ends of the colour bar; return None when cancelled.

    Returns (low, high) with 0 ≤ low < high ≤ 1.
    """

    def tr(text: str) -> str:
        return QCoreApplication.translate("RangeDialog", text)

    dialog = QDialog(parent)
    dialog.setWindowTitle(tr("Fixed range"))
    form = QFormLayout(dialog)
    form.addRow(QLabel(tr("Attention values at the ends of the colour bar")))
    fields = []
    for name, value in zip((tr("From"), tr("To")), now, strict=True):
        field = QLineEdit(f"{value:.4g}")
        field.setAccessibleName(name)
        form.addRow(name, field)
        fields.append(field)
    wrong = QLabel(
        tr("Two numbers from 0 to 1 as in 0 and 0.05, the first well below the second.")
    )
    wrong.setWordWrap(True)
    wrong.setVisible(False)
    form.addRow(wrong)
    buttons = QDialogButtonBox(
        QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
    )

    def ends() -> tuple[float, float]:
        low, high = (decimal_number(field.text().strip()) for field in fields)
        return low, high

    def accept() -> None:
        # a validator would keep the dialog open without a word
        low, high = ends()
        if is_scale(low, high) and high <= 1:
            dialog.accept()
        else:
            wrong.setVisible(True)

    buttons.accepted.connect(accept)
    buttons.rejected.connect(dialog.reject)
    form.addRow(buttons)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return ends() if accepted else None
