"""Messages of the command line on standard error, and results on standard output."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from typing import TextIO

from vitviz.system.printable import escaped_lines, printable

# Characters of a line; an option can have 100,000.
_MOST = 2000


def say(text: str) -> None:
    """Write one line on standard error, whatever `text` holds; nothing without one."""
    if sys.stderr is None:
        return
    with contextlib.suppress(OSError):  # its terminal may have been closed
        print(_line(" ".join(text.splitlines()), sys.stderr), file=sys.stderr)
        sys.stderr.flush()


def show(text: str = "") -> None:
    """Write lines on standard output, whatever `text` holds. Raises OSError."""
    for line in text.split("\n"):
        print(_line(line, sys.stdout), flush=True)


def show_path(path: str) -> None:
    """Write a path on standard output: as it is for a program, else as `show` does."""
    if sys.stdout.isatty():
        show(path)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(path) + os.linesep.encode())
    sys.stdout.buffer.flush()


def show_traceback() -> None:
    """Write the traceback of the error that is handled on standard error."""
    if sys.stderr is not None:
        for line in escaped_lines(traceback.format_exc()).splitlines():
            say(line)


def _line(text: str, stream: TextIO) -> str:
    """Return text that the stream can write, without codes for its terminal."""
    if len(text) > _MOST:
        text = text[: _MOST - 1] + "…"
    encoding = stream.encoding or "utf-8"
    return printable(text).encode(encoding, "backslashreplace").decode(encoding)
