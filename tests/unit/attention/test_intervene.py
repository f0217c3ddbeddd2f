"""Interventions that mean nothing for a model are refused before it runs."""

from __future__ import annotations

import pytest

import vitviz
from tests.models.by_hand import timm
from vitviz.domain.interventions import Cut, HeadsOff, Hidden, Hide, Interventions
from vitviz.errors import SelectionError

ALL = tuple((row, col) for row in range(4) for col in range(6))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (Interventions(heads_off=(HeadsOff(99, (0,)),)), "no layer 99"),
        (Interventions(heads_off=(HeadsOff(0, (64,)),)), "no head 64"),
        (Interventions(cuts=(Cut((0,), (1,), 0, 40),)), "no layer 40"),
        (Interventions(cuts=(Cut(((9, 0),), (1,)),)), r"no patch \(9,0\)"),
        (Interventions(cuts=(Cut((0,), tuple(range(24))),)), "keep at least one"),
        (Interventions(cuts=(Cut((0,), ("dist",)),)), "no special token dist"),
        (Interventions(hidden=(Hidden(((0, 6),)),)), r"no patch \(0,6\)"),
        (
            Interventions(hidden=(Hidden(((0, 0),), grid=(14, 14)),)),
            "grid of 14×14",
        ),
        (
            Interventions(hidden=(Hidden(ALL, Hide.DROP),)),
            "must stay",
        ),
    ],
)
def test_what_is_not_there_is_refused(changed: Interventions, words: str) -> None:
    network = timm("none")
    model = network.model
    with pytest.raises(SelectionError, match=words):
        vitviz.trace(model, network.pixels, interventions=changed)
    before = vitviz.trace(model, network.pixels)
    assert before.interventions == Interventions()
