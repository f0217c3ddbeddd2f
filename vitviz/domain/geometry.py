"""Source pixels, model pixels and tokens: how each maps to the others, exactly.

Three spaces. *Source* pixels are the picture as shown. *Model* pixels are what the
model was given, after resizing and cropping or padding. *Tokens* are a row-major grid
of patches behind `num_prefix_tokens` special tokens (CLS, registers, distillation).

Points are `(x, y)` in pixels, continuous, with pixel i covering [i, i + 1). Sizes are
`(width, height)` in pixels; cells are `(row, col)`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from vitviz.errors import SelectionError

POOL = -1
"""In place of a token: the query of a pooling head (SigLIP's), which is no token."""
MAX_SIDE_PX = 8192
"""Longest side of a model input; beyond it a picture is not prepared."""


class Fit(enum.Enum):
    """How a picture is brought to the model's size."""

    CROP = "crop"
    """Resized to cover the input, centre kept: the margins are not seen."""
    WHOLE = "whole"
    """Everything seen at the picture's own aspect, on a non-square grid."""
    LETTERBOX = "letterbox"
    """Everything seen at the picture's own aspect, padded to the input."""


@dataclass(frozen=True, slots=True)
class Rect:
    """An axis-aligned rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    def has(self, x: float, y: float) -> bool:
        """Whether (x, y) lies inside; left and top edges belong to it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class PatchGrid:
    """The tokens of one input: `num_prefix_tokens`, then `rows` × `cols` patches."""

    rows: int
    cols: int
    num_prefix_tokens: int = 1

    def __post_init__(self) -> None:
        if self.rows < 1 or self.cols < 1 or self.num_prefix_tokens < 0:
            raise ValueError(f"not a grid: {self}")

    @property
    def num_patches(self) -> int:
        """R·C."""
        return self.rows * self.cols

    @property
    def num_tokens(self) -> int:
        """N = P + R·C."""
        return self.num_prefix_tokens + self.num_patches

    def token(self, row: int, col: int) -> int:
        """Index of the patch token at (row, col).

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
        """(row, col) of a patch token, None for a special one and for POOL.

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
    """Where the model's input lies on the picture.

    The picture of `source_size` is resized to `resized_size`; the model sees the
    window of `model_size` whose top left corner is at `offset` in the resized
    picture. A negative offset is padding.
    """

    source_size: tuple[int, int]
    resized_size: tuple[int, int]
    offset: tuple[int, int]
    model_size: tuple[int, int]
    fit: Fit
    note: str = ""
    """What was rounded, for the user; empty when nothing was."""

    def to_model(self, x: float, y: float) -> tuple[float, float]:
        """Model pixel of a source pixel; may lie outside the input."""
        return (
            x * self.resized_size[0] / self.source_size[0] - self.offset[0],
            y * self.resized_size[1] / self.source_size[1] - self.offset[1],
        )

    def to_source(self, x: float, y: float) -> tuple[float, float]:
        """Source pixel of a model pixel; may lie outside the picture."""
        return (
            (x + self.offset[0]) * self.source_size[0] / self.resized_size[0],
            (y + self.offset[1]) * self.source_size[1] / self.resized_size[1],
        )

    def input_rect(self) -> Rect:
        """The model's whole input in source pixels, padding included."""
        left, top = self.to_source(0, 0)
        right, bottom = self.to_source(*self.model_size)
        return Rect(left, top, right - left, bottom - top)

    def seen_rect(self) -> Rect:
        """The part of the picture the model saw, in source pixels."""
        whole = self.input_rect()
        left, top = max(whole.x, 0.0), max(whole.y, 0.0)
        right = min(whole.x + whole.width, float(self.source_size[0]))
        bottom = min(whole.y + whole.height, float(self.source_size[1]))
        return Rect(left, top, right - left, bottom - top)

    def cell_at(self, x: float, y: float, grid: PatchGrid) -> tuple[int, int] | None:
        """Cell under a source pixel; None outside the picture or unseen."""
        if not self.seen_rect().has(x, y):
            return None
        model_x, model_y = self.to_model(x, y)
        row = int(model_y * grid.rows / self.model_size[1])
        col = int(model_x * grid.cols / self.model_size[0])
        return min(max(row, 0), grid.rows - 1), min(max(col, 0), grid.cols - 1)

    def cell_rect(self, row: int, col: int, grid: PatchGrid) -> Rect:
        """A cell in source pixels; may reach into the padding."""
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
    """Where the model's input lies on a picture of `source_size`.

    size : input asked for, rounded to multiples of `patch_size`. For `Fit.WHOLE` its
        shorter side is the input's shorter side.
    resize : for `Fit.CROP`, the shorter side the picture is resized to before the
        crop (torchvision's and timm's two-step transform); None leaves no margin.

    Raises SelectionError for a size that holds no patch or is beyond `MAX_SIDE_PX`.
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
    """`side` as the nearest multiple of `patch`, at least one."""
    if side < 1:
        raise SelectionError("A size must be at least 1 px, not {side}.", side=side)
    return max(1, (2 * side + patch) // (2 * patch)) * patch


def _cover(
    source_size: tuple[int, int], model_size: tuple[int, int], resize: int | None
) -> tuple[int, int]:
    """Size of the resized picture that covers `model_size`."""
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
    """Names for special tokens of which only the number is known."""
    return ("cls", *(f"reg{i}" for i in range(count - 1)))[:count]


@dataclass(frozen=True, slots=True)
class Bins:
    """An axis of tokens cut into bins: each special token alone, patches by `block`."""

    num_tokens: int
    num_prefix_tokens: int
    block: int

    def __post_init__(self) -> None:
        if self.block < 1 or not 0 <= self.num_prefix_tokens <= self.num_tokens:
            raise ValueError(f"not an axis: {self}")

    @property
    def num_bins(self) -> int:
        """Bins, the last of which may hold fewer than `block` patches."""
        num_patches = self.num_tokens - self.num_prefix_tokens
        return self.num_prefix_tokens - (-num_patches // self.block)

    def bin_of(self, token: int) -> int:
        """Bin that holds a token."""
        patch = token - self.num_prefix_tokens
        return token if patch < 0 else self.num_prefix_tokens + patch // self.block

    def tokens(self, index: int) -> range:
        """Tokens of one bin."""
        if index < self.num_prefix_tokens:
            return range(index, index + 1)
        start = self.num_prefix_tokens
        start += (index - self.num_prefix_tokens) * self.block
        return range(start, min(start + self.block, self.num_tokens))

    @classmethod
    def fitting(cls, num_tokens: int, num_prefix_tokens: int, limit: int) -> Bins:
        """The finest bins of which there are at most about `limit`."""
        num_patches = num_tokens - num_prefix_tokens
        return cls(num_tokens, num_prefix_tokens, max(1, -(-num_patches // limit)))
