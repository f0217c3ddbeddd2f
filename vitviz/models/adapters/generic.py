"""Adapter for any `nn.Module` that cuts a picture into patches.

Its layout is inferred, then verified by the first traced pass: N must be P + R·C.
Attention that it writes out step by step is sent through torch's fused function.

    blocks      the longest list of equal blocks that hold attention, or what a first
                pass shows: for each attention call the outermost module of its own
    patch size  of a convolution, an unfolding, an einops layer, or `patch_size`
    size        `image_size`, or what the position table was made for
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from vitviz.errors import UnsupportedModelError
from vitviz.models.adapters.eager import fused_calls
from vitviz.models.adapters.module_layout import (
    looks_like_blocks,
    own_size_of,
    patch_embedding_of,
    probe,
)
from vitviz.models.adapters.refusals import require_plain
from vitviz.models.model import block_list, evaluating, require_divisible


class GenericAdapter:
    """Adapter of a module of no known library.

    What the caller gives counts, and the rest is inferred.

    channels : of the picture that it takes.
    passes_states : whether each block takes what the one before it returns.
    own_size : (width, height) in pixels that the module seems to be made for.
    """

    windowed: frozenset[int] = frozenset()
    has_pool = False  # a trace finds one that no library declares

    def __init__(
        self,
        module: nn.Module,
        *,
        patch_size: int | tuple[int, int] | None = None,
        prefix_names: tuple[str, ...] | None = None,
        has_head: bool = False,
        size: tuple[int, int] | None = None,
    ) -> None:
        require_plain(module)
        self.module = module
        found = patch_embedding_of(module, patch_size)
        self.patch_size, self.channels = found.size, found.channels
        self.prefix_names = prefix_names
        self.has_head = has_head
        self.own_size = size or own_size_of(module, found.size) or (224, 224)
        self.blocks: Sequence[nn.Module] = block_list(module)
        self.passes_states = True
        if not looks_like_blocks(self.blocks):
            probed = probe(module, self.channels, self.own_size)
            if probed is not None:
                self.blocks, self.passes_states = probed

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise SelectionError unless the patch divides both sides.

        The module itself may still refuse a size.
        """
        require_divisible(size, self.patch_size)

    @contextlib.contextmanager
    def ready(self, size: tuple[int, int]) -> Iterator[None]:
        """Keep the module in evaluation mode, and its attention fused, in the block."""
        with evaluating(self.module), fused_calls():
            yield

    def forward(self, pixels: Tensor) -> Tensor:
        """Return what the module returns, reduced to (1, C).

        Raises UnsupportedModelError if that has no tensor of logits or features.
        """
        output = _tensor_of(self.module(pixels))
        if output is None or output.dim() < 2:
            raise UnsupportedModelError(
                "{kind} returns no tensor of logits or features. Wrap a module whose "
                "forward takes pixels and returns one.",
                kind=type(self.module).__name__,
            )
        return output if output.dim() == 2 else output.flatten(1, -2)[:, 0]


# Names under which libraries return logits or features, the preferred one first.
_ANSWERS = ("logits", "pooler_output", "x_norm_clstoken", "last_hidden_state")


def unwrapped(module: nn.Module) -> nn.Module:
    """Return the module inside DataParallel, torch.compile and similar wrappers.

    Raises UnsupportedModelError for a TorchScript program.
    """
    if isinstance(module, torch.jit.ScriptModule):
        raise UnsupportedModelError(
            "{kind} is a TorchScript program, which cannot be looked into. Wrap the "
            "Python module it was made from.",
            kind=type(module).__name__,
        )
    for name in ("_orig_mod", "module"):
        inner = module._modules.get(name)
        if inner is not None and len(module._modules) == 1:
            return unwrapped(inner)
    return module


def _tensor_of(output: object) -> Tensor | None:
    """Return the logits or features in what a module returned."""
    if isinstance(output, Tensor):
        return output
    if isinstance(output, Mapping):
        named = [output.get(name) for name in _ANSWERS]
        parts = [*named, *output.values()]
    elif isinstance(output, tuple | list):
        parts = list(output)
    else:
        return None
    return next((part for part in parts if isinstance(part, Tensor)), None)
