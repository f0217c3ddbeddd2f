"""What is on screen, resolved from a trace and a ViewState. Pure: no Qt, no torch.

    ViewState (what the user wants) + Trace ── resolve ──► Display ──► panes
                                                              │
                        PNG, SVG, PDF, GIF, .npz, .csv, command line

`series` resolves a state for several layers and heads, on one scale where that is
shared: for tables of maps and for animations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vitviz.domain.geometry import POOL
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Axis, ListedIntervention, keep_fitting
from vitviz.domain.methods import METHODS
from vitviz.views.colour import Array, Levels, levels_for
from vitviz.views.state import Direction, Look, Scale, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace


FUSED_CHOICES = tuple(HeadChoice((), fusion) for fusion in Fusion)
"""The first cells of the head strip."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerMaps:
    """All heads' attention of one token in one layer."""

    layer: int
    token: int
    direction: Direction
    values: Array
    """(H, N), as the model has it."""
    is_renormalised: bool


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """One map, ready to be painted over the picture."""

    layer: int
    heads: HeadChoice
    token: int
    direction: Direction
    patches: Array
    """(R, C) attention values."""
    special: Array
    """(P,) what goes to each special token, before any renormalising."""
    levels: Levels
    uniform: float | None
    """The value of every token if all were equal; None where values have no sum."""
    peak: tuple[int, int]
    """(row, col) of the largest value."""
    method: str = "raw"
    options: tuple[tuple[str, object], ...] = ()
    """(name, value) of the method's options; the target as the class it stands for."""
    total: float = 1.0
    """What the row sums to, special tokens included: 1 but in a changed run."""
    uniform_text: str = "1/N"
    """What the mark of `uniform` is called."""

    @property
    def num_clipped(self) -> int:
        """Patches above the end of the colour bar, whichever levels it has."""
        return int((self.patches > self.levels.high * (1 + 1e-6)).sum())

    @property
    def peak_value(self) -> float:
        """Largest value on the grid."""
        return float(self.patches[self.peak])

    @property
    def special_share(self) -> float:
        """Of all that the row gives, what goes to special tokens; in [0, 1]."""
        return float(self.special.sum()) / self.total


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """Everything that is on screen, and all that a figure or numbers need.

    state : with layer, token, heads and others brought into the range of the trace.
    heat : the map over the picture; None while a method's values are computed.
    attention : the map of raw attention, whatever method is on the picture.
    strip : small maps of mean, max, min and every head.
    beside : (token, map) of the tokens pinned beside the first, on one scale.
    """

    setup: Setup
    state: ViewState
    heat: Heat | None
    attention: Heat
    strip: tuple[MapCell, ...]
    beside: tuple[tuple[int, MapCell], ...]

    @property
    def layer(self) -> int:
        """Layer on screen, counted from 0."""
        return self.state.layer

    @property
    def query(self) -> int:
        """Token index, or POOL."""
        return self.state.token

    @property
    def look(self) -> Look:
        """How values become colours."""
        return self.state.look


@dataclass(frozen=True, slots=True, eq=False)
class MapCell:
    """A small map in the head strip or the layer rail."""

    label: str
    patches: Array
    """(R, C)."""
    levels: Levels
    peak_ratio: float
    """Largest value ÷ uniform."""


def resolve(
    state: ViewState, trace: Trace, *, values: Array | None = None
) -> Display | None:
    """Return what is on screen for a state; None before a layer has been captured.

    values : (N,), of the state's method for its token and layer, where it is not raw
        attention; without them the display has no heat yet.

    Raises ExactnessError for a layer that failed its check.
    """
    layer = shown_layer(trace, state)
    if layer is None:
        return None
    state = in_range(state, trace, layer)
    maps = maps_of(trace, state, layer)
    attention = heat(trace, state, maps)
    shown: Heat | None = attention
    if state.method != "raw":
        shown = None if values is None else method_heat(trace, state, values)
    return Display(
        setup=trace.setup,
        state=state,
        heat=shown,
        attention=attention,
        strip=strip(trace, state, maps),
        beside=_beside(trace, state, layer),
    )


