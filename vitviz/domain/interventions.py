"""Interventions in a run: what is changed in the model or hidden from it.

    temperature  softmax(scores / T): above 1 flatter, below 1 sharper
    scaling      scores without the factor 1/√d_k
    axis         the softmax over all keys (right), over all queries, or over the heads
    heads off    a head's output is zero, or its mean over all tokens
    cuts         these queries may not look at these keys, in these layers
    hidden       patches blurred, averaged or noised in the picture, or dropped: no
                 token sees them in any layer, and no pool of patches counts them

The first three hold in every layer. `attention.intervene` applies them.

    Interventions        all of a run together
    ListedIntervention   one of them, with a switch: a line of the Lab's list
    InterventionList     the Lab's list, part of the view state
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from vitviz.domain.heads import require_head, require_layer
from vitviz.errors import SelectionError
from vitviz.system.dataclass_json import encoded

Cell = tuple[int, int]
# An index, a patch's (row, col), or a special token's name such as "cls".
Token = int | tuple[int, int] | str

# Bounds of all temperatures of a run multiplied: wide enough for a chapter of Learn to
# go on from the Lab's extremes, from unscaled at T = 0.1 to T = d_k, and from
# T = 10 √d_k to 1.
MIN_TEMPERATURE, MAX_TEMPERATURE = 1e-4, 1e4


class Axis(enum.Enum):
    """Axes along which the softmax can make attention sum to 1."""

    # dim=-1, as in the model: each query's row.
    KEYS = "keys"
    # dim=-2: each key's column.
    QUERIES = "queries"
    # dim=-3: the heads of each pair.
    HEADS = "heads"

    @property
    def dim(self) -> int:
        """The axis of (B, H, N, N), counted from the end."""
        return {Axis.KEYS: -1, Axis.QUERIES: -2, Axis.HEADS: -3}[self]


class Hide(enum.Enum):
    """Ways to hide patches."""

    BLUR = "blur"
    MEAN = "mean"
    NOISE = "noise"
    # The token leaves the sequence; the picture stays as it is.
    DROP = "drop"

    @property
    def fill(self) -> Fill | None:
        """The replacement painted into the picture; None for `DROP`."""
        return None if self is Hide.DROP else Fill(self.value)


class Off(enum.Enum):
    """Replacements for the output of a head that is switched off."""

    ZERO = "zero"
    # The head's mean over all tokens.
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class HeadsOff:
    """Heads of one layer whose output does not reach the rest of the model.

    Raises ValueError for a negative number.
    """

    layer: int = 0
    heads: tuple[int, ...] = ()
    off: Off = Off.ZERO

    def __post_init__(self) -> None:
        if self.layer < 0 or min(self.heads, default=0) < 0:
            raise ValueError(f"not heads of a layer: {self}")


@dataclass(frozen=True, slots=True)
class Cut:
    """Queries that may not look at keys, in layers from first to last."""

    queries: tuple[Token, ...] = ()
    keys: tuple[Token, ...] = ()
    first_layer: int = 0
    # Included; counted from the end if negative.
    last_layer: int = -1
    # (rows, cols) on which the patches were chosen; None fits every run.
    grid: Cell | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """Patches that the model does not get to see."""

    # (row, col) of each.
    patches: tuple[Cell, ...] = ()
    how: Hide = Hide.BLUR
    # For `Hide.NOISE`.
    seed: int = 0
    # (rows, cols) on which the patches were chosen; None fits every run.
    grid: Cell | None = None

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ValueError(f"not a seed: {self.seed}")


@dataclass(frozen=True, slots=True)
class Interventions:
    """Everything that is changed in a run; false if nothing is.

    temperature : divides the scores, in [1e-4, 1e4]; 1 is the model's own.
    is_scaled : whether scores have their factor 1/√d_k.
    axis : what the softmax makes sum to 1.
    heads_off, cuts, hidden : see `HeadsOff`, `Cut` and `Hidden`.

        vitviz.trace(model, "cat.jpg", interventions=Interventions(temperature=2))

    Raises ValueError for a temperature out of range. Whether layers, heads and tokens
    exist is known with the run: `trace` raises SelectionError for those that do not.
    """

    temperature: float = 1.0
    is_scaled: bool = True
    axis: Axis = Axis.KEYS
    heads_off: tuple[HeadsOff, ...] = ()
    cuts: tuple[Cut, ...] = ()
    hidden: tuple[Hidden, ...] = ()

    def __post_init__(self) -> None:
        if not MIN_TEMPERATURE <= self.temperature <= MAX_TEMPERATURE:
            raise ValueError(f"not a temperature: {self.temperature}")

    def __bool__(self) -> bool:
        return self != UNTOUCHED

    @property
    def dropped(self) -> frozenset[Cell]:
        """(row, col) of the patches whose tokens leave the sequence."""
        dropped = (one.patches for one in self.hidden if one.how is Hide.DROP)
        return frozenset(cell for patches in dropped for cell in patches)

    def parts(self) -> tuple[Interventions, ...]:
        """Return one `Interventions` for each single change, with that change alone."""
        alone: list[Interventions] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value == getattr(UNTOUCHED, field.name):
                continue
            values = [(one,) for one in value] if isinstance(value, tuple) else [value]
            changed: Iterable[dict[str, Any]] = ({field.name: one} for one in values)
            alone += [replace(UNTOUCHED, **one) for one in changed]
        return tuple(alone)

    def heads_off_in(self, layer: int) -> frozenset[int]:
        """Return which heads of a layer are switched off."""
        off = (one for one in self.heads_off if one.layer == layer)
        return frozenset(head for one in off for head in one.heads)

    def check(
        self,
        *,
        grid: Cell,
        num_layers: int,
        num_heads: int = 0,
        special: tuple[str, ...] | None = None,
    ) -> None:
        """Raise SelectionError if a layer, head or token is not part of such a run.

        grid : (rows, cols) of the run.
        num_heads : of a layer; 0 where that is not known before the run.
        special : names of the special tokens; None where they are not known.
        """
        for off in self.heads_off:
            require_layer(off.layer, num_layers)
            if num_heads:
                require_head(max(off.heads, default=0), num_heads)
        for cut in self.cuts:
            _require_grid(cut.grid, grid)
            layers = cut_layers(cut, num_layers)
            require_layer(layers.start, num_layers)
            require_layer(layers.stop - 1, num_layers)
            for token in (*cut.queries, *cut.keys):
                if isinstance(token, tuple):
                    _require_cell(token, grid)
                elif isinstance(token, str) and special is not None:
                    require_special(token, special)
        for one in self.hidden:
            _require_grid(one.grid, grid)
            for cell in one.patches:
                _require_cell(cell, grid)


UNTOUCHED = Interventions()


def merge_interventions(parts: Iterable[Interventions]) -> Interventions:
    """Return all of them in one: temperatures multiply, the last wrong axis counts."""
    whole = UNTOUCHED
    for part in parts:
        product = whole.temperature * part.temperature
        whole = Interventions(
            temperature=min(max(product, MIN_TEMPERATURE), MAX_TEMPERATURE),
            is_scaled=whole.is_scaled and part.is_scaled,
            axis=whole.axis if part.axis is Axis.KEYS else part.axis,
            heads_off=whole.heads_off + part.heads_off,
            cuts=whole.cuts + part.cuts,
            hidden=whole.hidden + part.hidden,
        )
    return whole


def changed_fields(part: Interventions) -> dict[str, Any]:
    """Return the fields that differ from an unchanged run, as JSON has them."""
    usual = encoded(UNTOUCHED)
    return {k: v for k, v in encoded(part).items() if v != usual[k]}


def cut_layers(cut: Cut, num_layers: int) -> range:
    """Return the layers that a cut holds in."""
    last = cut.last_layer + num_layers if cut.last_layer < 0 else cut.last_layer
    return range(cut.first_layer, last + 1)


def require_special(name: str, names: tuple[str, ...]) -> None:
    """Raise SelectionError for a special token that does not exist."""
    if name not in names:
        raise SelectionError(
            "There is no special token {name}; there are: {names}.",
            name=name,
            names=", ".join(names) or "none",
        )


def _require_cell(cell: Cell, grid: Cell) -> None:
    if not (0 <= cell[0] < grid[0] and 0 <= cell[1] < grid[1]):
        raise SelectionError(
            "There is no patch ({row},{col}): the grid has {rows}×{cols} patches.",
            row=cell[0],
            col=cell[1],
            rows=grid[0],
            cols=grid[1],
        )


def _require_grid(own: Cell | None, grid: Cell) -> None:
    """Raise SelectionError for patches that were chosen on another grid."""
    if own is not None and own != grid:
        raise SelectionError(
            "These patches were chosen on a grid of {own_rows}×{own_cols}; this run "
            "has {rows}×{cols}. Choose them again.",
            own_rows=own[0],
            own_cols=own[1],
            rows=grid[0],
            cols=grid[1],
        )


@dataclass(frozen=True, slots=True)
class ListedIntervention:
    """One intervention that can be switched off without leaving the list."""

    # A single change, as `Interventions.parts` returns.
    what: Interventions = UNTOUCHED
    is_on: bool = True


InterventionList = tuple[ListedIntervention, ...]


def merge_active(changes: Iterable[ListedIntervention]) -> Interventions:
    """Return all that are switched on, in one."""
    return merge_interventions(change.what for change in changes if change.is_on)


def list_interventions(interventions: Interventions) -> InterventionList:
    """Return the list of a run's interventions, all switched on."""
    return tuple(ListedIntervention(part) for part in interventions.parts())


