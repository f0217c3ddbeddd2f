"""How heads are fused and tokens pooled: plain values, no torch."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Fusion(enum.Enum):
    """How several heads become one map."""

    MEAN = "mean"
    MAX = "max"
    MIN = "min"


class Fill(enum.Enum):
    """What is put in place of a hidden patch."""

    BLUR = "blur"
    MEAN = "mean"
    NOISE = "noise"


class Off(enum.Enum):
    """What stands in for the output of a head that is switched off."""

    ZERO = "zero"
    MEAN = "mean"
    """Its mean over all tokens."""


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


@dataclass(frozen=True, slots=True)
class Bins:
    """An axis of tokens cut into bins: each special token alone, patches by `block`."""

    num_tokens: int
    num_prefix_tokens: int
    block: int

    def __post_init__(self) -> None:
        if self.block < 1 or not 0 <= self.num_prefix_tokens <= self.num_tokens:
            raise ValueError(f"not an axis: {self}")

    @property
    def num_bins(self) -> int:
        """Bins, the last of which may hold fewer than `block` patches."""
        num_patches = self.num_tokens - self.num_prefix_tokens
        return self.num_prefix_tokens - (-num_patches // self.block)

    def bin_of(self, token: int) -> int:
        """Bin that holds a token."""
        patch = token - self.num_prefix_tokens
        return token if patch < 0 else self.num_prefix_tokens + patch // self.block

    def tokens(self, index: int) -> range:
        """Tokens of one bin."""
        if index < self.num_prefix_tokens:
            return range(index, index + 1)
        start = self.num_prefix_tokens
        start += (index - self.num_prefix_tokens) * self.block
        return range(start, min(start + self.block, self.num_tokens))

    @classmethod
    def fitting(cls, num_tokens: int, num_prefix_tokens: int, limit: int) -> Bins:
        """The finest bins of which there are at most about `limit`."""
        num_patches = num_tokens - num_prefix_tokens
        return cls(num_tokens, num_prefix_tokens, max(1, -(-num_patches // limit)))
