"""What a download says of itself."""

from __future__ import annotations

import pytest

from vitviz.models.catalogue.progress import seconds_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (40, "40 s"), (200, "3 min"), (5400, "1 h 30 min")],
)
def test_times_for_people(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text
