"""Reading of those PNM files that Pillow reads in Python, a value at a time.

These are plain ones, whose values are written as numbers (P1, P2, P3), and those whose
highest value is neither 255 nor, for greys, 65535.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from vitviz.pictures.decoding_cost import PnmHeader
from vitviz.pictures.samples import Samples

_CHUNK_BYTES = 2**22
_SPACES = b" \t\r\n\v\f"
_COMMENT = re.compile(rb"#[^\r\n]*")
_NUMBERS = b"0123456789" + _SPACES
# Where the text may be cut: between two values.
_GAP = re.compile(rb"[ \t\r\n\v\f]")


def read(data: bytes, header: PnmHeader) -> Samples:
    """Return the numbers, (H, W, 1 or 3), as they stand in the file.

    Raises ValueError for values that are missing, too large, or no numbers.
    """
    num_values = header.width * header.height * header.channels
    most = header.most
    if not 0 < most <= 65535 or not num_values:
        raise ValueError("its header is damaged")
    made: npt.NDArray[np.integer]
    made = np.empty(num_values, np.uint16 if most > 255 else np.uint8)
    count = 0
    for values in _values(data, header, num_values):
        values = values[: num_values - count]
        if values.size and not 0 <= int(values.min()) <= int(values.max()) <= most:
            raise ValueError("a value is too large")
        made[count : count + values.size] = values
        count += values.size
        if count == num_values:
            break
    if count < num_values:
        raise ValueError("it ends too early")
    shape = header.height, header.width, header.channels
    return Samples(made.reshape(shape), float(most), is_colour=header.channels == 3)


def _values(
    data: bytes, header: PnmHeader, num_values: int
) -> Iterator[npt.NDArray[np.integer]]:
    """Yield the values one after another, some millions at a time."""
    if header.number in {5, 6}:
        kind = np.dtype(">u2" if header.most > 255 else np.uint8)
        there = max(0, len(data) - header.end) // kind.itemsize
        count = min(num_values, there)
        place = min(header.end, len(data))
        found: npt.NDArray[np.integer] = np.frombuffer(data, kind, count, place)
        for start in range(0, count, _CHUNK_BYTES):
            yield found[start : start + _CHUNK_BYTES]
        return
    place = header.end - 1
    while place < len(data):
        found_end = _GAP.search(data, min(place + _CHUNK_BYTES, len(data)))
        end = found_end.end() if found_end else len(data)
        if data.rfind(b"#", place, end) > data.rfind(b"\n", place, end):
            # within a comment, which ends with its line
            line_end = data.find(b"\n", end - 1)
            end = line_end + 1 if line_end >= 0 else len(data)
        text = data[place:end]
        if b"#" in text:
            text = _COMMENT.sub(b" ", text)
        place = end
        if header.number == 1:
            bits = np.frombuffer(text.translate(None, _SPACES), np.uint8)
            if not np.isin(bits, (48, 49)).all():
                raise ValueError("a value is neither 0 nor 1")
            yield (49 - bits) * 255
            continue
        if text.translate(None, _NUMBERS):
            raise ValueError("a value is no number")
        if text.strip():  # of nothing but spaces, numpy makes a number
            yield np.fromstring(text, np.int64, sep=" ")
