"""The jobs of lessons: timed passes and effects of heads, their limits, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import vitviz
from vitviz.attention.trace import Trace
from vitviz.domain.interventions import (
    UNTOUCHED,
    Cut,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    Off,
    merge_interventions,
)
from vitviz.errors import Cancelled, SelectionError
from vitviz.explain.most_like import reference_features
from vitviz.jobs import lessons
from vitviz.jobs.queue import Context, JobKind, bound
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
    job = bound(lessons.timings, model, load_image(photo), ((pair, 3), (((3, 3),), 2)))
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
    found = lessons.timings(
        Context(JobKind.LESSON, 1, lambda _: None), model, load_image(photo)
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
        lessons.timings(
            Context(JobKind.LESSON, 1, lambda _: None), model, load_image(photo)
        )


CHANGES = {
    "untouched": UNTOUCHED,
    "changed": Interventions(
        temperature=1.5,
        cuts=(Cut(((3, 2), "cls"), ((1, 1),)),),
        hidden=(Hidden(((2, 2),), Hide.DROP), Hidden(((1, 1),), Hide.BLUR)),
        heads_off=(HeadsOff(2, (1,), Off.MEAN),),
    ),
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("which", ["no head", "classifier"])
def test_effects_are_what_whole_runs_lose(
    which: str,
    changes: Interventions,
    model: Model,
    classifier_folder: Path,
    photo: Path,
) -> None:
    """Each head off in a run of its own, from the picture to the output."""
    if which == "classifier":
        model = vitviz.load_model(str(classifier_folder))
    run: Trace = vitviz.trace(model, str(photo), interventions=changes)
    reports: list[lessons.Effects] = []
    runs = [0] * run.num_layers
    references = np.zeros((0, 0))
    if not model.info.has_head:  # once for the model, whatever is measured then
        references = reference_features(model).values.astype(np.float64)

    def listen(event: object) -> None:
        value = getattr(event, "value", None)
        assert isinstance(value, lessons.Effects)
        reports.append(value)

    def count(index: int) -> None:
        runs[index] += 1

    inner = [next(iter(block.children())) for block in model.adapter.blocks]
    hooks = [
        part.register_forward_hook(lambda *_, i=i: count(i))
        for i, part in enumerate(inner)
    ]
    job = bound(lessons.effects, model, run, 2)
    found = job(Context(JobKind.LESSON, 1, listen))
    for hook in hooks:
        hook.remove()
    assert isinstance(found, lessons.Effects)
    heads = run.num_heads
    assert [len(one.values) for one in reports] == list(range(1, heads + 1))
    assert reports[-1].values == found.values
    assert run.output is not None
    whole = torch.from_numpy(run.output).double()
    for head in range(heads):
        off = Interventions(heads_off=(HeadsOff(2, (head,)),))
        both = merge_interventions((changes, off))
        other = vitviz.trace(model, str(photo), interventions=both).output
        assert other is not None
        without = torch.from_numpy(other).double()
        if model.info.has_head:
            target = int(whole.argmax())
            lost = whole.softmax(0)[target] - without.softmax(0)[target]
        else:
            centred = torch.from_numpy(references - references.mean(axis=0))
            mean = torch.from_numpy(references.mean(axis=0))
            alike = [
                torch.cosine_similarity(centred, (one - mean)[None])
                for one in (whole, without)
            ]
            lost = (alike[1] - alike[0]).abs().mean()
        assert found.values[head] == pytest.approx(float(lost), abs=1e-6)
    assert max(map(abs, found.values)) > 1e-4
    assert model.info.has_head == (which == "classifier")
    assert runs[:2] == [1, 1], "blocks before the layer are not run for each head"


def test_effects_end_between_heads(model: Model, photo: Path) -> None:
    run = vitviz.trace(model, str(photo))
    reports: list[object] = []

    def listen(event: object) -> None:
        reports.append(event)
        context.cancel()

    context = Context(JobKind.LESSON, 1, listen)
    with pytest.raises(Cancelled):
        lessons.effects(context, model, run, 1)
    assert len(reports) == 1
    again = vitviz.trace(model, str(photo))
    assert run.output is not None
    np.testing.assert_array_equal(again.output, run.output)
