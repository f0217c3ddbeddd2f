"""A window that is closed while a file is being written closes when it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow


class Closing(QObject):
    """Knows whether a window waits to be closed; lives in the main thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._is_waiting = False
        self._said = ""
        self._must_end = False
        window.controller.writing.settled.connect(self._on_settled)

    def may_close(self) -> bool:
        """Whether to close now; if not, what it waits for is said.

        Who asks again means it: what is being written is left as it was.
        """
        writing = self._window.controller.writing
        if self._is_waiting or not writing.is_busy():
            return True
        self._is_waiting = True
        text = self.tr(
            "{name} is being written, and the window closes when it is there. Close it "
            "again to leave without the file."
        )
        self._said = text.format(name=writing.name())
        self._window.panes.errors.showMessage(self._said)
        return False

    def end(self) -> None:
        """Close, whatever becomes of a file: the process has been asked to end."""
        self._must_end = True
        self._window.close()

    def _on_settled(self, is_there: bool) -> None:
        if not self._is_waiting:
            return
        if is_there or self._must_end:
            self._window.close()
            return
        self._is_waiting = False  # a failure is read first
        errors = self._window.panes.errors
        if errors.text() == self._said:
            errors.clear()
