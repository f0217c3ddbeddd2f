"""Numbers of a file to 8 bits: bands are chosen, values stretched, no-data left out.

    Samples ── bands ── stretch ──► L or RGB of Pillow's, with transparency

What was done is said in notes, the values that became black and white among it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import PIL.Image

from vitviz.errors import ImageError, Phrase
from vitviz.pictures.colour_tags import FileColours
from vitviz.pictures.reading import Reading, Stretch, StretchKind

Numbers = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

# Percentiles of more values than this are those of so many, evenly spaced.
_MOST_COUNTED = 4_000_000
# A picture fills the range of its type if its 99.9th percentile is above this share.
# Twelve bits in sixteen do not, photographs do.
_LEAST_FILLED = 0.25
_USUAL = Stretch(StretchKind.PERCENTILES)
NO_DATA = Phrase("Pixels without data shown on white.")
# Values with a fraction are computed for so many pixels at a time.
_PART_PIXELS = 2**20
# Of all bands together, for networks of many channels.
_MOST_BYTES = 2**30


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The numbers of a picture, as its file holds them.

    values : (H, W, bands), of any kind of number.
    """

    values: Numbers
    # The largest value of its type; 0 where the type has none that means white.
    highest: float = 0.0
    # Whether the bands are red, green and blue: stretched together.
    is_colour: bool = False
    # (H, W) uint8, 255 where it is opaque.
    alpha: npt.NDArray[np.uint8] | None = None
    # Pixels with this value in all bands were not measured.
    no_data: float | None = None
    # Values that the file itself names for black and white.
    window: tuple[float, float] | None = None
    # Whether the lowest value is white.
    is_inverted: bool = False

    @property
    def num_bands(self) -> int:
        """Values of a pixel."""
        return int(self.values.shape[2])


@dataclass(frozen=True, slots=True, eq=False)
class FilePicture:
    """What a library has read of a file.

    samples : its numbers; None where `jpeg` holds a picture.
    orientation : as in EXIF, 1 to 8.
    num_frames : that could be chosen.
    jpeg : the bytes of a preview.
    """

    samples: Samples | None
    colours: FileColours = FileColours()
    orientation: int = 1
    num_frames: int = 1
    has_planes: bool = False
    jpeg: bytes = b""


class MissingLibrary(Exception):
    """A library that is an extra and is not installed: its name, and the extra's."""


def frame_in(reading: Reading, num_frames: int, name: str, first: int = 0) -> int:
    """Return the frame that is asked for, or `first`. Raises ImageError."""
    frame = first if reading.frame is None else reading.frame
    if frame < num_frames:
        return frame
    raise ImageError(
        "{name} has {count} frames, from 0 to {last}, and no frame {frame}. Choose "
        "another with --frame, or under Size.",
        name=name,
        count=num_frames,
        last=num_frames - 1,
        frame=frame,
    )


