"""Networks for one channel or many: of the libraries, in memory and in files.

The reference is the network itself, asked without vitviz.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

import vitviz
from vitviz.attention.trace import Trace
from vitviz.errors import InputError

SIDE = 32
Make = Callable[[int], nn.Module]
Array = npt.NDArray[np.float32]


def timm_network(channels: int) -> nn.Module:
    import timm

    network: nn.Module = timm.create_model(
        "vit_tiny_patch16_224",
        img_size=SIDE,
        patch_size=8,
        in_chans=channels,
        num_classes=3,
        depth=2,
    )
    return network


def transformers_network(channels: int) -> nn.Module:
    from transformers import ViTConfig, ViTForImageClassification

    config = ViTConfig(
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=96,
        image_size=SIDE,
        patch_size=8,
        num_channels=channels,
        num_labels=3,
    )
    network: nn.Module = ViTForImageClassification(config)
    return network


def sharp(module: nn.Module) -> nn.Module:
    """With weights under which attention is not flat."""
    torch.manual_seed(0)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "norm" not in name:
                parameter.normal_(0, 0.3)
    module.eval()
    return module


def logits_of(module: nn.Module, pixels: torch.Tensor) -> Array:
    with torch.inference_mode():
        made = module(pixels)
    found: Array = getattr(made, "logits", made)[0].numpy()
    return found


def require_same(trace: Trace, expected: Array) -> None:
    assert trace.logits is not None
    np.testing.assert_allclose(trace.logits, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("channels", [1, 2, 4, 12])
@pytest.mark.parametrize("make", [timm_network, transformers_network])
def test_a_prepared_tensor_of_as_many_channels(make: Make, channels: int) -> None:
    module = sharp(make(channels))
    model = vitviz.wrap(module)
    assert model.info.channels == channels
    pixels = torch.randn(1, channels, SIDE, SIDE)
    trace = vitviz.trace(model, pixels)
    assert trace.max_error < 1e-5
    require_same(trace, logits_of(module, pixels))
    with pytest.raises(InputError, match=rf"\(1, {channels}, height, width\)"):
        vitviz.trace(model, torch.randn(1, 3, SIDE, SIDE))


@pytest.mark.parametrize("make", [timm_network, transformers_network])
def test_a_picture_for_one_channel_is_its_luminance(make: Make) -> None:
    module = sharp(make(1))
    model = vitviz.wrap(module, mean=0.5, std=0.25)
    picture = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    trace = vitviz.trace(model, picture)
    grey = torch.from_numpy(picture / 255 @ [0.299, 0.587, 0.114]).float()
    expected = logits_of(module, (grey[None, None] - 0.5) / 0.25)
    require_same(trace, expected)


def test_a_picture_for_many_channels_is_refused() -> None:
    model = vitviz.wrap(sharp(timm_network(4)))
    with pytest.raises(InputError, match="takes 4 channels, and a picture has three"):
        vitviz.trace(model, np.zeros((SIDE, SIDE, 3), np.uint8))


@pytest.mark.parametrize("channels", [1, 4, 12])
def test_a_file_of_weights(channels: int, tmp_path: Path) -> None:
    module = sharp(timm_network(channels))
    path = tmp_path / "bands.pth"
    torch.save(module.state_dict(), path)
    model = vitviz.load_model(path)
    assert model.info.channels == channels
    pixels = torch.randn(1, channels, SIDE, SIDE)
    trace = vitviz.trace(model, pixels)
    require_same(trace, logits_of(module, pixels))
    assert any("0.5" in text for text in model.info.assumed)


@pytest.mark.parametrize("channels", [1, 4])
def test_a_folder_of_transformers(channels: int, tmp_path: Path) -> None:
    module = sharp(transformers_network(channels))
    module.save_pretrained(tmp_path)  # type: ignore[operator]
    model = vitviz.load_model(tmp_path)
    pixels = torch.randn(1, channels, SIDE, SIDE)
    trace = vitviz.trace(model, pixels)
    require_same(trace, logits_of(module, pixels))
