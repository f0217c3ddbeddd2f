"""TIFF files that hold numbers: 16 bits and more, several bands, planes, no data, DNG.

Pillow reads photographs of 8 bits and greys of 16; of what else it opens it drops half
of the bits or mixes up planes. Everything else is read by tifffile, an extra, which
imagecodecs helps with compressed files. In the helper process only: `needs_numbers`
reads no more than the first directory, and everything follows what a file names.

TIFF 6.0; GDAL's tag 42113 for no data; DNG 1.7 for previews.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import PIL.TiffImagePlugin

from vitviz.domain.number_text import decimal_number
from vitviz.errors import ImageError, Phrase
from vitviz.pictures.colour_tags import FileColours
from vitviz.pictures.reading import Reading
from vitviz.pictures.samples import FilePicture, MissingLibrary, Samples, frame_in

# Tags.
_SUBFILE, _BITS, _COMPRESSION, _PHOTOMETRIC, _ORIENTATION = 254, 258, 259, 262, 274
_NUM_SAMPLES, _PLANAR, _EXTRA, _FORMAT, _SUBDIRECTORIES = 277, 284, 338, 339, 330
_ICC, _NO_DATA, _DNG = 34675, 42113, 50706
_JPEG_START, _JPEG_LENGTH = 513, 514
# Of photometric: white is 0, black is 0, RGB; a sensor's raw data.
_GREYS, _RGB, _RAW = (0, 1), 2, (32803, 34892)
_JPEGS = (6, 7)
# A stack of no more bytes is read at once where its pages cannot be read one by one.
_MOST_STACK_BYTES = 2**30


def needs_numbers(data: bytes) -> bool:
    """Return whether a TIFF holds what Pillow does not read, or not exactly."""
    tags = _first_tags(data)
    if tags is None:
        return _is_big(data)
    photometric = tags.get(_PHOTOMETRIC, 1)
    if _DNG in tags or photometric in _RAW:
        return True
    if photometric not in (*_GREYS, _RGB):
        return False
    bits = _tuple(tags.get(_BITS, 1))
    formats = _tuple(tags.get(_FORMAT, 1))
    count = tags.get(_NUM_SAMPLES, 1)
    extra = _tuple(tags.get(_EXTRA, ()))
    if _NO_DATA in tags or count > 4 or set(formats) - {1, 4}:
        return True
    if max(bits, default=1) not in (1, 2, 4, 8) or len(set(bits)) > 1:
        return True
    if photometric in _GREYS:
        return bool(count > 2 or (count == 2 and extra not in ((1,), (2,))))
    is_separate = tags.get(_PLANAR, 1) == 2 and tags.get(_COMPRESSION, 1) == 1
    return bool(is_separate or set(bits) != {8} or count < 3)


def is_read_by_pillow(data: bytes) -> bool:
    """Return whether Pillow reads the numbers of a TIFF well: one band, no more."""
    tags = _first_tags(data) or {}
    is_one = tags.get(_NUM_SAMPLES, 1) == 1 and tags.get(_PHOTOMETRIC, 1) == 1
    bits, kind = _tuple(tags.get(_BITS, 1)), _tuple(tags.get(_FORMAT, 1))
    known = {((8,), (1,)), ((16,), (1,)), ((16,), (2,)), ((32,), (2,)), ((32,), (3,))}
    return is_one and _DNG not in tags and (bits, kind) in known


def no_data_of(data: bytes) -> float | None:
    """Return the value that stands for no data, as GDAL writes it."""
    return _no_data((_first_tags(data) or {}).get(_NO_DATA))


def _first_tags(data: bytes) -> dict[int, Any] | None:
    """Return the tags of the first directory; None for what has none."""
    stream = io.BytesIO(data)
    try:
        head = data[: 16 if _is_big(data) else 8]
        tags = PIL.TiffImagePlugin.ImageFileDirectory_v2(head)
        stream.seek(tags.next)
        tags.load(stream)
        return dict(tags)
    except Exception:
        # whatever is wrong with it, its decoder says
        return None


def _is_big(data: bytes) -> bool:
    """Return whether places in a file take eight bytes: BigTIFF."""
    return data[2:4] in {b"\x2b\0", b"\0\x2b"}


def _tuple(value: object) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (int(str(value)),)


def _no_data(text: object) -> float | None:
    if isinstance(text, tuple):
        text = text[0] if text else None
    text = str(text).strip(" \0") if text is not None else ""
    if text.lower() == "nan":
        return None  # left out wherever it is
    number = decimal_number(text)
    return None if np.isnan(number) else number


def read(
    data: bytes,
    name: str,
    reading: Reading,
    check_size: Callable[[tuple[int, int]], None],
    notes: list[Phrase],
) -> FilePicture:
    """Return the numbers of a TIFF, of the frame that is asked for.

    check_size : raises ImageError for a (width, height) beyond the limits.

    Raises MissingLibrary; ImageError; whatever tifffile raises for damaged bytes.
    """
    try:
        import tifffile
    except ImportError as error:
        raise MissingLibrary("tifffile", "formats") from error
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            first = file.pages.first
            if _is_looped(data):
                # tifffile would count its pages for ever
                check_size((first.imagewidth, first.imagelength))
                alone = _bands_last(first.asarray(maxworkers=1), first.axes)
                samples = _samples(first, alone, is_stack=False)
                return FilePicture(samples, _colours(first), _orientation(first))
            is_raw = any(int(p.photometric) in _RAW for p in _directories(file))
            if is_raw or first.tags.get(_DNG):
                return _preview(file, data, name, check_size, notes)
            return _frame(file, name, reading, check_size)
    except ValueError as error:
        if "imagecodecs" in str(error):
            raise MissingLibrary("imagecodecs", "formats") from error
        raise


def _is_looped(data: bytes) -> bool:
    """Return whether a directory is followed by one that came before it."""
    order: Literal["big", "little"] = "big" if data[:2] == b"MM" else "little"
    is_big = _is_big(data)
    start, size, counted, entry = (8, 8, 8, 20) if is_big else (4, 4, 2, 12)
    seen: set[int] = set()
    place = int.from_bytes(data[start : start + size], order)
    while place and place not in seen and len(seen) < 100_000:
        seen.add(place)
        count = int.from_bytes(data[place : place + counted], order)
        after = place + counted + entry * count
        place = int.from_bytes(data[after : after + size], order)
    return place in seen


def _frame(
    file: Any,  # noqa: ANN401
    name: str,
    reading: Reading,
    check_size: Callable[[tuple[int, int]], None],
) -> FilePicture:
    """Return one frame of the first series: its channels are bands."""
    series = file.series[0]
    page = series.keyframe
    check_size((page.imagewidth, page.imagelength))
    axes, shape = series.axes, series.shape
    # axes before those of a page, slowest first
    depth = len(axes) - len(page.axes)
    outer, outer_shape = axes[:depth], shape[:depth]
    channels = outer.index("C") if "C" in outer else None
    steps = [int(n) for i, n in enumerate(outer_shape) if i != channels]
    num_frames = int(np.prod(steps, dtype=np.int64))
    frame = frame_in(reading, num_frames, name)
    place = [int(n) for n in np.unravel_index(frame, steps)] if steps else []
    places = [place]
    if channels is not None:
        count = outer_shape[channels]
        places = [[*place[:channels], c, *place[channels:]] for c in range(count)]
    indices = [
        int(np.ravel_multi_index(p, outer_shape)) if outer_shape else 0 for p in places
    ]
    needed = page.imagewidth * page.imagelength * page.samplesperpixel * len(indices)
    if needed * page.dtype.itemsize > _MOST_STACK_BYTES * 4:
        raise MemoryError
    if len(series) > max(indices):
        parts = [series[i].asarray(maxworkers=1) for i in indices]
    elif series.nbytes <= _MOST_STACK_BYTES:
        whole = series.asarray(maxworkers=1).reshape(-1, *page.shape)
        parts = [whole[i] for i in indices]
    else:
        raise MemoryError
    bands = [_bands_last(part, page.axes) for part in parts]
    values = np.concatenate(bands, axis=2) if len(bands) > 1 else bands[0]
    samples = _samples(page, np.ascontiguousarray(values), is_stack=len(bands) > 1)
    return FilePicture(samples, _colours(page), _orientation(page), num_frames)


def _bands_last(values: Any, axes: str) -> Any:  # noqa: ANN401
    """Return a page as (H, W, bands)."""
    rest = [i for i, axis in enumerate(axes) if axis not in "YX"]
    y, x = axes.index("Y"), axes.index("X")
    moved = np.transpose(values, (y, x, *rest))
    return moved.reshape(*moved.shape[:2], -1)


def _samples(page: Any, values: Any, *, is_stack: bool) -> Samples:  # noqa: ANN401
    """Return a page's numbers with what its tags say of them."""
    kind = values.dtype.kind
    if kind == "c":
        values = np.abs(values)
    elif kind == "b":
        values = values.astype(np.uint8)
    highest = 0.0
    bits = _tuple(page.bitspersample)
    if kind == "u" and len(set(bits)) == 1:
        highest = float(2 ** bits[0] - 1)
    elif kind == "b":
        highest = 1.0
    elif kind == "f":
        highest = 1.0
    is_colour = int(page.photometric) == _RGB and not is_stack
    extra = _tuple(tuple(int(e) for e in page.extrasamples))
    alpha = None
    if not is_stack and extra and extra[0] in (1, 2) and highest:
        at = values.shape[2] - len(extra)
        if at in (1, 3):
            alpha_values = values[..., at].astype(np.float64) / highest
            if extra[0] == 1:  # the colours were multiplied by it
                share = np.where(alpha_values > 0, alpha_values, 1)[..., None]
                undone = np.clip(values[..., :at] / share, 0, highest)
                undone = np.rint(undone) if kind != "f" else undone
                values = undone.astype(values.dtype)
            else:
                values = values[..., :at]
            alpha = np.rint(np.clip(alpha_values, 0, 1) * 255).astype(np.uint8)
    tag = page.tags.get(_NO_DATA)
    return Samples(
        np.ascontiguousarray(values),
        highest,
        is_colour=is_colour,
        alpha=alpha,
        no_data=_no_data(None if tag is None else tag.value),
        is_inverted=int(page.photometric) == 0,
    )


