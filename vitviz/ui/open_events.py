"""Files that the desktop hands to the running program, as macOS does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow


class OpenEvents(QObject):
    """Opens in the window what a double click on a file asks for.

    Events that come before there is a window wait for it.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._window: MainWindow | None = None
        self._waiting: list[str] = []
        app.installEventFilter(self)

    def hand_to(self, window: MainWindow | None) -> None:
        """Open files in this window from now on; None: none is there."""
        self._window = window
        if window is not None and self._waiting:
            window.files.open(self._waiting)
            self._waiting = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the events that name a file of this machine."""
        if event.type() != QEvent.Type.FileOpen or not isinstance(
            event, QFileOpenEvent
        ):
            return False
        path = event.file()
        if not path:
            return False  # an address of the network, which is not fetched unasked
        if self._window is None:
            self._waiting.append(path)
        else:
            self._window.files.open([path])
            self._window.raise_()
            self._window.activateWindow()
        return True
