"""How heads are fused and tokens pooled: plain values, no torch."""

from __future__ import annotations

import enum
from dataclasses import dataclass


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
