"""Likeness of a feature to those of the reference pictures.

    likeness_r = cos(f − m, f_r − m),   m the mean of the reference pictures' features

Without m, all features of a model share a direction that says nothing of the picture,
and all cosines are high: see docs/decisions/0045-most-like.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceFeatures:
    """What a model answers to each reference picture.

    names : of the R pictures.
    values : (R, C) float32, a feature each.
    """

    names: tuple[str, ...]
    values: Array

    def __post_init__(self) -> None:
        """Raise unless there is one feature for each name."""
        assert self.values.ndim == 2
        assert len(self.names) == len(self.values)

    def likeness(self, feature: Array) -> Likeness | None:
        """Return the likeness of a feature, (C,), to each; None if it is not finite.

        A feature without any length once it is centred is like none: all are 0.
        """
        wide = self.values.astype(np.float64)
        mean = wide.mean(axis=0)
        centred, own = wide - mean, feature.astype(np.float64) - mean
        if not np.isfinite(own).all() or not np.isfinite(centred).all():
            return None
        lengths = np.linalg.norm(centred, axis=1) * np.linalg.norm(own)
        dots = centred @ own  # (R, C) @ (C,)
        cosines = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)
        return Likeness(self.names, cosines.clip(-1, 1).astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How like each reference picture one feature is.

    cosines : (R,) float32 in [−1, 1], of centred features.
    """

    names: tuple[str, ...]
    cosines: Array

    def order(self) -> tuple[int, ...]:
        """Return the indices of the pictures, the most like first."""
        return tuple(map(int, np.argsort(-self.cosines, kind="stable")))

    def change_to(self, other: Likeness) -> float:
        """Return the mean absolute difference of all cosines, in [0, 2]."""
        apart = np.abs(other.cosines.astype(np.float64) - self.cosines)
        return float(apart.mean())
