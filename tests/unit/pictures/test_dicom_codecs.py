"""DICOM packed by lossless JPEG and JPEG-LS: the numbers that were packed come back.

Lossless JPEG is packed by another library (liblj92) than the one that unpacks it.
"""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.unit.pictures.test_depth import dicom, noise, read
from vitviz.errors import ImageError, MissingExtraError
from vitviz.pictures.reading import Reading, stretch_of
from vitviz.pictures.source import load_image

LOSSLESS = ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"]
JPEG_LS = ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"]
Array = npt.NDArray[Any]


def packed(frames: list[Array], syntax: str, **tags: Any) -> bytes:  # noqa: ANN401
    """A DICOM whose frames, (H, W) or (H, W, 3), are packed."""
    imagecodecs = pytest.importorskip("imagecodecs")
    pydicom = pytest.importorskip("pydicom")
    is_colour = frames[0].ndim == 3
    stored = int(tags.get("BitsStored", frames[0].dtype.itemsize * 8))
    if len(frames) > 1:
        tags["NumberOfFrames"] = len(frames)
    bare = dicom(np.stack(frames) if len(frames) > 1 else frames[0], **tags)
    made = pydicom.dcmread(io.BytesIO(bare))
    parts = []
    for frame in frames:
        bits = frame.view(f"u{frame.dtype.itemsize}")
        if syntax in JPEG_LS:
            parts.append(imagecodecs.jpegls_encode(bits))
        elif is_colour:
            parts.append(
                imagecodecs.jpeg8_encode(
                    bits, lossless=True, colorspace="RGB", outcolorspace="RGB"
                )
            )
        else:
            parts.append(
                imagecodecs.ljpeg_encode(bits & (2**stored - 1), bitspersample=stored)
            )
    made.PixelData = pydicom.encaps.encapsulate(parts)
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = syntax
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


@pytest.mark.parametrize("syntax", LOSSLESS + JPEG_LS)
@pytest.mark.parametrize(
    ("kind", "stored", "low", "high"),
    [
        pytest.param("uint8", 8, 0, 256, id="8 bits"),
        pytest.param("uint16", 12, 0, 4096, id="12 bits"),
        pytest.param("uint16", 16, 0, 65536, id="16 bits"),
        pytest.param("int16", 16, -32768, 32768, id="signed"),
        pytest.param("int16", 12, -2048, 2048, id="12 bits, signed"),
    ],
)
def test_packed_numbers(
    syntax: str, kind: str, stored: int, low: int, high: int
) -> None:
    values = noise(kind, 1, low, high)[..., 0]
    tags = {"BitsStored": stored, "HighBit": stored - 1}
    stretch = stretch_of(f"{low},{high - 1}")
    assert stretch is not None
    made = read(packed([values], syntax, **tags), Reading(stretch))
    plain = read(dicom(values, **tags), Reading(stretch))
    np.testing.assert_array_equal(made.pixels, plain.pixels)
    wanted = np.rint((values.astype(float) - low) * 255 / (high - 1 - low))
    assert np.abs(made.pixels[..., 0] - wanted).max() <= 1


@pytest.mark.parametrize("syntax", LOSSLESS + JPEG_LS)
def test_packed_frames_and_colours(syntax: str) -> None:
    frames = [noise("uint8", 3, 0, 256) for _ in range(2)]
    frames[1] = 255 - frames[1]
    data = packed(frames, syntax)
    # in the process that decodes
    np.testing.assert_array_equal(load_image(data).pixels, frames[0])
    np.testing.assert_array_equal(read(data, Reading(frame=1)).pixels, frames[1])


@pytest.mark.parametrize("syntax", LOSSLESS + JPEG_LS)
def test_without_the_library_it_is_named(
    syntax: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = packed([noise("uint8", 1, 0, 256)[..., 0]], syntax)
    pixels = pytest.importorskip("pydicom.pixels")
    decoder = pixels.get_decoder(syntax)
    if "imagecodecs" in decoder.available_plugins:
        decoder.remove_plugin("imagecodecs")
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "imagecodecs", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'vitviz\[formats\]'"):
            read(data)
    read(data)


@pytest.mark.parametrize("syntax", LOSSLESS + JPEG_LS)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_one_cut_off_is_damaged(syntax: str, share: float) -> None:
    data = packed([noise("uint16", 1, 0, 65536)[..., 0]], syntax)
    with pytest.raises(ImageError, match=r"damaged .*cut off.*Download it"):
        read(data[: int(share * len(data))])
