"""Read-out, output projections and block states of a model, found and verified.

    read-out            candidates by name; the one that gives the model's own output
    output projections  the linear layer of a block that receives exactly the
                        attention's output, by a forward pass
    states              the token states among a block's arguments or results

A part is used only after its numbers agreed with the model's own in a run.
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
from vitviz.models.checkpoints.checks import MODEL_ERRORS
from vitviz.models.model import Model

# Largest relative difference between a candidate's output and the model's own.
LIMIT = 1e-3
# Ends of the names that libraries give to the final norm and to the classifier.
_NORMS = ("norm", "encoder.ln", "layernorm", "post_layernorm", "encoder.layer_norm")
_HEADS = ("head", "heads", "classifier")
# Names of pooling heads: timm's, and transformers' (SigLIP's by version).
_POOLS = ("attn_pool", "head", "vision_model.head")
# Output projections by model; they go when it does.
_projections: WeakKeyDictionary[nn.Module, tuple[nn.Module, ...]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class ReadOut:
    """The chain from the last states to the model's output: rest(pool(norm(x))).

    norm : the final norm.
    rest : what follows the pooling: a second norm if there is one, and the head.
    is_mean : whether the mean of the patches is read; otherwise the first token.
    num_prefix_tokens : P.
    """

    norm: nn.Module
    rest: nn.Module
    is_mean: bool
    num_prefix_tokens: int

    def __call__(self, states: Tensor) -> Tensor:
        """Return the output read from the states of one layer: (N, D) → (C,)."""
        normed = cast("Tensor", self.norm(states))  # (N, D)
        if self.is_mean:
            pooled = normed[self.num_prefix_tokens :].mean(dim=0)
        else:
            pooled = normed[0]
        return cast("Tensor", self.rest(pooled[None]))[0]

    def of_each(self, states: Tensor) -> Tensor:
        """Return every token's own output, as if it were read: (N, D) → (N, C)."""
        return cast("Tensor", self.rest(self.norm(states)))


def read_out(model: Model, final: Tensor, output: Tensor, num_prefix: int) -> ReadOut:
    """Return the read-out that turns `final` into `output`.

    final : (N, D), what leaves the last block.
    output : (C,), the model's own logits or feature.
    num_prefix : P.

    Raises UnsupportedModelError if no candidate does.
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
            # a candidate of other shapes raises
            with torch.inference_mode(), contextlib.suppress(*MODEL_ERRORS):
                if _is_close(candidate(entered).float(), output.float()):
                    return candidate
    raise _not_found(model)


@dataclass(frozen=True, slots=True)
class PooledReadOut:
    """The chain of a model with a pooling head: rest(pool(norm(x))), of all tokens.

    norm : the final norm.
    pool : attends to all tokens with a query of its own: (1, N, D) → (1, D).
    rest : what follows it: a second norm if there is one, and the classifier.
    """

    norm: nn.Module
    pool: nn.Module
    rest: nn.Module

    def __call__(self, states: Tensor) -> Tensor:
        """Return the output read from the states of one layer: (N, D) → (C,)."""
        return cast("Tensor", self.rest(self.pool(self.norm(states)[None])))[0]


def pooled_read_out(model: Model, final: Tensor, output: Tensor) -> PooledReadOut:
    """Return the read-out of a model with a pooling head; arguments of `read_out`.

    Raises UnsupportedModelError if no candidate turns `final` into `output`.
    """
    named = dict(model.adapter.module.named_modules())
    norms = [m for n, m in named.items() if n.endswith(_NORMS) and _is_outside(n)]
    between = named.get("fc_norm", nn.Identity())
    entered = final.to(model.dtype)
    for name in _POOLS:
        if name not in named:
            continue
        heads = [named[n] for n in _HEADS if n in named and n != name]
        rest = nn.Sequential(between, *heads[:1])
        for norm in (*norms, nn.Identity()):
            candidate = PooledReadOut(norm, named[name], rest)
            # a candidate of other shapes raises
            with torch.inference_mode(), contextlib.suppress(*MODEL_ERRORS):
                if _is_close(candidate(entered).float(), output.float()):
                    return candidate
    raise _not_found(model)


def _not_found(model: Model) -> UnsupportedModelError:
    return UnsupportedModelError(
        "How {name} reads its output from its tokens could not be found out.",
        name=model.info.name,
    )


def output_projections(
    model: Model, trace: Trace, pixels: Tensor
) -> tuple[nn.Module, ...]:
    """Return each block's output projection W_O, a linear layer, weight (W, H·D).

    Found once for each model, by a forward pass.

    Raises UnsupportedModelError if something stands between attention and projection.
    """
    module = model.adapter.module
    if module not in _projections:
        _projections[module] = _found_projections(model, trace, pixels)
    return _projections[module]


def _found_projections(
    model: Model, trace: Trace, pixels: Tensor
) -> tuple[nn.Module, ...]:
    """Return the linear layer of each block that receives the attention's output."""
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
                # by definition; torch reads its weights without calling it
                found[layer] = part.out_proj
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
    """Return whether a module is no part of a block, whose names hold its number."""
    return not any(part.isdigit() for part in name.split("."))


def _is_close(found: Tensor, own: Tensor) -> bool:
    """Return whether two outputs agree within `LIMIT` of the largest value."""
    if found.shape != own.shape:
        return False
    error = (found - own).abs().max() / own.abs().max().clamp_min(1e-30)
    return bool(error <= LIMIT)


def require_states(model: Model) -> None:
    """Raise UnsupportedModelError if only the attention of blocks is known."""
    if not getattr(model.adapter, "passes_states", True):
        raise UnsupportedModelError(
            "{name} keeps attention and the rest of a block apart, so what its tokens "
            "carry from block to block cannot be told. Put both into one module.",
            name=model.info.name,
        )


def states_among(value: object) -> Tensor:
    """Return the token states among a block's arguments or results, (1, N, D).

    Raises InputError if the first of them is no tensor.
    """
    found = value[0] if isinstance(value, tuple) else value
    if not isinstance(found, Tensor):
        raise InputError("This model's blocks do not pass plain token states on.")
    return found
