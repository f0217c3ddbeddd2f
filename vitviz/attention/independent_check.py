"""Checks that recomputed attention equals what the model computed.

    verify_rows         every call: nine rows of softmax(Q Kᵀ · scale + bias) V against
                        the fused kernel's own output
    verify_other_axis   softmax over the queries or heads, which no fused kernel has
    columns_error       columns of a layer, against the entries of its verified rows
    pooled_error        pooled maps of a layer, against means of its verified rows

The last two cost time, so a layer is checked when its first column or map is read. In
the second case the changed model's output comes from `attention.compute`, the very
functions that the record is read with; comparing the two would compare these functions
with themselves. Some columns of A, whole along the axis that sums to 1, are therefore
written out here from the call as the model made it:

    s = (q·k · scale + bias) / T, −∞ where cut;  A = exp(s − max s) / Σ exp(s − max s)

with maximum and sum over the queries or the heads. This shares no code with what it
checks.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from vitviz.attention import compute
from vitviz.attention.capture import Capture
from vitviz.attention.compute import rows_at
from vitviz.attention.intervene import Call, LayerInterventions, as_bias
from vitviz.domain.geometry import Bins
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Axis

# Columns that are checked, at most; all queries of each are computed.
NUM_KEYS = 256


def verify_other_axis(
    capture: Capture, call: Call, change: LayerInterventions
) -> Capture:
    """Return `capture` with the larger of its error and that of its weights.

    The error of the weights is max |A − A₂| / max |A₂| over the checked queries and
    keys, where A₂ is the independent computation.

    call : of one picture, before temperature and scaling were applied.
    change : the layer's interventions; its axis is not the keys.
    """
    queries = checked_queries(capture.num_queries).to(call.q.device)
    keys = _spread(capture).to(call.q.device)
    expected = _columns(call, change, keys)[:, queries]  # (H, b, n)
    actual = compute.rows_at(capture, queries)[..., keys]
    error = (actual - expected).abs().max() / expected.max().clamp_min(1e-30)
    former = torch.tensor(capture.error, device=error.device)
    return capture.with_error(float(torch.maximum(error, former)))  # NaN stays


def _spread(capture: Capture) -> Tensor:
    """Return evenly spread keys, (n,) int64, whose columns fit one tile together."""
    # scores and their exponentials, 4 bytes a value
    column_bytes = 2 * 4 * capture.num_heads * capture.num_queries
    most = max(2, min(NUM_KEYS, compute.MAX_TILE_BYTES // column_bytes))
    count = min(most, capture.num_keys)
    return torch.linspace(0, capture.num_keys - 1, count).round().long()


def _columns(call: Call, change: LayerInterventions, keys: Tensor) -> Tensor:
    """Return the attention of all queries to some keys, (H, N, n) float32.

    0 where every score along the softmax's axis is cut.
    """
    q, k = call.q[0].float(), call.k[0][:, keys].float()  # (H, N, D), (H, n, D)
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


# Rows of each layer that are recomputed and compared with the kernel's output.
NUM_CHECKED_ROWS = 9


def output_rows(output: Tensor) -> Tensor:
    """Return what `verify_rows` compares with, (H, b, D), of a kernel's (H, N, D)."""
    return output[:, checked_queries(output.shape[1]).to(output.device)]


def verify_rows(capture: Capture, expected: Tensor) -> Capture:
    """Return `capture` with its error, measured on the first query and seeded others.

    The error is max |A V − O| / max |O| over these rows.

    expected : Tensor, (H, b, D), O, from `output_rows` of what the model's own kernel
        returned.
    """
    queries = checked_queries(capture.num_queries).to(expected.device)
    # (H, b, N) @ (H, N, D)
    actual = rows_at(capture, queries) @ capture.v.float()  # (H, b, D)
    return capture.with_error(_difference(actual, expected.float()))


def columns_error(capture: Capture, normalisers: Tensor | None) -> float:
    """Return the largest difference of columns from the verified rows, relative.

    max |column − row| / max |row| over the nine queries that `verify_rows` compares
    with the kernel, at the strongest key of each: at most nine columns are computed.

    normalisers : as `compute.column` takes them.
    """
    queries = checked_queries(capture.num_queries).to(capture.q.device)
    rows = rows_at(capture, queries)  # (H, b, N)
    keys = rows.amax(dim=0).argmax(dim=-1).unique()  # (n,)
    columns = [
        compute.column(capture, key, normalisers)[:, queries] for key in keys.tolist()
    ]
    return _difference(torch.stack(columns, dim=-1), rows[..., keys])


