"""From a path or bytes to a SourceImage, within limits, and from that to a model.

Whatever a file holds, `load_image` ends in a picture or in one ImageError that names
the file, the reason and what to do. Nothing in a file is executed; slow or rare formats
are decoded in a process of their own that can be ended (see `decoding`).
"""

from __future__ import annotations

import enum
import hashlib
import math
import os
import stat
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import PIL.Image

from vitviz import decoding
from vitviz.errors import ImageError, Phrase
from vitviz.geometry import Placement

MAX_FILE_BYTES = 512 * 2**20
MAX_NAME_CHARS = 60
MAX_SCREEN_PX = 2048
"""Longest side of a copy for the screen; drawing a larger one blocks the window."""
MIN_COPY_PX = 128
"""A copy whose sides are no longer is the last."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
"""Of ImageNet's training pictures, for R, G, B in [0, 1]."""
IMAGENET_STD = (0.229, 0.224, 0.225)

Bytes = npt.NDArray[np.uint8]
Source = str | Path | bytes | BinaryIO | PIL.Image.Image | npt.NDArray[np.uint8]


class Interpolation(enum.Enum):
    """How a picture is resized; always antialiased when it shrinks."""

    NEAREST = PIL.Image.Resampling.NEAREST
    LANCZOS = PIL.Image.Resampling.LANCZOS
    BILINEAR = PIL.Image.Resampling.BILINEAR
    BICUBIC = PIL.Image.Resampling.BICUBIC


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What the weights expect of their input."""

    mean: tuple[float, float, float] = IMAGENET_MEAN
    """Of red, green, blue in [0, 1]; subtracted."""
    std: tuple[float, float, float] = IMAGENET_STD
    size: tuple[int, int] = (224, 224)
    """(width, height) in pixels."""
    resize: int | None = None
    """Shorter side before the crop; None leaves no margin."""
    interpolation: Interpolation = Interpolation.BICUBIC

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in (*self.mean, *self.std)):
            raise ValueError("mean and deviation are finite numbers")
        if min(self.std) <= 0:
            raise ValueError("a deviation is above 0")
        if min(*self.size, self.resize or 1) < 1:
            raise ValueError("a side has at least 1 px")


@dataclass(frozen=True, slots=True, eq=False)
class SourceImage:
    """A picture as it is shown: upright, sRGB, opaque.

    pixels : (H, W, 3) uint8, C-contiguous, read-only.
    notes : what was changed on the way, a sentence each.
    """

    pixels: Bytes
    name: str
    path: Path | None
    sha256: str
    """Of the file's bytes; of the pixels where there is no file."""
    notes: tuple[Phrase, ...] = ()
    copies: tuple[Bytes, ...] = ()
    """As `screen_copies` makes them, where somebody has."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


def load_image(
    source: Source, *, name: str | None = None, allow_large: bool = False
) -> SourceImage:
    """The picture of a path, bytes, an open file, a PIL image or (H, W, 3) uint8.

    name : what messages and titles call it; a path's own name by default.
    allow_large : accept more than 100 and up to 178 megapixels.

    May be called from any thread. Raises ImageError, MissingExtraError.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, name or "picture")
    if isinstance(source, PIL.Image.Image):
        return _from_pil(source, name or "picture")
    path: Path | None = None
    if isinstance(source, str | Path):
        path = Path(source)
        shown = short_name(name or path.name or str(path))
        data = _read(path, shown)
    else:
        shown = short_name(name or "picture")
        data = source if isinstance(source, bytes) else source.read(MAX_FILE_BYTES + 1)
        _check_bytes(len(data), shown)
    picture = decoding.decode_safely(data, shown, allow_large=allow_large)
    digest = hashlib.sha256(data).hexdigest()
    return _image(picture.pixels, shown, path, digest, picture.notes)


def load_for_screen(source: Source, *, name: str | None = None) -> SourceImage:
    """As `load_image`, with copies to be drawn; any thread.

    Raises ImageError, MissingExtraError.
    """
    image = load_image(source, name=name)
    return replace(image, copies=screen_copies(image.pixels))


