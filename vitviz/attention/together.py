"""Traces of several pictures from one forward pass, for folders.

    pictures of one input size → one tapped pass of a batch → a trace of each

A batch fills the processor better: of small inputs a pass of four takes about three
quarters of the time of four passes, and the traces are the same. What one picture of a
batch cannot do is reported by its own run, so nothing is raised here: None then.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from vitviz.attention.price import run_bytes
from vitviz.attention.run import require_exact, whole_trace
from vitviz.attention.tap import tap
from vitviz.attention.trace import Setup, Trace
from vitviz.models.model import Model, ModelInfo
from vitviz.models.threads import beside_others
from vitviz.system.memory import free_bytes

# Pictures of a pass, at most.
MOST = 4
# Tokens of a pass, all pictures together: more fill the processor no better.
MOST_TOKENS = 1200


def num_together(info: ModelInfo, num_tokens: int) -> int:
    """Return how many pictures of N tokens go through a model in one pass, from 1.

    Their run takes at most half of the free memory.
    """
    free = free_bytes(info.device)
    count = min(MOST, MOST_TOKENS // num_tokens)
    if free is not None:
        _, peak = run_bytes(info, num_tokens)
        count = min(count, free // (2 * peak))
    return max(1, count)


def trace_together(
    model: Model, inputs: Sequence[tuple[Setup, Tensor]]
) -> list[Trace] | None:
    """Return the traces of several pictures, made in one pass.

    Each is what `run.trace` returns for its picture, to the rounding of the kernels.

    inputs : of `prepare.set_up`, without interventions, all of one size.

    None where they are not, or where the pass fails: trace them one by one then, which
    says why.
    """
    try:
        return _traced(model, inputs)
    except Exception:
        # whatever a network makes of a batch: of one picture it may make a trace
        return None


def _traced(model: Model, inputs: Sequence[tuple[Setup, Tensor]]) -> list[Trace] | None:
    setups, pixels = zip(*inputs, strict=True)
    first = setups[0]
    size = first.placement.model_size
    if any(one.placement.model_size != size for one in setups):
        return None
    adapter = model.adapter
    with (
        torch.inference_mode(),
        adapter.ready(size),
        beside_others(counts_own=True) as look_at_others,
    ):

        def ends() -> bool:
            look_at_others()
            return False

        opened = tap(
            adapter.blocks,
            is_cancelled=ends,
            windowed=first.windowed,
            grid=(first.grid.rows, first.grid.cols),
            count=len(inputs),
        )
        with opened as recordings:
            output = adapter.forward(torch.cat(pixels))
    if len(output) != len(inputs):
        return None
    made = []
    for setup, recording, values in zip(setups, recordings, output, strict=True):
        one = whole_trace(setup, model, recording, values)
        require_exact(one)
        made.append(one)
    return made
