"""Free memory in bytes, and the errors by which a lack of it shows.

On Linux a process may have less than its computer: a container, a systemd slice or a
batch job puts it into a control group with a limit, and groups lie within groups.

    free = min(free memory of the computer, limit − used of each group around us,
               what `ulimit -v` and `ulimit -d` leave of the addresses)

    version 2   memory.max and memory.high (above which the process is slowed down
                until it seems to hang), memory.current
    version 1   memory.limit_in_bytes, memory.usage_in_bytes

Kernel documentation, "Control Group v2", section "Memory Interface Files", and "Memory
Resource Controller" for version 1. File pages that were not used lately are given back
before a limit is enforced, so they do not count as used.

torch is imported only when a function needs it.
"""

from __future__ import annotations

import errno
import functools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

# No limit of version 1 is a huge number, a few pages less than 2⁶³.
MAX_LIMIT_BYTES = 2**62


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether the error says that memory ran out.

    Python, torch's accelerators and its CPU allocator each have an error of their own,
    and so have the system and its loader of libraries.
    """
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or (isinstance(error, ImportError) and "failed to map segment" in str(error))
        or type(error).__name__ == "OutOfMemoryError"
        or "DefaultCPUAllocator" in str(error)
        or "out of memory" in str(error).lower()
    )


def free_bytes(device: str = "cpu") -> int | None:
    """Return the bytes of memory that a run on the device can have; None if unknown.

    device : "cpu", "cuda", "cuda:1", "mps", "xpu".
    """
    kind = device.partition(":")[0]
    if kind == "cpu":
        return _free_on_cpu()
    import torch

    try:
        if kind == "cuda":
            return int(torch.cuda.mem_get_info(torch.device(device))[0])
        if kind == "xpu":
            return int(torch.xpu.mem_get_info(torch.device(device))[0])
        if kind == "mps":
            most = torch.mps.recommended_max_memory()
            return int(most - torch.mps.driver_allocated_memory())
    except (RuntimeError, AttributeError, AssertionError):
        return None
    return None


def release(device: str) -> None:
    """Give an accelerator's unused memory back to the system.

    It frees only what no tensor holds, so call it after the last reference is gone.
    """
    import gc

    import torch

    gc.collect()
    kind = device.partition(":")[0]
    if kind == "cuda":
        torch.cuda.empty_cache()
    elif kind == "xpu":
        torch.xpu.empty_cache()
    elif kind == "mps":
        torch.mps.empty_cache()


def give_back_unused() -> bool:
    """Give the system what the C library holds and nobody uses; any thread.

    glibc keeps blocks that were freed. Runs of many sizes leave gaps between blocks in
    use, and after some thousand the process holds twice what it uses. It takes 10 to
    70 ms, in which other threads may wait for memory.

    Returns whether there is such a function; only glibc has one.
    """
    trim = _of_glibc("malloc_trim")
    if trim is None:
        return False
    trim(0)
    return True


# What glibc keeps of the memory that was freed, at most, for the next pass.
MOST_KEPT = 512 * 2**20
# mallopt(3): its parameters, and the largest block that may come from the heap.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGEST_OF_HEAP = 32 * 2**20


def keep_freed_memory() -> bool:
    """Let the C library keep what was freed, for this process, before its threads.

    A pass asks for the same large blocks as the one before it. glibc gives them back to
    the system in between, which then fills them with zeros again: a tenth to a fifth of
    the time of small pictures. All threads share one heap, so that what one of them
    freed serves the others; `give_back_unused` empties it while nothing runs.

    Nothing is changed where the user has chosen for glibc, by its variables.

    Returns whether it was done; only glibc has such a function.
    """
    chosen = any(name.startswith("MALLOC_") for name in os.environ)
    if chosen or "glibc.malloc" in os.environ.get("GLIBC_TUNABLES", ""):
        return False
    mallopt = _of_glibc("mallopt")
    if mallopt is None:
        return False
    values = (
        (_ARENA_MAX, 1),
        (_MMAP_THRESHOLD, _LARGEST_OF_HEAP),
        (_TRIM_THRESHOLD, MOST_KEPT),
    )
    done = [mallopt(parameter, value) for parameter, value in values]  # all of them
    return all(one == 1 for one in done)


@functools.cache
def _of_glibc(name: str) -> Callable[..., int] | None:
    """Return a function of glibc; None with another C library."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    try:
        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):  # musl has none of them
        return None
    return found


