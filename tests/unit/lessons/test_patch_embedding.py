"""A model's patch embedding against torch's strided convolution."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import vitviz
from vitviz.lessons.patch_embedding import embedding
from vitviz.models.model import Model


@pytest.fixture(scope="module")
def model(model_folder: Path) -> Model:
    made: Model = vitviz.load_model(str(model_folder))
    return made


@pytest.mark.parametrize("which", ["transformers", "embedded"])
def test_the_embedding_is_the_strided_convolution(
    which: str, model: Model, photo: Path
) -> None:
    if which == "embedded":
        model = vitviz.load_model("vitviz-flexi", patch_size=28)
    trace = vitviz.trace(model, str(photo))
    found = embedding(model, trace)
    patch = model.info.patch_size[0]
    expected = F.conv2d(
        torch.from_numpy(found.pixels)[None],
        torch.from_numpy(found.kernel),
        torch.from_numpy(found.bias),
        stride=patch,
    )[0].numpy()
    np.testing.assert_allclose(found.output, expected, atol=1e-4)
    rows, cols = trace.grid
    assert found.output.shape == (found.num_filters, rows, cols)
    scale = float(np.abs(found.output).max())
    for index, row, col in ((0, 0, 0), (5, rows - 1, 2), (11, 3, cols - 1)):
        own = float(found.output[index, row, col])
        assert found.product(index, row, col) == pytest.approx(own, abs=1e-5 * scale)
    hooks = sum(len(m._forward_hooks) for m in model.adapter.module.modules())
    assert hooks == 0
