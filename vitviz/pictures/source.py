"""Loading of pictures from paths, bytes, open files, PIL images and arrays.

Whatever a file holds, `load_image` ends in a picture or in one ImageError that names
the file, the reason and what to do. Nothing in a file is executed; slow or rare formats
are decoded in a process of their own that can be ended (see `pictures.decode`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import PIL.Image

from vitviz.errors import FileError, ImageError, Phrase, SelectionError
from vitviz.pictures import decode, pixels
from vitviz.pictures.decoding_cost import kind_of
from vitviz.pictures.reading import (
    AS_IT_IS,
    MOST_BANDS,
    Plane,
    Reading,
    Stretch,
    stretch_of,
)
from vitviz.pictures.samples import FileValues
from vitviz.system.printable import printable
from vitviz.system.untrusted_files import read_untrusted

MAX_FILE_BYTES = 512 * 2**20
MAX_NAME_CHARS = 60
# Longest side of a copy for the screen; drawing a larger one blocks the window.
MAX_SCREEN_PX = 2048
# No copy is made of one whose sides are this short.
MIN_COPY_PX = 128

Bytes = npt.NDArray[np.uint8]
Source = str | Path | bytes | BinaryIO | PIL.Image.Image | npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class SourceImage:
    """A picture as it is shown: upright, sRGB, opaque.

    pixels : (H, W, 3) uint8, C-contiguous, read-only.
    notes : what was changed while decoding, a sentence each.
    bands : (H, W, n) uint8, read-only: all bands of its file, or those that its reading
        names, for networks of many channels; None where there are one or three.
    """

    pixels: Bytes
    name: str
    path: Path | None
    # Of the file's bytes; of the pixels where there is no file.
    sha256: str
    notes: tuple[Phrase, ...] = ()
    # Made by `screen_copies`; empty for a picture that is not shown.
    copies: tuple[Bytes, ...] = ()
    # How its numbers were read, and what its file holds that could be chosen.
    reading: Reading = AS_IT_IS
    values: FileValues = FileValues()
    bands: Bytes | None = None

    def bands_of_channels(self, count: int) -> tuple[int, ...]:
        """Return which bands of the file, from 1, a network of many channels takes."""
        chosen = self.reading.bands
        if len(chosen) in (0, 1, 3):
            chosen = tuple(range(1, count + 1))
        return chosen

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


def load_image(
    source: Source,
    *,
    name: str | None = None,
    allow_large: bool = False,
    reading: Reading = AS_IT_IS,
    stretch: Stretch | str | None = None,
    bands: Sequence[int] | None = None,
    frame: int | None = None,
    plane: Plane | str | None = None,
    is_cancelled: Callable[[], bool] = decode.never,
) -> SourceImage:
    """Return the picture of a path, bytes, an open file, a PIL image or an array.

    source : an array is (H, W, 3) uint8 and is copied.
    name : what messages and titles call it; a path's own name by default.
    allow_large : accept more than 100 and up to 178 megapixels.
    reading : what is shown of a file that holds more than a picture of 8 bits; the
        four that follow replace parts of it.
    stretch : "auto", "full", "range", percentiles as "2-98" or values as "0,3000".
    bands : one as grey or three as red, green and blue, counted from 1; as many as a
        network of many channels takes, in their order.
    frame : frame, page or slice, counted from 0.
    plane : of a volume: "axial", "coronal" or "sagittal".
    is_cancelled : asked while a picture is decoded that takes long.

    Any thread. Raises ImageError, MissingExtraError, SelectionError, Cancelled.
    """
    reading = _reading(reading, stretch, bands, frame, plane)
    if isinstance(source, np.ndarray):
        return _from_array(source, name or "picture")
    if isinstance(source, PIL.Image.Image):
        return _from_pil(source, name or "picture", reading, is_cancelled)
    path: Path | None = None
    if isinstance(source, str | Path):
        path = Path(source)
        shown = short_name(name or path.name or str(path))
        data = _read(path, shown)
    else:
        shown = short_name(name or "picture")
        data = source if isinstance(source, bytes) else source.read(MAX_FILE_BYTES + 1)
        _check_bytes(len(data), shown)
    picture = decode.decode_safely(
        data,
        shown,
        allow_large=allow_large,
        reading=reading,
        is_cancelled=is_cancelled,
    )
    digest = hashlib.sha256(data).hexdigest()
    return _of_decoded(picture, shown, path, digest, reading)


def _reading(
    reading: Reading,
    stretch: Stretch | str | None,
    bands: Sequence[int] | None,
    frame: int | None,
    plane: Plane | str | None,
) -> Reading:
    """Return the reading with the parts that are given. Raises SelectionError."""
    given: dict[str, object] = {}
    if stretch is not None:
        found = stretch_of(stretch) if isinstance(stretch, str) else stretch
        if found is None:
            raise SelectionError(
                "A stretch is auto, full, range, percentiles as in 2-98 or values as "
                "in 0,3000; not {text}.",
                text=stretch,
            )
        given["stretch"] = found
    try:
        if bands is not None:
            given["bands"] = tuple(bands)
        if frame is not None:
            given["frame"] = frame
        if plane is not None:
            given["plane"] = Plane(plane)
        return replace(reading, **given)  # type: ignore[arg-type]
    except ValueError as error:
        raise SelectionError(
            "Such a picture cannot be: {reason}. Bands count from 1, at most {most} "
            "of them, frames from 0.",
            most=MOST_BANDS,
            reason=error,
        ) from error


def load_for_screen(
    source: Source,
    *,
    name: str | None = None,
    reading: Reading = AS_IT_IS,
    is_cancelled: Callable[[], bool] = decode.never,
) -> SourceImage:
    """Return the picture with smaller copies to be drawn; see `load_image`.

    Any thread. Raises ImageError, MissingExtraError, Cancelled.
    """
    image = load_image(source, name=name, reading=reading, is_cancelled=is_cancelled)
    return replace(image, copies=screen_copies(image.pixels))


def screen_copies(pixels: Bytes) -> tuple[Bytes, ...]:
    """Return copies to draw on a screen, each about half as large as the one before.

    pixels : (H, W, 3) uint8; the first copy if it is not too large for a screen.

    A copy's pixels are means of those they cover. Any thread; takes long for a large
    picture.
    """
    height, width = pixels.shape[:2]
    factor = max(1, -(-max(width, height) // MAX_SCREEN_PX))
    copies = [_reduced(pixels, factor)]
    while max(copies[-1].shape) > MIN_COPY_PX:
        copies.append(_reduced(copies[-1], 2))
    return tuple(copies)


def short_name(name: str) -> str:
    """Return a file's name fit for a sentence: short, without control characters."""
    text = printable(name)
    if len(text) <= MAX_NAME_CHARS:
        return text
    half = MAX_NAME_CHARS // 2
    return f"{text[: half - 1]}…{text[-half:]}"


