"""Comparison in the Lab: attention and prediction before and after the changes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from vitviz.domain.number_text import format_value
from vitviz.domain.problem_type import ProblemType
from vitviz.ui.base import theme
from vitviz.ui.base.text import percent_of
from vitviz.ui.widgets.map_image import map_image, paint_map
from vitviz.ui.widgets.most_like import MostLikeRow
from vitviz.views.colour import DIVERGING, Meaning
from vitviz.views.compare import BeforeAfter, ClassChange

GAP_PX = 8.0
MARGIN_PX = 12.0
BAR_PX = 5.0
LEAST_MAP_PX = 60.0
# What is left in the lowest window; the last lines are cut there.
LEAST_PX = 92
# Number of classes that the maps leave space for in Present.
ROWS_PRESENTED = 2
# Alignment within a line, which may be lower than the font's own height.
LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
NUMBER_GAP = "   ·   "


class BeforeAfterView(QWidget):
    """Three small maps with their scales, the model's answer below.

    Where a layer shows no difference, it offers the next that does.
    """

    # A layer that differs.
    layerRequested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: BeforeAfter | None = None
        self._place = ""
        self._note = ""
        self._colormap = "viridis"
        self.most_like = MostLikeRow(is_one_row=True)
        self.most_like.setParent(self)
        self.most_like.hide()
        self._next: int | None = None
        self.elsewhere = QPushButton(self.tr("Next layer ›"), self)
        self.elsewhere.setToolTip(self.tr("Go to the next layer that differs"))
        self.elsewhere.clicked.connect(self._on_elsewhere)
        self.elsewhere.hide()
        self.setMinimumSize(280, LEAST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Before and after"))

    def sizeHint(self) -> QSize:
        """Return the least height: the layout gives it all that is left."""
        return QSize(440, LEAST_PX)

    def setShown(
        self,
        shown: BeforeAfter | None,
        place: str,
        colormap: str,
        note: str = "",
        *,
        differs_next: int | None = None,
    ) -> None:
        """Show a comparison, or a note on why there is none.

        place : layer, head and query of the maps, in words.
        differs_next : the next layer with a difference, where this one shows none.
        """
        self._shown, self._place, self._note = shown, place, note
        self._next = differs_next
        if differs_next is not None:
            self.elsewhere.setText(self.tr("Layer {n} ›").format(n=differs_next))
            tip = self.tr("Nothing differs here; layer {n} is the next that does")
            self.elsewhere.setToolTip(tip.format(n=differs_next))
            self.elsewhere.setAccessibleName(tip.format(n=differs_next))
        self._colormap = colormap
        if shown is not None and shown.likeness is not None:
            first, second = shown.likeness
            self.most_like.setLikeness(second, before=first)
        else:
            self.most_like.setLikeness(None)
        self.setAccessibleDescription(note if shown is None else self._spoken(shown))
        self._place_row()
        self.update()

    def shown(self) -> BeforeAfter | None:
        """Return the comparison."""
        return self._shown

    def note(self) -> str:
        """Return the note that is shown where there is nothing to compare."""
        return self._note

    def numbers(self) -> str:
        """Return the line of numbers under the maps."""
        shown = self._shown
        return "" if shown is None else NUMBER_GAP.join(self._numbers(shown))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw titles, maps, scales, numbers and classes."""
        painter = QPainter(self)
        tone = theme.colours()
        painter.setPen(QColor(tone.faint))
        small = theme.font("small")
        painter.setFont(small)
        line = theme.line_px("small") + 2
        whole = self._whole()
        if self._shown is None:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(whole, int(flags), self._note)
            return
        left = int(Qt.AlignmentFlag.AlignLeft | LINE)
        top = whole.top()
        if not theme.presents():  # in Present the window's lowest line shows it
            row = QRectF(whole.left(), top, whole.width(), line)
            place = self._elided(self._place, row)
            painter.drawText(row, left, place)
            top += line
        side, _ = self._map_size(whole, line)
        for index in range(3):
            self._paint_map(painter, index, self._cell(index), line)
        top += side + 2 * line + 4
        painter.setPen(QColor(tone.text))
        for text in self._number_lines(whole.width()):
            row = QRectF(whole.left(), top, whole.width(), line)
            painter.drawText(row, left, self._elided(text, row))
            top += line
        self._paint_answer(painter, self._rest())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the row of pictures below the maps."""
        super().resizeEvent(event)
        self._place_row()

    def _whole(self) -> QRectF:
        return QRectF(self.rect()).adjusted(MARGIN_PX, 2, -MARGIN_PX, -2)

    def _rest(self) -> QRectF:
        """Return what the maps and their numbers leave for the model's answer."""
        whole, line = self._whole(), theme.line_px("small") + 2
        side, _ = self._map_size(whole, line)
        lines = 2 + len(self._number_lines(whole.width())) + (not theme.presents())
        top = whole.top() + side + lines * line + 8
        return QRectF(whole.left(), top, whole.width(), whole.bottom() - top)

    def _on_elsewhere(self) -> None:
        if self._next is not None:
            self.layerRequested.emit(self._next)

    def _cell(self, index: int) -> QRectF:
        """Return the cell of a map, as high as the map and as wide as its texts."""
        whole, line = self._whole(), theme.line_px("small") + 2
        side, pitch = self._map_size(whole, line)
        # from edge to edge, like all that is below
        step = (whole.width() - pitch) / 2
        top = whole.top() + (0 if theme.presents() else line)
        return QRectF(whole.left() + index * step, top, pitch, side)

    def _place_row(self) -> None:
        """Put buttons and pictures where they belong."""
        self.elsewhere.setVisible(self._next is not None and self._shown is not None)
        if self._shown is not None and self._next is not None:
            cell, size = self._cell(2), self.elsewhere.sizeHint()
            place = QRectF(0, 0, min(size.width(), cell.width()), size.height())
            place.moveCenter(cell.center())
            self.elsewhere.setGeometry(place.toAlignedRect())
        self._place_likeness()

    def _place_likeness(self) -> None:
        """Put the pictures below their title, if all of a row can be seen."""
        if self._shown is None or self._shown.likeness is None:
            self.most_like.hide()
            return
        rest = self._rest()
        rest.setTop(rest.top() + theme.line_px("small") + 2)
        is_whole = rest.height() >= self.most_like.minimumSizeHint().height()
        self.most_like.setGeometry(rest.toAlignedRect())
        self.most_like.setVisible(is_whole)

    def _map_size(self, whole: QRectF, line: float) -> tuple[float, float]:
        """Return (side of a map, width of its cell): what the other parts leave.

        A cell is as wide as its texts, even where the map has to be smaller.
        """
        assert self._shown is not None
        metrics = QFontMetricsF(theme.font("small"))
        third = (whole.width() - 2 * GAP_PX) / 3
        rows = max(1, len(self._shown.classes))
        if theme.presents():
            rows = min(rows, ROWS_PRESENTED)
        lines = 2 + len(self._number_lines(whole.width())) + (not theme.presents())
        answer = rows * self._row_height()
        if self._shown.likeness is not None:
            row = self.most_like.heightForWidth(round(whole.width()))
            answer = line + max(row, self.most_like.minimumSizeHint().height())
        room = whole.height() - lines * line - answer - 8
        side = max(min(third, room), LEAST_MAP_PX)
        words = (*self._names(), *map(self._ends, range(3)))
        widest = max(metrics.horizontalAdvance(text) for text in words) + 4
        return side, min(max(side, widest), third)

    def _row_height(self) -> float:
        """Return the height of a class with its two bars, in px."""
        return theme.line_px() + 2 * BAR_PX + 8

    def _names(self) -> tuple[str, str, str]:
        return self.tr("untouched"), self.tr("changed"), self.tr("difference")

    def _ends(self, index: int) -> str:
        """Return what the two ends of a map's colours stand for."""
        assert self._shown is not None
        levels = self._shown.maps[index].levels
        if index == 2 and not self._shown.differs:
            is_last = self._next is None and self._shown.answer_differs
            return self.tr("the answer only") if is_last else self.tr("none")
        if levels.low == -levels.high:
            return f"±{format_value(levels.high)}"
        return self.tr("{low} to {high}").format(
            low=format_value(levels.low), high=format_value(levels.high)
        )

    def _paint_map(
        self, painter: QPainter, index: int, cell: QRectF, line: float
    ) -> None:
        """Draw a map in the middle of its cell, its texts below it."""
        assert self._shown is not None
        tone = theme.colours()
        colormap = DIVERGING if index == 2 else self._colormap
        image = map_image(self._shown.maps[index], colormap)
        square = QRectF(0, 0, cell.height(), cell.height())
        square.moveCenter(cell.center())
        target = paint_map(painter, image, square)
        if index == 1:  # framed in the colour of the mark on the picture
            painter.setPen(QPen(QColor(Meaning.WARNING.value), 2))
            painter.drawRect(target.adjusted(-1, -1, 1, 1))
        elif index == 2:  # a line, since its middle colour is as light as a light panel
            painter.setPen(QPen(QColor(tone.line), 1))
            painter.drawRect(target.adjusted(-0.5, -0.5, 0.5, 0.5))
        centre = int(Qt.AlignmentFlag.AlignHCenter | LINE)
        below = QRectF(cell.left(), cell.bottom() + 2, cell.width(), line)
        painter.setPen(QColor(tone.text))
        name = self._elided(self._names()[index], below)
        painter.drawText(below, centre, name)
        painter.setPen(QColor(tone.faint))
        ends = self._elided(self._ends(index), below)
        painter.drawText(below.translated(0, line), centre, ends)

    def _paint_answer(self, painter: QPainter, rect: QRectF) -> None:
        shown = self._shown
        assert shown is not None
        if shown.classes:
            height = self._row_height()
            for index, one in enumerate(shown.classes):
                row = QRectF(
                    rect.left(), rect.top() + index * height, rect.width(), height
                )
                if row.bottom() <= rect.bottom() + BAR_PX:
                    self._paint_class(painter, one, row)
        elif shown.likeness is not None:
            painter.setFont(theme.font("small"))
            painter.setPen(QColor(theme.colours().text))
            row = QRectF(rect.left(), rect.top(), rect.width(), theme.line_px("small"))
            text = self.tr("Most like, changed (▲▼ places moved):")
            left = int(Qt.AlignmentFlag.AlignLeft | LINE)
            painter.drawText(row, left, self._elided(text, row))
        elif shown.cosine is not None:
            names = (
                self.tr("Cosine to the untouched feature"),
                self.tr("Cosine to untouched"),
            )
            self._paint_row(painter, rect, names, _cosine(shown.cosine))
            self._paint_bar(painter, rect, 1.0, is_after=False)
            self._paint_bar(painter, rect, max(shown.cosine, 0.0), is_after=True)

    def _paint_class(self, painter: QPainter, one: ClassChange, rect: QRectF) -> None:
        assert self._shown is not None
        problem = self._shown.problem
        self._paint_row(painter, rect, (one.name,), _scores(one, problem))
        if problem is ProblemType.REGRESSION:
            return
        self._paint_bar(painter, rect, one.before, is_after=False)
        self._paint_bar(painter, rect, one.after, is_after=True)

    def _paint_row(
        self, painter: QPainter, rect: QRectF, names: tuple[str, ...], number: str
    ) -> None:
        """Draw a number and the first name that fits, in small letters if need be.

        Where none fits, the last name is shortened.
        """
        font = theme.font()
        painter.setFont(font)
        painter.setPen(QColor(theme.colours().text))
        metrics = QFontMetricsF(font)
        text = QRectF(rect.left(), rect.top(), rect.width(), theme.line_px())
        painter.drawText(text, int(Qt.AlignmentFlag.AlignRight | LINE), number)
        room = text.width() - metrics.horizontalAdvance(number) - 12
        if metrics.horizontalAdvance(names[0]) > room:
            painter.setFont(theme.font("small"))
            metrics = QFontMetricsF(painter.font())
        fitting = (one for one in names if metrics.horizontalAdvance(one) <= room)
        name = next(fitting, names[-1])
        short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(text, int(Qt.AlignmentFlag.AlignLeft | LINE), short)

    def _paint_bar(
        self, painter: QPainter, rect: QRectF, share: float, *, is_after: bool
    ) -> None:
        tone = theme.colours()
        top = rect.top() + theme.line_px() + 1
        bar = QRectF(rect.left(), top, rect.width(), BAR_PX)
        if is_after:
            bar.translate(0, BAR_PX + 1)
        painter.fillRect(bar, QColor(tone.line))
        bar.setWidth(bar.width() * min(max(share, 0.0), 1.0))
        colour = Meaning.WARNING.value if is_after else tone.faint
        painter.fillRect(bar, QColor(colour))

    def _number_lines(self, width: float) -> list[str]:
        """Return the numbers in one line, or in two where one is too short."""
        assert self._shown is not None
        parts = self._numbers(self._shown)
        whole = NUMBER_GAP.join(parts)
        metrics = QFontMetricsF(theme.font("small"))
        return [whole] if metrics.horizontalAdvance(whole) <= width else parts

    def _numbers(self, shown: BeforeAfter) -> list[str]:
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
        return parts

    def _spoken(self, shown: BeforeAfter) -> str:
        lines = [self._place, NUMBER_GAP.join(self._numbers(shown))]
        lines += [f"{one.name}: {_scores(one, shown.problem)}" for one in shown.classes]
        lines += self.most_like.lines()
        return "; ".join(lines)

    def _elided(self, text: str, rect: QRectF) -> str:
        metrics = QFontMetricsF(theme.font("small"))
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())


def _cosine(value: float) -> str:
    """Return a cosine to four decimals, or to six where four would show no change."""
    text = f"{value:.4f}" if abs(value) < 0.99995 else f"{value:.6f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _scores(one: ClassChange, problem: ProblemType) -> str:
    if problem is ProblemType.REGRESSION:
        return f"{format_value(one.before)} → {format_value(one.after)}"
    return percent_of(f"{100 * one.before:.1f} → {100 * one.after:.1f}")
