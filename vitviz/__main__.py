"""Entry of the program, for the console and for windows without one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from vitviz.system.paths import is_bundle


def main(argv: list[str] | None = None) -> int:
    """Run the program with these arguments; returns its exit code."""
    if sys.stdout is None:  # a windowed build on Windows has no console
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")
    if is_bundle():
        _restore_search_path()
    arguments = sys.argv[1:] if argv is None else argv
    _preload()
    if len(arguments) == 2:
        from vitviz.system.subprocesses import HELPER_SWITCH, serve

        if arguments[0] == HELPER_SWITCH:
            serve(arguments[1])
            return 0
    from vitviz.cli.main import main as run

    return run(arguments)


def program() -> NoReturn:
    """Run the program and end the process at once, whatever is loaded.

    Python would first take torch and Qt apart, which lasts longer than a second.
    """
    status = main()
    if "logging" in sys.modules:
        sys.modules["logging"].shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # a full disk: what was written is not all there
            status = status or 1
    os._exit(status)


def _restore_search_path() -> None:
    """Give programs we start (a browser, a file manager) their own libraries.

    The bundle's loader puts our folder first in the variable and keeps what was there
    under another name.
    """
    name = "LD_LIBRARY_PATH"
    original = os.environ.pop(f"{name}_ORIG", None)
    if original is not None:
        os.environ[name] = original
    else:
        os.environ.pop(name, None)


def _preload() -> None:
    """On Windows, load torch's c10.dll before Qt is in (pytorch#166628)."""
    if sys.platform != "win32":
        return
    import ctypes
    import importlib.util

    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return
    library = Path(spec.origin).parent / "lib" / "c10.dll"
    if library.is_file():
        ctypes.CDLL(str(library))


if __name__ == "__main__":
    program()
