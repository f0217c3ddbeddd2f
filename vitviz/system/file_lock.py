"""A lock between processes that ends with the process that holds it."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from types import TracebackType

_log = logging.getLogger(__name__)
_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


class FileLock:
    """A lock on a file beside what it protects; the file's content means nothing.

    The file is never removed. The system releases the lock when its holder ends,
    however that happens, so a lock cannot outlive its process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free, without waiting; return whether that worked.

        On a file system without locks it counts as free, and the log has a warning.

        Raises OSError if the file cannot be made.
        """
        handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            _lock(handle)
        except OSError as error:
            if error.errno in _TAKEN:
                os.close(handle)
                return False
            _log.warning("%s cannot be locked: %s", self._path, error)
        self._handle = handle
        return True

    def release(self) -> None:
        """Release the lock if it is held."""
        if self._handle is not None:
            os.close(self._handle)  # which releases it
            self._handle = None

    def __enter__(self) -> FileLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


if os.name == "nt":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
