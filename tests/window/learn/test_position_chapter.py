"""Chapter 2: patches shuffled, with and without positions, and the places' map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from pytestqt.qtbot import QtBot

import vitviz
from tests.models.by_hand import timm
from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.inspect.test_most_like import answers, likenesses
from tests.window.learn.chapters import ask_in, figures, go_to, made, plain, press
from tests.window.learn.test_any_model import show_registers
from vitviz.attention.prepare import set_up
from vitviz.lessons.guess import Verdict
from vitviz.lessons.shuffling import SEED, shuffling
from vitviz.pictures.references import REFERENCES, reference_path
from vitviz.ui.learn.chapters.ch2_position import PositionPage
from vitviz.ui.widgets.most_like import reference_name
from vitviz.views.chapters import Chapter

Array = npt.NDArray[Any]
# transformers' classes have no types.
Untyped = Any
SIDE, PATCHES = 7, 49


def shuffled(entered: torch.Tensor) -> torch.Tensor:
    """Move the patches of an input by loops."""
    order = np.random.default_rng(SEED).permutation(PATCHES)
    moved = torch.zeros_like(entered)
    for place, patch in enumerate(order):
        to, of = divmod(place, SIDE), divmod(int(patch), SIDE)
        moved[..., 16 * to[0] : 16 * to[0] + 16, 16 * to[1] : 16 * to[1] + 16] = (
            entered[..., 16 * of[0] : 16 * of[0] + 16, 16 * of[1] : 16 * of[1] + 16]
        )
    return moved


def feature(module: Untyped, entered: torch.Tensor, *, has_positions: bool) -> Array:
    """Return CLS of transformers' own model, its table of positions set to zero."""
    table = module.embeddings.position_embeddings
    kept = table.data.clone()
    if not has_positions:
        table.data[:, 1:] = 0
    try:
        with torch.no_grad():
            state = module(entered).last_hidden_state[0, 0]
            return np.asarray(state.double())
    finally:
        table.data = kept


@pytest.fixture
def module(model_folder: Path) -> Untyped:
    from transformers import ViTModel

    return ViTModel.from_pretrained(model_folder, add_pooling_layer=False).eval()


def test_shuffling_moves_the_answer_only_with_positions(
    qtbot: QtBot,
    spoken: str,
    open_vitviz: OpenWindow,
    photo: Path,
    model_folder: Path,
    module: Untyped,
) -> None:
    window = open_vitviz(photo)
    page = ask_in(qtbot, window, Chapter.POSITION)
    assert isinstance(page, PositionPage)
    entered = set_up(vitviz.load_model(str(model_folder)), photo)[1]
    features = answers(model_folder, *map(reference_path, REFERENCES))
    own = feature(module, entered, has_positions=True)
    other = feature(module, shuffled(entered), has_positions=True)
    assert not seen(page).any(), "no map has been spoken of yet"
    press(qtbot, page.order.button(True))
    shown = page.answer.most_like.likeness()
    assert shown is not None
    np.testing.assert_allclose(shown.cosines, likenesses(features, other), atol=2e-3)
    first = REFERENCES[int(likenesses(features, other).argmax())]
    assert reference_name(first) in plain(page.said)
    moved = 100 * np.linalg.norm(other - own) / np.linalg.norm(own)
    assert float(figures(page.said)[-1]) == pytest.approx(moved, rel=0.06)
    # the stage: the shuffled picture, patch by patch
    stage = seen(page)
    assert (stage[..., 3] == 255).all()
    preparation = made(window).setup.preprocessing
    std, mean = (
        torch.tensor(one)[:, None, None] for one in (preparation.std, preparation.mean)
    )
    light = (shuffled(entered)[0] * std + mean).clamp(0, 1) * 255
    np.testing.assert_allclose(stage[..., :3], light.permute(1, 2, 0).numpy(), atol=1)
    press(qtbot, page.order.button(False))
    assert not seen(page).any()
    # without positions
    page.show_part(page.guess)
    assert seen(page).any(), "what is asked about is shown"
    press(qtbot, page.guess.button(0))
    assert page.guess.verdict() is Verdict.RIGHT
    assert window.panes.learn.button(Chapter.POSITION).isDone()
    bare = feature(module, entered, has_positions=False)
    both = feature(module, shuffled(entered), has_positions=False)
    np.testing.assert_allclose(both, bare, atol=1e-5)
    assert float(figures(page.guess.answer)[-1]) < 0.01
    for is_shuffled in (True, False):
        press(qtbot, page.second_order.button(is_shuffled))
        shown = page.second_answer.most_like.likeness()
        assert shown is not None
        expected = likenesses(features, bare)
        np.testing.assert_allclose(shown.cosines, expected, atol=2e-3)
    press(qtbot, page.switch.button(True))
    shown = page.second_answer.most_like.likeness()
    assert shown is not None
    np.testing.assert_allclose(shown.cosines, likenesses(features, own), atol=2e-3)
    model = window.controller.model
    assert model is not None
    assert not model.adapter.blocks[0]._forward_pre_hooks, "nothing is left behind"


