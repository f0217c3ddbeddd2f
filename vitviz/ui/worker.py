"""A QThread around an engine. Created, owned and waited for by the controller."""

from __future__ import annotations

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal

from vitviz.jobs.queue import Engine


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

    def finish(self, patience_ms: int | None = None) -> bool:
        """Stop and wait, at most so long; returns whether the thread has ended."""
        self.engine.stop()
        forever = QDeadlineTimer(QDeadlineTimer.ForeverConstant.Forever)
        return self.wait(
            forever if patience_ms is None else QDeadlineTimer(patience_ms)
        )
