"""How long a picture will take to decode, judged by its structure alone.

Size in pixels says little: a JPEG can go over its pixels a thousand times, a plain PPM
is read number by number, a GIF can hold a million frames that are counted. `is_quick`
walks through a file's parts, at most `MAX_PARTS` of them, and says yes only to what it
knows to be soon done; everything else is decoded in a process that can be ended.

JPEG: ITU T.81, annex B. PNG: W3C, section 5. GIF: GIF89a, sections 18 to 24. BMP: the
headers of Windows. PNM: netpbm's manuals.
"""

from __future__ import annotations

import enum
import re
import zlib
from dataclasses import dataclass
from typing import Literal

MAX_QUICK_BYTES = 64 * 2**20
MAX_QUICK_MEGAPIXELS = 25
# Parts of a file that are looked at: markers, chunks, blocks.
MAX_PARTS = 50_000
# Of a JPEG: pixels, once and a third more for each time they are gone over.
_MAX_SCAN_MEGAPIXELS = 60
# Bytes beside pixels. A list of tags can name the same bytes in each of them, which
# multiplies what is read.
_MAX_EXTRA_BYTES = 2 * 2**20
_MAX_EXIF_BYTES = 2**16
_MAX_FRAMES = 1000
# Megapixels that Pillow decodes in Python, a value at a time.
_MAX_SLOW_MEGAPIXELS = 0.25
_HEAD_BYTES = 2**16

# Within the coded pixels of a JPEG: a marker other than a filled byte or a restart.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")


class Kind(enum.Enum):
    """A format by a file's first bytes; the value is Pillow's name where it has one."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    BMP = "BMP"
    GIF = "GIF"
    TIFF = "TIFF"
    AVIF = "AVIF"
    HEIF = "HEIF"
    PPM = "PPM"
    DICOM = "DICOM"
    NIFTI = "NIfTI"


def kind_of(data: bytes) -> Kind | None:
    """Return what a file begins as; None for no format that vitviz reads."""
    if data[4:8] == b"ftyp":
        return Kind.HEIF if data[8:12] in _HEIF_BRANDS else Kind.AVIF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    starts = (
        (b"\xff\xd8\xff", Kind.JPEG),
        (b"\x89PNG\r\n\x1a\n", Kind.PNG),
        (b"BM", Kind.BMP),
        (b"GIF87a", Kind.GIF),
        (b"GIF89a", Kind.GIF),
        (b"II", Kind.TIFF),
        (b"MM", Kind.TIFF),
        (b"P", Kind.PPM),
    )
    if data[128:132] == b"DICM":
        return Kind.DICOM
    if _is_nifti(data):
        return Kind.NIFTI
    return next((kind for start, kind in starts if data.startswith(start)), None)


def _is_nifti(data: bytes) -> bool:
    """Return whether a file, or what is packed in it, has the header of a NIfTI."""
    head = data[:512]
    if head[:2] == b"\x1f\x8b":
        try:
            head = zlib.decompressobj(31).decompress(data[:_HEAD_BYTES], 512)
        except zlib.error:
            return False
    return head[344:348] == b"n+1\0" or head[4:8] == b"n+2\0"


def size_in_header(data: bytes, kind: Kind) -> tuple[int, int] | None:
    """Return (width, height) where it stands at a fixed place; else None."""

    def number(start: int, length: int, order: Literal["big", "little"]) -> int:
        return int.from_bytes(data[start : start + length], order)

    match kind:
        case Kind.PNG if data[12:16] == b"IHDR":
            return number(16, 4, "big"), number(20, 4, "big")
        case Kind.GIF:
            return number(6, 2, "little"), number(8, 2, "little")
        case Kind.PPM if header := pnm_header(data):
            return header.width, header.height
    return None


def is_quick(data: bytes, kind: Kind) -> bool:
    """Return whether a picture is sure to be decoded in a second or two.

    Takes no longer than about 0.1 s itself, whatever the file holds. Any thread.
    """
    if len(data) > MAX_QUICK_BYTES:
        return False
    match kind:
        case Kind.JPEG:
            frame = jpeg_frame(data)
            return frame is not None and frame.is_quick
        case Kind.PNG:
            return _is_quick_png(data)
        case Kind.GIF:
            return _is_quick_gif(data)
        case Kind.BMP:
            return _is_quick_bmp(data)
        case Kind.PPM:
            return _is_quick_ppm(data)
        case Kind.WEBP:
            # its decoder goes over the pixels once; frames are counted in C
            return b"EXIF" not in data or len(data) < _MAX_EXTRA_BYTES
        case Kind.TIFF | Kind.AVIF | Kind.HEIF | Kind.DICOM | Kind.NIFTI:
            return False


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """What a JPEG's markers say."""

    width: int
    height: int
    # How often its pixels are gone over.
    num_scans: int
    # Coded as almost all are, by Huffman's method.
    is_usual: bool
    num_extra_bytes: int

    @property
    def is_quick(self) -> bool:
        """Whether it is sure to be decoded soon."""
        megapixels = self.width * self.height / 1e6
        work = megapixels * (1 + self.num_scans / 3)
        is_small = megapixels <= MAX_QUICK_MEGAPIXELS and work <= _MAX_SCAN_MEGAPIXELS
        has_little = self.num_extra_bytes <= _MAX_EXTRA_BYTES
        return self.is_usual and is_small and has_little


