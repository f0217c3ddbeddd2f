"""Atomic writing of files: a reader sees the old content or the new, never a half.

    temporary file in the same folder → fsync → os.replace → fsync of the folder

A process that is killed leaves its temporary file behind; `sweep` removes such files
at the next start. Their names hold the process, when it began, and the machine: the
number of an ended process is given to another one, and two machines can write into one
folder. What another machine wrote is removed when it is a day old.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import platform
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from vitviz.errors import OutputError
from vitviz.system.printable import printable

# The number is the process that writes, then come its machine and when it began (older
# releases: none), by which `sweep` knows leftovers.
_TEMPORARY = re.compile(
    r"\.vitviz-([0-9]{1,18})(?:-([0-9a-f]{6})(?:-([0-9a-f]{1,16}))?)?-[0-9a-f]{8}\.tmp"
)
# Nothing takes so long to be written.
_ABANDONED_S = 86_400.0

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota on that disk is used up",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "that disk can only be read",
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EFBIG: "that disk cannot hold so large a file",
    errno.EIO: "the disk reported an error",
}


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a new file for writing, and put it in the place of `target` at the end.

    If the block or the writing fails, `target` is unchanged. A symbolic link is
    followed: the file it points to is replaced.

    Raises OutputError.
    """
    with _as_output_error(target):
        final = Path(os.path.realpath(target))
        _require_regular(target, final)
        temporary = final.parent / _temporary_name()
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
        handle = os.open(temporary, flags, 0o666)
        try:
            with os.fdopen(handle, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, final)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(final.parent)


def write_bytes(target: Path, data: bytes) -> None:
    """Write `data` as the whole content of `target`. Raises OutputError."""
    with replacing(target) as file:
        file.write(data)


def sweep(folder: Path) -> int:
    """Remove the temporary files that ended processes left in `folder`; count them.

    Those are of a process of this machine that has ended, or a day old. Never raises:
    what cannot be listed or removed stays.
    """
    removed = 0
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            match = _TEMPORARY.fullmatch(entry.name)
            if match is None:
                continue
            with contextlib.suppress(OSError):
                is_ours = match[2] in (None, _machine())
                age_s = time.time() - entry.stat(follow_symlinks=False).st_mtime
                began = int(match[3] or "0", 16)
                has_ended = is_ours and not _is_running(int(match[1]), began)
                is_running_here = is_ours and not has_ended
                if has_ended or (age_s > _ABANDONED_S and not is_running_here):
                    os.unlink(entry.path)
                    removed += 1
    return removed


def _temporary_name() -> str:
    """Return a name that `sweep` knows as this process's; see `_TEMPORARY`."""
    process, tag = os.getpid(), secrets.token_hex(4)
    return f".vitviz-{process}-{_machine()}-{_began(process) or 0:x}-{tag}.tmp"


@functools.cache
def _machine() -> str:
    """Return six digits that tell this machine, and this container, from others.

    They are others after a restart: copies of a virtual machine have one name and one
    identity, and only what the kernel drew when it started tells them apart.
    """
    texts = [platform.node()]
    places = ("/etc/machine-id", "/proc/self/ns/pid", "/proc/sys/kernel/random/boot_id")
    for place in places:
        with contextlib.suppress(OSError, ValueError):
            path = Path(place)
            texts.append(os.readlink(path) if path.is_symlink() else path.read_text())
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:6]


def output_error(target: Path, error: OSError) -> OutputError:
    """Return the error for a file that could not be written."""
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
    if error.errno == errno.ENAMETOOLONG:
        return OutputError(
            "{path} could not be written: the name is too long. Choose a shorter one.",
            path=printable(str(target)),
        )
    return OutputError(
        "{path} could not be written: {reason}. Choose another place.",
        path=printable(str(target)),
        reason=reason,
    )


@contextlib.contextmanager
def _as_output_error(target: Path) -> Iterator[None]:
    """Turn an OSError of the block into OutputError for `target`."""
    try:
        yield
    except OSError as error:
        raise output_error(target, error) from error


def _require_regular(target: Path, final: Path) -> None:
    """Raise OutputError for a folder, a device or a pipe, which cannot be replaced."""
    try:
        mode = os.stat(final).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        reason = "it is a folder"
    elif not stat.S_ISREG(mode):
        reason = "it is not an ordinary file"
    else:
        return
    raise OutputError(
        "{path} could not be written: {reason}. Choose another name.",
        path=printable(str(target)),
        reason=reason,
    )


def _sync_folder(folder: Path) -> None:
    """Make the renaming itself survive a power cut, where folders can be synced."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _began(process: int) -> int | None:
    """Return when a process began, in ticks since the machine started.

    None where the system does not say (not Linux), or for a process that has ended.
    """
    try:
        text = Path(f"/proc/{process}/stat").read_text(errors="replace")
        # the second field, in brackets, is the program's name and may hold anything
        return int(text.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None


def _is_running(process: int, began: int) -> bool:
    """Return whether a process of that number and time exists; True when in doubt.

    began : see `_began`; 0 if it is not known.
    """
    if os.name == "nt":
        # os.kill would end the process there; its open file cannot be removed anyway
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # it belongs to somebody else
    found = _began(process)
    return found is None or began in (0, found)
