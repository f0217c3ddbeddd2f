"""Pictures come out right, whatever they were stored as."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageCms
import pytest
import skimage.data

from vitviz.pictures.source import load_image, screen_copies, short_name

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


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "WEBP"])
def test_lossless_formats_are_read_exactly(photo: Pixels, kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(PIL.Image.fromarray(photo), kind, **options)
    loaded = load_image(data, name="x")
    np.testing.assert_array_equal(loaded.pixels, photo)
    assert loaded.size == (451, 300)
    assert not loaded.pixels.flags.writeable


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(photo: Pixels, orientation: int) -> None:
    turns = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: np.rot90(p, -1),
        7: lambda p: np.rot90(p, 2).transpose(1, 0, 2),
        8: lambda p: np.rot90(p, 1),
    }
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    data = encoded(PIL.Image.fromarray(photo), "PNG", exif=exif)
    loaded = load_image(data)
    np.testing.assert_array_equal(loaded.pixels, turns[orientation](photo))
    assert bool(loaded.notes) == (orientation != 1)


def test_sixteen_bits_are_scaled_by_their_range_and_said() -> None:
    ramp = np.linspace(12, 4095, 256).astype(np.uint16).reshape(16, 16)
    loaded = load_image(encoded(PIL.Image.fromarray(ramp), "PNG"))
    low, high = np.percentile(ramp, (0.1, 99.9))
    expected = np.rint(np.clip((ramp - low) / (high - low), 0, 1) * 255)
    np.testing.assert_array_equal(loaded.pixels[..., 0], expected)
    assert "16.08 to 4090.67, percentiles" in " ".join(map(str, loaded.notes))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "F", "I", "LAB"])
def test_every_mode_becomes_rgb(photo: Pixels, mode: str) -> None:
    picture = PIL.Image.fromarray(photo)
    if mode == "LAB":
        srgb, lab = (PIL.ImageCms.createProfile(name) for name in ("sRGB", "LAB"))
        converted = PIL.ImageCms.profileToProfile(picture, srgb, lab, outputMode="LAB")
        assert converted is not None
    elif mode in {"LA", "F", "I"}:
        converted = picture.convert("L").convert(mode)
    else:
        converted = picture.convert(mode)
    loaded = load_image(encoded(converted, "TIFF" if mode not in {"P"} else "PNG"))
    assert loaded.pixels.shape == photo.shape
    difference = np.abs(loaded.pixels.astype(int) - np.asarray(picture, int)).mean()
    grey = mode in {"1", "L", "LA", "F", "I"}
    assert difference < (130 if mode == "1" else 45 if grey else 20), difference


def test_transparency_is_shown_on_white_and_said() -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[..., 3] = [0, 85, 170, 255]
    loaded = load_image(encoded(PIL.Image.fromarray(pixels), "PNG"))
    np.testing.assert_array_equal(loaded.pixels[0, :, 0], [255, 170, 85, 0])
    assert "white" in " ".join(map(str, loaded.notes))


def test_a_colour_profile_is_applied(photo: Pixels) -> None:
    """A profile whose red and blue are swapped turns the picture's colours round."""
    plain = load_image(encoded(PIL.Image.fromarray(photo), "PNG"))
    profile = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("XYZ"))
    broken = encoded(PIL.Image.fromarray(photo), "PNG", icc_profile=b"not a profile")
    loaded = load_image(broken)
    np.testing.assert_array_equal(loaded.pixels, plain.pixels)
    assert "damaged" in " ".join(map(str, loaded.notes))
    srgb = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
    same = load_image(encoded(PIL.Image.fromarray(photo), "PNG", icc_profile=srgb))
    np.testing.assert_array_equal(same.pixels, plain.pixels)
    assert profile is not None


def test_first_frame_of_an_animation(photo: Pixels) -> None:
    starts = (0, 80, 160)
    frames = [PIL.Image.fromarray(photo[s : s + 64, :64]).convert("P") for s in starts]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert "First of 3 frames" in " ".join(map(str, load_image(data).notes))


def test_names_are_fit_for_a_sentence(tmp_path: Path) -> None:
    assert short_name("a\nb\u202egpj.exe\udcff") == "a�b�gpj.exe�"
    assert len(short_name("x" * 300 + ".jpg")) <= 60


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param((64, 40), [(64, 40)], id="small"),
        pytest.param((512, 300), [(512, 300), (256, 150), (128, 75)], id="halved"),
        pytest.param((4100, 12), [(1366, 4), (683, 2), (341, 1), (170, 1), (85, 1)]),
        pytest.param((1, 5000), [(1, 1666), (1, 833), (1, 416), (1, 208), (1, 104)]),
    ],
)
def test_copies_for_the_screen_are_means_of_their_pixels(
    size: tuple[int, int], expected: list[tuple[int, int]]
) -> None:
    width, height = size
    pixels = np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)
    copies = screen_copies(pixels)
    assert [(one.shape[1], one.shape[0]) for one in copies] == expected
    for fine, coarse in zip((pixels, *copies), copies, strict=False):
        assert abs(float(fine.mean()) - float(coarse.mean())) < 1.5
    if size == (512, 300):
        np.testing.assert_array_equal(copies[0], pixels)
        means = pixels.reshape(150, 2, 256, 2, 3).mean((1, 3))
        assert np.abs(copies[1] - means).max() <= 1  # rounded along either axis
