"""Worker threads of the window, and the hand-over of their results.

    submit(kind, job) → the engine → event with its token → dropped unless current →
    the handler of (type, kind)

Each thread runs an engine (`jobs.queue`) of its own. Pictures are read in one, so that
a picture can be opened while a model runs in another; a third looks through folders, a
fourth writes files. The controller creates the threads, owns them and waits for their
end.

Some seconds after a job, memory that nobody uses is given back to the system.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, QTimer, Signal

from vitviz.errors import VitvizError
from vitviz.jobs.queue import (
    Context,
    Engine,
    Event,
    Failed,
    Finished,
    Job,
    JobKind,
    Progressed,
    Started,
)
from vitviz.system.memory import give_back_unused

Handler = Callable[[Any], None]
_OF_FOLDERS = {
    JobKind.FOLDER,
    JobKind.AHEAD,
    JobKind.THUMBNAILS,
    JobKind.TIDY,
    JobKind.RECENT,
}
# How long after a job unused memory is given back, and how often that is put off while
# other jobs wait or run.
GIVE_BACK_MS = 3000
_MOST_PUT_OFF = 5


class Workers(QObject):
    """The worker threads; lives in the main thread, where handlers are called."""

    # The kind of a job and its VitvizError, which is `Cancelled` when it was asked to
    # end.
    failed = Signal(object, object)
    # An event has been handled.
    advanced = Signal()

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
        self._num_put_off = 0
        self._rest = QTimer(self, singleShot=True, interval=GIVE_BACK_MS)
        self._rest.timeout.connect(self._on_rest)

    def adopt(self, thread: WorkerThread) -> None:
        """Stop this thread, too, at the end."""
        self._threads.append(thread)

    def on_part(self, kind: JobKind, handler: Handler) -> None:
        """Call `handler` with every part that a job of this kind reports."""
        self._handlers[Progressed, kind] = handler

    def on_result(self, kind: JobKind, handler: Handler) -> None:
        """Call `handler` with the result of a job of this kind."""
        self._handlers[Finished, kind] = handler

    def on_failure(self, kind: JobKind, handler: Callable[[VitvizError], None]) -> None:
        """Call `handler` with the error of a job of this kind, before `failed`."""
        self._failures[kind] = handler

    def submit(self, kind: JobKind, job: Job) -> None:
        """Submit a job to its thread; it replaces an older job of the same kind."""
        thread = self._engine
        if kind in _OF_FOLDERS:
            thread = self._browser
        elif kind is JobKind.PICTURE:
            thread = self._reader
        elif kind is JobKind.WRITE:
            thread = self._writer
        self._tokens[kind] = thread.engine.submit(kind, job)

    def drop(self, *kinds: JobKind) -> None:
        """Ask jobs of these kinds to end, and ignore whatever still comes from them."""
        self._engine.engine.cancel(*kinds)
        for kind in kinds:
            self._tokens.pop(kind, None)

    def cancel(self) -> None:
        """Ask all jobs to end; each still reports how it ended."""
        for thread in (self._reader, self._engine, self._browser, self._writer):
            for ended in thread.engine.cancel(*JobKind):
                self._on_event(ended)

    def is_awaited(self, *kinds: JobKind) -> bool:
        """Return whether a job of one of these kinds is waiting or running."""
        return any(kind in self._tokens for kind in kinds)

    def has_jobs(self) -> bool:
        """Return whether any job is waiting or running."""
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
            patience_ms = 0  # an earlier call has waited already
        self._was_shut_down = True
        self._rest.stop()
        self._tokens.clear()
        for thread in self._threads:
            thread.engine.stop()
        have_ended = [thread.finish(patience_ms) for thread in self._threads]
        return all(have_ended)

    def _on_event(self, event: Event) -> None:
        """Handle an event in the main thread; drop it if its token is not current."""
        if self._tokens.get(event.kind) != event.token or isinstance(event, Started):
            return
        if isinstance(event, Finished | Failed):
            del self._tokens[event.kind]
            if not self._rest.isActive() and not self._was_shut_down:
                self._rest.start()
        if isinstance(event, Failed):
            if event.kind in self._failures:
                self._failures[event.kind](event.error)
            self.failed.emit(event.kind, event.error)
        else:
            handler = self._handlers.get((type(event), event.kind))
            if handler is not None:
                handler(event.value)
        self.advanced.emit()

    def _on_rest(self) -> None:
        """Have unused memory given back, later if jobs wait or run."""
        if self.has_jobs() and self._num_put_off < _MOST_PUT_OFF:
            self._num_put_off += 1
            self._rest.start()
            return
        self._num_put_off = 0
        # without a token: nobody waits for it, and it is no sign of work
        self._browser.engine.submit(JobKind.GIVE_BACK, _give_back)


def _give_back(_context: Context) -> None:
    give_back_unused()


class WorkerThread(QThread):
    """A thread that runs one engine until it is stopped and emits its events.

    Connect `happened` only to bound methods of QObjects of the main thread: anything
    else would run in this thread.
    """

    happened = Signal(object)

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self.engine = Engine()
        self.setObjectName(name)

    def run(self) -> None:
        """Run the engine; called by Qt in the new thread."""
        self.engine.work(self.happened.emit)

    def finish(self, patience_ms: int | None = None) -> bool:
        """Stop and wait at most `patience_ms`; return whether the thread has ended."""
        self.engine.stop()
        forever = QDeadlineTimer(QDeadlineTimer.ForeverConstant.Forever)
        return self.wait(
            forever if patience_ms is None else QDeadlineTimer(patience_ms)
        )
