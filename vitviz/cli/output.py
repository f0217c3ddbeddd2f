"""Messages of the command line on standard error."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Write one line on standard error, whatever `text` holds; nothing without one."""
    if sys.stderr is None:
        return
    line = " ".join(text.splitlines())
    encoding = sys.stderr.encoding or "utf-8"
    line = line.encode(encoding, "backslashreplace").decode(encoding)
    print(line, file=sys.stderr, flush=True)
