"""What shows where patches are hidden, and pictures with patches hidden."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from vitviz.interventions import Hidden
from vitviz.selection import Fill

NOISE_SEED = 0


def filled(
    pixels: Tensor, patch_size: Sequence[int], fill: Fill, *, seed: int = NOISE_SEED
) -> Tensor:
    """(1, 3, H, W): what shows where a patch is hidden.

    Blur: a Gaussian whose deviation is half a patch. Mean: the picture's mean colour.
    Noise: that mean and the picture's own deviation, by channel, seeded.
    """
    mean = pixels.mean(dim=(2, 3), keepdim=True)
    if fill is Fill.MEAN:
        return mean.expand_as(pixels).contiguous()
    if fill is Fill.NOISE:
        generator = torch.Generator().manual_seed(seed)
        noise = torch.randn(pixels.shape, generator=generator).to(pixels)
        return mean + noise * pixels.std(dim=(2, 3), keepdim=True)
    result = pixels.float()
    for axis, size in ((3, patch_size[0]), (2, patch_size[1])):
        result = _blurred(result, axis, size / 2)
    return result.to(pixels.dtype)


def with_hidden(
    pixels: Tensor, patch_size: tuple[int, int], hidden: Sequence[Hidden]
) -> Tensor:
    """(1, 3, H, W) with the patches filled; the same tensor if none is.

    patch_size : (width, height) in model pixels.
    Every fill is made of the picture as it was; of two on a patch the last shows.
    """
    result = pixels
    width, height = patch_size
    for one in hidden:
        if one.how.fill is None or not one.patches:
            continue
        other = filled(pixels, patch_size, one.how.fill, seed=one.seed)
        result = result.clone() if result is pixels else result
        for row, col in one.patches:
            rows = slice(row * height, (row + 1) * height)
            cols = slice(col * width, (col + 1) * width)
            result[..., rows, cols] = other[..., rows, cols]
    return result


def _blurred(pixels: Tensor, axis: int, deviation: float) -> Tensor:
    """A Gaussian along one axis, edges repeated."""
    reach = max(1, round(3 * deviation))
    places = torch.arange(-reach, reach + 1, device=pixels.device).float()
    kernel = torch.exp(-0.5 * (places / max(deviation, 1e-6)) ** 2)
    kernel = kernel / kernel.sum()
    is_row = axis == 3
    padding = (reach, reach, 0, 0) if is_row else (0, 0, reach, reach)
    padded = F.pad(pixels, padding, mode="replicate")
    shape = (3, 1, 1, -1) if is_row else (3, 1, -1, 1)
    weight = kernel.view(1, 1, *shape[2:]).expand(3, -1, -1, -1)
    return F.conv2d(padded, weight.contiguous(), groups=3)