@dataclass(frozen=True, slots=True)
class FileValues:
    """What a file holds that can be chosen by a `Reading`."""

    num_bands: int = 1
    num_frames: int = 1
    # Of the bands that are shown.
    lowest: float = 0.0
    highest: float = 255.0
    # Whether its values are others than 0 to 255, so that they are stretched.
    is_deep: bool = False
    # Whether its frames are slices of a body, which can be cut in three planes.
    has_planes: bool = False

    @property
    def offers_a_choice(self) -> bool:
        """Whether more is in the file than an ordinary picture."""
        return self.is_deep or self.num_bands > 3 or self.num_frames > 1


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Numbers as a picture, and what they were."""

    # L, RGB, LA or RGBA.
    picture: PIL.Image.Image
    values: FileValues
    # (H, W, n) uint8, for networks of many channels; None where there are one or three.
    bands: npt.NDArray[np.uint8] | None
    # Whether it is as any programme shows it, so that a colour profile holds.
    is_plain: bool


def show(samples: Samples, reading: Reading, name: str, notes: list[Phrase]) -> Shown:
    """Return the picture of these numbers.

    notes : gets a sentence for each thing that was chosen or changed.

    Raises ImageError for a band that the file lacks.
    """
    shown = _chosen(samples, reading, name, notes)
    there = _is_there(shown, samples.no_data)
    kept = shown if there is None else shown[there][:, None]  # (pixels, 1, bands)
    is_joint = samples.is_colour or shown.shape[2] == 1
    parts = [kept] if is_joint else [kept[..., i] for i in range(shown.shape[2])]
    ends = [_ends(part, samples, reading.stretch) for part in parts]
    is_eight = samples.values.dtype == np.uint8
    is_plain = all(kind is StretchKind.FULL for kind, _, _ in ends)
    if not (is_eight and is_plain):
        notes.append(_note(ends, reading.stretch, samples.window))
    made = np.empty(shown.shape, np.uint8)
    for band in range(shown.shape[2]):
        _, low, high = ends[0 if is_joint else band]
        made[..., band] = _scaled(shown[..., band], low, high)
    if samples.is_inverted:
        np.subtract(255, made, out=made)
    alpha = samples.alpha
    if there is not None and not there.all():
        alpha = np.where(there, 255 if alpha is None else alpha, 0).astype(np.uint8)
        notes.append(NO_DATA)
    values = kept[np.isfinite(kept)] if kept.dtype.kind == "f" else kept
    span = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    return Shown(
        _image(made, alpha),
        FileValues(samples.num_bands, 1, *span, is_deep=not is_eight),
        _bands(samples, reading),
        is_plain,
    )


def _bands(samples: Samples, reading: Reading) -> npt.NDArray[np.uint8] | None:
    """Return all bands, or those that were asked for, each stretched as the picture is.

    None for one or three, which the picture holds, and for more than `_MOST_BYTES`.
    Pixels that were not measured are 0.
    """
    wanted = reading.bands
    if len(wanted) in (0, 1, 3):
        wanted = tuple(range(1, samples.num_bands + 1))
    height, width, _ = samples.values.shape
    if len(wanted) in (1, 3) or height * width * len(wanted) > _MOST_BYTES:
        return None
    there = _is_there(samples.values, samples.no_data)
    every = [samples.values[..., band - 1] for band in wanted]
    kept = every if there is None else [band[there] for band in every]
    if samples.is_colour:
        joint = _ends(np.stack(kept, axis=-1), samples, reading.stretch)
        ends = [joint] * len(every)
    else:
        ends = [_ends(band, samples, reading.stretch) for band in kept]
    made = np.empty((height, width, len(wanted)), np.uint8)
    for index, (band, (_, low, high)) in enumerate(zip(every, ends, strict=True)):
        made[..., index] = _scaled(band, low, high)
    if samples.is_inverted:
        np.subtract(255, made, out=made)
    if there is not None:
        made[~there] = 0
    return made


def _chosen(
    samples: Samples, reading: Reading, name: str, notes: list[Phrase]
) -> Numbers:
    """Return the bands to show, (H, W, 1 or 3)."""
    count = samples.num_bands
    bands = reading.bands
    if bands and max(bands) > count:
        raise ImageError(
            "{name} has {count} bands and no band {band}. Choose others with --bands, "
            "or under Size.",
            name=name,
            count=count,
            band=max(bands),
        )
    if not bands:
        bands = (1,) if count < 3 else (1, 2, 3)
        is_part = count > 3 or (count == 2 and not samples.is_colour)
    else:
        is_part = count > 1
        if len(bands) not in (1, 3):
            bands = bands[:3] if len(bands) > 3 else bands[:1]
    if is_part:
        text = "Band {bands} of {count}."
        if len(bands) == 3:
            text = "Bands {bands} of {count} as red, green and blue."
        said = {"bands": ", ".join(map(str, bands)), "count": count}
        notes.append(Phrase(text, said))
    if bands == tuple(range(1, count + 1)):
        return samples.values
    return samples.values[..., [band - 1 for band in bands]]


def _is_there(values: Numbers, no_data: float | None) -> Mask | None:
    """Return which pixels were measured, (H, W); None for all of them."""
    there: Mask | None = None
    if values.dtype.kind == "f":
        is_number = cast("Mask", ~np.isnan(values).any(axis=2))
        there = None if is_number.all() else is_number
    if no_data is not None and not np.isnan(no_data):
        is_some = cast("Mask", np.not_equal(values, no_data).any(axis=2))
        if not is_some.all():
            there = is_some if there is None else there & is_some
    return there


End = tuple[StretchKind, float, float]


def _ends(values: Numbers, samples: Samples, stretch: Stretch) -> End:
    """Return what the two ends are, and the values for black and white."""
    full = StretchKind.FULL, 0.0, samples.highest
    match stretch.kind:
        case StretchKind.FULL if samples.highest:
            return full
        case StretchKind.VALUES:
            return stretch.kind, stretch.low, stretch.high
        case StretchKind.PERCENTILES:
            return _percentiles(values, stretch, samples)
        case StretchKind.RANGE | StretchKind.FULL:
            return _range(values, samples)
    if values.dtype == np.uint8:
        return full
    if samples.window is not None:
        return StretchKind.VALUES, *samples.window
    kind, low, high = _percentiles(values, _USUAL, samples)
    if samples.highest * _LEAST_FILLED <= high <= samples.highest and low >= 0:
        return full
    return kind, low, high


def _percentiles(values: Numbers, stretch: Stretch, samples: Samples) -> End:
    """Return two percentiles; the range where they are one value."""
    flat = values.reshape(-1)
    flat = flat[:: max(1, flat.size // _MOST_COUNTED)]
    if flat.dtype.kind == "f":
        flat = flat[np.isfinite(flat)]
    if flat.size:
        low, high = np.percentile(flat, (stretch.low, stretch.high))
        if low < high:
            return StretchKind.PERCENTILES, float(low), float(high)
    return _range(values, samples)


def _range(values: Numbers, samples: Samples) -> End:
    """Return the lowest and the highest value; the type's where they are the same."""
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if values.size else (0, 0)
    if low < high:
        return StretchKind.RANGE, float(low), float(high)
    if 0 <= float(low) <= samples.highest and samples.highest:
        return StretchKind.FULL, 0.0, samples.highest
    return StretchKind.RANGE, float(low), float(low) + 1


