# ruff: noqa: ANN401  (the libraries have no types)
"""Folders of timm and open_clip: any file of weights, pictures as they take them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import vitviz
from tests.models.test_folder_pixels import SHAPES, made_here, photo
from vitviz.domain.placement import Fit
from vitviz.errors import CheckpointError

NAME = "vit_tiny_patch16_224"
ARGUMENTS = {"depth": 2, "img_size": 64, "num_classes": 0}


def network() -> Any:
    import timm

    torch.manual_seed(2)
    return timm.create_model(NAME, **ARGUMENTS).eval()


@pytest.mark.parametrize("mode", ["center", "squash", "border"])
def test_a_folder_of_timm_takes_pictures_as_timm_does(
    mode: str, tmp_path: Path
) -> None:
    from timm.data import create_transform, resolve_model_data_config
    from timm.models import save_for_hf

    module = network()
    own = {
        "input_size": (3, 64, 64),
        "crop_mode": mode,
        "crop_pct": 0.9,
        "interpolation": "bilinear",
        "mean": (0.4, 0.5, 0.6),
        "std": (0.3, 0.2, 0.1),
    }
    module.pretrained_cfg |= own
    # as a pickle alone
    save_for_hf(module, tmp_path, model_args=ARGUMENTS, safe_serialization=False)
    assert (tmp_path / "pytorch_model.bin").is_file()
    model = vitviz.load_model(tmp_path)
    transform = create_transform(**resolve_model_data_config(module))
    scale = 255 * torch.tensor(own["std"])[:, None, None]
    for size in SHAPES:
        picture = photo(size)
        theirs = transform(picture)
        steps = (made_here(model.preprocessing, picture) - theirs).abs() * scale
        assert float(steps.max()) <= 1.02
        with torch.inference_mode():
            feature = module(theirs[None])[0].numpy()
        made = vitviz.trace(model, theirs[None])
        assert made.output is not None
        np.testing.assert_allclose(made.output, feature, atol=1e-5)


@pytest.mark.parametrize("mode", ["shortest", "squash", "longest"])
def test_a_folder_of_open_clip(mode: str, tmp_path: Path) -> None:
    """The image tower of both, pictures as its preprocess_cfg says."""
    save_open_clip(tmp_path, {"resize_mode": mode, "mean": [0.1, 0.2, 0.3]})
    model = vitviz.load_model(tmp_path)
    own = model.preprocessing
    fits = {"shortest": Fit.CROP, "squash": Fit.SQUEEZE, "longest": Fit.LETTERBOX}
    assert own.fit is fits[mode]
    assert own.size == (64, 64)
    assert own.mean == (0.1, 0.2, 0.3)
    assert own.std == pytest.approx((0.26862954, 0.26130258, 0.27577711))
    assert model.info.num_layers == 2
    assert not any("mean and deviation" in one for one in model.info.assumed)
    vitviz.trace(model, np.asarray(photo(SHAPES[1])))


@pytest.mark.parametrize(
    ("key", "value"),
    [("resize_mode", "stretch"), ("mean", [1, 2]), ("size", 10**9), ("fill_color", -1)],
)
def test_values_of_open_clip_that_are_none(
    key: str, value: object, tmp_path: Path
) -> None:
    save_open_clip(tmp_path, {key: value})
    with pytest.raises(CheckpointError, match=f"open_clip_config.json.*{key}"):
        vitviz.load_model(tmp_path)


def save_open_clip(folder: Path, steps: dict[str, Any]) -> None:
    """Write a folder as open_clip does: both towers in one file, and its config."""
    width, depth, count = 64, 2, (64 // 16) ** 2 + 1
    state: dict[str, torch.Tensor] = {
        "positional_embedding": torch.randn(77, 32),
        "text_projection": torch.randn(32, 24),
        "logit_scale": torch.tensor(1.0),
        "token_embedding.weight": torch.randn(99, 32),
        "visual.class_embedding": torch.randn(width),
        "visual.positional_embedding": torch.randn(count, width),
        "visual.conv1.weight": torch.randn(width, 3, 16, 16),
        "visual.proj": torch.randn(width, 24),
    }
    norms = ["visual.ln_pre", "visual.ln_post"]
    for layer in range(depth):
        block = f"visual.transformer.resblocks.{layer}"
        norms += [f"{block}.ln_1", f"{block}.ln_2"]
        state |= {
            f"{block}.attn.in_proj_weight": torch.randn(3 * width, width),
            f"{block}.attn.in_proj_bias": torch.randn(3 * width),
            f"{block}.attn.out_proj.weight": torch.randn(width, width),
            f"{block}.attn.out_proj.bias": torch.randn(width),
            f"{block}.mlp.c_fc.weight": torch.randn(4 * width, width),
            f"{block}.mlp.c_fc.bias": torch.randn(4 * width),
            f"{block}.mlp.c_proj.weight": torch.randn(width, 4 * width),
            f"{block}.mlp.c_proj.bias": torch.randn(width),
        }
    for norm in norms:
        state |= {
            f"{norm}.weight": torch.ones(width),
            f"{norm}.bias": torch.zeros(width),
        }
    torch.save(state, folder / "open_clip_pytorch_model.bin")
    vision = {"image_size": 64, "layers": depth, "width": 64, "patch_size": 16}
    config = {
        "model_cfg": {"embed_dim": 24, "vision_cfg": vision},
        "preprocess_cfg": steps,
    }
    (folder / "open_clip_config.json").write_text(json.dumps(config))
