"""Choice of heads and their fusion to one map."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Fusion(enum.Enum):
    """Ways to make one map of several heads."""

    MEAN = "mean"
    MAX = "max"
    MIN = "min"


@dataclass(frozen=True, slots=True)
class HeadChoice:
    """Some heads of a layer and their fusion to one map; no heads means all of them."""

    heads: tuple[int, ...] = ()
    fusion: Fusion = Fusion.MEAN

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
