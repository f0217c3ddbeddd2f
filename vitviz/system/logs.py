"""The program's log: a rotating file, and the newest lines in memory.

Nothing is ever sent anywhere. Where the file cannot be written, the lines in memory
remain, and `take_problems` has one sentence about it.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import os
import stat
import sys
import threading
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from vitviz.errors import OutputError
from vitviz.system.atomic_files import output_error
from vitviz.system.printable import escaped, escaped_lines

NAME = "vitviz.log"
MAX_BYTES = 512 * 1024
KEPT_FILES = 3
KEPT_LINES = 2000
FORMAT = "%(asctime)s  %(levelname)-7s  %(name)s  %(message)s"


def log_path() -> Path | None:
    """Return the path of the log file; None for an account without a home folder.

    The command line adds its tracebacks to the same file. XDG_STATE_HOME counts only if
    it is an absolute path, as its specification says.
    """
    home = Path(os.path.expanduser("~"))
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA") or home)
    elif sys.platform == "darwin":
        base = home / "Library" / "Logs"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME", ""))
        base = base if base.is_absolute() else home / ".local" / "state"
    # without a home, "~" stays as it is and would become a folder of that name
    return base / "vitviz" / NAME if base.is_absolute() else None


class PlainFormatter(logging.Formatter):
    """A formatter of records in which names cannot forge lines or steer a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's lines, whatever another formatter left in it."""
        left = record.exc_text
        record.exc_text = escaped_lines(left) if left and not record.exc_info else None
        try:
            return super().format(record)
        finally:
            record.exc_text = left

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line of a record, without its traceback."""
        return escaped(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: ANN401
        """Return a traceback, line for line."""
        return escaped_lines(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        """Return a stack, line for line."""
        return escaped_lines(super().formatStack(stack_info))


def plain_last_resort() -> None:
    """Make plain what is logged before anybody listens, on standard error."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(PlainFormatter("%(message)s"))


class LastLines(logging.Handler):
    """The newest lines of the log, for the log window; callable from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: collections.deque[str] = collections.deque(maxlen=KEPT_LINES)
        self._guard = threading.Lock()
        self._count = 0
        self.setFormatter(PlainFormatter(FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        """Add the line of a record; nothing of one that is no text."""
        try:
            text = self.format(record)
        except Exception:
            # whatever a value's own text raises must not spoil what is being done
            self.handleError(record)
            return
        with self._guard:
            self._lines.append(text)
            self._count += 1

    def since(self, count: int) -> tuple[int, list[str]]:
        """Return (number of lines so far, the lines that came after the first `count`).

        At most the newest `KEPT_LINES` are available.
        """
        with self._guard:
            missing = min(self._count - count, len(self._lines))
            lines = list(self._lines)[len(self._lines) - missing :]
            return self._count, lines


class LogFile(RotatingFileHandler):
    """The log's file, which is given up at its first failure.

    on_failure : called once with what failed, in the thread that logs.
    """

    on_failure: Callable[[OSError], None] | None = None

    def handleError(self, record: logging.LogRecord) -> None:
        """Give the file up if it cannot be written; ignore a record that is no text."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            self._give_up(error)

    def close(self) -> None:
        """Close the file, although what it still holds may not fit on its disk."""
        try:
            super().close()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        told, self.on_failure = self.on_failure, None
        logging.getLogger().removeHandler(self)
        stream, self.stream = self.stream, None  # type: ignore[assignment]
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
        if told is not None:
            told(error)


LAST_LINES = LastLines()
# Called when there is a new problem, in the thread that met it.
on_problem: Callable[[], None] | None = None
_problems: list[OutputError] = []
_is_told = False


def start(level: str) -> None:
    """Begin to log what is at least of this level, such as "warning"."""
    global _is_told
    logging.raiseExceptions = False  # a full disk must not spoil what is being done
    root = logging.getLogger()
    stop()
    _is_told = False
    root.addHandler(LAST_LINES)
    set_level(level)
    path = log_path()
    if path is None:
        return
    try:
        file = _rotating(path)
    except OSError as error:
        _tell(path, error)
        return
    file.on_failure = lambda error: _tell(path, error)
    file.set_name(NAME)
    root.addHandler(file)


def take_problems() -> tuple[OutputError, ...]:
    """Return the problems with the file since the last call. Any thread."""
    taken = tuple(_problems)
    del _problems[: len(taken)]
    return taken


def _tell(path: Path, error: OSError) -> None:
    """Note once that there is no file any more."""
    global _is_told
    if _is_told:
        return
    _is_told = True
    known = output_error(path, error).values
    _problems.append(
        OutputError(
            "The log is kept only until vitviz is closed: {path} could not be written, "
            "{reason}.",
            path=known["path"],
            reason=known["reason"],
        )
    )
    if on_problem is not None:
        on_problem()


def _rotating(path: Path) -> LogFile:
    """Open the log file, which is made with its first line. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISCHR(mode):
            # opening a pipe would wait for its reader
            raise OSError("it is not an ordinary file")
    file = LogFile(
        path,
        maxBytes=MAX_BYTES,
        backupCount=KEPT_FILES,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,
    )
    file.setFormatter(PlainFormatter(FORMAT))
    return file


def keep_traceback(error: BaseException) -> Path | None:
    """Add the error's traceback to the log file; return its path, None on failure."""
    path = log_path()
    if path is None:
        return None
    try:
        file = _rotating(path)
        if path.exists() and path.stat().st_size > MAX_BYTES:
            file.doRollover()
        file.close()
        with path.open("a", encoding="utf-8", errors="backslashreplace") as out:
            lines = "".join(traceback.format_exception(error))
            out.write(escaped_lines(lines) + "\n")
    except OSError:
        return None
    return path


def stop() -> None:
    """Stop logging and close the file."""
    root = logging.getLogger()
    root.removeHandler(LAST_LINES)
    for handler in list(root.handlers):
        if handler.get_name() == NAME:
            root.removeHandler(handler)
            handler.close()


def set_level(level: str) -> None:
    """Log what is at least of this level; from other libraries, warnings and above."""
    logging.getLogger("vitviz").setLevel(level.upper())
