"""Tensor names of Vision Transformers, by which a network's layout is recognised.

    torchvision    conv_proj, encoder.layers.encoder_layer_0 …
    timm           patch_embed.proj, blocks.0 …; the original DeiT, DINO, MAE and
                   DINOv2 share these names but for a few
    transformers   embeddings.patch_embeddings …, in two spellings: of old releases
                   and of new ones

`with_library_names` brings transformers' names to the spelling of the release that is
installed.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from vitviz.models.checkpoints.layout import (
    Layout,
    ShapeError,
    Tensors,
    Told,
    depth_of,
    grid_of,
    has_patches_only,
    heads_of,
    patch_of,
    renamed,
    shape_of,
    take_out,
)
from vitviz.pictures.preprocessing import (
    CLIP_MEAN,
    CLIP_STD,
    HALF,
    IMAGENET_MEAN,
    IMAGENET_STD,
)


def recognise(tensors: Tensors, told: Told | None = None) -> Layout | None:
    """Return the layout that the names stand for; None for names of no known family.

    Raises ShapeError; MissingExtraError only once `build` is called.
    """
    told = told or Told()
    names = tensors.keys()
    if "conv_proj.weight" in names and "class_token" in names:
        return _torchvision(dict(tensors), told)
    if "patch_embed.proj.weight" in names and any(
        re.match(r"blocks\.(\d+\.)?\d+\.norm1\.", name) for name in names
    ):
        return _timm(dict(tensors), told)
    if any(n.endswith("embeddings.patch_embeddings.projection.weight") for n in names):
        return transformers_layout(dict(tensors), told)
    return None


# --- torchvision -----------------------------------------------------------------


def _torchvision(tensors: dict[str, Tensor], told: Told) -> Layout:
    """Return the layout of torchvision's VisionTransformer. Raises ShapeError."""
    tensors = renamed(
        tensors, {r"\.mlp\.linear_1\.": ".mlp.0.", r"\.mlp\.linear_2\.": ".mlp.3."}
    )
    width, patch = patch_of(tensors, "conv_proj.weight")
    depth = depth_of(tensors, r"encoder\.layers\.encoder_layer_(\d+)\.")
    block = "encoder.layers.encoder_layer_0"
    mlp = shape_of(tensors, f"{block}.mlp.0.weight", 2)[0]
    shape_of(tensors, "encoder.pos_embedding", 3)
    rows, cols, shown = grid_of(tensors["encoder.pos_embedding"], 1, patch, told)
    heads, said = heads_of(width, told)
    if told.activation not in (None, "gelu") or told.pool == "mean":
        raise ShapeError(
            "torchvision has no network with {what}",
            what=told.pool if told.pool == "mean" else told.activation,
        )
    classes, pre = 0, None
    if "heads.head.weight" in tensors:
        classes = shape_of(tensors, "heads.head.weight", 2)[0]
    if "heads.pre_logits.weight" in tensors:
        pre = shape_of(tensors, "heads.pre_logits.weight", 2)[0]

    def build() -> nn.Module:
        from torchvision.models import VisionTransformer

        module = VisionTransformer(
            image_size=rows * patch,
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
        if rows != cols:  # which the library itself never makes
            module.image_size = (rows * patch, cols * patch)
            module.seq_length = rows * cols + 1
            table = torch.empty(1, module.seq_length, width)
            module.encoder.pos_embedding = nn.Parameter(table)
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
        (rows, cols),
        ("cls",),
        classes,
        IMAGENET_MEAN,
        IMAGENET_STD,
        (
            *((said,) if said else ()),
            *((shown,) if shown else ()),
            "ImageNet mean and deviation",
            "bicubic, no margin",
        ),
    )


# --- timm, DeiT, DINO, MAE, DINOv2 -----------------------------------------------

_POOLED = {True: "pooled by the mean of the patches", False: "pooled by CLS"}
_PROJECTION_HEAD = (
    r"(module\.)?((dino_|ibot_)?head\.(mlp|last_layer)\b|(dino|ibot)_head)"
)
_DECODER = r"decoder_|mask_token$"


