"""timm's Vision Transformers: plain, distilled, registers, RoPE, relative bias."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, cast

from torch import Tensor, nn

from vitviz.errors import UnsupportedModelError
from vitviz.models.adapter import (
    block_list,
    evaluating,
    require_divisible,
    require_size,
    with_attributes,
)


def is_timm(module: nn.Module) -> bool:
    """Whether timm made it; timm itself is not imported for that."""
    return type(module).__module__.startswith("timm.")


class TimmAdapter:
    """Asks the model for its layout; other sizes through timm's dynamic grid."""

    def __init__(self, module: nn.Module) -> None:
        needed = ("patch_embed", "blocks", "num_prefix_tokens", "num_classes")
        if not all(hasattr(module, name) for name in needed):
            raise UnsupportedModelError(
                "{kind} is not a plain Vision Transformer: it has no single sequence "
                "of patches (a hierarchical or windowed design).",
                kind=type(module).__name__,
            )
        self.module = module
        self.timm = cast("Any", module)
        self.blocks: Sequence[nn.Module] = block_list(self.timm.blocks)
        patch = self.timm.patch_embed.patch_size
        height, width = (patch, patch) if isinstance(patch, int) else patch
        self.patch_size: tuple[int, int] = (width, height)
        self.prefix_names: tuple[str, ...] | None = _prefix_names(self.timm)
        self.has_head = self.timm.num_classes > 0

    @property
    def own_size(self) -> tuple[int, int]:
        """(width, height) the position table was made for."""
        height, width = self.timm.patch_embed.img_size
        return width, height

    def check_size(self, size: tuple[int, int]) -> None:
        """Any size the patch divides, where timm can resample the positions."""
        require_divisible(size, self.patch_size)
        if not hasattr(self.module, "dynamic_img_size"):
            require_size(size, self.own_size, type(self.module).__name__)

    @contextlib.contextmanager
    def ready(self, size: tuple[int, int]) -> Iterator[None]:
        """Evaluation mode, fused attention on, and the dynamic grid where needed."""
        changes: list[tuple[object, str, object]] = [
            (part, "fused_attn", True)
            for part in self.module.modules()
            if getattr(part, "fused_attn", True) is False
        ]
        if size != self.own_size and not self.timm.dynamic_img_size:
            from timm.layers import Format

            embed = self.timm.patch_embed
            changes += [
                (self.module, "dynamic_img_size", True),
                (embed, "strict_img_size", False),
                (embed, "flatten", False),
                (embed, "output_fmt", Format.NHWC),
            ]
        width, height = size
        grid = (height // self.patch_size[1], width // self.patch_size[0])
        with (
            evaluating(self.module),
            with_attributes(*changes),
            _rotary_grid(self.module, grid),
        ):
            yield

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits, or the pooled feature of a model without a head."""
        return cast("Tensor", self.module(pixels))


@contextlib.contextmanager
def _rotary_grid(module: nn.Module, grid: tuple[int, int]) -> Iterator[None]:
    """A rotary table that was fixed to one grid (rows, cols), made for another."""
    rope: Any = getattr(module, "rope", None)
    fixed = getattr(rope, "feat_shape", None)
    if fixed is None or list(fixed) == list(grid):
        yield
        return
    buffers = dict(rope._buffers)
    rope.update_feat_shape(list(grid))
    try:
        yield
    finally:
        rope.feat_shape = fixed
        rope._buffers.update(buffers)


def _prefix_names(model: Any) -> tuple[str, ...]:  # noqa: ANN401  (timm has no types)
    """Special tokens in order, from what the model declares."""
    count = int(model.num_prefix_tokens)
    names = ["cls"] if getattr(model, "cls_token", None) is not None else []
    if getattr(model, "dist_token", None) is not None:
        names.append("dist")
    registers = count - len(names)
    return (*names, *(f"reg{i}" for i in range(registers)))
