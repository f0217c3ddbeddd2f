"""Adapter for any `nn.Module` that cuts a picture into patches.

Its layout is inferred, then verified by the first traced pass: N must be P + R·C.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from vitviz.errors import UnsupportedModelError
from vitviz.models.adapters.refusals import require_plain
from vitviz.models.model import block_list, evaluating, require_divisible


class GenericAdapter:
    """Adapter of a module of no known library.

    What the caller gives counts, and the rest is inferred.
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
    ) -> None:
        require_plain(module)
        self.module = module
        self.blocks: Sequence[nn.Module] = block_list(module)
        found = patch_size or _patch_size(module)
        self.patch_size = (found, found) if isinstance(found, int) else found
        self.prefix_names = prefix_names
        self.has_head = has_head

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise SelectionError unless the patch divides both sides.

        The module itself may still refuse a size.
        """
        require_divisible(size, self.patch_size)

    @contextlib.contextmanager
    def ready(self, size: tuple[int, int]) -> Iterator[None]:
        """Keep the module in evaluation mode while the block runs."""
        with evaluating(self.module):
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


def _patch_size(module: nn.Module) -> tuple[int, int]:
    """Return (width, height) of the first convolution whose stride is its kernel."""
    for part in module.modules():
        if (
            isinstance(part, nn.Conv2d)
            and part.in_channels == 3
            and part.kernel_size == part.stride
        ):
            height, width = cast("tuple[int, int]", part.kernel_size)
            return width, height
    raise UnsupportedModelError(
        "{kind} has no patch embedding that vitviz can find. Say wrap(module, "
        "patch_size=…).",
        kind=type(module).__name__,
    )