def group_free_bytes(root: Path = Path("/")) -> int | None:
    """Return the bytes that the control groups around this process leave it.

    The least of limit − used over its own group and all groups that this one lies in,
    at least 0; None without a limit. What cannot be read counts as no limit.

    root : folder that holds `proc` and `sys`.
    """
    groups = _groups(root, _text(root / "proc/self/cgroup"))
    left = [free for group in groups for free in _left_by(group)]
    return max(0, min(left)) if left else None


# asked before every pass, and always the same
@functools.lru_cache(maxsize=4)
def _groups(root: Path, listed: str) -> tuple[Path, ...]:
    """Return the folders of this process's memory groups and of all around them.

    listed : text of the system's list of them.
    """
    possible = dict.fromkeys(_possible_groups(root, listed))
    return tuple(
        one
        for one in possible
        if any(_is_file(one / name) for name in ("memory.stat", *_LIMITS))
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


# Files of a group that limit its memory, of version 2 and of version 1.
_LIMITS = "memory.max", "memory.high", "memory.limit_in_bytes"


def _possible_groups(root: Path, listed: str) -> Iterator[Path]:
    """Yield the folders where the groups may be."""
    base = root / "sys/fs/cgroup"
    for line in listed.splitlines():
        # "4:memory:/a/b" in version 1, "0::/a/b" in version 2
        number, _, rest = line.partition(":")
        controllers, found, name = rest.partition(":")
        if not found or ".." in PurePosixPath(name).parts:
            continue
        if number == "0" and not controllers:
            mounts = [base, base / "unified"]  # the latter beside version 1
        elif "memory" in controllers.split(","):
            mounts = [base / "memory", base / controllers]
        else:
            continue
        for mount in mounts:
            group = PurePosixPath(name.lstrip("/"))
            # in a container the path may be the host's, and the mount our own group:
            # its outer folders are missing, but the mount itself is read as well
            for folder in (group, *group.parents):
                yield mount / folder


def _left_by(group: Path) -> Iterator[int]:
    """Yield the bytes that each limit of one group leaves."""
    for limits, usage, inactive in (
        (("memory.max", "memory.high"), "memory.current", "inactive_file"),
        (("memory.limit_in_bytes",), "memory.usage_in_bytes", "total_inactive_file"),
    ):
        read = (_number(_text(group / name)) for name in limits)
        most = [
            limit for limit in read if limit is not None and limit < MAX_LIMIT_BYTES
        ]
        used = _number(_text(group / usage)) if most else None
        if used is None:
            continue
        for line in _text(group / "memory.stat").splitlines():
            name, _, value = line.partition(" ")
            if name == inactive:
                used = max(0, used - (_number(value) or 0))
        yield from (limit - used for limit in most)


def _text(path: Path) -> str:
    """Return the first 64 KiB of a file of the system, "" if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(2**16).decode("utf-8", "surrogateescape")
    except (OSError, ValueError):  # ValueError: a NUL in a group's name
        return ""


def _number(text: str) -> int | None:
    """Return a whole number of at most 20 digits; None for "max" and all else."""
    digits = text.strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 20
    return int(digits) if is_number else None


def _free_on_cpu() -> int | None:
    """Return the bytes that are free for this process without swapping, or None."""
    left = (_free_in_computer(), group_free_bytes(), process_free_bytes())
    return min((b for b in left if b is not None), default=None)


def process_free_bytes() -> int | None:
    """Return the bytes of addresses that the limits of this process leave it.

    Batch systems set them (`ulimit -v`, `ulimit -d`). None without a limit, and where
    it is unknown what is used.
    """
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            pages = [int(number) for number in file.read().split()]
        # all addresses are the first number, data and stack the sixth
        used = {resource.RLIMIT_AS: pages[0], resource.RLIMIT_DATA: pages[5]}
        left = [
            most - used[kind] * resource.getpagesize()
            for kind in used
            if (most := resource.getrlimit(kind)[0]) != resource.RLIM_INFINITY
        ]
    except (ImportError, OSError, ValueError, IndexError):
        return None
    return max(0, min(left)) if left else None


def _free_in_computer() -> int | None:
    """Return the bytes that are free without swapping; None if that is unknown."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
