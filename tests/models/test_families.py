"""Every family: layout, and attention equal to the network's own weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.families import TOLERANCE, Case
from tests.models.library_cases import TORCHVISION, TRANSFORMERS
from tests.models.table import CASES, measured
from tests.models.timm_cases import TIMM

DOCS = Path(__file__).parents[2] / "docs"


def _parameters() -> list[object]:
    return [
        pytest.param(
            case,
            id=f"{case.library}-{case.name}",
            marks=() if case.is_quick else pytest.mark.long,
        )
        for case in CASES
    ]


@pytest.mark.parametrize("case", _parameters())
def test_attention_is_the_networks_own(case: Case) -> None:
    for found in measured(case).values():
        rows, cols = found.grid
        assert found.num_tokens == rows * cols + len(case.prefix)
        assert max(found.worst, found.error) <= TOLERANCE


def test_there_are_enough_of_each_and_all_are_in_the_table() -> None:
    assert len(TIMM) >= 40
    assert len(TRANSFORMERS) >= 8
    assert len(TORCHVISION) == 5
    assert len({(case.library, case.name) for case in CASES}) == len(CASES)
    table = (DOCS / "families.md").read_text("utf-8")
    assert [case.name for case in CASES if f"`{case.name}`" not in table] == []
