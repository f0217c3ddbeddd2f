"""Colours are sRGB, whatever a file says of its own, by formulas of the standards."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageCms
import pytest
import skimage.data

from vitviz.pictures.source import load_image

Pixels = npt.NDArray[np.uint8]
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.3127, 0.3290))
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290))
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
D50 = np.array([0.9642, 1.0, 0.8249])


@pytest.fixture(scope="module")
def photo() -> Pixels:
    pixels: Pixels = np.ascontiguousarray(skimage.data.chelsea()[40:200, 60:260])
    return pixels


def xyz(primaries: tuple[tuple[float, float], ...]) -> npt.NDArray[np.float64]:
    """Light of red, green and blue as XYZ: Lindbloom's way."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    scale = np.linalg.inv(columns[:, :3]) @ columns[:, 3]
    made: npt.NDArray[np.float64] = columns[:, :3] * scale
    return made


def srgb_light(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(
        values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4
    )


def expected(
    pixels: Pixels, primaries: tuple[tuple[float, float], ...], gamma: float | None
) -> npt.NDArray[np.float64]:
    """IEC 61966-2-1, both whites the same; gamma None: the curve of sRGB."""
    values = pixels / 255.0
    light = srgb_light(values) if gamma is None else values**gamma
    light = np.clip(light @ (np.linalg.inv(xyz(SRGB)) @ xyz(primaries)).T, 0, 1)
    coded = np.where(
        light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055
    )
    return coded * 255


def profile(
    primaries: tuple[tuple[float, float], ...], gamma: float, name: str = "of a test"
) -> bytes:
    """ICC.1:2001-04: three colorants, one gamma, a name."""

    def fixed(*numbers: float) -> bytes:
        return struct.pack(f">{len(numbers)}i", *(round(n * 65536) for n in numbers))

    cones = BRADFORD @ xyz(primaries).sum(axis=1)
    adapted = (
        np.linalg.inv(BRADFORD)
        @ np.diag(BRADFORD @ D50 / cones)
        @ BRADFORD
        @ xyz(primaries)
    )
    text = name.encode() + b"\0"
    content = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78),
        b"wtpt": b"XYZ \0\0\0\0" + fixed(*D50),
        b"cprt": b"text\0\0\0\0none\0",
    }
    for key, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), adapted.T):
        content[key] = b"XYZ \0\0\0\0" + fixed(*column)
    for key in (b"rTRC", b"gTRC", b"bTRC"):
        curve = struct.pack(">IIH", 0, 1, round(gamma * 256))
        content[key] = b"curv" + curve
    return assembled(b"RGB ", content)


def assembled(space: bytes, content: dict[bytes, bytes]) -> bytes:
    table, body = struct.pack(">I", len(content)), b""
    start = 128 + 4 + 12 * len(content)
    for key, value in content.items():
        table += key + struct.pack(">II", start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    head = struct.pack(">I4sI4s4s4s", 0, b"test", 0x02400000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28)
    head += struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    whole = head + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def grey_profile(gamma: float) -> bytes:
    return assembled(
        b"GRAY",
        {
            b"desc": b"desc\0\0\0\0" + struct.pack(">I", 2) + b"g\0" + bytes(78),
            b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061),
            b"kTRC": b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256)),
        },
    )


