"""Chip at the pointer: a value in words, over a map, transparent to the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from vitviz.ui.base import theme

# From the pointer's tip to the chip, so that the patch under it stays visible.
AWAY_PX = 16


class Chip(QLabel):
    """A line of text beside the pointer, always inside its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(theme.font("small"))
        self.hide()

    def say(self, text: str, at: QPoint) -> None:
        """Show a text beside a point of the parent."""
        tone = theme.colours()
        self.setStyleSheet(
            f"background: {tone.panel}; color: {tone.text};"
            f"border: 1px solid {tone.line}; border-radius: 4px; padding: 2px 6px;"
        )
        self.setText(text)
        self.adjustSize()
        area = self._area.rect()
        x, y = at.x() + AWAY_PX, at.y() + AWAY_PX
        if x + self.width() > area.right():
            x = at.x() - AWAY_PX - self.width()
        if y + self.height() > area.bottom():
            y = at.y() - AWAY_PX - self.height()
        self.move(max(x, 0), max(y, 0))
        self.show()
        self.raise_()
