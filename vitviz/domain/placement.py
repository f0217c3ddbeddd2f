"""Placement of the model's input on the picture: crop, whole, letterbox or squeeze.

    source pixels ── resize, crop or pad ──▶ model pixels

See `domain.geometry` for the coordinates. All maps are exact.
"""

from __future__ import annotations

import enum
import math
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
    # All of it, both sides resized to the input's whatever the picture's aspect.
    SQUEEZE = "squeeze"


@dataclass(frozen=True, slots=True)
class PlacementDetails:
    """What libraries do differently where a picture is placed as in training."""

    # Otherwise the picture enters pixel for pixel, cropped or padded.
    is_resized: bool = True
    # Pixels that the longer side may have for `Fit.WHOLE`; None: any number.
    longest: int | None = None
    # Whether padding is at right and bottom alone.
    pads_end: bool = False
    # Half of an odd margin is rounded down, and a picture smaller than the crop is
    # padded, as transformers does; torchvision and timm round half to even.
    rounds_down: bool = False
    # Sides are rounded to multiples of it, in model pixels; down for `Fit.WHOLE`
    # without `scales_least` (YOLOS).
    multiple: int = 1
    # For `Fit.WHOLE`, whichever of the two sides changes less gets that of the input
    # (DPT, Depth Anything), and not the shorter one.
    scales_least: bool = False


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
    resize: int | tuple[int, int] | None = None,
    own: PlacementDetails | None = None,
) -> Placement:
    """Return the position of the model's input on a picture of `source_size`.

    size : (width, height) asked for. For `Fit.WHOLE` its shorter side is the input's
        shorter side.
    resize : what the picture is resized to before the rest; None leaves no margin. For
        `Fit.CROP` its shorter side (torchvision's and timm's two-step transform), for
        `Fit.LETTERBOX` its longer side; (width, height) for `Fit.SQUEEZE` both sides,
        for `Fit.WHOLE` those that it must not exceed.
    own : to place as the weights were trained. A rest that fills no patch is then cut
        off at right and bottom, as a model's patches leave it out; without, `size` is
        rounded to multiples of `patch_size`.

    All in pixels. Raises SelectionError for a side below 1 px or above `MAX_SIDE_PX`.
    """
    if min(source_size) < 1:
        raise ValueError(f"empty picture: {source_size}")
    if own is not None and min(size) >= 1:
        return _place_as_trained(source_size, patch_size, size, fit, resize, own)
    source_w, source_h = source_size
    if fit is Fit.WHOLE:
        scale = Fraction(min(size), min(source_size))
        size = (max(1, round(source_w * scale)), max(1, round(source_h * scale)))
    model_w, model_h = (_round_to(side, p) for side, p in zip(size, patch_size))
    note = ""
    if (model_w, model_h) != tuple(size):
        note = f"{size[0]}×{size[1]} rounded to {model_w}×{model_h}"
    model_size = (model_w, model_h)
    _require_size(model_size)
    if fit is Fit.WHOLE or fit is Fit.SQUEEZE:
        return Placement(source_size, model_size, (0, 0), model_size, fit, note)
    if fit is Fit.LETTERBOX:
        resized = _inside(source_size, model_size)
        offset = (-((model_w - resized[0]) // 2), -((model_h - resized[1]) // 2))
        return Placement(source_size, resized, offset, model_size, fit, note)
    resized = _cover(source_size, model_size, _side(resize))
    offset = (_margin(resized[0] - model_w), _margin(resized[1] - model_h))
    return Placement(source_size, resized, offset, model_size, fit, note)


def _place_as_trained(
    source_size: tuple[int, int],
    patch_size: tuple[int, int],
    size: tuple[int, int],
    fit: Fit,
    resize: int | tuple[int, int] | None,
    own: PlacementDetails,
) -> Placement:
    """Return the placement that a library's own preprocessing makes; see `place`."""
    window = size
    if not own.is_resized:
        resized = source_size
    elif fit is Fit.SQUEEZE:
        resized = _multiples(_two(size if resize is None else resize), own.multiple)
    elif fit is Fit.WHOLE and own.scales_least:
        scales = (side / s for side, s in zip(size, source_size, strict=True))
        scale = min(scales, key=_change)
        width, height = (scale * side for side in source_size)
        resized = _multiples((width, height), own.multiple)
    elif fit is Fit.WHOLE:
        width, height = _whole(source_size, min(size), resize, own.longest)
        resized = _floor(width, own.multiple), _floor(height, own.multiple)
    elif fit is Fit.LETTERBOX:
        longest = None if resize is None else max(_two(resize))
        resized = _inside(source_size, size, longest, rounds_up=own.pads_end)
    elif own.rounds_down:
        resized = _shorter_to(source_size, _side(resize) or min(size))
    else:
        resized = _cover(source_size, size, _side(resize))
    if fit is Fit.WHOLE or (fit is Fit.SQUEEZE and resize is None):
        window, offset = resized, (0, 0)
    elif own.pads_end:
        offset = (0, 0)
    else:
        offset = (
            _margin(resized[0] - window[0], rounds_down=own.rounds_down),
            _margin(resized[1] - window[1], rounds_down=own.rounds_down),
        )
    model_w, model_h = (
        max(side // patch, 1) * patch
        for side, patch in zip(window, patch_size, strict=True)
    )
    note = ""
    if (model_w, model_h) != window:
        note = f"{window[0]}×{window[1]} cut to {model_w}×{model_h}"
    model_size = (model_w, model_h)
    _require_size(model_size)
    return Placement(source_size, resized, offset, model_size, fit, note)


def _require_size(size: tuple[int, int]) -> None:
    """Raise SelectionError for an input with a side above `MAX_SIDE_PX`."""
    if max(size) > MAX_SIDE_PX:
        raise SelectionError(
            "An input of {width}×{height} px is too large: a side may have "
            "{limit} px. Choose a smaller size, or crop the picture.",
            width=size[0],
            height=size[1],
            limit=MAX_SIDE_PX,
        )


def _round_to(side: int, patch: int) -> int:
    """Return the multiple of `patch` nearest to `side`, at least one patch."""
    if side < 1:
        raise SelectionError("A size must be at least 1 px, not {side}.", side=side)
    return max(1, (2 * side + patch) // (2 * patch)) * patch


def _two(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _side(value: int | tuple[int, int] | None) -> int | None:
    return min(value) if isinstance(value, tuple) else value


def _multiples(size: tuple[float, float], multiple: int) -> tuple[int, int]:
    """Return the size, rounded to multiples, as DPT rounds it."""
    width, height = (max(round(side / multiple), 1) * multiple for side in size)
    return width, height


def _floor(side: int, multiple: int) -> int:
    return max(side // multiple, 1) * multiple


def _change(scale: float) -> float:
    return abs(1 - scale)


def _margin(difference: int, *, rounds_down: bool = False) -> int:
    """Return the pixels of one margin of two; below 0 it is padding."""
    if difference < 0:
        return -(-difference // 2)
    if rounds_down:
        return difference // 2
    # torchvision's center_crop: int(round(margin / 2)), ties to even
    return round(difference / 2)


def _shorter_to(source_size: tuple[int, int], short: int) -> tuple[int, int]:
    """Return the size with that shorter side, as torchvision's Resize(int) has it."""
    source_w, source_h = source_size
    # the longer side is truncated, not rounded
    if source_w <= source_h:
        return short, int(short * source_h / source_w)
    return int(short * source_w / source_h), short


def _whole(
    source_size: tuple[int, int],
    short: int,
    box: int | tuple[int, int] | None,
    longest: int | None,
) -> tuple[int, int]:
    """Return the size of the whole picture, as transformers resizes it."""
    if isinstance(box, tuple):
        scale = min(box[0] / source_size[0], box[1] / source_size[1])
        return max(1, int(source_size[0] * scale)), max(1, int(source_size[1] * scale))
    least, most = min(source_size), max(source_size)
    if longest is not None and most / least * short > longest:
        exact = longest * least / most
        sides = max(1, round(exact)), max(1, int(exact * most / least))
        return sides if source_size[0] <= source_size[1] else (sides[1], sides[0])
    return _shorter_to(source_size, short)


def _inside(
    source_size: tuple[int, int],
    box: tuple[int, int],
    longest: int | None = None,
    *,
    rounds_up: bool = False,
) -> tuple[int, int]:
    """Return the size of the whole picture in a box, or with that longer side.

    rounds_up : whether halves are rounded up (SAM's way), and not to even.
    """
    if longest is None:
        scale = min(Fraction(b, s) for b, s in zip(box, source_size, strict=True))
    else:
        scale = Fraction(longest, max(source_size))
    width, height = (
        math.floor(side * scale + Fraction(1, 2)) if rounds_up else round(side * scale)
        for side in source_size
    )
    return max(1, width), max(1, height)


def _cover(
    source_size: tuple[int, int], model_size: tuple[int, int], resize: int | None
) -> tuple[int, int]:
    """Return the size of the resized picture that covers `model_size`."""
    source_w, source_h = source_size
    if model_size[0] == model_size[1]:
        return _shorter_to(source_size, max(resize or 0, model_size[0]))
    scale = max(Fraction(model_size[0], source_w), Fraction(model_size[1], source_h))
    if resize is not None:
        scale = max(scale, Fraction(resize, min(source_size)))
    return (
        max(model_size[0], round(source_w * scale)),
        max(model_size[1], round(source_h * scale)),
    )
