"""Adapter for torchvision's VisionTransformer.

An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale.
Dosovitskiy et al., 2020, arXiv 2010.11929.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.model import evaluating, require_divisible

if TYPE_CHECKING:  # importing torchvision takes a second the embedded model can spare
    from torchvision.models import VisionTransformer


def is_torchvision(module: nn.Module) -> bool:
    """Return whether it is torchvision's ViT or a subclass, without the import."""
    return any(
        (kind.__module__, kind.__name__)
        == ("torchvision.models.vision_transformer", "VisionTransformer")
        for kind in type(module).__mro__
    )


class TorchvisionAdapter:
    """Adapter of torchvision's ViT: one CLS token, positions resampled by need."""

    prefix_names: tuple[str, ...] | None = ("cls",)
    windowed: frozenset[int] = frozenset()
    has_pool = False

    def __init__(self, module: VisionTransformer) -> None:
        self.vit = module
        self.module: nn.Module = module
        layers = cast("nn.Sequential", module.encoder.layers)
        self.blocks: Sequence[nn.Module] = list(layers.children())
        self.patch_size = (module.patch_size, module.patch_size)
        self.has_head = not isinstance(module.heads, nn.Identity)

    @property
    def own_size(self) -> tuple[int, int]:
        """(width, height) in pixels that the position table was made for."""
        own: object = self.vit.image_size
        height, width = own if isinstance(own, tuple) else (own, own)
        return width, height

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise SelectionError unless the patch divides both sides."""
        require_divisible(size, self.patch_size)

    @contextlib.contextmanager
    def ready(self, size: tuple[int, int]) -> Iterator[None]:
        """Keep the module in evaluation mode while the block runs."""
        with evaluating(self.module):
            yield

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits, or the feature of a model without a head.

        The module's own forward asserts its own size; other sizes go through the same
        steps, called one by one.
        """
        height, width = pixels.shape[-2:]
        if (height, width) == (self.vit.image_size, self.vit.image_size):
            return cast("Tensor", self.vit(pixels))
        vit, encoder = self.vit, self.vit.encoder
        patches = vit.conv_proj(pixels)  # (1, W, R, C)
        rows, cols = patches.shape[-2:]
        tokens = patches.flatten(2).transpose(1, 2)  # (1, R·C, W)
        cls = vit.class_token.expand(tokens.shape[0], -1, -1)
        tokens = torch.cat([cls, tokens], dim=1)  # (1, N, W)
        own_width, own_height = self.own_size
        own = own_height // vit.patch_size, own_width // vit.patch_size
        positions = resampled_positions(encoder.pos_embedding, rows, cols, own=own)
        tokens = encoder.ln(encoder.layers(encoder.dropout(tokens + positions)))
        return cast("Tensor", vit.heads(tokens[:, 0]))


def resampled_positions(
    table: Tensor, rows: int, cols: int, *, own: tuple[int, int] | None = None
) -> Tensor:
    """Resample a table with a CLS entry, (1, 1 + N, W) → (1, 1 + R·C, W).

    own : (rows, columns) of the table; None for a square.

    Bicubic with aligned corners, as torchvision's own `interpolate_embeddings`.
    """
    side = round((table.shape[1] - 1) ** 0.5)
    cls, patches = table[:, :1], table[:, 1:]
    if own == (rows, cols):
        return table
    planes = patches.reshape(1, *(own or (side, side)), -1).permute(0, 3, 1, 2)
    resampled = F.interpolate(
        planes.float(), size=(rows, cols), mode="bicubic", align_corners=True
    )
    patches = resampled.flatten(2).transpose(1, 2).to(table.dtype)  # (1, R·C, W)
    return torch.cat([cls, patches], dim=1)
