"""Checks of weights: memory, NaN and infinity, errors of a network's own code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from vitviz.domain.number_text import bytes_text
from vitviz.errors import BudgetError, CheckpointError, Phrase
from vitviz.system.memory import free_bytes

_CPU = torch.device("cpu")
# By how many numbers a network may be larger than twice its file: a second's work.
_SPARE_NUMBERS = 20_000_000
# Types of weights that are read.
FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)


def require_model_memory(
    name: str,
    num_parameters: int,
    *,
    device: torch.device = _CPU,
    dtype: torch.dtype = torch.float32,
    built_in: torch.dtype | None = None,
) -> None:
    """Raise BudgetError, with the numbers, for weights that do not fit into memory.

    num_parameters : 0 if that is not known; nothing is refused then.
    built_in : dtype in which the network is built on the CPU before it goes to
        `device`; None for `dtype`.

    Called before the weights are read.
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


def require_file_memory(name: str, size_bytes: int) -> None:
    """Raise BudgetError, with the numbers, for a file that does not fit into memory.

    size_bytes : what reading it takes; called before it is read.
    """
    free = free_bytes("cpu")
    if free is not None and size_bytes > free:
        raise BudgetError(
            "Reading {name} takes {needed}; {free} of memory are free. Close other "
            "programs, or choose a smaller model.",
            name=name,
            needed=bytes_text(size_bytes),
            free=bytes_text(free),
        )


def require_enough_numbers(path: Path, wanted: int, there: int) -> None:
    """Raise CheckpointError for a network of far more numbers than its file holds.

    wanted : numbers of the network that a configuration asks for.
    there : numbers in the file at `path`.

    Building a network and drawing random weights for all that is not in the file would
    take minutes and the whole memory, only to be refused. Exact names and shapes are
    compared later: some numbers are rightly missing, such as a pooling layer's.
    """
    if wanted > 2 * there + _SPARE_NUMBERS:
        raise CheckpointError(
            "{path} holds {there:,.1f} million numbers, and the network that its "
            "config.json asks for has {wanted:,.1f} million. Take both from the same "
            "model.",
            path=path.name,
            there=there / 1e6,
            wanted=wanted / 1e6,
        )


def owned(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """Return the numbers in that dtype, in memory that nothing larger keeps alive.

    The tensor itself where it is so already.
    """
    made = tensor.to(dtype).contiguous()
    size = made.numel() * made.element_size()
    return made if made.untyped_storage().nbytes() == size else made.clone()


def size_of(module: nn.Module) -> int:
    """Return how many numbers a network holds, tables that are computed included."""
    return sum(t.numel() for t in (*module.parameters(), *module.buffers()))


def require_finite(module: nn.Module, place: str) -> None:
    """Raise CheckpointError for weights with NaN or infinity; `place` is their file."""
    broken = not_finite(module.state_dict())
    if broken:
        raise broken_numbers(place, broken)


def not_finite(tensors: Mapping[str, Tensor]) -> tuple[tuple[str, int], ...]:
    """Return (name, count of NaN and infinities) of the tensors that hold some."""
    counts = {
        name: tensor.numel() - int(torch.isfinite(tensor).sum())
        for name, tensor in tensors.items()
    }
    return tuple((name, count) for name, count in counts.items() if count)


def broken_numbers(place: str, broken: Sequence[tuple[str, int]]) -> CheckpointError:
    """Return the error for weights that are not finite.

    broken : as `not_finite` returns, at least one.
    """
    name, count = broken[0]
    return CheckpointError(
        "{path} holds numbers that are not finite (NaN or infinity): {count:,} in "
        "{name}{more}. Its training failed, or the file is damaged.",
        path=place,
        count=count,
        name=name,
        more=(
            Phrase(", and {n} more tensors", {"n": len(broken) - 1})
            if len(broken) > 1
            else ""
        ),
    )


# What a network's own code raises if it cannot be built or run: sizes that do not
# divide, unknown options, shapes that do not fit. Each becomes one sentence about the
# network. A lack of memory is a RuntimeError of torch, too, and none of them: see
# `system.memory.is_out_of_memory`.
MODEL_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
