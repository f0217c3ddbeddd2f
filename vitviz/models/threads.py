"""Threads of the processor: all of them while the machine is idle, fewer beside others.

torch's threads wait for each other at the end of every product, and they wait by
spinning: for the small products of one picture that is nearly twice as fast as
sleeping. Beside another busy process it is several times slower, because one thread
spins on its core while the one it waits for has been pushed off the other. So a pass
uses as many threads as there are idle cores, and looks again between layers. Results
are the same bit for bit: a product is divided among threads by rows and columns, never
along the axis that is summed.

A number that the user has chosen, in the settings, with `--threads` or by a variable of
OpenMP or MKL, stays as it is. Where the system does not say what else runs, all threads
are used; Linux says it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

# torch's own choice, which `use_threads` replaces.
_OWN = torch.get_num_threads()
# By which users choose the number of threads, or how they wait.
_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
# How often a pass looks at what else the machine does, at most.
LOOK_S = 0.01
_chosen_outside = any(name in os.environ for name in _VARIABLES)
_is_chosen = _chosen_outside


def use_threads(count: int) -> None:
    """Compute with so many threads of the processor; 0 is torch's own choice."""
    global _is_chosen
    _is_chosen = count > 0 or _chosen_outside
    torch.set_num_threads(count or _OWN)


@contextmanager
def beside_others(*, counts_own: bool = False) -> Iterator[Callable[[], None]]:
    """Compute with as many threads as there are idle cores, at least with one.

    Yields a function that looks again, for the pauses of a long pass. The number is of
    the thread that calls, and is as before afterwards.

    counts_own : count this program's own Python threads that compute, too, as those
        that read and write the other pictures of a folder.
    """
    before = torch.get_num_threads()
    looked = -LOOK_S

    def look() -> None:
        nonlocal looked
        now = time.monotonic()
        if _is_chosen or before == 1 or now - looked < LOOK_S:
            return
        looked = now
        cores = os.cpu_count() or before
        others = _num_others() + (_num_python() if counts_own else 0)
        count = max(1, min(before, cores - others))
        if count != torch.get_num_threads():
            torch.set_num_threads(count)

    look()
    try:
        yield look
    finally:
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)


def _num_others() -> int:
    """Return how many threads of other processes compute now; 0 where unknown."""
    try:
        # running/all threads of the whole machine (Linux, proc(5))
        running = int(_read("/proc/loadavg").split()[3].split(b"/")[0])
        # one is this thread; ours are counted only where there are more, as it takes
        # a quarter of a millisecond
        return 0 if running <= 1 else max(0, running - _num_own())
    except (OSError, ValueError, IndexError):
        return 0


def _num_own() -> int:
    """Return how many threads of this process compute now."""
    return sum(map(_computes, os.listdir("/proc/self/task")))


def _num_python() -> int:
    """Return how many of Python's other threads compute now; 0 where unknown."""
    me = threading.get_native_id()
    others = (one.native_id for one in threading.enumerate())
    return sum(_computes(str(one)) for one in others if one not in (None, me))


def _computes(thread: str) -> bool:
    """Return whether a thread of this process, named by its number, computes now."""
    try:
        stat = _read(f"/proc/self/task/{thread}/stat")
    except OSError:  # it has ended, or the system does not say
        return False
    # its name, in brackets, may hold anything; its state is the letter after it
    return stat.rpartition(b")")[2][1:2] == b"R"


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 512)
    finally:
        os.close(file)
