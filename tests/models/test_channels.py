"""Networks for one channel or many: of the libraries, in memory and in files.

The reference is the network itself, asked without vitviz.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
import tifffile
import torch
from torch import nn

import vitviz
from vitviz.attention.prepare import set_up
from vitviz.attention.trace import Trace
from vitviz.cli.main import main
from vitviz.errors import InputError
from vitviz.export.metadata import metadata

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


def metadata_of(trace: Trace) -> dict[str, Any]:
    """What an export says of the preprocessing."""
    said = metadata(trace, method="attention", heads=(), options={})
    found: dict[str, Any] = said["preprocessing"]  # type: ignore[assignment]
    return found


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


def scene(
    path: Path,
    values: npt.NDArray[Any],
    extratags: Sequence[tuple[object, ...]] = (),
) -> Path:
    """A TIFF of (H, W, bands), written by tifffile."""
    tifffile.imwrite(
        path,
        values,
        photometric="minisblack",
        planarconfig="contig",
        extratags=extratags,
    )
    return path


def random_bands(height: int, width: int, count: int, top: int) -> npt.NDArray[Any]:
    rng = np.random.default_rng(count)
    kind = np.uint8 if top <= 256 else np.uint16
    return rng.integers(0, top, (height, width, count)).astype(kind)


def entered(eights: Array, mean: Array, std: Array) -> torch.Tensor:
    """What 8-bit bands, (H, W, C), are as an input."""
    values = (eights.astype(np.float32) / 255 - mean) / std
    return torch.from_numpy(values.astype(np.float32)).permute(2, 0, 1)[None]


@pytest.mark.parametrize("channels", [2, 4, 12])
@pytest.mark.parametrize("make", [timm_network, transformers_network])
def test_the_bands_of_a_picture(make: Make, channels: int, tmp_path: Path) -> None:
    module = sharp(make(channels))
    model = vitviz.wrap(module)
    values = random_bands(SIDE, SIDE, channels, 256)
    trace = vitviz.trace(model, scene(tmp_path / "scene.tif", values))
    half = np.full(channels, 0.5, np.float32)
    require_same(trace, logits_of(module, entered(values, half, half)))
    assert metadata_of(trace)["channels"] == [*range(1, channels + 1)]


def test_bands_in_an_order_stretched_resized_and_normalised(tmp_path: Path) -> None:
    """16 bits, of which 200 to 9800 are shown; four of six bands; a wide picture."""
    module = sharp(timm_network(4))
    mean, std = [0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]
    model = vitviz.wrap(module, mean=mean, std=std)
    values = random_bands(40, 70, 6, 10_000)
    path = scene(tmp_path / "scene.tif", values)
    image = vitviz.load_image(path, bands=[6, 1, 4, 3], stretch="200,9800")
    trace = vitviz.trace(model, image)

    shares = (values[..., [5, 0, 3, 2]].astype(float) - 200) / 9600
    eights = np.rint(255 * shares.clip(0, 1)).astype(np.uint8)
    size, left = (56, 32), 12
    resized = [
        np.asarray(PIL.Image.fromarray(eights[..., i]).resize(size, 3))
        for i in range(4)
    ]
    seen = np.stack(resized, -1)[:, left : left + 32]
    expected = entered(
        seen.astype(np.float32), np.array(mean, np.float32), np.array(std, np.float32)
    )
    setup, pixels = set_up(model, image)
    np.testing.assert_allclose(pixels.numpy(), expected.numpy(), atol=1e-6)
    require_same(trace, logits_of(module, expected))
    assert setup.placement.offset == (left, 0)
    assert metadata_of(trace)["channels"] == [6, 1, 4, 3]
    assert metadata_of(trace)["mean"] == mean
    # on the screen: bands 6, 1 and 4 as red, green and blue
    np.testing.assert_array_equal(image.pixels, eights[..., :3])


def test_bands_are_turned_as_the_picture_is(tmp_path: Path) -> None:
    values = random_bands(24, 40, 4, 256)
    quarter = (274, "H", 1, 6, True)  # EXIF orientation 6: to the right
    image = vitviz.load_image(scene(tmp_path / "s.tif", values, extratags=[quarter]))
    assert image.bands is not None
    np.testing.assert_array_equal(image.bands, np.rot90(values, -1))
    np.testing.assert_array_equal(image.pixels, image.bands[..., :3])


def test_pixels_that_were_not_measured_are_0(tmp_path: Path) -> None:
    values = random_bands(SIDE, SIDE, 4, 250).astype(np.float32) / 100
    values[:5] = np.nan
    image = vitviz.load_image(scene(tmp_path / "s.tif", values), stretch="0,2.5")
    assert image.bands is not None
    assert not image.bands[:5].any()
    shown = np.rint(255 * (values[5:].astype(float) / 2.5).clip(0, 1))
    np.testing.assert_array_equal(image.bands[5:], shown)


def test_the_command_line_takes_bands_and_a_number_of_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = sharp(transformers_network(5))
    folder, out = tmp_path / "five", tmp_path / "row.npz"
    module.save_pretrained(folder)  # type: ignore[operator]
    values = random_bands(SIDE, SIDE, 8, 256)
    path = scene(tmp_path / "scene.tif", values)
    line = ["export", str(path), "--model", str(folder), "-o", str(out)]
    line += ["--bands", "8,7,1,2,3", "--mean", ".1,.2,.3,.4,.5", "--std", "1,1,1,1,2"]
    assert main([*line, "--query", "1,2", "--head", "all", "--layer", "1"]) == 0
    with np.load(out) as file:
        row, told = file["attention"], json.loads(str(file["meta"]))
    assert told["preprocessing"]["channels"] == [8, 7, 1, 2, 3]
    model = vitviz.wrap(module)
    chosen = values[..., [7, 6, 0, 1, 2]]
    means = np.array([0.1, 0.2, 0.3, 0.4, 0.5], np.float32)
    pixels = entered(chosen, means, np.array([1, 1, 1, 1, 2], np.float32))
    expected = vitviz.trace(model, pixels).row(1, (1, 2))
    np.testing.assert_allclose(row.reshape(expected.shape), expected, atol=1e-6)
    capsys.readouterr()
    assert main([*line[:-2], "--std", "1,2,3"]) == 2
    assert "--std takes 5 numbers for this network, not 3" in capsys.readouterr().err


@pytest.mark.parametrize("count", [3, 4])
def test_a_picture_of_too_few_bands_is_refused(count: int, tmp_path: Path) -> None:
    model = vitviz.wrap(sharp(timm_network(12)))
    path = scene(tmp_path / "few.tif", random_bands(SIDE, SIDE, count, 256))
    said = rf"takes 12 channels, and few\.tif has {count}\. Open a TIFF of at least 12"
    with pytest.raises(InputError, match=said):
        vitviz.trace(model, path)


def test_transparency_is_no_band() -> None:
    model = vitviz.wrap(sharp(timm_network(4)))
    picture = PIL.Image.new("RGBA", (SIDE, SIDE), (200, 100, 50, 128))
    with pytest.raises(InputError, match=r"takes 4 channels, and .* has 3"):
        vitviz.trace(model, picture)


def test_statistics_of_another_number_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one for each of 4 channels, not 3"):
        vitviz.wrap(sharp(timm_network(4)), mean=[0.1, 0.2, 0.3])
    sharp(transformers_network(4)).save_pretrained(tmp_path)  # type: ignore[operator]
    said = {
        "image_processor_type": "ViTImageProcessor",
        "image_mean": [0.5] * 6,
        "image_std": [0.5] * 6,
        "size": {"height": SIDE, "width": SIDE},
    }
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    with pytest.raises(InputError, match=r"takes 4 channels, .* has 6 means"):
        vitviz.load_model(tmp_path)


def test_a_folder_says_a_mean_of_each_channel(tmp_path: Path) -> None:
    """As the library's processor normalises an array of four channels."""
    from transformers import ViTImageProcessor

    module = sharp(transformers_network(4))
    module.save_pretrained(tmp_path)  # type: ignore[operator]
    processor = ViTImageProcessor(
        size={"height": SIDE, "width": SIDE},
        do_resize=False,
        image_mean=[0.1, 0.2, 0.3, 0.4],
        image_std=[0.2, 0.3, 0.4, 0.5],
    )
    processor.save_pretrained(tmp_path)
    values = random_bands(SIDE, SIDE, 4, 256)
    pixels = processor(
        values, return_tensors="pt", input_data_format="channels_last"
    ).pixel_values
    model = vitviz.load_model(tmp_path)
    trace = vitviz.trace(model, scene(tmp_path / "s.tif", values))
    require_same(trace, logits_of(module, pixels))


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
