"""Adapter for timm's Vision Transformers: plain, distilled, registers, RoPE, biases."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, cast

from torch import Tensor, nn

from vitviz.models.adapters.refusals import require_parts, require_plain
from vitviz.models.model import (
    block_list,
    evaluating,
    parts_of,
    require_divisible,
    with_attributes,
)


def is_timm(module: nn.Module) -> bool:
    """Return whether the module is timm's, without importing timm."""
    return type(module).__module__.startswith("timm.")


class TimmAdapter:
    """Adapter of timm's ViTs; other sizes go through timm's dynamic grid."""

    def __init__(self, module: nn.Module) -> None:
        require_plain(module)
        require_parts(module, ("patch_embed", "blocks", "num_classes"))
        self.module = module
        self.timm = cast("Any", module)
        self.blocks: Sequence[nn.Module] = block_list(self.timm.blocks)
        self.windowed = frozenset(
            number
            for number, block in enumerate(self.blocks)
            if getattr(block, "window_size", 0)  # SAM; others have none
        )
        # of the picture, also where a convolutional stem shrinks it first
        height, width = self.timm.patch_embed.feat_ratio(as_scalar=False)
        self.patch_size: tuple[int, int] = (int(width), int(height))
        self.prefix_names: tuple[str, ...] | None = _prefix_names(self.timm)
        pool = getattr(module, "attn_pool", None)
        self.has_pool = getattr(pool, "latent_len", 0) == 1
        self.has_head = self.timm.num_classes > 0

    @property
    def own_size(self) -> tuple[int, int]:
        """(width, height) in pixels that the position table was made for."""
        height, width = self.timm.patch_embed.img_size
        return width, height

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise SelectionError unless the patch divides both sides."""
        require_divisible(size, self.patch_size)

    @contextlib.contextmanager
    def ready(self, size: tuple[int, int]) -> Iterator[None]:
        """Keep the module ready for an input of (width, height) while the block runs.

        Ready means: evaluation mode, fused attention on, the grid dynamic where it was
        fixed.
        """
        parts = parts_of(self.module)
        changes: list[tuple[object, str, object]] = [
            (part, "fused_attn", True)
            for part in parts
            if vars(part).get("fused_attn", True) is False
        ]
        embed = self.timm.patch_embed
        if size != self.own_size:
            changes.append((embed, "strict_img_size", False))
            if getattr(self.module, "dynamic_img_size", True) is False:
                from timm.layers import Format

                changes += [
                    (self.module, "dynamic_img_size", True),
                    (embed, "flatten", False),
                    (embed, "output_fmt", Format.NHWC),
                ]
        width, height = size
        grid = (height // self.patch_size[1], width // self.patch_size[0])
        with (
            evaluating(self.module, parts),
            with_attributes(*changes),
            _rotary_grid(self.module, grid),
            _relative_grid(parts, grid),
        ):
            yield

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits, or the pooled feature of a model without a head."""
        return cast("Tensor", self.module(pixels))


@contextlib.contextmanager
def _rotary_grid(module: nn.Module, grid: tuple[int, int]) -> Iterator[None]:
    """Keep a rotary table that is fixed to one grid resampled while the block runs.

    grid : (rows, cols).
    """
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


@contextlib.contextmanager
def _relative_grid(
    parts: tuple[nn.Module, ...], grid: tuple[int, int]
) -> Iterator[None]:
    """Keep position biases tied to one grid (BEiT's) resampled while the block runs."""
    tied: list[Any] = [
        part
        for part in parts
        if hasattr(type(part), "set_window_size") and getattr(part, "window_size", None)
    ]
    kept = [
        (part, dict(vars(part)), dict(part._parameters), dict(part._buffers))
        for part in tied
    ]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of timm 1.0.31 at torch 2.14's indexing
            for part in tied:
                part.set_window_size(grid)
        yield
    finally:
        for part, attributes, parameters, buffers in kept:
            vars(part).update(attributes)
            part._parameters.update(parameters)
            part._buffers.update(buffers)


def _prefix_names(model: Any) -> tuple[str, ...]:  # noqa: ANN401  (timm has no types)
    """Return the special tokens in order, from what the model declares."""
    count = int(getattr(model, "num_prefix_tokens", 0))  # SAM has none
    names = ["cls"] if getattr(model, "cls_token", None) is not None else []
    if getattr(model, "dist_token", None) is not None:
        names.append("dist")
    registers = count - len(names)
    return (*names, *(f"reg{i}" for i in range(registers)))