def differs(old: Display | None, new: Display, fields: Sequence[str]) -> bool:
    """Return whether another run is on screen, or one of these fields of its state."""
    return (
        old is None
        or old.setup is not new.setup
        or any(getattr(old.state, f) != getattr(new.state, f) for f in fields)
    )


def preview(display: Display, trace: Trace, token: int) -> Display:
    """Return the display with the raw map of another token over the picture."""
    maps = maps_of(trace, display.state, display.layer, token=token)
    shown = heat(trace, display.state, maps)
    return replace(display, heat=shown, attention=shown)


def on_levels(display: Display, levels: Levels | None) -> Display:
    """Return the display with its map on another scale; None keeps its own."""
    if levels is None or display.heat is None or levels == display.heat.levels:
        return display
    return replace(display, heat=replace(display.heat, levels=levels))


def series(
    trace: Trace,
    state: ViewState,
    *,
    layers: Sequence[int],
    heads: Sequence[HeadChoice],
    values: Callable[[ViewState, int], Array] | None = None,
) -> tuple[tuple[Display, ...], ...]:
    """Return a row of displays for each layer, one for each choice of heads.

    A shared scale runs to the largest value among all maps of the series; for a
    single map, among all heads of its layer.

    values : (N,) of the state's method for a resolved state and its layer.

    Raises ExactnessError for a layer that failed its check.
    """
    rows = []
    for layer in layers:
        row = []
        for choice in heads:
            wanted = replace(state, layer=layer, heads=choice)
            found = None
            if wanted.method != "raw" and values is not None:
                found = values(in_range(wanted, trace, layer), layer)
            one = resolve(wanted, trace, values=found)
            assert one is not None
            row.append(one)
        rows.append(tuple(row))
    heats = [one.heat for row in rows for one in row if one.heat is not None]
    if state.scale is not Scale.SHARED or len(heats) < 2:
        return tuple(rows)
    levels = levels_for(
        np.stack([one.patches for one in heats]),
        log=state.log,
        clip_percent=state.clip_percent,
    )
    return tuple(tuple(on_levels(one, levels) for one in row) for row in rows)


def in_range(state: ViewState, trace: Trace, layer: int) -> ViewState:
    """Return the state with its wishes brought into the range of the trace."""
    query = shown_query(trace, state.token)
    others = dict.fromkeys(t for t in state.others if t < trace.num_tokens)
    return replace(
        state,
        layer=layer,
        token=query,
        heads=shown_heads(trace, state.heads, query),
        others=tuple(token for token in others if token != query),
        direction=Direction.LOOKS_AT if query == POOL else state.direction,
        target=shown_target(trace, state),
    )


def _beside(
    trace: Trace, state: ViewState, layer: int
) -> tuple[tuple[int, MapCell], ...]:
    """(token, map) of the tokens pinned beside, on one scale with one another."""
    cells = [
        rail_cell(trace, state, maps_of(trace, state, layer, token=token))
        for token in state.others
    ]
    if not cells:
        return ()
    widest = max((cell.levels for cell in cells), key=lambda one: one.high)
    return tuple(
        (token, replace(cell, levels=widest))
        for token, cell in zip(state.others, cells, strict=True)
    )


def shown_layer(trace: Trace, state: ViewState) -> int | None:
    """The layer on screen: the wanted one, or the nearest that has been captured.

    The pooling head has one, the last, and none before it has run.
    """
    if shown_query(trace, state.token) == POOL:
        return None if trace.pool is None else trace.num_layers - 1
    wanted = state.layer + trace.num_layers if state.layer < 0 else state.layer
    wanted = min(max(wanted, 0), trace.num_layers - 1)
    if trace.captures[wanted] is not None:
        return wanted
    done = [i for i, capture in enumerate(trace.captures) if capture is not None]
    return min(done, key=lambda layer: abs(layer - wanted)) if done else None


def shown_token(trace: Trace, token: int) -> int:
    """`token` brought into the range of this trace; CLS or patch 0 if outside."""
    return token if 0 <= token < trace.num_tokens else 0


def shown_query(trace: Trace, token: int) -> int:
    """`token` as `shown_token` has it; POOL for a model with a pooling head."""
    is_pool = token == POOL and trace.has_pool
    return POOL if is_pool else shown_token(trace, token)


