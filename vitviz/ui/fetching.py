"""One download at a time, and questions about a name, each in a thread of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from vitviz.jobs import models
from vitviz.jobs.queue import Event, Failed, Finished, Job, Kind, Progressed
from vitviz.ui.work import Work
from vitviz.ui.worker import EngineThread

if TYPE_CHECKING:
    from vitviz.models.catalogue.entries import Entry


class Fetching(QObject):
    """Lives in the main thread. Its threads begin with the first wish."""

    progressed = Signal(object)
    """A Progress of the download."""
    fetched = Signal(object)
    """The Entry whose weights now lie on this machine."""
    found = Signal(object)
    """The Entry of the name that was asked for."""
    failed = Signal(object)
    """A VitvizError; `Cancelled` when the download was asked to end."""

    def __init__(self, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._threads: dict[Kind, EngineThread] = {}
        self._tokens: dict[Kind, int] = {}
        self._entry: Entry | None = None

    @property
    def entry(self) -> Entry | None:
        """What is being fetched."""
        return self._entry if Kind.DOWNLOAD in self._tokens else None

    @property
    def is_asking(self) -> bool:
        """Whether a name is being looked up."""
        return Kind.LOOK_UP in self._tokens

    def fetch(self, entry: Entry) -> None:
        """Begin a download, or go on with one; a running one is replaced."""
        if entry.remote is not None:
            self._entry = entry
            self._submit(Kind.DOWNLOAD, models.fetch(entry.remote))

    def look_up(self, name: str) -> None:
        """Ask what a name stands for."""
        self._submit(Kind.LOOK_UP, models.look_up(name))

    def cancel(self) -> None:
        """End the download; what has arrived is kept."""
        if Kind.DOWNLOAD in self._threads:
            self._threads[Kind.DOWNLOAD].engine.cancel(Kind.DOWNLOAD)

    def drop(self) -> None:
        """End everything, and hear no more of it."""
        for kind, thread in self._threads.items():
            thread.engine.cancel(kind)
        self._tokens.clear()

    def _submit(self, kind: Kind, job: Job) -> None:
        if kind not in self._threads:
            thread = EngineThread(kind.name.lower(), self)
            thread.happened.connect(self._on_event)
            self._work.adopt(thread)
            self._threads[kind] = thread
            thread.start()
        self._tokens[kind] = self._threads[kind].engine.submit(kind, job)

    def _on_event(self, event: Event) -> None:
        """Receive an event in the main thread; old tokens are dropped here."""
        if self._tokens.get(event.kind) != event.token:
            return
        if isinstance(event, Progressed):
            self.progressed.emit(event.value)
        elif isinstance(event, Finished):
            del self._tokens[event.kind]
            if event.kind is Kind.DOWNLOAD:
                self.fetched.emit(self._entry)
            else:
                self.found.emit(event.value)
        elif isinstance(event, Failed):
            del self._tokens[event.kind]
            self.failed.emit(event.error)
