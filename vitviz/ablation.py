"""What the model loses with each head: one pass a head, unchanged blocks reused.

A head is off when its output is zero, or its mean over all tokens (Michel, Levy and
Neubig 2019, arXiv 1905.10650, section 2.3; mean ablation as in Wang et al. 2022, arXiv
2211.00593). The effect is the loss of the class's probability, or, for a model without
a head, 1 less the cosine to the unchanged feature. A head that counts can also have
others take over for it: a small effect does not prove that it does nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.changes import output_without
from vitviz.explain.gradients import prepared_pixels, target_class
from vitviz.fallback import as_run
from vitviz.models.adapter import Model
from vitviz.selection import Off
from vitviz.setups import changed_again, changes_of
from vitviz.tap import tap
from vitviz.tracing import Trace

Array = npt.NDArray[np.float32]


def head_effects(
    model: Model,
    trace: Trace,
    *,
    target: int | None = None,
    off: Off = Off.ZERO,
    pixels: Tensor | None = None,
    on_layer: Callable[[int, Array], None] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Array:
    """(L, H) float32: what is lost when each head alone is off; negative: gained.

    on_layer : called with (layer, (H,)) when a layer is done.
    check : called before every pass; raises to end.

    Raises SelectionError for an unknown class, InputError without a picture.
    """
    model = as_run(model, trace)
    entered = prepared_pixels(trace, pixels).to(model.device, model.dtype)
    size = trace.setup.placement.model_size
    adapter, changes = model.adapter, changes_of(trace.setup)
    effects = np.zeros((trace.num_layers, trace.num_heads), np.float32)
    with torch.inference_mode(), adapter.ready(size):
        with changed_again(model, trace.setup):
            whole, kept = _kept_run(model, entered)
        chosen = target_class(model, trace, whole, target)
        for layer in range(trace.num_layers):
            with _reusing(adapter.blocks[:layer], kept):
                for head in range(trace.num_heads):
                    check()
                    change = _without(layer, head, off)
                    with tap(adapter.blocks, on_output=change, changes=changes):
                        output = adapter.forward(entered)[0].reshape(-1).float()
                    effects[layer, head] = _loss(whole, output, chosen)
            if on_layer is not None:
                on_layer(layer, effects[layer].copy())
    return effects


def _without(layer: int, head: int, off: Off) -> Callable[[int, Tensor], Tensor | None]:
    """What the tap does with each block's attention output, (1, H, N, D)."""

    def change(at: int, output: Tensor) -> Tensor | None:
        if at != layer:
            return None
        return output_without(output, (head,), off)

    return change


def _kept_run(model: Model, pixels: Tensor) -> tuple[Tensor, list[Any]]:
    """((C,) output, what each block returned) of the unchanged model."""
    kept: list[Any] = []
    hooks = [
        block.register_forward_hook(lambda _m, _args, out: kept.append(out))
        for block in model.adapter.blocks
    ]
    try:
        output = model.adapter.forward(pixels)[0].reshape(-1).float()
    finally:
        for hook in hooks:
            hook.remove()
    return output, kept


@contextlib.contextmanager
def _reusing(blocks: Sequence[nn.Module], kept: list[Any]) -> Iterator[None]:
    """These blocks return what they returned before, without computing it."""

    def again(value: object) -> Callable[..., object]:
        return lambda *_args, **_options: value

    former = [vars(block).get("forward") for block in blocks]
    for block, value in zip(blocks, kept, strict=False):
        block.forward = again(value)
    try:
        yield
    finally:
        for block, own in zip(blocks, former, strict=True):
            if own is None:
                del block.forward  # the class's own shows again
            else:
                block.forward = own


def _loss(whole: Tensor, output: Tensor, target: int | None) -> float:
    if target is None:
        return float(1 - F.cosine_similarity(whole, output, dim=0))
    return float(whole.softmax(0)[target] - output.softmax(0)[target])
