"""Head strip: the heads of a layer as small maps, after their mean, max and min."""

from __future__ import annotations

import math

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
)
from PySide6.QtWidgets import QToolTip, QWidget

from vitviz.domain.heads import FUSED_CHOICES, Fusion, HeadChoice, strip_choices
from vitviz.domain.number_text import format_value
from vitviz.ui.base import theme
from vitviz.ui.widgets.map_image import (
    STALE_OPACITY,
    map_image,
    paint_frame,
    paint_map,
)
from vitviz.views.display import MapCell

GAP_PX = 8
# Gap between a head's ratio and the next head, in Present.
RATIO_GAP_PX = 10.0
# Gap between a map and its caption, for the frame of the chosen map.
CAPTION_GAP_PX = 3
MARGIN_PX = 12
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class HeadStrip(QWidget):
    """Small maps of the heads of a layer, with their mean, max and min.

    A click chooses a head, a shift-click adds or removes one, arrow keys move the
    choice. Setters emit nothing.
    """

    # A HeadChoice.
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: tuple[MapCell, ...] | None = None
        self._images: list[QImage] = []
        self._choice = HeadChoice()
        self._num_heads = 12
        self._colormap = "viridis"
        self._hovered = -1
        self._is_stale = self._is_other = False
        self.setMinimumSize(200, 140)
        self._off: frozenset[int] = frozenset()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Heads"))

    def sizeHint(self) -> QSize:
        """Return a size with space for a few rows."""
        return QSize(440, 320)

    def setNumHeads(self, count: int) -> None:
        """Reserve space for `count` heads."""
        if count != self._num_heads:
            self._num_heads = count
            self.update()

    def setCells(self, cells: tuple[MapCell, ...] | None) -> None:
        """Show mean, max, min and all heads; None shows empty cells."""
        self._cells = cells
        if cells is not None:
            self._num_heads = len(cells) - len(FUSED_CHOICES)
            self._images = [map_image(cell, self._colormap) for cell in cells]
        else:
            self._images = []
        self.update()

    def setOff(self, heads: frozenset[int]) -> None:
        """Name the heads of this layer that the Lab has switched off."""
        if heads != self._off:
            self._off = heads
            self.update()

    def setChoice(self, choice: HeadChoice) -> None:
        """Frame the chosen heads."""
        if choice != self._choice:
            self._choice = choice
            self.update()

    def setColormap(self, name: str) -> None:
        """Use another colour map."""
        if name != self._colormap:
            self._colormap = name
            self.setCells(self._cells)

    def setOther(self, is_other: bool) -> None:
        """Set whether the picture shows another method than these maps."""
        if is_other != self._is_other:
            self._is_other = is_other
            self.update()

    def title(self) -> str:
        """Return the line above the maps, as long as there is room for."""
        short = self.tr("× = strongest patch ÷ uniform")
        if self._is_other:
            short = self.tr("Raw attention, not the map on the picture")
            long = f"{short} · " + self.tr("× = strongest patch ÷ uniform")
        else:
            long = self.tr("Heads of this layer · × = strongest patch ÷ uniform")
        metrics = QFontMetricsF(theme.font("small"))
        room = self.width() - 2 * MARGIN_PX
        return long if metrics.horizontalAdvance(long) <= room else short

    def setStale(self, is_stale: bool) -> None:
        """Draw the maps faintly: others are on their way."""
        if is_stale != self._is_stale:
            self._is_stale = is_stale
            self.update()

    def cellRect(self, index: int) -> QRectF:
        """Return the rectangle of a cell, map and caption together."""
        return self._cell_rect(index, self._layout())

    def _cell_rect(self, index: int, layout: tuple[int, float, float]) -> QRectF:
        columns, side, caption = layout
        row, col = divmod(index, columns)
        return QRectF(
            MARGIN_PX + col * (side + GAP_PX),
            self._title_height() + row * (side + caption + GAP_PX),
            side,
            side + caption,
        )

    def choiceAt(self, index: int) -> HeadChoice:
        """Return the choice that a click on a cell makes."""
        return strip_choices(self._num_heads)[index]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the title, maps, captions and frames."""
        painter = QPainter(self)
        tone = theme.colours()
        painter.fillRect(self.rect(), QColor(tone.panel))
        painter.setFont(theme.font("small"))
        painter.setPen(QColor(tone.faint))
        title = QRectF(MARGIN_PX, 0, self.width() - 2 * MARGIN_PX, self._title_height())
        text = self.title()
        metrics = QFontMetricsF(painter.font())
        painter.drawText(
            title,
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            metrics.elidedText(text, Qt.TextElideMode.ElideRight, title.width()),
        )
        layout = self._layout()
        _, side, caption = layout
        for index in range(self._count()):
            rect = self._cell_rect(index, layout)
            square = QRectF(rect.x(), rect.y(), side, side)
            below = QRectF(rect.x(), rect.y() + side, side, caption)
            below.setTop(below.top() + CAPTION_GAP_PX)
            self._paint_cell(painter, index, square, below)

    def _paint_cell(
        self, painter: QPainter, index: int, square: QRectF, below: QRectF
    ) -> None:
        tone = theme.colours()
        choice = self.choiceAt(index)
        is_chosen = choice == self._choice or (
            index >= len(FUSED_CHOICES)
            and len(self._choice.heads) > 1
            and choice.heads[0] in self._choice.heads
        )
        if self._images:
            painter.setOpacity(STALE_OPACITY if self._is_stale else 1.0)
            target = paint_map(painter, self._images[index], square)
            painter.setOpacity(1.0)
        else:
            target = square
            painter.fillRect(square, QColor(tone.surround))
        is_hovered = index == self._hovered
        paint_frame(
            painter,
            target,
            is_chosen=is_chosen,
            is_hovered=is_hovered,
            is_other=self._is_other,
        )
        font = theme.font("small")
        font.setBold(is_chosen)
        painter.setFont(font)
        painter.setPen(QColor(tone.text if is_chosen else tone.faint))
        painter.drawText(
            below,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            self._name(choice),
        )
        if self._cells is not None:
            ratio = f"{_short(self._cells[index].peak_ratio)}×"
            name = QFontMetricsF(font).horizontalAdvance(self._name(choice))
            font.setBold(False)
            room = below.width() - name - QFontMetricsF(font).horizontalAdvance(ratio)
            if room < 4:
                return
            painter.setFont(font)
            painter.setPen(QColor(tone.faint))
            if theme.presents():  # in large type it would touch the next head's number
                room = (
                    below.width() - name - QFontMetricsF(font).horizontalAdvance(ratio)
                )
                below.setRight(below.right() - min(room / 3, RATIO_GAP_PX))
            painter.drawText(
                below,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                ratio,
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer; with shift, add or remove its head."""
        index = self._index_at(event.position().x(), event.position().y())
        if index < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        extend = event.modifiers() & (
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        )
        choice = self.choiceAt(index)
        if extend and choice.heads:
            heads = set(self._choice.heads) ^ set(choice.heads)
            choice = HeadChoice(tuple(sorted(heads)), Fusion.MEAN)
        self.chosen.emit(choice)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline the cell under the pointer."""
        index = self._index_at(event.position().x(), event.position().y())
        if index != self._hovered:
            self._hovered = index
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        """Remove the outline."""
        self._hovered = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice with the arrow keys."""
        columns = self._layout()[0]
        key = Qt.Key(event.key())
        steps = {**_STEPS, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        if key not in steps:
            super().keyPressEvent(event)
            return
        now = next(
            (i for i in range(self._count()) if self.choiceAt(i) == self._choice), 0
        )
        index = now + steps[key]
        if 0 <= index < self._count():
            self.chosen.emit(self.choiceAt(index))

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of the cell under the pointer."""
        if isinstance(event, QHelpEvent):
            index = self._index_at(event.pos().x(), event.pos().y())
            if index >= 0:
                QToolTip.showText(event.globalPos(), self._tip(index), self)
                return True
        return super().event(event)

    def _tip(self, index: int) -> str:
        choice = self.choiceAt(index)
        if choice.single is not None:
            name = self.tr("Head {n}").format(n=choice.single)
            keys = self.tr("Shift-click to choose several; , and . to move.")
        else:
            name = self._name(choice)
            keys = self.tr("Over all heads, patch by patch.")
            if choice.fusion is not Fusion.MEAN:
                keys += " " + self.tr("Rows no longer sum to 1.")
        if choice.single in self._off:
            off = self.tr("Off in the Lab: its map is made, its output is replaced.")
            keys = f"{off}\n{keys}"
        elif choice.single is None and self._off:
            off = self.tr("Heads {numbers} among them, which are off in the Lab.")
            numbers = ", ".join(map(str, sorted(self._off)))
            keys = f"{off.format(numbers=numbers)}\n{keys}"
        if self._cells is None:
            return f"{name}\n{keys}"
        ratio = format_value(self._cells[index].peak_ratio)
        strongest = self.tr("Strongest patch: {ratio} × uniform (1/N).")
        return f"{name}\n{strongest.format(ratio=ratio)}\n{keys}"

    def _name(self, choice: HeadChoice) -> str:
        names = {
            Fusion.MEAN: self.tr("mean"),
            Fusion.MAX: self.tr("max"),
            Fusion.MIN: self.tr("min"),
        }
        if choice.single is None:
            return names[choice.fusion]
        if choice.single in self._off:
            return self.tr("{n} off").format(n=choice.single)
        return str(choice.single)

    def _count(self) -> int:
        return self._num_heads + len(FUSED_CHOICES)

    def _title_height(self) -> float:
        return QFontMetricsF(theme.font("small")).height() + 12

    def _layout(self) -> tuple[int, float, float]:
        """Return (columns, side of a map, height of a caption) of the largest maps."""
        caption = QFontMetricsF(theme.font("small")).height() + CAPTION_GAP_PX + 2
        width = self.width() - 2 * MARGIN_PX
        height = self.height() - self._title_height() - 4
        best = (1, 8.0)
        for columns in range(1, self._count() + 1):
            rows = math.ceil(self._count() / columns)
            wide = (width - (columns - 1) * GAP_PX) / columns
            high = (height - (rows - 1) * GAP_PX) / rows - caption
            side = min(wide, high)
            if side > best[1]:
                best = (columns, side)
        return best[0], math.floor(best[1]), caption

    def _index_at(self, x: float, y: float) -> int:
        for index in range(self._count()):
            if self.cellRect(index).contains(x, y):
                return index
        return -1


def _short(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"
