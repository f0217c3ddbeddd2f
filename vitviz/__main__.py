"""Entry of the program: `vitviz`, `vitviz-gui`, `python -m vitviz` and the bundle."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from vitviz.system.paths import is_bundle


def main(argv: list[str] | None = None) -> int:
    """Run the program with these arguments and return its exit code."""
    # a windowed build on Windows has no console
    if sys.stdout is None:
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
    if argv is None:  # the process is ours
        from vitviz.system.memory import keep_freed_memory

        keep_freed_memory()
    from vitviz.cli.main import main as run

    return run(arguments)


def program() -> NoReturn:
    """Run the program and end the process without Python's own clean-up.

    Unloading torch and Qt takes Python longer than a second.
    """
    status = main()
    if "logging" in sys.modules:
        sys.modules["logging"].shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            # a full disk: the output is not complete
            status = status or 1
    os._exit(status)


def _restore_search_path() -> None:
    """Restore LD_LIBRARY_PATH, so that programs we start load their own libraries.

    PyInstaller's loader puts the bundle's folder first in the variable, which a browser
    or a file manager would inherit, and keeps its value in LD_LIBRARY_PATH_ORIG.
    """
    name = "LD_LIBRARY_PATH"
    original = os.environ.pop(f"{name}_ORIG", None)
    if original is not None:
        os.environ[name] = original
    else:
        os.environ.pop(name, None)


def _preload() -> None:
    """Load torch's c10.dll before Qt on Windows (pytorch/pytorch#166628)."""
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
