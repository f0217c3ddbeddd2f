"""A folder in memory where it can be had, and sentences as a user may see them."""

from __future__ import annotations

import atexit
import functools
import tempfile
from pathlib import Path

from vitviz.errors import VitvizError


@functools.cache
def folder() -> Path:
    """Return a folder of this process, which goes at its end."""
    memory = Path("/dev/shm")
    made = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
    atexit.register(made.cleanup)
    return Path(made.name)


def written(data: bytes, name: str) -> Path:
    """Return a file of the folder with these bytes."""
    path = folder() / name
    path.write_bytes(data)
    return path


def require_sentence(error: VitvizError, most: int = 2000) -> None:
    """Raise AssertionError unless an error is one short line that steers nothing."""
    text = str(error)
    assert text, type(error)
    assert len(text) < most, text
    assert text.isprintable(), ascii(text)
