"""Entry of the program, for the console and for windows without one."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Run the program with these arguments; returns its exit code."""
    if sys.stdout is None:  # a windowed build on Windows has no console
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")
    _preload()
    from vitviz.cli import main as run

    return run(sys.argv[1:] if argv is None else argv)


def _preload() -> None:
    """On Windows, load torch's c10.dll before Qt is in (pytorch#166628)."""
    if sys.platform != "win32":
        return
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return
    library = Path(spec.origin).parent / "lib" / "c10.dll"
    if library.is_file():
        ctypes.CDLL(str(library))


if __name__ == "__main__":
    sys.exit(main())