def shown_heads(trace: Trace, heads: HeadChoice, query: int = 0) -> HeadChoice:
    """`heads` without those this model lacks; a pooling head has its own."""
    return _kept(heads, trace.num_heads_of(query))


def _kept(heads: HeadChoice, count: int) -> HeadChoice:
    kept = tuple(h for h in heads.heads if h < count)
    if kept == heads.heads:
        return heads
    return HeadChoice(kept, heads.fusion)


def maps_of(
    trace: Trace, state: ViewState, layer: int, *, token: int | None = None
) -> LayerMaps:
    """All heads' attention of the pinned token, or of `token`, in one layer.

    A pooling head's query is looked at by none: its maps are always its rows. Looked at
    by others costs a pass over all rows when it is the layer's first; see
    `Trace.has_normalisers`. Raises ExactnessError for a layer that failed its check.
    """
    chosen = shown_query(trace, state.token if token is None else token)
    direction = Direction.LOOKS_AT if chosen == POOL else state.direction
    if direction is Direction.LOOKS_AT:
        values = trace.row(layer, chosen)
    else:
        values = trace.column(layer, chosen)
    return LayerMaps(layer, chosen, direction, values, state.renormalise)


def heat(
    trace: Trace,
    state: ViewState,
    maps: LayerMaps,
    *,
    heads: HeadChoice | None = None,
) -> Heat:
    """The map over the picture for the chosen heads."""
    choice = _kept(state.heads if heads is None else heads, len(maps.values))
    fused = fused_values(maps.values, choice)
    patches = trace.patch_map(_patch_values(trace, maps, fused))
    levels = _levels(trace, state, maps, patches)
    peak = np.unravel_index(int(np.argmax(patches)), patches.shape)
    return Heat(
        layer=maps.layer,
        heads=choice,
        token=maps.token,
        direction=maps.direction,
        patches=patches,
        special=fused[: trace.num_prefix_tokens],
        levels=levels,
        uniform=_uniform(trace, maps),
        peak=(int(peak[0]), int(peak[1])),
        total=1.0 if trace.has_rows_of_one else float(fused.sum()),
        uniform_text="1/H" if trace.interventions.axis is Axis.HEADS else "1/N",
    )


def chosen_options(
    trace: Trace, state: ViewState, layer: int
) -> tuple[tuple[str, object], ...]:
    """(name, value) of every option that the state's method has."""
    chosen = state.method_options
    values: dict[str, object] = {
        "layer": layer,
        "head": shown_heads(trace, state.heads, shown_query(trace, state.token)),
        "target": shown_target(trace, state),
        "fusion": chosen.fusion,
        "start_layer": min(chosen.start_layer, trace.num_layers - 1),
        "discard": chosen.discard,
        "mass": chosen.mass,
        "fill": chosen.fill,
        "cells": min(chosen.cells, *trace.grid),
    }
    return tuple((name, values[name]) for name in METHODS[state.method].options)


def shown_target(trace: Trace, state: ViewState) -> int | None:
    """The class that is explained; None for the likeliest, or where there is none."""
    logits = trace.logits
    if state.target is None or logits is None or state.target >= len(logits):
        return None
    return state.target


def method_heat(trace: Trace, state: ViewState, values: Array) -> Heat:
    """The map of a method other than raw attention, from its (N,) values.

    The scale is the map's own unless it is fixed: other heads do not measure it.
    """
    method = METHODS[state.method]
    layer = shown_layer(trace, state)
    query = shown_query(trace, state.token)
    patches = trace.patch_map(values)
    scale = Scale.FIXED if state.scale is Scale.FIXED else Scale.OWN
    if scale is Scale.FIXED:
        levels = fixed_levels(state)
    else:
        levels = levels_for(patches, log=state.log, clip_percent=state.clip_percent)
        lowest = float(patches.min())
        if lowest < 0 and not levels.log:
            levels = Levels(lowest, max(levels.high, -1e-3 * lowest))
    peak = np.unravel_index(int(np.argmax(patches)), patches.shape)
    return Heat(
        layer=0 if layer is None else layer,
        heads=shown_heads(trace, state.heads, query),
        token=query,
        direction=Direction.LOOKS_AT,
        patches=patches,
        special=values[: trace.num_prefix_tokens],
        levels=levels,
        uniform=1 / trace.num_keys if method.sums_to_one else None,
        peak=(int(peak[0]), int(peak[1])),
        method=method.name,
        options=_resolved_options(trace, state),
    )


