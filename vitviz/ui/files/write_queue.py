"""Queue of files to write, and removal of partly written files of a killed process.

    write(kind, target, job, then) → after the files before it → the worker → `then`

A newer job of a kind would replace an older one; a file that the user asked for must
not be lost that way, so files wait here.

    before a file is written → its folder is noted in the settings, on the disk
    orderly end → the note is removed; next start after a kill → the folder is swept
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from vitviz.jobs.pictures import sweep_folders
from vitviz.jobs.queue import Context, Job, JobKind, bound
from vitviz.system import settings
from vitviz.system.printable import printable
from vitviz.ui.base.threads import Workers

if TYPE_CHECKING:
    from vitviz.errors import VitvizError


# Files that only have to be written, and files that the engine computes first.
OF_FILES = (JobKind.WRITE, JobKind.EXPORT)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Order:
    """A file to write."""

    target: Path
    job: Job
    then: Callable[[Path], None]


class WriteQueue(QObject):
    """Files to write, one after the other; lives in the main thread."""

    # Another file is to be written.
    asked = Signal()
    # The worker has been given a file to write.
    begun = Signal()
    # The share of a file that is done, in [0, 1].
    advanced = Signal(float)
    # Nothing is left to write; True if all files were written.
    settled = Signal(bool)

    def __init__(self, workers: Workers, sweeper: LeftoverSweeper) -> None:
        super().__init__(workers)
        self._workers, self._sweeper = workers, sweeper
        # The first of each kind is being written.
        self._orders: dict[JobKind, deque[_Order]] = {
            kind: deque() for kind in OF_FILES
        }
        self._has_failed = False
        workers.on_result(JobKind.WRITE, self._on_written)
        workers.on_result(JobKind.EXPORT, self._on_exported)
        workers.on_part(JobKind.EXPORT, self._on_part)
        workers.on_failure(JobKind.WRITE, self._on_write_failed)
        workers.on_failure(JobKind.EXPORT, self._on_export_failed)

    def write(
        self, kind: JobKind, target: Path, job: Job, then: Callable[[Path], None]
    ) -> None:
        """Write `target` by `job`, then call `then` with its path.

        kind : one of `OF_FILES`. An error is shown, and `then` is not called.
        """
        self.asked.emit()
        self._sweeper.expect(target.parent)
        waiting = self._orders[kind]
        waiting.append(_Order(target, job, then))
        if len(waiting) == 1:
            self._begin(kind)

    def is_busy(self) -> bool:
        """Return whether a file is being written or waits."""
        return any(self._orders.values())

    def name(self) -> str:
        """Return the name of the file being written, as it is shown; empty for none."""
        for waiting in self._orders.values():
            if waiting:
                return printable(waiting[0].target.name)
        return ""

    def forget(self) -> None:
        """Remove all files that wait."""
        for waiting in self._orders.values():
            for order in list(waiting)[1:]:
                _log.warning("%s is not written: it was cancelled", order.target)
                waiting.remove(order)

    def _begin(self, kind: JobKind) -> None:
        self._workers.submit(kind, bound(_after_note, self._orders[kind][0].job))
        self.begun.emit()

    def _on_part(self, share: float) -> None:
        self.advanced.emit(share)

    def _on_written(self, path: Path) -> None:
        self._end(JobKind.WRITE, path)

    def _on_exported(self, path: Path) -> None:
        self._end(JobKind.EXPORT, path)

    def _on_write_failed(self, _error: VitvizError) -> None:
        self._end(JobKind.WRITE, None)

    def _on_export_failed(self, _error: VitvizError) -> None:
        self._end(JobKind.EXPORT, None)

    def _end(self, kind: JobKind, path: Path | None) -> None:
        """Remove the first file of a kind, done or failed; begin the next."""
        waiting = self._orders[kind]
        order = waiting.popleft()
        if path is None:
            self._has_failed = True
        else:
            order.then(path)
        if waiting:
            self._begin(kind)
        elif not self.is_busy():
            is_there, self._has_failed = not self._has_failed, False
            self.settled.emit(is_there)


def _after_note(context: Context, job: Job) -> object:
    """Do a job once the disk knows which folder it writes to; see `LeftoverSweeper`."""
    settings.wait()
    return job(context)


class LeftoverSweeper(QObject):
    """Removal of partly written files from the folders that a killed process noted.

    Lives in the main thread; a worker looks through the folders, which may be slow.
    """

    def __init__(self, workers: Workers) -> None:
        super().__init__(workers)
        self._workers = workers
        self._own: set[str] = set()
        workers.on_result(JobKind.TIDY, self._on_swept)

    def begin(self) -> None:
        """Submit a job that sweeps the folders that a killed process had noted."""
        folders = settings.get().written_to
        if folders:
            self._workers.submit(JobKind.TIDY, bound(sweep_folders, folders))

    def expect(self, folder: Path) -> None:
        """Note a folder to write to; the note is saved when `settings.wait` returns."""
        place = str(folder.absolute())
        # Another process may have changed the notes since.
        settings.refresh("written_to")
        noted = settings.get().written_to
        self._own.add(place)
        if place not in noted:
            settings.set(written_to=(*noted, place))

    def end(self) -> None:
        """Remove the notes of this process: all its files have been written."""
        self._forget(self._own)
        self._own = set()

    def _on_swept(self, folders: Sequence[str]) -> None:
        self._forget(set(folders) - self._own)

    def _forget(self, places: set[str]) -> None:
        if places:
            settings.refresh("written_to")
            noted = settings.get().written_to
            settings.set(written_to=tuple(one for one in noted if one not in places))
