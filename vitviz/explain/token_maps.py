"""One map of what tokens carry, of a layer and for a query, for `explain.run_method`.

States (of a pass, kept by the caller) ── token_map ──► (N,), or (3, N) of colours
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from vitviz.domain.methods import MethodOptions, Source
from vitviz.explain import token_states
from vitviz.explain.gradients import target_class

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.attention.trace import Trace
    from vitviz.explain.token_states import Array, States
    from vitviz.models.model import Model


def token_map(
    name: str,
    trace: Trace,
    model: Model,
    *,
    token: int,
    layer: int,
    target: int | None,
    options: MethodOptions,
    states: States | None = None,
    pixels: Tensor | None = None,
) -> Array:
    """Return the values of a map in `TOKEN_MAPS` for all tokens, (N,) float32.

    Colours are (3, N): red, green and blue in [0, 1], 0 for special tokens.

    token, layer : not negative.
    states : of the trace's picture; without them the model runs.
    pixels : (1, 3, H, W), needed only if the trace was made of a prepared tensor.

    Raises what the functions of `token_states` do, SelectionError for a class that the
    model lacks.
    """
    if name == "position-similarity":
        return token_states.similarity(token_states.positions(model, trace), token)
    made: Array
    found = states or token_states.states(model, trace, pixels=pixels)
    at = layer + options.after
    if name == "token-norms":
        made = token_states.norms(found)[at]
        return made
    if name == "token-colours":
        return _colours(found, at, trace)
    if name == "token-similarity":
        of_states = options.source is Source.STATE
        vectors = token_states.vectors(
            found, trace, at if of_states else layer, options.source.value
        )
        return token_states.similarity(vectors, token)
    assert name == "lens"
    logits = torch.zeros(0) if trace.logits is None else torch.from_numpy(trace.logits)
    chosen = target_class(model, trace, logits, target)
    # a model without classes is refused by the lens itself
    return token_states.lens(model, found, at, chosen or 0)[0]


def _colours(states: States, at: int, trace: Trace) -> Array:
    """Return the colours of all tokens, (3, N); special ones have none."""
    patches = token_states.colours(states, at, trace.num_prefix_tokens)
    made = np.zeros((3, trace.num_tokens), np.float32)
    made[:, trace.num_prefix_tokens :] = patches.T
    return made
