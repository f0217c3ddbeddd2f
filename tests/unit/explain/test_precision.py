"""What a lower precision loses, against another run in float32."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import vitviz
from tests.models.sharpen import sharpen
from vitviz.explain.precision import precision_error


def network() -> nn.Module:
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(8)
    module: nn.Module = VisionTransformer(
        img_size=64, patch_size=16, embed_dim=96, depth=3, num_heads=3, num_classes=4
    )
    sharpen(module, 5)
    return module.eval()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_error_is_that_of_another_run_in_float32(
    dtype: torch.dtype, photo: Path
) -> None:
    half = network().to(dtype)
    model = vitviz.wrap(half)
    trace = vitviz.trace(model, photo)
    assert all(c is not None and c.is_exact for c in trace.captures)
    assert model.info.dtype == str(dtype).removeprefix("torch.")
    found = precision_error(model, trace)
    exact = vitviz.trace(vitviz.wrap(copy.deepcopy(half).float()), photo)
    differences = [
        np.abs(trace.row(layer, i) - exact.row(layer, i)).max()
        for layer in range(3)
        for i in range(trace.num_tokens)
    ]
    assert found.largest == pytest.approx(max(differences), rel=1e-3)
    assert 1e-5 < found.largest < 0.2
    assert 0 < found.moved < 0.5
    assert next(half.parameters()).dtype is dtype, "the model itself is left alone"


def test_rows_sum_to_one_in_half_precision(photo: Path) -> None:
    trace = vitviz.trace(vitviz.wrap(network().to(torch.float16)), photo)
    for layer in range(3):
        assert trace.row(layer, 2).dtype == np.float32
        np.testing.assert_allclose(trace.row(layer, 2).sum(-1), 1, atol=1e-5)
