"""Random weights give flat attention; made sharp, comparisons count."""

from __future__ import annotations

import torch
from torch import nn


def sharpen(model: nn.Module, factor: float) -> None:
    """Scale what makes queries and keys, in every naming the libraries use."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("in_proj_weight", "qkv.weight")):
                parameter[: 2 * parameter.shape[0] // 3] *= factor
            elif name.endswith(
                (
                    "q_proj.weight",
                    "k_proj.weight",
                    "query.weight",
                    "key.weight",
                    "q_norm.weight",
                    "k_norm.weight",
                )
            ):
                parameter.mul_(factor)


def require_sharp(attention: torch.Tensor) -> None:
    """Fail where a comparison would pass for nothing: rows that are nearly uniform."""
    sharpest = float(attention.max())
    uniform = 1 / attention.shape[-1]
    assert sharpest > 5 * uniform, f"sharpest {sharpest:.3g}, uniform {uniform:.3g}"
