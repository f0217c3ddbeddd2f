"""Agreement to a large file, and a look at the disk before it is written."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from vitviz.cli.export_sources import nearest
from vitviz.domain.number_text import bytes_text
from vitviz.errors import OutputError


def agree(
    size_bytes: int,
    target: Path,
    *,
    ask_bytes: int,
    is_agreed: bool,
    fewer: str = "layers, heads or queries",
) -> None:
    """Raise OutputError if a large file is not agreed to, or the disk is too full.

    On a terminal the user is asked.

    ask_bytes : size above which it has to be agreed to.
    fewer : what makes the file smaller.
    """
    from vitviz.system.printable import printable

    size = bytes_text(size_bytes)
    name = printable(str(target))
    try:
        free = shutil.disk_usage(nearest(target.absolute().parent)).free
    except OSError:
        free = size_bytes
    if size_bytes > free:
        raise OutputError(
            "{path} would take {size}, and its disk has {free} left. Choose fewer "
            "{fewer}.",
            path=name,
            size=size,
            free=bytes_text(free),
            fewer=fewer,
        )
    if size_bytes <= ask_bytes or is_agreed:
        return
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        print(f"{name} will take {size}. Write it? [y/N] ", end="", file=sys.stderr)
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise OutputError(
        "{path} would take {size}. Add --yes to write it, or choose fewer {fewer}.",
        path=name,
        size=size,
        fewer=fewer,
    )
