"""Colour scales of maps: levels, ticks and colour lookup tables.

    values ── levels_for ──► Levels ── fraction ──► [0, 1] ── rgb ──► (…, 3) uint8

Neither Qt nor torch is loaded.
"""

from __future__ import annotations

import enum
import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from vitviz.system.paths import resource

Array = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

# Names offered. All but magma and inferno are designed for
# colour-blind eyes; those two are monotonic in lightness.
COLORMAPS = ("viridis", "cividis", "magma", "inferno", "gray")

# Colour map of differences: zero is neutral, and colour-blind eyes can distinguish the
# ends as well.
DIVERGING = "blue to orange"
_ENDS = ((0, 90, 181), (247, 247, 247), (220, 85, 0))


class Meaning(enum.Enum):
    """Colours that mean the same everywhere, of the palette by Okabe and Ito."""

    QUERY = "#E69F00"
    KEY = "#56B4E9"
    VALUE = "#009E73"
    SPECIAL = "#CC79A7"
    WARNING = "#D55E00"


@dataclass(frozen=True, slots=True)
class Levels:
    """Values at the two ends of a linear or logarithmic colour bar."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(f"not levels: {self}")

    def fraction(self, values: Array) -> Array:
        """Return positions along the bar, float32, clipped to [0, 1]; NaN becomes 0."""
        if self.log:
            low, high = math.log(self.low), math.log(self.high)
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log(np.maximum(values, np.float32(self.low)))
        else:
            low, high = self.low, self.high
        scaled = (values - np.float32(low)) / np.float32(high - low)
        # fmax takes the 0 where the other value is NaN
        return np.asarray(np.minimum(np.fmax(scaled, 0.0), 1.0), np.float32)

    def position(self, value: float) -> float | None:
        """Return the position of a value along the bar, in [0, 1]; None outside it."""
        if not self.low <= value <= self.high:
            return None
        return float(self.fraction(np.array([value], np.float32))[0])

    def ticks(self) -> tuple[float, ...]:
        """Return two to five round values between the ends, ascending."""
        return _log_ticks(self) if self.log else _linear_ticks(self)


def is_scale(low: float, high: float) -> bool:
    """Return whether a bar can have ends that were asked for.

    Neither below 0, and single precision must be able to tell them apart.
    """
    return 0 <= low < high <= 1e30 and high - low >= max(1e-30, 1e-6 * high)


def levels_for(
    values: Array, *, log: bool = False, clip_percent: float = 0.0
) -> Levels:
    """Return levels from 0 to the largest value, or to a percentile.

    The bar begins at 0, not at the smallest value, so that a flat map looks flat. A
    logarithmic bar begins at a thousandth of its end.

    values : of any shape; those that are not finite are ignored.
    clip_percent : share of the largest values that lie beyond the end, in [0, 100).
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        high = 0.0
    else:
        high = _percentile(finite, 100 - clip_percent) if clip_percent else 0.0
        # also where so few values are above 0 that the percentile is not
        high = high if high > 0 else float(finite.max())
    # no values, or none above 0: levels need an end that is larger than their start
    if not high > 0:
        high = 1e-12
    return Levels(high / 1000 if log else 0.0, high, log)


def _percentile(values: Array, percent: float) -> float:
    """Return `np.percentile` of finite values; every click asks for one a small map.

    The library's function takes ten times as long for so few values.
    """
    place = (values.size - 1) * (percent / 100)
    below = int(place)
    above = min(below + 1, values.size - 1)
    ordered = np.partition(values, (below, above), axis=None)
    low, high = ordered[below], ordered[above]
    share, step = place - below, high - low
    return float(low + step * share if share < 0.5 else high - step * (1 - share))


@cache
def lookup_table(name: str) -> Bytes:
    """Return the colours of a colour map from low to high, (256, 3) uint8.

    The table is shared by all callers: do not write to it.

    name : one of `COLORMAPS`, or `DIVERGING`; any other raises KeyError.
    """
    if name == "gray":
        return np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    if name == DIVERGING:
        places = np.linspace(0, 2, 256)
        channels = [
            np.interp(places, (0, 1, 2), end) for end in zip(*_ENDS, strict=True)
        ]
        return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    tables: dict[str, Any] = json.loads(
        resource("colormaps.json").read_text(encoding="utf-8")
    )
    return np.frombuffer(bytes.fromhex(tables[name]), dtype=np.uint8).reshape(256, 3)


def rgb(fraction: Array, name: str) -> Bytes:
    """Return the colours of fractions in [0, 1]: (…) → (…, 3) uint8."""
    index = np.rint(fraction * 255).astype(np.uint8)
    colours: Bytes = lookup_table(name)[index]
    return colours


def _linear_ticks(levels: Levels) -> tuple[float, ...]:
    span = levels.high - levels.low
    power = 10.0 ** math.floor(math.log10(span / 4))
    steps = [f * power for f in (1, 2, 2.5, 5, 10, 20, 25)]
    step = next(s for s in steps if span / s <= 4.5)
    # 1e-9: an end that is a multiple of the step counts in spite of rounding
    first = math.ceil(levels.low / step - 1e-9)
    last = math.floor(levels.high / step + 1e-9)
    return tuple(float(f"{i * step:.6g}") for i in range(first, last + 1))


def _log_ticks(levels: Levels) -> tuple[float, ...]:
    first = math.ceil(math.log10(levels.low) - 1e-9)
    last = math.floor(math.log10(levels.high) + 1e-9)
    powers = [float(f"1e{i}") for i in range(first, last + 1)]
    if len(powers) >= 3:
        return tuple(powers[:: max(1, math.ceil(len(powers) / 5))])
    mids = [f * p for p in powers for f in (1, 3)]
    inside = [m for m in mids if levels.low <= m <= levels.high]
    return tuple(inside) if len(inside) >= 2 else (levels.low, levels.high)
