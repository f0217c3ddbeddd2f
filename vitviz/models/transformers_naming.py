"""How transformers names a Vision Transformer's tensors, in old and new releases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
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
from vitviz.pictures.placement import IMAGENET_MEAN, IMAGENET_STD

HALF = (0.5, 0.5, 0.5)

_OLD_TO_NEW = {
    r"(^|\.)encoder\.layers?\.(\d+)\.": r"\1layers.\2.",
    r"\.attention\.attention\.(query|key|value)\.": r".attention.\1.",
    r"\.attention\.q_proj\.": ".attention.query.",
    r"\.attention\.k_proj\.": ".attention.key.",
    r"\.attention\.v_proj\.": ".attention.value.",
    r"\.attention\.(output\.dense|o_proj)\.": ".attention.out.",
    r"(layers\.\d+)\.intermediate\.dense\.": r"\1.mlp.fc1.",
    r"(layers\.\d+)\.output\.dense\.": r"\1.mlp.fc2.",
    r"\.mlp\.weights_out\.": ".mlp.down_proj.",
}


def one_naming(name: str) -> str:
    """The name in one spelling, whichever release of transformers wrote it."""
    for pattern, replacement in _OLD_TO_NEW.items():
        name = re.sub(pattern, replacement, name)
    return name


def transformers_layout(tensors: dict[str, Tensor]) -> Layout:
    """ViT, DeiT and DINOv2 of transformers, bare or below their task's prefix."""
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
    positions = shape_of(tensors, f"{stem}embeddings.position_embeddings", 3)[1]
    grid = side_of(positions - (2 if kind == "DeiT" else 1), "the position table")
    heads, said = heads_of(width)
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
        "image_size": grid * patch,
        "patch_size": patch,
        "qkv_bias": any(n.endswith("attention.query.bias") for n in tensors),
    }
    if classes:
        options["num_labels"] = classes
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
        (grid, grid),
        prefix,
        classes,
        mean,
        std,
        (
            said,
            "SiLU gates" if is_gated else "GELU",
            f"norm epsilon {'1e-6' if is_dino else '1e-12'}",
            f"{'0.5 as' if kind == 'ViT' else 'ImageNet'} mean and deviation",
            "bicubic, no margin",
        ),
        aside + masked,
    )


def _split_gates(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Gate and value of a SwiGLU apart, as recent releases hold them."""
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
    """Gate and value of a SwiGLU together, as earlier releases hold them."""
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
    end = "embeddings.patch_embeddings.projection.weight"
    return next(n.removesuffix(end) for n in tensors if n.endswith(end))


def with_library_names(layout: Layout, names: Mapping[str, object]) -> Layout:
    """The layout's tensors under the spelling of the release that is installed."""
    if layout.library != "transformers":
        return layout
    spelling = {one_naming(name): name for name in names}
    found = dict(layout.tensors)
    if any(".mlp.weights_in." in name for name in spelling):
        found = _joined_gates(found)
    tensors = {spelling.get(name, name): tensor for name, tensor in found.items()}
    return replace(layout, tensors=tensors)
