"""Ring around what the keyboard has reached, for widgets that draw themselves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from vitviz.ui.base import theme

RING_PX = 2
_BY_KEY = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
_GEOMETRY = {QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show}


class FocusRing(QWidget):
    """A ring over the edge of one of some widgets, while it has the keyboard's focus.

    A click draws none: the pointer says where one is.
    """

    def __init__(self, area: QWidget, around: Sequence[QWidget]) -> None:
        """Create a hidden ring.

        area : what contains the widgets `around`.
        """
        super().__init__(area)
        self._area = area
        self._on: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        for widget in around:
            widget.installEventFilter(self)

    def ringed(self) -> QWidget | None:
        """Return the widget with the ring; None for none."""
        return None if self.isHidden() else self._on

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the focus, and the widget that has it."""
        kind = event.type()
        if isinstance(event, QFocusEvent) and isinstance(watched, QWidget):
            comes_back = event.reason() == Qt.FocusReason.ActiveWindowFocusReason
            if kind == QEvent.Type.FocusOut:
                self.hide()
                self._on = watched if comes_back and self._on is watched else None
            elif event.reason() in _BY_KEY or (comes_back and self._on is watched):
                self._on = watched
                self._place()
        elif watched is self._on and kind in _GEOMETRY:
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fill the ring; its inside is masked out."""
        QPainter(self).fillRect(self.rect(), QColor(theme.colours().accent))

    def _place(self) -> None:
        if self._on is None or not self._on.hasFocus():
            return
        corner = self._on.mapTo(self._area, QPoint(0, 0))
        self.setGeometry(QRect(corner, self._on.size()))
        ring = round(theme.drawn(RING_PX))
        inside = self.rect().adjusted(ring, ring, -ring, -ring)
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inside)))
        self.show()
        self.raise_()
