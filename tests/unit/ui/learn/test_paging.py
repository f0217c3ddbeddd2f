"""Which parts of a page are shown together."""

from __future__ import annotations

import random
from itertools import combinations, pairwise

import pytest

from vitviz.ui.learn.paging import STRONG, PageBlock, Slide, slides_of

ROOM = 100


def blocks(*heights: int, leads: dict[int, int] | None = None) -> list[PageBlock]:
    made, top = [], 4
    for index, height in enumerate(heights):
        made.append(PageBlock(top, top + height, (leads or {}).get(index, 0)))
        top += height + 8
    return made


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        pytest.param([], [(0, 100)], id="nothing"),
        pytest.param(blocks(30, 30), [(4, 72)], id="one slide"),
        pytest.param(blocks(60, 60), [(4, 64), (72, 132)], id="two"),
        pytest.param(blocks(250), [(4, 104), (104, 204), (204, 254)], id="high"),
    ],
)
def test_slides(page: list[PageBlock], wanted: list[tuple[int, int]]) -> None:
    assert slides_of(page, ROOM) == tuple(Slide(*one) for one in wanted)


def test_a_switch_stays_with_its_chart() -> None:
    alone = blocks(20, 20, 60)
    assert slides_of(alone, ROOM)[1].top == alone[2].top
    led = blocks(20, 20, 60, leads={1: 1})
    assert slides_of(led, ROOM)[1].top == led[1].top


def test_what_belongs_together_strongly_takes_a_slide_more() -> None:
    weak, strong = (blocks(40, 40, 40, 40, leads={1: n}) for n in (9, STRONG))
    assert len(slides_of(weak, ROOM)) == 2
    tops = [one.top for one in slides_of(strong, ROOM)]
    assert len(tops) == 3
    assert strong[2].top not in tops


def parted(page: list[PageBlock], ends: tuple[int, ...]) -> int:
    return sum(page[end - 1].leads for end in ends)


def every_way(page: list[PageBlock]) -> list[tuple[int, ...]]:
    """Places to turn over, of all ways in which every slide fits."""
    found = []
    for count in range(len(page)):
        for ends in combinations(range(1, len(page)), count):
            edges = (0, *ends, len(page))
            if all(
                page[b - 1].bottom - page[a].top <= ROOM for a, b in pairwise(edges)
            ):
                found.append(ends)
    return found


def test_no_other_way_has_fewer_slides_or_parts_less() -> None:
    drawn = random.Random(5)
    for _ in range(200):
        heights = [drawn.randint(5, 95) for _ in range(drawn.randint(1, 9))]
        leads = {i: drawn.randint(0, 3) for i in range(len(heights))}
        page = blocks(*heights, leads=leads)
        slides = slides_of(page, ROOM)
        tops = [block.top for block in page]
        ends = tuple(tops.index(one.top) for one in slides[1:])
        best = min((len(way) + 1, parted(page, way)) for way in every_way(page))
        assert (len(slides), parted(page, ends)) == best
        assert all(one.bottom - one.top <= ROOM for one in slides)
