"""Which parts of a long page are shown together, a slide at a time.

For a room a chapter is turned over like slides: nothing is cut in the middle, and what
belongs together stays together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STRONG = 10
"""From here on two parts are on one slide, also where that takes one more."""


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A part of the page that is not cut."""

    top: int
    """px from the page's upper end; blocks come in this order and do not overlap."""
    bottom: int
    leads: int = 0
    """How much it belongs to what follows: a slider to the words under it."""


@dataclass(frozen=True, slots=True)
class Slide:
    """What is seen at once: px from the page's upper end."""

    top: int
    bottom: int


def slides_of(blocks: Sequence[PageBlock], room: int) -> tuple[Slide, ...]:
    """As few slides of at most `room` px as can be; at least one, if empty.

    What belongs together strongly is parted only where it has no room together.

    Among equally few, those that part the least of what belongs together, and of these
    the most even. A block that is higher than a slide has slides of its own.
    """
    if not blocks or room < 1:
        return (Slide(0, max(room, 0)),)
    count = len(blocks)
    # best way to show blocks[start:], from the end: (cost, end of its first slide)
    start_cost = (0, 0, 0, 0)
    best: list[tuple[tuple[int, int, int, int], int]]
    best = [(start_cost, count)] * (count + 1)
    for start in range(count - 1, -1, -1):
        ways = []
        for end in range(start + 1, count + 1):
            height = blocks[end - 1].bottom - blocks[start].top
            if height > room and end > start + 1:
                break
            torn, slides, parted, uneven = best[end][0]
            leads = blocks[end - 1].leads if end < count else 0
            torn += leads >= STRONG
            parted += leads
            needed = max(1, -(-height // room))
            uneven += (max(room - height, 0)) ** 2
            ways.append(((torn, slides + needed, parted, uneven), end))
        best[start] = min(ways)
    found: list[Slide] = []
    start = 0
    while start < count:
        end = best[start][1]
        top, bottom = blocks[start].top, blocks[end - 1].bottom
        while bottom - top > room:
            found.append(Slide(top, top + room))
            top += room
        found.append(Slide(top, bottom))
        start = end
    return tuple(found)
