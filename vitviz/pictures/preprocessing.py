"""Placement and preprocessing of a picture: resize, crop or pad, normalise."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import PIL.Image

from vitviz.domain.placement import Fit, Placement, PlacementDetails, place
from vitviz.errors import SelectionError
from vitviz.pictures.source import SourceImage

# Mean and standard deviation of ImageNet's training pictures, for R, G, B in [0, 1].
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
HALF = (0.5, 0.5, 0.5)


# Of a mean and a deviation: beyond, float32 has no values for the pixels.
_MOST = 1e6


class Interpolation(enum.Enum):
    """Resampling filters; all are antialiased when a picture shrinks."""

    NEAREST = PIL.Image.Resampling.NEAREST
    LANCZOS = PIL.Image.Resampling.LANCZOS
    BILINEAR = PIL.Image.Resampling.BILINEAR
    BICUBIC = PIL.Image.Resampling.BICUBIC
    BOX = PIL.Image.Resampling.BOX
    HAMMING = PIL.Image.Resampling.HAMMING


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """The input that a model's weights expect.

    Factors and offsets by which libraries rescale pixels are part of mean and
    deviation.

    Raises ValueError for a deviation that is not above 0, or a side below 1 px.
    """

    # Of red, green, blue in [0, 1]: subtracted, before `std` divides.
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    # (width, height) in pixels.
    size: tuple[int, int] = (224, 224)
    # Before the crop: the shorter side, or for `Fit.SQUEEZE` (width, height); None
    # leaves no margin. See `place` for other fits.
    resize: int | tuple[int, int] | None = None
    interpolation: Interpolation = Interpolation.BICUBIC
    # How the weights' own preprocessing brings a picture to its size.
    fit: Fit = Fit.CROP
    details: PlacementDetails = PlacementDetails()
    # Colour of padding in [0, 1]; None: the mean, which is 0 after normalising.
    padding: tuple[float, float, float] | None = None
    # Whether the model takes blue, green, red; the numbers above are in that order.
    is_bgr: bool = False
    # In place of mean and deviation, of each channel of a network that takes bands:
    # others than one or three. Empty for all other networks.
    band_mean: tuple[float, ...] = ()
    band_std: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        means, deviations = (*self.mean, *self.band_mean), (*self.std, *self.band_std)
        if not all(abs(value) < _MOST for value in (*means, *deviations)):
            raise ValueError("mean and deviation are finite numbers")
        if min(deviations) <= 0 or min(deviations) < 1 / _MOST:
            raise ValueError("a deviation is above 0")
        if len(self.band_mean) != len(self.band_std):
            raise ValueError("there are as many deviations as means")
        resize = self.resize if isinstance(self.resize, tuple) else (self.resize or 1,)
        if min(*self.size, *resize, self.details.longest or 1) < 1:
            raise ValueError("a side has at least 1 px")


def for_channels(preprocessing: Preprocessing, channels: int) -> Preprocessing:
    """Return the preprocessing of a network of so many channels.

    Where it takes bands and a mean of each is not known, that of the three is used.
    """
    if channels in (1, 3) or len(preprocessing.band_mean) == channels:
        return preprocessing
    return replace(
        preprocessing,
        band_mean=(sum(preprocessing.mean) / 3,) * channels,
        band_std=(sum(preprocessing.std) / 3,) * channels,
    )


def with_fit(preprocessing: Preprocessing, fit: Fit) -> Preprocessing:
    """Return the preprocessing with another fit, which has neither margin nor details.

    The same for its own fit.
    """
    if fit is preprocessing.fit:
        return preprocessing
    return replace(preprocessing, fit=fit, resize=None, details=PlacementDetails())


def prepare(
    image: SourceImage, placement: Placement, preprocessing: Preprocessing
) -> npt.NDArray[np.float32]:
    """Return the model's input, (3, height, width) float32, normalised, C-contiguous.

    Only the part of the picture that the model sees is resampled, so that an extreme
    aspect costs nothing. Padding is the mean colour, 0 after normalising, unless the
    preprocessing names another. Where no resizing is needed the pixels enter unchanged.
    Any thread.

    Raises ValueError for a placement on a picture of another size.
    """
    mean = np.array(preprocessing.mean, np.float32)
    std = np.array(preprocessing.std, np.float32)
    padding = preprocessing.padding
    outside = None if padding is None else (np.array(padding, np.float32) - mean) / std
    order = slice(None, None, -1 if preprocessing.is_bgr else 1)
    part, (rows, cols) = _placed(image, image.pixels, placement, preprocessing)
    values = (part.astype(np.float32)[..., order] / np.float32(255) - mean) / std
    return _within(values, rows, cols, placement, outside)


def prepare_bands(
    image: SourceImage, placement: Placement, preprocessing: Preprocessing
) -> npt.NDArray[np.float32]:
    """Return the input of a network of many channels, (n, height, width) float32.

    As `prepare`, of the picture's first n bands in [0, 1], n the number of means of
    `preprocessing.band_mean`. Padding is 0 after normalising.

    Raises ValueError for a placement on a picture of another size, or too few bands.
    """
    mean = np.array(preprocessing.band_mean, np.float32)
    std = np.array(preprocessing.band_std, np.float32)
    if image.bands is None or image.bands.shape[2] < len(mean):
        raise ValueError(f"too few bands for {len(mean)} channels")
    bands = image.bands[..., : len(mean)]
    part, (rows, cols) = _placed(image, bands, placement, preprocessing)
    values = (part.astype(np.float32) / np.float32(255) - mean) / std
    return _within(values, rows, cols, placement, None)


def _placed(
    image: SourceImage,
    pixels: npt.NDArray[np.uint8],
    placement: Placement,
    preprocessing: Preprocessing,
) -> tuple[npt.NDArray[np.uint8], tuple[slice, slice]]:
    """Return the part of (H, W, n) values that the model sees, resized, and its place.

    The place is (rows, columns) of the model's input.
    """
    if placement.source_size != image.size:
        raise ValueError(f"placement of {placement.source_size} on {image.size}")
    width, height = placement.model_size
    left, top = placement.offset
    # the window's part inside the resized picture, in resized pixels
    x0, x1 = max(left, 0), min(left + width, placement.resized_size[0])
    y0, y1 = max(top, 0), min(top + height, placement.resized_size[1])
    part = _resized(pixels, placement, preprocessing.interpolation, (x0, y0, x1, y1))
    return part, (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))


def _within(
    values: npt.NDArray[np.float32],
    rows: slice,
    cols: slice,
    placement: Placement,
    outside: npt.NDArray[np.float32] | None,
) -> npt.NDArray[np.float32]:
    """Return (n, height, width) with normalised values at their place.

    outside : (n,), of padding; None for 0.
    """
    width, height = placement.model_size
    prepared = np.zeros((height, width, values.shape[2]), np.float32)
    if outside is not None:
        prepared[:] = outside
    prepared[rows, cols] = values
    return np.ascontiguousarray(prepared.transpose(2, 0, 1))


def _resized(
    pixels: npt.NDArray[np.uint8],
    placement: Placement,
    interpolation: Interpolation,
    window: tuple[int, int, int, int],
) -> npt.NDArray[np.uint8]:
    """Return a window (left, top, right, bottom) of the resized picture."""
    (source_w, source_h), resized = placement.source_size, placement.resized_size
    x0, y0, x1, y1 = window
    scale_x, scale_y = source_w / resized[0], source_h / resized[1]
    if interpolation is Interpolation.NEAREST:
        # Pillow adds steps up, and picks a neighbour where a middle lies between two
        cols = _nearest(x0, x1, scale_x, source_w)
        rows = _nearest(y0, y1, scale_y, source_h)
        return pixels[rows[:, None], cols]
    box = (
        x0 * scale_x,
        y0 * scale_y,
        min(x1 * scale_x, float(source_w)),
        min(y1 * scale_y, float(source_h)),
    )
    size, way = (x1 - x0, y1 - y0), interpolation.value
    if pixels.shape[2] == 3:
        return np.asarray(PIL.Image.fromarray(pixels).resize(size, way, box=box))
    bands = [PIL.Image.fromarray(pixels[..., i]) for i in range(pixels.shape[2])]
    return np.stack([np.asarray(one.resize(size, way, box=box)) for one in bands], -1)


def _nearest(start: int, stop: int, scale: float, count: int) -> npt.NDArray[np.int64]:
    """Return the source pixels nearest to resized ones, as torch finds them."""
    middles = np.arange(start, stop, dtype=np.float32) + np.float32(0.5)
    found = (middles * np.float32(scale)).astype(np.int64)
    nearest: npt.NDArray[np.int64] = np.minimum(found, count - 1)
    return nearest


def placement_for(
    source_size: tuple[int, int],
    preprocessing: Preprocessing,
    patch_size: tuple[int, int],
    *,
    size: int | tuple[int, int] | None = None,
    fit: Fit | None = None,
) -> Placement:
    """Return the position of a model's input on a picture of `source_size`.

    source_size, patch_size : (width, height) in pixels of the picture, of the model.
    size : the input's side or (width, height) in pixels; None for the weights' own.
    fit : None for the weights' own.

    Raises SelectionError for a size out of range, and for a width and a height of the
    whole picture, whose aspect is its own.
    """
    fit = fit or preprocessing.fit
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
    is_own = size is None and fit is preprocessing.fit
    return place(
        source_size,
        patch_size=patch_size,
        size=wanted,
        fit=fit,
        resize=preprocessing.resize if is_own else None,
        own=preprocessing.details if is_own else None,
    )


def grid_of(
    source_size: tuple[int, int],
    preprocessing: Preprocessing,
    patch_size: tuple[int, int],
    *,
    size: int | tuple[int, int] | None = None,
    fit: Fit | None = None,
) -> tuple[int, int]:
    """Return (rows, cols) of the patches that a run will have; arguments as above."""
    width, height = placement_for(
        source_size, preprocessing, patch_size, size=size, fit=fit
    ).model_size
    patch_width, patch_height = patch_size
    return height // patch_height, width // patch_width
