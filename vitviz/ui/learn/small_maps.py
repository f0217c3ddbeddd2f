"""Small maps side by side, such as a row as it is and as a change would make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.ui.base import theme
from vitviz.ui.learn.text import Drawn
from vitviz.ui.widgets.map_image import map_image, paint_frame, paint_map
from vitviz.views.colour import Array, Meaning, levels_for
from vitviz.views.display import MapCell

GAP_PX = 10.0
# Largest side of a map, in lines of text.
SIDE_LINES = 7.0
# Largest height of all maps together in Present, in lines, so that text fits too.
SLIDE_LINES = 5.4


@dataclass(frozen=True, slots=True, eq=False)
class Small:
    """One map, with its caption."""

    caption: str
    # (R, C).
    patches: Array
    # Drawn pale and crossed out.
    is_off: bool = False
    # The caption where `caption` is too wide.
    short: str = ""


class MapsView(Drawn):
    """Maps on one scale or each on its own, chosen by click or arrows and Enter."""

    # Index of a map; emitted only if `choosable`.
    chosen = Signal(int)

    def __init__(
        self,
        name: str,
        *,
        choosable: bool = False,
        own_scales: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._maps: tuple[Small, ...] = ()
        self._images: list[QImage] = []
        self._is_choosable = choosable
        self._has_own_scales = own_scales
        self._current = -1
        self._focused = 0
        self._hovered = -1
        self.setAccessibleName(name)
        # not Fixed: that would fix the height to the one of the hinted width
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if choosable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setMouseTracking(True)

    def setMaps(self, maps: Sequence[Small], colormap: str) -> None:
        """Show other maps, from 0 to the largest value of all, or of each."""
        count = len(self._maps)
        self._maps = tuple(maps)
        self._images = []
        if maps:
            top = max(maps, key=lambda one: float(one.patches.max()))
            self._images = []
            for one in maps:
                measure = one if self._has_own_scales else top
                levels = levels_for(measure.patches)
                cell = MapCell(one.caption, one.patches, levels, 0.0)
                self._images.append(map_image(cell, colormap))
        if len(self._maps) != count:
            self.updateGeometry()
        self.setAccessibleDescription("; ".join(m.caption for m in self._maps))
        self.update()

    def maps(self) -> tuple[Small, ...]:
        """Return the maps that are shown."""
        return self._maps

    def setCurrent(self, index: int) -> None:
        """Frame one map; -1 for none."""
        if index != self._current:
            self._current = index
            self.update()

    def hasHeightForWidth(self) -> bool:
        """Return True: the narrower, the more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of as many rows as the maps need."""
        columns, side = self._layout(width)
        rows = -(-max(1, len(self._maps)) // columns)
        return round(rows * (side + self._caption() + GAP_PX / 2))

    def sizeHint(self) -> QSize:
        """Return the size of one row."""
        return QSize(300, self.heightForWidth(440))

    def minimumSizeHint(self) -> QSize:
        """Return a small size, since maps can be narrow."""
        return QSize(120, 40)

    def mapRect(self, index: int) -> QRectF:
        """Return the rectangle of a map, without its caption."""
        columns, side = self._layout(self.width())
        row, col = divmod(index, columns)
        return QRectF(
            2 + col * (side + GAP_PX),
            row * (side + self._caption() + GAP_PX / 2) + 2,
            side - 4,
            side - 4,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw maps, captions, frames and crosses."""
        painter = QPainter(self)
        tone = theme.colours()
        _, side = self._layout(self.width())
        font = theme.font("small")
        metrics = QFontMetricsF(font)
        for index, (one, image) in enumerate(
            zip(self._maps, self._images, strict=True)
        ):
            place = self.mapRect(index)
            painter.setOpacity(0.25 if one.is_off else 1.0)
            drawn = paint_map(painter, image, place)
            painter.setOpacity(1.0)
            if one.is_off:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(QColor(Meaning.WARNING.value), 2.5))
                painter.drawLine(drawn.topLeft(), drawn.bottomRight())
                painter.drawLine(drawn.bottomLeft(), drawn.topRight())
            has_keys = self.hasFocus() and index == self._focused
            paint_frame(
                painter,
                drawn,
                is_chosen=index == self._current,
                is_hovered=has_keys or index == self._hovered,
            )
            painter.setFont(font)
            painter.setPen(QColor(tone.text))
            below = QRectF(place.x() - 2, place.bottom() + 2, side, self._caption())
            text = one.caption
            if one.short and metrics.horizontalAdvance(text) > below.width():
                text = one.short
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, below.width())
            # a line may be lower than the font's own height
            middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
            painter.drawText(below, int(middle), text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline the map under the pointer."""
        index = self._index_at(event)
        if index != self._hovered:
            self._hovered = index
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        """Remove the outline."""
        self._hovered = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the map under the pointer."""
        index = self._index_at(event)
        if self._is_choosable and index >= 0:
            self._focused = index
            self.chosen.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move among the maps, or choose one."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if not self._is_choosable or not self._maps:
            super().keyPressEvent(event)
        elif key in steps:
            last = len(self._maps) - 1
            self._focused = min(max(self._focused + steps[key], 0), last)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self._focused)
        else:
            super().keyPressEvent(event)

    def _index_at(self, event: QMouseEvent) -> int:
        for index in range(len(self._maps)):
            if self.mapRect(index).contains(event.position()):
                return index
        return -1

    def _layout(self, width: int) -> tuple[int, float]:
        """Return (columns, side of a map): as many in a row as stay readable."""
        count = max(1, len(self._maps))
        largest = self.lines(SIDE_LINES)
        if theme.presents():
            return self._layout_of_slide(width, count, largest)
        smallest = 0.62 * largest
        columns = count
        while columns > 1 and (width - GAP_PX * (columns - 1)) / columns < smallest:
            columns -= 1
        rows = -(-count // columns)
        columns = -(-count // rows)  # rows of nearly equal length
        side = min(largest, (width - GAP_PX * (columns - 1)) / columns)
        return columns, max(side, 24.0)

    def _layout_of_slide(
        self, width: int, count: int, largest: float
    ) -> tuple[int, float]:
        """Return (columns, side of a map), as large as all fit on a slide at once."""
        room = SLIDE_LINES * theme.line_px("small")

        def side(columns: int) -> float:
            rows = -(-count // columns)
            wide = (width - GAP_PX * (columns - 1)) / columns
            high = room / rows - self._caption() - GAP_PX / 2
            return max(min(largest, wide, high), 24.0)

        columns = max(range(1, count + 1), key=lambda n: (side(n), n))
        return columns, side(columns)

    def _caption(self) -> float:
        return theme.line_px("small") + 2
