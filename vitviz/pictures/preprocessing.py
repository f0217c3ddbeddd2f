"""Placement and preprocessing of a picture: resize, crop or pad, normalise."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import PIL.Image

from vitviz.domain.placement import Fit, Placement, place
from vitviz.errors import SelectionError
from vitviz.pictures.source import SourceImage

# Mean and standard deviation of ImageNet's training pictures, for R, G, B in [0, 1].
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


# Of a mean and a deviation: beyond, float32 has no values for the pixels.
_MOST = 1e6


class Interpolation(enum.Enum):
    """Resampling filters; all are antialiased when a picture shrinks."""

    NEAREST = PIL.Image.Resampling.NEAREST
    LANCZOS = PIL.Image.Resampling.LANCZOS
    BILINEAR = PIL.Image.Resampling.BILINEAR
    BICUBIC = PIL.Image.Resampling.BICUBIC


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """The input that a model's weights expect.

    Raises ValueError for a deviation that is not above 0, or a side below 1 px.
    """

    # Of red, green, blue in [0, 1]: subtracted, before `std` divides.
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    # (width, height) in pixels.
    size: tuple[int, int] = (224, 224)
    # Shorter side before the crop; None leaves no margin.
    resize: int | None = None
    interpolation: Interpolation = Interpolation.BICUBIC

    def __post_init__(self) -> None:
        if not all(abs(value) < _MOST for value in (*self.mean, *self.std)):
            raise ValueError("mean and deviation are finite numbers")
        if min(self.std) <= 0 or min(self.std) < 1 / _MOST:
            raise ValueError("a deviation is above 0")
        if min(*self.size, self.resize or 1) < 1:
            raise ValueError("a side has at least 1 px")


def prepare(
    image: SourceImage, placement: Placement, preprocessing: Preprocessing
) -> npt.NDArray[np.float32]:
    """Return the model's input, (3, height, width) float32, normalised, C-contiguous.

    Only the part of the picture that the model sees is resampled, so that an extreme
    aspect costs nothing. Padding is the mean colour, 0 after normalising. Where no
    resizing is needed the pixels enter unchanged. Any thread.

    Raises ValueError for a placement on a picture of another size.
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


def placement_for(
    source_size: tuple[int, int],
    preprocessing: Preprocessing,
    patch_size: tuple[int, int],
    *,
    size: int | tuple[int, int] | None = None,
    fit: Fit = Fit.CROP,
) -> Placement:
    """Return the position of a model's input on a picture of `source_size`.

    source_size, patch_size : (width, height) in pixels of the picture, of the model.
    size : the input's side or (width, height) in pixels; None for the weights' own.

    Raises SelectionError for a size out of range, and for a width and a height of the
    whole picture, whose aspect is its own.
    """
    if fit is Fit.WHOLE and isinstance(size, tuple) and size[0] != size[1]:
        raise SelectionError(
            "The whole picture keeps its own aspect: give its shorter side alone, as "
            "{side} px, and not {width}×{height}.",
            side=min(size),
            width=size[0],
            height=size[1],
        )
    if size is None:
        wanted = preprocessing.size
    else:
        wanted = (size, size) if isinstance(size, int) else size
    return place(
        source_size,
        patch_size=patch_size,
        size=wanted,
        fit=fit,
        resize=preprocessing.resize if size is None else None,
    )


def grid_of(
    source_size: tuple[int, int],
    preprocessing: Preprocessing,
    patch_size: tuple[int, int],
    *,
    size: int | tuple[int, int] | None = None,
    fit: Fit = Fit.CROP,
) -> tuple[int, int]:
    """Return (rows, cols) of the patches that a run will have; arguments as above."""
    width, height = placement_for(
        source_size, preprocessing, patch_size, size=size, fit=fit
    ).model_size
    patch_width, patch_height = patch_size
    return height // patch_height, width // patch_width
