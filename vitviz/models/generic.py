"""Any `nn.Module` that cuts a picture into patches.

Its layout is inferred, then verified by the first traced pass: N must be P + R·C.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import cast

from torch import Tensor, nn

from vitviz.errors import UnsupportedModelError
from vitviz.models.adapter import block_list, evaluating, require_divisible


class GenericAdapter:
    """A module of no known library; what is given wins over what is inferred."""

    windowed: frozenset[int] = frozenset()

    def __init__(
        self,
        module: nn.Module,
        *,
        patch_size: int | tuple[int, int] | None = None,
        prefix_names: tuple[str, ...] | None = None,
        has_head: bool = False,
    ) -> None:
        self.module = module
        self.blocks: Sequence[nn.Module] = block_list(module)
        found = patch_size or _patch_size(module)
        self.patch_size = (found, found) if isinstance(found, int) else found
        self.prefix_names = prefix_names
        self.has_head = has_head

    def check_size(self, size: tuple[int, int]) -> None:
        """Any size the patch divides; the module itself may still refuse it."""
        require_divisible(size, self.patch_size)

    @contextlib.contextmanager
    def ready(self, size: tuple[int, int]) -> Iterator[None]:
        """Evaluation mode."""
        with evaluating(self.module):
            yield

    def forward(self, pixels: Tensor) -> Tensor:
        """What the module returns, reduced to (1, C)."""
        output = self.module(pixels)
        if not isinstance(output, Tensor):
            raise UnsupportedModelError(
                "{kind} returns {result} and not a tensor. Wrap a module whose "
                "forward takes pixels and returns logits or features.",
                kind=type(self.module).__name__,
                result=type(output).__name__,
            )
        return output if output.dim() == 2 else output.flatten(1, -2)[:, 0]


def _patch_size(module: nn.Module) -> tuple[int, int]:
    """(width, height) of the first convolution whose stride is its kernel."""
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
