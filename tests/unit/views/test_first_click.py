"""The first click on a photograph shows more than the patch that was clicked."""

from __future__ import annotations

import statistics

import pytest
import skimage.data

import vitviz
from tests.first_click import lit

pytestmark = pytest.mark.long


def test_the_first_click_says_something() -> None:
    """Median over pictures and five clicks each, with what a new view is drawn with."""
    model = vitviz.load_model("vitviz-flexi")
    counts = []
    for name, cell in (("astronaut", (3, 6)), ("coffee", (6, 7)), ("rocket", (8, 7))):
        counts += lit(model, getattr(skimage.data, name)(), cell)
    assert statistics.median(counts) >= 3
