"""Whether a model's weights fit into memory, told before they are read."""

from __future__ import annotations

import torch

from vitviz.domain.number_text import bytes_text
from vitviz.errors import BudgetError, Phrase
from vitviz.system.memory import free_bytes

_CPU = torch.device("cpu")


def require_room(
    name: str,
    num_parameters: int,
    *,
    device: torch.device = _CPU,
    dtype: torch.dtype = torch.float32,
    built_in: torch.dtype | None = None,
) -> None:
    """Raise BudgetError, with the numbers, for weights that memory will not hold.

    num_parameters : 0 where that is not known; nothing is refused then.
    built_in : of the network as it is built on the CPU before it comes to `device`;
        None for `dtype`.
    """
    places = [(_CPU, built_in or dtype)]
    if device.type != "cpu":
        places.append((device, dtype))
    for place, kind in places:
        free = free_bytes(str(place))
        needed = num_parameters * kind.itemsize
        if free is None or needed <= free:
            continue
        halves = kind is dtype and kind.itemsize > 2
        raise BudgetError(
            "The {count:,.0f} million parameters of {name} take {needed} in "
            "{dtype}; {free} of memory are free on {device}. Choose a smaller "
            "model{or_half}.",
            count=num_parameters / 1e6,
            name=name,
            needed=bytes_text(needed),
            dtype=str(kind).removeprefix("torch."),
            free=bytes_text(free),
            device=str(place),
            or_half=Phrase(", or a precision of 16 bits, which takes half")
            if halves
            else "",
        )
