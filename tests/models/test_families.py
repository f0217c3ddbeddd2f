"""Every family: layout, and attention equal to the network's own weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import vitviz
from tests.models.families import TOLERANCE, Case
from tests.models.library_cases import TORCHVISION, TRANSFORMERS
from tests.models.table import CASES, measured
from tests.models.timm_cases import TIMM
from vitviz.errors import SelectionError

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


def test_the_query_of_a_pooling_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the softmax of SigLIP's own unfused pooling head."""
    case = next(one for one in TIMM if one.name == "vit_base_patch16_siglip_224")
    module = case.build()
    pixels = torch.randn(1, 3, 64, 96)
    trace = vitviz.trace(vitviz.wrap(module), pixels)
    kept: list[torch.Tensor] = []
    softmax = torch.Tensor.softmax

    def keep(scores: torch.Tensor, dim: int) -> torch.Tensor:
        weights = softmax(scores, dim)
        kept.append(weights)
        return weights

    module.attn_pool.fused_attn = False  # type: ignore[union-attr, assignment]
    monkeypatch.setattr(torch.Tensor, "softmax", keep)
    model = vitviz.wrap(module)
    with torch.inference_mode():
        module.set_input_size(img_size=(64, 96))  # type: ignore[operator]
        module(pixels)
    assert model.info.num_layers == 3
    (expected,) = (one for one in kept if one.shape[-2] == 1)
    found = torch.from_numpy(trace.row(2, "pool"))
    torch.testing.assert_close(found, expected[0, :, 0], rtol=0, atol=TOLERANCE)
    with pytest.raises(SelectionError, match="ask for layer 2"):
        trace.row(0, "pool")
    other = vitviz.trace(vitviz.load_model(), torch.randn(1, 3, 64, 64))
    with pytest.raises(SelectionError, match="no special token pool"):
        other.row(5, "pool")
