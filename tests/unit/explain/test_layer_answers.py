"""The answer after each layer, against a model whose later blocks are taken away."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

import vitviz
from tests.models.dense import timm_model
from vitviz.errors import UnsupportedModelError
from vitviz.explain.layer_answers import layer_answers, layer_references
from vitviz.explain.most_like import reference_features
from vitviz.pictures.references import REFERENCES


@pytest.mark.parametrize("prefix", ["cls", "registers", "none"])
def test_each_answer_is_that_of_the_model_cut_off_there(prefix: str) -> None:
    module: Any = timm_model(prefix=prefix)
    pixels = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(3))
    model = vitviz.wrap(module)
    found = layer_answers(model, vitviz.trace(model, pixels), pixels=pixels)
    assert found.shape == (4, 7)
    for layer in range(4):
        cut = copy.deepcopy(module)
        cut.blocks = torch.nn.Sequential(*list(cut.blocks)[:layer])
        with torch.no_grad():
            expected = cut(pixels)[0].numpy()
        np.testing.assert_allclose(found[layer], expected, rtol=1e-3, atol=1e-4)
    assert np.abs(found[0] - found[3]).max() > 0.1


def test_reference_pictures_are_read_at_the_same_layer() -> None:
    module: Any = timm_model(prefix="cls", size=(64, 64))
    module.reset_classifier(0)
    model = vitviz.wrap(module)
    trace = vitviz.trace(model, torch.randn(1, 3, 64, 64))
    found = layer_references(model, trace)
    assert len(found) == 4
    last = reference_features(model)
    np.testing.assert_allclose(found[-1].values, last.values, rtol=1e-3, atol=1e-4)
    cut = copy.deepcopy(module)
    cut.blocks = torch.nn.Sequential(*list(cut.blocks)[:2])
    halfway = reference_features(vitviz.wrap(cut))
    np.testing.assert_allclose(found[2].values, halfway.values, rtol=1e-3, atol=1e-4)
    assert found[2].names == REFERENCES
    assert layer_references(model, trace) is found, "made once"


def test_a_pooling_head_is_said_to_be_unknown() -> None:
    from transformers import SiglipVisionConfig, SiglipVisionModel

    torch.manual_seed(0)
    config = SiglipVisionConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=64,
        patch_size=16,
    )
    model = vitviz.wrap(SiglipVisionModel(config))
    pixels = torch.randn(1, 3, 64, 64)
    trace = vitviz.trace(model, pixels)
    with pytest.raises(UnsupportedModelError, match="could not be found out"):
        layer_answers(model, trace, pixels=pixels)
