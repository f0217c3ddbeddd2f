"""PNG as vitviz writes it, read by other decoders."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from vitviz.cli.main import main
from vitviz.export.png import png_of

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["with libdeflate", "without"], autouse=True)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setitem(sys.modules, "imagecodecs", None)
    else:
        pytest.importorskip("imagecodecs")


def image_of(pixels: np.ndarray) -> QImage:
    height, width = pixels.shape[:2]
    made = QImage(
        pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888
    )
    return made.convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 1), (2, 3), (63, 40), (64, 41)])
def test_other_decoders_read_the_same_pixels(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), np.uint8)
    data = png_of(image_of(pixels), {})
    with PIL.Image.open(io.BytesIO(data)) as read:
        read.verify()  # the digests of all chunks
    with PIL.Image.open(io.BytesIO(data)) as read:
        assert (read.mode, read.size) == ("RGB", size)
        np.testing.assert_array_equal(np.asarray(read), pixels)
    by_qt = QImage.fromData(data)
    assert by_qt == image_of(pixels)


def test_its_texts_and_its_resolution() -> None:
    image = image_of(np.zeros((4, 4, 3), np.uint8))
    image.setDotsPerMeterX(7559)
    image.setDotsPerMeterY(7559)
    texts = {"vitviz": '{"name": "猫 & “cat”"}', "empty": ""}
    data = png_of(image, texts)
    with PIL.Image.open(io.BytesIO(data)) as read:
        found = dict(read.info)
        assert {name: str(found[name]) for name in texts} == texts
        assert found["dpi"] == pytest.approx((192, 192), abs=0.1)
    by_qt = QImage.fromData(data)
    assert by_qt.text("vitviz") == texts["vitviz"]
    assert by_qt.dotsPerMeterX() == 7559
    assert data.index(b"iTXt") < data.index(b"IDAT")


def test_a_figure_is_not_much_larger_than_qt_makes_it(tmp_path: Path) -> None:
    target = tmp_path / "cat.png"
    picture = ROOT / "resources" / "samples" / "cat.jpg"
    assert main(["export", str(picture), "-o", str(target), "--caption"]) == 0
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImage(str(target)).save(buffer, "PNG")  # type: ignore[call-overload]
    assert target.stat().st_size < 1.3 * buffer.size()


def test_without_the_codec_python_s_own_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bundle may have the package and leave this codec of it out."""
    imagecodecs = pytest.importorskip("imagecodecs")

    def missing(*_arguments: object, **_options: object) -> bytes:
        raise imagecodecs.DelayedImportError("deflate_encode")

    monkeypatch.setattr(imagecodecs, "deflate_encode", missing)
    image = QImage(7, 5, QImage.Format.Format_RGB888)
    image.fill(0x336699)
    with PIL.Image.open(io.BytesIO(png_of(image, {}))) as read:
        assert read.convert("RGB").getcolors() == [(35, (0x33, 0x66, 0x99))]
