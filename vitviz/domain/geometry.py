"""Coordinates of source pixels, model pixels and tokens, and the maps between them.

    source pixels ── resize, crop or pad ──▶ model pixels ── patches ──▶ tokens

*Source* pixels are the picture as shown. *Model* pixels are what the model was given,
after resizing and cropping or padding. *Tokens* are a row-major grid of patches behind
`num_prefix_tokens` special tokens (CLS, registers, distillation).

Points are `(x, y)` in pixels, continuous, with pixel i covering [i, i + 1). Sizes are
`(width, height)` in pixels; cells are `(row, col)`. All maps are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.errors import SelectionError

# In place of a token's index: the query of a pooling head (SigLIP's), which is no
# token.
POOL = -1


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


def prefix_names(count: int) -> tuple[str, ...]:
    """Return names for special tokens of which only the number is known."""
    return ("cls", *(f"reg{i}" for i in range(count - 1)))[:count]


# The largest number of bins along a side of a pooled matrix.
MAX_BINS = 512


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
