"""Numbers as newcomers read them, and sizes of files."""

from __future__ import annotations

import pytest

from vitviz.domain.number_text import (
    bytes_text,
    cell_text,
    format_value,
    written_out,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(0.00033, "0.00033", id="small"),
        pytest.param(-0.000333, "\N{MINUS SIGN}0.00033", id="below 0"),
        pytest.param(4e-7, "0.0000004", id="an error"),
        pytest.param(0.000999999, "0.001", id="rounded up"),
        pytest.param(3e-12, "≈ 0", id="too small to tell"),
        pytest.param(1.234e7, "12,300,000", id="large"),
        pytest.param(0.0, "0", id="nothing"),
        pytest.param(float("-inf"), "\N{MINUS SIGN}∞", id="a cut edge"),
    ],
)
def test_no_power_of_ten_is_written(value: float, text: str) -> None:
    assert written_out(value) == text


@pytest.mark.parametrize("value", [0.001, 0.0733, -5.66, 82.8, 12345.0, float("nan")])
def test_other_values_read_as_everywhere(value: float) -> None:
    assert written_out(value) == format_value(value)


@pytest.mark.parametrize(
    ("count", "text"),
    [(22_870_000, "22.9 MB"), (346_270_624, "346 MB"), (2_533_881_760, "2.53 GB")],
)
def test_bytes_for_people(count: int, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("value", "most", "text"),
    [
        pytest.param(0.0057, 0.909, ".01", id="share"),
        pytest.param(-0.31, 0.9, "\N{MINUS SIGN}.31", id="below 0"),
        pytest.param(1.0, 1.0, "1.00", id="one"),
        pytest.param(4.27, 9.8, "4.3", id="patches"),
        pytest.param(4.27, 31.0, "4", id="many patches"),
        pytest.param(0.00123, 0.04, "0.0012", id="small"),
    ],
)
def test_numbers_of_cells_are_short(value: float, most: float, text: str) -> None:
    assert cell_text(value, most) == text
