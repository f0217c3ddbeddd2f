"""How each library names a Vision Transformer's tensors, and what their shapes say.

Three families of names are told apart: torchvision's; timm's, which the original DeiT,
DINO, MAE and DINOv2 share but for a few names; and transformers', old and new.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from vitviz.images import IMAGENET_MEAN, IMAGENET_STD

Tensors = Mapping[str, Tensor]
Triple = tuple[float, float, float]

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
HALF = (0.5, 0.5, 0.5)

_KNOWN_HEADS = {1152: 16, 1280: 16, 1408: 16, 1536: 24, 1664: 16}
"""Widths whose published models do not have heads of 64 channels."""
_SIZES = (
    ("Ti", 192, 12),
    ("S", 384, 12),
    ("B", 768, 12),
    ("L", 1024, 24),
    ("SO400M", 1152, 27),
    ("H", 1280, 32),
    ("g", 1408, 40),
    ("g (DINOv2)", 1536, 40),
    ("G", 1664, 48),
)


class ShapeError(Exception):
    """Names that are known with shapes that are not; the text says which."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A network as told from names and shapes, ready to be built."""

    naming: str
    library: str
    """torchvision, timm or transformers: what builds it."""
    build: Callable[[], nn.Module]
    tensors: Tensors
    """Under the names of the library."""
    width: int
    depth: int
    num_heads: int
    mlp_width: int
    patch_size: int
    grid: int
    """Rows and columns at the native size."""
    prefix_names: tuple[str, ...]
    num_classes: int
    mean: Triple
    std: Triple
    assumed: tuple[str, ...]
    set_aside: tuple[str, ...] = ()
    """Names of tensors that the network does not need, and why they are known."""

    @property
    def image_size(self) -> int:
        """Side of the native input in pixels."""
        return self.grid * self.patch_size

    @property
    def nearest(self) -> str:
        """The published architecture that is nearest, such as ViT-S/14."""
        size = min(
            _SIZES,
            key=lambda s: (
                abs(math.log(s[1] / self.width)) + abs(math.log(s[2] / self.depth))
            ),
        )
        return f"ViT-{size[0]}/{self.patch_size}"


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
        return _transformers(dict(tensors))
    return None


def _shape(tensors: Tensors, name: str, dims: int) -> tuple[int, ...]:
    if name not in tensors:
        raise ShapeError(f"{name} is missing")
    shape = tuple(tensors[name].shape)
    if len(shape) != dims or not all(0 < side <= 65_536 for side in shape):
        raise ShapeError(f"{name} has the shape {shape}")
    return shape


def _patch(tensors: Tensors, name: str) -> tuple[int, int]:
    """(width of the network, patch size) from the weight of the patch embedding."""
    width, channels, height, side = _shape(tensors, name, 4)
    if channels != 3 or height != side:
        raise ShapeError(
            f"{name} takes {channels} channels in patches of {height}×{side}; only "
            "square patches of three channels can be used"
        )
    return width, side


def _depth(tensors: Tensors, pattern: str) -> int:
    found = {int(m[1]) for name in tensors if (m := re.match(pattern, name))}
    if not found:
        raise ShapeError("there is no Transformer block")
    if max(found) >= 256:
        raise ShapeError(f"it would have {max(found) + 1} blocks")
    return max(found) + 1


def _side(count: int, what: str) -> int:
    side = math.isqrt(max(count, 0))
    if not side or side * side != count:
        raise ShapeError(f"{what}: {count} patches make no square")
    return side


def _heads(width: int) -> tuple[int, str]:
    """(number of heads, the sentence that says it is assumed)."""
    heads = _KNOWN_HEADS.get(width, width // 64 if width % 64 == 0 else 0)
    if not heads:
        raise ShapeError(
            f"the number of heads cannot be told from a width of {width}; build the "
            "network and use vitviz.wrap(module)"
        )
    return heads, f"{heads} heads (of {width // heads} channels)"


def _rename(tensors: dict[str, Tensor], rules: Mapping[str, str]) -> dict[str, Tensor]:
    """Names with each regular expression replaced."""
    renamed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        new = name
        for pattern, replacement in rules.items():
            new = re.sub(pattern, replacement, new)
        if new in renamed:
            raise ShapeError(f"{name} stands in it under two names")
        renamed[new] = tensor
    return renamed


def _without(tensors: dict[str, Tensor], pattern: str) -> tuple[str, ...]:
    """Take the names that match out of `tensors`; they are returned."""
    taken = tuple(name for name in tensors if re.match(pattern, name))
    for name in taken:
        del tensors[name]
    return taken


# --- torchvision -----------------------------------------------------------------


def _torchvision(tensors: dict[str, Tensor]) -> Layout:
    tensors = _rename(
        tensors, {r"\.mlp\.linear_1\.": ".mlp.0.", r"\.mlp\.linear_2\.": ".mlp.3."}
    )
    width, patch = _patch(tensors, "conv_proj.weight")
    depth = _depth(tensors, r"encoder\.layers\.encoder_layer_(\d+)\.")
    block = "encoder.layers.encoder_layer_0"
    mlp = _shape(tensors, f"{block}.mlp.0.weight", 2)[0]
    tokens = _shape(tensors, "encoder.pos_embedding", 3)[1]
    grid = _side(tokens - 1, "encoder.pos_embedding")
    heads, said = _heads(width)
    classes, pre = 0, None
    if "heads.head.weight" in tensors:
        classes = _shape(tensors, "heads.head.weight", 2)[0]
    if "heads.pre_logits.weight" in tensors:
        pre = _shape(tensors, "heads.pre_logits.weight", 2)[0]

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
        grid,
        ("cls",),
        classes,
        IMAGENET_MEAN,
        IMAGENET_STD,
        (said, "ImageNet mean and deviation"),
    )


