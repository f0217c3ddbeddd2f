"""Choice of heads and how they are fused, as plain values; checks of head and layer."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cache

from vitviz.errors import SelectionError


class Fusion(enum.Enum):
    """Ways to make one map of several heads."""

    MEAN = "mean"
    MAX = "max"
    MIN = "min"


@dataclass(frozen=True, slots=True)
class HeadChoice:
    """Some heads of a layer and their fusion to one map; no heads means all of them.

    Raises ValueError for a negative number, and for one that is there twice: the mean
    would be of other heads than its name says.
    """

    heads: tuple[int, ...] = ()
    fusion: Fusion = Fusion.MEAN

    def __post_init__(self) -> None:
        is_twice = len(set(self.heads)) < len(self.heads)
        if is_twice or min(self.heads, default=0) < 0:
            raise ValueError(f"not heads: {self.heads}")

    @property
    def single(self) -> int | None:
        """The head if exactly one is chosen, else None."""
        return self.heads[0] if len(self.heads) == 1 else None

    def label(self) -> str:
        """Return `mean`, `3` or `mean of 1, 4`; heads are counted from 0."""
        if not self.heads:
            return self.fusion.value
        if self.single is not None:
            return str(self.single)
        return f"{self.fusion.value} of {', '.join(map(str, self.heads))}"


def require_head(head: int, num_heads: int) -> None:
    """Raise SelectionError if a head is not in [0, num_heads)."""
    if not 0 <= head < num_heads:
        raise SelectionError(
            "There is no head {head}: heads go from 0 to {last}.",
            head=head,
            last=num_heads - 1,
        )


def require_layer(layer: int, num_layers: int) -> None:
    """Raise SelectionError if a layer is not in [0, num_layers)."""
    if not 0 <= layer < num_layers:
        raise SelectionError(
            "There is no layer {layer}: layers go from 0 to {last}.",
            layer=layer,
            last=num_layers - 1,
        )


# First cells of the head strip: mean, max and min of all heads.
FUSED_CHOICES = tuple(HeadChoice((), fusion) for fusion in Fusion)


@cache
def strip_choices(num_heads: int) -> tuple[HeadChoice, ...]:
    """Return the choices of the head strip in their order: fused, then each head."""
    return (*FUSED_CHOICES, *(HeadChoice((head,)) for head in range(num_heads)))
