"""Pictures inside SVG and PDF figures, encoded here and not by Qt.

    StandInPainter ── one pixel for each picture ──► Qt's SVG or PDF
        └─ pictures ── PNG, JPEG or zlib ──► exchanged_in_svg, exchanged_in_pdf

Qt encodes a picture while it draws it, and from Python that holds up every other
thread: a second and more for a large photograph. In a PDF it makes JPEG of everything,
of the colour bar too. So a stand-in of one pixel is drawn at the picture's place and
replaced in the finished file.
"""

from __future__ import annotations

import base64
import io
import re
import zlib
from dataclasses import dataclass

import numpy as np
import PIL.Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPaintDevice, QPainter

from vitviz.views.colour import Bytes

# Quality of photographs in a PDF, the same as Qt's own.
JPEG_QUALITY = 94
# An opaque picture with a shorter side is a colour bar, which is stored exactly.
MIN_PHOTO_SIDE_PX = 16

_SVG_PICTURE = re.compile(rb'(?<=xlink:href=")data:image/png;base64,[^"]*')
_PDF_PICTURE = re.compile(rb"(\d+) 0 obj\n<<\n/Type /XObject\n/Subtype /Image\n")
_PDF_END = re.compile(
    rb"trailer\n<<\n(/Size (\d+) .*?)>>\nstartxref\n(\d+) ?\n%%EOF\s*", re.DOTALL
)


class StandInPainter(QPainter):
    """Painter that draws one pixel for every picture and collects the pictures.

    pictures : in the order of drawing, (h, w, 3) uint8 each, or (h, w, 4) where not
        opaque.
    """

    def __init__(self, device: QPaintDevice) -> None:
        super().__init__(device)
        self.pictures: list[Bytes] = []

    def drawImage(  # type: ignore[override]
        self, target: QRectF, image: QImage, source: QRectF | None = None
    ) -> None:
        """Draw one pixel into `target` in place of a picture, and collect the picture.

        source : the part to draw, in pixels of the picture; None for all of it.
        """
        pixels = _pixels(image)
        if source is not None:
            pixels = _part(pixels, source)
        self.pictures.append(pixels)
        stand_in = QImage(1, 1, QImage.Format.Format_RGB32)
        stand_in.fill(0)
        super().drawImage(target, stand_in)


def exchanged_in_svg(data: bytes, pictures: list[Bytes]) -> bytes:
    """Return an SVG with these pictures, as PNG, in place of its stand-ins."""
    left = iter(pictures)
    found, count = _SVG_PICTURE.subn(lambda _: _png_address(next(left)), data)
    assert count == len(pictures)
    return found


def exchanged_in_pdf(data: bytes, pictures: list[Bytes]) -> bytes:
    """Return a PDF with these pictures in place of its stand-ins.

    They are appended as an incremental update (ISO 32000-1, 7.5.6): an object whose
    number is there already replaces the earlier one.
    """
    if not pictures:
        return data
    numbers = [int(match[1]) for match in _PDF_PICTURE.finditer(data)]
    end = _PDF_END.search(data)
    assert end is not None
    assert len(numbers) == len(pictures)
    size = int(end[2])
    parts, position, places = [data], len(data), {}
    for number, pixels in zip(numbers, pictures, strict=True):
        if pixels.shape[2] == 4:
            mask, size = size, size + 1
            bodies = {
                mask: _object(mask, _deflated(pixels[..., 3], "DeviceGray"), None),
                number: _object(number, _deflated(pixels[..., :3], "DeviceRGB"), mask),
            }
        else:
            bodies = {number: _object(number, _opaque(pixels), None)}
        for one, body in bodies.items():
            places[one] = position
            parts.append(body)
            position += len(body)
    table = b"".join(
        b"%d 1\n%010d 00000 n \n" % (number, place)
        for number, place in sorted(places.items())
    )
    trailer = end[1].replace(b"/Size %s" % end[2], b"/Size %d" % size, 1)
    parts.append(
        b"xref\n%strailer\n<<\n%s/Prev %s\n>>\nstartxref\n%d\n%%%%EOF\n"
        % (table, trailer, end[3], position)
    )
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Stream:
    """Encoded pixels with what a PDF says of them."""

    data: bytes
    width: int
    height: int
    space: str
    filter: str


def _opaque(pixels: Bytes) -> _Stream:
    """Return (h, w, 3) uint8 encoded: a photograph as JPEG, a colour bar exactly."""
    height, width = pixels.shape[:2]
    if min(width, height) < MIN_PHOTO_SIDE_PX:
        return _deflated(pixels, "DeviceRGB")
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return _Stream(buffer.getvalue(), width, height, "DeviceRGB", "DCTDecode")


def _deflated(pixels: Bytes, space: str) -> _Stream:
    height, width = pixels.shape[:2]
    data = zlib.compress(np.ascontiguousarray(pixels).data)
    return _Stream(data, width, height, space, "FlateDecode")


def _object(number: int, stream: _Stream, mask: int | None) -> bytes:
    """Return a picture as an object of a PDF.

    mask : number of the object with its opacity; None where it is opaque.
    """
    head = (
        f"{number} 0 obj\n<<\n/Type /XObject\n/Subtype /Image\n"
        f"/Width {stream.width}\n/Height {stream.height}\n/BitsPerComponent 8\n"
        f"/ColorSpace /{stream.space}\n/Filter /{stream.filter}\n"
        f"/Length {len(stream.data)}\n"
    )
    if mask is not None:
        head += f"/SMask {mask} 0 R\n"
    return head.encode() + b">>\nstream\n" + stream.data + b"\nendstream\nendobj\n"


def _pixels(image: QImage) -> Bytes:
    """Return an image as (h, w, 3) or, with alpha, (h, w, 4) uint8; a copy."""
    has_alpha = image.hasAlphaChannel()
    form = QImage.Format.Format_RGBA8888 if has_alpha else QImage.Format.Format_RGB888
    kept = image.convertToFormat(form)
    width, height, channels = kept.width(), kept.height(), kept.depth() // 8
    flat = np.frombuffer(kept.constBits(), np.uint8)
    rows = flat.reshape(height, kept.bytesPerLine())[:, : channels * width]
    return np.array(rows).reshape(height, width, channels)


def _part(pixels: Bytes, source: QRectF) -> Bytes:
    """Return a part of a picture, resampled where its edges lie within pixels.

    An SVG can only embed whole pictures.
    """
    height, width = pixels.shape[:2]
    left, right = max(source.left(), 0.0), min(source.right(), float(width))
    top, bottom = max(source.top(), 0.0), min(source.bottom(), float(height))
    if (left, top, right, bottom) == (0.0, 0.0, width, height):
        return pixels
    size = max(1, round(right - left)), max(1, round(bottom - top))
    cut = PIL.Image.fromarray(pixels).resize(
        size, PIL.Image.Resampling.BILINEAR, box=(left, top, right, bottom)
    )
    return np.asarray(cut)


def _png_address(pixels: Bytes) -> bytes:
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "PNG")
    return b"data:image/png;base64," + base64.b64encode(buffer.getvalue())
