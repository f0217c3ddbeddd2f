"""Patch embedding of a model: the strided convolution that turns patches into tokens.

    pixels (3, H, W) → kernel (D, 3, p, p) with stride p → output (D, R, C) → R·C tokens

All are those of the model's own run, D the width of a token and p a patch's side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vitviz.attention.trace import Trace, as_array
from vitviz.explain.gradients import prepared_pixels
from vitviz.explain.token_states import patch_embedding
from vitviz.models.model import Model

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """A patch embedding with its input and output in the model's own pass.

    pixels : (3, height, width) float32, the model's input, normalised.
    kernel : (D, 3, patch height, patch width) float32.
    bias : (D,) float32; zero for a convolution without.
    output : (D, R, C) float32, as the model computed it.
    """

    pixels: Array
    kernel: Array
    bias: Array
    output: Array

    @property
    def num_filters(self) -> int:
        """Number of filters, D, as many as a token has numbers."""
        return len(self.kernel)

    def patch(self, row: int, col: int) -> Array:
        """Return the input under the kernel at one patch, a view.

        (3, patch height, patch width) float32.
        """
        height, width = self.kernel.shape[2:]
        top, left = row * height, col * width
        return self.pixels[:, top : top + height, left : left + width]

    def product(self, index: int, row: int, col: int) -> float:
        """Return one filter's output at one patch: sum of products, plus bias."""
        products = self.kernel[index].astype(np.float64) * self.patch(row, col)
        return float(products.sum() + self.bias[index])


def embedding(model: Model, trace: Trace, *, pixels: Tensor | None = None) -> Embedding:
    """Return a model's patch embedding on the picture that a trace was made of.

    The model runs only as far as its first block. May be called from any thread.

    pixels : (1, 3, H, W), needed only if the trace was made of a prepared tensor.

    Raises UnsupportedModelError if no strided convolution is found, InputError if the
    trace was made of a prepared tensor that is not given.
    """
    part = patch_embedding(model.adapter)
    entered = prepared_pixels(trace) if pixels is None else pixels
    entered = entered.to(model.device, model.dtype)
    found: list[Tensor] = []

    class Enough(Exception):
        """The first block has been reached."""

    def keep(_module: nn.Module, _args: object, output: Any) -> None:  # noqa: ANN401
        found.append(output[0] if isinstance(output, tuple) else output)

    def stop(_module: nn.Module, _args: object) -> None:
        raise Enough

    adapter = model.adapter
    hooks = [
        part.register_forward_hook(keep),
        adapter.blocks[0].register_forward_pre_hook(stop),
    ]
    size = trace.setup.placement.model_size
    try:
        with torch.inference_mode(), adapter.ready(size):
            adapter.forward(entered)
    except Enough:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    kernel = cast("Tensor", getattr(part, "kernel", None))
    if kernel is None:
        kernel = part.weight
    bias = part.bias
    if bias is None:
        bias = torch.zeros(len(kernel))
    return Embedding(
        as_array(entered[0]), as_array(kernel), as_array(bias), as_array(found[0][0])
    )
