"""Numbers of text: only what a person writes as one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from vitviz.cli.parse import (
    class_of,
    factor,
    head_of,
    method_options_of,
    number_or,
    query_of,
    scale_of,
    size_of,
)
from vitviz.domain.number_text import decimal_number, whole_number
from vitviz.errors import InputError
from vitviz.views.colour import Levels

NO_WHOLE = (
    "", "²", "³", "١", "１", "1_0", " 1", "+1", "-1", "1.0", "1e3", "0x10", "nan",
    "1\n", "9" * 19, "9" * 5000,
)  # fmt: skip
NO_DECIMAL = ["", "nan", "inf", "-Infinity", "١.٥", "1_0", "1e999", "1e", ".", "0x1p3"]


@pytest.mark.parametrize("text", NO_WHOLE, ids=ascii)
def test_what_is_no_whole_number_is_none(text: str) -> None:
    assert whole_number(text, 0, 10**18) is None


@pytest.mark.parametrize("text", [*NO_DECIMAL, "9" * 400], ids=ascii)
def test_what_is_no_decimal_number_is_nan(text: str) -> None:
    assert math.isnan(decimal_number(text))


@pytest.mark.parametrize("ends", ["0,5e-324", "0,1e308", "1,1.000000001", "0.1,0.1"])
def test_a_scale_whose_ends_cannot_be_told_apart_is_refused(ends: str) -> None:
    with pytest.raises(InputError, match="well below"):
        scale_of(ends)


@pytest.mark.parametrize("high", [1e-12, 1e12, 0.05])
def test_a_scale_may_be_very_small_or_large(high: float) -> None:
    assert scale_of(f"0,{high}") == (0, high)
    levels = Levels(0, high)
    assert 2 <= len(levels.ticks()) <= 5
    assert levels.fraction(np.array([high], np.float32)) > 0.9999


def test_heads_are_named_once() -> None:
    with pytest.raises(InputError, match="each once"):
        head_of("mean:1,4,1")


def test_numbers_are_read() -> None:
    assert whole_number("007", 0, 10) == 7
    assert whole_number("11", 0, 10) is None
    texts = {"0.5": 0.5, "-.25": -0.25, "1e-3": 0.001, "2.": 2.0, "+1E2": 100.0}
    for text, value in texts.items():
        assert decimal_number(text) == value


@pytest.mark.parametrize("bad", ["²", "١", "0000000011", "9" * 5000, "1_0"], ids=ascii)
def test_every_option_refuses_what_is_no_number(bad: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: size_of(bad + "9" * 9),
        lambda: size_of(f"{bad}9999999x3"),
        lambda: query_of(f"{bad}999999999,3"),
        lambda: query_of(f"3,{bad}999999999"),
        lambda: query_of(f"token:{bad}999999999"),
        lambda: head_of(bad + "9" * 9),
        lambda: head_of(f"mean:{bad}999999999"),
        lambda: class_of(bad + "9" * 9),
        lambda: number_or(bad + "9" * 9, ("last",), "--layer"),
        lambda: factor(bad + "²"),
        lambda: scale_of(f"0,{bad}²"),
    ]
    for call in calls:
        with pytest.raises(InputError):
            call()


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "1e999", "[" * 100_000, "9" * 5000, "{}", "true"]
)
def test_an_option_of_a_method_is_refused_in_a_sentence(value: str) -> None:
    with pytest.raises(InputError, match="does not take"):
        method_options_of([f"mass={value}"], "mass-mask")
