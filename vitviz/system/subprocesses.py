"""Jobs that vitviz runs in a process of its own, in every kind of installation.

A decoder that hangs can be ended there, and a window that crashes can be reported. From
a checkout or a wheel the process is Python with this process's own search path, so that
it imports what this one imports and nothing from the folder it is started in. A frozen
bundle has no Python to call and starts itself; `vitviz.__main__` calls `serve` there.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from vitviz.errors import Cancelled
from vitviz.system.memory import free_bytes
from vitviz.system.paths import is_bundle
from vitviz.system.quick_imports import collecting_later

# A bundle's first argument when it is to do a job, which is the second argument;
# `--help` does not list it.
HELPER_SWITCH = "--helper"

# Of a process whose time is limited: enough for the largest picture that is opened.
MEMORY_BYTES = 8 * 2**30
# What it has where hardly anything is free, as libraries take addresses, too.
LEAST_MEMORY_BYTES = 2 * 2**30
# The variable by which a process knows its limits.
_LIMIT = "VITVIZ_SECONDS_AND_BYTES"
_POLL_S = 0.05
# Windows does not have it, and counts no time of the processor for us.
_SIGXCPU = int(getattr(signal, "SIGXCPU", 0))

# Functions without arguments, by the job's name.
JOBS = {
    "busy": "vitviz.bench.neighbour:serve",
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
    processor_seconds: float | None = None,
    data: bytes = b"",
    environment: Mapping[str, str] | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> subprocess.CompletedProcess[bytes]:
    """Run a job in a process with `data` on its standard input, until it ends.

    seconds : after which the process is ended.
    processor_seconds : time of the processor after which the process is ended, where
        the system counts that; a busy machine does not shorten it. Its memory is
        limited as well then, to half of what is free now (Linux).
    environment : variables that differ from this process's.
    is_cancelled : asked all the while; the process is ended when it says yes.

    Raises OSError, Cancelled, subprocess.TimeoutExpired with the limit that was
    reached; the process has ended then.
    """
    changed = dict(environment or {})
    if is_bundle():
        # else the bundle's loader takes the process for a part of this one, and trusts
        # it to have the search path that `__main__` has undone
        changed["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    if processor_seconds is not None:
        seconds_allowed = max(1, math.ceil(processor_seconds))
        changed[_LIMIT] = f"{seconds_allowed} {_memory_bytes()}"
    arguments = command(job)
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **changed},
        # Windows would open a console for a moment
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    ended = threading.Event()
    reasons: list[Exception] = []

    def watch() -> None:
        # a thread of its own: `communicate` forgets its input where it is called anew
        end = time.monotonic() + seconds
        while not reasons and not ended.wait(_POLL_S):
            if is_cancelled():
                reasons.append(Cancelled())
            elif time.monotonic() >= end:
                reasons.append(subprocess.TimeoutExpired(arguments, seconds))
        if reasons:
            process.kill()

    watcher = threading.Thread(target=watch, name="watcher")
    with process:
        watcher.start()
        try:
            out, errors = process.communicate(data)
        except BaseException:
            process.kill()
            raise
        finally:
            ended.set()
            watcher.join()
    if process.returncode == -_SIGXCPU and processor_seconds is not None:
        raise subprocess.TimeoutExpired(arguments, processor_seconds)
    if reasons and process.returncode != 0:
        raise reasons[0]
    return subprocess.CompletedProcess(arguments, process.returncode, out, errors)


def serve(job: str) -> None:
    """Do the job in this process. Raises KeyError for a name that is not in `JOBS`."""
    _limit(os.environ.pop(_LIMIT, ""))
    module, _, name = JOBS[job].partition(":")
    with collecting_later():
        do = getattr(importlib.import_module(module), name)
    do()


def _memory_bytes() -> int:
    """Return what a process with limits may take of the memory.

    A few megabytes can unpack to any size, and several such processes can run at once.
    """
    free = free_bytes()
    half = MEMORY_BYTES if free is None else free // 2
    return min(MEMORY_BYTES, max(LEAST_MEMORY_BYTES, half))


def _limit(limits: str) -> None:
    """Have the system hold this process to its limits, where it can."""
    if not limits or sys.platform == "win32":
        return
    import resource

    seconds, memory = map(int, limits.split())
    with contextlib.suppress(OSError, ValueError):
        # the end is no fault that should leave an image of the memory on the disk
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _bundle() -> str:
    """Return the bundle's console program: the windowed one may have no streams."""
    own = Path(sys.executable)
    if sys.platform == "win32":
        return str(own.with_name("vitviz.exe"))
    return str(own)
