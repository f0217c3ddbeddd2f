"""Position tables of transformers' models that the library itself does not resample.

SAM's and AIMv2's are tied to one grid in transformers 5.23; timm resamples both, and
this is its formula: bicubic, antialiased, corners not aligned.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.adapter import with_attributes

Changes = list[tuple[object, str, object]]


@contextlib.contextmanager
def resampled_tables(module: nn.Module, grid: tuple[int, int]) -> Iterator[None]:
    """Tables that are tied to another grid than (rows, cols) made for it; then back.

    The module's own parameters are put aside meanwhile, never written to.
    """
    changes: Changes = []
    for part in module.modules():
        changes += _grid_table(part, grid)
        changes += _listed_table(part, grid)
    with with_attributes(*changes):
        yield


def _grid_table(part: Any, grid: tuple[int, int]) -> Changes:  # noqa: ANN401
    """SAM: a table (1, S, S, C) and an embedding of patches that asserts its size."""
    embed = getattr(part, "patch_embed", None)
    side = getattr(embed, "image_size", None)
    if embed is None or side is None or not hasattr(part, "pos_embed"):
        return []
    height, width = embed.patch_size
    size = (grid[0] * height, grid[1] * width)
    if tuple(side) == size:
        return []
    made: Changes = [(embed, "image_size", size)]
    if part.pos_embed is not None:
        made.append((part, "pos_embed", _parameter(part.pos_embed, grid)))
    return made


def _listed_table(part: Any, grid: tuple[int, int]) -> Changes:  # noqa: ANN401
    """AIMv2: an `nn.Embedding` of S² positions, looked up by their numbers."""
    table = getattr(part, "position_embedding", None)
    if not isinstance(table, nn.Embedding) or not hasattr(part, "position_ids"):
        return []
    side = round(table.num_embeddings**0.5)
    is_square = side * side == table.num_embeddings
    if hasattr(part, "interpolate_pos_encoding") or not is_square:
        return []
    if (side, side) == grid:
        return []
    weight = table.weight.reshape(1, side, side, -1)
    numbers = torch.arange(grid[0] * grid[1], device=weight.device)[None]
    return [
        (table, "weight", _parameter(weight, grid, is_list=True)),
        (part, "position_ids", numbers),
    ]


def _parameter(
    table: Tensor, grid: tuple[int, int], *, is_list: bool = False
) -> nn.Parameter:
    """(1, S, S, C) as (1, R, C', C), or as a list (R·C', C)."""
    planes = table.detach().float().permute(0, 3, 1, 2)  # (1, C, S, S)
    planes = F.interpolate(planes, size=grid, mode="bicubic", antialias=True)
    made = planes.permute(0, 2, 3, 1).to(table.dtype)
    made = made.flatten(0, 2) if is_list else made
    return nn.Parameter(made.contiguous(), requires_grad=False)