def pooled_error(
    capture: Capture, head: HeadChoice | Fusion | int, bins: Bins
) -> float:
    """Return the largest difference of a pooled map from verified rows.

    max |mean − mean₂| / max A over the bins of the first two of the nine queries that
    `verify_rows` compares with the kernel; mean₂ is summed key by key. Costs as much
    time as four of the map's bins.
    """
    errors = []
    for one in _checked_bins(capture, bins):
        wanted = range(one, one + 1)
        ((_, band),) = compute.pooled(capture, head, bins, rows=wanted)
        tokens = bins.tokens(one)
        errors.append(_pooled_difference(band[0], capture, head, bins, tokens))
    return float(torch.tensor(errors).max())  # NaN stays


def preview_error(
    capture: Capture, head: HeadChoice | Fusion | int, bins: Bins, preview: Tensor
) -> float:
    """Return the largest difference of a coarse map from rows.

    As `pooled_error`, for a map from `compute.pooled_preview`: one row of each bin.
    """
    errors = []
    for one in _checked_bins(capture, bins):
        tokens = bins.tokens(one)
        middle = tokens[len(tokens) // 2]
        row = range(middle, middle + 1)
        errors.append(_pooled_difference(preview[one], capture, head, bins, row))
    return float(torch.tensor(errors).max())  # NaN stays


def _checked_bins(capture: Capture, bins: Bins) -> tuple[int, ...]:
    """Return the bins of the first query and of one seeded query."""
    first, other, *_ = checked_queries(capture.num_queries).tolist()
    return bins.bin_of(first), bins.bin_of(other)


def _pooled_difference(
    pooled: Tensor,
    capture: Capture,
    head: HeadChoice | Fusion | int,
    bins: Bins,
    queries: range,
) -> float:
    """Return how much one row of a pooled map differs from its mean over `queries`.

    Relative to the largest weight of these queries: a minimum over heads may be so
    small that nothing but rounding is left of it.

    pooled : (num_bins,).
    """
    choice = HeadChoice((head,)) if isinstance(head, int) else head
    if isinstance(choice, Fusion):
        choice = HeadChoice((), choice)
    chosen = list(choice.heads or range(capture.num_heads))
    keys = torch.arange(capture.num_keys)
    patches = keys - bins.num_prefix_tokens
    index = bins.num_prefix_tokens + patches // bins.block
    index = torch.where(patches < 0, keys, index)  # (N,), the bin of each key
    rows = torch.arange(queries.start, queries.stop, device=capture.q.device)
    total = torch.zeros(bins.num_bins, dtype=torch.float64)
    largest = torch.tensor(1e-30)
    for some in torch.split(rows, compute.tile_rows(capture)):
        tile = rows_at(capture, some)[chosen].cpu()  # (h, b, N)
        largest = torch.maximum(largest, tile.max())
        # on the CPU: not every accelerator has float64
        fused = compute.fuse(tile, choice.fusion).double().sum(dim=0)  # (N,)
        total.index_add_(0, index, fused)
    means = total / torch.bincount(index, minlength=bins.num_bins) / len(queries)
    return float((pooled.cpu() - means).abs().max() / largest)


def _difference(actual: Tensor, expected: Tensor) -> float:
    """Return max |actual − expected| / max |expected|; NaN if one is not finite."""
    error = (actual - expected).abs().max() / expected.abs().max().clamp_min(1e-30)
    return float(error)


@cache
def checked_queries(num_queries: int) -> Tensor:
    """Return the first query and eight seeded others, (9,) int64, on the CPU.

    The same for every layer of a size.
    """
    # kept for later calls, which may be made outside of inference mode
    with torch.inference_mode(False):
        generator = torch.Generator().manual_seed(num_queries)
        count = (NUM_CHECKED_ROWS - 1,)
        others = torch.randint(num_queries, count, generator=generator)
        return torch.cat([torch.zeros(1, dtype=torch.long), others])
