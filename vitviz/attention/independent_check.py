"""Changed attention computed a second way, as a check of `attention.compute`.

A softmax over another axis is no kernel's business: what the changed model computes
comes from the very functions that its record is read with, so that comparing the two
would compare these functions with themselves. Here a tile of it, whole along the axis
that sums to 1, is written out from the call as the model made it:

    s = (q·k · scale + bias) / T, −∞ where cut;  A = exp(s − max s) / Σ exp(s − max s)

with maximum and sum over the queries or the heads. No code is shared with what it
checks.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import torch
from torch import Tensor

from vitviz.attention import compute
from vitviz.attention.capture import Capture
from vitviz.attention.compute import rows_at
from vitviz.attention.intervene import Call, LayerInterventions, as_bias
from vitviz.domain.interventions import Axis

NUM_KEYS = 256
"""Keys of the tile, at most; all queries of each are computed."""


def verify_other_axis(
    capture: Capture, call: Call, change: LayerInterventions
) -> Capture:
    """`capture` with its error at least that of its weights over another axis.

    The error of the weights is max|A − A₂| / max|A₂| over the checked queries and the
    keys of the tile, A₂ being the second way's.

    call : before it was rescaled, of one picture.
    """
    queries = checked_queries(capture.num_queries).to(call.q.device)
    keys = _spread(capture).to(call.q.device)
    expected = _columns(call, change, keys)[:, queries]  # (H, b, n)
    actual = compute.rows_at(capture, queries)[..., keys]
    error = (actual - expected).abs().max() / expected.max().clamp_min(1e-30)
    former = torch.tensor(capture.error, device=error.device)
    return replace(capture, error=float(torch.maximum(error, former)))  # NaN stays


def _spread(capture: Capture) -> Tensor:
    """(n,) keys from the first to the last whose columns fit one tile."""
    column_bytes = 2 * 4 * capture.num_heads * capture.num_queries
    most = max(2, min(NUM_KEYS, compute.MAX_TILE_BYTES // column_bytes))
    count = min(most, capture.num_keys)
    return torch.linspace(0, capture.num_keys - 1, count).round().long()


def _columns(call: Call, change: LayerInterventions, keys: Tensor) -> Tensor:
    """Attention of all queries to some keys, (H, N, n) float32; 0 where all is cut."""
    q, k = call.q[0].float(), call.k[0][:, keys].float()
    scores = torch.einsum("hid,hjd->hij", q, k)  # (H, N, n)
    if change.is_scaled:
        scores = scores * call.scale
    bias = as_bias(call.mask)
    if bias is not None:
        bias = bias[0] if bias.dim() == 4 else bias
        whole = (len(q), q.shape[1], call.k.shape[-2])
        scores = scores + bias.expand(whole)[..., keys].float()  # a view until then
    scores = scores / change.temperature
    for edges in change.edges:
        columns = torch.arange(len(keys), device=keys.device)
        if edges.keys is not None:
            columns = columns[(keys[:, None] == edges.keys).any(dim=1)]
        rows = slice(None) if edges.queries is None else edges.queries[:, None]
        scores[:, rows, columns] = -torch.inf
    dim = 0 if change.axis is Axis.HEADS else 1
    powers = torch.exp(scores - scores.amax(dim=dim, keepdim=True))
    return (powers / powers.sum(dim=dim, keepdim=True)).nan_to_num(nan=0.0)


NUM_CHECKED_ROWS = 9
"""Rows of each block that are recomputed and compared with the model's own output."""


def verify_rows(capture: Capture, output: Tensor) -> Capture:
    """`capture` with its error measured on the first query and seeded others.

    output : Tensor, (H, N, D), what the model's own kernel returned.
    """
    queries = checked_queries(capture.num_queries).to(output.device)
    expected = output[:, queries].float()  # (H, b, D)
    actual = rows_at(capture, queries) @ capture.v.float()  # (H, b, N) @ (H, N, D)
    error = (actual - expected).abs().max() / expected.abs().max().clamp_min(1e-30)
    return replace(capture, error=float(error))


@cache
def checked_queries(num_queries: int) -> Tensor:
    """The first query and seeded others, the same for every layer of a size."""
    with torch.inference_mode(False):
        generator = torch.Generator().manual_seed(num_queries)
        count = (NUM_CHECKED_ROWS - 1,)
        others = torch.randint(num_queries, count, generator=generator)
        return torch.cat([torch.zeros(1, dtype=torch.long), others])
