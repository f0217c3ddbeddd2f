"""The query of one token as its numbers times the model's own matrix.

    q = W_Q x + b

x is what the layer's attention receives of the token, after the norm. The linear layer
is found by a forward pass: the one whose output holds exactly the query that the
attention received.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vitviz.attention.prepare import reapply_interventions
from vitviz.attention.trace import Trace, as_array
from vitviz.errors import UnsupportedModelError
from vitviz.explain.gradients import prepared_pixels
from vitviz.models.model import Model

Array = npt.NDArray[np.float32]
# Largest difference between a slice of an output and the query, relative to the
# query's largest number.
LIMIT = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class QueryProjection:
    """A token before attention, and the rows of W_Q that make one head's query of it.

    token : (D,) float32, x.
    weight : (d_k, D) float32.
    bias : (d_k,) float32; zero for a layer without.
    """

    token: Array
    weight: Array
    bias: Array

    def number(self, index: int) -> float:
        """Return one number of the query: a row of W_Q times x, plus its bias."""
        products = self.weight[index].astype(np.float64) * self.token
        return float(products.sum() + self.bias[index])


def query_projection(
    model: Model, trace: Trace, *, layer: int, head: int, query: int
) -> QueryProjection:
    """Return how a layer makes a head's query of a token. May be called in any thread.

    Makes one forward pass with the trace's interventions.

    Raises UnsupportedModelError if q is not the output of a linear layer alone,
    InputError if the trace was made of a prepared tensor.
    """
    own = trace.capture(layer).q[head, query].float()  # (d_k,)
    found: list[QueryProjection] = []

    def compare(part: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> None:
        entered = args[0]
        if found or output.shape[-2:-1] != (trace.num_tokens,):
            return
        made = output.reshape(-1, output.shape[-1])[query].float()  # (F,)
        for start in range(0, len(made) - len(own) + 1, len(own)):
            rows = slice(start, start + len(own))
            gap = (made[rows] - own.to(made.device)).abs().max()
            if gap <= LIMIT * own.abs().max():
                weight = part.get_parameter("weight")
                bias = part.bias if isinstance(part.bias, Tensor) else None
                token = entered.reshape(-1, entered.shape[-1])[query]
                found.append(
                    QueryProjection(
                        as_array(token),
                        as_array(weight[rows]),
                        np.zeros(len(own), np.float32)
                        if bias is None
                        else as_array(bias[rows]),
                    )
                )
                return

    adapter = model.adapter
    parts = adapter.blocks[layer].modules()
    hooks = [
        part.register_forward_hook(compare)
        for part in parts
        if isinstance(part, nn.Linear)
    ]
    entered = prepared_pixels(trace).to(model.device, model.dtype)
    size = trace.setup.placement.model_size
    try:
        with torch.inference_mode(), adapter.ready(size):
            with reapply_interventions(model, trace.setup):
                adapter.forward(entered)
    finally:
        for hook in hooks:
            hook.remove()
    if not found:
        raise UnsupportedModelError(
            "In layer {layer} of {name} more than one matrix stands between a token "
            "and its query (a norm, or a rotation by place).",
            layer=layer,
            name=model.info.name,
        )
    return found[0]
