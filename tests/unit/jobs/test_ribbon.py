"""The ribbon's sizes, against what each library's configuration says."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import vitviz
from tests.models.dense import timm_model
from vitviz.jobs.ribbon import model_shape
from vitviz.views.ribbon import ReadBy, Stop


@pytest.mark.parametrize(
    ("prefix", "special", "read_by"),
    [("cls", 1, ReadBy.CLS), ("registers", 5, ReadBy.CLS), ("none", 0, ReadBy.MEAN)],
)
def test_sizes_of_a_model_with_registers_or_without_cls(
    prefix: str, special: int, read_by: ReadBy
) -> None:
    model = vitviz.wrap(timm_model(prefix=prefix, size=(96, 64)))
    trace = vitviz.trace(model, torch.randn(1, 3, 64, 96))
    shape = model_shape(model, trace)
    assert shape.input == (96, 64)
    assert shape.grid == (4, 6)
    assert len(shape.special) == special
    assert shape.num_tokens == 24 + special
    assert shape.patch_numbers == 16 * 16 * 3
    assert (shape.width, shape.num_layers, shape.num_heads) == (96, 3, 3)
    assert (shape.head_width, shape.mlp_width) == (32, 4 * 96)
    assert shape.read_by is read_by
    assert (shape.num_outputs, shape.has_head) == (7, True)
    assert not shape.is_rotary


def test_a_pooling_head_and_rotated_places_are_told() -> None:
    from transformers import DINOv3ViTConfig, DINOv3ViTModel

    sizes: dict[str, Any] = {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "image_size": 64,
    }
    config = DINOv3ViTConfig(**sizes, patch_size=16, num_register_tokens=4)
    model = vitviz.wrap(DINOv3ViTModel(config))
    shape = model_shape(model)
    assert shape.is_rotary
    assert (shape.width, shape.mlp_width) == (32, 64)
    from transformers import SiglipVisionConfig, SiglipVisionModel

    made = SiglipVisionModel(SiglipVisionConfig(**sizes, patch_size=16))
    assert model_shape(vitviz.wrap(made)).read_by is ReadBy.POOL


def test_each_chapter_has_a_stop() -> None:
    from vitviz.views.chapters import Chapter

    found = {one for stop in Stop for one in stop.chapters}
    assert found == {*Chapter} - {Chapter.END}, "which is about no part of the model"
