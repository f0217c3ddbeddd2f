"""Learn: which chapter is open, and the key that stands beside the query."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Chapter(enum.Enum):
    """The chapters in their order; the values are their names in files."""

    SEQUENCE = "sequence"
    PATCH_SIZE = "patch size"
    COST = "cost"
    QUERY_KEY = "query and key"
    SCALING = "scaling"
    SOFTMAX = "softmax"
    OUTPUT = "output"
    HEADS = "heads"
    CODE = "code"

    @property
    def number(self) -> int:
        """From 1, as on screen."""
        return tuple(Chapter).index(self) + 1

    def step(self, by: int) -> Chapter:
        """The chapter `by` further on; the first and the last are the ends."""
        chapters = tuple(Chapter)
        index = self.number - 1 + by
        return chapters[min(max(index, 0), len(chapters) - 1)]


NEEDS_ONE_HEAD = frozenset(
    {
        Chapter.QUERY_KEY,
        Chapter.SCALING,
        Chapter.SOFTMAX,
        Chapter.OUTPUT,
        Chapter.CODE,
    }
)
"""Chapters whose arithmetic is that of a single head."""


@dataclass(frozen=True, slots=True)
class LearnView:
    """What the Learn panel shows."""

    chapter: Chapter = Chapter.SEQUENCE
    key: int | None = None
    """The token that the query is held against; None: the patch it looks at most."""

    def __post_init__(self) -> None:
        if self.key is not None and self.key < 0:
            raise ValueError(f"not a token: {self.key}")
