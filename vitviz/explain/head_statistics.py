"""Statistics of attention heads: entropy, distance, share to special tokens, sink.

    entropy    mean over queries of −Σ_j A_ij log A_ij / log N, in [0, 1]; 1 is uniform
    distance   mean over patch queries of Σ_j A_ij ‖g_i − g_j‖ in model pixels, patches
               only, rows divided by their sum over patches (Dosovitskiy et al. 2021,
               arXiv 2010.11929, figure 7 and appendix D.7; whether rows are divided is
               not said there, and published code differs)
    special    mean over queries of the attention to special tokens, in [0, 1]
    sink       the largest share that one token receives, mean over queries; 1/N if all
               receive the same (Xiao et al. 2023, arXiv 2309.17453, call it a sink)

All four come from one pass over a layer's rows, tile by tile, without an N×N matrix; a
layer takes about as long as its attention.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vitviz.attention import compute
from vitviz.attention.capture import Capture
from vitviz.attention.trace import as_array
from vitviz.domain.geometry import PatchGrid
from vitviz.domain.interventions import Axis
from vitviz.errors import SelectionError

Array = npt.NDArray[np.float32]
# Of a tile: small enough to stay in a processor's cache; larger ones are slower.
TILE_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class HeadStatistics:
    """Statistics of every head of one layer, each (H,) float32.

    entropy : in [0, 1].
    distance_px : mean attention distance in model pixels.
    special_share : in [0, 1].
    sink : in [1/N, 1].
    """

    entropy: Array
    distance_px: Array
    special_share: Array
    sink: Array


def head_statistics(
    capture: Capture,
    grid: PatchGrid,
    patch_size: tuple[int, int],
    *,
    check: Callable[[], None] = lambda: None,
) -> HeadStatistics:
    """Return the statistics of one layer's heads.

    patch_size : (width, height) in model pixels.
    check : called before every tile; what it raises ends the computation.

    Raises SelectionError if the softmax ran along another axis than the keys.
    """
    if capture.axis is not Axis.KEYS:
        raise SelectionError(
            "Statistics compare rows that sum to 1; the softmax was made to go over "
            "another axis."
        )
    heads, tokens, prefix = capture.num_heads, capture.num_keys, grid.num_prefix_tokens
    entropy = torch.zeros(heads, device=capture.q.device)
    distance, special = torch.zeros_like(entropy), torch.zeros_like(entropy)
    received = torch.zeros(heads, tokens, device=capture.q.device)
    places = _places(grid, patch_size).to(capture.q.device)
    rows = max(1, TILE_BYTES // (4 * heads * tokens))
    for start, tile in compute.tiles(capture, rows):
        check()
        entropy += torch.special.entr(tile).sum(dim=(1, 2))
        received += tile.sum(dim=1)
        special += tile[..., :prefix].sum(dim=(1, 2))
        first = max(prefix - start, 0)  # rows of special tokens have no place
        if first < tile.shape[1]:
            at = slice(start + first - prefix, start + tile.shape[1] - prefix)
            distance += _distances(tile[:, first:, prefix:], places, at)
    return HeadStatistics(
        entropy=as_array(entropy / tokens / math.log(max(tokens, 2))),
        distance_px=as_array(distance / grid.num_patches),
        special_share=as_array(special / tokens),
        sink=as_array((received / tokens).amax(dim=1)),
    )


def _distances(rows: Tensor, places: Tensor, queries: slice) -> Tensor:
    """Return the sum over queries of mean distances, (H,); overwrites `rows`.

    rows : (H, b, R·C), attention of patches to patches.
    places : (R·C, 2) in model pixels.
    queries : the rows' patches.
    """
    # the other mode, by a matrix product, rounds more
    exact = "donot_use_mm_for_euclid_dist"
    away = torch.cdist(places[queries], places, compute_mode=exact)  # (b, R·C)
    total = rows.sum(dim=-1).clamp_min(1e-30)  # (H, b)
    return (rows.mul_(away).sum(dim=-1) / total).sum(dim=1)


def _places(grid: PatchGrid, patch_size: tuple[int, int]) -> Tensor:
    """Return the patches' places, (R·C, 2) float32, (row, col) in model pixels."""
    rows, cols = torch.meshgrid(
        torch.arange(grid.rows), torch.arange(grid.cols), indexing="ij"
    )
    scaled = torch.stack([rows * patch_size[1], cols * patch_size[0]], dim=-1)
    return scaled.reshape(-1, 2).float()  # (R·C, 2)
