"""View state: what the user wants to see, as a frozen value, with its history.

    History      states before and after the present one, for undo and redo
    ViewState    the present one; saved in sessions
      HeadsView, TokensView, LearnView    what its panes show
      Look                                how values become colours

Without Qt and torch.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import ClassVar

from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import ListedIntervention
from vitviz.domain.methods import MAPS, USUAL, MethodOptions, Source
from vitviz.views.chapters import Chapter
from vitviz.views.colour import COLORMAPS, is_scale


class Direction(enum.Enum):
    """Which axis of the attention matrix the chosen token lies on."""

    # The token is the query: a row, which sums to 1.
    LOOKS_AT = "looks at"
    # The token is the key: a column.
    LOOKED_AT_BY = "looked at by"


class Mode(enum.Enum):
    """What the window is used for; each has a side panel of its own."""

    INSPECT = "inspect"
    LEARN = "learn"
    LAB = "lab"


class Style(enum.Enum):
    """How a map is laid over the picture."""

    # A colour map that is more opaque where the value is higher.
    TINT = "tint"
    # A colour map, equally opaque everywhere.
    MAP = "map"
    # The picture, darker where the value is lower.
    SPOTLIGHT = "spotlight"


class Scale(enum.Enum):
    """Which maps share the levels of the colour bar."""

    # From 0 to the largest value among all heads of the layer, or all maps of a figure.
    SHARED = "shared"
    # From 0 to the largest value of the map itself.
    OWN = "own"
    # Between two values that the user chose.
    FIXED = "fixed"


# Tokens that can be pinned beside the first.
MAX_OTHERS = 4


@dataclass(frozen=True, slots=True)
class HeadsView:
    """What the heads pane shows, and in what order."""

    # Statistic of each head; None for the maps of the query.
    shows: Statistic | None = None
    # Statistic to order by; None for layer and head.
    order: Statistic | None = None
    lowest_first: bool = False
    # Length of an ordered list; None for all heads.
    most: int | None = None
    # Whether the statistic is plotted against depth, a dot for each head.
    is_plot: bool = False

    def __post_init__(self) -> None:
        if self.most is not None and self.most < 1:
            raise ValueError(f"not a number of heads: {self.most}")

    @property
    def needed(self) -> frozenset[Statistic]:
        """Statistics that have to be computed before this can be shown."""
        return frozenset(s for s in (self.shows, self.order) if s is not None)


@dataclass(frozen=True, slots=True)
class LearnView:
    """What the Learn panel shows."""

    chapter: Chapter = Chapter.SEQUENCE
    # Token that the query is compared with; None for the patch it looks at most.
    key: int | None = None

    def __post_init__(self) -> None:
        if self.key is not None and self.key < 0:
            raise ValueError(f"not a token: {self.key}")


class Reading(enum.Enum):
    """What the tokens pane shows of the tokens; see `explain.token_states`."""

    NORMS = "norms"
    COLOURS = "colours"
    SIMILARITY = "similarity"
    LENS = "lens"
    POSITIONS = "positions"
    FILTERS = "filters"


@dataclass(frozen=True, slots=True)
class TokensView:
    """What the tokens pane shows."""

    shows: Reading = Reading.NORMS
    source: Source = Source.STATE


# Magma for what lies over the picture: viridis vanishes on leaves and green eyes.
COLORMAP = {Style.TINT: "magma", Style.MAP: "viridis", Style.SPOTLIGHT: "magma"}
# A patch's own weight is often ten times that of any other: on a scale up to it, the
# map of a click shows one patch and nothing else.
CLIP_PERCENT = 1.0
# Tint and spotlight let the picture through; a map hides it, so that its colours are
# those of the bar.
OPACITY = {Style.TINT: 0.85, Style.SPOTLIGHT: 0.85, Style.MAP: 1.0}


@dataclass(frozen=True, slots=True)
class Look:
    """How values become colours over the picture."""

    style: Style = Style.TINT
    colormap: str = COLORMAP[Style.TINT]
    # Of tint and map, and depth of the spotlight's shadow, in [0, 1].
    opacity: float = OPACITY[Style.TINT]
    smooth: bool = False
    show_grid: bool = True


@dataclass(frozen=True, slots=True)
class ViewState:
    """Everything about the view that undo restores and a session keeps.

    Layer, token, heads and target need not exist in a trace: `resolve` brings them
    into its range, so that a state outlives a change of model or size.
    """

    # Counted from the last when negative.
    layer: int = -1
    heads: HeadChoice = HeadChoice()
    # The pinned token: the query, or the key when looked at by others; or POOL.
    token: int = 0
    # Tokens pinned beside it, up to `MAX_OTHERS`, whose maps are shown small.
    others: tuple[int, ...] = ()
    direction: Direction = Direction.LOOKS_AT
    # A name in `domain.methods.MAPS`; any but raw shows one map of its own.
    method: str = "raw"
    method_options: MethodOptions = USUAL
    # Class that class-specific methods explain; None for the likeliest.
    target: int | None = None
    style: Style = Style.TINT
    # A name in `COLORMAPS`; None: `COLORMAP` of the style.
    colormap: str | None = None
    # Of tint and map, and depth of the spotlight's shadow, in [0, 1]; None: `OPACITY`
    # of the style.
    opacity: float | None = None
    smooth: bool = False
    show_grid: bool = True
    scale: Scale = Scale.OWN
    fixed_range: tuple[float, float] = (0.0, 0.05)
    log: bool = False
    # Share of the largest values that are clipped, in percent; 0 clips none.
    clip_percent: float = CLIP_PERCENT
    # Patches only: values divided by their sum, special tokens left out.
    renormalise: bool = False
    # Mode whose side panel is shown.
    mode: Mode = Mode.INSPECT
    # The pane in the side panel of Inspect.
    tab: str = "strip"
    heads_view: HeadsView = HeadsView()
    tokens_view: TokensView = TokensView()
    learn: LearnView = LearnView()

    # Changes of the model in the Lab's list, with their switches.
    changes: tuple[ListedIntervention, ...] = ()

    def __post_init__(self) -> None:
        if self.method not in MAPS or self.colormap not in (None, *COLORMAPS):
            raise ValueError(f"not known: {self.method}, {self.colormap}")
        if self.target is not None and self.target < 0:
            raise ValueError(f"not a class: {self.target}")
        if any(len(change.what.parts()) != 1 for change in self.changes):
            raise ValueError("each line of the Lab's list is a single change")
        if len(self.others) > MAX_OTHERS or min(self.others, default=0) < 0:
            raise ValueError(f"not tokens to pin: {self.others}")
        if not is_scale(*self.fixed_range):
            raise ValueError(f"not a range of values: {self.fixed_range}")
        if not 0 <= (self.opacity or 0) <= 1 or not 0 <= self.clip_percent < 100:
            raise ValueError(f"out of range: {self}")

    @property
    def look(self) -> Look:
        """How values become colours; what is left open is that of the style."""
        opacity = OPACITY[self.style] if self.opacity is None else self.opacity
        colormap = self.colormap or COLORMAP[self.style]
        return Look(self.style, colormap, opacity, self.smooth, self.show_grid)


@dataclass(frozen=True, slots=True)
class History:
    """The present view state with those before and after it; a frozen value."""

    present: ViewState = ViewState()
    past: tuple[ViewState, ...] = ()
    future: tuple[ViewState, ...] = ()

    MAX_DEPTH: ClassVar[int] = 200

    def push(self, state: ViewState, *, merge: bool = False) -> History:
        """Return the history with another present state.

        merge : whether the present one is replaced without a step of undo.
        """
        if state == self.present:
            return self
        if merge:
            return replace(self, present=state)
        past = (*self.past, self.present)[-self.MAX_DEPTH :]
        return History(present=state, past=past)

    def undo(self) -> History:
        """Return the history one step back, or itself at its beginning."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> History:
        """Return the history one step forward again, or itself at its end."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])


# Chapters that show the arithmetic of a single head.
NEEDS_ONE_HEAD = frozenset(
    {
        Chapter.QUERY_KEY,
        Chapter.SCALING,
        Chapter.SOFTMAX,
        Chapter.OUTPUT,
        Chapter.CODE,
        Chapter.END,
    }
)


class Statistic(enum.Enum):
    """Numbers for each head; see `explain.head_statistics`, `explain.perturbation`."""

    ENTROPY = "entropy"
    DISTANCE = "distance"
    SPECIAL = "special"
    SINK = "sink"
    # What is lost when the head is switched off.
    EFFECT = "effect"