def _timm(tensors: dict[str, Tensor], told: Told) -> Layout:
    """Return the layout of timm's ViT, DeiT, DINO, MAE or DINOv2. Raises ShapeError."""
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
    cut = "patch_embed.proj.weight"
    width, patch = patch_of(tensors, cut, takes_other_channels=True)
    channels = tensors[cut].shape[1]
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
        tensors, positions = _split_positions(tensors, positions, told)
    is_plain = has_patches_only(tensors["pos_embed"], len(prefix), patch, told)
    rows, cols, shown = grid_of(
        tensors["pos_embed"], 0 if is_plain else len(prefix), patch, told
    )
    hidden = shape_of(tensors, "blocks.0.mlp.fc1.weight", 2)[0]
    inner = shape_of(tensors, "blocks.0.mlp.fc2.weight", 2)[1]
    is_gated = hidden == 2 * inner
    if "blocks.0.attn.q_norm.weight" in tensors:
        head_width = shape_of(tensors, "blocks.0.attn.q_norm.weight", 1)[0]
        heads, said = width // head_width, ""
    else:
        heads, said = heads_of(width, told)
    classes = shape_of(tensors, "head.weight", 2)[0] if "head.weight" in tensors else 0
    is_pre_norm = "norm_pre.weight" in tensors
    has_fc_norm = "fc_norm.weight" in tensors
    has_norm = "norm.weight" in tensors or "norm.bias" in tensors
    is_average = has_fc_norm or not has_cls or told.pool == "mean"
    activation = told.activation or ("silu" if is_gated else "gelu")
    eps = told.eps or (1e-5 if is_pre_norm else 1e-6)
    options: dict[str, Any] = {
        "img_size": (rows * patch, cols * patch),
        "patch_size": patch,
        "in_chans": channels,
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
        "final_norm": has_norm or has_fc_norm,
        "pre_norm": is_pre_norm,
        "weight_init": "skip",
    }
    if not has_dist:
        options |= {"reg_tokens": registers, "no_embed_class": is_plain}

    def build() -> nn.Module:
        import timm.layers
        from timm.models.deit import VisionTransformerDistilled
        from timm.models.vision_transformer import VisionTransformer

        norm = functools.partial(timm.layers.LayerNorm, eps=eps)
        kind = VisionTransformerDistilled if has_dist else VisionTransformer
        gated: dict[str, Any] = {}
        if is_gated:
            # the activation the block hands on replaces the layer's own
            gated = {"mlp_layer": timm.layers.SwiGLUPacked}
        built: nn.Module = kind(
            **options, **gated, act_layer=activation, norm_layer=norm
        )
        if has_norm and has_fc_norm:  # which timm never makes, and OpenMMLab does
            built.norm = norm(width)
        return built

    statistics = ("ImageNet", IMAGENET_MEAN, IMAGENET_STD)
    if is_pre_norm:
        statistics = ("CLIP", CLIP_MEAN, CLIP_STD)
    elif told.is_centred or channels != 3:
        statistics = ("0.5 as", HALF, HALF)
    of_whom, mean, std = statistics
    prepared = (f"{of_whom} mean and deviation", "bicubic, no margin")
    assumed = (
        *((said,) if said else ()),
        *((shown,) if shown else ()),
        *(() if told.activation else ("SiLU gates" if is_gated else "GELU",)),
        "norm before attention",
        *(() if told.eps else (f"norm epsilon {'1e-5' if is_pre_norm else '1e-6'}",)),
        *(() if told.pool else (_POOLED[is_average],)),
        *(() if told.preprocessing else prepared),
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
        (rows, cols),
        prefix,
        classes,
        mean,
        std,
        assumed,
        aside,
        told.preprocessing,
    )


