"""Which network a set of names and shapes belongs to, and that network, empty.

Known: torchvision's VisionTransformer, and the naming that timm shares with the
original DeiT, DINO, MAE and DINOv2. Widths, depths, patches, sizes and classes are read
from shapes; what shapes cannot tell is assumed and named.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from vitviz.errors import CheckpointError, MissingExtraError

HEADS = {192: 3, 384: 6, 768: 12, 1024: 16, 1152: 16, 1280: 16, 1408: 16, 1536: 24}
"""By width, as in every published plain ViT; shapes do not say it."""
_SET_ASIDE = (
    "mask_token", "masked_embed", "decoder_", "decoder.", "head.mlp.",
    "head.last_layer", "dino_head.", "ibot_head.", "proj_head.", "predictor.", "queue",
)  # fmt: skip
"""Parts of training that no picture passes through."""
_PREFIXES = ("module.", "backbone.", "_orig_mod.", "encoder.", "visual.", "model.")

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Recognised:
    """A network for some weights, not yet filled."""

    naming: str
    module: nn.Module
    state: dict[str, Tensor]
    """The weights under the network's own names."""
    assumed: tuple[str, ...]
    """What shapes do not tell."""
    set_aside: tuple[str, ...]
    """Names that no picture passes through."""


def recognised(tensors: Tensors, name: str) -> Recognised:
    """The network that fits. Raises CheckpointError, MissingExtraError."""
    state, aside = _cleaned(tensors)
    if "conv_proj.weight" in state and "class_token" in state:
        found = _torchvision(state, name)
    elif "patch_embed.proj.weight" in state and _has(state, r"blocks\.0\.attn\.qkv"):
        found = _timm(state, name)
    elif _has(state, r"embeddings\.patch_embeddings"):
        raise CheckpointError(
            "{name} has transformers' names, which do not say how the network is "
            "built: its config.json has to lie beside it. Give the folder.",
            name=name,
        )
    else:
        shown = ", ".join(sorted(tensors)[:3])
        raise CheckpointError(
            "{name} is of no naming that vitviz knows (torchvision, timm, DeiT, DINO, "
            "DINOv2, MAE): its first names are {names}. Build the network yourself "
            "and use vitviz.wrap(module).",
            name=name,
            names=shown,
        )
    naming, module, own, assumed = found
    return Recognised(naming, module, own, assumed, aside)


def differences(module: nn.Module, state: Tensors) -> list[str]:
    """What does not fit, a phrase each: missing, unexpected, shapes."""
    own = module.state_dict()
    found = [f"missing {name}" for name in own if name not in state]
    found += [f"unexpected {name}" for name in state if name not in own]
    for name, tensor in state.items():
        if name in own and own[name].shape != tensor.shape:
            have, want = tuple(tensor.shape), tuple(own[name].shape)
            found.append(f"{name} is {have}, not {want}")
    return found


def _cleaned(tensors: Tensors) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Names without what wrappers put before them; parts of training set aside."""
    state = dict(tensors)
    for _ in range(len(_PREFIXES)):
        prefix = next((p for p in _PREFIXES if _is_common(state, p)), None)
        if prefix is None:
            break
        state = {
            name.removeprefix(prefix): tensor
            for name, tensor in state.items()
            if name.startswith(prefix)
        }
    aside = tuple(name for name in state if name.startswith(_SET_ASIDE))
    return {n: t for n, t in state.items() if n not in aside}, aside


def _is_common(state: Tensors, prefix: str) -> bool:
    """Whether the network lies below `prefix`; torchvision's encoder. is its own."""
    if "conv_proj.weight" in state or "patch_embed.proj.weight" in state:
        return False
    first = ("conv_proj.weight", "patch_embed.proj.weight")
    return any(
        name.startswith(prefix) and name.endswith(first) for name in state
    ) and sum(name.startswith(prefix) for name in state) >= 0.5 * len(state)


def _torchvision(
    state: dict[str, Tensor], name: str
) -> tuple[str, nn.Module, dict[str, Tensor], tuple[str, ...]]:
    from torchvision.models import VisionTransformer

    width, _, patch, _ = _shape(state, "conv_proj.weight", 4, name)
    depth = _count(state, r"encoder\.layers\.encoder_layer_(\d+)\.")
    tokens = _shape(state, "encoder.pos_embedding", 3, name)[1]
    # torchvision 0.12 and older named the MLP's layers linear_1 and linear_2
    state = {re.sub(r"mlp\.linear_(\d)", _mlp_index, n): t for n, t in state.items()}
    hidden = _shape(state, "encoder.layers.encoder_layer_0.mlp.0.weight", 2, name)[0]
    side = _side(tokens - 1, name)
    classes = state["heads.head.weight"].shape[0] if "heads.head.weight" in state else 0
    heads = _heads(width, name)
    module: Any = VisionTransformer(
        image_size=side * patch,
        patch_size=patch,
        num_layers=depth,
        num_heads=heads,
        hidden_dim=width,
        mlp_dim=hidden,
        num_classes=max(classes, 1),
    )
    if not classes:
        module.heads = nn.Identity()
    return "torchvision", module, state, (f"{heads} heads",)


def _mlp_index(match: re.Match[str]) -> str:
    return "mlp.0" if match[1] == "1" else "mlp.3"


