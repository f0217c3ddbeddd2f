"""The worker threads, and what is awaited from them.

    submit(kind, job) → the engine → event with its token → dropped unless current →
    the handler of (type, kind)

Pictures are read by a thread of their own, so that one can be opened during a run;
another looks through folders, another writes what only has to be written.

A QThread around an engine. Created, owned and waited for by the controller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal

from vitviz.errors import VitvizError
from vitviz.jobs.queue import (
    Engine,
    Event,
    Failed,
    Finished,
    Job,
    JobKind,
    Progressed,
    Started,
)

Handler = Callable[[Any], None]
_OF_FOLDERS = {JobKind.FOLDER, JobKind.AHEAD, JobKind.THUMBNAILS, JobKind.TIDY}


class Workers(QObject):
    """Lives in the main thread; handlers are called there."""

    failed = Signal(object, object)
    """The kind of a job and its VitvizError; `Cancelled` when it was asked to end."""
    advanced = Signal()
    """An event has been handled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens: dict[JobKind, int] = {}
        self._handlers: dict[tuple[type[object], JobKind], Handler] = {}
        self._failures: dict[JobKind, Handler] = {}
        self._was_shut_down = False
        self._reader = WorkerThread("reader", self)
        self._engine = WorkerThread("engine", self)
        self._browser = WorkerThread("browser", self)
        self._writer = WorkerThread("writer", self)
        self._threads = [self._reader, self._engine, self._browser, self._writer]
        for thread in self._threads:
            thread.happened.connect(self._on_event)
            thread.start()

    def adopt(self, thread: WorkerThread) -> None:
        """Stop this thread, too, at the end."""
        self._threads.append(thread)

    def on_part(self, kind: JobKind, handler: Handler) -> None:
        """Call `handler` with every part that a job of this kind reports."""
        self._handlers[Progressed, kind] = handler

    def on_result(self, kind: JobKind, handler: Handler) -> None:
        """Call `handler` with what a job of this kind returns."""
        self._handlers[Finished, kind] = handler

    def on_failure(self, kind: JobKind, handler: Callable[[VitvizError], None]) -> None:
        """Call `handler` with the error of a job of this kind, before `failed`."""
        self._failures[kind] = handler

    def submit(self, kind: JobKind, job: Job) -> None:
        """Have a job done; a newer one of a kind replaces the older."""
        thread = self._engine
        if kind in _OF_FOLDERS:
            thread = self._browser
        elif kind is JobKind.PICTURE:
            thread = self._reader
        elif kind is JobKind.WRITE:
            thread = self._writer
        self._tokens[kind] = thread.engine.submit(kind, job)

    def drop(self, *kinds: JobKind) -> None:
        """Ask jobs of these kinds to end, and ignore what still comes of them."""
        self._engine.engine.cancel(*kinds)
        for kind in kinds:
            self._tokens.pop(kind, None)

    def cancel(self) -> None:
        """Ask everything to end; each job still says how it ended."""
        for thread in (self._engine, self._writer):
            for ended in thread.engine.cancel(*JobKind):
                self._on_event(ended)

    def is_awaited(self, *kinds: JobKind) -> bool:
        """Whether a job of one of these kinds is waiting or running."""
        return any(kind in self._tokens for kind in kinds)

    def has_jobs(self) -> bool:
        """Whether anything is still to come."""
        return bool(self._tokens)

    def shutdown(self, patience_ms: int | None = None) -> bool:
        """Stop the threads and wait; returns whether they have ended.

        patience_ms : how long to wait for what cannot be cancelled, such as a block
            or the import of a library; None waits for its end. A file that is being
            written is always waited for.
        """
        if self.is_awaited(JobKind.EXPORT, JobKind.WRITE):
            patience_ms = None
        elif self._was_shut_down and patience_ms is not None:
            patience_ms = 0  # it has been waited for once
        self._was_shut_down = True
        self._tokens.clear()
        for thread in self._threads:
            thread.engine.stop()
        have_ended = [thread.finish(patience_ms) for thread in self._threads]
        return all(have_ended)

    def _on_event(self, event: Event) -> None:
        """Receive an event in the main thread; old tokens are dropped here."""
        if self._tokens.get(event.kind) != event.token or isinstance(event, Started):
            return
        if isinstance(event, Finished | Failed):
            del self._tokens[event.kind]
        if isinstance(event, Failed):
            if event.kind in self._failures:
                self._failures[event.kind](event.error)
            self.failed.emit(event.kind, event.error)
        else:
            handler = self._handlers.get((type(event), event.kind))
            if handler is not None:
                handler(event.value)
        self.advanced.emit()


class WorkerThread(QThread):
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
