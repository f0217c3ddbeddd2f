"""Downloads of published weights, made only when the user asks for one.

    lock → part of an earlier try → request for the rest → part → hash → rename

A download ends with the right bytes or with one error. What has arrived stays when it
is cancelled or fails, and the next one continues it, if the server still has the same
file. Only one program at a time downloads a file; another one waits, and finds it
there. No more is written than the server announced, than `most_bytes` allows, or than
the disk has space for, whatever a server sends.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import struct
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from vitviz.domain.number_text import bytes_text
from vitviz.errors import CheckpointError, DownloadError, FileError, OutputError
from vitviz.models.catalogue import store
from vitviz.models.catalogue.entries import Remote
from vitviz.models.catalogue.progress import REPORT_S, DownloadProgress, Meter
from vitviz.models.catalogue.server_errors import (
    no_answer,
    of_failure,
    of_status,
    refusal_of,
)
from vitviz.models.catalogue.store import MAX_RECORD_BYTES, Check, no_check
from vitviz.models.catalogue.transfer import Ended, Response, Transfer
from vitviz.system.atomic_files import output_error, write_bytes
from vitviz.system.file_lock import FileLock
from vitviz.system.untrusted_files import open_untrusted, read_untrusted

# For a connection and its answer, and again for each next piece.
PATIENCE_S = 10.0
# Bytes that must arrive in `PATIENCE_S`; a slower connection is given up.
LEAST_PIECE = 10_240
# Number of attempts after connections were cut, as long as each brings something.
_ATTEMPTS = 4
# Bytes of the disk that are left free.
_MARGIN = 64 << 20
# Bytes between two looks at the free space, while a file arrives.
_SPACE_STEP = 16 << 20
# Bytes of a file whose size nobody has said; the largest of timm's have 17.6 GB.
MAX_BYTES = 20 * 10**9
_POLL_S = 0.05
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Source:
    """The file that a part belongs to; noted beside the part.

    tag : what the server calls this version of the file, for If-Range; may be empty.
    sha256 : what the server says of the whole file; may be empty.
    """

    url: str
    tag: str
    total: int | None
    sha256: str


class _Restart(Exception):
    """A part that cannot be continued: begin again."""


class _Cut(Exception):
    """A connection that ended before the file did."""


def most_bytes(remote: Remote) -> int:
    """Return how long a file may be at most.

    The catalogue's size is that of the parameters alone: a file can have names, buffers
    and a head beside them, so twice that and 64 MiB are let through.
    """
    return 2 * remote.size_bytes + _MARGIN if remote.size_bytes else MAX_BYTES


def download(
    remote: Remote,
    *,
    on_progress: Callable[[DownloadProgress], None] | None = None,
    check: Check = no_check,
    patience_s: float = PATIENCE_S,
) -> Path:
    """Return the path of weights in vitviz's own cache, fetched if they are not there.

    check : called ten times a second and more; raises Cancelled to end it. What has
        arrived is continued the next time.
    on_progress : called ten times a second, in the calling thread.
    patience_s : seconds without an answer after which the download fails.

    Blocks; call it in a thread. Raises DownloadError, OutputError, CheckpointError,
    Cancelled.
    """
    folder = store.cache_folder()
    if not folder.is_absolute():  # there is no home
        raise OutputError(
            "There is no folder to keep {file} in: this account has no home folder. "
            "Set the environment variable XDG_CACHE_HOME.",
            file=remote.file,
        )
    report = on_progress or (lambda progress: None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        store.sweep_cache()
        lock = FileLock(folder / f".{remote.file}.lock")
        while not lock.acquire():
            report(DownloadProgress(store.kept_bytes(remote), is_waiting=True))
            check()
            time.sleep(REPORT_S)
        with lock:
            return _Download(remote, folder, report, check, patience_s).run()
    except OSError as error:
        raise output_error(folder / remote.file, error) from error


class _Download:
    """One download, by the process that holds the lock."""

    def __init__(
        self,
        remote: Remote,
        folder: Path,
        report: Callable[[DownloadProgress], None],
        check: Check,
        patience_s: float,
    ) -> None:
        self._remote = remote
        self._target = folder / remote.file
        self._part = store.part_path(remote)
        self._note = folder / f".{remote.file}.part.json"
        self._check = check
        self._patience_s = patience_s
        self._meter = Meter(report)

    def run(self) -> Path:
        """Return the finished file, downloaded if it is not here."""
        if self._target.is_file():
            with contextlib.suppress(CheckpointError):  # a poisoned one is replaced
                store.verify(self._remote, self._target, self._check)
                return self._target
        for _ in range(_ATTEMPTS):
            source = self._earlier()
            before = store.kept_bytes(self._remote) if source else 0
            try:
                return self._finish(self._fetch(source))
            except _Restart:
                self._discard()
            except _Cut:
                if self._earlier() is None or store.kept_bytes(self._remote) <= before:
                    break
        template = (
            "The connection to {site} was cut off. What has arrived is kept; try again."
            if self._earlier()
            else "The connection to {site} was cut off. Try again."
        )
        raise refusal_of(self._remote, template)

    # -- one request ---------------------------------------------------------------

    def _fetch(self, source: _Source | None) -> _Source:
        """Bring the part to its whole length; return what it is a part of."""
        offset = store.kept_bytes(self._remote) if source else 0
        headers = {}
        if source:
            if source.total == offset and (source.sha256 or self._remote.sha256):
                return source  # it was complete, and only not renamed
            headers = {"Range": f"bytes={offset}-", "If-Range": source.tag}
        with Transfer(self._remote.url, headers, 2 * self._patience_s) as transfer:
            answer = self._answer(transfer)
            if answer.status == 206 and source:
                found = _rest_of(source, answer, offset)
            elif answer.status == 200:
                found, offset = _whole(self._remote, answer), 0
                self._discard()
            elif answer.status in (206, 416):  # not asked for, or beyond the end
                raise _Restart
            else:
                raise of_status(self._remote, answer)
            self._require_length(found.total or 0)
            self._require_space(found, offset)
            write_bytes(self._note, json.dumps(asdict(found)).encode())
            try:
                with self._part.open("ab") as file:
                    self._receive(transfer, file, offset, found.total)
                    file.flush()
                    os.fsync(file.fileno())
            except BaseException:
                if self._earlier() is None:  # it would only fill the disk
                    self._discard()
                raise
        return found

    def _answer(self, transfer: Transfer) -> Response:
        """Return the head of the server's answer. Raises DownloadError, Cancelled."""
        end = time.monotonic() + self._patience_s
        while time.monotonic() < end:
            self._check()
            part = transfer.next_part(_POLL_S)
            if isinstance(part, Response):
                return part
            if isinstance(part, Ended):
                raise of_failure(self._remote, part.error)
        raise no_answer(self._remote)

    def _receive(
        self, transfer: Transfer, file: BinaryIO, offset: int, total: int | None
    ) -> None:
        """Write what arrives, until the file is complete."""
        done = piece_start = offset
        measure_at = offset + _SPACE_STEP
        piece_end = time.monotonic() + self._patience_s
        self._meter.start(done, total)
        while True:
            self._check()
            part = transfer.next_part(_POLL_S)
            if isinstance(part, bytes):
                if not done:
                    self._require_no_page(part)
                self._require_length(done + len(part), announced=total)
                if done + len(part) > measure_at:
                    self._require_free(max((total or 0) - done, 0) + _MARGIN)
                    measure_at = done + _SPACE_STEP
                file.write(part)
                done += len(part)
                self._meter.advance(done)
            elif isinstance(part, Ended):
                # a busy machine may see the socket's time-out before its own
                if isinstance(part.error, TimeoutError):
                    raise self._stalled()
                if part.error is not None or (total is not None and done < total):
                    raise _Cut
                self._meter.end(done)
                return
            if done - piece_start >= LEAST_PIECE:
                piece_start, piece_end = done, time.monotonic() + self._patience_s
            elif time.monotonic() > piece_end:
                raise self._stalled()

    def _stalled(self) -> DownloadError:
        """Return the error of a site that sends nothing more, or nearly nothing."""
        template = (
            "{site} stopped sending, or nearly so. What has arrived is kept; try again."
            if self._earlier()
            else "{site} stopped sending, or nearly so. Try again."
        )
        return refusal_of(self._remote, template)

    def _require_no_page(self, start: bytes) -> None:
        """Raise DownloadError for a web page in the place of the file."""
        text = start[:64].lstrip().lower()
        if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
            self._discard()
            raise refusal_of(
                self._remote,
                "Instead of {file} there came a web page. Does this network ask for a "
                "log-in? Open a browser, then try again.",
            )

    def _require_space(self, found: _Source, offset: int) -> None:
        """Raise DownloadError if the disk has no space for the rest."""
        self._require_free((found.total or offset) - offset + _MARGIN)

    def _require_length(self, count: int, *, announced: int | None = None) -> None:
        """Raise DownloadError for more bytes than the file can have."""
        most = most_bytes(self._remote)
        if announced is not None and announced < count <= most:
            self._discard()
            raise refusal_of(
                self._remote,
                "{site} sends more of {file} than the {announced} it announced; it was "
                "thrown away. Try again, perhaps from another network.",
                announced=bytes_text(announced),
            )
        if count > most:
            self._discard()
            raise refusal_of(
                self._remote,
                "What {site} sends as {file} is longer than the {most} that it can "
                "have, and was thrown away. Try again, perhaps from another network.",
                most=bytes_text(most),
            )

    def _require_free(self, needed: int) -> None:
        """Raise DownloadError if the disk has less space than that."""
        free = shutil.disk_usage(self._target.parent).free
        if free < needed:
            raise refusal_of(
                self._remote,
                "{file} needs {needed} in {folder}, where {free} are free. Make room, "
                "then try again.",
                needed=bytes_text(needed),
                free=bytes_text(free),
                folder=self._target.parent,
            )

    # -- the part ------------------------------------------------------------------

    def _earlier(self) -> _Source | None:
        """Return the file that an earlier part belongs to; None if it cannot go on."""
        try:
            found = _Source(**json.loads(read_untrusted(self._note, MAX_RECORD_BYTES)))
            is_sound = found.url == self._remote.url and bool(found.tag)
            is_sound &= type(found.tag) is str and type(found.sha256) is str
            is_sound &= found.total is None or type(found.total) is int
            size = self._part.stat().st_size
            if is_sound and 0 < size <= (found.total or size):
                return found
        except (FileError, OSError, ValueError, TypeError, RecursionError):
            pass
        return None

    def _discard(self) -> None:
        """Remove the part and its note."""
        for path in (self._part, self._note):
            path.unlink(missing_ok=True)

    def _finish(self, source: _Source) -> Path:
        """Check the whole part and give it its name."""
        digest = store.sha256_of(self._part, self._check)
        known = (self._remote.sha256, source.sha256)
        is_right = all(digest.startswith(digits) for digits in known)
        if is_right and not any(known):
            is_right = _is_whole(self._part)
        if not is_right:
            self._discard()
            raise refusal_of(
                self._remote,
                "What {site} sent is not the file {file} that was published, and was "
                "thrown away. Try again, perhaps from another network.",
            )
        os.replace(self._part, self._target)
        self._note.unlink(missing_ok=True)
        store.remember(self._remote, self._target, digest, source.sha256)
        return self._target


