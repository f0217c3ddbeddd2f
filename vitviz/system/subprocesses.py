"""Jobs that vitviz runs in a process of its own, in every kind of installation.

A decoder that hangs can be ended there, and a window that crashes can be reported. From
a checkout or a wheel the process is Python with this process's own search path, so that
it imports what this one imports and nothing from the folder it is started in. A frozen
bundle has no Python to call and starts itself; `vitviz.__main__` calls `serve` there.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from vitviz.system.paths import is_bundle

# A bundle's first argument when it is to do a job, which is the second argument;
# `--help` does not list it.
HELPER_SWITCH = "--helper"

# Functions without arguments, by the job's name.
JOBS = {
    "decode": "vitviz.pictures.decode:serve",
    "peak": "vitviz.bench.memory:serve",
    "window": "vitviz.ui.diagnostics.rehearsal:serve",
}


def command(job: str) -> list[str]:
    """Return the command line that starts a process for this job."""
    if is_bundle():
        return [_bundle(), HELPER_SWITCH, job]
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; "
        f"from vitviz.system.subprocesses import serve; serve({job!r})"
    )
    return [sys.executable, "-P", "-c", code]


def run(
    job: str,
    *,
    seconds: float,
    data: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a job in a process with `data` on its standard input, until it ends.

    seconds : after which the process is ended.
    environment : variables that differ from this process's.

    Raises OSError, subprocess.TimeoutExpired; the process has ended then.
    """
    changed = dict(environment or {})
    if is_bundle():
        # else the bundle's loader takes the process for a part of this one, and trusts
        # it to have the search path that `__main__` has undone
        changed["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    return subprocess.run(
        command(job),
        input=data,
        capture_output=True,
        timeout=seconds,
        check=False,
        env={**os.environ, **changed},
        # Windows would open a console for a moment
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def serve(job: str) -> None:
    """Do the job in this process. Raises KeyError for a name that is not in `JOBS`."""
    module, _, name = JOBS[job].partition(":")
    getattr(importlib.import_module(module), name)()


def _bundle() -> str:
    """Return the bundle's console program: the windowed one may have no streams."""
    own = Path(sys.executable)
    if sys.platform == "win32":
        return str(own.with_name("vitviz.exe"))
    return str(own)
