"""Overlay of Present: a halo at the pointer, pressed keys, and the blank screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
    QKeyCombination,
    QObject,
    QPoint,
    QRect,
    QRectF,
    Qt,
    QTimer,
)
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFontMetricsF,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from vitviz.system import settings
from vitviz.ui.base import theme

HALO_PX = 34
POLL_MS = 33
KEY_MS = 1400
MARGIN_PX = 16
# Keys that are held together with others, and not named alone.
_ALONE = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
)


class PresentOverlay(QWidget):
    """An overlay that covers the window and lets every click through."""

    def __init__(self, window: QWidget, picture: Callable[[], QRect]) -> None:
        """Cover `window`; `picture` returns the picture's rectangle, for the keys."""
        super().__init__(window)
        self._picture = picture
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._window = window
        self._is_blank = False
        self._place = QPoint(-1000, -1000)
        self._key = ""
        self._pointer = QTimer(self, interval=POLL_MS)
        self._pointer.timeout.connect(self._follow)
        self._pointer.start()
        self._fade = QTimer(self, singleShot=True, interval=KEY_MS)
        self._fade.timeout.connect(self._forget_key)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()

    def setBlank(self, is_blank: bool) -> None:
        """Set whether everything is covered in black."""
        if is_blank != self._is_blank:
            self._is_blank = is_blank
            self.update()

    def isBlank(self) -> bool:
        """Return whether everything is covered."""
        return self._is_blank

    def showKey(self, key: QKeyCombination) -> None:
        """Show the name of a pressed key for a moment."""
        is_named = key.key() not in _ALONE and key.key() != Qt.Key.Key_unknown
        if not is_named or not settings.get().present_keys:
            return
        form = QKeySequence.SequenceFormat.NativeText
        self._key = QKeySequence(key).toString(form)
        self._fade.start()
        self.update()

    def shownKey(self) -> str:
        """Return the name of the key that is shown now."""
        return self._key

    def haloRect(self) -> QRect:
        """Return the rectangle of the halo."""
        side = 2 * HALO_PX + 8
        return QRect(
            self._place.x() - side // 2, self._place.y() - side // 2, side, side
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window also while it is resized."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
            self.raise_()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the halo and the key, or the blank screen."""
        painter = QPainter(self)
        if self._is_blank:
            painter.fillRect(self.rect(), QColor("black"))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if settings.get().present_halo:
            self._paint_halo(painter)
        if self._key:
            self._paint_key(painter)

    def _paint_halo(self, painter: QPainter) -> None:
        middle = self._place
        painter.setBrush(QColor(255, 220, 60, 70))
        for colour, width in ((QColor(0, 0, 0, 160), 5), (QColor(255, 220, 60), 3)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(middle, HALO_PX, HALO_PX)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_key(self, painter: QPainter) -> None:
        font = theme.font("title")
        font.setBold(True)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        width = max(metrics.horizontalAdvance(self._key) + 32, 64)
        height = metrics.height() + 16
        # Nothing else is ever in this corner; the upper ones have marks and titles.
        corner = self._picture().bottomLeft()
        left, top = corner.x() + MARGIN_PX, corner.y() - MARGIN_PX - height
        chip = QRectF(left, top, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 20, 20, 225))
        painter.drawRoundedRect(chip, 8, 8)
        painter.setPen(QColor("white"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, self._key)

    def _follow(self) -> None:
        place = self.mapFromGlobal(QCursor.pos())
        if place != self._place:
            previous, self._place = self.haloRect(), place
            self.update(previous)
            self.update(self.haloRect())

    def _forget_key(self) -> None:
        self._key = ""
        self.update()