def kind_of(part: Interventions) -> str:
    """Return the name of the field that a single change sets."""
    if part.temperature != 1:
        return "temperature"
    if not part.is_scaled:
        return "is_scaled"
    if part.axis is not Axis.KEYS:
        return "axis"
    if part.heads_off:
        return "heads_off"
    return "cuts" if part.cuts else "hidden"


def replace_kind(
    changes: InterventionList, field: str, part: Interventions
) -> InterventionList:
    """Return the list with `part` in the place of all changes of this field.

    A part that changes nothing is left out.
    """
    kept = tuple(change for change in changes if kind_of(change.what) != field)
    return (*kept, ListedIntervention(part)) if part else kept


def add_intervention(
    changes: InterventionList, part: Interventions
) -> InterventionList:
    """Return the list with one more; one that it has already is switched on."""
    if any(change.what == part for change in changes):
        return tuple(
            ListedIntervention(c.what) if c.what == part else c for c in changes
        )
    return (*changes, ListedIntervention(part))


def toggle_intervention(changes: InterventionList, index: int) -> InterventionList:
    """Return the list with one intervention switched on or off."""
    change = changes[index]
    other = replace(change, is_on=not change.is_on)
    return (*changes[:index], other, *changes[index + 1 :])


def remove_intervention(changes: InterventionList, index: int) -> InterventionList:
    """Return the list without one."""
    return (*changes[:index], *changes[index + 1 :])


def keep_fitting(
    interventions: Interventions,
    *,
    grid: tuple[int, int],
    num_layers: int,
    num_heads: int,
    special: tuple[str, ...] | None,
) -> Interventions:
    """Return the interventions without those that `Interventions.check` refuses."""

    def fits(part: Interventions) -> bool:
        try:
            part.check(
                grid=grid, num_layers=num_layers, num_heads=num_heads, special=special
            )
        except SelectionError:
            return False
        return True

    return merge_interventions(part for part in interventions.parts() if fits(part))


class Fill(enum.Enum):
    """Replacements for the pixels of a hidden patch."""

    BLUR = "blur"
    MEAN = "mean"
    NOISE = "noise"
