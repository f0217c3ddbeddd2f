"""Levels and fractions of maps, against NumPy's own functions."""

from __future__ import annotations

import numpy as np
import pytest

from vitviz.views.colour import Levels, levels_for


@pytest.mark.parametrize("percent", [1.0, 2.5, 50.0, 99.9])
def test_a_bar_ends_at_the_percentile_that_numpy_finds(percent: float) -> None:
    random = np.random.default_rng(0)
    for count in (1, 2, 3, 100, 101, 197, 256, 3_600):
        few = random.integers(0, 4, count).astype(np.float32)
        for values in (random.random(count, np.float32) ** 9, few, few.reshape(1, -1)):
            wanted = float(np.percentile(values, 100 - percent))
            if wanted > 0:
                assert levels_for(values, clip_percent=percent).high == wanted


def test_what_is_not_finite_moves_no_end() -> None:
    values = np.array([0.25, np.nan, 0.5, np.inf, 1.0, -np.inf], np.float32)
    assert levels_for(values, clip_percent=50).high == 0.5
    assert levels_for(values).high == 1.0


def test_a_place_along_the_bar_is_clipped_and_never_nan() -> None:
    values = np.array([-np.inf, -1, 0, 0.25, 0.5, 9, np.inf, np.nan], np.float32)
    np.testing.assert_array_equal(
        Levels(0.0, 0.5).fraction(values),
        np.array([0, 0, 0, 0.5, 1, 1, 1, 0], np.float32),
    )
