"""Pictures: what their structure says of the work, and whether that is true."""

from __future__ import annotations

import io
import struct
import time
import zlib

import numpy as np
import PIL.Image

from tests.faults.fuzz.places import require_sentence
from vitviz.errors import VitvizError
from vitviz.pictures.decoding_cost import (
    is_quick,
    jpeg_frame,
    kind_of,
    pnm_header,
    size_in_header,
)
from vitviz.pictures.source import load_image

MODULES = ("vitviz.pictures",)
IS_JSON = False
JUDGED_SECONDS, DECODED_SECONDS = 1.0, 5.0
# Larger ones are judged only: decoding a thousand of them would take the time.
_MOST_PIXELS = 250_000


def _seeds() -> list[bytes]:
    rng = np.random.default_rng(3)
    picture = PIL.Image.fromarray(rng.integers(0, 256, (12, 16, 3), np.uint8))
    found = []
    for kind, options in (
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("PPM", {}),
    ):
        stream = io.BytesIO()
        picture.save(stream, kind, **options)
        found.append(stream.getvalue())
    frames = [picture.resize((6, 4)).convert("P") for _ in range(3)]
    stream = io.BytesIO()
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:], comment=b"c")
    tagged = io.BytesIO()
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    picture.save(tagged, "JPEG", exif=exif, comment=b"a comment")
    packed = b"\x04\x01\0\0" * 2 + b"\0\1"
    info = struct.pack("<IiiHHIIiiII", 40, 4, 2, 1, 8, 1, len(packed), 0, 0, 2, 0)
    head = b"BM" + struct.pack("<IHHI", 54 + 8 + len(packed), 0, 0, 62)
    text = zlib.compress(b"x" * 100)
    return [
        *found,
        stream.getvalue(),
        tagged.getvalue(),
        head + info + bytes(8) + packed,
        b"P1 # a\n3 2\n1 0 1\n0 1 0\n",
        b"P2\n3 2\n9\n1 2 3 4 5 6 # end\n",
        b"P3 2 1 255 1 2 3 4 5 6\n",
        b"P5 2 2 4095\n" + bytes(8),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17) + text,
    ]


SEEDS = _seeds()


def one(data: bytes) -> None:
    began = time.process_time()
    kind = kind_of(data)
    if kind is None:
        return
    size = size_in_header(data, kind)
    soon = is_quick(data, kind)
    frame = jpeg_frame(data)
    pnm_header(data)
    assert time.process_time() - began < JUDGED_SECONDS
    if frame is not None and kind.name == "JPEG":
        size = frame.width, frame.height
    if not soon or (size is not None and size[0] * size[1] > _MOST_PIXELS):
        return
    began = time.process_time()
    try:
        load_image(data)
    except VitvizError as error:
        require_sentence(error)
    assert time.process_time() - began < DECODED_SECONDS