def _read(path: Path, name: str) -> bytes:
    """Return the bytes of a regular file. Raises ImageError for anything else."""
    try:
        data = read_untrusted(path, MAX_FILE_BYTES, name=name)
    except FileError as error:
        raise ImageError(error.template, **error.values) from error
    _check_bytes(len(data), name)
    return data


def _check_bytes(count: int, name: str) -> None:
    """Raise ImageError for an empty file and for one above `MAX_FILE_BYTES`."""
    if count > MAX_FILE_BYTES:
        raise ImageError(
            "{name} is larger than {limit} MB. Save it smaller and open that.",
            name=name,
            limit=MAX_FILE_BYTES // 2**20,
        )
    if count == 0:
        raise ImageError("{name} is empty.", name=name)


def _from_array(array: npt.NDArray[np.uint8], name: str) -> SourceImage:
    """Copy an array, (H, W, 3) uint8. Raises ImageError for anything else."""
    is_picture = array.ndim == 3 and array.shape[2] == 3 and array.size > 0
    if not is_picture or array.dtype != np.uint8:
        raise ImageError(
            "An array must be (height, width, 3) of uint8, not {shape} of {dtype}.",
            shape=array.shape,
            dtype=array.dtype,
        )
    pixels = np.array(array, order="C")
    return _image(pixels, name, None, hashlib.sha256(pixels.data).hexdigest(), ())


def _reduced(pixels: Bytes, factor: int) -> Bytes:
    """Return (H, W, 3) uint8 with sides `factor` times shorter."""
    if factor == 1:
        return np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    whole = PIL.Image.frombuffer("RGB", (width, height), np.ascontiguousarray(pixels))
    size = max(1, width // factor), max(1, height // factor)
    # Pillow lets other threads go on meanwhile
    return np.asarray(whole.resize(size, PIL.Image.Resampling.BOX))


def _from_pil(
    picture: PIL.Image.Image,
    name: str,
    reading: Reading,
    is_cancelled: Callable[[], bool],
) -> SourceImage:
    pixels.check_size(picture.size, name, allow_large=True)
    data = _undecoded(picture)
    decoded = None
    if kind_of(data) is not None:
        decoded = decode.decode_safely(
            data, name, allow_large=True, reading=reading, is_cancelled=is_cancelled
        )
        height, width = decoded.pixels.shape[:2]
        if sorted((width, height)) != sorted(picture.size):
            decoded = None  # asked of Pillow in another size, as by `draft`
    if decoded is None:
        decoded = pixels.upright_rgb(picture, name, reading)
    digest = hashlib.sha256(np.ascontiguousarray(decoded.pixels).data).hexdigest()
    return _of_decoded(decoded, name, None, digest, reading)


def _of_decoded(
    decoded: pixels.Decoded,
    name: str,
    path: Path | None,
    sha256: str,
    reading: Reading,
) -> SourceImage:
    image = _image(decoded.pixels, name, path, sha256, decoded.notes)
    if decoded.bands is not None:
        decoded.bands.flags.writeable = False
    return replace(image, reading=reading, values=decoded.values, bands=decoded.bands)


def _undecoded(picture: PIL.Image.Image) -> bytes:
    """Return the file of a picture of which Pillow has only read the header.

    Pillow decodes when it is asked for pixels, in this thread and without an end. Empty
    for a picture that is decoded already, or whose file is no longer open.
    """
    file = getattr(picture, "fp", None)
    if file is None or not getattr(picture, "tile", None):
        return b""
    try:
        place = file.tell()
        file.seek(0)
        data: bytes = file.read(MAX_FILE_BYTES + 1)
        file.seek(place)
    except (OSError, ValueError):
        return b""
    return data if len(data) <= MAX_FILE_BYTES else b""


def _image(
    pixels: Bytes, name: str, path: Path | None, sha256: str, notes: tuple[Phrase, ...]
) -> SourceImage:
    pixels.flags.writeable = False
    return SourceImage(pixels, name, path, sha256, notes)
