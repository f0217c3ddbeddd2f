"""Chapter 10: what a block adds, and real runs without residual, norm or MLP."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import nn

import vitviz
from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.inspect.test_most_like import answers, likenesses
from tests.window.learn.chapters import figures, go_to, is_done, made, plain, press
from vitviz.attention.prepare import set_up
from vitviz.pictures.references import REFERENCES, reference_path
from vitviz.ui.learn.chapters.ch10_block import BlockPage
from vitviz.ui.widgets.most_like import reference_name
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter

Array = npt.NDArray[Any]
# transformers' classes have no types.
Untyped = Any
HEADS, WIDTH, LAYERS = 3, 48, 4
LAYER = 2


def parts_of(module: Untyped) -> list[dict[str, nn.Module]]:
    """Return the linear layers and norms of each block of transformers' ViT."""
    found = []
    holder = module.encoder.layer if hasattr(module, "encoder") else module.layers
    for block in holder:
        linear = [m for m in block.modules() if isinstance(m, nn.Linear)]
        norms = [m for m in block.modules() if isinstance(m, nn.LayerNorm)]
        square = [m for m in linear if m.in_features == m.out_features]
        names: dict[str, nn.Module] = dict(zip("qkvo", square, strict=True))
        names |= {"in": linear[-2], "out": linear[-1]}
        names |= {"first": norms[0], "second": norms[1]}
        assert (linear[-1].in_features, linear[-1].out_features) == (96, WIDTH)
        found.append(names)
    return found


