"""Files that the desktop hands to the running program, as macOS does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow

TOGETHER_MS = 50
"""How long the next of several files is waited for."""


class OpenEvents(QObject):
    """Opens in the window what a double click on a file asks for.

    Events that come before there is a window wait for it. Several files come as an
    event each, and are opened together.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._window: MainWindow | None = None
        self._waiting: list[str] = []
        self._soon = QTimer(self, singleShot=True, interval=TOGETHER_MS)
        self._soon.timeout.connect(self._open)
        app.installEventFilter(self)

    def hand_to(self, window: MainWindow | None) -> None:
        """Open files in this window from now on; None: none is there."""
        self._window = window
        self._open()

    def _open(self) -> None:
        if self._window is None or not self._waiting:
            return
        paths, self._waiting = self._waiting, []
        self._window.files.open(paths)
        self._window.raise_()
        self._window.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the events that name a file of this machine."""
        if event.type() != QEvent.Type.FileOpen or not isinstance(
            event, QFileOpenEvent
        ):
            return False
        path = event.file()
        if not path:
            return False  # an address of the network, which is not fetched unasked
        self._waiting.append(path)
        self._soon.start()
        return True
