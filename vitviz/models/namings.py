"""How torchvision and timm name a Vision Transformer's tensors.

Three families of names are told apart: torchvision's; timm's, which the original DeiT,
DINO, MAE and DINOv2 share but for a few names; and transformers', old and new.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any

from torch import Tensor, nn

from vitviz.models.layout import (
    Layout,
    ShapeError,
    Tensors,
    depth_of,
    heads_of,
    patch_of,
    renamed,
    shape_of,
    side_of,
    take_out,
)
from vitviz.models.transformers_naming import transformers_layout
from vitviz.pictures.placement import IMAGENET_MEAN, IMAGENET_STD

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


def recognise(tensors: Tensors) -> Layout | None:
    """The layout the names stand for; None for names of no known family.

    Raises ShapeError; MissingExtraError only once `build` is called.
    """
    names = tensors.keys()
    if "conv_proj.weight" in names and "class_token" in names:
        return _torchvision(dict(tensors))
    if "patch_embed.proj.weight" in names and any(
        re.match(r"blocks\.(\d+\.)?\d+\.norm1\.", name) for name in names
    ):
        return _timm(dict(tensors))
    if any(n.endswith("embeddings.patch_embeddings.projection.weight") for n in names):
        return transformers_layout(dict(tensors))
    return None


# --- torchvision -----------------------------------------------------------------


def _torchvision(tensors: dict[str, Tensor]) -> Layout:
    tensors = renamed(
        tensors, {r"\.mlp\.linear_1\.": ".mlp.0.", r"\.mlp\.linear_2\.": ".mlp.3."}
    )
    width, patch = patch_of(tensors, "conv_proj.weight")
    depth = depth_of(tensors, r"encoder\.layers\.encoder_layer_(\d+)\.")
    block = "encoder.layers.encoder_layer_0"
    mlp = shape_of(tensors, f"{block}.mlp.0.weight", 2)[0]
    tokens = shape_of(tensors, "encoder.pos_embedding", 3)[1]
    grid = side_of(tokens - 1, "encoder.pos_embedding")
    heads, said = heads_of(width)
    classes, pre = 0, None
    if "heads.head.weight" in tensors:
        classes = shape_of(tensors, "heads.head.weight", 2)[0]
    if "heads.pre_logits.weight" in tensors:
        pre = shape_of(tensors, "heads.pre_logits.weight", 2)[0]

    def build() -> nn.Module:
        from torchvision.models import VisionTransformer

        module = VisionTransformer(
            image_size=grid * patch,
            patch_size=patch,
            num_layers=depth,
            num_heads=heads,
            hidden_dim=width,
            mlp_dim=mlp,
            num_classes=classes or 1,
            representation_size=pre,
        )
        if not classes:
            module.heads = nn.Identity()
        built: nn.Module = module
        return built

    return Layout(
        "torchvision",
        "torchvision",
        build,
        tensors,
        width,
        depth,
        heads,
        mlp,
        patch,
        (grid, grid),
        ("cls",),
        classes,
        IMAGENET_MEAN,
        IMAGENET_STD,
        (said, "ImageNet mean and deviation", "bicubic, no margin"),
    )


# --- timm, DeiT, DINO, MAE, DINOv2 -----------------------------------------------

_PROJECTION_HEAD = (
    r"(module\.)?((dino_|ibot_)?head\.(mlp|last_layer)\b|(dino|ibot)_head)"
)
_DECODER = r"decoder_|mask_token$"


def _timm(tensors: dict[str, Tensor]) -> Layout:
    naming = "timm (also DeiT, DINO)"
    head = take_out(tensors, _PROJECTION_HEAD)
    decoder = take_out(tensors, _DECODER)
    aside = head + decoder
    if head:
        naming = "DINO"
    elif any(name.startswith("decoder_") for name in decoder):
        naming = "MAE"
    elif decoder or "register_tokens" in tensors:
        naming = "DINOv2"
    tensors = renamed(
        tensors,
        {
            r"^blocks\.\d+\.(\d+)\.": r"blocks.\1.",  # saved in groups while training
            r"\.mlp\.w12\.": ".mlp.fc1.",
            r"\.mlp\.w3\.": ".mlp.fc2.",
            r"^register_tokens$": "reg_token",
        },
    )
    width, patch = patch_of(tensors, "patch_embed.proj.weight")
    depth = depth_of(tensors, r"blocks\.(\d+)\.")
    positions = shape_of(tensors, "pos_embed", 3)[1]
    registers = shape_of(tensors, "reg_token", 3)[1] if "reg_token" in tensors else 0
    has_cls, has_dist = "cls_token" in tensors, "dist_token" in tensors
    prefix = (
        *(("cls",) if has_cls else ()),
        *(("dist",) if has_dist else ()),
        *(f"reg{i}" for i in range(registers)),
    )
    if naming == "DINOv2" and registers and has_cls:
        tensors, positions = _split_positions(tensors, positions)
    is_plain = positions == math.isqrt(positions) ** 2
    grid = side_of(
        positions if is_plain else positions - len(prefix), "the position table"
    )
    hidden = shape_of(tensors, "blocks.0.mlp.fc1.weight", 2)[0]
    inner = shape_of(tensors, "blocks.0.mlp.fc2.weight", 2)[1]
    is_gated = hidden == 2 * inner
    if "blocks.0.attn.q_norm.weight" in tensors:
        channels = shape_of(tensors, "blocks.0.attn.q_norm.weight", 1)[0]
        heads, said = width // channels, ""
    else:
        heads, said = heads_of(width)
    classes = shape_of(tensors, "head.weight", 2)[0] if "head.weight" in tensors else 0
    is_pre_norm = "norm_pre.weight" in tensors
    has_fc_norm = "fc_norm.weight" in tensors
    is_average = has_fc_norm or not has_cls
    options: dict[str, Any] = {
        "img_size": grid * patch,
        "patch_size": patch,
        "embed_dim": width,
        "depth": depth,
        "num_heads": heads,
        "mlp_ratio": (hidden + 0.5) / width,
        "qkv_bias": "blocks.0.attn.qkv.bias" in tensors,
        "qk_norm": "blocks.0.attn.q_norm.weight" in tensors,
        "init_values": 1e-5 if "blocks.0.ls1.gamma" in tensors else None,
        "num_classes": classes,
        "class_token": has_cls,
        "global_pool": "avg" if is_average else "token",
        "fc_norm": has_fc_norm,
        "pre_norm": is_pre_norm,
        "weight_init": "skip",
    }
    if not has_dist:
        options |= {"reg_tokens": registers, "no_embed_class": is_plain}

    def build() -> nn.Module:
        import timm.layers
        from timm.models.deit import VisionTransformerDistilled
        from timm.models.vision_transformer import VisionTransformer

        norm = functools.partial(
            timm.layers.LayerNorm, eps=1e-5 if is_pre_norm else 1e-6
        )
        kind = VisionTransformerDistilled if has_dist else VisionTransformer
        gated: dict[str, Any] = {}
        if is_gated:
            # the activation the block hands on replaces the layer's own
            gated = {"mlp_layer": timm.layers.SwiGLUPacked, "act_layer": nn.SiLU}
        built: nn.Module = kind(**options, **gated, norm_layer=norm)
        return built

    assumed = (
        *((said,) if said else ()),
        "SiLU gates" if is_gated else "GELU",
        "norm before attention",
        f"norm epsilon {'1e-5' if is_pre_norm else '1e-6'}",
        f"pooled by {'the mean of the patches' if is_average else 'CLS'}",
        f"{'CLIP' if is_pre_norm else 'ImageNet'} mean and deviation",
        "bicubic, no margin",
    )
    return Layout(
        naming,
        "timm",
        build,
        tensors,
        width,
        depth,
        heads,
        hidden,
        patch,
        (grid, grid),
        prefix,
        classes,
        CLIP_MEAN if is_pre_norm else IMAGENET_MEAN,
        CLIP_STD if is_pre_norm else IMAGENET_STD,
        assumed,
        aside,
    )


def _split_positions(
    tensors: dict[str, Tensor], positions: int
) -> tuple[dict[str, Tensor], int]:
    """The position of CLS added to CLS: the same sum, where registers stand between."""
    table, token = tensors["pos_embed"], tensors["cls_token"]
    if math.isqrt(positions - 1) ** 2 != positions - 1:
        return tensors, positions
    if token.shape != (1, 1, table.shape[-1]) or not token.is_floating_point():
        raise ShapeError(
            "{name} has the shape {shape}", name="cls_token", shape=tuple(token.shape)
        )
    moved = {"cls_token": token + table[:, :1], "pos_embed": table[:, 1:]}
    return tensors | moved, positions - 1