def _note(
    ends: list[End], asked: Stretch, window: tuple[float, float] | None
) -> Phrase:
    """Return what was done: which values are black and white, and why these."""
    kinds = {kind for kind, _, _ in ends}
    lows, highs = (", ".join(f"{end[i]:g}" for end in ends) for i in (1, 2))
    values: dict[str, object] = {"low": lows, "high": highs}
    is_own = asked.kind is StretchKind.AUTO and window is not None
    if is_own:
        text = "Values from {low} to {high}, the file's own window, shown as 0–255."
    elif kinds == {StretchKind.FULL}:
        text = "Values from {low} to {high}, all of their type, shown as 0–255."
    elif kinds == {StretchKind.RANGE}:
        text = "Values from {low} to {high}, all there are, shown as 0–255."
    elif kinds == {StretchKind.PERCENTILES}:
        text = (
            "Values from {low} to {high}, percentiles {first} and {last}, shown as "
            "0–255."
        )
        used = asked if asked.kind is StretchKind.PERCENTILES else _USUAL
        values |= {"first": f"{used.low:g}", "last": f"{used.high:g}"}
    else:
        text = "Values from {low} to {high} shown as 0–255."
    return Phrase(text, values)


def _scaled(values: Numbers, low: float, high: float) -> npt.NDArray[np.uint8]:
    """Return (H, W) numbers as 0 to 255; infinite ones are at the ends, NaN is 0."""
    if values.dtype.kind in "iu" and values.dtype.itemsize <= 2:
        limits = np.iinfo(values.dtype)
        table = _scaled_part(np.arange(limits.min, limits.max + 1), low, high)
        index = values if limits.min == 0 else values.astype(np.int32) - limits.min
        looked_up: npt.NDArray[np.uint8] = table[index]
        return looked_up
    made = np.empty(values.shape, np.uint8)
    rows = max(1, _PART_PIXELS // max(1, values.shape[1]))
    for top in range(0, len(values), rows):
        made[top : top + rows] = _scaled_part(values[top : top + rows], low, high)
    return made


def _scaled_part(values: Numbers, low: float, high: float) -> npt.NDArray[np.uint8]:
    with np.errstate(over="ignore", invalid="ignore"):
        shares = (values.astype(np.float64) - low) * (255 / (high - low))
    shares = np.nan_to_num(shares, nan=0.0, posinf=255.0, neginf=0.0)
    made: npt.NDArray[np.uint8] = np.rint(np.clip(shares, 0, 255)).astype(np.uint8)
    return made


def _image(
    made: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8] | None
) -> PIL.Image.Image:
    picture = PIL.Image.fromarray(made[..., 0] if made.shape[2] == 1 else made)
    if alpha is not None:
        picture.putalpha(PIL.Image.fromarray(alpha))
    return picture