def _whole(remote: Remote, answer: Response) -> _Source:
    """Return what an answer with the whole file says of it."""
    headers = answer.headers
    length = headers.get("content-length", "")
    linked = answer.passed.get("x-linked-etag", "").strip('"')
    return _Source(
        remote.url,
        _tag(answer),
        int(length) if re.fullmatch(r"\d{1,18}", length) else None,
        linked if _SHA256.fullmatch(linked) else "",
    )


def _rest_of(source: _Source, answer: Response, offset: int) -> _Source:
    """Return the source with its length. Raises _Restart for other bytes."""
    place = answer.headers.get("content-range", "")
    found = re.fullmatch(r"bytes (\d{1,18})-\d+/(\d{1,18})", place)
    if found is None or int(found[1]) != offset:
        raise _Restart
    total = int(found[2])
    linked = answer.passed.get("x-linked-etag", "").strip('"')
    if (
        source.total not in (None, total)
        or _tag(answer) not in ("", source.tag)
        or (_SHA256.fullmatch(linked) and linked != source.sha256)
    ):
        raise _Restart
    return replace(source, total=total)


def _tag(answer: Response) -> str:
    """Return a strong name of this version of the file, for If-Range; may be empty."""
    tag = answer.headers.get("etag", "")
    if not tag or tag.startswith("W/"):
        return answer.headers.get("last-modified", "")
    return tag


def _is_whole(path: Path) -> bool:
    """Return whether a file without a known digest is as long as its header says."""
    size = path.stat().st_size
    with open_untrusted(path) as file:
        start = file.read(8)
        if start[:2] == b"PK":
            file.seek(max(0, size - 66_000))
            return b"PK\x05\x06" in file.read()
        (length,) = struct.unpack("<Q", start) if len(start) == 8 else (0,)
        if not 0 < length <= min(size, 8_000_000):
            return False
        try:
            header = json.loads(file.read(length))
            header.pop("__metadata__", None)
            ends = [int(entry["data_offsets"][1]) for entry in header.values()]
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            IndexError,
            OverflowError,
            RecursionError,
        ):
            return False
    return bool(8 + length + max(ends, default=0) == size)
