"""How the numbers of a file become a picture's colours: stretch, bands, frame, plane.

Pictures of 8 bits a value are shown as they are. Files of measurements (microscopes,
satellites, scanners) hold numbers of which a screen shows a part; which part is chosen
here, the same in window, command line and Python.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from vitviz.domain.number_text import decimal_number, whole_number

MAX_BAND = 65_535
# That can be chosen at once.
MOST_BANDS = 64
MAX_FRAME = 999_999


class StretchKind(enum.Enum):
    """From where the two values come that are shown as black and as white."""

    # The type's range for a picture that fills it, else percentiles 0.1 and 99.9.
    AUTO = "auto"
    # What the type of number can hold: 0 to 65535 of 16 bits, 0 to 1 with a fraction.
    FULL = "full"
    # The lowest and the highest value that is there.
    RANGE = "range"
    PERCENTILES = "percentiles"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which values are shown as black and as white.

    low, high : percentiles, or values of the file, by the kind.

    Raises ValueError for a low end that is not below the high one.
    """

    kind: StretchKind = StretchKind.AUTO
    low: float = 0.1
    high: float = 99.9

    def __post_init__(self) -> None:
        if not -math.inf < self.low < self.high < math.inf:
            raise ValueError(f"not a stretch: {self.low} to {self.high}")
        if self.kind is StretchKind.PERCENTILES:
            if not 0 <= self.low < self.high <= 100:
                raise ValueError(f"not percentiles: {self.low} to {self.high}")

    def __str__(self) -> str:
        """Return the stretch as `stretch_of` reads it."""
        match self.kind:
            case StretchKind.PERCENTILES:
                return f"{self.low:g}-{self.high:g}"
            case StretchKind.VALUES:
                return f"{self.low!r},{self.high!r}"
            case kind:
                return str(kind.value)


class Plane(enum.Enum):
    """Through a body in a scanner, how slices are cut."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is shown of a file that holds more than a picture of 8 bits.

    Raises ValueError for bands or a frame that no file has.
    """

    stretch: Stretch = Stretch()
    # From 1, as in remote sensing: one as grey, three as red, green and blue. Of other
    # numbers the first three are shown, of two the first; a network of many channels
    # takes them in this order. Empty: the file's own.
    bands: tuple[int, ...] = ()
    # Frame, page or slice, from 0. None: the first, of a volume the middle one.
    frame: int | None = None
    plane: Plane = Plane.AXIAL

    def __post_init__(self) -> None:
        if len(self.bands) > MOST_BANDS:
            raise ValueError(f"{len(self.bands)} bands")
        if not all(1 <= band <= MAX_BAND for band in self.bands):
            raise ValueError(f"not bands: {self.bands}")
        if self.frame is not None and not 0 <= self.frame <= MAX_FRAME:
            raise ValueError(f"not a frame: {self.frame}")


AS_IT_IS = Reading()


def stretch_of(text: str) -> Stretch | None:
    """Return the stretch of `auto`, `full`, `range`, `2-98` or `LOW,HIGH`.

    None for any other text.
    """
    if text in ("auto", "full", "range"):
        return Stretch(StretchKind(text))
    low, comma, high = text.partition(",")
    kind = StretchKind.VALUES
    if not comma:
        low, _, high = text.partition("-")
        kind = StretchKind.PERCENTILES
    ends = decimal_number(low.strip()), decimal_number(high.strip())
    try:
        return Stretch(kind, *ends)
    except ValueError:
        return None


def bands_of(text: str) -> tuple[int, ...] | None:
    """Return the bands of `4`, `4,3,2` or more numbers; None for any other text."""
    parts = text.split(",", MOST_BANDS)
    found = [whole_number(one.strip(), 1, MAX_BAND) for one in parts]
    bands = tuple(one for one in found if one is not None)
    return bands if len(bands) == len(found) <= MOST_BANDS else None