def attended(parts: dict[str, Any], x: torch.Tensor) -> torch.Tensor:
    """Attention and W_O on what has been normed already, by hand."""
    heads = [
        parts[name](x).unflatten(-1, (HEADS, WIDTH // HEADS)).transpose(0, 1)
        for name in "qkv"
    ]
    q, k, v = heads
    weights = (q @ k.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5).softmax(-1)
    made: torch.Tensor = parts["o"]((weights @ v).transpose(0, 1).flatten(1))
    return made


def worked(parts: dict[str, Any], x: torch.Tensor) -> torch.Tensor:
    made: torch.Tensor = parts["out"](nn.functional.gelu(parts["in"](x)))
    return made


def run(
    module: Untyped, entered: torch.Tensor, part: str = "", layers: tuple[int, ...] = ()
) -> list[torch.Tensor]:
    """Return x after each block, without a part in some of them, from its formula."""
    with torch.no_grad():
        x = module.embeddings(entered)[0]
        states = [x]
        for layer, parts in enumerate(parts_of(module)):
            off = part if layer in layers else ""
            first, second = parts["first"], parts["second"]
            if off == "norm":
                first = second = nn.Identity()
            added = attended(parts, first(x))
            x = added if off == "residual" else x + added
            more = torch.zeros_like(x) if off == "mlp" else worked(parts, second(x))
            x = more if off == "residual" else x + more
            states.append(x)
        states.append(module.layernorm(x))
    return states


@pytest.fixture
def module(model_folder: Path) -> Untyped:
    from transformers import ViTModel

    found = ViTModel.from_pretrained(model_folder, add_pooling_layer=False).eval()
    return copy.deepcopy(found).double()


@pytest.fixture
def entered(model_folder: Path, photo: Path) -> torch.Tensor:
    return set_up(vitviz.load_model(str(model_folder)), photo)[1].double()


def test_a_block_is_a_sum(
    qtbot: QtBot,
    spoken: str,
    open_vitviz: OpenWindow,
    photo: Path,
    module: Untyped,
    entered: torch.Tensor,
) -> None:
    window = open_vitviz(photo)
    window.controller.change(layer=LAYER)
    click_patch(qtbot, window, 2, 3)
    page = go_to(qtbot, window, Chapter.BLOCK)
    assert isinstance(page, BlockPage)
    query = 1 + 2 * 7 + 3
    before, after = run(module, entered)[LAYER : LAYER + 2]
    parts = parts_of(module)[LAYER]
    with torch.no_grad():
        added = attended(parts, parts["first"](before))
    x, attention, mlp, following = (v.values for v in page.sum.vectors())
    np.testing.assert_allclose(x, before[query], atol=1e-4)
    np.testing.assert_allclose(attention, added[query], atol=1e-4)
    np.testing.assert_allclose(following, after[query], atol=1e-4)
    np.testing.assert_allclose(x + attention + mlp, following, atol=1e-5)
    shares = (added.norm(dim=1) / before.norm(dim=1)).numpy()
    assert float(figures(page.said)[-1]) == pytest.approx(shares[query], rel=0.06)
    stage = window.panes.picture.stage()
    assert stage is not None
    order = shares[1:].argsort()
    assert (np.diff(stage[..., 3].ravel()[order].astype(int)) >= -1).all()
    press(qtbot, page.which.button("mlp"))
    shares = ((after - before - added).norm(dim=1) / before.norm(dim=1)).numpy()
    assert float(figures(page.said)[-1]) == pytest.approx(shares[query], rel=0.06)


def test_parts_are_switched_off_in_real_runs(
    qtbot: QtBot,
    spoken: str,
    open_vitviz: OpenWindow,
    photo: Path,
    model_folder: Path,
    module: Untyped,
    entered: torch.Tensor,
) -> None:
    window = open_vitviz(photo)
    window.controller.change(layer=LAYER)
    page = go_to(qtbot, window, Chapter.BLOCK)
    assert isinstance(page, BlockPage)
    press(qtbot, page.switch.button(""))
    wait_idle(qtbot, window)
    features = answers(model_folder, *map(reference_path, REFERENCES))
    own = run(module, entered)
    colour = palette(own[LAYER + 1][1:].numpy())
    assert_coloured(window, colour(own[LAYER + 1][1:].numpy()))
    before = likenesses(features, own[-1][0].numpy())
    everywhere = tuple(range(LAYERS))
    moves = []
    for in_all, layers in ((False, (LAYER,)), (True, everywhere)):
        press(qtbot, page.where.button(in_all))
        for part in ("residual", "norm", "mlp"):
            press(qtbot, page.switch.button(part))
            wait_idle(qtbot, window)
            states = run(module, entered, part, layers)
            assert_coloured(window, colour(states[LAYER + 1][1:].numpy()))
            after = likenesses(features, states[-1][0].numpy())
            first = REFERENCES[int(after.argmax())]
            assert reference_name(first) in plain(page.outcome)
            told = [float(one) for one in figures(page.outcome)]
            assert min(abs(one - after.max()) for one in told) < 0.011
            moves.append(float(np.abs(after - before).max()))
    assert min(moves) > 0.005, "each part counts"
    assert is_done(page)
    press(qtbot, page.switch.button(""))
    wait_idle(qtbot, window)
    assert_coloured(window, colour(own[LAYER + 1][1:].numpy()))
    model = window.controller.model
    assert model is not None
    hooks = [part._forward_hooks for part in model.adapter.module.modules()]
    assert not any(hooks), "the model is itself again"
    press(qtbot, window.panes.learn.button(Chapter.CODE))
    wait_idle(qtbot, window)
    output = made(window).output
    assert output is not None
    np.testing.assert_allclose(output, own[-1][0], atol=1e-4)


def palette(vectors: Array) -> Callable[[Array], Array]:
    """Return what colours vectors like these, by numpy's singular values."""
    mean = vectors.mean(axis=0)
    _, _, rows = np.linalg.svd(vectors - mean, full_matrices=False)
    basis = rows[:3].T
    scores = (vectors - mean) @ basis
    signs = np.sign(scores[np.abs(scores).argmax(axis=0), [0, 1, 2]])
    low, high = np.quantile(scores * signs, (0.02, 0.98), axis=0)

    def colours(others: Array) -> Array:
        scaled = ((others - mean) @ basis * signs - low) / (high - low)
        return np.asarray(np.clip(scaled, 0, 1))

    return colours


def assert_coloured(window: MainWindow, expected: Array) -> None:
    stage = window.panes.picture.stage()
    assert stage is not None
    shown = stage[..., :3]
    assert len({tuple(one) for one in shown.reshape(-1, 3)}) > 1, "else nothing is told"
    if shown.shape[:2] != (7, 7):  # smoothed: at the middle of each patch
        step = shown.shape[0] // 7
        shown = shown[step // 2 :: step, step // 2 :: step]
        np.testing.assert_allclose(shown.reshape(-1, 3), 255 * expected, atol=16)
        return
    np.testing.assert_allclose(shown.reshape(-1, 3), 255 * expected, atol=3)
