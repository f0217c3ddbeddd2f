"""A stack that needs no more room than the page on screen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget


class CurrentStack(QStackedWidget):
    """Qt's own reserves the room of its largest page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self._on_changed)

    def sizeHint(self) -> QSize:
        """Of the current page."""
        page = self.currentWidget()
        if page is None:
            return super().sizeHint()
        hint = page.sizeHint()
        if page.hasHeightForWidth() and self.isVisible():
            hint.setHeight(page.heightForWidth(self.width()))
        return hint

    def hasHeightForWidth(self) -> bool:
        """Qt would ask every page: the hint's height is that of the current one."""
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another height that is wanted."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Of the current page."""
        page = self.currentWidget()
        if page is None:
            return super().minimumSizeHint()
        return page.minimumSizeHint().expandedTo(page.minimumSize())

    def _on_changed(self, _index: int) -> None:
        self.updateGeometry()
