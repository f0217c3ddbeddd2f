"""Weights that are no numbers: counted, and why they are not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from vitviz.errors import CheckpointError, Phrase


def require_finite(module: nn.Module, place: str) -> None:
    """Raise CheckpointError where weights are not finite; `place` is their file."""
    broken = not_finite(module.state_dict())
    if broken:
        raise broken_numbers(place, broken)


def not_finite(tensors: Mapping[str, Tensor]) -> tuple[tuple[str, int], ...]:
    """(name, numbers that are NaN or infinite) of those tensors that hold some."""
    counts = {
        name: tensor.numel() - int(torch.isfinite(tensor).sum())
        for name, tensor in tensors.items()
    }
    return tuple((name, count) for name, count in counts.items() if count)


def broken_numbers(place: str, broken: Sequence[tuple[str, int]]) -> CheckpointError:
    """Why weights that are not finite are not used."""
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
