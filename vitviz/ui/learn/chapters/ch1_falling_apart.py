"""Animation of chapter 1: patches fly from the picture into a sequence."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from vitviz.domain.geometry import PatchGrid
from vitviz.ui.base import theme
from vitviz.views.colour import Meaning

MARGIN_PX = 16.0
# Gap between tiles of the sequence, as a share of a tile's side.
GAP_SHARE = 0.14
# Share of the animation after which the last patch starts; the first starts at 0.
STAGGER = 0.45
MIN_NUMBER_PX = 24.0
_EASE = QEasingCurve(QEasingCurve.Type.InOutCubic)


class FallingApart(QWidget):
    """An overlay of the picture pane that draws the tiles, hidden while share is 0."""

    tokenClicked = Signal(int)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._grid: PatchGrid | None = None
        self._names: tuple[str, ...] = ()
        self._pixmap = QPixmap()
        self._start = QRectF()
        self._share = 0.0
        self._current = -1
        self._other: int | None = None
        self.setAccessibleName(self.tr("The picture as a sequence of patches"))
        over.installEventFilter(self)
        self.hide()

    def setTiles(
        self, image: QImage, grid: PatchGrid, start: QRectF, names: tuple[str, ...]
    ) -> None:
        """Set an image of the model's input, its grid and its place on the pane.

        names : of the special tokens.
        """
        self._grid, self._names = grid, names
        self.setAccessibleDescription(", ".join(names))
        self._start = start
        self._pixmap = QPixmap.fromImage(image)
        self.update()

    def setShare(self, share: float) -> None:
        """Set how far the picture has come apart: 0 is the picture, 1 the sequence."""
        self._share = min(max(share, 0.0), 1.0)
        self.setGeometry(self._over.rect())
        self.setVisible(self._share > 0 and self._grid is not None)
        if self.isVisible():
            self.raise_()
        self.update()

    def setCurrent(self, token: int, other: int | None = None) -> None:
        """Draw a ring around a token, and around one that stands in for it."""
        if (token, other) != (self._current, self._other):
            self._current, self._other = token, other
            self.update()

    def tileRect(self, token: int) -> QRectF:
        """Return the rectangle in which a token is drawn now."""
        grid = self._grid
        assert grid is not None
        place = self._places()(token)
        if token < grid.num_prefix_tokens:
            return place
        return _between(self._home(token), place, self._progress(token))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the size of the picture pane."""
        if event.type() == QEvent.Type.Resize and watched is self._over:
            self.setGeometry(self._over.rect())
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the token under the pointer."""
        grid = self._grid
        if grid is None or event.button() != Qt.MouseButton.LeftButton:
            return
        for token in range(grid.num_tokens):
            if self.tileRect(token).contains(event.position()):
                self.tokenClicked.emit(token)
                return

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw tiles, special tokens, numbers and the ring."""
        grid = self._grid
        if grid is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        tone = theme.colours()
        painter.fillRect(self.rect(), QColor(tone.surround))
        place = self._places()
        wide = self._pixmap.width() / grid.cols
        tall = self._pixmap.height() / grid.rows
        prefix = grid.num_prefix_tokens
        for patch in range(grid.num_patches):
            row, col = divmod(patch, grid.cols)
            rect = self.tileRect(prefix + patch)
            source = QRectF(col * wide, row * tall, wide, tall)
            painter.drawPixmap(rect, self._pixmap, source)
        painter.setOpacity(self._share)
        for token in range(prefix):
            self._paint_special(painter, place(token), self._names[token])
        side = place(0).width()
        if side >= MIN_NUMBER_PX and self._share > 0.9:
            painter.setOpacity((self._share - 0.9) * 10)
            self._paint_numbers(painter, grid)
        painter.setOpacity(1.0)
        if 0 <= self._current < grid.num_tokens:
            self._paint_ring(painter, self.tileRect(self._current), Meaning.QUERY)
        if self._other is not None and self._other < grid.num_tokens:
            self._paint_ring(painter, self.tileRect(self._other), Meaning.KEY)

    def _paint_special(self, painter: QPainter, rect: QRectF, name: str) -> None:
        painter.fillRect(rect, QColor(Meaning.SPECIAL.value))
        font = theme.font("small")
        font.setBold(True)
        wide = QFontMetricsF(font).horizontalAdvance(name)
        if wide > rect.width():
            font.setPointSizeF(max(1.0, font.pointSizeF() * rect.width() / wide * 0.9))
        painter.setFont(font)
        painter.setPen(QColor("#1E1E1E"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_numbers(self, painter: QPainter, grid: PatchGrid) -> None:
        font = theme.font("small")
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        for token in range(grid.num_prefix_tokens, grid.num_tokens):
            rect = self.tileRect(token)
            text = str(token)
            box = QRectF(
                rect.left(),
                rect.top(),
                metrics.horizontalAdvance(text) + 4,
                metrics.height(),
            )
            if box.width() > rect.width():
                return
            painter.fillRect(box, QColor(0, 0, 0, 150))
            painter.setPen(QColor("#FFFFFF"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_ring(self, painter: QPainter, rect: QRectF, meaning: Meaning) -> None:
        for colour, width in (
            (QColor(0, 0, 0, 220), 6.0),
            (QColor(255, 255, 255, 235), 4.0),
            (QColor(meaning.value), 2.5),
        ):
            painter.setPen(QPen(colour, width))
            painter.drawRect(rect)

    def _progress(self, token: int) -> float:
        """Return how far a token has moved, in [0, 1]."""
        grid = self._grid
        assert grid is not None
        patch = token - grid.num_prefix_tokens
        delay = STAGGER * patch / max(1, grid.num_patches)
        return _EASE.valueForProgress(
            min(max((self._share - delay) / (1 - STAGGER), 0.0), 1.0)
        )

    def _home(self, token: int) -> QRectF:
        grid = self._grid
        assert grid is not None
        row, col = divmod(token - grid.num_prefix_tokens, grid.cols)
        wide = self._start.width() / grid.cols
        tall = self._start.height() / grid.rows
        return QRectF(
            self._start.left() + col * wide, self._start.top() + row * tall, wide, tall
        )

    def _places(self) -> _Lines:
        grid = self._grid
        assert grid is not None
        area = QRectF(self.rect()).adjusted(
            MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX
        )
        aspect = 1.0
        if self._start.height() > 0:
            aspect = (self._start.width() / grid.cols) / (
                self._start.height() / grid.rows
            )
        return _lines(area.getRect(), grid.num_tokens, aspect)


class _Lines:
    """Rectangles of tokens, set in lines like words, as large as the area allows."""

    def __init__(self, area: QRectF, count: int, aspect: float) -> None:
        width, height = max(area.width(), 1.0), max(area.height(), 1.0)
        side = math.sqrt(width * height / count / aspect)  # height of a tile
        # an upper bound, without lost space; shrink it until whole rows fit
        while True:
            columns = max(1, int(width / (side * aspect)))
            if math.ceil(count / columns) * side <= height or side < 1:
                break
            side *= 0.98
        self._columns = columns
        self._pitch = QPointF(side * aspect, side)
        rows = math.ceil(count / columns)
        self._origin = QPointF(
            area.left() + (width - columns * self._pitch.x()) / 2,
            area.top() + (height - rows * side) / 2,
        )

    def __call__(self, token: int) -> QRectF:
        """Return the rectangle of a token."""
        row, col = divmod(token, self._columns)
        wide, tall = self._pitch.x(), self._pitch.y()
        gap = GAP_SHARE * min(wide, tall)
        return QRectF(
            self._origin.x() + col * wide + gap / 2,
            self._origin.y() + row * tall + gap / 2,
            wide - gap,
            tall - gap,
        )


@lru_cache(maxsize=4)
def _lines(area: tuple[float, ...], count: int, aspect: float) -> _Lines:
    """Return the lines for an area, cached: every tile of every frame asks for them."""
    return _Lines(QRectF(*area), count, aspect)


def _between(one: QRectF, other: QRectF, share: float) -> QRectF:
    def mixed(a: float, b: float) -> float:
        return a + share * (b - a)

    return QRectF(
        mixed(one.x(), other.x()),
        mixed(one.y(), other.y()),
        mixed(one.width(), other.width()),
        mixed(one.height(), other.height()),
    )