def _split_positions(
    tensors: dict[str, Tensor], positions: int, told: Told
) -> tuple[dict[str, Tensor], int]:
    """Add the position of CLS to the CLS token, and remove it from the table.

    The sum is the same; timm has registers between CLS and the patches.
    """
    table, token = tensors["pos_embed"], tensors["cls_token"]
    wanted = math.isqrt(positions - 1) ** 2
    if told.grid is not None:
        wanted = math.prod(told.grid)
    if wanted != positions - 1:
        return tensors, positions
    if token.shape != (1, 1, table.shape[-1]) or not token.is_floating_point():
        raise ShapeError(
            "{name} has the shape {shape}", name="cls_token", shape=tuple(token.shape)
        )
    moved = {"cls_token": token + table[:, :1], "pos_embed": table[:, 1:]}
    return tensors | moved, positions - 1


# Activations by transformers' names, where timm has others.
_OF_TRANSFORMERS = {"gelu_tanh": "gelu_pytorch_tanh"}

_OLD_TO_NEW = {
    r"(^|\.)encoder\.layers?\.(\d+)\.": r"\1layers.\2.",
    r"\.attention\.attention\.(query|key|value)\.": r".attention.\1.",
    r"\.attention\.attention\.relative_position_bias\.": ".relative_position_bias.",
    r"\.attention\.q_proj\.": ".attention.query.",
    r"\.attention\.k_proj\.": ".attention.key.",
    r"\.attention\.v_proj\.": ".attention.value.",
    r"\.attention\.(output\.dense|o_proj)\.": ".attention.out.",
    r"(layers\.\d+)\.intermediate\.dense\.": r"\1.mlp.fc1.",
    r"(layers\.\d+)\.output\.dense\.": r"\1.mlp.fc2.",
    r"\.mlp\.weights_out\.": ".mlp.down_proj.",
}


def one_naming(name: str) -> str:
    """Return the name in one spelling, whichever release of transformers wrote it."""
    for pattern, replacement in _OLD_TO_NEW.items():
        name = re.sub(pattern, replacement, name)
    return name


def transformers_layout(tensors: dict[str, Tensor], told: Told) -> Layout:
    """Return the layout of transformers' ViT, DeiT or DINOv2, below any task's prefix.

    Raises ShapeError.
    """
    tensors = _split_gates(renamed(tensors, _OLD_TO_NEW))
    aside = take_out(tensors, r"decoder\.")
    stem = next(
        name.removesuffix("embeddings.patch_embeddings.projection.weight")
        for name in tensors
        if name.endswith("embeddings.patch_embeddings.projection.weight")
    )
    has_register = f"{stem}embeddings.register_tokens" in tensors
    if f"{stem}layers.0.layernorm_before.weight" in tensors:
        kind = "DeiT" if f"{stem}embeddings.distillation_token" in tensors else "ViT"
    else:
        kind = "Dinov2WithRegisters" if has_register else "Dinov2"
    is_dino = kind.startswith("Dinov2")
    width, patch = patch_of(
        tensors, f"{stem}embeddings.patch_embeddings.projection.weight"
    )
    depth = depth_of(tensors, re.escape(stem) + r"layers\.(\d+)\.")
    shape_of(tensors, f"{stem}embeddings.position_embeddings", 3)
    rows, cols, shown = grid_of(
        tensors[f"{stem}embeddings.position_embeddings"],
        2 if kind == "DeiT" else 1,
        patch,
        told,
    )
    if is_dino and rows != cols:  # the library resamples it as if it were square
        raise ShapeError(
            "transformers runs a {kind} on a square grid only, not {rows}×{cols}",
            kind=kind,
            rows=rows,
            cols=cols,
        )
    heads, said = heads_of(width, told)
    is_gated = f"{stem}layers.0.mlp.gate_proj.weight" in tensors
    first = "gate_proj" if is_gated else "fc1"
    mlp = shape_of(tensors, f"{stem}layers.0.mlp.{first}.weight", 2)[0]
    heads_of_classes = [n for n in tensors if n.endswith("classifier.weight")]
    classes = shape_of(tensors, heads_of_classes[0], 2)[0] if heads_of_classes else 0
    if stem and not classes:
        tensors = {name.removeprefix(stem): t for name, t in tensors.items()}
    options: dict[str, Any] = {
        "hidden_size": width,
        "num_hidden_layers": depth,
        "num_attention_heads": heads,
        "image_size": rows * patch if rows == cols else [rows * patch, cols * patch],
        "patch_size": patch,
        "qkv_bias": any(n.endswith("attention.query.bias") for n in tensors),
    }
    if classes:
        options["num_labels"] = classes
    if told.activation is not None:
        options["hidden_act"] = _OF_TRANSFORMERS.get(told.activation, told.activation)
    if is_dino:
        options |= {
            "mlp_ratio": 4 if is_gated else mlp // width,
            "use_swiglu_ffn": is_gated,
        }
    else:
        options["intermediate_size"] = mlp
    registers = 0
    if has_register:
        registers = shape_of(
            tensors, _stem_of(tensors) + "embeddings.register_tokens", 3
        )[1]
        options["num_register_tokens"] = registers
    task = "ForImageClassification" if classes else "Model"
    if "distillation_classifier.weight" in tensors:
        task += "WithTeacher"
    has_pooler = any(name.startswith("pooler.") for name in tensors)
    if "mask_token" not in " ".join(tensors) and is_dino:
        raise ShapeError("{name} is missing", name=f"{stem}embeddings.mask_token")
    masked = take_out(tensors, r".*embeddings\.mask_token$") if not is_dino else ()

    def build() -> nn.Module:
        import transformers

        config = getattr(transformers, f"{kind}Config")(**options)
        config._attn_implementation = "sdpa"
        network = getattr(transformers, f"{kind}{task}")
        if classes or is_dino:
            built: nn.Module = network(config)
        else:
            built = network(config, add_pooling_layer=has_pooler)
        return built

    mean, std = (HALF, HALF) if kind == "ViT" else (IMAGENET_MEAN, IMAGENET_STD)
    prefix = (
        "cls",
        *(("dist",) if kind == "DeiT" else ()),
        *(f"reg{i}" for i in range(registers)),
    )
    return Layout(
        f"transformers {kind}",
        "transformers",
        build,
        tensors,
        width,
        depth,
        heads,
        mlp,
        patch,
        (rows, cols),
        prefix,
        classes,
        mean,
        std,
        (
            *((said,) if said else ()),
            *((shown,) if shown else ()),
            *(() if told.activation else ("SiLU gates" if is_gated else "GELU",)),
            f"norm epsilon {'1e-6' if is_dino else '1e-12'}",
            f"{'0.5 as' if kind == 'ViT' else 'ImageNet'} mean and deviation",
            "bicubic, no margin",
        ),
        aside + masked,
    )


