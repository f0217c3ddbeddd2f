"""A QThread around an engine. Created, owned and waited for by the controller."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread, Signal

from vitviz.engine import Engine


class EngineThread(QThread):
    """Runs one engine until it is stopped; its events arrive as a signal.

    Connect `happened` only to bound methods of QObjects of the main thread: anything
    else would run in this thread.
    """

    happened = Signal(object)

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self.engine = Engine()
        self.setObjectName(name)

    def run(self) -> None:
        """Work; called by Qt in the new thread."""
        self.engine.work(self.happened.emit)

    def finish(self) -> None:
        """Stop and wait: at most for the block that runs."""
        self.engine.stop()
        self.wait()
