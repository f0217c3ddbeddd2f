"""Tensors of a network without what training programs put around them.

    {"epoch": 9, "model": {"module.blocks.0…": …}}   →   {"blocks.0…": …}

Files of two trainings get timm's names for the same tensors: CLIP as OpenAI and
open_clip write it, with its text tower beside it, and DINOv3 as Meta writes it. Shapes
are changed where timm has others, numbers never.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from vitviz.errors import CheckpointError
from vitviz.models.checkpoints.errors import MAX_TENSORS, listed
from vitviz.models.checkpoints.layout import ShapeError, Tensors, renamed, shape_of
from vitviz.models.checkpoints.read import State

# Keys under which training programs store the weights, the preferred one first.
WRAPPERS = (
    "state_dict",
    "model",
    "model_state_dict",
    "model_ema",
    "state_dict_ema",
    "teacher",
    "student",
    "net",
    "network",
    "module",
    "backbone",
    "encoder",
    "visual",
)
# Prefixes that training programs put before the names.
PREFIXES = (
    "module.",
    "_orig_mod.",
    "model.",
    "net.",
    "teacher.",
    "backbone.",
    "student.",
    "encoder.",
    "visual.trunk.",
    "visual.",
    "trunk.",
)
# What may stand beside the backbone: projection heads, a student, a text tower.
_BESIDE = re.compile(
    r"(module\.)?((dino_|ibot_)?head\.(mlp|last_layer)\b|dino_head\.|ibot_head\.)"
    r"|student\.|criterion\.|loss\.|text\.|transformer\.|token_embedding\.|ln_final\."
    r"|(positional_embedding|text_projection|logit_scale|logit_bias)$"
    r"|(input_resolution|context_length|vocab_size)$"
)


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The tensors of a network by its own names for them.

    as_written : the same, and what is beside them, before prefixes were taken off.
    wrapper : keys and prefixes that were taken off, outermost first.
    set_aside : names that are none of the network's.
    """

    tensors: dict[str, Tensor]
    as_written: dict[str, Tensor]
    wrapper: tuple[str, ...]
    set_aside: tuple[str, ...]


def unwrap(state: State) -> Unwrapped:
    """Return what is below the wrappers.

    Raises CheckpointError if there are no named tensors.
    """
    wrapper: list[str] = []
    aside: list[str] = []
    content: Mapping[Any, Any] = state.content
    for _ in range(4):
        if any(isinstance(v, Tensor) and "." in str(k) for k, v in content.items()):
            break
        inner = [k for k in WRAPPERS if isinstance(content.get(k), Mapping)]
        others = [key for key, value in content.items() if _is_wrapper(value)]
        if not inner and len(others) == 1:  # under a name of somebody's own
            inner = others
        if not inner:
            break
        aside += [str(key)[:80] for key in content if key != inner[0]]
        wrapper.append(inner[0])
        content = content[inner[0]]
    tensors = {
        name: value
        for name, value in content.items()
        if isinstance(name, str) and isinstance(value, Tensor)
    }
    if not tensors:
        raise CheckpointError(
            "{path} holds no named tensors. It has {names}.",
            path=state.path.name,
            names=listed([str(key)[:60] for key in content]) or "nothing",
        )
    aside += [str(key)[:80] for key in content if key not in tensors]
    if len(tensors) > MAX_TENSORS:
        raise CheckpointError(
            "{path} lists {count:,} tensors; at most {limit:,} are read.",
            path=state.path.name,
            count=len(tensors),
            limit=MAX_TENSORS,
        )
    as_written = tensors
    for _ in range(6):
        prefix = _prefix(tensors)
        if prefix is None:
            break
        wrapper.append(prefix)
        aside += [name for name in tensors if not name.startswith(prefix)]
        tensors = {
            name.removeprefix(prefix): tensor
            for name, tensor in tensors.items()
            if name.startswith(prefix)
        }
    return Unwrapped(tensors, as_written, tuple(wrapper), tuple(aside))


def _is_wrapper(value: object) -> bool:
    """Return whether it holds named tensors, or a list of them under a common key."""
    if not isinstance(value, Mapping):
        return False
    return any(isinstance(one, Tensor) for one in value.values()) or any(
        isinstance(value.get(key), Mapping) for key in WRAPPERS
    )


def _prefix(tensors: Mapping[str, Tensor]) -> str | None:
    """Return the prefix of all names but those that may stand beside a backbone."""
    for prefix in PREFIXES:
        rest = [name for name in tensors if not name.startswith(prefix)]
        if len(rest) < len(tensors) and all(map(_BESIDE.match, rest)):
            return prefix
    return None


