"""What the Lab changes, as the view state keeps it: a list of single changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vitviz.errors import SelectionError
from vitviz.interventions import UNTOUCHED, Axis, Interventions, merged

if TYPE_CHECKING:
    from vitviz.tracing import Trace


@dataclass(frozen=True, slots=True)
class Change:
    """One change, which can be switched off and stays in the list."""

    what: Interventions = UNTOUCHED
    """One part, as of `Interventions.parts`."""
    is_on: bool = True


Changes = tuple[Change, ...]


def active(changes: Iterable[Change]) -> Interventions:
    """Everything that is switched on, at once."""
    return merged(change.what for change in changes if change.is_on)


def listed(interventions: Interventions) -> Changes:
    """The list that stands for what a run was changed by."""
    return tuple(Change(part) for part in interventions.parts())


def kind(part: Interventions) -> str:
    """Name of the field that a part changes."""
    if part.temperature != 1:
        return "temperature"
    if not part.is_scaled:
        return "is_scaled"
    if part.axis is not Axis.KEYS:
        return "axis"
    if part.heads_off:
        return "heads_off"
    return "cuts" if part.cuts else "hidden"


def with_only(changes: Changes, field: str, part: Interventions) -> Changes:
    """`part` in the place of every change of this field; none if it changes nothing."""
    kept = tuple(change for change in changes if kind(change.what) != field)
    return (*kept, Change(part)) if part else kept


def added(changes: Changes, part: Interventions) -> Changes:
    """The list with one more at its end; one that is there already is switched on."""
    if any(change.what == part for change in changes):
        return tuple(Change(c.what) if c.what == part else c for c in changes)
    return (*changes, Change(part))


def toggled(changes: Changes, index: int) -> Changes:
    """The list with one change switched on or off."""
    change = changes[index]
    other = replace(change, is_on=not change.is_on)
    return (*changes[:index], other, *changes[index + 1 :])


def without(changes: Changes, index: int) -> Changes:
    """The list without one."""
    return (*changes[:index], *changes[index + 1 :])


def fitting(
    interventions: Interventions,
    *,
    grid: tuple[int, int],
    num_layers: int,
    num_heads: int,
    special: tuple[str, ...] | None,
) -> Interventions:
    """The parts that mean something in such a run, as in `Interventions.check`."""

    def fits(part: Interventions) -> bool:
        try:
            part.check(
                grid=grid, num_layers=num_layers, num_heads=num_heads, special=special
            )
        except SelectionError:
            return False
        return True

    return merged(part for part in interventions.parts() if fits(part))


def is_in_force(change: Change, trace: Trace) -> bool:
    """Whether a run was changed by it: it is on, and what it names is there."""
    fits = fitting(
        change.what,
        grid=trace.grid,
        num_layers=trace.num_layers,
        num_heads=trace.num_heads,
        special=trace.setup.prefix_names,
    )
    if not change.is_on or not fits:
        return False
    of_trace = trace.interventions
    off, cuts, hidden = (
        set(change.what.heads_off) <= set(of_trace.heads_off),
        set(change.what.cuts) <= set(of_trace.cuts),
        set(change.what.hidden) <= set(of_trace.hidden),
    )
    return bool(of_trace) and off and cuts and hidden