def _resolved_options(trace: Trace, state: ViewState) -> tuple[tuple[str, object], ...]:
    """The options beside layer and head, with the class that is explained."""
    logits = trace.logits
    likeliest = None if logits is None else int(np.argmax(logits))
    chosen = chosen_options(trace, state, 0)
    return tuple(
        (name, likeliest if name == "target" and value is None else value)
        for name, value in chosen
        if name not in ("layer", "head")
    )


def strip(trace: Trace, state: ViewState, maps: LayerMaps) -> tuple[MapCell, ...]:
    """Small maps of mean, max, min and every head, in that order."""
    choices = (*FUSED_CHOICES, *(HeadChoice((h,)) for h in range(len(maps.values))))
    return tuple(_cell(trace, heat(trace, state, maps, heads=c)) for c in choices)


def rail_cell(trace: Trace, state: ViewState, maps: LayerMaps) -> MapCell:
    """Small map of one layer: the chosen heads on a scale of its own."""
    choice = _kept(state.heads, len(maps.values))
    fused = _patch_values(trace, maps, fused_values(maps.values, choice))
    patches = trace.patch_map(fused)
    levels = levels_for(patches, log=state.log, clip_percent=state.clip_percent)
    ratio = float(patches.max()) * trace.num_tokens
    return MapCell(str(maps.layer), patches, levels, ratio)


def fused_values(values: Array, choice: HeadChoice) -> Array:
    """(…) of (H, …): the chosen heads made one."""
    values = values[list(choice.heads)] if choice.heads else values
    fused: Array
    match choice.fusion:
        case Fusion.MEAN:
            fused = values.mean(axis=0)
        case Fusion.MAX:
            fused = values.max(axis=0)
        case Fusion.MIN:
            fused = values.min(axis=0)
    return fused


def _patch_values(trace: Trace, maps: LayerMaps, values: Array) -> Array:
    """Values of (…, N), divided by the patches' sum if that is asked for."""
    return (
        renormalised(values, trace.num_prefix_tokens)
        if maps.is_renormalised
        else values
    )


def renormalised(values: Array, num_prefix_tokens: int) -> Array:
    """Return values (…, N) divided by the sum of those of the patches."""
    total = values[..., num_prefix_tokens:].sum(axis=-1, keepdims=True)
    scaled: Array = values / np.maximum(total, np.float32(1e-30))
    return scaled


def fixed_levels(state: ViewState) -> Levels:
    """The range that the user chose; a logarithmic one begins above 0."""
    low, high = state.fixed_range
    return Levels(max(low, high / 1000) if state.log else low, high, state.log)


def _levels(trace: Trace, state: ViewState, maps: LayerMaps, patches: Array) -> Levels:
    match state.scale:
        case Scale.FIXED:
            return fixed_levels(state)
        case Scale.OWN:
            values = patches
        case Scale.SHARED:
            all_heads = _patch_values(trace, maps, maps.values)
            values = all_heads[:, trace.num_prefix_tokens :]
    return levels_for(values, log=state.log, clip_percent=state.clip_percent)


def _uniform(trace: Trace, maps: LayerMaps) -> float:
    """What every token would get if attention were even."""
    if maps.token == POOL:
        first = trace.num_prefix_tokens if maps.is_renormalised else 0
        return 1 / sum(token >= first for token in trace.pooled_tokens)
    if trace.interventions.axis is Axis.HEADS:
        return 1 / trace.num_heads
    left_out = trace.num_prefix_tokens if maps.is_renormalised else 0
    return 1 / (trace.num_keys - left_out)


def _cell(trace: Trace, one: Heat) -> MapCell:
    return MapCell(
        label=one.heads.label(),
        patches=one.patches,
        levels=one.levels,
        peak_ratio=one.peak_value / (one.uniform or 1 / trace.num_tokens),
    )


def is_in_force(change: ListedIntervention, trace: Trace) -> bool:
    """Whether a run was changed by it: it is on, and what it names is there."""
    fits = keep_fitting(
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
