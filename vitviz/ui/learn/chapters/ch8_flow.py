"""Figure of chapter 8: patches that flow into the output, as wide as they give."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.ui.base import theme
from vitviz.ui.learn.text import Drawn
from vitviz.views.colour import Meaning

FLOW_LINES, FLOW_LINES_ON_SLIDE = 13.0, 8.5
# Width of the widest stream, as a share of the figure's height.
WIDEST = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """What one token gives to the output."""

    token: int
    name: str
    # Weight × length of the value.
    amount: float
    # The patch's pixels; None for a special token.
    image: QImage | None


class FlowView(Drawn):
    """Thumbnails at the left, the output at the right; a click chooses a token."""

    # A token.
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._streams: tuple[Stream, ...] = ()
        self._current: int | None = None
        self.setAccessibleName(self.tr("What flows into the output"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setStreams(self, streams: tuple[Stream, ...], current: int | None) -> None:
        """Show other streams, the widest first, and mark one token."""
        self._streams, self._current = streams, current
        self.setAccessibleDescription("; ".join(one.name for one in streams))
        self.update()

    def streams(self) -> tuple[Stream, ...]:
        """Return the streams that are shown."""
        return self._streams

    def widthOf(self, index: int) -> float:
        """Return the width of a stream in px, in proportion to its amount."""
        most = max((one.amount for one in self._streams), default=0.0)
        share = self._streams[index].amount / most if most else 0.0
        return share * WIDEST * self.height()

    def tileRect(self, index: int) -> QRectF:
        """Return the rectangle of a thumbnail."""
        pitch = self.height() / max(len(self._streams), 1)
        side = 0.84 * pitch
        return QRectF(4, index * pitch + (pitch - side) / 2, side, side)

    def sizeHint(self) -> QSize:
        """Return the size of all thumbnails below each other."""
        lines = FLOW_LINES_ON_SLIDE if theme.presents() else FLOW_LINES
        return QSize(300, round(self.lines(lines)))

    def minimumSizeHint(self) -> QSize:
        """Return a narrower size of the same height."""
        return QSize(200, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the token whose row is clicked."""
        index = int(event.position().y() / self.height() * len(self._streams))
        if 0 <= index < len(self._streams):
            self.chosen.emit(self._streams[index].token)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw streams, thumbnails with their names, and the output."""
        if not self._streams:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone, font = theme.colours(), theme.font("small")
        painter.setFont(font)
        names = [painter.fontMetrics().horizontalAdvance(s.name) for s in self._streams]
        start = self.tileRect(0).right() + max(names) + 16
        widths = [self.widthOf(index) for index in range(len(self._streams))]
        out = painter.fontMetrics().horizontalAdvance(self.tr("output")) + 12
        end, y = self.width() - out, (self.height() - sum(widths)) / 2
        colour = QColor(Meaning.VALUE.value)
        colour.setAlphaF(0.75)
        for index, (stream, wide) in enumerate(zip(self._streams, widths, strict=True)):
            tile = self.tileRect(index)
            path = QPainterPath(QPointF(start, tile.center().y()))
            there = QPointF(end, y + wide / 2)
            bend = (end - start) / 2
            path.cubicTo(
                path.currentPosition() + QPointF(bend, 0),
                there - QPointF(bend, 0),
                there,
            )
            y += wide
            flat = Qt.PenCapStyle.FlatCap
            painter.setPen(QPen(colour, max(wide, 1.0), Qt.PenStyle.SolidLine, flat))
            painter.drawPath(path)
            if stream.image is not None:
                painter.drawImage(tile, stream.image)
            else:
                painter.fillRect(tile, QColor(Meaning.SPECIAL.value))
            is_current = stream.token == self._current
            pen = Meaning.KEY.value if is_current else tone.line
            painter.setPen(QPen(QColor(pen), theme.drawn(2 if is_current else 1)))
            painter.drawRect(tile)
            painter.setPen(QColor(tone.text))
            beside = QRectF(tile.right() + 6, tile.top(), 400, tile.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, stream.name)
        painter.setPen(QColor(tone.text))
        place = QRectF(end + 6, 0, out, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.tr("output"))
