"""Free memory in bytes, and the errors by which a lack of it shows.

torch is imported only when a function needs it.
"""

from __future__ import annotations

import os


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether the error says that memory ran out.

    Python, torch's accelerators and its CPU allocator each have an error of their own.
    """
    return (
        isinstance(error, MemoryError)
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


def _free_on_cpu() -> int | None:
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
