"""What a chapter's change does to the answer of a model without labels."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.inspect.test_most_like import answers, likenesses
from tests.window.learn.chapters import figures, go_to, plain
from vitviz.attention.prepare import set_up
from vitviz.pictures.references import REFERENCES, reference_path
from vitviz.ui.learn.chapters.ch9_heads import HeadsPage
from vitviz.ui.widgets.most_like import reference_name
from vitviz.views.chapters import Chapter


def test_a_head_switched_off_moves_what_is_most_like(
    qtbot: QtBot, spoken: str, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    from transformers import ViTModel

    window = open_vitviz(photo)
    window.controller.change(layer=2)
    page = go_to(qtbot, window, Chapter.HEADS)
    assert isinstance(page, HeadsPage)
    page.maps.chosen.emit(1)
    wait_idle(qtbot, window)
    features = answers(model_folder, *map(reference_path, REFERENCES))
    module: Any = ViTModel.from_pretrained(model_folder, add_pooling_layer=False).eval()
    entered = set_up(vitviz.load_model(str(model_folder)), photo)[1]
    changed = copy.deepcopy(module)
    with torch.no_grad():
        layers = (
            changed.encoder.layer if hasattr(changed, "encoder") else changed.layers
        )
        projection = next(
            part
            for name, part in layers[2].named_modules()
            if name.endswith(("output.dense", "o_proj")) and part.in_features == 48
        )
        projection.weight[:, 16:32] = 0
        before, after = (
            likenesses(features, m(entered).last_hidden_state[0, 0].double().numpy())
            for m in (module, changed)
        )
    order = list(np.argsort(-after)[:3])
    if before.argmax() not in order:
        order[-1] = before.argmax()
    text, found = plain(page.outcome), figures(page.outcome)
    for index in order:
        assert reference_name(REFERENCES[index]) in text
        near = [float(one) for one in found if "." in one]
        for value in (before[index], after[index]):
            assert min(abs(one - value) for one in near) < 0.01
    assert np.abs(after - before).max() > 0.02, "else nothing could be told"