# CLIP's names to timm's.
_CLIP = {
    r"^conv1\.": "patch_embed.proj.",
    r"^positional_embedding$": "pos_embed",
    r"^class_embedding$": "cls_token",
    r"^ln_pre\.": "norm_pre.",
    r"^ln_post\.": "norm.",
    r"^transformer\.resblocks\.": "blocks.",
    r"\.ln_([12])\.": r".norm\1.",
    r"\.attn\.in_proj_": ".attn.qkv.",
    r"\.attn\.out_proj\.": ".attn.proj.",
    r"\.mlp\.c_fc\.": ".mlp.fc1.",
    r"\.mlp\.c_proj\.": ".mlp.fc2.",
}
# Names that only CLIP has together: Perception Encoder, which has rotary positions,
# lacks the projection or has a pool besides.
_OF_CLIP = {"class_embedding", "positional_embedding", "conv1.weight", "ln_pre.weight",
            "ln_post.weight", "proj"}  # fmt: skip
# DINOv3's names to timm's.
_DINOV3 = {
    r"^storage_tokens$": "reg_token",
    r"\.ls([12])\.gamma$": r".gamma_\1",
    r"\.mlp\.w1\.": ".mlp.fc1_g.",
    r"\.mlp\.w2\.": ".mlp.fc1_x.",
    r"\.mlp\.w3\.": ".mlp.fc2.",
}
_OF_DINOV3 = {"storage_tokens", "rope_embed.periods", "cls_token"}
_PERIODS = "rope_embed.periods"
# Not needed to look at a picture: what hides patches, a table that timm computes.
_TRAINING_ONLY = re.compile(r"mask_token$|rope_embed\.periods$|local_cls_norm\.")


def in_names_of_timm(tensors: Tensors) -> tuple[dict[str, Tensor], str]:
    """Return (the tensors, renamed if they are CLIP's or DINOv3's, the naming's title).

    The title is empty for other files. Raises ShapeError.
    """
    found = dict(tensors)
    if found.keys() >= _OF_CLIP:
        return _clip(found), "CLIP (OpenAI, open_clip)"
    if found.keys() >= _OF_DINOV3:
        return _dinov3(found), "DINOv3"
    return found, ""


def _clip(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return CLIP's image tensors by timm's names. Raises ShapeError."""
    num_classes = shape_of(tensors, "proj", 2)[1]
    shape_of(tensors, "class_embedding", 1)
    shape_of(tensors, "positional_embedding", 2)
    projection = tensors.pop("proj")
    found = renamed(tensors, _CLIP)
    found["cls_token"] = found["cls_token"].reshape(1, 1, -1)
    found["pos_embed"] = found["pos_embed"][None]
    found["head.weight"] = projection.T
    found["head.bias"] = torch.zeros(num_classes, dtype=projection.dtype)
    return found


def _dinov3(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return DINOv3's tensors by timm's names.

    Queries and values have a bias; that of keys is masked out, and timm has none.

    The periods of the rotary positions are computed in timm and only compared here:
    files have them with 16 bits.

    Raises ShapeError.
    """
    periods = tensors[_PERIODS]
    (count,) = shape_of(tensors, _PERIODS, 1)
    published = 100 ** (torch.arange(count) / count)
    if not torch.allclose(periods.float(), published, rtol=0.01):
        raise ShapeError("{name} has other values than DINOv3's", name=_PERIODS)
    found: dict[str, Tensor] = {}
    for name, tensor in renamed(tensors, _DINOV3).items():
        if _TRAINING_ONLY.match(name) or name.endswith(".bias_mask"):
            continue
        if not name.endswith("attn.qkv.bias"):
            found[name] = tensor
            continue
        mask = tensors.get(f"{name}_mask")
        if not tensor.numel() or tensor.dim() != 1 or tensor.numel() % 3:
            raise ShapeError(
                "{name} has the shape {shape}", name=name, shape=tuple(tensor.shape)
            )
        query, key, value = tensor.chunk(3)
        kept = torch.ones(3) if mask is None else mask.reshape(3, -1)[:, 0]
        if kept[1] and bool(key.any()):
            raise ShapeError("{name} has a bias for keys", name=name)
        stem = name.removesuffix("qkv.bias")
        found[f"{stem}q_bias"], found[f"{stem}v_bias"] = query, value
    return found
