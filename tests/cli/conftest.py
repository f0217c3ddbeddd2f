"""What several tests of the command line compare with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from transformers import ViTModel

from vitviz.models.load import load_model
from vitviz.pictures.preprocessing import placement_for, prepare
from vitviz.pictures.source import load_image

NUM_LAYERS, NUM_HEADS, NUM_TOKENS = 4, 3, 50


@pytest.fixture(scope="module")
def reference(model_folder: Path, photo: Path) -> npt.NDArray[np.float32]:
    """(L, H, N, N): what transformers' own unfused attention returns."""
    model = load_model(model_folder)
    image = load_image(photo)
    pixels = prepare(
        image,
        placement_for(image.size, model.preprocessing, model.info.patch_size),
        model.preprocessing,
    )
    module = ViTModel.from_pretrained(
        model_folder, attn_implementation="eager", add_pooling_layer=False
    ).eval()
    with torch.inference_mode():
        output = module(torch.from_numpy(pixels)[None], output_attentions=True)
    stacked: npt.NDArray[np.float32] = torch.cat(output.attentions).numpy()
    assert stacked.shape == (NUM_LAYERS, NUM_HEADS, NUM_TOKENS, NUM_TOKENS)
    return stacked
