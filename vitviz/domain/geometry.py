"""Coordinates of source pixels, model pixels and tokens, and the maps between them.

    source pixels ── resize, crop or pad ──▶ model pixels ── patches ──▶ tokens

*Source* pixels are the picture as shown. *Model* pixels are what the model was given,
after resizing and cropping or padding. *Tokens* are a row-major grid of patches behind
`num_prefix_tokens` special tokens (CLS, registers, distillation).

Points are `(x, y)` in pixels, continuous, with pixel i covering [i, i + 1). Sizes are
`(width, height)` in pixels; cells are `(row, col)`. All maps are exact.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from vitviz.errors import SelectionError

# In place of a token's index: the query of a pooling head (SigLIP's), which is no
# token.
POOL = -1
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
class Rect:
    """An axis-aligned rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    def has(self, x: float, y: float) -> bool:
        """Return whether (x, y) is inside; the left and the top edge belong to it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class PatchGrid:
    """The tokens of one input: `num_prefix_tokens`, then `rows` × `cols` patches.

    Raises ValueError for a grid without patches.
    """

    rows: int
    cols: int
    num_prefix_tokens: int = 1

    def __post_init__(self) -> None:
        if self.rows < 1 or self.cols < 1 or self.num_prefix_tokens < 0:
            raise ValueError(f"not a grid: {self}")

    @property
    def num_patches(self) -> int:
        """Number of patches, R·C."""
        return self.rows * self.cols

    @property
    def num_tokens(self) -> int:
        """Number of tokens, N = P + R·C."""
        return self.num_prefix_tokens + self.num_patches

    def token(self, row: int, col: int) -> int:
        """Return the index of the patch token at (row, col), in [P, N).

        Raises SelectionError outside the grid.
        """
        if not (0 <= row < self.rows and 0 <= col < self.cols):
            raise SelectionError(
                "There is no patch ({row}, {col}): rows go from 0 to {last_row}, "
                "columns from 0 to {last_col}.",
                row=row,
                col=col,
                last_row=self.rows - 1,
                last_col=self.cols - 1,
            )
        return self.num_prefix_tokens + row * self.cols + col

    def cell(self, token: int) -> tuple[int, int] | None:
        """Return (row, col) of a patch token; None for a special token and for `POOL`.

        Raises SelectionError outside [0, N).
        """
        if token == POOL:
            return None
        if not 0 <= token < self.num_tokens:
            raise SelectionError(
                "There is no token {token}: tokens go from 0 to {last}.",
                token=token,
                last=self.num_tokens - 1,
            )
        patch = token - self.num_prefix_tokens
        return divmod(patch, self.cols) if patch >= 0 else None


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


def prefix_names(count: int) -> tuple[str, ...]:
    """Return names for special tokens of which only the number is known."""
    return ("cls", *(f"reg{i}" for i in range(count - 1)))[:count]


@dataclass(frozen=True, slots=True)
class Bins:
    """An axis of tokens in bins: one for each special token, patches by `block`."""

    num_tokens: int
    num_prefix_tokens: int
    block: int

    def __post_init__(self) -> None:
        if self.block < 1 or not 0 <= self.num_prefix_tokens <= self.num_tokens:
            raise ValueError(f"not an axis: {self}")

    @property
    def num_bins(self) -> int:
        """Number of bins, the last of which may hold fewer than `block` patches."""
        num_patches = self.num_tokens - self.num_prefix_tokens
        return self.num_prefix_tokens - (-num_patches // self.block)

    def bin_of(self, token: int) -> int:
        """Return the index of the bin that holds a token."""
        patch = token - self.num_prefix_tokens
        return token if patch < 0 else self.num_prefix_tokens + patch // self.block

    def tokens(self, index: int) -> range:
        """Return the tokens of one bin."""
        if index < self.num_prefix_tokens:
            return range(index, index + 1)
        start = self.num_prefix_tokens
        start += (index - self.num_prefix_tokens) * self.block
        return range(start, min(start + self.block, self.num_tokens))

    @classmethod
    def fitting(cls, num_tokens: int, num_prefix_tokens: int, limit: int) -> Bins:
        """Return the finest bins of which the patches make at most `limit`."""
        num_patches = num_tokens - num_prefix_tokens
        return cls(num_tokens, num_prefix_tokens, max(1, -(-num_patches // limit)))
