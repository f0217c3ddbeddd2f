"""Error of attention in bfloat16 or float16, against the same run in float32.

    trace in a lower precision ─┬─ difference of some rows of every layer
    same run in float32 ────────┘

Attention is computed from q and k in float32 or more whatever the model runs in; what
differs is the rounding of q and k on their way through the model. `Trace.max_error`
does not show it: it compares rows with the model's own output, which was rounded alike.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.run import run
from vitviz.errors import CheckpointError
from vitviz.explain.gradients import prepared_pixels
from vitviz.models.catalogue.embedded import EMBEDDED_NAMES
from vitviz.models.catalogue.entries import split_network
from vitviz.models.load import load_model
from vitviz.models.model import IN_MEMORY, Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitviz.attention.trace import Trace

# Queries compared in every layer, about, spread evenly.
NUM_ROWS = 32


@dataclass(frozen=True, slots=True)
class PrecisionError:
    """Difference of attention from that of the same run in float32.

    largest : largest difference of one weight, in [0, 1].
    moved : largest share of a row's attention that lies on other tokens, in [0, 1].
    layer : layer of that row.
    """

    largest: float
    moved: float
    layer: int


def precision_error(
    model: Model,
    trace: Trace,
    *,
    is_cancelled: Callable[[], bool] | None = None,
) -> PrecisionError:
    """Return the error of a trace, measured by a second run of its model in float32.

    Weights that came from a file are read again, so that their own rounding counts;
    those of a module in memory are taken as they are. May be called from any thread.

    is_cancelled : polled before every layer.

    Raises InputError if the trace was made of a prepared tensor, which is not stored,
    and what `load_model` and `trace` raise.
    """
    pixels = prepared_pixels(trace)
    twin = float32_twin(as_run(model, trace))
    setup = replace(trace.setup, model=twin.info)
    exact = run(twin, setup, pixels.to(twin.device), is_cancelled=is_cancelled)
    return compare(trace, exact)


def compare(trace: Trace, exact: Trace) -> PrecisionError:
    """Return the difference between the rows of two traces of the same tokens."""
    step = max(1, trace.num_tokens // NUM_ROWS)
    largest, worst, where = 0.0, 0.0, 0
    for layer in range(trace.num_layers):
        if layer in trace.setup.windowed:
            continue
        for query in range(0, trace.num_tokens, step):
            difference = np.abs(trace.row(layer, query) - exact.row(layer, query))
            largest = max(largest, float(difference.max()))
            # half of it: what one token has less, another has more
            moved = float(difference.sum(-1).max()) / 2
            if moved > worst:
                worst, where = moved, layer
    return PrecisionError(largest, worst, where)


def float32_twin(model: Model) -> Model:
    """Return the same model in float32, on the same device.

    A copy of a module in memory; otherwise loaded again from where it came from.
    """
    info = model.info
    if info.source == IN_MEMORY:
        adapter = copy.deepcopy(model.adapter)
        adapter.module.float()
        info = replace(info, dtype="float32")
        return replace(model, adapter=adapter, info=info, dtype=torch.float32)
    _, place = split_network(info.source)
    own = info.weights_path
    is_path = own is not None and place.startswith((str(own), str(own.parent)))
    is_embedded = info.name in EMBEDDED_NAMES
    twin = load_model(
        info.source if is_path else info.name,
        device=info.device,
        patch_size=info.patch_size[0] if is_embedded else None,
    )
    if own is not None and twin.info.weights_sha256 != info.weights_sha256:
        raise CheckpointError(
            "{path} was replaced after it was loaded, so there is nothing to compare "
            "with. Load the model again.",
            path=own.name,
        )
    return twin