def test_a_wrong_guess_is_told_so(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    page = ask_in(qtbot, window, Chapter.POSITION)
    assert isinstance(page, PositionPage)
    page.show_part(page.guess)
    assert not page.switch.isVisible(), "it would tell"
    page.show_part(page.switch)
    assert not page.switch.isVisible()
    assert "Guess first" in plain(page.second_said)
    press(qtbot, page.guess.button(2))
    assert page.guess.verdict() is Verdict.WRONG
    page.show_part(page.switch)
    assert page.switch.isVisible()


def test_places_that_are_alike_are_coloured(
    qtbot: QtBot, spoken: str, open_vitviz: OpenWindow, photo: Path, module: Untyped
) -> None:
    window = open_vitviz(photo)
    page = go_to(qtbot, window, Chapter.POSITION)
    assert isinstance(page, PositionPage)
    page.show_step(3)
    wait_idle(qtbot, window)
    assert page.ringed() == 1 + 3 * SIDE + 3, "CLS is at no place"
    click_patch(qtbot, window, 2, 4)
    wait_idle(qtbot, window)
    table = module.embeddings.position_embeddings.detach()[0, 1:].double()
    unit = torch.nn.functional.normalize(table, dim=1)
    cosines = (unit @ unit[2 * SIDE + 4]).numpy()
    others = np.delete(cosines, 2 * SIDE + 4)
    assert float(figures(page.near)[-1]) == pytest.approx(others.max(), abs=0.006)
    best = divmod(int(np.argsort(-cosines)[1]), SIDE)
    assert f"({best[0]}, {best[1]})" in plain(page.near)
    alpha = seen(page)[..., 3].ravel().astype(int)
    order = np.abs(cosines).argsort()
    assert (np.diff(alpha[order]) >= -1).all(), "the stronger, the less transparent"
    press(qtbot, window.panes.learn.button(Chapter.COST))
    assert window.panes.picture.stage() is None


def test_registers_stay_where_they_are() -> None:
    network = timm("registers")
    noise = np.random.default_rng(0).integers(0, 256, (*network.size, 3), np.uint8)
    run = vitviz.trace(network.model, noise)
    found = shuffling(network.model, run)
    assert found.is_same_without
    moved = found.moved(has_positions=True)
    assert moved is not None
    assert moved > 10 * found.same


def test_a_trace_without_its_model_says_so(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    show_registers(qtbot, window)
    page = go_to(qtbot, window, Chapter.POSITION)
    assert isinstance(page, PositionPage)
    for prose in (page.said, page.second_said, page.near):
        page.show_part(prose)
        assert prose.isVisible()
        assert "not here" in plain(prose)
        assert not page.is_guessing()


def seen(page: PositionPage) -> Array:
    rgba = page.host.picture.stage()
    assert rgba is not None
    return rgba
