"""Every bad picture or path ends in one sentence that names it, in time."""

from __future__ import annotations

import io
import os
import random
import resource
import socket
import struct
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from vitviz.errors import ImageError
from vitviz.pictures.source import load_image

NUM_MUTANTS = 300
SECONDS = 2.0
MAX_MB = 1024


def photo_bytes(kind: str = "JPEG") -> bytes:
    rng = np.random.default_rng(1)
    coarse = PIL.Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8))
    stream = io.BytesIO()
    coarse.resize((96, 72)).save(stream, kind)
    return stream.getvalue()


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG whose header claims a size; the pixels may be missing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"

CONTENTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "html": (b"<!DOCTYPE html><html>404</html>", "web page"),
    "lfs pointer": (LFS, "git lfs pull"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "pdf": (b"%PDF-1.7 ...", "PDF"),
    "text": (b"hello " * 100, "not a picture"),
    "truncated jpeg": (photo_bytes()[:400], "damaged"),
    "truncated png": (photo_bytes("PNG")[:200], "damaged"),
    "truncated tiff": (photo_bytes("TIFF")[:300], "damaged"),
    "only a header": (photo_bytes("PNG")[:8], "damaged|not a picture"),
    "side bomb": (png(40_000, 1), "32768"),
    "pixel bomb": (png(30_000, 30_000), "megapixels"),
    "large": (png(12_000, 9_000), "108 megapixels; the limit is 100"),
    "no pixels": (png(64, 64), "damaged"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
}


def test_a_models_file_is_sent_to_where_models_are_opened(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(ImageError, match="under Model, or with --model"):
        load_image(path)


@pytest.mark.parametrize("name", list(CONTENTS))
def test_bad_content_is_one_sentence_in_time(tmp_path: Path, name: str) -> None:
    content, words = CONTENTS[name]
    path = tmp_path / "holiday.jpg"
    path.write_bytes(content)
    began = time.perf_counter()
    with pytest.raises(ImageError, match=words) as caught:
        load_image(path)
    assert time.perf_counter() - began < SECONDS
    assert "holiday.jpg" in str(caught.value)
    assert "\n" not in str(caught.value)


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def require_one_line(error: ImageError) -> None:
    assert str(error).isprintable()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "PPM"])
def test_a_file_that_ends_anywhere(kind: str) -> None:
    """A copy that broke off within the header, at each of its bytes."""
    data = photo_bytes(kind)
    for end in (*range(1, 200), *range(200, len(data), 97)):
        try:
            assert load_image(data[:end]).size == (96, 72)
        except ImageError as error:
            require_one_line(error)


def make_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.alone
@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda path: None, "There is no file", id="missing"),
        pytest.param(make_fifo, "is a pipe", id="fifo"),
        pytest.param(make_socket, "is a socket", id="socket"),
        pytest.param(lambda path: path.mkdir(), "is a folder", id="folder"),
        pytest.param(make_loop, "cannot be read", id="symlink loop"),
        pytest.param(
            lambda path: path.symlink_to("/dev/zero"), "is a device", id="device"
        ),
        pytest.param(
            lambda path: path.symlink_to("nowhere"), "There is no file", id="dangling"
        ),
    ],
)
def test_bad_paths(tmp_path: Path, make: Callable[[Path], None], words: str) -> None:
    path = tmp_path / "p.jpg"
    make(path)
    began = time.perf_counter()
    with pytest.raises(ImageError, match=words):
        load_image(path)
    assert time.perf_counter() - began < 0.2


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.jpg"
    path.write_bytes(photo_bytes())
    if os.geteuid() == 0:  # nothing is forbidden to root

        def refuse(*_arguments: object, **_options: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("vitviz.system.untrusted_files.os.open", refuse)
    else:
        path.chmod(0)
    with pytest.raises(ImageError, match="may not be read"):
        load_image(path)


@pytest.mark.parametrize(
    "name", ["-rf", "ü 漢字 🐈.png", "a\nb.png", "‮gpj.png", "x" * 250]
)
def test_odd_names_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(photo_bytes("PNG"))
    loaded = load_image(path)
    assert loaded.size == (96, 72)
    assert "\n" not in loaded.name
    assert "\u202e" not in loaded.name


def test_null_in_a_path_is_a_sentence() -> None:
    with pytest.raises(ImageError, match="cannot be read"):
        load_image("a\0b.png")


def test_the_extension_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(photo_bytes("PNG"))
    assert load_image(path).size == (96, 72)


def test_a_decoder_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a real decoder may be done within any limit that a quick test can wait for
    hangs = tmp_path / "python"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    hangs.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(hangs))
    monkeypatch.setattr("vitviz.pictures.decode.HELPER_SECONDS", 0.1)
    began = time.perf_counter()
    with pytest.raises(ImageError, match="takes longer"):
        load_image(photo_bytes("TIFF"), name="slow.tif")
    assert time.perf_counter() - began < 30


def test_a_decoder_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(ImageError, match="decoder ended with code 1"):
        load_image(photo_bytes("TIFF"), name="bad.tif")


def ended(data: bytes) -> tuple[bool, float]:
    """(whether a picture came of it, seconds); a sentence of one line else."""
    began, sentence = time.perf_counter(), ""
    try:
        load_image(data, name="mutant")
    except ImageError as error:
        sentence = str(error) or "\n"
    seconds = time.perf_counter() - began
    assert "\n" not in sentence
    return not sentence, seconds


def check_mutants(
    count: int,
    seed: int,
    kinds: tuple[str, ...] = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "PPM"),
) -> tuple[int, float]:
    """(pictures that still opened, slowest in seconds) of mutated files."""
    randomness = random.Random(seed)
    originals = [photo_bytes(kind) for kind in kinds]
    opened, slowest = 0, 0.0
    for _ in range(count):
        data = bytearray(randomness.choice(originals))
        for _ in range(randomness.randint(1, 12)):
            spot = randomness.randrange(min(len(data), randomness.choice([40, 10**6])))
            data[spot] = randomness.randrange(256)
        if randomness.random() < 0.2:
            del data[randomness.randrange(len(data)) :]
        is_picture, seconds = ended(bytes(data))
        if seconds > SECONDS:  # the machine may have been busy with something else
            seconds = min(ended(bytes(data))[1] for _ in range(3))
        opened += is_picture
        slowest = max(slowest, seconds)
    return opened, slowest


def test_mutants_end_in_a_picture_or_a_sentence() -> None:
    opened, slowest = check_mutants(NUM_MUTANTS, seed=5)
    assert 0 < opened < NUM_MUTANTS
    assert slowest <= SECONDS


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_mutants(capsys: pytest.CaptureFixture[str]) -> None:
    """99,000 in this process, 1,000 of the formats that are decoded by a helper."""
    for count, kinds in (
        (99_000, ("JPEG", "PNG", "GIF", "BMP", "WEBP", "PPM")),
        (1_000, ("TIFF", "AVIF")),
    ):
        opened, slowest = check_mutants(count, 6, kinds)
        with capsys.disabled():
            sys.stdout.write(f"{count} {kinds}: {opened} open, {slowest:.2f} s\n")
        assert 0 < opened < count
        assert slowest <= SECONDS
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        assert resource.getrusage(who).ru_maxrss / 1024 <= MAX_MB
