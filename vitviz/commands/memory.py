"""Whether a run fits this machine, estimated before it starts."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from vitviz.errors import BudgetError

if TYPE_CHECKING:
    from vitviz.geometry import Placement
    from vitviz.models.adapter import ModelInfo


def check_memory(info: ModelInfo, placement: Placement, *, is_agreed: bool) -> None:
    """Raise BudgetError for a run that would take more than the free memory.

    Above half of it the run must have been agreed to.
    """
    free = free_bytes()
    if free is None or info.device != "cpu":
        return
    needed = run_bytes(info, placement)
    advice = "Choose a smaller --size, or a larger --patch"
    if needed > free:
        raise BudgetError(
            "This run would take about {needed:.1f} GB of memory; {free:.1f} GB are "
            "free. {advice}.",
            needed=needed / 1e9,
            free=free / 1e9,
            advice=advice,
        )
    if needed > free / 2 and not is_agreed:
        raise BudgetError(
            "This run would take about {needed:.1f} GB of memory, more than half of "
            "the {free:.1f} GB that are free. {advice}, or add --yes.",
            needed=needed / 1e9,
            free=free / 1e9,
            advice=advice,
        )


def run_bytes(info: ModelInfo, placement: Placement) -> int:
    """Estimate of what a trace holds beside the model, in bytes.

    The width follows from the parameters, 12·L·W² in a plain Transformer. q, k, v of
    every layer stay; a block's hidden layer, four times as wide, comes on top.
    """
    width = math.sqrt(info.num_parameters / (12 * info.num_layers))
    columns = placement.model_size[0] // info.patch_size[0]
    rows = placement.model_size[1] // info.patch_size[1]
    item = 4 if info.dtype == "float32" else 2
    return round(rows * columns * width * item * (3 * info.num_layers + 12))


def free_bytes() -> int | None:
    """Memory that a new process can have; None where that is not known."""
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
