"""ViewState: what the user wants to see. A frozen value, with its undo history."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import ClassVar

from vitviz.selection import Fill, Fusion, HeadChoice
from vitviz.views.changes import Change
from vitviz.views.heads import HeadsView
from vitviz.views.learn import LearnView
from vitviz.views.tokens import TokensView


class Direction(enum.Enum):
    """Which side of the attention matrix the chosen token stands on."""

    LOOKS_AT = "looks at"
    """The token is the query: a row, which sums to 1."""
    LOOKED_AT_BY = "looked at by"
    """The token is the key: a column."""


class Mode(enum.Enum):
    """What the window is used for; each has a side panel of its own."""

    INSPECT = "inspect"
    LEARN = "learn"
    LAB = "lab"


class Style(enum.Enum):
    """How attention is laid over the picture."""

    TINT = "tint"
    """One colour map whose transparency follows the value."""
    MAP = "map"
    """An opaque map."""
    SPOTLIGHT = "spotlight"
    """The photograph darkens where attention is low."""


class Scale(enum.Enum):
    """Which values the ends of the colour bar stand for."""

    SHARED = "shared"
    """From 0 to the largest value among all heads of the layer."""
    OWN = "own"
    """From 0 to the largest value of the map itself."""
    FIXED = "fixed"
    """From and to values that the user chose."""


@dataclass(frozen=True, slots=True)
class MethodOptions:
    """What may be chosen of methods; each uses what its entry names."""

    fusion: Fusion = Fusion.MEAN
    """How rollout makes one matrix of a layer's heads."""
    start_layer: int = 0
    """The first layer that rollout and relevance take in."""
    discard: float = 0.0
    """Share of the smallest values of each row that rollout drops, in [0, 1)."""
    mass: float = 0.6
    """Share of the patches' attention that the mass mask holds, in (0, 1]."""
    fill: Fill = Fill.BLUR
    """What occlusion puts in place of a patch."""
    cells: int = 1
    """Side of the square of patches that occlusion hides at once."""

    def __post_init__(self) -> None:
        if self.start_layer < 0 or self.cells < 1:
            raise ValueError(f"out of range: {self}")
        if not 0 <= self.discard < 1 or not 0 < self.mass <= 1:
            raise ValueError(f"out of range: {self}")


USUAL = MethodOptions()
MAX_OTHERS = 4


@dataclass(frozen=True, slots=True)
class ViewState:
    """Everything about the view that undo restores and a session keeps.

    Layer, token and heads are wishes: `resolve` brings them into the range of the
    trace at hand, so a state outlives a change of model or size.
    """

    layer: int = -1
    """Counted from the last when negative."""
    heads: HeadChoice = HeadChoice()
    token: int = 0
    """The pinned token: the query, or the key when looked at by others; or POOL."""
    others: tuple[int, ...] = ()
    """Tokens pinned beside it, whose maps are shown small."""
    direction: Direction = Direction.LOOKS_AT
    method: str = "raw"
    """A name in `vitviz.methods.METHODS`; any but raw shows one map of its own."""
    method_options: MethodOptions = USUAL
    target: int | None = None
    """Class that class-specific methods explain; None for the likeliest."""
    style: Style = Style.TINT
    colormap: str = "viridis"
    opacity: float = 0.85
    """Of tint and map, and depth of the spotlight's shadow, in [0, 1]."""
    smooth: bool = False
    show_grid: bool = True
    scale: Scale = Scale.OWN
    fixed_range: tuple[float, float] = (0.0, 0.05)
    log: bool = False
    clip_percent: float = 0.0
    """Share of the largest values that are clipped, in percent; 0 clips none."""
    renormalise: bool = False
    """Patches only: values divided by their sum, special tokens left out."""
    mode: Mode = Mode.INSPECT
    """Whose side panel is shown."""
    tab: str = "matrix"
    """The pane in the lower half of the side panel."""
    heads_view: HeadsView = HeadsView()
    tokens_view: TokensView = TokensView()
    learn: LearnView = LearnView()

    changes: tuple[Change, ...] = ()
    """What the Lab changes of the running model."""

    def __post_init__(self) -> None:
        if len(self.others) > MAX_OTHERS or min(self.others, default=0) < 0:
            raise ValueError(f"not tokens to pin: {self.others}")
        low, high = self.fixed_range
        if not 0 <= low < high:
            raise ValueError(f"not a range of values: {self.fixed_range}")
        if not 0 <= self.opacity <= 1 or not 0 <= self.clip_percent < 100:
            raise ValueError(f"out of range: {self}")


@dataclass(frozen=True, slots=True)
class History:
    """States before and after the present one. Undo and redo make new histories."""

    present: ViewState = ViewState()
    past: tuple[ViewState, ...] = ()
    future: tuple[ViewState, ...] = ()

    MAX_DEPTH: ClassVar[int] = 200

    def push(self, state: ViewState, *, merge: bool = False) -> History:
        """`state` as the present one; `merge` replaces it without a step of undo."""
        if state == self.present:
            return self
        if merge:
            return replace(self, present=state)
        past = (*self.past, self.present)[-self.MAX_DEPTH :]
        return History(present=state, past=past)

    def undo(self) -> History:
        """One step back, or the same history at its beginning."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> History:
        """One step forward again, or the same history at its end."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
