"""Dataclasses from JSON whose fields depend on each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vitviz.pictures.preprocessing import Preprocessing
from vitviz.pictures.reading import AS_IT_IS, Reading, Stretch, StretchKind
from vitviz.system.dataclass_json import decoded, encoded

NUMBERS = st.floats(-1e9, 1e9)


@given(NUMBERS, NUMBERS)
def test_two_ends_that_fit_each_other_come_back(one: float, other: float) -> None:
    """Whatever the default's are: 200 to 9800 became 0.1 to 9800 once."""
    low, high = sorted((one, other))
    if low == high:
        return
    reading = Reading(Stretch(StretchKind.VALUES, low, high))
    assert decoded(Reading, encoded(reading), AS_IT_IS) == (reading, [])


def test_means_and_deviations_of_bands_come_back() -> None:
    wanted = Preprocessing(band_mean=(0.1, 0.2), band_std=(1.0, 2.0))
    assert decoded(Preprocessing, encoded(wanted), Preprocessing()) == (wanted, [])


def test_a_field_that_is_refused_spoils_no_other() -> None:
    bad = {"kind": "values", "low": 500, "high": 100}
    assert decoded(Stretch, bad, Stretch()) == (
        Stretch(StretchKind.VALUES, 0.1, 100),
        ["low"],
    )
    worse = {"mean": [1e9, 0, 0], "std": [0, 0, 0], "size": [32, 48], "is_bgr": True}
    made, wrong = decoded(Preprocessing, worse, Preprocessing())
    assert made == Preprocessing(size=(32, 48), is_bgr=True)
    assert wrong == ["mean", "std"]
