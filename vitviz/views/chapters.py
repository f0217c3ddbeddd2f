"""The chapters of Learn in their order, and the courses that lead through them."""

from __future__ import annotations

import enum


class Chapter(enum.Enum):
    """Chapters of Learn in their order; the values are their names in files."""

    NINETY_SECONDS = "ninety seconds"
    SEQUENCE = "sequence"
    POSITION = "position"
    PATCH_SIZE = "patch size"
    COST = "cost"
    QUERY_KEY = "query and key"
    SCALING = "scaling"
    SOFTMAX = "softmax"
    OUTPUT = "output"
    HEADS = "heads"
    BLOCK = "block"
    LAYERS = "layers"
    CODE = "code"
    END = "end"

    @property
    def number(self) -> int:
        """Number on screen; it stays the same when other chapters come or go."""
        return _NUMBERS[self]


_NUMBERS = {
    Chapter.NINETY_SECONDS: 0,
    Chapter.SEQUENCE: 1,
    Chapter.POSITION: 2,
    Chapter.PATCH_SIZE: 3,
    Chapter.COST: 4,
    Chapter.QUERY_KEY: 5,
    Chapter.SCALING: 6,
    Chapter.SOFTMAX: 7,
    Chapter.OUTPUT: 8,
    Chapter.HEADS: 9,
    Chapter.BLOCK: 10,
    Chapter.LAYERS: 11,
    Chapter.CODE: 12,
    Chapter.END: 13,
}
assert _NUMBERS.keys() == {*Chapter}
assert list(_NUMBERS.values()) == sorted({*_NUMBERS.values()})


class Course(enum.Enum):
    """Ways through the chapters; the values are their names in files."""

    TEN_MINUTES = "ten minutes"
    LESSON = "lesson"
    ARTICLE = "article"

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """Chapters of this course, in their order."""
        numbers = _COURSES[self]
        return tuple(c for c in Chapter if numbers is None or c.number in numbers)

    def step(self, chapter: Chapter, by: int) -> Chapter:
        """Return the course's chapter after (1) or before (-1) a chapter.

        `chapter` need not be on the course; it is returned where none follows.
        """
        ahead = [c for c in self.chapters if by * (c.number - chapter.number) > 0]
        if not ahead:
            return chapter
        return min(ahead, key=lambda c: abs(c.number - chapter.number))


# Numbers of a course's chapters; None: all of them.
_COURSES: dict[Course, frozenset[int] | None] = {
    Course.TEN_MINUTES: frozenset({0, 1, 3, 5, 9, 13}),
    Course.LESSON: None,
    Course.ARTICLE: frozenset({1, 3, 4, 5, 6, 7, 8, 9, 12, 13}),
}
assert _COURSES.keys() == {*Course}
