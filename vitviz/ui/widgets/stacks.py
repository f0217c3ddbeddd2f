"""Stacked panes: tabs of the side panel, and a stack as small as its current page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from vitviz.ui.widgets.segmented import Segmented


class SideTabs(QWidget):
    """Panes chosen by a row of names above them; setters emit nothing."""

    # The name of a pane.
    paneChosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._stack = CurrentStack()
        self._bar = Segmented(wraps=True, is_tight=True)
        self._bar.setAccessibleName(self.tr("What the side panel shows"))
        self._bar.valueChosen.connect(self.paneChosen)
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 0)
        row.addWidget(self._bar, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self._stack, 1)

    def setPanes(self, panes: Sequence[tuple[str, str, str, QWidget]]) -> None:
        """Set the panes, (name, text, tooltip, pane) of each."""
        self._bar.setOptions([(name, text, tip) for name, text, tip, _ in panes])
        for name, _, _, pane in panes:
            self._names.append(name)
            self._stack.addWidget(pane)
        self.setCurrent(self._names[0])

    def setCurrent(self, name: str) -> None:
        """Show one pane; an unknown name changes nothing."""
        if name in self._names:
            self._stack.setCurrentIndex(self._names.index(name))
            self._bar.setValue(name)

    def current(self) -> str:
        """Return the name of the pane on screen."""
        return self._names[self._stack.currentIndex()]

    def setShowsNames(self, shows: bool) -> None:
        """Show or hide the row of names above the pane."""
        self._bar.setVisible(shows)

    def button(self, name: str) -> QWidget:
        """Return the button that chooses a pane."""
        return self._bar.button(name)


class CurrentStack(QStackedWidget):
    """A stacked widget as large as its current page; Qt's has the largest's size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self._on_changed)

    def sizeHint(self) -> QSize:
        """Return the size hint of the current page."""
        page = self.currentWidget()
        if page is None:
            return super().sizeHint()
        hint = page.sizeHint()
        if page.hasHeightForWidth() and self.isVisible():
            hint.setHeight(page.heightForWidth(self.width()))
        return hint

    def hasHeightForWidth(self) -> bool:
        """Return False: Qt would ask every page, not only the current one."""
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for another height where the width has changed."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Return the minimum size of the current page."""
        page = self.currentWidget()
        if page is None:
            return super().minimumSizeHint()
        return page.minimumSizeHint().expandedTo(page.minimumSize())

    def _on_changed(self, _index: int) -> None:
        self.updateGeometry()