def _split_gates(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors with a SwiGLU's gate and value apart, as in new releases."""
    split: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if ".mlp.weights_in." not in name:
            split[name] = tensor
            continue
        if not tensor.dim() or tensor.shape[0] % 2:
            raise ShapeError(
                "{name} has the shape {shape}", name=name, shape=tuple(tensor.shape)
            )
        gate, value = tensor.chunk(2)
        split[name.replace("weights_in", "gate_proj")] = gate
        split[name.replace("weights_in", "up_proj")] = value
    return split


def _joined_gates(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors with a SwiGLU's gate and value joined, as in old releases."""
    joined: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if ".mlp.up_proj." in name:
            continue
        if ".mlp.gate_proj." in name:
            value = tensors.get(name.replace("gate_proj", "up_proj"))
            if value is not None and value.shape[1:] == tensor.shape[1:]:
                name = name.replace("gate_proj", "weights_in")
                tensor = torch.cat([tensor, value])
        joined[name] = tensor
    return joined


def _stem_of(tensors: Tensors) -> str:
    """Return the prefix before "embeddings", such as "vit."."""
    end = "embeddings.patch_embeddings.projection.weight"
    return next(n.removesuffix(end) for n in tensors if n.endswith(end))


def with_library_names(layout: Layout, names: Mapping[str, object]) -> Layout:
    """Return the layout with tensor names of the release that is installed."""
    if layout.library != "transformers":
        return layout
    spelling = {one_naming(name): name for name in names}
    found = dict(layout.tensors)
    if any(".mlp.weights_in." in name for name in spelling):
        found = _joined_gates(found)
    tensors = {spelling.get(name, name): tensor for name, tensor in found.items()}
    return replace(layout, tensors=tensors)
