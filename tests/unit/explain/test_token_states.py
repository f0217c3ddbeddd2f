"""Readings of token states against transformers' own states and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import cosine_similarity
from torch import nn
from transformers import ViTForImageClassification

import vitviz
from tests.models.dense import timm_model, torchvision_model
from vitviz.errors import Cancelled, InputError, UnsupportedModelError
from vitviz.explain import token_states
from vitviz.models.load import load_model
from vitviz.models.model import Model
from vitviz.pictures.preprocessing import placement_for, prepare
from vitviz.pictures.source import load_image


@dataclass
class Case:
    """A classifier read by us, and the same read by its library."""

    model: Model
    trace: vitviz.Trace
    states: token_states.States
    module: Any
    hidden: list[np.ndarray[Any, Any]]


@pytest.fixture(scope="module")
def case(classifier_folder: Path, photo: Path) -> Case:
    model, image = load_model(classifier_folder), load_image(photo)
    placement = placement_for(image.size, model.preprocessing, model.info.patch_size)
    pixels = torch.from_numpy(prepare(image, placement, model.preprocessing))[None]
    module = ViTForImageClassification.from_pretrained(classifier_folder).eval()
    # blocks are asked for their outputs; the library's list ends after the norm
    found: list[np.ndarray[Any, Any]] = []
    layers = (
        module.vit.layers
        if hasattr(module.vit, "layers")
        else (module.vit.encoder.layer)
    )

    def keep(_module: object, _args: object, output: object) -> None:
        first: Any = output[0] if isinstance(output, tuple) else output
        found.append(first.detach().reshape(-1, first.shape[-1]).numpy())

    hooks = [layer.register_forward_hook(keep) for layer in layers]
    with torch.no_grad():
        entering = module.vit.embeddings(pixels)[0].numpy()
        module(pixels)
    for hook in hooks:
        hook.remove()
    trace = vitviz.trace(model, image)
    return Case(
        model, trace, token_states.states(model, trace), module, [entering, *found]
    )


def test_norms_are_of_the_states_before_the_final_norm(case: Case) -> None:
    expected = [np.linalg.norm(hidden, axis=1) for hidden in case.hidden]
    np.testing.assert_allclose(token_states.norms(case.states), expected, rtol=1e-5)
    final = case.module.vit.layernorm(torch.from_numpy(case.hidden[-1]))
    normed = final.detach().norm(dim=-1).numpy()
    assert np.abs(normed - expected[-1]).max() > 0.1, "the final norm has no effect"


def test_a_patch_that_stands_out_is_flagged_and_no_special_token() -> None:
    lengths = np.array([90.0, 10, 11, 9, 10, 31, 29, 10], np.float32)
    found = token_states.artefacts(lengths, 1)
    assert np.flatnonzero(found).tolist() == [5]


def test_colours_are_the_principal_components(case: Case) -> None:
    for layer in (0, 2):
        patches = case.hidden[layer][1:]
        expected = PCA(3, svd_solver="full").fit_transform(patches)
        found = token_states.colours(case.states, layer, 1)
        assert found.min() >= 0
        assert found.max() <= 1
        for channel in range(3):
            scores = expected[:, channel]
            scores = scores * np.sign(scores[np.abs(scores).argmax()])
            low, high = np.percentile(scores, (2, 98))
            scaled = np.clip((scores - low) / (high - low), 0, 1)
            np.testing.assert_allclose(found[:, channel], scaled, atol=2e-3)


@pytest.mark.parametrize("source", ["x", "q", "k", "v"])
def test_similarity_is_the_cosine(case: Case, source: str) -> None:
    layer, token = 1, 7
    block = (
        case.module.vit.layers[layer]
        if hasattr(case.module.vit, "layers")
        else case.module.vit.encoder.layer[layer]
    )
    state = torch.from_numpy(case.hidden[layer])
    if source == "x":
        wanted = state
    else:
        projections = {
            name.rsplit(".", 1)[-1][0]: part
            for name, part in block.named_modules()
            if name.endswith(("query", "key", "value", "q_proj", "k_proj", "v_proj"))
        }
        wanted = projections[source](block.layernorm_before(state))
    expected = cosine_similarity(wanted.detach().numpy())[token]
    vectors = token_states.vectors(case.states, case.trace, layer, source)
    np.testing.assert_allclose(
        token_states.similarity(vectors, token), expected, atol=2e-5
    )


def test_the_lens_reads_every_token_with_the_classifier(case: Case) -> None:
    for layer in (1, 3):
        state = torch.from_numpy(case.hidden[layer])
        with torch.no_grad():
            logits = case.module.classifier(case.module.vit.layernorm(state))
        shares = logits.softmax(-1).numpy()
        found, likeliest = token_states.lens(case.model, case.states, layer, 2)
        np.testing.assert_allclose(found, shares[:, 2], atol=1e-5)
        assert likeliest.tolist() == shares.argmax(1).tolist()
    own = case.trace.logits
    assert own is not None
    final, _ = token_states.lens(case.model, case.states, 3, int(own.argmax()))
    assert final[0] == pytest.approx(np.exp(own).max() / np.exp(own).sum(), rel=1e-4)


def test_positions_are_the_table(case: Case) -> None:
    table = case.module.vit.embeddings.position_embeddings[0].detach().numpy()
    found = token_states.positions(case.model, case.trace).numpy()
    np.testing.assert_allclose(found[1:], table[1:], atol=1e-6)
    expected = cosine_similarity(table[1:])[4]
    similar = token_states.similarity(torch.from_numpy(found), 5)[1:]
    np.testing.assert_allclose(similar, expected, atol=1e-5)


def test_filters_are_principal_components_of_the_kernels(case: Case) -> None:
    embedding = case.module.vit.embeddings.patch_embeddings.projection
    kernels = embedding.weight.detach().numpy()
    expected = (
        PCA(28, svd_solver="full").fit(kernels.reshape(len(kernels), -1)).components_
    )
    found = token_states.filters(case.model)
    assert found.shape == (28, 16, 16, 3)
    for index in range(8):
        weights = 2 * found[index].transpose(2, 0, 1).ravel() - 1
        assert np.abs(weights).max() == pytest.approx(1, abs=1e-5)
        cosine = weights @ expected[index] / np.linalg.norm(weights)
        assert abs(cosine) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "make",
    [
        torchvision_model,
        lambda: timm_model(prefix="registers"),
        lambda: timm_model(prefix="none"),
    ],
    ids=["torchvision", "registers", "no CLS"],
)
def test_other_libraries_are_read_or_refused(
    make: Callable[[], nn.Module], photo: Path
) -> None:
    model = vitviz.wrap(make())
    trace = vitviz.trace(model, photo)
    states = token_states.states(model, trace)
    assert states.values.shape[:2] == (trace.num_layers + 1, trace.num_tokens)
    table = token_states.positions(model, trace)
    assert table.shape == states.values.shape[1:]
    assert token_states.filters(model).shape[-1] == 3
    logits = torch.from_numpy(np.array(trace.output))
    if trace.num_prefix_tokens:
        found, _ = token_states.lens(model, states, trace.num_layers, 1)
        assert found[0] == pytest.approx(float(logits.softmax(0)[1]), rel=1e-3)
    else:  # read from the mean of the patches
        with pytest.raises(UnsupportedModelError, match="mean of all patches"):
            token_states.lens(model, states, trace.num_layers, 1)


def test_nothing_is_left_behind_by_a_cancelled_pass(case: Case) -> None:
    with pytest.raises(Cancelled):
        token_states.states(case.model, case.trace, is_cancelled=lambda: True)
    left = [
        part
        for part in case.model.adapter.module.modules()
        if part._forward_hooks or part._forward_pre_hooks
    ]
    assert not left
    again = token_states.states(case.model, case.trace)
    assert torch.equal(again.values, case.states.values)


def test_a_trace_of_a_tensor_needs_its_pixels(case: Case) -> None:
    pixels = torch.zeros(1, 3, 80, 80)
    trace = vitviz.trace(case.model, pixels)
    with pytest.raises(InputError, match="prepared tensor"):
        token_states.states(case.model, trace)
    found = token_states.states(case.model, trace, pixels=pixels)
    assert found.values.shape[1] == trace.num_tokens
