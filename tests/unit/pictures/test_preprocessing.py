"""Pictures enter models exactly as torchvision's and timm's own preparation has it."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageCms
import pytest
import skimage.data
import torch
from torchvision.models import ViT_B_16_Weights

from vitviz.domain.placement import Fit, place
from vitviz.pictures.preprocessing import Interpolation, Preprocessing, prepare
from vitviz.pictures.source import load_image

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


Pixels = npt.NDArray[np.uint8]


def encoded(picture: PIL.Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.fixture(scope="module")
def photo() -> Pixels:
    pixels: Pixels = skimage.data.chelsea()
    return pixels


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 20_000)])
def test_extreme_shapes_are_read_and_prepared(size: tuple[int, int]) -> None:
    loaded = load_image(encoded(PIL.Image.new("RGB", size, "red"), "PNG"))
    assert loaded.size == size
    placement = place(size, patch_size=(16, 16), size=(224, 224))
    prepared = prepare(loaded, placement, preprocessing(224))
    assert prepared.shape == (3, 224, 224)
    np.testing.assert_allclose(prepared[0], (1 - 0.485) / 0.229, rtol=1e-5)


def preprocessing(
    size: int,
    resize: int | None = None,
    interpolation: Interpolation = Interpolation.BILINEAR,
) -> Preprocessing:
    return Preprocessing(MEAN, STD, (size, size), resize, interpolation)


@pytest.mark.parametrize("shape", [(300, 451), (451, 300), (255, 257), (512, 512)])
def test_prepared_as_torchvision_does(photo: Pixels, shape: tuple[int, int]) -> None:
    picture = PIL.Image.fromarray(photo).resize((shape[1], shape[0]))
    expected = ViT_B_16_Weights.IMAGENET1K_V1.transforms()(picture)
    loaded = load_image(np.array(picture))
    placement = place(loaded.size, patch_size=(16, 16), size=(224, 224), resize=256)
    actual = torch.from_numpy(prepare(loaded, placement, preprocessing(224, 256)))
    one_step = 1 / 255 / min(STD)
    assert (actual - expected).abs().max() <= 1.01 * one_step
    assert (actual - expected).abs().mean() <= 0.2 * one_step


def test_prepared_as_timm_does(photo: Pixels) -> None:
    from timm.data import create_transform

    transform = create_transform(
        (3, 224, 224), interpolation="bicubic", crop_pct=0.9, mean=MEAN, std=STD
    )
    expected = transform(PIL.Image.fromarray(photo))
    loaded = load_image(photo)
    resize = int(224 / 0.9)
    placement = place(loaded.size, patch_size=(16, 16), size=(224, 224), resize=resize)
    own = preprocessing(224, resize, Interpolation.BICUBIC)
    actual = torch.from_numpy(prepare(loaded, placement, own))
    assert (actual - expected).abs().max() <= 1.01 / 255 / min(STD)


@pytest.mark.parametrize("fit", list(Fit))
def test_a_picture_of_the_models_size_enters_pixel_for_pixel(
    photo: Pixels, fit: Fit
) -> None:
    square = np.ascontiguousarray(photo[:224, :224])
    placement = place((224, 224), patch_size=(16, 16), size=(224, 224), fit=fit)
    actual = prepare(load_image(square), placement, preprocessing(224))
    expected = (square / np.float32(255) - np.array(MEAN, np.float32)) / np.array(
        STD, np.float32
    )
    np.testing.assert_array_equal(actual, expected.transpose(2, 0, 1))


def test_letterbox_pads_with_the_mean() -> None:
    white = np.full((100, 200, 3), 255, np.uint8)
    fit = Fit.LETTERBOX
    placement = place((200, 100), patch_size=(16, 16), size=(64, 64), fit=fit)
    prepared = prepare(load_image(white), placement, preprocessing(64))
    assert (prepared[:, :16] == 0).all()
    assert (prepared[:, 48:] == 0).all()
    np.testing.assert_allclose(prepared[0, 16:48], (1 - 0.485) / 0.229, rtol=1e-5)
