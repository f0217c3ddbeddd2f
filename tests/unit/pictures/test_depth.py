"""Pictures of odd depth, bands and layout, made by libraries of others, come out right.

Files are made by tifffile, pydicom and nibabel; what is expected is computed here.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest

from vitviz.errors import ImageError, MissingExtraError, SelectionError
from vitviz.pictures import pixels
from vitviz.pictures.pixels import Decoded
from vitviz.pictures.reading import Plane, Reading, bands_of, stretch_of
from vitviz.pictures.source import load_image

tifffile = pytest.importorskip("tifffile")
pytest.importorskip("imagecodecs")

Array = npt.NDArray[Any]
HEIGHT, WIDTH = 37, 50


def noise(dtype: str, bands: int, low: float, high: float) -> Array:
    rng = np.random.default_rng(4)
    values = rng.uniform(low, high, (HEIGHT, WIDTH, bands))
    return values.astype(dtype)


def tiff(values: Array, **options: Any) -> bytes:  # noqa: ANN401
    stream = io.BytesIO()
    tifffile.imwrite(stream, values, **options)
    return stream.getvalue()


def read(data: bytes, reading: Reading | None = None) -> Decoded:
    """Decode in this process, as the helper does."""
    made = pixels.decode(data, "a", allow_large=False, reading=reading or Reading())
    assert made is not None
    return made


def said(made: Decoded) -> str:
    return " ".join(map(str, made.notes))


def stretched(
    values: Array, low: npt.ArrayLike, high: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    bottom, top = np.asarray(low, float), np.asarray(high, float)
    shares = (values.astype(np.float64) - bottom) / (top - bottom)
    made: npt.NDArray[np.float64] = np.rint(np.clip(shares, 0, 1) * 255)
    return made


LAYOUTS = [
    pytest.param({}, id="plain"),
    pytest.param({"tile": (16, 32)}, id="tiles"),
    pytest.param({"rowsperstrip": 5}, id="strips"),
    pytest.param({"byteorder": ">"}, id="big-endian"),
    pytest.param({"bigtiff": True}, id="BigTIFF"),
    pytest.param({"compression": "lzw", "predictor": True}, id="LZW"),
    pytest.param({"compression": "zlib", "predictor": True}, id="deflate"),
    pytest.param({"compression": "zstd", "tile": (16, 16)}, id="zstd"),
    pytest.param({"compression": "packbits"}, id="PackBits"),
]


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("options", LAYOUTS)
def test_sixteen_bits_of_red_green_blue(options: dict[str, Any], planar: bool) -> None:
    values = noise("uint16", 3, 0, 65536)
    kind = {"photometric": "rgb", "planarconfig": "separate" if planar else "contig"}
    stored = np.moveaxis(values, 2, 0).copy() if planar else values
    made = read(tiff(stored, **kind, **options))
    np.testing.assert_array_equal(made.pixels, np.rint(values / 257))
    assert "0 to 65535, all of their type" in said(made)


@pytest.mark.parametrize("options", LAYOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_planes_of_numbers(options: dict[str, Any], dtype: str) -> None:
    values = noise(dtype, 3, 0, np.iinfo(dtype).max + 1)
    stored = np.moveaxis(values, 2, 0).copy()
    data = tiff(stored, photometric="rgb", planarconfig="separate", **options)
    wanted = np.rint(values / (np.iinfo(dtype).max / 255))
    np.testing.assert_array_equal(read(data).pixels, wanted)


@pytest.mark.parametrize(
    ("dtype", "low", "high", "most"),
    [
        ("uint16", 0, 65536, 65535),
        ("uint16", 300, 4096, None),
        ("int16", -1024, 3072, None),
        ("uint32", 0, 1000, None),
        ("uint32", 0, 2**32, 2**32 - 1),
        ("int32", -70_000, 9_000_000, None),
        ("float32", 0, 1, 1),
        ("float32", -3, 8000, None),
        ("float64", 1e-9, 2e-9, None),
        ("float16", 0, 1, 1),
        ("int8", -100, 100, None),
        ("uint64", 5, 90_000, None),
    ],
)
@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}])
def test_greys_of_every_type(
    dtype: str, low: float, high: float, most: float | None, options: dict[str, Any]
) -> None:
    values = noise(dtype, 1, low, high)[..., 0]
    made = read(tiff(values, photometric="minisblack", **options))
    ends = (0, most) if most else np.percentile(values.astype(float), (0.1, 99.9))
    wanted = stretched(values, *ends)
    assert np.abs(made.pixels - wanted[..., None]).max() <= (0 if most else 1)
    assert ("all of their type" if most else "percentiles 0.1 and 99.9") in said(made)


@pytest.mark.parametrize("count", [2, 4, 5, 7, 12])
@pytest.mark.parametrize("layout", ["contig", "separate", "OME", "ImageJ"])
def test_many_bands(count: int, layout: str) -> None:
    values = noise("uint16", count, 0, 3000) * np.arange(1, count + 1, dtype="uint16")
    stored = values if layout == "contig" else np.moveaxis(values, 2, 0).copy()
    options: dict[str, Any] = {"photometric": "minisblack"}
    if layout == "OME":
        options |= {"ome": True, "metadata": {"axes": "CYX"}}
    elif layout == "ImageJ":
        options |= {"imagej": True, "metadata": {"axes": "CYX"}}
    else:
        options |= {"planarconfig": layout}
    data = tiff(stored, **options)
    bands = (count, 1, 2)
    reading = Reading(stretch_of("2-98") or Reading().stretch, bands)
    made = read(data, reading)
    chosen = values[..., [band - 1 for band in bands]]
    low, high = np.percentile(chosen.reshape(-1, 3), (2, 98), axis=0)
    wanted = stretched(chosen, low, high)
    np.testing.assert_array_equal(made.pixels, wanted)
    assert f"Bands {count}, 1, 2 of {count}" in said(made)
    assert made.values.num_bands == count
    first = read(data)
    assert f"of {count}" in said(first)
    if count == 2:
        assert np.ptp(first.pixels, axis=2).max() == 0
    with pytest.raises(ImageError, match=f"{count} bands and no band 13"):
        read(data, Reading(bands=(13,)))


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("range", (10, 4000)),
        ("full", (0, 65535)),
        ("100,2000", (100, 2000)),
        ("0-100", (10, 4000)),
    ],
)
def test_a_stretch_that_is_asked_for(text: str, ends: tuple[float, float]) -> None:
    values = noise("uint16", 1, 10, 4000)[..., 0]
    values[0, :2] = 10, 4000
    stretch = stretch_of(text)
    assert stretch is not None
    made = read(tiff(values), Reading(stretch))
    np.testing.assert_array_equal(made.pixels[..., 1], stretched(values, *ends))


def test_one_hot_pixel_does_not_turn_a_picture_black() -> None:
    values = noise("uint16", 1, 200, 900)[..., 0]
    values[5, 6] = 65535
    made = read(tiff(values))
    assert 100 < made.pixels.mean() < 155
    assert made.pixels[5, 6, 0] == 255


def test_sparse_spots_are_seen() -> None:
    values = np.zeros((100, 100), np.uint16)
    values[3, 4] = 700
    made = read(tiff(values))
    assert made.pixels[3, 4, 0] == 255
    assert made.pixels.sum() == 255 * 3


@pytest.mark.parametrize("value", [0, 7, 300])
def test_constant_pictures_are_what_their_value_says(value: int) -> None:
    made = read(tiff(np.full((9, 8), value, np.uint16)))
    assert np.unique(made.pixels).tolist() == [round(value / 257)]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_pixels_without_data_are_white_and_do_not_count(dtype: str) -> None:
    values = noise(dtype, 1, 20, 120)[..., 0]
    values[:10] = 0 if dtype.startswith("u") else -9999
    mark = str(values[0, 0].item())
    data = tiff(values, extratags=[(42113, "s", 0, mark, True)])
    made = read(data)
    assert (made.pixels[:10] == 255).all()
    assert "without data" in said(made)
    if dtype != "uint8":
        low, high = np.percentile(values[10:], (0.1, 99.9))
        wanted = stretched(values[10:], low, high)
        np.testing.assert_array_equal(made.pixels[10:, :, 0], wanted)
    else:
        np.testing.assert_array_equal(made.pixels[10:, :, 0], values[10:])


def test_no_number_and_infinity() -> None:
    values = noise("float32", 1, 5, 900)[..., 0]
    values[0, 0], values[0, 1], values[0, 2] = np.nan, np.inf, -np.inf
    made = read(tiff(values))
    assert made.pixels[0, :3, 0].tolist() == [255, 255, 0]


@pytest.mark.parametrize("extra", ["assocalpha", "unassalpha"])
@pytest.mark.parametrize("count", [2, 4])
def test_sixteen_bits_with_transparency(extra: str, count: int) -> None:
    colours = noise("float64", count - 1, 0, 65535)
    alpha = noise("float64", 1, 9000, 65535)
    stored = colours * alpha / 65535 if extra == "assocalpha" else colours
    values = np.rint(np.concatenate((stored, alpha), axis=2)).astype(np.uint16)
    kind = "rgb" if count == 4 else "minisblack"
    made = read(
        tiff(values, photometric=kind, extrasamples=[extra], planarconfig="contig")
    )
    share = alpha / 65535
    wanted = colours / 257 * share + 255 * (1 - share)
    assert np.abs(made.pixels - wanted).max() <= 2


def test_white_is_zero() -> None:
    values = noise("uint16", 1, 0, 65536)[..., 0]
    made = read(tiff(values, photometric="miniswhite"))
    np.testing.assert_array_equal(made.pixels[..., 0], 255 - np.rint(values / 257))


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_bits_have_a_range_of_their_own(bits: int) -> None:
    # rows begin with a byte: 48 values fill them
    values = noise("uint16", 1, 0, 2**bits)[:, :48, 0].copy()
    codecs = pytest.importorskip("imagecodecs")
    packed = codecs.packints_encode(values, bits)
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(
            iter([packed]),
            shape=values.shape,
            dtype=values.dtype,
            bitspersample=bits,
            photometric="minisblack",
            compression=None,
        )
    made = read(stream.getvalue())
    wanted = np.rint(values * (255 / (2**bits - 1)))
    np.testing.assert_array_equal(made.pixels[..., 0], wanted)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_deep_picture_is_turned(orientation: int) -> None:
    values = noise("uint16", 3, 0, 65536)
    data = tiff(values, photometric="rgb", extratags=[(274, "H", 1, orientation, True)])
    turns = {1: 0, 3: 2, 6: -1, 8: 1}[orientation]
    wanted = np.rot90(np.rint(values / 257), turns)
    np.testing.assert_array_equal(read(data).pixels, wanted)


def test_frames_of_a_stack() -> None:
    stack = np.stack(
        [noise("uint16", 1, 0, 65536)[..., 0] // (i + 1) for i in range(4)]
    )
    data = tiff(stack, photometric="minisblack")
    assert "First of 4 frames" in said(read(data))
    for frame in (0, 3):
        reading = Reading(stretch_of("full") or Reading().stretch, frame=frame)
        wanted = np.rint(stack[frame] / 257)
        np.testing.assert_array_equal(read(data, reading).pixels[..., 0], wanted)
    with pytest.raises(ImageError, match="4 frames, from 0 to 3, and no frame 4"):
        read(data, Reading(frame=4))


def test_frames_of_an_animation(tmp_path: Path) -> None:
    frames = [PIL.Image.new("RGB", (20, 10), c) for c in ("red", "lime", "blue")]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert load_image(path, frame=1).pixels[5, 5].tolist() == [0, 255, 0]
    with pytest.raises(ImageError, match="3 frames"):
        load_image(path, frame=3)


def png16(values: Array, **extra: bytes) -> bytes:
    import struct
    import zlib

    height, width, count = values.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[count]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    data = b"\x89PNG\r\n\x1a\n"
    for name, content in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)),
        *((key.encode(), value) for key, value in extra.items()),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ):
        crc = struct.pack(">I", zlib.crc32(name + content))
        data += struct.pack(">I", len(content)) + name + content + crc
    return data


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("high", [65536, 4096])
def test_png_of_sixteen_bits(count: int, high: int) -> None:
    values = noise("uint16", count, 0, high)
    if count in (2, 4):
        values[..., -1] = 65535
    made = load_image(png16(values))
    colours = values[..., : count - (count in (2, 4))]
    ends = (0, 65535) if high == 65536 else np.percentile(colours, (0.1, 99.9))
    wanted = stretched(colours, *ends)
    np.testing.assert_array_equal(
        made.pixels, np.broadcast_to(wanted, made.pixels.shape)
    )


def test_png_of_sixteen_bits_with_one_clear_colour() -> None:
    values = noise("uint16", 3, 0, 65536)
    values[4, 5] = 258, 65535, 7
    made = load_image(png16(values, tRNS=values[4, 5].astype(">u2").tobytes()))
    assert made.pixels[4, 5].tolist() == [255, 255, 255]
    values[4, 5] = 65535
    np.testing.assert_array_equal(made.pixels, np.rint(values / 257))


@pytest.mark.parametrize("most", [1000, 65535])
def test_ppm_of_sixteen_bits(most: int) -> None:
    values = noise("uint16", 3, 0, most)
    data = b"P6 %d %d %d\n" % (WIDTH, HEIGHT, most) + values.astype(">u2").tobytes()
    made = load_image(data)
    np.testing.assert_array_equal(made.pixels, np.rint(values * (255 / most)))


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_one_clear_grey_of_few_bits(bits: int) -> None:
    """Grey 1 of a PNG is transparent, of however many bits."""
    import struct
    import zlib

    per_byte = 8 // bits
    greys = np.arange(2**bits, dtype=np.uint8)
    packed = bytearray()
    for start in range(0, len(greys), per_byte):
        byte = 0
        for grey in greys[start : start + per_byte].tolist():
            byte = byte << bits | grey
        packed.append(byte << (bits * max(0, per_byte - len(greys))) & 255)
    data = b"\x89PNG\r\n\x1a\n"
    for name, content in (
        (b"IHDR", struct.pack(">IIBBBBB", len(greys), 1, bits, 0, 0, 0, 0)),
        (b"tRNS", b"\0\1"),
        (b"IDAT", zlib.compress(b"\0" + bytes(packed))),
        (b"IEND", b""),
    ):
        crc = struct.pack(">I", zlib.crc32(name + content))
        data += struct.pack(">I", len(content)) + name + content + crc
    wanted = greys * (255 // (2**bits - 1))
    wanted[1] = 255
    assert load_image(data).pixels[0, :, 0].tolist() == wanted.tolist()


def test_a_map_of_floats_from_0_to_1() -> None:
    values = noise("float32", 1, 0, 1)[..., 0]
    data = b"Pf\n%d %d\n-1.0\n" % (WIDTH, HEIGHT) + values[::-1].tobytes()
    np.testing.assert_array_equal(
        load_image(data).pixels[..., 0], np.rint(values * 255)
    )


def test_eight_bits_are_untouched_unless_asked() -> None:
    values = noise("uint8", 3, 60, 90)
    stream = io.BytesIO()
    PIL.Image.fromarray(values).save(stream, "PNG")
    made = load_image(stream.getvalue())
    np.testing.assert_array_equal(made.pixels, values)
    assert not made.notes
    wide = load_image(stream.getvalue(), stretch="range")
    assert (wide.pixels.min(), wide.pixels.max()) == (0, 255)
    one = load_image(stream.getvalue(), bands=[2])
    np.testing.assert_array_equal(one.pixels[..., 0], values[..., 1])


@pytest.mark.parametrize("text", ["2-98", "range", "0,3000", "200,2900", "-90,-9"])
def test_the_helper_reads_what_this_process_reads(text: str, tmp_path: Path) -> None:
    values = noise("uint16", 6, 0, 3000)
    path = tmp_path / "scene.tif"
    tifffile.imwrite(path, values, photometric="minisblack", planarconfig="contig")
    made = load_image(path, stretch=text, bands=(4, 3, 2))
    reading = Reading(stretch_of(text) or Reading().stretch, (4, 3, 2))
    here = read(path.read_bytes(), reading)
    np.testing.assert_array_equal(made.pixels, here.pixels)
    assert made.notes == here.notes
    assert made.values == here.values
    assert made.reading == reading
    with pytest.raises(SelectionError, match="A stretch is"):
        load_image(path, stretch="98-2")
    with pytest.raises(SelectionError, match="Bands count from 1"):
        load_image(path, bands=(0,))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = tiff(noise("uint16", 3, 0, 65536), photometric="rgb")
    grey = tiff(noise("uint16", 1, 0, 65536)[..., 0])
    monkeypatch.setitem(sys.modules, "tifffile", None)
    assert "all of their type" in said(read(grey))  # Pillow's own
    with pytest.raises(MissingExtraError, match=r"pip install 'vitviz\[formats\]'"):
        read(data)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("auto", "auto"), ("2-98", "2-98"), ("0,3000", "0.0,3000.0"),
        ("-200,300", "-200.0,300.0"), ("98-2", None), ("0-101", None), ("5,5", None),
        ("nan,1", None), ("", None), ("²,3", None), ("1e999,2", None),
    ],
)  # fmt: skip
def test_texts_of_a_stretch(text: str, found: str | None) -> None:
    stretch = stretch_of(text)
    assert (None if stretch is None else str(stretch)) == found
    if stretch is not None:
        assert stretch_of(str(stretch)) == stretch


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4,3,2", (4, 3, 2)), ("7", (7,)), ("1,2", (1, 2)), ("0", None),
        ("12,1,2,3", (12, 1, 2, 3)), ("1,", None), ("1,2,x", None),
        (",".join(["1"] * 65), None),
    ],
)  # fmt: skip
def test_texts_of_bands(text: str, found: tuple[int, ...] | None) -> None:
    assert bands_of(text) == found


# -- scanners --------------------------------------------------------------------------


def dicom(values: Array, **tags: Any) -> bytes:  # noqa: ANN401
    pydicom = pytest.importorskip("pydicom")
    from pydicom.uid import ExplicitVRLittleEndian

    made = pydicom.Dataset()
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    made.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    is_colour = values.ndim >= 3 and values.shape[-1] == 3
    made.Rows, made.Columns = values.shape[-3:-1] if is_colour else values.shape[-2:]
    made.SamplesPerPixel = 3 if is_colour else 1
    made.PhotometricInterpretation = "RGB" if is_colour else "MONOCHROME2"
    if is_colour:
        made.PlanarConfiguration = 0
    bits = values.dtype.itemsize * 8
    made.BitsAllocated = made.BitsStored = bits
    made.HighBit = bits - 1
    made.PixelRepresentation = int(values.dtype.kind == "i")
    for key, value in tags.items():
        setattr(made, key, value)
    made.PixelData = values.tobytes()
    made["PixelData"].VR = "OW" if bits == 16 else "OB"
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


def test_a_dicom_in_its_own_window() -> None:
    values = noise("int16", 1, 0, 3000)[..., 0]
    tags = {"RescaleSlope": 1, "RescaleIntercept": -1024}
    made = read(dicom(values, WindowCenter=40, WindowWidth=400, **tags))
    # PS3.3, C.11.2.1.2.1
    units = values.astype(float) - 1024
    wanted = np.clip(((units - 39.5) / 399 + 0.5) * 255, 0, 255)
    assert np.abs(made.pixels[..., 0] - wanted).max() <= 1
    assert "own window" in said(made)
    stretch = stretch_of("-1000,500")
    assert stretch is not None
    asked = read(dicom(values, **tags), Reading(stretch))
    wanted = stretched(units, -1000, 500)
    assert np.abs(asked.pixels[..., 0] - wanted).max() <= 1


def test_a_dicom_whose_lowest_value_is_white() -> None:
    values = noise("uint16", 1, 0, 4096)[..., 0]
    window = {"WindowCenter": 2048, "WindowWidth": 4096}
    dark = read(dicom(values, **window))
    light = read(dicom(values, PhotometricInterpretation="MONOCHROME1", **window))
    np.testing.assert_array_equal(light.pixels, 255 - dark.pixels)


def test_frames_and_colours_of_a_dicom() -> None:
    frames = noise("uint8", 3 * 4, 0, 256).reshape(HEIGHT, WIDTH, 4, 3)
    frames = np.ascontiguousarray(frames.transpose(2, 0, 1, 3))
    data = dicom(frames, NumberOfFrames=4)
    np.testing.assert_array_equal(read(data).pixels, frames[0])
    np.testing.assert_array_equal(read(data, Reading(frame=2)).pixels, frames[2])
    with pytest.raises(ImageError, match="no frame 4"):
        read(data, Reading(frame=4))


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, -1, 1), (1, -1, -1)])
@pytest.mark.parametrize("is_packed", [False, True])
def test_slices_of_a_nifti(
    plane: Plane, flips: tuple[int, int, int], is_packed: bool
) -> None:
    nibabel = pytest.importorskip("nibabel")
    import gzip

    # right, anterior, superior
    body = np.random.default_rng(1).integers(0, 900, (7, 9, 11)).astype(np.int16)
    stored = body[:: flips[0], :: flips[1], :: flips[2]]
    image = nibabel.Nifti1Image(stored, np.diag((*flips, 1)))
    data = image.to_bytes()
    if is_packed:
        data = gzip.compress(data)
    reading = Reading(stretch_of("0,900") or Reading().stretch, frame=3, plane=plane)
    made = read(data, reading)
    cut = {
        Plane.AXIAL: body[:, :, 3],
        Plane.CORONAL: body[:, 3, :],
        Plane.SAGITTAL: body[3, :, :],
    }[plane]
    wanted = stretched(np.flipud(cut.T), 0, 900)
    np.testing.assert_array_equal(made.pixels[..., 0], wanted)
    assert f"Slice 3 of {body.shape[2 - list(Plane).index(plane)]}" in said(made)
    assert made.values.has_planes


def test_units_of_a_nifti() -> None:
    nibabel = pytest.importorskip("nibabel")
    body = np.random.default_rng(1).integers(0, 900, (7, 9, 11)).astype(np.int16)
    image = nibabel.Nifti1Image(body, np.eye(4))
    image.header.set_slope_inter(0.5, -100)
    data = image.to_bytes()
    made = read(data, Reading(stretch_of("-100,350") or Reading().stretch))
    wanted = stretched(np.flipud(body[:, :, 5].T) * 0.5 - 100, -100, 350)
    np.testing.assert_array_equal(made.pixels[..., 0], wanted)


# -- raw files of cameras --------------------------------------------------------------


def raw_file(preview: bytes | None) -> bytes:
    """A DNG as cameras write it: a small picture, raw data, a JPEG in directories."""
    small = np.full((20, 30, 3), 90, np.uint8)
    sensor = noise("uint16", 1, 0, 4096)[..., 0]
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(
            small if preview is not None else sensor,
            photometric="rgb" if preview is not None else "cfa",
            subfiletype=1 if preview is not None else 0,
            subifds=2 if preview is not None else 0,
            extratags=[(50706, "B", 4, bytes((1, 4, 0, 0)), True)],
        )
        if preview is not None:
            writer.write(sensor, photometric="cfa", subfiletype=0)
            writer.write(
                iter([preview]),
                shape=(120, 160, 3),
                dtype="uint8",
                photometric="ycbcr",
                compression="jpeg",
                subfiletype=1,
            )
    return stream.getvalue()


def test_the_preview_of_a_raw_file() -> None:
    picture = PIL.Image.linear_gradient("L").resize((160, 120)).convert("RGB")
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=95)
    made = read(raw_file(stream.getvalue()))
    wanted = np.asarray(PIL.Image.open(stream))
    np.testing.assert_array_equal(made.pixels, wanted)
    assert "Preview of 160×120 pixels" in said(made)


def test_a_raw_file_without_a_preview_is_refused() -> None:
    with pytest.raises(ImageError, match="no preview"):
        read(raw_file(None))
