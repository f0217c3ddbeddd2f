"""Content of the screen, resolved from a trace and a view state. No Qt, no torch.

    ViewState (what the user wants) + Trace ── resolve ──► Display ──► panes
                                                              │
                        PNG, SVG, PDF, GIF, .npz, .csv, command line

`series` resolves a state for several layers and heads, on one scale where that is
shared, for tables of maps and animations. All functions are pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vitviz.domain.geometry import POOL
from vitviz.domain.heads import Fusion, HeadChoice, strip_choices
from vitviz.domain.interventions import Axis, ListedIntervention, keep_fitting
from vitviz.domain.methods import MAPS, Source
from vitviz.views.colour import Array, Levels, levels_for
from vitviz.views.view_state import Direction, Look, Scale, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace


@dataclass(frozen=True, slots=True, eq=False)
class LayerMaps:
    """Attention of one token in one layer, for every head."""

    layer: int
    token: int
    direction: Direction
    # (H, N), as the model computed it, not renormalised.
    values: Array
    is_renormalised: bool


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """One map, ready to be painted over the picture."""

    layer: int
    heads: HeadChoice
    token: int
    direction: Direction
    # (R, C) values, of attention or of the method.
    patches: Array
    # (P,) values of the special tokens, never renormalised.
    special: Array
    levels: Levels
    # Value of every token if all were equal; None where values have no fixed sum.
    uniform: float | None
    # (row, col) of the largest value.
    peak: tuple[int, int]
    method: str = "raw"
    # (name, value) of the method's options but layer and head; the target is a class
    # also where the likeliest was left to be found.
    options: tuple[tuple[str, object], ...] = ()
    # Sum of the row, special tokens included: 1 unless the softmax runs along another
    # axis.
    total: float = 1.0
    # Name of the mark of `uniform` on the colour bar.
    uniform_text: str = "1/N"
    # (R, C, 3) in [0, 1] of a map that has colours of its own: `patches` are its red,
    # and it has no levels to read.
    colours: Array | None = None

    @property
    def num_clipped(self) -> int:
        """Number of patches above the upper end of the levels."""
        return int((self.patches > self.levels.high * (1 + 1e-6)).sum())

    @property
    def peak_value(self) -> float:
        """Largest value on the grid."""
        return float(self.patches[self.peak])

    @property
    def special_share(self) -> float:
        """Share of the row's sum that goes to special tokens, in [0, 1]."""
        return float(self.special.sum()) / self.total


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """Everything that is on screen, which is all that a figure or numbers need.

    setup : what is known of the run, with model, grid, placement and picture.
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
        """Token index of the query on screen, or POOL."""
        return self.state.token

    @property
    def look(self) -> Look:
        """Style, colour map and opacity of the map."""
        return self.state.look


@dataclass(frozen=True, slots=True, eq=False)
class MapCell:
    """A small map in the head strip or the layer rail."""

    label: str
    # (R, C).
    patches: Array
    levels: Levels
    # Largest value ÷ uniform value.
    peak_ratio: float


def resolve(
    state: ViewState, trace: Trace, *, values: Array | None = None
) -> Display | None:
    """Return what is on screen for a state; None before a layer has been captured.

    values : (N,), of colours (3, N), of the state's method for its token and layer,
        where that is not raw attention; without them the display has no heat yet.

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
    """Return whether the run, or one of these fields of the state, has changed.

    old : the display before; None counts as changed.
    fields : names of fields of `ViewState`.
    """
    return (
        old is None
        or old.setup is not new.setup
        or any(getattr(old.state, f) != getattr(new.state, f) for f in fields)
    )


def preview(display: Display, trace: Trace, token: int) -> Display:
    """Return the display with raw attention of another token over the picture.

    Raises ExactnessError for a layer that failed its check.
    """
    maps = maps_of(trace, display.state, display.layer, token=token)
    shown = heat(trace, display.state, maps)
    return replace(display, heat=shown, attention=shown)


def on_levels(display: Display, levels: Levels | None) -> Display:
    """Return the display with its map on other levels; None keeps its own."""
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

    values : returns (N,) of the state's method for a state in range and its layer.

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
    """Return the state with what it names brought into the range of the trace.

    Token, pinned tokens, heads and target that the trace does not have are replaced or
    left out; the direction is that of a row for the query of a pooling head.

    layer : as `shown_layer` returns it.
    """
    query = shown_query(trace, state.token)
    others = dict.fromkeys(t for t in state.others if is_query(trace, t))
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
    """Return (token, map) of the tokens pinned beside the first, on one scale."""
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
    """Return the state's layer, or the nearest one that has been captured.

    None before any has been. A pooling head has one layer, the last, and none before
    it has run.
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
    """Return the token, or the first one that is left if this trace does not have it.

    A dropped patch is not in the sequence: its row would be of a token that no layer
    passes on.
    """
    dropped = trace.dropped
    if 0 <= token < trace.num_tokens and token not in dropped:
        return token
    return next(one for one in range(trace.num_tokens) if one not in dropped)


def is_query(trace: Trace, token: int) -> bool:
    """Return whether this trace has a row of the token, or of its pooling head."""
    return shown_query(trace, token) == token


def shown_query(trace: Trace, token: int) -> int:
    """Return the token as `shown_token` does; POOL for a model with a pooling head."""
    is_pool = token == POOL and trace.has_pool
    return POOL if is_pool else shown_token(trace, token)


def shown_heads(trace: Trace, heads: HeadChoice, query: int = 0) -> HeadChoice:
    """Return a choice of heads without those that the model lacks.

    query : POOL for the heads of a pooling head, which has a number of its own.
    """
    return _kept(heads, trace.num_heads_of(query))


def _kept(heads: HeadChoice, count: int) -> HeadChoice:
    """Return a choice without heads from `count` on; all heads if none is left."""
    kept = tuple(h for h in heads.heads if h < count)
    if kept == heads.heads:
        return heads
    return HeadChoice(kept, heads.fusion)


def maps_of(
    trace: Trace, state: ViewState, layer: int, *, token: int | None = None
) -> LayerMaps:
    """Return the attention of a token in one layer, for every head.

    Rows or columns, by the state's direction. The query of a pooling head is looked at
    by no token: its maps are always rows. The first column of a layer costs a pass over
    all its rows; see `Trace.has_normalisers`.

    token : in place of the state's.

    Raises ExactnessError for a layer that failed its check.
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
    """Return the map of raw attention over the picture.

    heads : in place of the state's.
    """
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
    """Return (name, value) of every option of the state's method, within range."""
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
        "source": chosen.source,
        # queries, keys and values are computed of what enters a layer
        "after": chosen.after and not _is_of_heads(state),
    }
    return tuple((name, values[name]) for name in MAPS[state.method].options)


