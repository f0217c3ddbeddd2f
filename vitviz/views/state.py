"""ViewState: what the user wants to see. A frozen value, with its undo history.

Learn: which chapter is open, and the key that stands beside the query.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import ClassVar

from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import ListedIntervention
from vitviz.domain.methods import METHODS, USUAL, MethodOptions
from vitviz.views.colour import COLORMAPS


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


MAX_OTHERS = 4


@dataclass(frozen=True, slots=True)
class HeadsView:
    """What the navigator shows."""

    shows: Statistic | None = None
    """None: the maps of the query."""
    order: Statistic | None = None
    """None: by layer and head."""
    lowest_first: bool = False
    most: int | None = None
    """How many of an ordered list; None for all."""
    is_plot: bool = False
    """A statistic against depth, a dot for each head."""

    def __post_init__(self) -> None:
        if self.most is not None and self.most < 1:
            raise ValueError(f"not a number of heads: {self.most}")

    @property
    def needed(self) -> frozenset[Statistic]:
        """The statistics without which this cannot be shown."""
        return frozenset(s for s in (self.shows, self.order) if s is not None)


class Chapter(enum.Enum):
    """The chapters in their order; the values are their names in files."""

    SEQUENCE = "sequence"
    PATCH_SIZE = "patch size"
    COST = "cost"
    QUERY_KEY = "query and key"
    SCALING = "scaling"
    SOFTMAX = "softmax"
    OUTPUT = "output"
    HEADS = "heads"
    CODE = "code"

    @property
    def number(self) -> int:
        """From 1, as on screen."""
        return tuple(Chapter).index(self) + 1

    def step(self, by: int) -> Chapter:
        """The chapter `by` further on; the first and the last are the ends."""
        chapters = tuple(Chapter)
        index = self.number - 1 + by
        return chapters[min(max(index, 0), len(chapters) - 1)]


@dataclass(frozen=True, slots=True)
class LearnView:
    """What the Learn panel shows."""

    chapter: Chapter = Chapter.SEQUENCE
    key: int | None = None
    """The token that the query is held against; None: the patch it looks at most."""

    def __post_init__(self) -> None:
        if self.key is not None and self.key < 0:
            raise ValueError(f"not a token: {self.key}")


class Reading(enum.Enum):
    """What is shown of the tokens; see `explain.token_states`."""

    NORMS = "norms"
    COLOURS = "colours"
    SIMILARITY = "similarity"
    LENS = "lens"
    POSITIONS = "positions"
    FILTERS = "filters"


class Source(enum.Enum):
    """Which vectors are compared."""

    STATE = "x"
    QUERY = "q"
    KEY = "k"
    VALUE = "v"


@dataclass(frozen=True, slots=True)
class TokensView:
    """What the pane of tokens shows."""

    shows: Reading = Reading.NORMS
    source: Source = Source.STATE


# Tint and spotlight let the photograph through; a map hides it, so that its colours
# are those of the bar.
OPACITY = {Style.TINT: 0.85, Style.SPOTLIGHT: 0.85, Style.MAP: 1.0}


@dataclass(frozen=True, slots=True)
class Look:
    """How values become colours over the photograph."""

    style: Style = Style.TINT
    colormap: str = "viridis"
    # of tint and map, and depth of the spotlight's shadow, in [0, 1]
    opacity: float = OPACITY[Style.TINT]
    smooth: bool = False
    show_grid: bool = True


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
    """A name in `domain.methods.METHODS`; any but raw shows one map of its own."""
    method_options: MethodOptions = USUAL
    target: int | None = None
    """Class that class-specific methods explain; None for the likeliest."""
    style: Style = Style.TINT
    colormap: str = "viridis"
    opacity: float | None = None
    """Of tint and map, and depth of the spotlight's shadow, in [0, 1]; None: `OPACITY`
    of the style."""
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

    changes: tuple[ListedIntervention, ...] = ()
    """What the Lab changes of the running model."""

    def __post_init__(self) -> None:
        if self.method not in METHODS or self.colormap not in COLORMAPS:
            raise ValueError(f"not known: {self.method}, {self.colormap}")
        if self.target is not None and self.target < 0:
            raise ValueError(f"not a class: {self.target}")
        if any(len(change.what.parts()) != 1 for change in self.changes):
            raise ValueError("each line of the Lab's list is a single change")
        if len(self.others) > MAX_OTHERS or min(self.others, default=0) < 0:
            raise ValueError(f"not tokens to pin: {self.others}")
        low, high = self.fixed_range
        if not 0 <= low < high:
            raise ValueError(f"not a range of values: {self.fixed_range}")
        if not 0 <= (self.opacity or 0) <= 1 or not 0 <= self.clip_percent < 100:
            raise ValueError(f"out of range: {self}")

    @property
    def look(self) -> Look:
        """How values become colours over the photograph."""
        opacity = OPACITY[self.style] if self.opacity is None else self.opacity
        return Look(self.style, self.colormap, opacity, self.smooth, self.show_grid)


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


NEEDS_ONE_HEAD = frozenset(
    {
        Chapter.QUERY_KEY,
        Chapter.SCALING,
        Chapter.SOFTMAX,
        Chapter.OUTPUT,
        Chapter.CODE,
    }
)
"""Chapters whose arithmetic is that of a single head."""


class Statistic(enum.Enum):
    """What tells heads apart; see `head_statistics` and `perturbation`."""

    ENTROPY = "entropy"
    DISTANCE = "distance"
    SPECIAL = "special"
    SINK = "sink"
    EFFECT = "effect"
    """Of switching the head off."""
