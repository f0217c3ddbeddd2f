"""From attention values to colours: levels, ticks, lookup tables. No Qt."""

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

COLORMAPS = ("viridis", "cividis", "magma", "inferno", "gray")
"""Names offered, the default first; all but magma and inferno are safe for
colour-blind eyes by design, and those two are monotonous in lightness."""

DIVERGING = "blue to orange"
"""For differences: zero is neutral, both ends are told apart by every eye."""
_ENDS = ((0, 90, 181), (247, 247, 247), (220, 85, 0))


class Meaning(enum.Enum):
    """Colours that mean the same everywhere (Okabe and Ito)."""

    QUERY = "#E69F00"
    KEY = "#56B4E9"
    VALUE = "#009E73"
    SPECIAL = "#CC79A7"
    WARNING = "#D55E00"


@dataclass(frozen=True, slots=True)
class Levels:
    """What the two ends of the colour bar stand for."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(f"not levels: {self}")

    def fraction(self, values: Array) -> Array:
        """Position along the colour bar, clipped to [0, 1]; NaN becomes 0."""
        if self.log:
            low, high = math.log(self.low), math.log(self.high)
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log(np.maximum(values, np.float32(self.low)))
        else:
            low, high = self.low, self.high
        scaled = (values - np.float32(low)) / np.float32(high - low)
        fraction = np.clip(np.nan_to_num(scaled, nan=0.0), 0.0, 1.0)
        return np.asarray(fraction, np.float32)

    def position(self, value: float) -> float | None:
        """Position of one value along the bar, None outside it."""
        if not self.low <= value <= self.high:
            return None
        return float(self.fraction(np.array([value], np.float32))[0])

    def ticks(self) -> tuple[float, ...]:
        """Three to five readable values between the ends."""
        return _log_ticks(self) if self.log else _linear_ticks(self)


def levels_for(
    values: Array, *, log: bool = False, clip_percent: float = 0.0
) -> Levels:
    """Levels from 0 to the largest value, or to the percentile that is asked for.

    The bar begins at 0, not at the smallest value: a flat map looks flat. A log bar
    begins at a thousandth of its end.
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        high = 0.0
    elif clip_percent:
        high = float(np.percentile(finite, 100 - clip_percent))
    else:
        high = float(finite.max())
    if not high > 0:
        high = 1e-12
    return Levels(high / 1000 if log else 0.0, high, log)


@cache
def lookup_table(name: str) -> Bytes:
    """(256, 3) uint8 colours of a map, from low to high. KeyError if unknown."""
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
    """(…, 3) uint8 colours of fractions in [0, 1]."""
    index = np.rint(fraction * 255).astype(np.uint8)
    colours: Bytes = lookup_table(name)[index]
    return colours


def _linear_ticks(levels: Levels) -> tuple[float, ...]:
    span = levels.high - levels.low
    power = 10.0 ** math.floor(math.log10(span / 4))
    steps = [f * power for f in (1, 2, 2.5, 5, 10, 20, 25)]
    step = next(s for s in steps if span / s <= 4.5)
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