def _is_of_heads(state: ViewState) -> bool:
    """Return whether similarity of queries, keys or values is on the picture."""
    is_similarity = "source" in MAPS[state.method].options
    return is_similarity and state.method_options.source is not Source.STATE


def shown_target(trace: Trace, state: ViewState) -> int | None:
    """Return the class to explain; None for the likeliest, or without classes."""
    logits = trace.logits
    if state.target is None or logits is None or state.target >= len(logits):
        return None
    return state.target


def method_heat(trace: Trace, state: ViewState, values: Array) -> Heat:
    """Return the map over the picture of a method other than raw attention.

    Its levels are its own unless they are fixed: a scale shared among heads is one of
    attention.

    values : (N,) of the method, as `explain.run_method.token_values` returns them; of
        colours (3, N).
    """
    method = MAPS[state.method]
    layer = shown_layer(trace, state)
    query = shown_query(trace, state.token)
    colours = None
    if values.ndim == 2:
        colours = np.moveaxis(trace.patch_map(values), 0, -1)  # (R, C, 3)
        values = values[0]
    patches = trace.patch_map(values)
    scale = Scale.FIXED if state.scale is Scale.FIXED else Scale.OWN
    if colours is not None:
        levels = Levels(0.0, 1.0)
    elif scale is Scale.FIXED:
        levels = fixed_levels(state)
    else:
        levels = levels_for(patches, log=state.log, clip_percent=state.clip_percent)
        # occlusion has negative values; the bar then begins at the smallest
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
        colours=colours,
    )


def _resolved_options(trace: Trace, state: ViewState) -> tuple[tuple[str, object], ...]:
    """Return the method's options but layer and head, with the class of the target."""
    logits = trace.logits
    likeliest = None if logits is None else int(np.argmax(logits))
    chosen = chosen_options(trace, state, 0)
    return tuple(
        (name, likeliest if name == "target" and value is None else value)
        for name, value in chosen
        if name not in ("layer", "head")
    )


def strip(trace: Trace, state: ViewState, maps: LayerMaps) -> tuple[MapCell, ...]:
    """Return small maps of mean, max, min and every head, in that order."""
    choices = strip_choices(len(maps.values))
    return tuple(_cell(trace, heat(trace, state, maps, heads=c)) for c in choices)


def rail_cell(trace: Trace, state: ViewState, maps: LayerMaps) -> MapCell:
    """Return the small map of one layer: the chosen heads on a scale of its own."""
    choice = _kept(state.heads, len(maps.values))
    fused = _patch_values(trace, maps, fused_values(maps.values, choice))
    patches = trace.patch_map(fused)
    levels = levels_for(patches, log=state.log, clip_percent=state.clip_percent)
    ratio = float(patches.max()) * trace.num_tokens
    return MapCell(str(maps.layer), patches, levels, ratio)


def fused_values(values: Array, choice: HeadChoice) -> Array:
    """Return the chosen heads fused: (H, …) → (…)."""
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
    """Return values, (…, N), divided by the patches' sum if the maps are."""
    return (
        renormalised(values, trace.num_prefix_tokens)
        if maps.is_renormalised
        else values
    )


def renormalised(values: Array, num_prefix_tokens: int) -> Array:
    """Return values, (…, N), divided by the sum of the patches' values; a copy."""
    total = values[..., num_prefix_tokens:].sum(axis=-1, keepdims=True)
    scaled: Array = values / np.maximum(total, np.float32(1e-30))
    return scaled


def fixed_levels(state: ViewState) -> Levels:
    """Return the levels that the user chose; logarithmic ones begin above 0."""
    low, high = state.fixed_range
    return Levels(max(low, high / 1000) if state.log else low, high, state.log)


def matrix_levels(state: ViewState, values: Array) -> Levels:
    """Return the levels of a matrix by itself, (N, N) or pooled.

    They are never those of a map: a single row is a small part of a matrix.
    """
    if state.scale is Scale.FIXED:
        return fixed_levels(state)
    return levels_for(values, log=state.log, clip_percent=state.clip_percent)


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
    """Return what every token would get if attention were even."""
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
    """Return whether a change of the Lab is on and the trace's run was made with it.

    A change that names layers, heads or tokens that the model lacks is not in force.
    """
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