# --- timm, DeiT, DINO, MAE, DINOv2 -----------------------------------------------

_PROJECTION_HEAD = (
    r"(module\.)?((dino_|ibot_)?head\.(mlp|last_layer)\b|(dino|ibot)_head)"
)
_DECODER = r"decoder_|mask_token$"


def _timm(tensors: dict[str, Tensor]) -> Layout:
    naming = "timm (also DeiT, DINO)"
    head = _without(tensors, _PROJECTION_HEAD)
    decoder = _without(tensors, _DECODER)
    aside = head + decoder
    if head:
        naming = "DINO"
    elif any(name.startswith("decoder_") for name in decoder):
        naming = "MAE"
    elif decoder or "register_tokens" in tensors:
        naming = "DINOv2"
    tensors = _rename(
        tensors,
        {
            r"^blocks\.\d+\.(\d+)\.": r"blocks.\1.",  # saved in groups while training
            r"\.mlp\.w12\.": ".mlp.fc1.",
            r"\.mlp\.w3\.": ".mlp.fc2.",
            r"^register_tokens$": "reg_token",
        },
    )
    width, patch = _patch(tensors, "patch_embed.proj.weight")
    depth = _depth(tensors, r"blocks\.(\d+)\.")
    positions = _shape(tensors, "pos_embed", 3)[1]
    registers = _shape(tensors, "reg_token", 3)[1] if "reg_token" in tensors else 0
    has_cls, has_dist = "cls_token" in tensors, "dist_token" in tensors
    prefix = (
        *(("cls",) if has_cls else ()),
        *(("dist",) if has_dist else ()),
        *(f"reg{i}" for i in range(registers)),
    )
    if naming == "DINOv2" and registers and has_cls:
        tensors, positions = _split_positions(tensors, positions)
    is_plain = positions == math.isqrt(positions) ** 2
    grid = _side(
        positions if is_plain else positions - len(prefix), "the position table"
    )
    hidden = _shape(tensors, "blocks.0.mlp.fc1.weight", 2)[0]
    inner = _shape(tensors, "blocks.0.mlp.fc2.weight", 2)[1]
    is_gated = hidden == 2 * inner
    if "blocks.0.attn.q_norm.weight" in tensors:
        channels = _shape(tensors, "blocks.0.attn.q_norm.weight", 1)[0]
        heads, said = width // channels, ""
    else:
        heads, said = _heads(width)
    classes = _shape(tensors, "head.weight", 2)[0] if "head.weight" in tensors else 0
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
        f"norm epsilon {'1e-5' if is_pre_norm else '1e-6'}",
        f"pooled by {'the mean of the patches' if is_average else 'CLS'}",
        f"{'CLIP' if is_pre_norm else 'ImageNet'} mean and deviation",
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
        grid,
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
        raise ShapeError(f"cls_token has the shape {tuple(token.shape)}")
    moved = {"cls_token": token + table[:, :1], "pos_embed": table[:, 1:]}
    return tensors | moved, positions - 1


# --- transformers ----------------------------------------------------------------

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


def _transformers(tensors: dict[str, Tensor]) -> Layout:
    tensors = _split_gates(_rename(tensors, _OLD_TO_NEW))
    aside = _without(tensors, r"decoder\.")
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
    width, patch = _patch(
        tensors, f"{stem}embeddings.patch_embeddings.projection.weight"
    )
    depth = _depth(tensors, re.escape(stem) + r"layers\.(\d+)\.")
    positions = _shape(tensors, f"{stem}embeddings.position_embeddings", 3)[1]
    grid = _side(positions - (2 if kind == "DeiT" else 1), "the position table")
    heads, said = _heads(width)
    is_gated = f"{stem}layers.0.mlp.gate_proj.weight" in tensors
    first = "gate_proj" if is_gated else "fc1"
    mlp = _shape(tensors, f"{stem}layers.0.mlp.{first}.weight", 2)[0]
    heads_of_classes = [n for n in tensors if n.endswith("classifier.weight")]
    classes = _shape(tensors, heads_of_classes[0], 2)[0] if heads_of_classes else 0
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
        registers = _shape(
            tensors, _stem_of(tensors) + "embeddings.register_tokens", 3
        )[1]
        options["num_register_tokens"] = registers
    task = "ForImageClassification" if classes else "Model"
    if "distillation_classifier.weight" in tensors:
        task += "WithTeacher"
    has_pooler = any(name.startswith("pooler.") for name in tensors)
    if "mask_token" not in " ".join(tensors) and is_dino:
        raise ShapeError(f"{stem}embeddings.mask_token is missing")
    masked = _without(tensors, r".*embeddings\.mask_token$") if not is_dino else ()

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
        grid,
        prefix,
        classes,
        mean,
        std,
        (
            said,
            "SiLU gates" if is_gated else "GELU",
            f"norm epsilon {'1e-6' if is_dino else '1e-12'}",
            f"{'0.5 as' if kind == 'ViT' else 'ImageNet'} mean and deviation",
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
            raise ShapeError(f"{name} has the shape {tuple(tensor.shape)}")
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
