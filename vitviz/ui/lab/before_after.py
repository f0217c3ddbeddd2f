"""Attention and prediction without and with the changes, side by side."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.ui import theme
from vitviz.ui.widgets.map_cells import map_image, paint_map
from vitviz.views.colour import DIVERGING, Meaning, format_value
from vitviz.views.lab import BeforeAfter, ClassChange

GAP_PX = 8.0
MARGIN_PX = 12.0
BAR_PX = 5.0
LEAST_MAP_PX = 60.0


class BeforeAfterView(QWidget):
    """Three small maps with their scales, and what the model answers. Shows only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: BeforeAfter | None = None
        self._place = ""
        self._note = ""
        self._colormap = "viridis"
        self.setMinimumSize(280, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Before and after"))

    def sizeHint(self) -> QSize:
        """Three maps and four classes."""
        return QSize(440, 300)

    def setShown(
        self, shown: BeforeAfter | None, place: str, colormap: str, note: str = ""
    ) -> None:
        """What to compare, where that is, in words; or a note why there is nothing."""
        self._shown, self._place, self._note = shown, place, note
        self._colormap = colormap
        self.setAccessibleDescription(note if shown is None else self._spoken(shown))
        self.update()

    def shown(self) -> BeforeAfter | None:
        """What is compared."""
        return self._shown

    def note(self) -> str:
        """What is said where there is nothing to compare."""
        return self._note

    def numbers(self) -> str:
        """The line of numbers under the maps."""
        return "" if self._shown is None else self._numbers(self._shown)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Titles, maps, scales, numbers, classes."""
        painter = QPainter(self)
        tone = theme.colours()
        painter.setPen(QColor(tone.faint))
        small = theme.font("small")
        painter.setFont(small)
        line = QFontMetricsF(small).height() + 2
        whole = QRectF(self.rect()).adjusted(MARGIN_PX, 2, -MARGIN_PX, -2)
        if self._shown is None:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(whole, int(flags), self._note)
            return
        top = whole.top()
        row = QRectF(whole.left(), top, whole.width(), line)
        if theme.presents():  # the line under everything says it
            top -= line
        else:
            place = self._elided(self._place, row)
            painter.drawText(row, Qt.AlignmentFlag.AlignLeft, place)
        side = self._map_side(whole, line)
        for index in range(3):
            left = whole.left() + index * (side + GAP_PX)
            self._paint_map(painter, index, QRectF(left, top + line, side, side), line)
        below = top + 3 * line + side + 4
        row = QRectF(whole.left(), below, whole.width(), line)
        painter.setPen(QColor(tone.text))
        text = self._elided(self._numbers(self._shown), row)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, text)
        rest = QRectF(
            whole.left(), row.bottom() + 4, whole.width(), whole.bottom() - row.bottom()
        )
        self._paint_answer(painter, rest)

    def _map_side(self, whole: QRectF, line: float) -> float:
        """Side of a map: three fill the width, unless classes then had no room."""
        assert self._shown is not None
        rows = max(1, len(self._shown.classes))
        answer = rows * (QFontMetricsF(theme.font()).height() + 2 * BAR_PX + 8)
        lines = 4 if theme.presents() else 5
        room = whole.height() - lines * line - answer - 8
        side = min((whole.width() - 2 * GAP_PX) / 3, room)
        return max(side, LEAST_MAP_PX)

    def _paint_map(
        self, painter: QPainter, index: int, rect: QRectF, line: float
    ) -> None:
        assert self._shown is not None
        tone = theme.colours()
        cell = self._shown.maps[index]
        name = (self.tr("untouched"), self.tr("changed"), self.tr("difference"))[index]
        image = map_image(cell, DIVERGING if index == 2 else self._colormap)
        target = paint_map(painter, image, rect)
        if index == 1:  # in the colour of the mark on the picture
            painter.setPen(QPen(QColor(Meaning.WARNING.value), 2))
            painter.drawRect(target.adjusted(-1, -1, 1, 1))
        centre = Qt.AlignmentFlag.AlignHCenter
        below = QRectF(rect.left(), rect.bottom() + 2, rect.width(), line)
        painter.setPen(QColor(tone.text))
        painter.drawText(below, centre, self._elided(name, below))
        painter.setPen(QColor(tone.faint))
        ends = self.tr("{low} to {high}").format(
            low=format_value(cell.levels.low), high=format_value(cell.levels.high)
        )
        painter.drawText(below.translated(0, line), centre, self._elided(ends, below))

    def _paint_answer(self, painter: QPainter, rect: QRectF) -> None:
        shown = self._shown
        assert shown is not None
        if shown.classes:
            height = QFontMetricsF(theme.font()).height() + 2 * BAR_PX + 8
            for index, one in enumerate(shown.classes):
                row = QRectF(
                    rect.left(), rect.top() + index * height, rect.width(), height
                )
                if row.bottom() <= rect.bottom() + height / 2:
                    self._paint_class(painter, one, row)
        elif shown.cosine is not None:
            name = self.tr("Cosine to the untouched feature")
            self._paint_row(painter, rect, name, f"{shown.cosine:.4f}")
            self._paint_bar(painter, rect, 1.0, is_after=False)
            self._paint_bar(painter, rect, max(shown.cosine, 0.0), is_after=True)

    def _paint_class(self, painter: QPainter, one: ClassChange, rect: QRectF) -> None:
        numbers = f"{100 * one.before:.1f} → {100 * one.after:.1f} %"
        self._paint_row(painter, rect, one.name, numbers)
        self._paint_bar(painter, rect, one.before, is_after=False)
        self._paint_bar(painter, rect, one.after, is_after=True)

    def _paint_row(
        self, painter: QPainter, rect: QRectF, name: str, number: str
    ) -> None:
        font = theme.font()
        painter.setFont(font)
        painter.setPen(QColor(theme.colours().text))
        metrics = QFontMetricsF(font)
        text = QRectF(rect.left(), rect.top(), rect.width(), metrics.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignRight, number)
        room = text.width() - metrics.horizontalAdvance(number) - 12
        short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft, short)

    def _paint_bar(
        self, painter: QPainter, rect: QRectF, share: float, *, is_after: bool
    ) -> None:
        tone = theme.colours()
        top = rect.top() + QFontMetricsF(theme.font()).height() + 1
        bar = QRectF(rect.left(), top, rect.width(), BAR_PX)
        if is_after:
            bar.translate(0, BAR_PX + 1)
        painter.fillRect(bar, QColor(tone.line))
        bar.setWidth(bar.width() * min(max(share, 0.0), 1.0))
        colour = Meaning.WARNING.value if is_after else tone.faint
        painter.fillRect(bar, QColor(colour))

    def _numbers(self, shown: BeforeAfter) -> str:
        peaks = [format_value(float(cell.patches.max())) for cell in shown.maps[:2]]
        strongest = self.tr("strongest {before} → {after}")
        parts = [strongest.format(before=peaks[0], after=peaks[1])]
        if shown.entropy is not None:
            first, second = map(format_value, shown.entropy)
            text = self.tr("entropy {before} → {after} (1 is uniform)")
            parts.append(text.format(before=first, after=second))
        else:
            text = self.tr("the row sums to {n}, not to 1")
            parts.append(text.format(n=format_value(shown.row_sum[1])))
        return "   ·   ".join(parts)

    def _spoken(self, shown: BeforeAfter) -> str:
        lines = [self._place, self._numbers(shown)]
        lines += [
            f"{one.name}: {100 * one.before:.1f} → {100 * one.after:.1f} %"
            for one in shown.classes
        ]
        return "; ".join(lines)

    def _elided(self, text: str, rect: QRectF) -> str:
        metrics = QFontMetricsF(theme.font("small"))
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
