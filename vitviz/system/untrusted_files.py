"""Reading of files that a user, or another file, names.

    read_untrusted   a file's bytes, at most so many
    open_untrusted   the same file, open, for a reader that needs only parts of it

A path can lead to anything: opening a pipe waits for a writer that never comes, a
device never ends, and a file can be replaced between being looked at and being opened.
So a path is opened without waiting, and what was opened is judged, not the path: only
a regular file within the limit is read. Every refusal is one FileError.

A test (tests/unit/test_file_reads.py) lists the modules that may open files otherwise.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import time
from pathlib import Path

from vitviz.errors import FileError
from vitviz.system.printable import printable

# A disk that answers, but hardly: a share over a bad network, or a file system that is
# a program of its own.
READ_SECONDS = 30
_CHUNK_BYTES = 2**20
_MEGABYTE = 2**20
_REASONS = {
    errno.ELOOP: "its links lead round in a circle",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EIO: "the disk reported an error",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
}


def read_untrusted(path: Path, most_bytes: int, *, name: str | None = None) -> bytes:
    """Return the content of a regular file with at most `most_bytes`.

    name : what errors call it; the path's own name by default.

    A file that grows meanwhile is read to the limit. Any thread. Raises FileError.
    """
    name = _shown(path) if name is None else name
    deadline = time.monotonic() + READ_SECONDS
    chunks: list[bytes] = []
    count = 0
    with open_untrusted(path, most_bytes, name=name) as file:
        while count <= most_bytes:
            try:
                # one byte more than allowed tells a file that is too large
                chunk = file.read(min(_CHUNK_BYTES, most_bytes + 1 - count))
            except OSError as error:
                raise _refused(name, error) from error
            if not chunk:  # None: a file of the system's own that would have to wait
                return b"".join(chunks)
            chunks.append(chunk)
            count += len(chunk)
            if time.monotonic() > deadline:
                raise FileError(
                    "{name} cannot be read: its disk took longer than {seconds} s. "
                    "Copy it elsewhere and open that.",
                    name=name,
                    seconds=READ_SECONDS,
                )
    raise _too_large(name, most_bytes)


def open_untrusted(
    path: Path, most_bytes: int | None = None, *, name: str | None = None
) -> io.BufferedReader:
    """Open a regular file for reading, without ever waiting for a writer.

    most_bytes : refuse a file that is larger now; None for any size.
    name : what errors call it; the path's own name by default.

    Any thread. Raises FileError.
    """
    name = _shown(path) if name is None else name
    # merely opening a device can do something, such as rewinding a tape
    kind = _kind_at(path)
    if kind is not None:
        raise _of_kind(name, kind)
    # the three are missing on Windows, which has no such files under plain names
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    try:
        handle = os.open(path, flags)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise _refused(name, error) from error
    try:
        # what was opened may be another file than the one looked at above
        status = os.fstat(handle)
        kind = _kind(status.st_mode)
        if kind is not None:
            raise _of_kind(name, kind)
        if most_bytes is not None and status.st_size > most_bytes:
            raise _too_large(name, most_bytes)
        return open(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _kind(mode: int) -> str | None:
    """Return what a file is by its mode, "a pipe"; None for a regular file."""
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    if stat.S_ISREG(mode):
        return None
    return kinds.get(stat.S_IFMT(mode), "no regular file")


def _shown(path: Path) -> str:
    """Return a path's own name, fit for an error."""
    return printable(path.name or str(path))


def _kind_at(path: Path) -> str | None:
    """Return what is at a path; None for a regular file and for nothing."""
    try:
        return _kind(os.stat(path).st_mode)
    except (OSError, ValueError):
        return None


def _of_kind(name: str, kind: str) -> FileError:
    return FileError(
        "{name} is {kind}, not an ordinary file. Choose an ordinary file.",
        name=name,
        kind=kind,
    )


def _too_large(name: str, most_bytes: int) -> FileError:
    if most_bytes >= _MEGABYTE:
        limit = f"{most_bytes // _MEGABYTE:,} MB"
    else:
        limit = f"{most_bytes // 1024:,} kB"
    return FileError(
        "{name} is larger than {limit}. Choose a smaller file.", name=name, limit=limit
    )


def _refused(name: str, error: OSError | ValueError) -> FileError:
    """Return the error for a file that the system does not open or read."""
    if isinstance(error, FileNotFoundError):
        return FileError(
            "There is no file {name}. Look for it elsewhere, or choose another.",
            name=name,
        )
    if isinstance(error, PermissionError):
        return FileError(
            "{name} may not be read: change its permissions, or copy it elsewhere.",
            name=name,
        )
    reason = "its name cannot be one of a file"
    if isinstance(error, OSError):
        told = (error.strerror or "it does not answer").lower()
        reason = _REASONS.get(error.errno or 0, told)
    return FileError(
        "{name} cannot be read: {reason}. Choose another file.",
        name=name,
        reason=reason,
    )
