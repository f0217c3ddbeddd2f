"""Chapter 11: the answer at each layer, scrubbed on the big picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

import vitviz
from tests.models.test_pool import sharpened, siglip
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.learn.chapters import go_to, made, plain
from vitviz.attention.prepare import set_up
from vitviz.errors import UnsupportedModelError
from vitviz.pictures.references import REFERENCES, reference_path
from vitviz.ui.learn.chapters.ch11_layers import LayersPage
from vitviz.ui.widgets.most_like import reference_name
from vitviz.views.chapters import Chapter


def hidden_states(folder: Path, *pictures: Path) -> np.ndarray:  # type: ignore[type-arg]
    """Return CLS after each layer, normed as at the end, by transformers: (n, L, C)."""
    from transformers import ViTModel

    import vitviz

    module = ViTModel.from_pretrained(folder, add_pooling_layer=False).eval()
    model = vitviz.load_model(str(folder))
    found = []
    with torch.no_grad():
        for path in pictures:
            entered = set_up(model, path)[1]
            states = module(entered, output_hidden_states=True).hidden_states[1:]
            found.append(
                [module.layernorm(one[0, 0]).double().numpy() for one in states]
            )
    return np.array(found)


def test_the_nearest_pictures_at_each_layer(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window = open_vitviz(photo)
    page = go_to(qtbot, window, Chapter.LAYERS)
    assert isinstance(page, LayersPage)
    states = hidden_states(model_folder, *map(reference_path, REFERENCES), photo)
    firsts = []
    for layer in range(4):
        page.slider.setValue(layer)
        wait_idle(qtbot, window)
        assert window.controller.state.layer == layer
        mean = states[:12, layer].mean(axis=0)
        centred, own = states[:12, layer] - mean, states[12, layer] - mean
        expected = centred @ own
        expected /= np.linalg.norm(centred, axis=1) * np.linalg.norm(own)
        shown = page.answer.most_like.likeness()
        assert shown is not None
        np.testing.assert_allclose(shown.cosines, expected, atol=2e-3)
        first = REFERENCES[int(expected.argmax())]
        assert reference_name(first) in plain(page.where)
        firsts.append(first)
        heat = window.controller.heat
        assert heat is not None
        row = made(window).row(layer, 0).mean(axis=0)[1:]
        np.testing.assert_allclose(heat.patches.ravel(), row, rtol=1e-5)
    settled = max((i + 1 for i in range(4) if firsts[i] != firsts[-1]), default=0)
    assert page.settled() == settled
    assert page.task is not None
    assert page.task.isDone(), "that layer was among those scrubbed through"


def test_a_classifier_names_classes_at_each_layer(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> None:
    window = open_vitviz(photo, model=classifier_folder)
    page = go_to(qtbot, window, Chapter.LAYERS)
    assert isinstance(page, LayersPage)
    trace = made(window)
    page.slider.setValue(trace.num_layers - 1)
    wait_idle(qtbot, window)
    labels = trace.setup.model.labels
    assert labels is not None
    assert trace.logits is not None
    best = labels[int(trace.logits.argmax())]
    assert page.answer.bars.bars()[0].name == best
    assert best in plain(page.where)
    at_the_end = page.answer.bars.bars()
    page.slider.setValue(0)
    wait_idle(qtbot, window)
    assert page.answer.bars.bars() != at_the_end


def test_a_pooling_head_reads_each_layer_and_the_text_says_so(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    spoken: str,
    tmp_path: Path,
) -> None:
    """SigLIP's tower of four layers, cut off and run whole by transformers."""
    from transformers import SiglipVisionModel

    module = siglip()
    sharpened(module, module.get_submodule("head"))
    cast("Any", module).save_pretrained(tmp_path / "siglip")
    window = open_vitviz(photo, model=tmp_path / "siglip")
    page = go_to(qtbot, window, Chapter.LAYERS)
    assert isinstance(page, LayersPage)
    wait_idle(qtbot, window)
    model = vitviz.load_model(str(tmp_path / "siglip"))
    paths = [*map(reference_path, REFERENCES), photo]
    for layer in range(made(window).num_layers):
        page.slider.setValue(layer)
        wait_idle(qtbot, window)
        cut = cast("Any", SiglipVisionModel.from_pretrained(tmp_path / "siglip"))
        tower = getattr(cut, "vision_model", cut)
        tower.encoder.layers = tower.encoder.layers[: layer + 1]
        with torch.no_grad():
            read = np.stack(
                [
                    cut(set_up(model, path)[1], interpolate_pos_encoding=True)
                    .pooler_output[0]
                    .double()
                    .numpy()
                    for path in paths
                ]
            )
        mean = read[:12].mean(axis=0)
        centred, own = read[:12] - mean, read[12] - mean
        expected = centred @ own
        expected /= np.linalg.norm(centred, axis=1) * np.linalg.norm(own)
        shown = page.answer.most_like.likeness()
        assert shown is not None
        np.testing.assert_allclose(shown.cosines, expected, atol=2e-3)
    word = {"en": "pooling head", "ja": "プーリングヘッド"}[spoken]
    assert word in page.current_step().why


def test_what_cannot_be_read_is_said_by_the_chapter_alone(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_vitviz(photo)

    def refuse(*_: object, **__: object) -> None:
        raise UnsupportedModelError("{name} has a head of its own.", name="It")

    monkeypatch.setattr("vitviz.explain.layer_answers.layer_answers", refuse)
    page = go_to(qtbot, window, Chapter.LAYERS)
    assert isinstance(page, LayersPage)
    qtbot.waitUntil(lambda: "a head of its own" in plain(page.note))
    assert not window.panes.errors.isVisible()
