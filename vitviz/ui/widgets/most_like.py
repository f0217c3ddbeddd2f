"""The row of reference pictures in the order of their likeness: *most like*."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import (
    QCoreApplication,
    QEasingCurve,
    QEvent,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QVariantAnimation,
)
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from vitviz.domain.likeness import Likeness
from vitviz.pictures.references import REFERENCES, reference_path
from vitviz.ui.base import theme
from vitviz.ui.base.motion import duration_ms

GAP_PX = 6.0
# Least and largest side of a picture.
LEAST_PX, MOST_PX = 36.0, 96.0
# The same where they fill a panel.
MOST_LARGE_PX = 144.0
RADIUS_PX = 4.0
# Least side of a picture in Present, in lines of small type.
PRESENTED_LINES = 3.0
# Signs of a place that moved; the number behind them is by how many.
UP, DOWN, STAYED = "▲", "▼", "="


@cache
def _picture(name: str) -> QPixmap:
    return QPixmap(str(reference_path(name)))


def reference_name(name: str) -> str:
    """Return what a reference picture shows, in the program's language."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("references", text)

    names = {
        "astronaut": tr("astronaut"),
        "canyon": tr("canyon"),
        "castle": tr("castle"),
        "cat": tr("cat"),
        "clownfish": tr("clownfish"),
        "cup": tr("cup"),
        "dog": tr("dog"),
        "gate": tr("gate"),
        "gravel": tr("gravel"),
        "hammer": tr("hammer"),
        "macaw": tr("macaw"),
        "owl": tr("owl"),
    }
    assert names.keys() == {*REFERENCES}
    return names[name]


def cosine_text(value: float) -> str:
    """Return a cosine to two decimals."""
    text = f"{value:.2f}"
    return "0.00" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


