"""Weights on this machine: where they are, and whether they are what was published.

    locate(remote)            our own cache first, then torch's or Hugging Face's
    verify(remote, path)      the SHA-256, remembered by size and time of the file

Nothing here uses the network.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from vitviz.errors import CheckpointError, FileError, OutputError
from vitviz.models.catalogue.embedded import embedded_path
from vitviz.models.catalogue.entries import Entry, Remote
from vitviz.models.checkpoints.errors import unreadable
from vitviz.system.atomic_files import sweep, write_bytes
from vitviz.system.paths import FolderKind, own_folder
from vitviz.system.untrusted_files import open_untrusted, read_untrusted

_CHUNK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Of a note that is kept beside a file.
MAX_RECORD_BYTES = 2**16
# How long an unfinished download may wait to be continued.
_PART_DAYS = 30

# Raises Cancelled when the work should end.
Check = Callable[[], None]


def no_check() -> None:
    """Return at once: the check of work that cannot be cancelled."""


@dataclass(frozen=True, slots=True)
class Record:
    """A note of what was found when a file was last read as a whole.

    expected : the digest its publisher named when it was fetched; empty if none did.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str
    expected: str


def cache_folder() -> Path:
    """Return the folder of weights; not absolute for an account without a home.

    See `system.paths.own_folder`.
    """
    return own_folder(FolderKind.CACHE) / "models"


def locate(remote: Remote) -> Path | None:
    """Return the path of weights on this machine, or None."""
    candidates = [cache_folder() / remote.file]
    if remote.repository:
        candidates += _hub_files(remote)
    else:
        candidates.append(_torch_folder() / remote.file)
    for path in candidates:
        with contextlib.suppress(OSError):
            if path.is_file():
                return path
    return None


def place_of(entry: Entry) -> Path | None:
    """Return the path of a model's weights on this machine, or None."""
    if entry.remote is not None:
        return locate(entry.remote)
    path = embedded_path(entry.name)
    return path if path.is_file() else None


def part_path(remote: Remote) -> Path:
    """Return the path of what has arrived of a download that is not complete."""
    return cache_folder() / f".{remote.file}.part"


def kept_bytes(remote: Remote) -> int:
    """Return the size of what has arrived of a download; 0 without any."""
    with contextlib.suppress(OSError):
        return part_path(remote).stat().st_size
    return 0


def is_own(path: Path) -> bool:
    """Return whether a file is in vitviz's cache, so that it may be removed."""
    return path.parent == cache_folder()


def verify(remote: Remote, path: Path, check: Check = no_check) -> str:
    """Return the SHA-256 of `path`, if it is the one that was published.

    Where none was published, it has to be the one found at the download. It is computed
    once and remembered as long as the file's size and time stay the same.

    Raises CheckpointError for a file that is not what it should be, Cancelled.
    """
    try:
        status = path.stat()
        record = _read_record(remote)
        is_same = record is not None and record.path == str(path)
        digest = ""
        if record is not None and is_same:
            if (record.size, record.mtime_ns) == (status.st_size, status.st_mtime_ns):
                digest = record.sha256
        if not digest:
            digest = sha256_of(path, check)
    except FileError as error:
        raise CheckpointError(error.template, **error.values) from error
    except OSError as error:
        raise unreadable(path, error) from error
    expected = [remote.sha256]
    if record is not None and is_same:
        expected += [record.expected or record.sha256]
    blob = path.resolve().name
    if not is_own(path) and _SHA256.fullmatch(blob):
        expected.append(blob)  # the hub's cache names its files by their digest
    if not all(digest.startswith(digits) for digits in expected):
        raise CheckpointError(
            "{path} is not the file that was published: it is damaged or has been "
            "replaced. Fetch it again, or remove {full}.",
            path=path.name,
            full=path,
        )
    if record is None or not is_same or record.mtime_ns != status.st_mtime_ns:
        remember(remote, path, digest, record.expected if record and is_same else "")
    return digest


def remember(remote: Remote, path: Path, sha256: str, expected: str) -> None:
    """Note the digest of a file, so that it need not be computed at every start."""
    status = path.stat()
    record = Record(str(path), status.st_size, status.st_mtime_ns, sha256, expected)
    if not cache_folder().is_absolute():
        return
    with contextlib.suppress(OSError, OutputError):  # a cache that can only be read
        cache_folder().mkdir(parents=True, exist_ok=True)
        write_bytes(_record_path(remote), json.dumps(asdict(record)).encode())


def forget(remote: Remote) -> None:
    """Remove weights from vitviz's own cache; torch's and the hub's are left alone.

    Raises CheckpointError where that is not allowed.
    """
    path = cache_folder() / remote.file
    try:
        path.unlink(missing_ok=True)
        _record_path(remote).unlink(missing_ok=True)
    except OSError as error:
        raise CheckpointError(
            "{path} cannot be removed: {reason}.",
            path=path.name,
            reason=error.strerror or type(error).__name__,
        ) from error


def sweep_cache() -> None:
    """Remove what killed downloads left and nothing has continued for 30 days."""
    folder = cache_folder()
    sweep(folder)
    oldest = time.time() - 86_400 * _PART_DAYS
    with contextlib.suppress(OSError):
        for path in folder.glob(".*.part*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


def sha256_of(path: Path, check: Check = no_check) -> str:
    """Return a file's digest in hexadecimal. Raises FileError, OSError, Cancelled."""
    digest = hashlib.sha256()
    with open_untrusted(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            check()
    return digest.hexdigest()


def _record_path(remote: Remote) -> Path:
    return cache_folder() / f"{remote.file}.json"


def _read_record(remote: Remote) -> Record | None:
    """Read what is remembered of a file; None for nothing, and for what is damaged."""
    try:
        found = json.loads(read_untrusted(_record_path(remote), MAX_RECORD_BYTES))
        record = Record(**found)
        sizes = (record.size, record.mtime_ns)
        texts = (record.path, record.sha256, record.expected)
        is_sound = all(type(n) is int for n in sizes)
        is_sound &= all(type(t) is str for t in texts)
        return record if is_sound and _SHA256.fullmatch(record.sha256) else None
    except (FileError, ValueError, TypeError, RecursionError):
        return None


def _caches() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or _expanded("~/.cache"))


def _expanded(path: str | Path) -> Path:
    """Return the path with "~" replaced; it stays for an account without a home."""
    return Path(os.path.expanduser(path))


def _torch_folder() -> Path:
    """Return torch.hub's folder of weights, as `get_dir` does, without torch."""
    home = os.environ.get("TORCH_HOME") or _caches() / "torch"
    return _expanded(home) / "hub" / "checkpoints"


def _hub_files(remote: Remote) -> list[Path]:
    """Return the weights in the snapshot "main" of Hugging Face's own cache."""
    home = _expanded(os.environ.get("HF_HOME") or _caches() / "huggingface")
    root = _expanded(os.environ.get("HF_HUB_CACHE") or home / "hub")
    folder = root / ("models--" + remote.repository.replace("/", "--"))
    file = remote.url.rpartition("/")[2]
    with contextlib.suppress(FileError, ValueError):
        noted = read_untrusted(folder / "refs" / "main", MAX_RECORD_BYTES)
        revision = noted.decode().strip()
        if re.fullmatch(r"[0-9a-f]{40}", revision):
            return [folder / "snapshots" / revision / file]
    return []