def _colours(page: Any) -> FileColours:  # noqa: ANN401
    tag = page.tags.get(_ICC)
    return FileColours(icc=bytes(tag.value) if tag is not None else None)


def _orientation(page: Any) -> int:  # noqa: ANN401
    tag = page.tags.get(_ORIENTATION)
    return int(tag.value) if tag is not None else 1


# -- raw files of cameras --------------------------------------------------------------


def _directories(file: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the pages of a file and those within them, some hundred at most."""
    for index, page in enumerate(file.pages):
        yield page
        yield from page.pages or ()
        if index > 100:
            return


def _preview(
    file: Any,  # noqa: ANN401
    data: bytes,
    name: str,
    check_size: Callable[[tuple[int, int]], None],
    notes: list[Phrase],
) -> FilePicture:
    """Return the largest picture that a camera has put beside the raw data."""
    found: list[tuple[int, int, Any, bytes]] = []
    for page in _directories(file):
        if int(page.photometric) in _RAW:
            continue
        jpeg = _jpeg_in(page, data)
        is_rgb = int(page.photometric) == _RGB and _tuple(page.bitspersample) == (8,)
        if jpeg or is_rgb:
            found.append((page.imagewidth * page.imagelength, len(found), page, jpeg))
    if not found:
        raise ImageError(
            "{name} holds the raw data of a sensor and no preview. Develop it in a "
            "photo program and open the JPEG or TIFF.",
            name=name,
        )
    _, _, page, jpeg = max(found)
    said = {"width": page.imagewidth, "height": page.imagelength}
    notes.append(
        Phrase(
            "Preview of {width}×{height} pixels; the sensor's raw data are not "
            "developed.",
            said,
        )
    )
    orientation = _orientation(file.pages.first)
    if jpeg:
        return FilePicture(None, _colours(page), orientation, jpeg=jpeg)
    check_size((page.imagewidth, page.imagelength))
    values = _bands_last(page.asarray(maxworkers=1), page.axes)
    samples = replace(_samples(page, values, is_stack=False), is_colour=True)
    return FilePicture(samples, _colours(page), orientation)


def _jpeg_in(page: Any, data: bytes) -> bytes:  # noqa: ANN401
    """Return the JPEG that a directory holds in one piece; empty if it holds none."""
    start, length = page.tags.get(_JPEG_START), page.tags.get(_JPEG_LENGTH)
    place = None
    if start is not None and length is not None:
        place = int(start.value), int(length.value)
    elif int(page.compression) in _JPEGS and len(page.dataoffsets) == 1:
        place = int(page.dataoffsets[0]), int(page.databytecounts[0])
    if place is None:
        return b""
    jpeg = data[place[0] : place[0] + place[1]]
    return jpeg if jpeg.startswith(b"\xff\xd8\xff") else b""
