"""Pictures in SVG and PDF: the right part of the photograph, colours to the bit."""

from __future__ import annotations

import base64
import io
import re
import zlib
from xml.dom import minidom

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from vitviz.domain.geometry import Rect
from vitviz.export import draw_marks, save
from vitviz.export.draw_picture import draw_photo
from vitviz.export.figure_settings import TONES, FigureTheme
from vitviz.pictures.source import SourceImage, load_image
from vitviz.views.colour import Levels, lookup_table
from vitviz.views.view_state import Look, Style

Pixels = npt.NDArray[np.uint8]
BOX = QRectF(10, 10, 300, 100)
PICTURE = re.compile(
    rb"\d+ 0 obj\n<<\n/Type /XObject\n/Subtype /Image\n"
    rb"(?:/\w+ [^\n]*\n)*?/Length (\d+)\n(?:/\w+ [^\n]*\n)*>>\nstream\n"
)


def stripes() -> SourceImage:
    """300×100 px: nearly every column has a colour of its own."""
    pixels = np.zeros((100, 300, 3), np.uint8)
    pixels[..., 0] = np.minimum(np.arange(300), 255)
    pixels[..., 1] = np.arange(300) // 2
    return load_image(pixels, name="stripes")


def of_part(part: Rect) -> save.Figure:
    def paint(painter: QPainter, _rect: QRectF) -> None:
        draw_photo(painter, stripes(), part, BOX)

    return save.Figure(320.0, 120.0, paint)


def in_svg(data: bytes) -> list[Pixels]:
    found = []
    for image in minidom.parseString(data).getElementsByTagName("image"):
        _, _, text = image.getAttribute("xlink:href").partition(",")
        with PIL.Image.open(io.BytesIO(base64.b64decode(text))) as one:
            found.append(np.asarray(one))
    return found


class Pdf:
    """Objects of a PDF as its cross-reference tables say, the newest of each."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.places: dict[int, int] = {}
        table = int(data.rstrip().split(b"\n")[-2])
        while table:
            end = data.index(b"trailer", table)
            lines = data[table:end].split(b"\n")
            assert lines.pop(0) == b"xref"
            number = 0
            for line in lines:
                words = line.split()
                if len(words) == 2:
                    number = int(words[0])
                elif words:
                    if words[2] == b"n":
                        self.places.setdefault(number, int(words[0]))
                    number += 1
            dictionary = data[end : data.index(b">>\nstartxref", end)]
            size = re.search(rb"/Size (\d+)", dictionary)
            assert size is not None
            assert max(self.places) < int(size[1]) or end != data.rindex(b"trailer")
            former = re.search(rb"/Prev (\d+)", dictionary)
            table = int(former[1]) if former else 0
        for number, place in self.places.items():
            assert data.startswith(b"%d 0 obj" % number, place)

    def pictures(self) -> list[tuple[bytes, bytes]]:
        """(dictionary, stream) of each, in order of their numbers."""
        found = []
        for _, place in sorted(self.places.items()):
            match = PICTURE.match(self.data, place)
            if match is not None:
                start = match.end()
                found.append((match[0], self.data[start : start + int(match[1])]))
        return found


@pytest.mark.parametrize(
    ("left", "width"),
    [
        pytest.param(0.0, 300.0, id="all of it"),
        pytest.param(100.0, 100.0, id="whole pixels"),
        pytest.param(99.5, 101.0, id="edges within pixels"),
    ],
)
def test_a_part_of_the_photograph_is_that_part(left: float, width: float) -> None:
    figure = of_part(Rect(left, 0.0, width, 100.0))
    (in_file,) = in_svg(save.svg_bytes(figure))
    assert in_file.shape[:2] == (100, round(width))
    middle = left + (np.arange(in_file.shape[1]) + 0.5) * width / in_file.shape[1]
    expected = np.minimum(middle - 0.5, 255)
    error = np.abs(in_file[50, 2:-2, 0] - expected[2:-2])
    assert error.max() <= 1
    ((head, stream),) = Pdf(save.pdf_bytes(figure)).pictures()
    assert b"/Width %d\n" % round(width) in head
    with PIL.Image.open(io.BytesIO(stream)) as photo:
        found = np.asarray(photo)[50, 2:-2, 0].astype(float)
    assert np.abs(found - expected[2:-2]).mean() <= 3  # a JPEG


@pytest.mark.parametrize(
    ("style", "colormap"), [(Style.TINT, "viridis"), (Style.SPOTLIGHT, "viridis")]
)
def test_colours_are_exact(style: Style, colormap: str) -> None:
    """As Qt writes a PDF, the colour bar is a JPEG."""
    rgba = np.random.default_rng(5).integers(0, 256, (40, 30, 4)).astype(np.uint8)
    kept = QImage(rgba.data, 30, 40, 120, QImage.Format.Format_RGBA8888)

    def paint(painter: QPainter, _rect: QRectF) -> None:
        painter.drawImage(BOX, kept)
        draw_marks.draw_bar(
            painter,
            QRectF(350, 10, 40, 100),
            Levels(0.0, 1.0),
            uniform=None,
            look=Look(style, colormap, 0.5),
        )

    figure = save.Figure(400.0, 120.0, paint)
    overlay, bar = in_svg(save.svg_bytes(figure))
    np.testing.assert_array_equal(overlay, rgba)
    if style is Style.TINT:
        np.testing.assert_array_equal(bar[:, 0], lookup_table(colormap)[::-1])
    else:  # a grey picture in the light above, half in the dark below
        grey = QColor(TONES[FigureTheme.LIGHT].surround).red()
        np.testing.assert_array_equal(bar[[0, -1], 0, 0], [grey, grey // 2])
        assert (np.diff(bar[:, 0].astype(int), axis=0) <= 0).all()
    pictures = Pdf(save.pdf_bytes(figure)).pictures()
    assert len(pictures) == 3  # colours, how opaque they are, and the bar
    found = {
        len(pixels): np.frombuffer(pixels, np.uint8)
        for pixels in (zlib.decompress(stream) for _, stream in pictures)
    }
    np.testing.assert_array_equal(found[3600].reshape(40, 30, 3), rgba[..., :3])
    np.testing.assert_array_equal(found[1200].reshape(40, 30), rgba[..., 3])
    np.testing.assert_array_equal(found[768].reshape(-1, 3), bar[:, 0])
    masks = [head for head, _ in pictures if b"/SMask" in head]
    assert len(masks) == 1


def test_a_figure_without_pictures_is_as_qt_writes_it() -> None:
    figure = save.Figure(
        40.0, 30.0, lambda painter, _rect: painter.drawLine(0, 0, 9, 9)
    )
    assert Pdf(save.pdf_bytes(figure)).pictures() == []
    assert in_svg(save.svg_bytes(figure)) == []
