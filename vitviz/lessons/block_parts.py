"""What the parts of a block add to its tokens, and runs without one of the parts.

    x' = x + attention(norm(x))        x'' = x' + MLP(norm(x'))

    additions      attention(…) and MLP(…) of one block, for every token
    without_part   the run in which some blocks lack the residual, the norms or the MLP:
        residual   x' = attention(norm(x)),  x'' = MLP(norm(x'))
        norm       attention(x) and MLP(x'), unscaled
        MLP        x'' = x'

The parts are silenced by hooks, which are gone afterwards. That a block is such a sum
is checked on its own numbers: without both parts it has to return what it was given.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.prepare import reapply_interventions
from vitviz.attention.trace import Trace, as_array
from vitviz.errors import UnsupportedModelError
from vitviz.explain.gradients import prepared_pixels
from vitviz.explain.model_parts import output_projections, states_among
from vitviz.models.model import Model

Array = npt.NDArray[np.float32]
# How far a block without attention and MLP may be from returning its input, relative
# to the largest number.
LIMIT = 1e-2


class Part(enum.Enum):
    """Parts of a block that can be left out."""

    RESIDUAL = "residual"
    NORM = "norm"
    MLP = "mlp"


@dataclass(frozen=True, slots=True, eq=False)
class Additions:
    """What one block adds to each of its tokens; x + attention + mlp leaves it.

    x, attention, mlp : (N, D) float32.
    """

    x: Array
    attention: Array
    mlp: Array

    def shares(self, added: Array) -> Array:
        """Return how long what is added is, ÷ the length of each token: (N,)."""
        lengths = np.linalg.norm(self.x, axis=1)
        shares: Array = np.linalg.norm(added, axis=1) / np.maximum(lengths, 1e-12)
        return shares


@dataclass(frozen=True, slots=True, eq=False)
class PartRun:
    """A run without some part: what leaves one block, and the answer.

    states : (N, D) float32, x after the block that was asked for.
    output : (C,) float32, logits or feature.
    """

    states: Array
    output: Array


def additions(model: Model, trace: Trace, layer: int) -> Additions:
    """Return what a block adds to its tokens, by one pass of the trace's model.

    The block itself is run twice more. May be called from any thread.

    Raises UnsupportedModelError where the block is no such sum or its parts are not
    found, InputError if the trace was made of a prepared tensor.
    """
    model = as_run(model, trace)
    parts = _Parts(model, trace)
    found: list[Additions] = []

    def split(block: _Block, states: Tensor, leaving: Tensor) -> None:
        middle = parts.middle(layer, block, states)
        x, mid, out = (_tokens(one) for one in (states, middle, leaving))
        found.append(Additions(as_array(x), as_array(mid - x), as_array(out - mid)))

    with _watched(model, (layer,), split):
        _forward(model, trace)
    return found[0]


def without_part(
    model: Model,
    trace: Trace,
    part: Part | None,
    layers: tuple[int, ...],
    *,
    at: int,
) -> PartRun:
    """Return the run in which these blocks lack a part; None leaves nothing out.

    at : the block whose leaving states are returned.

    Raises what `additions` does.
    """
    model = as_run(model, trace)
    parts = _Parts(model, trace)
    found: list[Tensor] = []

    def leave(_module: nn.Module, _args: object, output: object) -> None:
        found.append(_tokens(states_among(output)))

    def instead(block: _Block, states: Tensor, _leaving: Tensor) -> Tensor:
        layer = block.layer
        attention = parts.middle(layer, block, states) - states
        with parts.silent(layer, attention=True):
            return block.run(attention) - attention

    with contextlib.ExitStack() as stack:
        if part is Part.RESIDUAL:
            stack.enter_context(_watched(model, layers, instead))
        elif part is not None:
            for layer in layers:
                if part is Part.MLP:
                    stack.enter_context(parts.silent(layer, mlp=True))
                else:
                    stack.enter_context(parts.unnormed(layer))
        # registered last, so that it sees what the others return
        handle = model.adapter.blocks[at].register_forward_hook(leave)
        stack.callback(handle.remove)
        output = _forward(model, trace)
    return PartRun(as_array(found[-1]), as_array(output[0].float().reshape(-1)))


@dataclass(frozen=True, slots=True)
class _Block:
    """One call of a block, which can be repeated with other states."""

    layer: int
    run: Callable[[Tensor], Tensor]


class _Parts:
    """The attention projections, MLP projections and norms of a model's blocks."""

    def __init__(self, model: Model, trace: Trace) -> None:
        self._model = model
        self._width = model.info.width
        self._projections = output_projections(model, trace, prepared_pixels(trace))

    def middle(self, layer: int, block: _Block, states: Tensor) -> Tensor:
        """Return x', what a block has after its attention.

        Raises UnsupportedModelError where the block is no sum of x and its parts.
        """
        with self.silent(layer, attention=True, mlp=True):
            same = block.run(states)
        apart = (same - states).abs().max() / states.abs().max().clamp_min(1e-30)
        if not bool(apart <= LIMIT):
            raise UnsupportedModelError(
                "Block {layer} of {name} is not a sum of its input, attention and MLP, "
                "so its parts cannot be told apart.",
                layer=layer,
                name=self._model.info.name,
            )
        with self.silent(layer, mlp=True):
            return block.run(states)

    @contextlib.contextmanager
    def silent(
        self, layer: int, *, attention: bool = False, mlp: bool = False
    ) -> Iterator[None]:
        """Keep the results of these parts of a block at zero."""
        silenced = [self._attention(layer)] if attention else []
        silenced += [self._mlp(layer)] if mlp else []
        with contextlib.ExitStack() as stack:
            for part in silenced:
                stack.callback(part.register_forward_hook(_zeros).remove)
            yield

    @contextlib.contextmanager
    def unnormed(self, layer: int) -> Iterator[None]:
        """Keep the norms of a block from changing their tokens."""
        with contextlib.ExitStack() as stack:
            for part in self._norms(layer):
                stack.callback(part.register_forward_hook(_unchanged).remove)
            yield

    def _attention(self, layer: int) -> nn.Module:
        found = self._projections[layer]
        for part in self._model.adapter.blocks[layer].modules():
            # torch reads the projection's weights without calling it
            if isinstance(part, nn.MultiheadAttention) and part.out_proj is found:
                return part
        return found

    def _mlp(self, layer: int) -> nn.Module:
        found = [
            part
            for part in self._model.adapter.blocks[layer].modules()
            if isinstance(part, nn.Linear)
            and part.out_features == self._width < part.in_features
        ]
        if not found:
            raise UnsupportedModelError(
                "The MLP of block {layer} of {name} was not found.",
                layer=layer,
                name=self._model.info.name,
            )
        return found[-1]

    def _norms(self, layer: int) -> list[nn.Module]:
        return [
            part
            for part in self._model.adapter.blocks[layer].modules()
            if "norm" in type(part).__name__.lower()
            and not any(part.children())
            and all(one.shape == (self._width,) for one in part.parameters())
        ]


