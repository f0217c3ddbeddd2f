"""Pictures that take long to decode: a picture or one sentence, by every route."""

from __future__ import annotations

import functools
import io
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.cli.main import main
from vitviz.errors import Cancelled, ImageError
from vitviz.jobs.queue import JobKind
from vitviz.pictures import decode, pixels, samples
from vitviz.pictures.decoding_cost import is_quick, jpeg_frame, kind_of
from vitviz.pictures.folder import PictureCache, thumbnail
from vitviz.pictures.source import load_image
from vitviz.system import subprocesses

LIMIT_S = 1.0
"""Of the processor, for the decoder in these tests."""
DEADLINE_S = LIMIT_S * decode.WALL_FACTOR + 2


def noise(width: int, height: int, channels: int = 3) -> PIL.Image.Image:
    rng = np.random.default_rng(4)
    shape = (height, width, channels) if channels > 1 else (height, width)
    return PIL.Image.fromarray(rng.integers(0, 256, shape, np.uint8))


def saved(picture: PIL.Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def many_scans(num_scans: int, side: int = 2048) -> bytes:
    """A progressive JPEG whose last scan is there again and again."""
    grey = PIL.Image.new("L", (side, side), 128)
    data = saved(grey, "JPEG", progressive=True, quality=50)
    # the last scan: its tables, its header and its coded pixels
    start = data.rindex(b"\xff\xda")
    scan = data[start:-2]
    return data[:-2] + scan * num_scans + b"\xff\xd9"


def many_markers(count: int) -> bytes:
    data = saved(noise(64, 48), "JPEG")
    return data[:2] + b"\xff\xfe\x00\x02" * count + data[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check


def png_of_chunks(count: int) -> bytes:
    """A PNG with so many empty chunks between its header and its pixels."""
    data = saved(noise(64, 48), "PNG")
    return data[:33] + chunk(b"tEXt", b"a\0b") * count + data[33:]


def interlaced_png(side: int, depth: int) -> bytes:
    """Seven passes, each over a part of the pixels; all zero."""
    header = struct.pack(">IIBBBBB", side, side, depth, 6, 0, 0, 1)
    packer = zlib.compressobj(1)
    rows = []
    for x0, y0, dx, dy in (
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
        (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ):  # fmt: skip
        width, height = -(-(side - x0) // dx), -(-(side - y0) // dy)
        row = b"\0" * (1 + width * 4 * depth // 8)
        rows += [packer.compress(row) for _ in range(height)]
    body = b"".join(rows) + packer.flush()
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def many_strips(count: int) -> bytes:
    """A TIFF of one row a strip, all of them the same bytes."""
    width = 4096
    entries = [
        (256, 4, 1, width), (257, 4, 1, count), (258, 3, 1, 8), (259, 3, 1, 1),
        (262, 3, 1, 1), (273, 4, count, 0), (277, 3, 1, 1), (278, 4, 1, 1),
        (279, 4, count, 0),
    ]  # fmt: skip
    places = 8 + 2 + 12 * len(entries) + 4
    counts = places + 4 * count
    pixels = counts + 4 * count
    made = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries))
    for tag, kind, number, value in entries:
        value = {273: places, 279: counts}.get(tag, value)
        made += struct.pack("<HHII", tag, kind, number, value)
    made += struct.pack("<I", 0)
    made += struct.pack("<I", pixels) * count + struct.pack("<I", width) * count
    return made + b"\x80" * width


def looped_tiff() -> bytes:
    """Its second page is its first."""
    data = bytearray(saved(noise(32, 24), "TIFF"))
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    return bytes(data)


def many_frames(count: int) -> bytes:
    """A GIF that repeats a frame of one pixel."""
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0"
    head = b"GIF89a\x20\0\x18\0\x80\0\0" + b"\0\0\0\xff\xff\xff"
    return head + frame * count + b";"


def long_comment(num_blocks: int) -> bytes:
    data = many_frames(1)
    comment = b"\x21\xfe" + (b"\xff" + b"x" * 255) * num_blocks + b"\0"
    return data[:19] + comment + data[19:]


def animated_webp(count: int) -> bytes:
    frames = [noise(64, 48) for _ in range(2)] * (count // 2)
    return saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def packed_bmp(side: int) -> bytes:
    """Runs of eight pixels, each of two bytes."""
    body = (b"\x08\x00" * -(-side // 8) + b"\0\0") * side + b"\0\1"
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(body), 0, 0, 256, 0)
    colours = bytes(1024)
    start = 14 + len(info) + len(colours)
    head = b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start)
    return head + info + colours + body


def plain(number: int, width: int, height: int, channels: int = 1) -> bytes:
    line = b"0 1 1 0 " if number == 1 else b"7 130 255 8 "
    head = b"P%d\n# a plain picture\n%d %d\n" % (number, width, height)
    head += b"" if number == 1 else b"255\n"
    lines = (line * 1000)[:-1] + b"\n" if number != 3 else line * 1000
    return head + lines * (-(-width * height * channels // 4000))


def deep(number: int, width: int, height: int, most: int) -> bytes:
    channels = 3 if number == 6 else 1
    values = np.linspace(0, most, width * height * channels).astype(">u2")
    return b"P%d %d %d %d\n" % (number, width, height, most) + values.tobytes()


def exif_of_many_tags() -> bytes:
    """Each tag names the same bytes, which are copied for each."""
    count, size = 20_000, 500_000
    tags = b"".join(
        struct.pack("<HHII", 1000 + number, 7, size, 8) for number in range(count)
    )
    block = b"II*\0" + struct.pack("<IH", 8, count) + tags + bytes(size)
    data = saved(noise(32, 24), "PNG")
    return data[:33] + chunk(b"eXIf", block) + data[33:]


def comment_before_the_size(num_bytes: int) -> bytes:
    return b"P5\n#" + b"x" * num_bytes + b"\n2 2\n255\n" + bytes(4)


Make = Callable[[], bytes]
SMALL: dict[str, Make] = {
    "JPEG of 3,000 scans": lambda: many_scans(3000),
    "JPEG of 20,000 scans": lambda: many_scans(20_000, side=64),
    "JPEG of 400 scans": lambda: many_scans(400),
    "JPEG of 200,000 markers": lambda: many_markers(200_000),
    "PNG of 300,000 chunks": lambda: png_of_chunks(300_000),
    "PNG, interlaced": lambda: interlaced_png(2500, 8),
    "PNG, interlaced, 16 bits": lambda: interlaced_png(2500, 16),
    "PNG, tags that repeat": exif_of_many_tags,
    "TIFF of 24,000 strips": lambda: many_strips(24_000),
    "TIFF, looped": looped_tiff,
    "GIF of 300,000 frames": lambda: many_frames(300_000),
    "GIF of 900 frames": lambda: many_frames(900),
    "GIF, long comment": lambda: long_comment(40_000),
    "WEBP of 200 frames": lambda: animated_webp(200),
    "BMP, packed": lambda: packed_bmp(5000),
    "P1": lambda: plain(1, 4000, 3000),
    "P2": lambda: plain(2, 4000, 3000),
    "P3": lambda: plain(3, 2000, 1500, 3),
    "P5 of 12 bits": lambda: deep(5, 3000, 2000, 4095),
    "P6 of 16 bits": lambda: deep(6, 2000, 1000, 65535),
    "P5, long comment": lambda: comment_before_the_size(2 * 10**7),
}
LARGE: dict[str, Make] = {
    "P3 of 24 megapixels": lambda: plain(3, 6000, 4000, 3),
    "P2 of 80 megapixels": lambda: plain(2, 10_000, 8000),
    "P5 of 24 megapixels, 12 bits": lambda: deep(5, 6000, 4000, 4095),
    "PNG of 96 megapixels, interlaced": lambda: interlaced_png(9800, 8),
    "JPEG of 450 scans, 96 megapixels": lambda: many_scans(450, side=9800),
    "BMP of 96 megapixels, packed": lambda: packed_bmp(9800),
    "GIF of 3,000,000 frames": lambda: many_frames(3_000_000),
    "PNG of 3,000,000 chunks": lambda: png_of_chunks(3_000_000),
    "JPEG of 5,000,000 markers": lambda: many_markers(5_000_000),
    "TIFF of 24,000 strips": lambda: many_strips(24_000),
}
made = functools.cache(lambda name: (SMALL | LARGE)[name]())


def opened(name: str) -> tuple[str, float]:
    """(the sentence, or nothing for a picture; seconds)."""
    data, began, sentence = made(name), time.perf_counter(), ""
    try:
        load_image(data, name="slow.png")
    except ImageError as error:
        sentence = str(error)
        assert "\n" not in sentence
        assert "slow.png" in sentence
    return sentence, time.perf_counter() - began


@pytest.fixture(autouse=True)
def short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("long") is None:
        monkeypatch.setattr(decode, "HELPER_SECONDS", LIMIT_S)
        monkeypatch.setattr(decode, "THUMBNAIL_SECONDS", LIMIT_S)


@pytest.mark.parametrize("name", list(SMALL))
def test_a_picture_or_a_sentence_in_time(name: str) -> None:
    _sentence, seconds = opened(name)
    assert seconds < DEADLINE_S


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", list(LARGE))
def test_large_ones(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    sentence, seconds = opened(name)
    with capsys.disabled():
        sys.stdout.write(f"{name}: {seconds:.1f} s {sentence}\n")
    assert seconds < decode.HELPER_SECONDS * decode.WALL_FACTOR + 5


@pytest.mark.parametrize("name", list(SMALL))
def test_the_judgement_itself_is_soon_made(name: str) -> None:
    data = made(name)
    kind = kind_of(data)
    assert kind is not None
    began = time.process_time()
    is_quick(data, kind)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "name", ["JPEG of 3,000 scans", "JPEG of 400 scans", "PNG, tags that repeat"]
)
def test_a_picture_that_pillow_has_only_begun(name: str) -> None:
    """`PIL.Image.open` reads a header; the pixels are decoded when they are needed."""
    began = time.perf_counter()
    with PIL.Image.open(io.BytesIO(made(name))) as picture:
        try:
            load_image(picture, name="slow.png")
        except ImageError as error:
            require_sentence(error)
    assert time.perf_counter() - began < 2 * DEADLINE_S


def require_sentence(error: ImageError) -> None:
    assert "slow.png" in str(error)
    assert str(error).isprintable()


def test_pictures_of_pillow_are_as_they_were() -> None:
    picture = noise(64, 48)
    stream = io.BytesIO(saved(picture, "PNG"))
    with PIL.Image.open(stream) as begun:
        np.testing.assert_array_equal(load_image(begun).pixels, np.asarray(picture))
        # still whole for the one who opened it
        np.testing.assert_array_equal(np.asarray(begun), np.asarray(picture))
        np.testing.assert_array_equal(load_image(begun).pixels, np.asarray(picture))
    large = io.BytesIO(saved(noise(640, 480), "JPEG"))
    with PIL.Image.open(large) as begun:
        begun.draft("RGB", (160, 120))
        assert load_image(begun).size == (160, 120)
    other = io.BytesIO(saved(picture, "TGA"))
    with PIL.Image.open(other) as begun:
        assert load_image(begun).size == (64, 48), "a format that only Pillow knows"
    assert load_image(picture).size == (64, 48)


def test_a_jpeg_of_thousands_of_passes_is_refused_before_it_is_decoded() -> None:
    data = made("JPEG of 3,000 scans")
    frame = jpeg_frame(data)
    assert frame is not None
    assert frame.num_scans > 3000
    began = time.process_time()
    with pytest.raises(ImageError, match="passes; the limit is 500"):
        load_image(data)
    assert time.process_time() - began < 0.5


def test_ordinary_pictures_are_decoded_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process for each of a thousand thumbnails would take minutes."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("another process")

    monkeypatch.setattr(subprocesses, "run", refuse)
    picture = noise(800, 600)
    for kind, options in (
        ("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("BMP", {}),
        ("WEBP", {}), ("GIF", {}), ("PPM", {}),
    ):  # fmt: skip
        data = saved(picture, kind, **options)
        assert load_image(data).size == (800, 600)
        assert decode.decode_small(data, "a", 88).shape == (66, 88, 3)


def test_values_of_plain_and_deep_files_are_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rgb = np.asarray(noise(50, 40))
    text = b"P3 # a\n50 # b\n40\n255\n" + b"\n".join(
        b" ".join(b"%d" % v for v in row.ravel().tolist()) + b" # end" for row in rgb
    )
    np.testing.assert_array_equal(load_image(text).pixels, rgb)
    # the text is read in pieces, which end neither in a value nor in a comment
    monkeypatch.setattr("vitviz.pictures.plain_pnm._CHUNK_BYTES", 7)
    np.testing.assert_array_equal(load_image(text).pixels, rgb)
    grey = rgb[..., 0]
    text = b"P2\n50 40\n255\n" + b" ".join(b"%d" % v for v in grey.ravel().tolist())
    np.testing.assert_array_equal(load_image(text).pixels[..., 1], grey)
    bits = grey > 128
    text = b"P1\n50 40\n" + b"".join(b"%d" % v for v in bits.ravel().tolist())
    np.testing.assert_array_equal(load_image(text).pixels[..., 2] == 0, bits)
    twelve = (grey.astype(np.uint16) * 16).astype(">u2")
    data = b"P5 50 40 4095\n" + twelve.tobytes()
    expected = np.rint(grey * (16 * 255 / 4095))
    np.testing.assert_array_equal(load_image(data).pixels[..., 0], expected)
    for bad in (b"P2 2 2 255\n1 2 3", b"P2 2 2 255\n1 2 3 256", b"P2 2 2 9\n1 -2 3 4"):
        with pytest.raises(ImageError, match="damaged"):
            load_image(bad)


def test_ranges_are_the_same_in_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0, 50, (37, 41)).astype(np.float32)
    values[3, 4], values[5, 6], values[7, 8] = np.nan, np.inf, -np.inf
    for array in (values, np.nan_to_num(values, posinf=9, neginf=-9).astype(np.int32)):
        stream = io.BytesIO()
        PIL.Image.fromarray(array).save(stream, "TIFF")
        with PIL.Image.open(stream) as picture:
            whole = pixels.upright_rgb(picture, "a").pixels
        monkeypatch.setattr(samples, "_PART_PIXELS", 100)
        with PIL.Image.open(stream) as picture:
            banded = pixels.upright_rgb(picture, "a").pixels
        monkeypatch.undo()
        np.testing.assert_array_equal(banded, whole)


def test_a_decoder_is_ended_when_nobody_waits_for_it() -> None:
    began = time.perf_counter()
    with pytest.raises(Cancelled):
        decode.decode_safely(
            made("JPEG of 400 scans"),
            "a",
            allow_large=False,
            is_cancelled=lambda: time.perf_counter() - began > 0.1,
        )
    assert time.perf_counter() - began < 2


@pytest.mark.skipif(sys.platform == "win32", reason="counts no processor time there")
def test_only_time_of_the_processor_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that has to wait for its turn is no slow decoder."""
    monkeypatch.setitem(subprocesses.JOBS, "sleep", "time:sleep")
    code = "import time\ndef serve(): time.sleep(1.5); print('rested')\n"
    with pytest.MonkeyPatch.context() as patch:
        folder = Path(os.environ["HOME"])
        (folder / "sleeper.py").write_text(code)
        patch.syspath_prepend(folder)
        command = [
            *(sys.executable, "-c"),
            f"import sys; sys.path.insert(0, {str(folder)!r}); "
            "from vitviz.system import subprocesses as s; "
            "s.JOBS['sleep'] = 'sleeper:serve'; s.serve('sleep')",
        ]
        patch.setattr(subprocesses, "command", lambda _job: command)
        done = subprocesses.run("sleep", seconds=30, processor_seconds=1)
    assert done.stdout.strip() == b"rested"


def test_a_busy_decoder_is_ended_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "from vitviz.system import subprocesses as s; import sys, types; "
        "m = types.ModuleType('spinner'); exec('def serve():\\n while True: pass', "
        "m.__dict__); sys.modules['spinner'] = m; s.JOBS['spin'] = 'spinner:serve'; "
        "s.serve('spin')"
    )
    monkeypatch.setattr(subprocesses, "command", lambda _: [sys.executable, "-c", code])
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        subprocesses.run("spin", seconds=60, processor_seconds=1)
    assert caught.value.timeout == 1


FOLDER = ["JPEG of 400 scans", "GIF of 300,000 frames", "P3", "JPEG of 3,000 scans"]


@pytest.fixture
def album(tmp_path: Path, photo: Path) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    for number, name in enumerate(FOLDER):
        (folder / f"p{number + 1}.jpg").write_bytes(made(name))
    (folder / "p0.png").write_bytes(photo.read_bytes())
    (folder / "p9.png").write_bytes(photo.read_bytes())
    return folder


def test_thumbnails_and_reading_ahead(album: Path) -> None:
    cache = PictureCache()
    for path in sorted(album.iterdir()):
        began = time.perf_counter()
        thumbnail(path, 88)
        cache.read(path)
        assert time.perf_counter() - began < 2 * DEADLINE_S
    assert thumbnail(album / "p9.png", 88) is not None
    assert thumbnail(album / "p4.jpg", 88) is None


def test_a_folder_in_the_window(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    album: Path,
) -> None:
    window = open_vitviz(album)
    control, errors = window.controller, window.panes.errors

    def shown() -> str:
        image = control.document.image
        return "" if image is None else image.name

    assert shown() == "p0.png"
    for number in range(1, len(FOLDER) + 1):
        errors.dismiss()
        window.files.step(1)
        name = f"p{number}.jpg"
        qtbot.waitUntil(
            lambda name=name: shown() == name or errors.isVisible(),  # type: ignore[misc]
            timeout=int(DEADLINE_S * 1000),
        )
        assert shown() == name or name in errors.text()
    errors.dismiss()
    window.files.step(1)
    qtbot.waitUntil(lambda: shown() == "p9.png")
    wait_idle(qtbot, window)


def test_escape_ends_a_slow_picture(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    album: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(album)
    control = window.controller
    monkeypatch.setattr(decode, "HELPER_SECONDS", 20.0)
    window.files.step(1)
    assert control.workers.is_awaited(JobKind.PICTURE)
    began = time.perf_counter()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(
        lambda: not control.workers.is_awaited(JobKind.PICTURE), timeout=2000
    )
    assert time.perf_counter() - began < 2.5
    image = control.document.image
    assert image is not None
    assert image.name == "p0.png"
    assert window.files.index == 0, "the strip marks what is on screen"


def test_a_folder_in_the_command_line(
    album: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["export", str(album), "-o", f"{tmp_path}/out/"]
    began = time.perf_counter()
    main([*arguments, "--model", str(model_folder)])
    assert time.perf_counter() - began < DEADLINE_S * len(FOLDER) + 20
    said = capsys.readouterr().err
    assert "passes; the limit is 500" in said
    assert "Traceback" not in said
    assert {"p0.png", "p9.png"} <= {p.name for p in (tmp_path / "out").iterdir()}


MEASURE = """
import json, re, resource, sys, time
from vitviz.pictures.source import load_image
data = open(sys.argv[1], "rb").read()
used = time.process_time()
image = load_image(data, name="a.pgm")
# `getrusage` tells of the process that started this one, too
helper = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
print(json.dumps({
    "size": image.size,
    "cpu": time.process_time() - used + helper.ru_utime + helper.ru_stime,
    "mb": peak / 1024,
    "helper_mb": helper.ru_maxrss / 1024,
}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("most", [65535, 4095])
def test_an_ordinary_deep_picture_opens_soon(most: int, tmp_path: Path) -> None:
    """24 megapixels of a camera: it was 24 s and 1.1 GB."""
    path = tmp_path / "a.pgm"
    path.write_bytes(deep(5, 6000, 4000, most))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["size"] == [6000, 4000]
    # of the processor, which other programs do not lengthen
    assert found["cpu"] <= 6, found
    assert found["mb"] <= 600, found
    assert found["helper_mb"] <= 600, found


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_valid_tiff_opens_on_a_busy_machine() -> None:
    """The clock alone refused 23 megapixels where other programs were at work."""
    data = saved(noise(5800, 4000), "TIFF", compression="tiff_lzw")
    spin = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(spin) for _ in range(4 * (os.cpu_count() or 1))]
    try:
        assert load_image(data).size == (5800, 4000)
    finally:
        for other in others:
            other.kill()
            other.wait()