def jpeg_frame(data: bytes) -> JpegFrame | None:
    """Read a JPEG's markers; None for one that has too many, or more than one frame."""
    place, num_scans, num_extra, num_exif = 2, 0, 0, 0
    size: tuple[int, int] | None = None
    is_usual = True
    for _ in range(MAX_PARTS):
        place = data.find(b"\xff", place)
        code = data[place + 1] if 0 <= place < len(data) - 3 else 0xD9
        if code == 0xD9:  # the end, also of what was cut off
            width, height = size or (0, 0)
            is_usual &= num_exif <= _MAX_EXIF_BYTES
            return JpegFrame(width, height, num_scans, is_usual, num_extra)
        if code == 0xFF:
            place += 1
            continue
        if code in {0x00, 0x01} or 0xD0 <= code <= 0xD8:
            place += 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        if 0xC0 <= code <= 0xCF and code not in {0xC4, 0xC8, 0xCC}:
            if size is not None:
                return None
            height = int.from_bytes(data[place + 5 : place + 7], "big")
            width = int.from_bytes(data[place + 7 : place + 9], "big")
            size = width, height
            is_usual = code in {0xC0, 0xC1, 0xC2}
        elif code >= 0xE0:
            num_extra += length
            num_exif += length if code == 0xE1 else 0
        place += 2 + length
        if code == 0xDA:
            num_scans += 1
            found = _MARKER.search(data, place)
            place = found.start() if found else len(data)
    return None


def _is_quick_png(data: bytes) -> bool:
    place, num_extra, num_pixel_bytes = 8, 0, 0
    for _ in range(MAX_PARTS):
        if place + 8 > len(data):
            break
        length = int.from_bytes(data[place : place + 4], "big")
        kind = data[place + 4 : place + 8]
        # the file may end within it
        if kind == b"IHDR" and length >= 13 and place + 18 <= len(data):
            width = int.from_bytes(data[place + 8 : place + 12], "big")
            height = int.from_bytes(data[place + 12 : place + 16], "big")
            depth, colours = data[place + 16], data[place + 17]
            channels = {2: 3, 4: 2, 6: 4}.get(colours, 1)
            num_pixel_bytes = width * height * channels * max(depth, 8) // 8
        elif kind == b"IEND":
            break
        elif kind == b"eXIf" and length > _MAX_EXIF_BYTES:
            return False
        elif kind != b"IDAT":
            num_extra += length
        place += 12 + length
    else:
        return False
    most = MAX_QUICK_MEGAPIXELS * 4e6
    return num_pixel_bytes <= most and num_extra <= _MAX_EXTRA_BYTES


def _is_quick_gif(data: bytes) -> bool:
    """Walk through the frames: Pillow counts them in the same way, in Python."""

    def colours(flags: int) -> int:
        return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0

    if len(data) < 13:
        return True
    place = 13 + colours(data[10])
    num_frames, num_comment, num_parts = 0, 0, 0
    while place < len(data) and data[place] in b"\x21\x2c":
        is_comment = data[place : place + 2] == b"\x21\xfe"
        if data[place] == 0x21:
            place += 2
        else:
            num_frames += 1
            flags = data[place + 9] if place + 9 < len(data) else 0
            place += 11 + colours(flags)
        while place < len(data) and (length := data[place]):
            num_comment += length if is_comment else 0
            num_parts += 1
            place += 1 + length
            if num_parts > MAX_PARTS:
                return False
        place += 1
        num_parts += 1
        if num_frames > _MAX_FRAMES or num_comment > _MAX_EXIF_BYTES:
            return False
    # Pillow looks for the next block among what is none, a byte at a time
    return len(data) - place <= MAX_PARTS or data[place : place + 1] == b";"


def _is_quick_bmp(data: bytes) -> bool:
    """Return whether there are no runs of equal pixels, which Python unpacks slowly."""
    header = int.from_bytes(data[14:18], "little")
    if header < 40:
        return True
    width = int.from_bytes(data[18:22], "little", signed=True)
    height = int.from_bytes(data[22:26], "little", signed=True)
    is_packed = int.from_bytes(data[30:34], "little") in {1, 2}
    return not is_packed or abs(width * height) <= _MAX_SLOW_MEGAPIXELS * 1e6


@dataclass(frozen=True, slots=True)
class PnmHeader:
    """The numbers that a PNM file begins with."""

    # 1 to 6, as in P1 to P6.
    number: int
    width: int
    height: int
    most: int
    # Index of the first byte after the header.
    end: int

    @property
    def channels(self) -> int:
        """Values of a pixel."""
        return 3 if self.number in {3, 6} else 1

    @property
    def is_native(self) -> bool:
        """Whether Pillow decodes it in C."""
        if self.number in {4, 5, 6} and self.most == 255:
            return True
        return self.number == 4 or (self.number == 5 and self.most == 65535)


_GAP = rb"(?:[ \t\r\n\v\f]|#[^\r\n]*[\r\n])+"
_PNM = re.compile(
    rb"P([1-6])" + _GAP + rb"(\d{1,9})" + _GAP + rb"(\d{1,9})(?:" + _GAP + rb"(\d+))?"
)


def pnm_header(data: bytes) -> PnmHeader | None:
    """Read a PNM file's header; None if it is none, or longer than 64 kB."""
    head = data[:_HEAD_BYTES]
    found = _PNM.match(head)
    if found is None:
        return None
    number, width, height = int(found[1]), int(found[2]), int(found[3])
    if number in {1, 4}:
        return PnmHeader(number, width, height, 255, found.end(3) + 1)
    if found[4] is None or len(found[4]) > 5:
        return None
    return PnmHeader(number, width, height, int(found[4]), found.end(4) + 1)


def _is_quick_ppm(data: bytes) -> bool:
    header = pnm_header(data)
    if header is None:
        return len(data) < _HEAD_BYTES
    megapixels = header.width * header.height / 1e6
    if header.is_native:
        return megapixels <= MAX_QUICK_MEGAPIXELS
    return megapixels <= _MAX_SLOW_MEGAPIXELS
