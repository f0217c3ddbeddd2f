"""Dense attention and its gradient, from the libraries' own unfused code."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.models.sharpen import require_sharp, sharpen


@dataclass(frozen=True)
class Dense:
    """Whole matrices of one run: a list entry a layer, (H, N, N) each."""

    attention: list[Tensor]
    gradient: list[Tensor]
    values: list[Tensor]


def timm_model(
    *, prefix: str, size: tuple[int, int] = (96, 64), depth: int = 3
) -> nn.Module:
    """A sharpened timm ViT with `prefix` cls, registers or none; size (W, H)."""
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(11)
    model: nn.Module = VisionTransformer(
        img_size=(size[1], size[0]),
        patch_size=16,
        embed_dim=96,
        depth=depth,
        num_heads=3,
        num_classes=7,
        class_token=prefix != "none",
        reg_tokens=4 if prefix == "registers" else 0,
        global_pool="avg" if prefix == "none" else "token",
        dynamic_img_size=True,
        weight_init="",
    ).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith((".weight", "token", "pos_embed")) and parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.12)
        nn.init.normal_(model.get_parameter("head.weight"))
    sharpen(model, 1.8)
    return model


def torchvision_model() -> nn.Module:
    """A sharpened torchvision ViT, square."""
    from torchvision.models import VisionTransformer

    torch.manual_seed(3)
    model: nn.Module = VisionTransformer(
        image_size=80,
        patch_size=16,
        num_layers=3,
        num_heads=3,
        hidden_dim=96,
        mlp_dim=192,
        num_classes=7,
    ).eval()
    nn.init.normal_(model.get_parameter("heads.head.weight"))
    sharpen(model, 2.5)
    return model


@dataclass
class Unfused:
    """One pass of an unfused copy, its graph still there."""

    module: nn.Module
    logits: Tensor
    weights: list[Tensor]
    """A of each layer, (1, H, N, N)."""
    values: list[Tensor]
    """(H, N, D) of each layer; empty for torchvision."""
    states: list[Tensor]
    """(1, N, C) that leaves each block."""


def unfused_run(model: nn.Module, pixels: Tensor) -> Unfused:
    """A pass of a copy that writes attention out; softmax results keep gradients."""
    unfused = copy.deepcopy(model)
    found: list[Tensor] = []
    values: list[Tensor] = []
    states: list[Tensor] = []

    def keep(weights: Tensor) -> Tensor:
        weights.retain_grad()
        found.append(weights)
        return weights

    is_timm = type(model).__module__.startswith("timm")
    blocks = unfused.blocks if is_timm else unfused.encoder.layers  # type: ignore[union-attr]
    for block in blocks:  # type: ignore[union-attr]
        block.register_forward_hook(lambda _m, _args, out: states.append(out))  # type: ignore[union-attr]
    with pytest.MonkeyPatch.context() as patch:
        if is_timm:
            for part in unfused.modules():
                if hasattr(part, "fused_attn"):
                    part.fused_attn = False  # type: ignore[assignment]
                    part.attn_drop.register_forward_hook(  # type: ignore[union-attr, operator]
                        lambda _m, _args, out: keep(out)
                    )
                    part.qkv.register_forward_hook(  # type: ignore[union-attr, operator]
                        lambda _m, _args, out: values.append(out[0].detach())
                    )
            logits = unfused(pixels)
            heads = found[0].shape[1]
            parts = [v.reshape(v.shape[0], 3, heads, -1)[:, 2] for v in values]
            values = [part.transpose(0, 1) for part in parts]
        else:
            softmax: Callable[..., Tensor] = F.softmax

            def recorded(*args: object, **options: object) -> Tensor:
                return keep(softmax(*args, **options))

            patch.setattr(F, "softmax", recorded)
            for layer in unfused.encoder.layers:  # type: ignore[union-attr]
                attend = layer.self_attention.forward  # type: ignore[union-attr]
                layer.self_attention.forward = (  # type: ignore[union-attr]
                    lambda q, k, v, attend=attend, **_: attend(
                        q, k, v, need_weights=True, average_attn_weights=False
                    )
                )
            logits = unfused(pixels)
    return Unfused(unfused, logits, found, values, states)


def dense_run(model: nn.Module, pixels: Tensor, target: int) -> Dense:
    """A run of an unfused copy and one backward pass through it."""
    run = unfused_run(model, pixels)
    run.logits[0, target].backward()
    attention = [a.detach().reshape(-1, *a.shape[-2:]) for a in run.weights]
    gradient = []
    for weights in run.weights:
        assert weights.grad is not None
        gradient.append(weights.grad.reshape(-1, *weights.shape[-2:]))
    require_sharp(attention[0])
    return Dense(attention, gradient, run.values)
