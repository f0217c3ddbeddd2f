"""The answer as it would be if the model ended after each layer.

    answer_l = rest(pool(norm(x^l)))

the model's own final norm, pooling and head on the state x^l before or between its
blocks: the logit lens (nostalgebraist 2020; for ViTs Vilas et al. 2023, arXiv
2310.18969), of the token or mean that the answer is read from, or of all tokens
through a pooling head. The model itself makes
only the last of them, to which the read-out is compared.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.prepare import set_up
from vitviz.attention.trace import Array, Trace, as_array
from vitviz.domain.likeness import ReferenceFeatures
from vitviz.explain import most_like, token_states
from vitviz.explain.model_parts import pooled_read_out, read_out
from vitviz.models.model import Model
from vitviz.pictures.references import REFERENCES, reference_path

# The reference pictures' features by module, with what they depend on.
_found: WeakKeyDictionary[nn.Module, tuple[object, tuple[ReferenceFeatures, ...]]] = (
    WeakKeyDictionary()
)


def layer_answers(
    model: Model,
    trace: Trace,
    *,
    pixels: Tensor | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Array:
    """Return the answer read from each state, (L + 1, C) float32.

    Logits, or features of a model without a head; the first is read from what enters
    the first block, the last is the model's own. By one pass with the trace's
    interventions.

    Raises UnsupportedModelError where it is not known how the answer is read, and what
    `token_states.states` does.
    """
    states = token_states.states(model, trace, pixels=pixels, is_cancelled=is_cancelled)
    return _read(as_run(model, trace), states, trace.num_prefix_tokens)


def layer_references(
    model: Model, trace: Trace, *, check: Callable[[], None] = lambda: None
) -> tuple[ReferenceFeatures, ...]:
    """Return the reference pictures' features after each layer, L + 1 of them.

    Read like those of `layer_answers`, so that like is compared with like: the first
    are of what enters the first block. One pass a picture, once for a model's weights.

    model : without a head.
    trace : a run of it; its device and its special tokens count.
    check : called before every pass; what it raises ends the computation.

    Raises UnsupportedModelError where it is not known how the answer is read.
    """
    model = as_run(model, trace)
    module, key = model.adapter.module, most_like.depends_on(model)
    known = _found.get(module)
    if known is not None and known[0] == key:
        return known[1]
    read = []
    for name in REFERENCES:
        check()
        setup, pixels = set_up(model, reference_path(name))
        blank = Trace(setup, (None,) * trace.num_layers)
        states = token_states.states(model, blank, pixels=pixels)
        read.append(_read(model, states, trace.num_prefix_tokens))
    layers = np.stack(read, axis=1)  # (L + 1, R, C)
    found = tuple(ReferenceFeatures(REFERENCES, one) for one in layers)
    _found[module] = key, found
    return found


def _read(model: Model, states: token_states.States, num_prefix: int) -> Array:
    """Return the answer read from each state of one pass, (L + 1, C)."""
    final, output = states.values[-1], states.output
    if model.adapter.has_pool:
        reader: Callable[[Tensor], Tensor] = pooled_read_out(model, final, output)
    else:
        reader = read_out(model, final, output, num_prefix)
    with torch.inference_mode():
        found: list[Tensor] = [reader(one.to(model.dtype)) for one in states.values]
    return np.stack([as_array(one) for one in found])
