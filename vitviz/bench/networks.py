"""Networks to measure on: ViT-S/14 of timm, torchvision and transformers.

Weights are random: neither time nor memory depends on them.
"""

from __future__ import annotations

import importlib.util
import math

import torch
from torch import nn

PATCH_PX = 14
NUM_LAYERS = 12
NUM_HEADS = 6
WIDTH = 384


def side_px(num_tokens: int) -> int:
    """Return the input side, in pixels, whose tokens are closest to `num_tokens`."""
    return PATCH_PX * max(1, round(math.sqrt(num_tokens - 1)))


def tokens_of(side: int) -> int:
    """Return the number of tokens of a square input, N, CLS included."""
    return (side // PATCH_PX) ** 2 + 1


def libraries() -> list[str]:
    """Return the libraries that are installed; the first is the default."""
    names = ("timm", "torchvision", "transformers")
    return [name for name in names if importlib.util.find_spec(name) is not None]


def network(side: int, library: str | None = None) -> nn.Module:
    """Return a ViT-S/14 without a head; `library` None: the first that is installed."""
    made = {
        "timm": timm_network,
        "torchvision": torchvision_network,
        "transformers": transformers_network,
    }
    return made[library or libraries()[0]](side)


def timm_network(side: int) -> nn.Module:
    """Return timm's ViT-S/14, fused attention, without a head."""
    import timm

    torch.manual_seed(0)
    module: nn.Module = timm.create_model(
        "vit_small_patch14_dinov2", pretrained=False, img_size=side, num_classes=0
    )
    module.eval()
    return module


def torchvision_network(side: int) -> nn.Module:
    """Return torchvision's ViT-S/14, without a head."""
    from torchvision.models import VisionTransformer

    torch.manual_seed(0)
    module: nn.Module = VisionTransformer(
        image_size=side,
        patch_size=PATCH_PX,
        num_layers=NUM_LAYERS,
        num_heads=NUM_HEADS,
        hidden_dim=WIDTH,
        mlp_dim=4 * WIDTH,
        num_classes=0,
    )
    module.eval()
    return module


def transformers_network(side: int) -> nn.Module:
    """Return transformers' ViT-S/14, attention by "sdpa", without a head."""
    from transformers import Dinov2Config, Dinov2Model

    torch.manual_seed(0)
    config = Dinov2Config(
        image_size=side,
        patch_size=PATCH_PX,
        num_hidden_layers=NUM_LAYERS,
        num_attention_heads=NUM_HEADS,
        hidden_size=WIDTH,
    )
    module: nn.Module = Dinov2Model(config)
    module.eval()
    return module


def pixels(side: int) -> torch.Tensor:
    """Return a seeded normal input, (1, 3, side, side) float32."""
    generator = torch.Generator().manual_seed(1)
    return torch.randn(1, 3, side, side, generator=generator)


def factor_bytes(num_tokens: int) -> int:
    """Return the bytes of q, k and v of all layers in float32."""
    return NUM_LAYERS * 3 * num_tokens * WIDTH * 4
