"""Colours of a page's tokens: patches that are alike have like colours.

With the model its states are read, by one pass more; without it the keys that the
trace has, which is what is left of a run where no model can be asked again.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitviz.errors import VitvizError
from vitviz.views.colour import Array

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model


class ColourSource(enum.Enum):
    """Vectors of the tokens that their colours are made of."""

    # What enters each layer, and what leaves the last: L + 1 maps.
    STATES = "states"
    # The keys of each layer, heads side by side: L maps.
    KEYS = "keys"


@dataclass(frozen=True, slots=True, eq=False)
class TokenColours:
    """Colours of the patches, from layer to layer.

    maps : (R·C, 3) in [0, 1] each; None for a layer without them.
    """

    source: ColourSource
    maps: tuple[Array | None, ...]


def token_colours(trace: Trace, model: Model | None = None) -> TokenColours:
    """Return the colours of a trace's tokens.

    model : the one that made the trace; None for the colours of its keys.
    """
    if model is not None and not trace.setup.is_prepared:
        from vitviz.explain.token_states import colours, states

        try:
            found = states(model, trace)
        except VitvizError:  # of a network whose states cannot be read
            return _of_keys(trace)
        first = trace.num_prefix_tokens
        count = len(found.values)
        maps = (colours(found, index, first) for index in range(count))
        return TokenColours(ColourSource.STATES, tuple(maps))
    return _of_keys(trace)


def _of_keys(trace: Trace) -> TokenColours:
    from vitviz.explain.token_states import principal_colours

    maps: list[Array | None] = []
    for capture in trace.captures:
        one = None
        # keys of windows, or of other tokens, have no place on the grid
        if capture is not None and capture.k.shape[1] == trace.num_tokens:
            keys = capture.k.transpose(0, 1).flatten(1).float()  # (H, N, D) → (N, H·D)
            one = principal_colours(keys[trace.num_prefix_tokens :])
        maps.append(one)
    return TokenColours(ColourSource.KEYS, tuple(maps))
