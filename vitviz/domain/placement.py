"""Placement of the model's input on the picture: crop, whole picture or letterbox.

    source pixels ── resize, crop or pad ──▶ model pixels

See `domain.geometry` for the coordinates. All maps are exact.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from vitviz.domain.geometry import PatchGrid, Rect
from vitviz.errors import SelectionError

# Longest side of a model's input; a picture is not prepared beyond it.
MAX_SIDE_PX = 8192


class Fit(enum.Enum):
    """Ways to bring a picture to the model's size."""

    # Resized to cover the input, of which the centre stays: the model misses the
    # margins.
    CROP = "crop"
    # All of it at the picture's own aspect, on a grid that need not be square.
    WHOLE = "whole"
    # All of it at the picture's own aspect, padded to the input.
    LETTERBOX = "letterbox"


@dataclass(frozen=True, slots=True)
class Placement:
    """The position of the model's input on the picture.

    The picture of `source_size` is resized to `resized_size`; the model sees the window
    of `model_size` whose top left corner is at `offset` in the resized picture. A
    negative offset is padding. All four are in pixels, (width, height) or (x, y).
    """

    source_size: tuple[int, int]
    resized_size: tuple[int, int]
    offset: tuple[int, int]
    model_size: tuple[int, int]
    fit: Fit
    # What was rounded, to be shown; empty if nothing was.
    note: str = ""

    def to_model(self, x: float, y: float) -> tuple[float, float]:
        """Return the model pixel of a source pixel; it may lie outside the input."""
        return (
            x * self.resized_size[0] / self.source_size[0] - self.offset[0],
            y * self.resized_size[1] / self.source_size[1] - self.offset[1],
        )

    def to_source(self, x: float, y: float) -> tuple[float, float]:
        """Return the source pixel of a model pixel; it may lie outside the picture."""
        return (
            (x + self.offset[0]) * self.source_size[0] / self.resized_size[0],
            (y + self.offset[1]) * self.source_size[1] / self.resized_size[1],
        )

    def input_rect(self) -> Rect:
        """Return the model's whole input in source pixels, padding included."""
        left, top = self.to_source(0, 0)
        right, bottom = self.to_source(*self.model_size)
        return Rect(left, top, right - left, bottom - top)

    def seen_rect(self) -> Rect:
        """Return the part of the picture that the model saw, in source pixels."""
        whole = self.input_rect()
        left, top = max(whole.x, 0.0), max(whole.y, 0.0)
        right = min(whole.x + whole.width, float(self.source_size[0]))
        bottom = min(whole.y + whole.height, float(self.source_size[1]))
        return Rect(left, top, right - left, bottom - top)

    def cell_at(self, x: float, y: float, grid: PatchGrid) -> tuple[int, int] | None:
        """Return the cell under a source pixel; None outside what the model saw."""
        if not self.seen_rect().has(x, y):
            return None
        model_x, model_y = self.to_model(x, y)
        row = int(model_y * grid.rows / self.model_size[1])
        col = int(model_x * grid.cols / self.model_size[0])
        return min(max(row, 0), grid.rows - 1), min(max(col, 0), grid.cols - 1)

    def cell_rect(self, row: int, col: int, grid: PatchGrid) -> Rect:
        """Return a cell's rectangle in source pixels; it may reach into the padding."""
        width = self.model_size[0] / grid.cols
        height = self.model_size[1] / grid.rows
        left, top = self.to_source(col * width, row * height)
        right, bottom = self.to_source((col + 1) * width, (row + 1) * height)
        return Rect(left, top, right - left, bottom - top)


def place(
    source_size: tuple[int, int],
    *,
    patch_size: tuple[int, int],
    size: tuple[int, int],
    fit: Fit = Fit.CROP,
    resize: int | None = None,
) -> Placement:
    """Return the position of the model's input on a picture of `source_size`.

    size : (width, height) asked for, rounded to multiples of `patch_size`. For
        `Fit.WHOLE` its shorter side is the input's shorter side.
    resize : for `Fit.CROP`, the shorter side the picture is resized to before the
        crop (torchvision's and timm's two-step transform); None leaves no margin.

    All in pixels. Raises SelectionError for a side below 1 px or above `MAX_SIDE_PX`.
    """
    source_w, source_h = source_size
    if source_w < 1 or source_h < 1:
        raise ValueError(f"empty picture: {source_size}")
    if fit is Fit.WHOLE:
        short = min(size)
        scale = Fraction(short, min(source_size))
        size = (max(1, round(source_w * scale)), max(1, round(source_h * scale)))
    model_w, model_h = (_round_to(side, p) for side, p in zip(size, patch_size))
    note = ""
    if (model_w, model_h) != tuple(size):
        note = f"{size[0]}×{size[1]} rounded to {model_w}×{model_h}"
    if max(model_w, model_h) > MAX_SIDE_PX:
        raise SelectionError(
            "An input of {width}×{height} px is too large: a side may have "
            "{limit} px. Choose a smaller size, or crop the picture.",
            width=model_w,
            height=model_h,
            limit=MAX_SIDE_PX,
        )
    model_size = (model_w, model_h)
    if fit is Fit.WHOLE:
        return Placement(source_size, model_size, (0, 0), model_size, fit, note)
    if fit is Fit.LETTERBOX:
        scale = min(Fraction(model_w, source_w), Fraction(model_h, source_h))
        resized = (max(1, round(source_w * scale)), max(1, round(source_h * scale)))
        offset = (-((model_w - resized[0]) // 2), -((model_h - resized[1]) // 2))
        return Placement(source_size, resized, offset, model_size, fit, note)
    resized = _cover(source_size, model_size, resize)
    # torchvision's center_crop: int(round(margin / 2)), ties to even
    offset = (
        round((resized[0] - model_w) / 2),
        round((resized[1] - model_h) / 2),
    )
    return Placement(source_size, resized, offset, model_size, fit, note)


def _round_to(side: int, patch: int) -> int:
    """Return the multiple of `patch` nearest to `side`, at least one patch."""
    if side < 1:
        raise SelectionError("A size must be at least 1 px, not {side}.", side=side)
    return max(1, (2 * side + patch) // (2 * patch)) * patch


def _cover(
    source_size: tuple[int, int], model_size: tuple[int, int], resize: int | None
) -> tuple[int, int]:
    """Return the size of the resized picture that covers `model_size`."""
    source_w, source_h = source_size
    if model_size[0] == model_size[1]:
        # torchvision's Resize(int): the longer side is truncated, not rounded
        short = max(resize or 0, model_size[0])
        if source_w <= source_h:
            return short, int(short * source_h / source_w)
        return int(short * source_w / source_h), short
    scale = max(Fraction(model_size[0], source_w), Fraction(model_size[1], source_h))
    if resize is not None:
        scale = max(scale, Fraction(resize, min(source_size)))
    return (
        max(model_size[0], round(source_w * scale)),
        max(model_size[1], round(source_h * scale)),
    )
