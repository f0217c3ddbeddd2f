"""Parts of a model that some methods need: found by name, proved by numbers.

Nothing is taken on trust: an output projection is the layer that received exactly the
attention's output, a read-out the chain that gives exactly the model's own output.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import cast
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from vitviz.attention.tap import tap
from vitviz.attention.trace import Trace
from vitviz.errors import InputError, UnsupportedModelError
from vitviz.models.model import Model

LIMIT = 1e-3
"""Largest relative difference between what was found and the model's own."""
_NORMS = ("norm", "encoder.ln", "layernorm", "post_layernorm", "encoder.layer_norm")
_HEADS = ("head", "heads", "classifier")
_projections: WeakKeyDictionary[nn.Module, tuple[nn.Module, ...]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class ReadOut:
    """How a model reads its output from the last states: head(between(norm(x)))."""

    norm: nn.Module
    rest: nn.Module
    is_mean: bool
    """From the mean of the patches; otherwise from the first token."""
    num_prefix_tokens: int

    def __call__(self, states: Tensor) -> Tensor:
        """(C,) of the states of one layer, (N, D)."""
        normed = cast("Tensor", self.norm(states))
        if self.is_mean:
            pooled = normed[self.num_prefix_tokens :].mean(dim=0)
        else:
            pooled = normed[0]
        return cast("Tensor", self.rest(pooled[None]))[0]

    def of_each(self, states: Tensor) -> Tensor:
        """(N, C): every token read as if it were the one."""
        return cast("Tensor", self.rest(self.norm(states)))


def read_out(model: Model, final: Tensor, output: Tensor, num_prefix: int) -> ReadOut:
    """The read-out that turns `final` into `output`.

    final : (N, D) what leaves the last block.
    output : (C,) the model's own logits or feature.

    Raises UnsupportedModelError where none does.
    """
    named = dict(model.adapter.module.named_modules())
    head = next((named[n] for n in _HEADS if n in named), nn.Identity())
    between = named.get("fc_norm", nn.Identity())
    rest = nn.Sequential(between, head)
    norms = [m for n, m in named.items() if n.endswith(_NORMS) and _is_outside(n)]
    entered = final.to(model.dtype)
    for norm in (*norms, nn.Identity()):
        for is_mean in (False, True):
            if not is_mean and not num_prefix:
                continue
            candidate = ReadOut(norm, rest, is_mean, num_prefix)
            with torch.inference_mode(), contextlib.suppress(RuntimeError):
                if _is_close(candidate(entered).float(), output.float()):
                    return candidate
    raise UnsupportedModelError(
        "How {name} reads its output from its tokens could not be found out.",
        name=model.info.name,
    )


def output_projections(
    model: Model, trace: Trace, pixels: Tensor
) -> tuple[nn.Module, ...]:
    """The linear layer that follows the attention of each block, (D, H·D) weights.

    Found once for a model, by a pass of its own. Raises UnsupportedModelError where
    something else stands between them.
    """
    module = model.adapter.module
    if module not in _projections:
        _projections[module] = _found_projections(model, trace, pixels)
    return _projections[module]


def _found_projections(
    model: Model, trace: Trace, pixels: Tensor
) -> tuple[nn.Module, ...]:
    adapter = model.adapter
    outputs: dict[int, Tensor] = {}
    found: dict[int, nn.Module] = {}
    hooks = []

    def watch(layer: int, part: nn.Linear) -> None:
        def enter(_module: nn.Module, args: tuple[Tensor, ...]) -> None:
            output = outputs.get(layer)
            if output is None or layer in found:
                return
            joined = output.transpose(1, 2).flatten(2)  # (1, N, H·D)
            entered = args[0]
            if entered.numel() == joined.numel() and torch.equal(
                entered.reshape(-1), joined.reshape(-1)
            ):
                found[layer] = part

        hooks.append(part.register_forward_pre_hook(enter))

    for layer, block in enumerate(adapter.blocks):
        for part in block.modules():
            if isinstance(part, nn.MultiheadAttention):
                found[layer] = part.out_proj  # by its definition; it is not called
            elif isinstance(part, nn.Linear):
                watch(layer, part)
    try:
        with torch.inference_mode(), adapter.ready(trace.setup.placement.model_size):
            with tap(adapter.blocks, on_output=outputs.__setitem__):
                adapter.forward(pixels.to(model.device, model.dtype))
    finally:
        for hook in hooks:
            hook.remove()
    missing = [layer for layer in range(len(adapter.blocks)) if layer not in found]
    if missing:
        raise UnsupportedModelError(
            "In block {layer} of {name} something stands between attention and its "
            "projection (a norm), so a head's share of the output is not defined.",
            layer=missing[0],
            name=model.info.name,
        )
    return tuple(found[layer] for layer in range(len(adapter.blocks)))


def _is_outside(name: str) -> bool:
    """Whether a module's name is not that of a part of a block."""
    return not any(part.isdigit() for part in name.split("."))


def _is_close(found: Tensor, own: Tensor) -> bool:
    if found.shape != own.shape:
        return False
    error = (found - own).abs().max() / own.abs().max().clamp_min(1e-30)
    return bool(error <= LIMIT)


def states_among(value: object) -> Tensor:
    """The token states among a block's arguments or results, (1, N, D).

    Raises InputError where the first of them is something else.
    """
    found = value[0] if isinstance(value, tuple) else value
    if not isinstance(found, Tensor):
        raise InputError("This model's blocks do not pass plain token states on.")
    return found
