"""Choice of heads and how they are fused, as plain values; checks of head and layer."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from vitviz.errors import SelectionError


class Fusion(enum.Enum):
    """How several heads become one map."""

    MEAN = "mean"
    MAX = "max"
    MIN = "min"


@dataclass(frozen=True, slots=True)
class HeadChoice:
    """Some heads and how they become one map; no heads means all of them."""

    heads: tuple[int, ...] = ()
    fusion: Fusion = Fusion.MEAN

    @property
    def single(self) -> int | None:
        """The head, when exactly one is chosen."""
        return self.heads[0] if len(self.heads) == 1 else None

    def label(self) -> str:
        """`mean`, `3` or `mean of 1, 4`; the number of a head as on screen."""
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
