"""The program's log: a rotating file, and the newest lines in memory.

Nothing is ever sent anywhere. Where the file cannot be written, the lines in memory
remain.
"""

from __future__ import annotations

import collections
import logging
import os
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging.handlers import RotatingFileHandler

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


class LastLines(logging.Handler):
    """The newest lines of the log, for the log window; callable from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: collections.deque[str] = collections.deque(maxlen=KEPT_LINES)
        self._guard = threading.Lock()
        self._count = 0
        self.setFormatter(logging.Formatter(FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        """Add the line of a record."""
        text = self.format(record)
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


LAST_LINES = LastLines()


def start(level: str) -> None:
    """Begin to log what is at least of this level, such as "warning"."""
    logging.raiseExceptions = False  # a full disk must not spoil what is being done
    root = logging.getLogger()
    stop()
    root.addHandler(LAST_LINES)
    set_level(level)
    path = log_path()
    if path is None:
        return
    try:
        file = _rotating(path)
    except OSError:
        return
    file.set_name(NAME)
    root.addHandler(file)


def _rotating(path: Path) -> RotatingFileHandler:
    """Open the log file, which is made with its first line. Raises OSError."""
    from logging.handlers import RotatingFileHandler

    path.parent.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(
        path,
        maxBytes=MAX_BYTES,
        backupCount=KEPT_FILES,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,
    )
    file.setFormatter(logging.Formatter(FORMAT))
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
            out.write("".join(traceback.format_exception(error)) + "\n")
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
