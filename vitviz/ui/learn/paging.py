"""Division of a chapter's page into slides for Present.

No part is cut where it fits on a slide, and parts that belong together stay together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# From this weight on two parts share a slide, even if that takes one more slide.
STRONG = 10


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A part of the page that is not to be cut."""

    # In px from the page's upper edge; blocks come in this order and do not overlap.
    top: int
    bottom: int
    # How strongly it belongs to what follows, such as a slider to the text below it.
    leads: int = 0


@dataclass(frozen=True, slots=True)
class Slide:
    """The part of a page that is seen at once, in px from the page's upper edge."""

    top: int
    bottom: int


def slides_of(blocks: Sequence[PageBlock], room: int) -> tuple[Slide, ...]:
    """Return as few slides of at most `room` px as possible, and at least one.

    Blocks that belong together strongly are separated only where they do not fit on one
    slide. Among equally few slides, those come first that separate the least of what
    belongs together, and of these the most even ones. A block that is higher than a
    slide is cut into slides of its own.
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
            # costs are compared in this order: strong ties cut, slides, all ties cut,
            # unevenness
            torn, slides, parted, uneven = best[end][0]
            leads = blocks[end - 1].leads if end < count else 0
            torn += leads >= STRONG
            parted += leads
            # a block that is higher than a slide takes several
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
