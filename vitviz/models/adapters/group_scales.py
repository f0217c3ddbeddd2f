"""Weights stored in 8 bits: whole numbers from −127 to 127, a scale for each 64.

A matrix (rows, columns) is cut along its columns into groups of 64. A group is stored
as signed bytes under the matrix's own name, and its scale as a half float under that
name and ".scale", (rows, columns / 64): a byte b stands for b · scale / 4096. All other
tensors are stored as they are, in half or single precision.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vitviz.models.catalogue.embedded import SCALE

GROUP = 64
LARGEST = 127
# What a scale of 1 stands for. Without it the scales of small weights, such as those
# that a LayerScale was folded into, would be half floats of a few digits or none.
UNIT = 2.0**-12


def in_eight_bits(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Return (codes, scales) of a matrix, rounded to the nearest.

    matrix : (rows, columns), float32; 64 divides the columns.

    Returns
    -------
    codes : (rows, columns), int8, in [−127, 127].
    scales : (rows, columns / 64), float16, > 0.
    """
    groups = matrix.float().unflatten(1, (-1, GROUP))  # (rows, columns / 64, 64)
    scales = (groups.abs().amax(-1) / LARGEST / UNIT).half()
    # where all are zeros, or smaller than 127 · 1.5e-8
    scales = scales.clamp_min(torch.finfo(torch.float16).smallest_normal)
    units = scales.float()[..., None] * UNIT
    codes = (groups / units).round().clamp(-LARGEST, LARGEST)
    return codes.flatten(1).to(torch.int8), scales


def in_single_precision(codes: Tensor, scales: Tensor) -> Tensor:
    """Return the matrix, (rows, columns) float32, that codes and scales stand for."""
    groups = codes.unflatten(1, (-1, GROUP)).float()  # (rows, columns / 64, 64)
    matrix: Tensor = groups.mul_(scales.float()[..., None] * UNIT).flatten(1)
    return matrix


def read_weights(data: bytes) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file with their names, in single precision.

    Raises
    ------
    ValueError
        If the file is damaged, a matrix and its scales do not fit, or there are numbers
        that are not finite.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        stored = load(data)
    except (SafetensorError, TypeError, KeyError) as error:
        raise ValueError(f"the file cannot be read as safetensors: {error}") from error
    scales = {n: stored.pop(n) for n in list(stored) if n.endswith(SCALE)}
    weights = {}
    for name, values in stored.items():
        own = scales.pop(name + SCALE, None)
        if values.dtype == torch.int8:
            rows, columns = values.shape if values.dim() == 2 else (0, 0)
            if own is None or own.shape != (rows, columns / GROUP):
                raise ValueError(f"{name} has not a scale for each {GROUP} numbers")
            checked = own
        elif values.dtype in (torch.float16, torch.float32) and own is None:
            checked = values
        else:
            raise ValueError(f"{name} is stored in a way that is not known")
        if not checked.is_floating_point() or not checked.isfinite().all():
            raise ValueError(f"{name} holds values that are no finite numbers")
        weights[name] = (
            values.float() if checked is values else in_single_precision(values, own)
        )
    if scales:
        raise ValueError(f"there are scales of nothing: {', '.join(sorted(scales))}")
    return weights
