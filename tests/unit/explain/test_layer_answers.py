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
from vitviz.explain import token_states
from vitviz.explain.layer_answers import layer_answers, layer_references
from vitviz.explain.model_parts import pooled_read_out
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


def test_a_pooling_head_reads_every_layer() -> None:
    """SigLIP of both libraries, against networks that end after that many blocks."""
    import timm
    from transformers import SiglipVisionConfig, SiglipVisionModel

    torch.manual_seed(0)
    config = SiglipVisionConfig(
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=64,
        patch_size=16,
    )
    hugging = SiglipVisionModel(config).eval()
    own = timm.create_model(
        "vit_base_patch16_siglip_224",
        img_size=64,
        embed_dim=32,
        depth=3,
        num_heads=2,
        num_classes=5,
    ).eval()
    pixels = torch.randn(1, 3, 64, 64)
    for module in (hugging, own):
        _sharpen(module)
        trace_ = vitviz.trace(vitviz.wrap(module), pixels)
        found = layer_answers(vitviz.wrap(module), trace_, pixels=pixels)
        assert len(found) == 4
        for depth in range(4):
            cut = copy.deepcopy(module)
            if module is hugging:
                kept = list(cut.encoder.layers)[:depth]
                cut.encoder.layers = torch.nn.ModuleList(kept)
            else:
                cut.blocks = torch.nn.Sequential(*list(cut.blocks)[:depth])
            with torch.no_grad():
                out = cut(pixels)
            expected = out if isinstance(out, torch.Tensor) else out.pooler_output
            np.testing.assert_allclose(
                found[depth], expected[0].numpy(), rtol=1e-3, atol=1e-4
            )
        assert np.abs(found[0] - found[3]).max() > 0.05, "depth must change it"
        model = vitviz.wrap(module)
        final = token_states.states(model, trace_, pixels=pixels).values[-1]
        with pytest.raises(UnsupportedModelError, match="could not be found out"):
            pooled_read_out(model, final, 2 * torch.from_numpy(found[-1]))


def _sharpen(module: torch.nn.Module) -> None:
    """Scale weights until depth and pooling matter."""
    with torch.no_grad():
        for name, one in module.named_parameters():
            if one.ndim == 2 or name.endswith(("probe", "latent", "weight")):
                one.mul_(3.0)