def saved(picture: PIL.Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def notes(data: bytes) -> str:
    return " ".join(map(str, load_image(data).notes))


def with_chunks(data: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with chunks behind its header."""
    made = b""
    for kind, content in chunks:
        crc = struct.pack(">I", zlib.crc32(kind + content))
        made += struct.pack(">I", len(content)) + kind + content + crc
    return data[:33] + made + data[33:]


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "RGBX", "1", "PA"])
def test_a_profile_of_wide_colours(photo: Pixels, kind: str, mode: str) -> None:
    picture = PIL.Image.fromarray(photo)
    if mode == "PA":
        picture = picture.convert("P").convert("PA")
    else:
        picture = picture.convert("RGBA" if mode == "RGBA" else "RGB").convert(mode)
    options = {"lossless": True} if kind == "WEBP" else {}
    icc = profile(P3, 1.8)
    try:
        data = saved(picture, kind, icc_profile=icc, **options)
    except (OSError, KeyError):
        pytest.skip(f"{kind} has no {mode}")
    plain = load_image(saved(picture, kind, **options)).pixels
    loaded = load_image(data)
    assert "“of a test” converted" in " ".join(map(str, loaded.notes))
    difference = np.abs(loaded.pixels - expected(plain, P3, 1.8))
    assert difference.max() <= 2
    if mode not in {"1", "L", "LA"}:
        assert np.abs(loaded.pixels.astype(int) - plain).max() > 20


@pytest.mark.parametrize("mode", ["L", "LA"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
def test_a_grey_profile(photo: Pixels, kind: str, mode: str) -> None:
    if (kind, mode) == ("JPEG", "LA"):
        pytest.skip("no such JPEG")
    picture = PIL.Image.fromarray(photo).convert(mode)
    plain = load_image(saved(picture, kind)).pixels
    loaded = load_image(saved(picture, kind, icc_profile=grey_profile(1.0)))
    assert np.ptp(loaded.pixels, axis=2).max() == 0  # greys stay greys
    assert np.abs(loaded.pixels - expected(plain, SRGB, 1.0)).max() <= 2


def test_what_a_profile_does_counts_and_not_its_name(photo: Pixels) -> None:
    picture = PIL.Image.fromarray(photo)
    lie = profile(P3, 1.8, "sRGB IEC61966-2.1")
    loaded = load_image(saved(picture, "PNG", icc_profile=lie))
    assert np.abs(loaded.pixels - expected(photo, P3, 1.8)).max() <= 2
    srgb = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
    other = srgb.replace("sRGB".encode("utf-16-be"), "ABCD".encode("utf-16-be"))
    other = other.replace(b"sRGB", b"ABCD")
    same = load_image(saved(picture, "PNG", icc_profile=other))
    np.testing.assert_array_equal(same.pixels, photo)
    assert not same.notes


@pytest.mark.parametrize(
    ("mode", "icc", "said"),
    [
        ("RGB", b"not a profile", "damaged"),
        ("RGB", profile(P3, 1.8)[:200], "damaged"),
        ("RGB", grey_profile(1.8), "for GRAY and not for RGB"),
        ("CMYK", profile(P3, 1.8), "for RGB and not for CMYK"),
    ],
)
def test_a_profile_that_cannot_be_used_is_said(
    photo: Pixels, mode: str, icc: bytes, said: str
) -> None:
    picture = PIL.Image.fromarray(photo).convert(mode)
    loaded = load_image(saved(picture, "TIFF", icc_profile=icc))
    plain = load_image(saved(picture, "TIFF"))
    np.testing.assert_array_equal(loaded.pixels, plain.pixels)
    assert said in " ".join(map(str, loaded.notes))


def test_a_jpeg_whose_profile_lacks_a_part(photo: Pixels) -> None:
    icc = profile(P3, 1.8) + bytes(80_000)
    data = saved(PIL.Image.fromarray(photo), "JPEG", icc_profile=icc)
    assert "converted" in notes(data)
    start = data.index(b"ICC_PROFILE\0\2") - 4
    length = int.from_bytes(data[start + 2 : start + 4], "big") + 2
    assert "damaged" in notes(data[:start] + data[start + length :])


def test_transparent_parts_are_converted_before_they_lie_on_white(
    photo: Pixels,
) -> None:
    picture = PIL.Image.fromarray(photo)
    picture.putalpha(128)
    loaded = load_image(saved(picture, "PNG", icc_profile=profile(P3, 1.8)))
    share = 128 / 255
    on_white = expected(photo, P3, 1.8) * share + 255 * (1 - share)
    assert np.abs(loaded.pixels - on_white).max() <= 2


GAMMA, GAMMA_1_8, USUAL = (struct.pack(">I", n) for n in (100_000, 55_556, 45_455))
PRIMARIES = struct.pack(
    ">8I", *(round(n * 100_000) for n in (*P3[3], *P3[0], *P3[1], *P3[2]))
)


@pytest.mark.parametrize(
    ("chunks", "primaries", "gamma", "said"),
    [
        pytest.param([(b"gAMA", GAMMA)], SRGB, 1.0, "Gamma of 1 ", id="linear"),
        pytest.param(
            [(b"gAMA", GAMMA_1_8)], SRGB, 1.8, "Gamma of 0.5556", id="1.8"
        ),
        pytest.param([(b"cHRM", PRIMARIES)], P3, None, "Primaries", id="primaries"),
        pytest.param(
            [(b"gAMA", GAMMA), (b"cHRM", PRIMARIES)], P3, 1.0, "Primaries", id="both"
        ),
        pytest.param([(b"gAMA", USUAL)], SRGB, None, "", id="1/2.2"),
        pytest.param(
            [(b"sRGB", b"\0"), (b"gAMA", GAMMA)], SRGB, None, "", id="sRGB first"
        ),
        pytest.param(
            [(b"cICP", bytes((12, 13, 0, 1))), (b"sRGB", b"\0")],
            P3, None, "Display P3", id="cICP first",
        ),
        pytest.param(
            [(b"cICP", bytes((1, 8, 0, 1)))], SRGB, 1.0, "gamma 1", id="cICP linear"
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_chunks_of_a_png(
    photo: Pixels,
    chunks: list[tuple[bytes, bytes]],
    primaries: tuple[tuple[float, float], ...],
    gamma: float | None,
    said: str,
    mode: str,
) -> None:
    data = saved(PIL.Image.fromarray(photo).convert(mode), "PNG")
    plain = load_image(data).pixels
    loaded = load_image(with_chunks(data, *chunks))
    assert np.abs(loaded.pixels - expected(plain, primaries, gamma)).max() <= 2
    text = " ".join(map(str, loaded.notes))
    if mode == "L" and primaries is P3 and gamma is None:
        assert not text  # greys are the same
    else:
        assert said in text
        assert bool(said) == bool(text)


def test_sixteen_bits_are_converted_too(photo: Pixels) -> None:
    deep = photo.astype(np.uint16) * 257
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    height, width = photo.shape[:2]
    data = saved(PIL.Image.new("RGB", (1, 1)), "PNG")[:8]
    for kind, content in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)),
        (b"gAMA", GAMMA),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ):
        crc = struct.pack(">I", zlib.crc32(kind + content))
        data += struct.pack(">I", len(content)) + kind + content + crc
    loaded = load_image(data)
    assert np.abs(loaded.pixels - expected(photo, SRGB, 1.0)).max() <= 2


@pytest.mark.parametrize(
    ("primaries", "transfer", "said"),
    [(12, 13, "Display P3"), (1, 8, "gamma 1"), (9, 16, "PQ"), (9, 18, "HLG")],
)
def test_numbers_of_an_avif(
    photo: Pixels, primaries: int, transfer: int, said: str
) -> None:
    data = saved(PIL.Image.fromarray(photo), "AVIF", quality=100)
    place = data.index(b"colrnclx") + 8
    plain = load_image(data)
    assert not plain.notes
    coded = struct.pack(">HH", primaries, transfer)
    loaded = load_image(data[:place] + coded + data[place + 4 :])
    assert said in " ".join(map(str, loaded.notes))
    if transfer == 13:
        wanted = expected(plain.pixels, P3, None)
        assert np.abs(loaded.pixels - wanted).max() <= 2
    elif transfer == 8:
        assert np.abs(loaded.pixels - expected(plain.pixels, SRGB, 1.0)).max() <= 2


def test_white_paper_of_high_dynamic_range_is_white() -> None:
    # BT.2408: paper white is 58 % of PQ and 75 % of HLG
    for transfer, share in ((16, 0.58), (18, 0.75)):
        grey = PIL.Image.new("RGB", (32, 32), (round(share * 255),) * 3)
        data = with_chunks(saved(grey, "PNG"), (b"cICP", bytes((9, transfer, 0, 1))))
        assert load_image(data).pixels.min() >= 253


def test_a_profile_in_a_gif_and_in_a_bmp(photo: Pixels) -> None:
    icc = profile(P3, 1.8)
    data = saved(PIL.Image.fromarray(photo).convert("P"), "GIF")
    plain = load_image(data).pixels
    colours = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    blocks = b"".join(
        bytes((len(icc[i : i + 255]),)) + icc[i : i + 255]
        for i in range(0, len(icc), 255)
    )
    block = b"\x21\xff\x0bICCRGBG1012" + blocks + b"\0"
    loaded = load_image(data[:colours] + block + data[colours:])
    assert np.abs(loaded.pixels - expected(plain, P3, 1.8)).max() <= 2
    height, width = photo.shape[:2]
    rows = b"".join(
        row[:, ::-1].tobytes() + bytes(-width * 3 % 4) for row in photo[::-1]
    )
    head = struct.pack(
        "<IiiHHIIiiII", 124, width, height, 1, 24, 0, len(rows), 2835, 2835, 0, 0
    )
    head += bytes(16) + b"DEBM" + bytes(48)
    head += struct.pack("<IIII", 4, 124 + len(rows), len(icc), 0)
    # header 4, with shares of one and the gamma of screens: what sRGB is
    ends = [round(n * 2**30) for x, y in SRGB[:3] for n in (x, y, 1 - x - y)]
    plain_head = head[:56] + bytes(4) + struct.pack("<9I3I", *ends, *[144_179] * 3)
    plain_head = struct.pack("<I", 108) + plain_head[4:]
    start = 14 + len(plain_head)
    bmp = b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start)
    loaded = load_image(bmp + plain_head + rows)
    np.testing.assert_array_equal(loaded.pixels, photo)
    start = 14 + len(head)
    bmp = b"BM" + struct.pack("<IHHI", start + len(rows) + len(icc), 0, 0, start)
    loaded = load_image(bmp + head + rows + icc)
    assert np.abs(loaded.pixels - expected(photo, P3, 1.8)).max() <= 2
