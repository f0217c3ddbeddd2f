"""What the last layer is, softmax, sigmoid or a number, against torch's formulas."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.dense import timm_model
from vitviz.domain.interventions import Off
from vitviz.domain.problem_type import ProblemType
from vitviz.errors import CheckpointError, SelectionError, UnsupportedModelError
from vitviz.explain import perturbation, token_states
from vitviz.explain.perturbation import curves
from vitviz.models.model import Model
from vitviz.views.classes import class_scores, likeliest_classes

SINGLE, MULTI, REGRESSION = ProblemType
REFERENCES: dict[ProblemType, Callable[[Tensor], Tensor]] = {
    SINGLE: lambda logits: torch.softmax(logits, dim=-1),
    MULTI: lambda logits: 1 / (1 + torch.exp(-logits)),
    REGRESSION: lambda logits: logits,
}


def folder_with(classifier: Path, folder: Path, **values: object) -> Path:
    """Return a copy of a folder with other values in its configuration."""
    shutil.copytree(classifier, folder)
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    return folder


@pytest.mark.parametrize("problem", ProblemType)
def test_a_folder_says_how_its_logits_are_read(
    problem: ProblemType, classifier_folder: Path, tmp_path: Path
) -> None:
    name = problem.value + ("" if problem is REGRESSION else "_classification")
    folder = folder_with(classifier_folder, tmp_path / "own", problem_type=name)
    assert vitviz.load_model(folder).info.problem is problem


def one_logit_folder(classifier: Path, folder: Path, **values: object) -> Path:
    """Return a copy of a folder whose head has one logit."""
    from safetensors.torch import load_file, save_file

    names = {"id2label": {"0": "ripe"}, "label2id": {"ripe": 0}}
    made = folder_with(classifier, folder, **names, **values)
    weights = load_file(made / "model.safetensors")
    for key in ("classifier.weight", "classifier.bias"):
        weights[key] = weights[key][:1].clone()
    save_file(weights, made / "model.safetensors", {"format": "pt"})
    return made


def test_one_logit_goes_through_a_sigmoid_unless_it_is_a_number(
    classifier_folder: Path, tmp_path: Path, photo: Path
) -> None:
    model = vitviz.load_model(one_logit_folder(classifier_folder, tmp_path / "one"))
    assert model.info.problem is MULTI
    assert "sigmoid of the one logit" in model.info.assumed
    logits = vitviz.trace(model, photo).logits
    assert logits is not None
    (found,) = likeliest_classes(logits, model.info.labels, problem=model.info.problem)
    assert found.name == "ripe"
    assert found.score == pytest.approx(1 / (1 + np.exp(-float(logits[0]))), rel=1e-6)
    assert found.score not in (0.0, 1.0)
    number = one_logit_folder(
        classifier_folder, tmp_path / "two", problem_type="regression"
    )
    model = vitviz.load_model(number)
    assert model.info.problem is REGRESSION
    assert model.info.assumed == vitviz.load_model(classifier_folder).info.assumed


@pytest.mark.parametrize("problem", ProblemType)
def test_the_user_says_it_in_the_models_name(
    problem: ProblemType, classifier_folder: Path
) -> None:
    name = f"problem={problem.value}:{classifier_folder}"
    info = vitviz.load_model(name).info
    assert info.problem is problem
    assert info.source == name
    assert vitviz.load_model(info.source).info == info


def test_the_user_says_it_of_a_file_beside_other_choices(tmp_path: Path) -> None:
    file = tmp_path / "net.pth"
    module: Any = timm_model(prefix="cls")
    torch.save(module.state_dict(), file)
    heads = module.blocks[0].attn.num_heads
    model = vitviz.load_model(f"problem=multi_label,heads={heads}:{file}")
    assert model.info.problem is MULTI
    assert model.info.num_heads == heads
    assert model.info.is_of_file
    assert model.info.source == f"heads={heads},problem=multi_label:{file}"
    assert vitviz.load_model(model.info.source).info == model.info


def test_what_cannot_be_said_is_refused(classifier_folder: Path) -> None:
    with pytest.raises(SelectionError, match="single_label, multi_label, regression"):
        vitviz.load_model(f"problem=sigmoid:{classifier_folder}")
    with pytest.raises(SelectionError, match="single_label, multi_label, regression"):
        vitviz.wrap(timm_model(prefix="cls"), problem="sigmoid")
    with pytest.raises(SelectionError, match="all choices of a model at once"):
        vitviz.load_model(f"problem=multi_label:heads=3:{classifier_folder}")
    with pytest.raises(SelectionError, match="has no classes"):
        vitviz.load_model("problem=multi_label:vitviz-flexi")
    with pytest.raises(CheckpointError):  # heads cannot be said of a folder
        vitviz.load_model(f"problem=multi_label,heads=3:{classifier_folder}")


@pytest.fixture(scope="module")
def module() -> nn.Module:
    made: Any = timm_model(prefix="cls")
    with torch.no_grad():  # scores that a head or a hidden patch can move
        for parameter in made.head.parameters():
            parameter.mul_(0.1)
    return made  # type: ignore[no-any-return]


@pytest.fixture
def pixels() -> Tensor:
    return torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(5))


def wrapped(module: nn.Module, problem: ProblemType) -> Model:
    return vitviz.wrap(module, problem=problem.value)


@pytest.mark.parametrize("problem", ProblemType)
def test_the_window_computes_the_same_scores_as_torch(problem: ProblemType) -> None:
    logits = torch.tensor([-800.0, -3.0, 0.0, 2.5, 40.0])
    found = class_scores(logits.numpy(), problem)
    assert found is not None
    expected = REFERENCES[problem](logits.double())
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize("problem", ProblemType)
def test_deletion_begins_at_the_score_and_ends_at_that_of_the_hidden_picture(
    problem: ProblemType, module: nn.Module, pixels: Tensor
) -> None:
    model = wrapped(module, problem)
    trace = vitviz.trace(model, pixels)
    heat = np.random.default_rng(1).random(trace.grid).astype(np.float32)
    target = 3
    found = curves(
        model, trace, heat, target=target, fill="mean", steps=2, pixels=pixels
    )
    hidden = torch.broadcast_to(pixels.mean(dim=(2, 3), keepdim=True), pixels.shape)
    with torch.no_grad():
        ends = [REFERENCES[problem](module(x)[0])[target] for x in (pixels, hidden)]
    assert abs(float(ends[0] - ends[1])) > 1e-3
    np.testing.assert_allclose(found.values[[0, -1]], ends, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("problem", ProblemType)
def test_head_effects_are_the_loss_of_that_score(
    problem: ProblemType, module: nn.Module, pixels: Tensor
) -> None:
    model = wrapped(module, problem)
    trace = vitviz.trace(model, pixels)
    found = perturbation.head_effects(
        model, trace, target=3, off=Off.ZERO, layers=(1,), pixels=pixels
    )[1]
    own: Any = module
    size = own.blocks[1].attn.proj.in_features // len(found)
    for head, effect in enumerate(found):

        def silence(_part: nn.Module, args: tuple[Tensor], head: int = head) -> Tensor:
            entering = args[0].clone()
            entering[..., head * size : (head + 1) * size] = 0
            return entering

        with torch.no_grad():
            whole = REFERENCES[problem](own(pixels)[0])[3]
            hook = own.blocks[1].attn.proj.register_forward_pre_hook(silence)
            without = REFERENCES[problem](own(pixels)[0])[3]
            hook.remove()
        assert effect == pytest.approx(float(whole - without), rel=1e-3, abs=1e-6)
    assert np.abs(found).max() > 1e-4


def test_the_lens_reads_each_class_by_itself_and_no_number(
    module: nn.Module, pixels: Tensor
) -> None:
    model = wrapped(module, MULTI)
    trace = vitviz.trace(model, pixels)
    states = token_states.states(model, trace, pixels=pixels)
    shares, _ = token_states.lens(model, states, trace.num_layers, 3)
    with torch.no_grad():
        expected = torch.sigmoid(module(pixels)[0, 3])
    assert shares[0] == pytest.approx(float(expected), rel=1e-4)  # the CLS token
    with pytest.raises(UnsupportedModelError, match="a number and not with classes"):
        token_states.lens(wrapped(module, REGRESSION), states, 0, 3)


def test_files_say_how_the_logits_were_read(
    classifier_folder: Path, photo: Path, tmp_path: Path
) -> None:
    from vitviz.cli.main import main

    out = tmp_path / "map.npz"
    name = f"problem=multi_label:{classifier_folder}"
    assert main(["export", str(photo), "--model", name, "-o", str(out)]) == 0
    described = json.loads(str(np.load(out)["meta"]))
    assert described["model"]["problem"] == "multi_label"
