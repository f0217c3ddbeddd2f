"""The ribbon: what a Vision Transformer does, stop by stop, with one model's sizes.

    picture → patches → + position → L × [norm → attention → + → norm → MLP → +]
    → CLS, mean or pool → answer

Neither Qt nor torch is loaded.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from vitviz.views.chapters import Chapter


class Stop(enum.Enum):
    """A step of the model, in the order in which it happens."""

    PICTURE = "picture"
    PATCHES = "patches"
    POSITION = "position"
    NORM = "norm"
    ATTENTION = "attention"
    ADD = "add"
    SECOND_NORM = "second norm"
    MLP = "mlp"
    SECOND_ADD = "second add"
    READ = "read"
    ANSWER = "answer"

    @property
    def is_in_block(self) -> bool:
        """Whether it happens once in every layer."""
        return self in _IN_BLOCK

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The chapters of Learn about it; the first says what it is."""
        return _CHAPTERS[self]


_IN_BLOCK = frozenset(
    {
        Stop.NORM,
        Stop.ATTENTION,
        Stop.ADD,
        Stop.SECOND_NORM,
        Stop.MLP,
        Stop.SECOND_ADD,
    }
)
_CHAPTERS: dict[Stop, tuple[Chapter, ...]] = {
    Stop.PICTURE: (Chapter.NINETY_SECONDS,),
    Stop.PATCHES: (Chapter.SEQUENCE, Chapter.PATCH_SIZE, Chapter.COST),
    Stop.POSITION: (Chapter.POSITION,),
    Stop.NORM: (Chapter.BLOCK,),
    Stop.ATTENTION: (
        Chapter.QUERY_KEY,
        Chapter.SCALING,
        Chapter.SOFTMAX,
        Chapter.OUTPUT,
        Chapter.HEADS,
        Chapter.CODE,
    ),
    Stop.ADD: (Chapter.BLOCK,),
    Stop.SECOND_NORM: (Chapter.BLOCK,),
    Stop.MLP: (Chapter.BLOCK,),
    Stop.SECOND_ADD: (Chapter.BLOCK, Chapter.LAYERS),
    Stop.READ: (Chapter.HEADS,),
    Stop.ANSWER: (Chapter.LAYERS, Chapter.NINETY_SECONDS),
}
assert _CHAPTERS.keys() == {*Stop}


class ReadBy(enum.Enum):
    """What the answer is made of, after the last layer."""

    CLS = "cls"
    # Of all patches.
    MEAN = "mean"
    # A pooling head, with a query of its own.
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The sizes that the arithmetic of every stop needs."""

    # (width, height) in pixels of the picture; None before there is one.
    picture: tuple[int, int] | None
    # (width, height) in model pixels.
    input: tuple[int, int]
    patch: tuple[int, int]
    channels: int
    # (rows, cols).
    grid: tuple[int, int]
    special: tuple[str, ...]
    width: int
    num_layers: int
    # 0 where nothing says it before a run.
    num_heads: int
    # Of one head.
    head_width: int
    # Numbers between the two matrices of an MLP; 0 where it is not one of two.
    mlp_width: int
    read_by: ReadBy
    # Classes, or the numbers of a feature; 0 before a run.
    num_outputs: int
    has_head: bool
    # Whether places turn q and k in each attention, and nothing is added before.
    is_rotary: bool

    @property
    def num_patches(self) -> int:
        """Patches of the grid."""
        return self.grid[0] * self.grid[1]

    @property
    def num_tokens(self) -> int:
        """Patches and special tokens, N."""
        return self.num_patches + len(self.special)

    @property
    def patch_numbers(self) -> int:
        """Numbers in one patch."""
        return self.patch[0] * self.patch[1] * self.channels