@contextlib.contextmanager
def _watched(
    model: Model,
    layers: tuple[int, ...],
    on_block: Callable[[_Block, Tensor, Tensor], Tensor | None],
) -> Iterator[None]:
    """Call `on_block` behind each of these blocks; what it returns replaces the states.

    It may run the block again, which does not call it.
    """
    is_inside = False

    def behind(layer: int) -> Callable[..., object]:
        def hook(
            module: nn.Module,
            args: tuple[Any, ...],
            kwargs: dict[str, Any],
            out: object,
        ) -> object:
            nonlocal is_inside
            if is_inside:
                return None

            def again(states: Tensor) -> Tensor:
                return states_among(module(states, *args[1:], **kwargs))

            is_inside = True
            try:
                block = _Block(layer, again)
                changed = on_block(block, states_among(args), states_among(out))
            finally:
                is_inside = False
            if changed is None:
                return None
            return (changed, *out[1:]) if isinstance(out, tuple) else changed

        return hook

    with contextlib.ExitStack() as stack:
        for layer in layers:
            block = model.adapter.blocks[layer]
            handle = block.register_forward_hook(behind(layer), with_kwargs=True)
            stack.callback(handle.remove)
        yield


def _forward(model: Model, trace: Trace) -> Tensor:
    """Return the answer of one pass of the trace's picture, with its interventions."""
    adapter = model.adapter
    pixels = prepared_pixels(trace).to(model.device, model.dtype)
    with (
        torch.inference_mode(),
        adapter.ready(trace.setup.placement.model_size),
        reapply_interventions(model, trace.setup),
    ):
        return adapter.forward(pixels)


def _tokens(states: Tensor) -> Tensor:
    """Return the states of one picture's tokens, (N, D) float32."""
    return states.detach().float().flatten(0, -2)


def _zeros(_module: nn.Module, _args: object, output: Any) -> Any:  # noqa: ANN401
    if isinstance(output, tuple):
        return (torch.zeros_like(output[0]), *output[1:])
    return torch.zeros_like(output)


def _unchanged(_module: nn.Module, args: tuple[Any, ...], _output: object) -> object:
    return args[0]
