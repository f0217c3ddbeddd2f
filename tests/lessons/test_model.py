"""What lessons ask of a model: its patch embedding, and where its time goes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import vitviz
from vitviz.attention.tap import fused_attention
from vitviz.errors import SelectionError
from vitviz.jobs import lessons
from vitviz.jobs.queue import Context, JobKind
from vitviz.lessons import pass_timing
from vitviz.lessons.cost import Timing
from vitviz.lessons.patch_embedding import embedding
from vitviz.models.model import Model
from vitviz.pictures.source import load_image


@pytest.fixture(scope="module")
def model(model_folder: Path) -> Model:
    made: Model = vitviz.load_model(str(model_folder))
    return made


@pytest.mark.parametrize("which", ["transformers", "embedded"])
def test_the_embedding_is_the_strided_convolution(
    which: str, model: Model, photo: Path
) -> None:
    if which == "embedded":
        model = vitviz.load_model("vitviz-flexi", patch_size=28)
    trace = vitviz.trace(model, str(photo))
    found = embedding(model, trace)
    patch = model.info.patch_size[0]
    expected = F.conv2d(
        torch.from_numpy(found.pixels)[None],
        torch.from_numpy(found.kernel),
        torch.from_numpy(found.bias),
        stride=patch,
    )[0].numpy()
    np.testing.assert_allclose(found.output, expected, atol=1e-4)
    rows, cols = trace.grid
    assert found.output.shape == (found.num_filters, rows, cols)
    scale = float(np.abs(found.output).max())
    for index, row, col in ((0, 0, 0), (5, rows - 1, 2), (11, 3, cols - 1)):
        own = float(found.output[index, row, col])
        assert found.product(index, row, col) == pytest.approx(own, abs=1e-5 * scale)
    hooks = sum(len(m._forward_hooks) for m in model.adapter.module.modules())
    assert hooks == 0


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


def test_rounds_are_reported_as_they_are_done(model: Model, photo: Path) -> None:
    reports: list[int] = []

    def listen(event: object) -> None:
        value = getattr(event, "value", None)
        assert isinstance(value, lessons.Timed)
        reports.append(len(value.rounds))

    pair = ((2, 2), (2, 4))
    job = lessons.timings(model, load_image(photo), ((pair, 3), (((3, 3),), 2)))
    found = job(Context(JobKind.LESSON, 1, listen))
    assert isinstance(found, lessons.Timed)
    assert reports == [1, 2, 3, 4, 5]
    assert len(found.pairs(pair)) == 3
    assert [one.num_tokens for one in found.grids()] == [5, 9, 10]


def test_a_grid_that_would_take_too_long_is_left_out(
    model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(
        _model: object, _image: object, grid: tuple[int, int], **_: object
    ) -> Timing:
        return Timing(*grid, grid[0] * grid[1] + 1, 2.0, 7.0)

    monkeypatch.setattr(pass_timing, "timing", slow)
    found = lessons.timings(model, load_image(photo))(
        Context(JobKind.LESSON, 1, lambda _: None)
    )
    assert isinstance(found, lessons.Timed)
    assert [one.grid for one in found.grids()] == [(7, 7), (14, 14)]


def test_a_model_of_one_size_says_so(
    model: Model, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Timing:
        raise SelectionError("takes only its own size")

    monkeypatch.setattr(pass_timing, "timing", refuse)
    with pytest.raises(SelectionError, match="only its own size"):
        lessons.timings(model, load_image(photo))(
            Context(JobKind.LESSON, 1, lambda _: None)
        )
