"""How much memory there is, and how a lack of it is told. torch only when called."""

from __future__ import annotations

import os


def is_out_of_memory(error: BaseException) -> bool:
    """Whether it is Python's, an accelerator's or the CPU allocator's way to say so."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or "DefaultCPUAllocator" in str(error)
        or "out of memory" in str(error).lower()
    )


def free_bytes(device: str = "cpu") -> int | None:
    """Memory that a run on the device can have; None where that is not known."""
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
    """Give an accelerator's unused memory back; call it when nothing pins tensors."""
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