class MostLikeRow(QWidget):
    """Twelve small pictures, the most like first; display only.

    In one row as many as there is space for, or all of them in several.
    """

    def __init__(self, *, is_one_row: bool = False, is_large: bool = False) -> None:
        """Show one row, or several; large pictures are as large as their panel lets."""
        super().__init__()
        self._is_one_row = is_one_row
        self._is_large = is_large
        self._now: Likeness | None = None
        self._before: Likeness | None = None
        # The place that each picture moves away from, by its index.
        self._from: dict[int, int] = {}
        self._move = QVariantAnimation(self)
        self._move.setStartValue(0.0)
        self._move.setEndValue(1.0)
        self._move.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._move.valueChanged.connect(self.update)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        if self._is_large:
            policy.setVerticalPolicy(QSizePolicy.Policy.Expanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("Most like"))

    def setLikeness(
        self, now: Likeness | None, *, before: Likeness | None = None
    ) -> None:
        """Show other values; pictures whose place changes move there.

        before : the values of the unchanged model, to tell how far each has moved.
        """
        old = {} if self._now is None else _places(self._now)
        is_same = now is not None and self._now is not None and self._now.order()
        self._now, self._before = now, before
        self._move.stop()
        self._from = {}
        if now is not None and old and is_same != now.order() and self.isVisible():
            self._from = old
            self._move.setDuration(duration_ms())
            self._move.start()
        self.setAccessibleDescription("; ".join(self.lines()))
        self.updateGeometry()
        self.update()

    def likeness(self) -> Likeness | None:
        """Return the values on screen."""
        return self._now

    def lines(self) -> list[str]:
        """Return the pictures with their values, in order, as text."""
        now, before = self._now, self._before
        if now is None:
            return []
        found = []
        for index in now.order():
            name = reference_name(now.names[index])
            text = f"{name} {cosine_text(float(now.cosines[index]))}"
            if before is not None:
                was = cosine_text(float(before.cosines[index]))
                text = self.tr("{name}, before: {value}").format(name=text, value=was)
            found.append(text)
        return found

    def sizeHint(self) -> QSize:
        """Return a size with space for one row of all, or two."""
        width = 12 * 44 if self._is_one_row else 6 * 72
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return the size of one row of the smallest pictures."""
        height = LEAST_PX + self._below_px() + 2
        return QSize(round(3 * (LEAST_PX + GAP_PX)), round(height))

    def heightForWidth(self, width: int) -> int:
        """Return the height of what is shown in this width, in px."""
        if self._fills_panel():  # as much as there is
            return self.minimumSizeHint().height()
        columns, side = self._columns(width)
        rows = 1 if self._is_one_row else -(-len(REFERENCES) // columns)
        return round(rows * (side + self._below_px() + GAP_PX))

    def hasHeightForWidth(self) -> bool:
        """Return whether the width decides how high it is."""
        return not self._fills_panel()

    def cellRect(self, place: int) -> QRectF:
        """Return the rectangle of the picture at a place; empty where none fits."""
        columns, side = self._columns(self.width())
        row, column = divmod(place, columns)
        if self._is_one_row and row:
            return QRectF()
        wide = self._column_px()
        side = min(side, max(self.height() - self._below_px(), 1.0))
        top = row * (side + self._below_px() + GAP_PX)
        bottom = top + side + self._below_px()
        if theme.presents() and row and bottom > self.height() + 1:
            return QRectF()  # rather fewer, the most like, than some without numbers
        left = column * (wide + GAP_PX) + (wide - side) / 2
        return QRectF(left, top, side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the pictures with their values."""
        if self._now is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        share = float(self._move.currentValue()) if self._from else 1.0
        if self._move.state() is not QVariantAnimation.State.Running:
            share = 1.0
        # the first is drawn last: it passes over the others
        for place, index in reversed(list(enumerate(self._now.order()))):
            rect = self.cellRect(place)
            start = self.cellRect(self._from.get(index, place))
            if rect.isEmpty():
                continue
            if not start.isEmpty() and share < 1:
                way = rect.topLeft() - start.topLeft()
                rect.moveTopLeft(start.topLeft() + QPointF(way) * share)
            self._paint_cell(painter, rect, index, place)

    def event(self, event: QEvent) -> bool:
        """Tell the picture under the pointer in a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = ""
            for place, line in enumerate(self.lines()):
                rect = self.cellRect(place).adjusted(0, 0, 0, self._below_px())
                if rect.contains(QPointF(event.pos())):
                    text = line
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _paint_cell(
        self, painter: QPainter, rect: QRectF, index: int, place: int
    ) -> None:
        assert self._now is not None
        tone = theme.colours()
        path = QPainterPath()
        path.addRoundedRect(rect, RADIUS_PX, RADIUS_PX)
        painter.save()
        painter.setClipPath(path)
        picture = _picture(self._now.names[index])
        painter.drawPixmap(rect, picture, QRectF(picture.rect()))
        painter.restore()
        if place == 0:
            painter.setPen(QPen(QColor(tone.text), theme.drawn(2)))
            inner = rect.adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(inner, RADIUS_PX, RADIUS_PX)
        line = theme.line_px("small")
        room = self._column_px() + GAP_PX - 2
        left = rect.center().x() - room / 2
        below = QRectF(left, rect.bottom() + 1, room, line)
        for text, is_faint in self._texts(index, place):
            font = theme.font("small")
            font.setBold(place == 0 and not is_faint)
            painter.setFont(font)
            painter.setPen(QColor(tone.faint if is_faint else tone.text))
            metrics = QFontMetricsF(font)
            short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            centre = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
            painter.drawText(below, int(centre), short)
            below.translate(0, line)

    def _texts(self, index: int, place: int) -> list[tuple[str, bool]]:
        """Return the lines below a picture, and whether each is faint."""
        assert self._now is not None
        found = [(cosine_text(float(self._now.cosines[index])), False)]
        if self._before is not None:
            moved = _places(self._before)[index] - place
            sign = UP if moved > 0 else DOWN
            found.append((f"{sign}{abs(moved)}" if moved else STAYED, True))
        else:
            found.append((reference_name(self._now.names[index]), True))
        return found

    def _below_px(self) -> float:
        """Return the height of the two lines below a picture."""
        return 2 * theme.line_px("small") + 2

    def _column_px(self) -> float:
        """Return how wide a column is; a picture may be smaller than that."""
        columns, _ = self._columns(self.width())
        return (self.width() - GAP_PX * (columns - 1)) / columns

    def _columns(self, width: int) -> tuple[int, float]:
        """Return (pictures side by side, side of each in px)."""
        if self._fills_panel():
            return self._largest(width)
        metrics = QFontMetricsF(theme.font("small"))
        least = max(LEAST_PX, metrics.horizontalAdvance("\N{MINUS SIGN}0.00"))
        if theme.presents():  # few, with names that can be read
            names = map(metrics.horizontalAdvance, map(reference_name, REFERENCES))
            lines = PRESENTED_LINES * theme.line_px("small")
            least = max(lines, *names) + 2 - GAP_PX
        fitting = int((width + GAP_PX) // (least + GAP_PX))
        if not self._is_one_row and fitting < len(REFERENCES):
            fitting = next((n for n in (6, 4, 3, 2) if n <= fitting), 1)
        columns = min(max(fitting, 1), len(REFERENCES))
        side = (width - GAP_PX * (columns - 1)) / columns
        return columns, min(max(side, 1.0), max(MOST_PX, least))

    def _fills_panel(self) -> bool:
        """Return whether it takes its panel; in Present what the type's size leaves."""
        return self._is_large and not theme.presents()

    def _largest(self, width: int) -> tuple[int, float]:
        """Return the same where all pictures are in sight, as large as they can be."""

        def side(columns: int) -> float:
            rows = -(-len(REFERENCES) // columns)
            across = (width - GAP_PX * (columns - 1)) / columns
            down = (self.height() + GAP_PX) / rows - self._below_px() - GAP_PX
            return min(max(min(across, down), 1.0), MOST_LARGE_PX)

        columns = max((3, 4, 6, 12), key=lambda count: (side(count), count))
        return columns, side(columns)


def _places(likeness: Likeness) -> dict[int, int]:
    """Return the place of each picture, by its index."""
    return {index: place for place, index in enumerate(likeness.order())}
