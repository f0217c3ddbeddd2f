"""The chapters of Learn, in their order."""

from __future__ import annotations

import enum


class Chapter(enum.Enum):
    """Chapters of Learn in their order; the values are their names in files."""

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
        """Number on screen, counted from 1."""
        return tuple(Chapter).index(self) + 1

    def step(self, by: int) -> Chapter:
        """Return the chapter `by` further on, no further than the first or last."""
        chapters = tuple(Chapter)
        index = self.number - 1 + by
        return chapters[min(max(index, 0), len(chapters) - 1)]
