"""Hostile files of the formats that libraries of others read end in one sentence."""

from __future__ import annotations

import gzip
import io
import struct
import sys
import time
import zlib

import numpy as np
import PIL.Image
import PIL.ImageCms
import pytest

from tests.unit.pictures.test_depth import dicom, raw_file, tiff
from vitviz.errors import ImageError
from vitviz.pictures import decode, pixels
from vitviz.pictures.source import load_image
from vitviz.system import subprocesses


def directory(*tags: tuple[int, int, int, int]) -> bytes:
    """A TIFF of these tags (number, kind, count, value) and nothing else."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + bytes(4)


def sized(width: int, height: int, samples: int = 3, **more: int) -> bytes:
    return directory(
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, more.get("bits", 16)),
        (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, samples),
        (278, 4, 1, height), (279, 4, 1, 100), (284, 3, 1, more.get("planar", 1)),
    )  # fmt: skip


def nifti(*shape: int) -> bytes:
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, len(shape), *shape, *[1] * (7 - len(shape)))
    struct.pack_into("<hh", head, 70, 4, 16)
    struct.pack_into("<f", head, 108, 352.0)
    head[344:348] = b"n+1\0"
    return bytes(head)


def looped() -> bytes:
    data = bytearray(tiff(np.zeros((9, 9), np.uint16)))
    count = struct.unpack_from("<H", data, struct.unpack_from("<I", data, 4)[0])[0]
    first = struct.unpack_from("<I", data, 4)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    return bytes(data)


CASES = {
    "TIFF of 40,000 px a side": (sized(40_000, 40_000), "a side may have|megapixels"),
    "TIFF of 300 megapixels": (sized(20_000, 15_000), "megapixels"),
    "TIFF of 60,000 bands": (sized(9_000, 9_000, 60_000), "memory|damaged"),
    "TIFF without pixels": (sized(50, 50), "damaged"),
    "TIFF of no width": (sized(0, 50), "damaged|not a picture"),
    "TIFF of 3 bits": (sized(50, 50, 1, bits=3), "damaged"),
    "TIFF cut off": (tiff(np.ones((90, 90, 3), np.uint16))[:9000], "damaged"),
    "BigTIFF cut off": (tiff(np.ones((9, 9), "u2"), bigtiff=True)[:40], "damaged|not"),
    "DNG without a preview": (raw_file(None), "no preview"),
    "DICOM cut off": (dicom(np.ones((90, 90), np.int16))[:900], "damaged"),
    "DICOM of 60,000 rows": (
        dicom(np.ones((9, 9), np.int16), Rows=60_000, Columns=60_000),
        "a side may have",
    ),
    "DICOM of a million frames": (
        dicom(np.ones((9, 9), np.int16), NumberOfFrames=1_000_000), "damaged",
    ),
    "NIfTI without a volume": (nifti(90, 90, 90), "damaged"),
    "NIfTI of 9 GB": (nifti(30_000, 30_000, 5), "volume of more than 2 GB"),
    "NIfTI of no slices": (nifti(5, 0, 5), "damaged|volume"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_ends_in_a_sentence(name: str) -> None:
    data, said = CASES[name]
    with pytest.raises(ImageError, match=said) as caught:
        pixels.decode(data, "a.tif", allow_large=False)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 400


def test_a_directory_that_follows_itself_is_read_once() -> None:
    made = pixels.decode(looped(), "a.tif", allow_large=False)
    assert made is not None
    assert made.pixels.shape == (9, 9, 3)


def test_the_helper_says_what_this_process_says() -> None:
    for name in ("TIFF of 300 megapixels", "DICOM cut off", "NIfTI of 9 GB"):
        data, said = CASES[name]
        with pytest.raises(ImageError, match=said):
            load_image(data, name="a")


@pytest.mark.long
def test_a_volume_that_is_packed_a_thousand_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """2.5 GB of zeros in 2.5 MB are refused before they are unpacked whole."""
    monkeypatch.setattr(decode, "HELPER_SECONDS", 30)
    stream = io.BytesIO()
    with gzip.open(stream, "wb", 1) as file:
        file.write(nifti(800, 800, 1000))
        for _ in range(2600):
            file.write(bytes(2**20))
    began = time.perf_counter()
    with pytest.raises(ImageError, match=r"GB|longer|memory|ended"):
        load_image(stream.getvalue(), name="a")
    assert time.perf_counter() - began < 200


def deflated_dicom(num_blocks: int) -> bytes:
    """A DICOM without pixels that unpacks to so many times 16 MB of zeros."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    head = packer.compress(struct.pack("<HH2sHI", 9, 16, b"OB", 0, 2**31))
    head += packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    syntax = b"1.2.840.10008.1.2.1.99"
    meta = struct.pack("<HH2sH", 2, 16, b"UI", len(syntax)) + syntax
    length = struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(meta))
    return bytes(128) + b"DICM" + length + meta + head + block * num_blocks


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory has no limit")
def test_a_picture_may_unpack_to_half_of_the_free_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A kilobyte for each megabyte, and several pictures are decoded at once."""
    data = deflated_dicom(100)
    assert len(data) < 10 * 2**20
    monkeypatch.setattr(decode, "HELPER_SECONDS", 30)
    monkeypatch.setattr(subprocesses, "LEAST_MEMORY_BYTES", 0)
    monkeypatch.setattr(subprocesses, "free_bytes", lambda: 2 * 10**9)
    with pytest.raises(ImageError, match="not enough memory"):
        load_image(data, name="a")
    # and all else is decoded with that
    assert load_image(dicom(np.ones((9, 9), np.int16))).size == (9, 9)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_profile_of_nonsense_is_left_out(kind: str) -> None:
    rng = np.random.default_rng(3)
    good = PIL.Image.new("RGB", (8, 8), "teal")
    icc = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
    for _ in range(60):
        bad = bytearray(icc)
        for place in rng.integers(0, len(icc), 12).tolist():
            bad[place] = int(rng.integers(0, 256))
        stream = io.BytesIO()
        good.save(stream, kind, icc_profile=bytes(bad))
        made = pixels.decode(stream.getvalue(), "a", allow_large=False)
        assert made is not None
        assert made.pixels.shape == (8, 8, 3)
