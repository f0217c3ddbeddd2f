"""Where a pass's time goes: attention and the rest, of this thread alone."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

import vitviz
from vitviz.attention.tap import fused_attention
from vitviz.lessons import pass_timing
from vitviz.models.model import Model
from vitviz.pictures.source import load_image


@pytest.fixture(scope="module")
def model(model_folder: Path) -> Model:
    made: Model = vitviz.load_model(str(model_folder))
    return made


@pytest.mark.alone
def test_time_is_split_into_attention_and_the_rest(model: Model, photo: Path) -> None:
    image = load_image(photo)
    untouched = F.scaled_dot_product_attention
    few = pass_timing.timing(model, image, (4, 4))
    many = pass_timing.timing(model, image, (28, 28))
    assert (few.num_tokens, many.num_tokens) == (17, 785)
    for one in (few, many):
        assert 0 < one.attention_s < one.whole_s
    assert many.attention_s > 10 * few.attention_s
    assert F.scaled_dot_product_attention is untouched


@pytest.mark.alone
@pytest.mark.skipif(sys.platform == "win32", reason="tells no thread's own time")
def test_only_the_thread_s_own_time_counts(
    model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other programs that take the processor away leave no trace."""
    image, threads = load_image(photo), torch.get_num_threads()
    alone = pass_timing.timing(model, image, (14, 14))
    seen: set[int] = set()

    def interrupted(*args: Any, **options: Any) -> torch.Tensor:  # noqa: ANN401
        seen.add(torch.get_num_threads())
        time.sleep(0.05)
        return fused_attention(*args, **options)

    monkeypatch.setattr(pass_timing, "fused_attention", interrupted)
    begin = time.perf_counter()
    disturbed = pass_timing.timing(model, image, (14, 14))
    taken = (time.perf_counter() - begin) / pass_timing.MAX_PASSES
    assert seen == {1}
    assert torch.get_num_threads() == threads
    assert taken > 0.05
    assert disturbed.attention_s < 0.05 < 0.05 * model.info.num_layers
    assert disturbed.whole_s < 3 * alone.whole_s + 0.05
