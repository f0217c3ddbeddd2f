"""Interventions as values: what they are made of, kept and put together."""

from __future__ import annotations

import json

import pytest

from vitviz.domain.interventions import (
    MAX_TEMPERATURE,
    UNTOUCHED,
    Axis,
    Cut,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    Off,
    changed_fields,
    merge_interventions,
)
from vitviz.system.dataclass_json import decoded, encoded

FULL = Interventions(
    temperature=2.0,
    is_scaled=False,
    axis=Axis.HEADS,
    heads_off=(HeadsOff(1, (0, 3), Off.MEAN), HeadsOff(2, (1,))),
    cuts=(Cut(("cls", (1, 2), 7), ((0, 0),), 2, 4, (3, 4)),),
    hidden=(Hidden(((0, 1), (2, 3)), Hide.NOISE, 5, (3, 4)),),
)


def test_json_brings_everything_back() -> None:
    text = json.dumps(encoded(FULL))
    found, bad = decoded(Interventions, json.loads(text), UNTOUCHED)
    assert (found, bad) == (FULL, [])


def test_parts_are_one_change_each_and_make_the_whole_again() -> None:
    parts = FULL.parts()
    assert len(parts) == 7
    assert all(len(part.parts()) == 1 for part in parts)
    assert merge_interventions(parts) == FULL
    assert merge_interventions(parts[1:]).temperature == 1
    assert not UNTOUCHED.parts()


def test_empty_is_false_and_the_rest_is_true() -> None:
    assert not UNTOUCHED
    assert all(FULL.parts())


def test_temperatures_multiply_within_their_range() -> None:
    two = Interventions(temperature=2.0)
    assert merge_interventions([two, two]).temperature == 4
    hot = Interventions(temperature=8000.0)
    assert merge_interventions([two, hot]).temperature == MAX_TEMPERATURE


def test_what_a_file_says_is_only_what_differs() -> None:
    assert [changed_fields(part) for part in FULL.parts()][:3] == [
        {"temperature": 2.0},
        {"is_scaled": False},
        {"axis": "heads"},
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Interventions(temperature=0.0),
        lambda: Interventions(temperature=float("nan")),
        lambda: HeadsOff(-1, (0,)),
        lambda: HeadsOff(0, (-2,)),
    ],
)
def test_values_out_of_range_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match="not "):
        make()
