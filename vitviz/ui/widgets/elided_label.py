"""A line of text that ends in “…” where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from vitviz.ui.plain_text import show_plainly, tip


class ElidedLabel(QLabel):
    """Takes the room it is given; the whole text is its tooltip and spoken name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        show_plainly(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show a text, as much of it as there is room for."""
        self._whole = text
        self.setToolTip(tip(text))
        self.setAccessibleName(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another end."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = self.contentsRect().width()
        mode = Qt.TextElideMode.ElideRight
        super().setText(self.fontMetrics().elidedText(self._whole, mode, room))
