"""What a picture's file says of its colours, besides an ICC profile.

    file's bytes, Pillow's info ── colours_of ──► FileColours

PNG: W3C, third edition, sections 11.3.2 and 4.3 (cICP before iCCP before sRGB before
gAMA and cHRM). AVIF and HEIF: ISO/IEC 14496-12, box `colr`; its numbers and those of
cICP are of ITU-T H.273. GIF: the ICC's application extension. BMP: headers 4 and 5 of
Windows.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vitviz.pictures.decoding_cost import MAX_PARTS, Kind

# (x, y) of red, green, blue and white.
Primaries = tuple[
    tuple[float, float],
    tuple[float, float],
    tuple[float, float],
    tuple[float, float],
]

_D65 = (0.3127, 0.3290)
_C = (0.310, 0.316)
SRGB_PRIMARIES: Primaries = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), _D65)
# Names and primaries by their number in H.273.
CODED_PRIMARIES: dict[int, tuple[str, Primaries]] = {
    1: ("BT.709", SRGB_PRIMARIES),
    4: ("BT.470 M", ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C)),
    5: ("BT.601 625", ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65)),
    6: ("BT.601 525", ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)),
    7: ("SMPTE 240M", ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)),
    8: ("film", ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C)),
    9: ("BT.2020", ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65)),
    11: ("DCI-P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351))),
    12: ("Display P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65)),
    22: ("EBU 3213", ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65)),
}
_ICC_MOST = 4 * 2**20
_GIF_PROFILE = b"\x21\xff\x0bICCRGBG1012"


@dataclass(frozen=True, slots=True)
class CodedColours:
    """Primaries and transfer function by their numbers in ITU-T H.273."""

    primaries: int
    transfer: int


@dataclass(frozen=True, slots=True)
class FileColours:
    """What a file says of its colours; the first that is there holds."""

    coded: CodedColours | None = None
    icc: bytes | None = None
    # Whether there is a profile that cannot be put together.
    is_icc_damaged: bool = False
    # The exponent by which values were made of light, 1/2.2 as a rule.
    gamma: float | None = None
    primaries: Primaries | None = None


def colours_of(
    info: Mapping[Any, Any], data: bytes = b"", kind: Kind | None = None
) -> FileColours:
    """Return what a picture says of its colours.

    info : of an image of Pillow's, after it was loaded.
    data, kind : the file; empty and None for an image that has none.
    """
    icc = info.get("icc_profile")
    is_damaged = "icc_profile" in info and not icc
    coded: CodedColours | None = None
    match kind:
        case Kind.PNG:
            coded = _coded_in_png(data)
            if coded is None and not icc and not is_damaged and "srgb" in info:
                return FileColours()
        case Kind.AVIF | Kind.HEIF if not icc:
            coded = _coded_in_boxes(data)
        case Kind.GIF if not icc:
            icc = _profile_in_gif(data)
        case Kind.BMP if not icc:
            return _colours_in_bmp(data)
    gamma, primaries = _plain(info)
    return FileColours(coded, icc or None, is_damaged, gamma, primaries)


def _plain(info: Mapping[Any, Any]) -> tuple[float | None, Primaries | None]:
    """Return the exponent and the primaries of a PNG's gAMA and cHRM."""
    gamma = info.get("gamma")
    if not isinstance(gamma, int | float) or not 0.01 <= gamma <= 100:
        gamma = None
    places = info.get("chromaticity")
    if not isinstance(places, tuple) or len(places) != 8:
        return gamma, None
    white, red, green, blue = zip(places[::2], places[1::2])
    return gamma, (red, green, blue, white)


def _coded_in_png(data: bytes) -> CodedColours | None:
    """Return what a chunk cICP says, which stands before the pixels."""
    place = 8
    for _ in range(MAX_PARTS):
        kind = data[place + 4 : place + 8]
        if kind in {b"IDAT", b"IEND", b""}:
            return None
        if kind == b"cICP" and len(data) >= place + 12:
            # full range, and no matrix: a PNG has none
            if data[place + 10 : place + 12] != b"\x00\x01":
                return None
            return CodedColours(data[place + 8], data[place + 9])
        place += 12 + int.from_bytes(data[place : place + 4], "big")
    return None


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, start, end) of the content of each box between two places."""
    for _ in range(1000):
        if start + 8 > end:
            return
        size = int.from_bytes(data[start : start + 4], "big")
        name, head = data[start + 4 : start + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        elif size == 0:
            size = end - start
        if size < head:
            return
        yield name, start + head, min(start + size, end)
        start += size


def _coded_in_boxes(data: bytes) -> CodedColours | None:
    """Return what the first box `colr` says that names primaries by number."""
    places = [(0, len(data))]
    # a full box begins with its version and flags
    for wanted, skipped in ((b"meta", 4), (b"iprp", 0), (b"ipco", 0)):
        places = [
            (start + skipped, end)
            for outer in places
            for name, start, end in _boxes(data, *outer)
            if name == wanted
        ]
    for outer in places:
        for name, start, end in _boxes(data, *outer):
            if name == b"colr" and data[start : start + 4] == b"nclx":
                if end - start >= 8:
                    return CodedColours(*struct.unpack_from(">HH", data, start + 4))
    return None


def _profile_in_gif(data: bytes) -> bytes | None:
    """Return the ICC profile of a GIF, which stands in blocks of 255 bytes."""
    place = data.find(_GIF_PROFILE, 0, _ICC_MOST)
    if place < 0:
        return None
    place += len(_GIF_PROFILE)
    parts, total = [], 0
    while place < len(data) and (length := data[place]) and total < _ICC_MOST:
        parts.append(data[place + 1 : place + 1 + length])
        place, total = place + 1 + length, total + length
    return b"".join(parts) or None


def _colours_in_bmp(data: bytes) -> FileColours:
    """Return the profile of a BMP's header 5, or the primaries of its header 4."""
    header = int.from_bytes(data[14:18], "little")
    if header < 108 or len(data) < 14 + header:
        return FileColours()
    space = data[70:74]
    if space == b"DEBM" and header >= 124:  # “MBED”, as a number
        start, size = struct.unpack_from("<II", data, 14 + 112)
        icc = data[14 + start : 14 + start + size]
        is_whole = 0 < size <= _ICC_MOST and len(icc) == size
        return FileColours(icc=icc if is_whole else None, is_icc_damaged=not is_whole)
    if space != b"\x00\x00\x00\x00":
        return FileColours()
    # X, Y and Z of red, green and blue with 30 bits of a fraction, exponents with 16
    numbers = struct.unpack_from("<9I3I", data, 14 + 60)
    ends = [tuple(n / 2**30 for n in numbers[i : i + 3]) for i in (0, 3, 6)]
    gammas = [n / 2**16 for n in numbers[9:]]
    if not all(sum(end) > 0.01 for end in ends) or not all(
        0.1 < g < 10 for g in gammas
    ):
        return FileColours()
    red, green, blue = ((x / (x + y + z), y / (x + y + z)) for x, y, z in ends)
    x, y, z = (sum(axis) for axis in zip(*ends))
    white = (x / (x + y + z), y / (x + y + z))
    if all(abs(sum(end) - 1) < 0.02 for end in ends):
        # programs write shares of one, of which no white follows
        white = _D65
    # programs write 2.2, or 1/2.2, for the same curve
    mean = sum(gammas) / 3
    gamma = mean if mean <= 1 else 1 / mean
    return FileColours(gamma=gamma, primaries=(red, green, blue, white))