def _timm(
    state: dict[str, Tensor], name: str
) -> tuple[str, nn.Module, dict[str, Tensor], tuple[str, ...]]:
    try:
        from timm.layers import SwiGLUPacked
        from timm.models.vision_transformer import VisionTransformer
    except ImportError:
        raise MissingExtraError(
            "{name} has timm's names: install the extra with pip install "
            "'vitviz[timm]'.",
            name=name,
        ) from None
    naming = "timm, DeiT, DINO or MAE"
    if _has(state, r"norm_pre\."):
        raise CheckpointError(
            "{name} is a CLIP tower, and those differ in their activation, which "
            "weights do not tell. Load it with timm and use vitviz.wrap(module).",
            name=name,
        )
    width, _, patch, other = _shape(state, "patch_embed.proj.weight", 4, name)
    if patch != other:
        raise CheckpointError("{name} has oblong patches.", name=name)
    depth = _count(state, r"blocks\.(\d+)\.")
    if "register_tokens" in state:
        naming = "DINOv2 with registers"
        state = _with_timm_registers(state)
    elif "blocks.0.ls1.gamma" in state:
        naming = "timm or DINOv2"
    has_cls, registers = "cls_token" in state, 0
    if "reg_token" in state:
        registers = state["reg_token"].shape[1]
    has_dist = "dist_token" in state
    tokens = _shape(state, "pos_embed", 3, name)[1]
    prefix = int(has_cls) + int(has_dist) + registers
    embedded = prefix if _is_square(tokens - prefix) else 0
    if embedded == 0 and registers and has_cls and _is_square(tokens - 1):
        embedded = 1
    side = _side(tokens - embedded, name)
    classes = state["head.weight"].shape[0] if "head.weight" in state else 0
    heads = _heads(width, name)
    is_packed = "blocks.0.mlp.w12.weight" in state
    if is_packed:  # DINOv2's giant: the same layer under other names
        state = {
            n.replace("mlp.w12.", "mlp.fc1.").replace("mlp.w3.", "mlp.fc2."): t
            for n, t in state.items()
        }
    hidden = _shape(state, "blocks.0.mlp.fc1.weight", 2, name)[0]
    has_fc_norm = "fc_norm.weight" in state
    pool = "token" if has_cls and not has_fc_norm else "avg"
    options: dict[str, Any] = {
        "img_size": side * patch,
        "patch_size": patch,
        "embed_dim": width,
        "depth": depth,
        "num_heads": heads,
        "mlp_ratio": hidden / width,
        "num_classes": classes,
        "class_token": has_cls,
        "reg_tokens": registers,
        "no_embed_class": embedded == 0 and prefix > 0,
        "qkv_bias": "blocks.0.attn.qkv.bias" in state,
        "qk_norm": "blocks.0.attn.q_norm.weight" in state,
        "init_values": 1e-5 if "blocks.0.ls1.gamma" in state else None,
        "global_pool": pool,
        "fc_norm": has_fc_norm,
        "dynamic_img_size": True,
        "weight_init": "skip",
    }
    if is_packed:
        options["mlp_layer"] = SwiGLUPacked
    if has_dist:
        from timm.models.deit import VisionTransformerDistilled

        for option in ("class_token", "reg_tokens", "no_embed_class", "weight_init"):
            del options[option]
        options["fc_norm"] = False
        module: nn.Module = VisionTransformerDistilled(**options)
        naming = "DeiT, distilled"
    else:
        module = VisionTransformer(**options)
    assumed = (f"{heads} heads", "GELU", "layer norm ε = 1e-6", f"pooled by {pool}")
    return naming, module, state, assumed


def _with_timm_registers(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """DINOv2 adds a position to CLS before registers come in; timm adds it to CLS."""
    state = dict(state)
    state["reg_token"] = state.pop("register_tokens")
    table = state["pos_embed"]
    state["cls_token"] = state["cls_token"] + table[:, :1]
    state["pos_embed"] = table[:, 1:]
    return state


def _has(state: Tensors, pattern: str) -> bool:
    return any(re.match(pattern, name) for name in state)


def _count(state: Tensors, pattern: str) -> int:
    """One more than the largest number that stands in a name."""
    numbers = [int(m[1]) for name in state if (m := re.match(pattern, name))]
    return max(numbers, default=-1) + 1


def _shape(state: Tensors, key: str, dims: int, name: str) -> tuple[int, ...]:
    if key not in state or state[key].dim() != dims:
        found = tuple(state[key].shape) if key in state else "missing"
        raise CheckpointError(
            "{name} looks like a Vision Transformer, but {key} is {found}.",
            name=name,
            key=key,
            found=found,
        )
    return tuple(state[key].shape)


def _is_square(count: int) -> bool:
    return count > 0 and math.isqrt(count) ** 2 == count


def _side(count: int, name: str) -> int:
    if not _is_square(count):
        raise CheckpointError(
            "The positions in {name} are {count} patches, which make no square grid.",
            name=name,
            count=count,
        )
    return math.isqrt(count)


def _heads(width: int, name: str) -> int:
    if width not in HEADS:
        raise CheckpointError(
            "{name} is {width} wide, and how many heads such a network has is not "
            "known. Build it yourself and use vitviz.wrap(module).",
            name=name,
            width=width,
        )
    return HEADS[width]