def screen_copies(pixels: Bytes) -> tuple[Bytes, ...]:
    """Copies to be drawn on a screen, each about half as large as the one before.

    pixels : (H, W, 3) uint8; the first copy if it is not too large for a screen.

    Means of the pixels they cover. May be called from any thread, and takes long for
    a large picture.
    """
    height, width = pixels.shape[:2]
    factor = max(1, -(-max(width, height) // MAX_SCREEN_PX))
    copies = [_reduced(pixels, factor)]
    while max(copies[-1].shape) > MIN_COPY_PX:
        copies.append(_reduced(copies[-1], 2))
    return tuple(copies)


def prepare(
    image: SourceImage, placement: Placement, preprocessing: Preprocessing
) -> npt.NDArray[np.float32]:
    """The model's input, (3, height, width) float32, normalised.

    Only the part of the picture that the model sees is resampled, so that an extreme
    aspect costs nothing. Padding is the mean colour, 0 after normalising. Where no
    resizing is needed the pixels enter unchanged.
    """
    if placement.source_size != image.size:
        raise ValueError(f"placement of {placement.source_size} on {image.size}")
    width, height = placement.model_size
    mean = np.array(preprocessing.mean, np.float32)
    std = np.array(preprocessing.std, np.float32)
    left, top = placement.offset
    # the window's part inside the resized picture, in resized pixels
    x0, x1 = max(left, 0), min(left + width, placement.resized_size[0])
    y0, y1 = max(top, 0), min(top + height, placement.resized_size[1])
    scale_x = placement.source_size[0] / placement.resized_size[0]
    scale_y = placement.source_size[1] / placement.resized_size[1]
    picture = PIL.Image.fromarray(image.pixels)
    box = (
        x0 * scale_x,
        y0 * scale_y,
        min(x1 * scale_x, float(image.size[0])),
        min(y1 * scale_y, float(image.size[1])),
    )
    part = picture.resize(
        (x1 - x0, y1 - y0), preprocessing.interpolation.value, box=box
    )
    values = (np.asarray(part, np.float32) / np.float32(255) - mean) / std
    prepared = np.zeros((height, width, 3), np.float32)
    prepared[y0 - top : y1 - top, x0 - left : x1 - left] = values
    return np.ascontiguousarray(prepared.transpose(2, 0, 1))


def short_name(name: str) -> str:
    """A file name fit for a sentence: no control characters, not overly long."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    kept = (
        "�" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} else char
        for char in text
    )
    text = "".join(kept)
    if len(text) <= MAX_NAME_CHARS:
        return text
    half = MAX_NAME_CHARS // 2
    return f"{text[: half - 1]}…{text[-half:]}"


def _read(path: Path, name: str) -> bytes:
    """A regular file's bytes; anything else is refused before it is opened."""
    try:
        status = os.stat(path)
        kind = _kind(status.st_mode)
        if kind is not None:
            raise ImageError("{name} is {kind}, not a picture.", name=name, kind=kind)
        _check_bytes(status.st_size, name)
        with open(path, "rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise ImageError("There is no file {name}.", name=name) from None
    except PermissionError:
        raise ImageError(
            "{name} may not be read: change its permissions, or copy it elsewhere.",
            name=name,
        ) from None
    except (OSError, ValueError) as error:
        # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageError(
            "{name} cannot be read: {reason}.", name=name, reason=short_name(reason)
        ) from error


def _kind(mode: int) -> str | None:
    """What a path is when it is no regular file."""
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    found = next((text for is_kind, text in kinds if is_kind(mode)), None)
    return found if found or stat.S_ISREG(mode) else "no regular file"


def _check_bytes(count: int, name: str) -> None:
    if count > MAX_FILE_BYTES:
        raise ImageError(
            "{name} is larger than {limit} MB. Save it smaller and open that.",
            name=name,
            limit=MAX_FILE_BYTES // 2**20,
        )
    if count == 0:
        raise ImageError("{name} is empty.", name=name)


def _from_array(array: npt.NDArray[np.uint8], name: str) -> SourceImage:
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
    """(H, W, 3) uint8 with sides so many times shorter."""
    if factor == 1:
        return np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    whole = PIL.Image.frombuffer("RGB", (width, height), np.ascontiguousarray(pixels))
    size = max(1, width // factor), max(1, height // factor)
    # Pillow lets other threads go on meanwhile
    return np.asarray(whole.resize(size, PIL.Image.Resampling.BOX))


def _from_pil(picture: PIL.Image.Image, name: str) -> SourceImage:
    decoding.check_size(picture.size, name, allow_large=True)
    decoded = decoding.upright_rgb(picture, name)
    digest = hashlib.sha256(decoded.pixels.data).hexdigest()
    return _image(decoded.pixels, name, None, digest, decoded.notes)


def _image(
    pixels: Bytes, name: str, path: Path | None, sha256: str, notes: tuple[Phrase, ...]
) -> SourceImage:
    pixels.flags.writeable = False
    return SourceImage(pixels, name, path, sha256, notes)
