"""How this model turns a patch into a token: its strided convolution, taken apart."""

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
    """A patch embedding, what entered it, and what the model's own run made of it.

    pixels : (3, height, width) as the model receives them, normalised.
    kernel : (W, 3, patch height, patch width); bias : (W,).
    output : (W, R, C), the model's own.
    """

    pixels: Array
    kernel: Array
    bias: Array
    output: Array

    @property
    def num_filters(self) -> int:
        """W: how many numbers a token has."""
        return len(self.kernel)

    def patch(self, row: int, col: int) -> Array:
        """(3, patch height, patch width) that the window sees at one stop."""
        height, width = self.kernel.shape[2:]
        top, left = row * height, col * width
        return self.pixels[:, top : top + height, left : left + width]

    def product(self, index: int, row: int, col: int) -> float:
        """One filter at one stop: all products summed, and the bias."""
        products = self.kernel[index].astype(np.float64) * self.patch(row, col)
        return float(products.sum() + self.bias[index])


def embedding(model: Model, trace: Trace, *, pixels: Tensor | None = None) -> Embedding:
    """The patch embedding of `model` on the picture `trace` was made of.

    The model runs only as far as its first block.

    Raises UnsupportedModelError where there is no strided convolution to be found,
    InputError without a picture.
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
