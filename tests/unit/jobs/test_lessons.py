"""The job that times passes for a lesson: its rounds, its limits, its refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

import vitviz
from vitviz.errors import SelectionError
from vitviz.jobs import lessons
from vitviz.jobs.queue import Context, JobKind
from vitviz.lessons import pass_timing
from vitviz.lessons.cost import Timing
from vitviz.models.model import Model
from vitviz.pictures.source import load_image


@pytest.fixture(scope="module")
def model(model_folder: Path) -> Model:
    made: Model = vitviz.load_model(str(model_folder))
    return made


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
