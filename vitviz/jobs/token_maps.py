"""From the tokens' states to the small maps of one reading."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vitviz.attention.trace import Trace
from vitviz.domain.geometry import POOL
from vitviz.domain.methods import Source
from vitviz.errors import SelectionError, UnsupportedModelError
from vitviz.explain import token_states
from vitviz.models.model import Model
from vitviz.views.colour import Array, Levels
from vitviz.views.display import shown_query, shown_target
from vitviz.views.tokens import TokenCell, TokenCells
from vitviz.views.view_state import Reading, ViewState

Check = Callable[[], None]


def token_cells(
    trace: Trace,
    state: ViewState,
    model: Model,
    states: token_states.States | None,
    check: Check = lambda: None,
) -> TokenCells:
    """Return the maps of the state's reading, for its token and class.

    check : called before every map; raises to end. Raises UnsupportedModelError.
    """
    shows = state.tokens_view.shows
    if shows is Reading.FILTERS:
        pictures = token_states.filters(model)
        cells = tuple(
            TokenCell(str(i), picture, None) for i, picture in enumerate(pictures)
        )
        return TokenCells(shows, cells, None)
    token = shown_query(trace, state.token)
    if token == POOL and shows in (Reading.POSITIONS, Reading.SIMILARITY):
        raise SelectionError(
            "The query of a pooling head is no token, so nothing can be compared with "
            "it here. Choose a patch or a special token."
        )
    if shows is Reading.POSITIONS:
        cosines = token_states.similarity(token_states.positions(model, trace), token)
        cell = TokenCell("", trace.patch_map(cosines), None)
        return TokenCells(shows, (cell,), _cosine_levels([cosines]))
    assert states is not None
    if shows is Reading.NORMS:
        return _norms(trace, states)
    if shows is Reading.COLOURS:
        return _colours(trace, states, check)
    if shows is Reading.SIMILARITY:
        return _similarity(trace, states, token, state.tokens_view.source, check)
    return _lens(trace, state, model, states, check)


def _norms(trace: Trace, states: token_states.States) -> TokenCells:
    lengths = token_states.norms(states)
    cells, total = [], 0
    for layer, of_layer in enumerate(lengths):
        count = int(token_states.artefacts(of_layer, trace.num_prefix_tokens).sum())
        total += count
        label = f"{layer} ({count}!)" if count else str(layer)
        cells.append(TokenCell(label, trace.patch_map(of_layer), *_place(trace, layer)))
    return TokenCells(Reading.NORMS, tuple(cells), None, num_artefacts=total)


def _colours(trace: Trace, states: token_states.States, check: Check) -> TokenCells:
    cells = []
    for layer in range(trace.num_layers + 1):
        check()
        found = token_states.colours(states, layer, trace.num_prefix_tokens)
        picture = found.reshape(*trace.grid, 3)
        cells.append(TokenCell(str(layer), picture, *_place(trace, layer)))
    return TokenCells(Reading.COLOURS, tuple(cells), None)


def _similarity(
    trace: Trace, states: token_states.States, token: int, source: Source, check: Check
) -> TokenCells:
    cells, found = [], []
    count = trace.num_layers + (1 if source is Source.STATE else 0)
    for layer in range(count):
        check()
        vectors = token_states.vectors(states, trace, layer, source.value)
        cosines = token_states.similarity(vectors, token)
        found.append(cosines)
        patches = trace.patch_map(cosines)
        cells.append(TokenCell(str(layer), patches, *_place(trace, layer)))
    return TokenCells(Reading.SIMILARITY, tuple(cells), _cosine_levels(found))


def _lens(
    trace: Trace,
    state: ViewState,
    model: Model,
    states: token_states.States,
    check: Check,
) -> TokenCells:
    logits = trace.logits
    if logits is None:
        raise UnsupportedModelError(
            "{name} has no classifier to read tokens with.", name=model.info.name
        )
    target = shown_target(trace, state)
    target = int(np.argmax(logits)) if target is None else target
    cells = []
    for layer in range(trace.num_layers + 1):
        check()
        shares, _ = token_states.lens(model, states, layer, target)
        patches = trace.patch_map(shares)
        cells.append(TokenCell(str(layer), patches, *_place(trace, layer)))
    high = max(float(cell.values.max()) for cell in cells)
    levels = Levels(0.0, max(high, 1e-12))
    return TokenCells(Reading.LENS, tuple(cells), levels, target=target)


def _place(trace: Trace, state: int) -> tuple[int, bool]:
    """Return the layer that reads x^state and False; the last and True for its own."""
    last = trace.num_layers - 1
    return min(state, last), state > last


def _cosine_levels(cosines: list[Array]) -> Levels:
    """From 0, or from the smallest where there are negative ones, to 1."""
    return Levels(min(0.0, min(float(c.min()) for c in cosines)), 1.0)
