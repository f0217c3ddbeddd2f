"""What a lower precision costs: attention in bfloat16 or float16 against float32.

The softmax is computed in float32 whatever the model runs in; what differs is what the
queries and keys were rounded to on the way. `Trace.max_error` does not show that: it
compares rows with the model's own output, which was rounded alike.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.run import run
from vitviz.explain.gradients import prepared_pixels
from vitviz.models.catalogue.entries import EMBEDDED_NAME, split_network
from vitviz.models.load import load_model
from vitviz.models.model import IN_MEMORY, Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitviz.attention.trace import Trace

NUM_ROWS = 32
"""Queries compared in every layer, spread evenly."""


@dataclass(frozen=True, slots=True)
class PrecisionError:
    """How far attention lies from what the same run is in float32."""

    largest: float
    """Largest difference of one weight, in [0, 1]."""
    moved: float
    """Largest share of a row's attention that lies elsewhere, in [0, 1]."""
    layer: int
    """Where that row is."""


def precision_error(
    model: Model,
    trace: Trace,
    *,
    is_cancelled: Callable[[], bool] | None = None,
) -> PrecisionError:
    """The error of a trace of `model`, by a second run of it in float32.

    The weights are read again where they came from a file, so that their own rounding
    counts; those of a module in memory are taken as they are.

    Raises InputError for a prepared tensor, whose pixels are not kept, and what
    `load_model` and `trace` raise.
    """
    pixels = prepared_pixels(trace)
    twin = float32_twin(as_run(model, trace))
    setup = replace(trace.setup, model=twin.info)
    exact = run(twin, setup, pixels.to(twin.device), is_cancelled=is_cancelled)
    return compare(trace, exact)


def compare(trace: Trace, exact: Trace) -> PrecisionError:
    """How far the rows of one trace lie from those of another, of the same tokens."""
    step = max(1, trace.num_tokens // NUM_ROWS)
    largest, worst, where = 0.0, 0.0, 0
    for layer in range(trace.num_layers):
        if layer in trace.setup.windowed:
            continue
        for query in range(0, trace.num_tokens, step):
            difference = np.abs(trace.row(layer, query) - exact.row(layer, query))
            largest = max(largest, float(difference.max()))
            moved = float(difference.sum(-1).max()) / 2
            if moved > worst:
                worst, where = moved, layer
    return PrecisionError(largest, worst, where)


def float32_twin(model: Model) -> Model:
    """The same model in float32, on the same device."""
    info = model.info
    if info.source == IN_MEMORY:
        adapter = copy.deepcopy(model.adapter)
        adapter.module.float()
        info = replace(info, dtype="float32")
        return replace(model, adapter=adapter, info=info, dtype=torch.float32)
    _, place = split_network(info.source)
    own = info.weights_path
    is_path = own is not None and place.startswith((str(own), str(own.parent)))
    is_embedded = info.name == EMBEDDED_NAME
    return load_model(
        info.source if is_path else info.name,
        device=info.device,
        patch_size=info.patch_size[0] if is_embedded else None,
    )
