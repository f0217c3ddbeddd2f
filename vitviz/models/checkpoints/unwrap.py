"""Tensors of a network without what training programs put around them.

    {"epoch": 9, "model": {"module.blocks.0…": …}}   →   {"blocks.0…": …}

Files of two trainings get timm's names for the same tensors: CLIP as OpenAI and
open_clip write it, with its text tower beside it, and DINOv3 as Meta writes it. Shapes
are changed where timm has others, numbers never.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from vitviz.errors import CheckpointError
from vitviz.models.checkpoints.backbone import (
    Backbone,
    Branch,
    backbones_in,
    branches_of,
)
from vitviz.models.checkpoints.errors import MAX_TENSORS, listed
from vitviz.models.checkpoints.heads import prompts_beside, within_backbone
from vitviz.models.checkpoints.jax_files import (
    GOOGLE,
    GoogleVit,
    google_vit,
    with_torch_names,
    without_training,
)
from vitviz.models.checkpoints.layout import ShapeError, Tensors, renamed, shape_of
from vitviz.models.checkpoints.openmmlab import (
    TITLE as OPENMMLAB,
)
from vitviz.models.checkpoints.openmmlab import (
    Training,
    head_of,
    is_openmmlab,
    training_of,
    with_names_of_timm,
)
from vitviz.models.checkpoints.peft import has_adapters, merged
from vitviz.models.checkpoints.read import FileKind, State

# Prefixes that training programs put before the names, where no network is found by
# its structure.
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
# What may stand beside such a network: projection heads, a student, a text tower.
_BESIDE = re.compile(
    r"(module\.)?((dino_|ibot_)?head\.(mlp|last_layer)\b|dino_head\.|ibot_head\.)"
    r"|student\.|criterion\.|loss\.|text\.|transformer\.|token_embedding\.|ln_final\."
    r"|(positional_embedding|text_projection|logit_scale|logit_bias)$"
    r"|(input_resolution|context_length|vocab_size)$"
)
# Names below a prefix that transformers' own networks for classes have, and how their
# classifiers are called.
_BASES = {"vit", "deit", "dinov2", "dinov2_with_registers"}
_CLASSIFIERS = ("classifier", "cls_classifier", "distillation_classifier")


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The tensors of a network by its own names for them.

    as_written : the same, and what is beside them, before prefixes were taken off.
    wrapper : keys and prefixes that were taken off, outermost first.
    set_aside : names that are none of the network's.
    others : places of other networks in the file, such as averaged weights.
    place : of this network, if there are others.
    assumed : what is said of the choice, a phrase each.
    naming : whose names the file has, where they were brought to timm's; else empty.
    heads : of each layer, where the file's shapes tell them.
    training : what the file says of its training.
    """

    tensors: dict[str, Tensor]
    as_written: dict[str, Tensor]
    wrapper: tuple[str, ...]
    set_aside: tuple[str, ...]
    others: tuple[str, ...] = ()
    place: str = ""
    assumed: tuple[str, ...] = ()
    naming: str = ""
    heads: int | None = None
    training: Training = Training()


def unwrap(state: State, *, part: str | None = None) -> Unwrapped:
    """Return what is below the wrappers.

    part : a word of the place of the network to take, such as "model_ema"; None for
        the likeliest.

    Raises CheckpointError if there are no named tensors, or no such part.
    """
    content = state.content
    if state.kind in (FileKind.NUMPY, FileKind.FLAX):
        arrays = without_training(state.content)
        google = _google(state, arrays)
        if google is not None:
            return google
        content = with_torch_names(arrays)
    branches = branches_of(content)
    count = sum(len(branch.tensors) for branch in branches)
    if not branches:
        raise CheckpointError(
            "{path} holds no named tensors. It has {names}.",
            path=state.path.name,
            names=listed([str(key)[:60] for key in content]) or "nothing",
        )
    if count > MAX_TENSORS:
        raise CheckpointError(
            "{path} lists {count:,} tensors; at most {limit:,} are read.",
            path=state.path.name,
            count=count,
            limit=MAX_TENSORS,
        )
    _require_unsharded(state, branches)
    branches = [
        replace(branch, tensors=merged(branch.tensors, state.path))
        if has_adapters(branch.tensors)
        else branch
        for branch in branches
    ]
    state = replace(state, content=content)
    found = backbones_in(branches)
    if part is not None:
        found = _asked_for(state, found, part)
    if not found:
        return _without_structure(max(branches, key=lambda b: len(b.tensors)), state)
    first, *others = found
    return _opened(state, first, [one.place for one in others])


def _google(state: State, arrays: Mapping[str, Tensor]) -> Unwrapped | None:
    """Return the network of a file in Google's naming; None for another.

    Raises CheckpointError.
    """
    try:
        found: GoogleVit | None = google_vit(arrays)
    except ShapeError as error:
        raise CheckpointError(
            "{path} has the names of {naming}, but {reason}. Download it again.",
            path=state.path.name,
            naming=GOOGLE,
            reason=error,
        ) from error
    if found is None:
        return None
    trained = [name for name in state.content if name not in arrays]
    return Unwrapped(
        found.tensors,
        found.tensors,
        tuple(f"{word}/" for word in found.prefix.split("/") if word),
        (*found.set_aside, *trained),
        assumed=found.assumed,
        naming=GOOGLE,
        heads=found.heads,
    )


def _require_unsharded(state: State, branches: Sequence[Branch]) -> None:
    """Raise CheckpointError for weights of which a training kept only its own part."""
    for branch in branches:
        for name, tensor in branch.tensors.items():
            if re.search(r"(^|\.)_?flat_param(_\d+)?$", name):
                raise CheckpointError(
                    "{path} holds the weights of FSDP in one flat row ({name}), "
                    "without their shapes. Save them again with "
                    "StateDictType.FULL_STATE_DICT.",
                    path=state.path.name,
                    name=name[:80],
                )
            if not tensor.numel() and re.search(r"(proj|qkv|norm\d?)\.weight$", name):
                raise CheckpointError(
                    "{path} holds names without numbers ({name} is empty): the weights "
                    "lie in the files beside it (DeepSpeed ZeRO 3). Join them first: "
                    "python zero_to_fp32.py FOLDER OUTPUT.",
                    path=state.path.name,
                    name=name[:80],
                )


def _asked_for(state: State, found: Sequence[Backbone], part: str) -> list[Backbone]:
    """Return the networks with the named one first. Raises CheckpointError."""
    chosen = [one for one in found if part in one.parts or part == one.place]
    if not chosen:
        raise CheckpointError(
            "{path} has no network called {part}. Take one of these instead: {places}.",
            path=state.path.name,
            part=part[:60],
            places=listed([one.place for one in found]) or "none",
        )
    return [*chosen, *(one for one in found if one not in chosen)]


def _opened(state: State, backbone: Backbone, others: list[str]) -> Unwrapped:
    """Return the tensors of a network that was found, with its own head."""
    tensors, prefix = backbone.branch.tensors, backbone.prefix
    words = prefix.split(".")
    outer = prefix.removesuffix(f"{words[-2]}.") if len(words) > 1 else prefix
    has_head = words[-2:-1] and words[-2] in _BASES
    below = {n[len(prefix) :]: t for n, t in tensors.items() if n.startswith(prefix)}
    taken = {n for n in tensors if n.startswith(prefix)}
    if has_head and f"{prefix}embeddings.cls_token" in tensors:
        heads = [
            name
            for name in tensors
            if name.startswith(outer)
            and name[len(outer) :].partition(".")[0] in _CLASSIFIERS
        ]
        if heads:  # a network with classes, as transformers writes it
            taken |= {*heads}
            below = {n[len(outer) :]: t for n, t in tensors.items() if n in taken}
            prefix = outer
    training = training_of(state.content, below)
    if is_openmmlab(below):
        layers = head_of([*tensors], outer)
        taken |= {*layers}
        below |= {timm: tensors[name] for name, timm in layers.items()}
    aside = [name for name in tensors if name not in taken]
    place: Mapping[Any, Any] = state.content
    beside: list[str] = []
    for key in backbone.branch.keys:
        beside += [str(one)[:80] for one in place if one != key]
        place = next(v for k, v in place.items() if str(k)[:80] == key)
    beside += [str(one)[:80] for one, v in place.items() if not isinstance(v, Tensor)]
    within = [*within_backbone(below), *prompts_beside(aside)]
    if within:
        raise CheckpointError(
            "{path}: {names} change what the network of {place} computes, and are not "
            "part of a plain Vision Transformer. Build the network yourself and use "
            "vitviz.wrap(module).",
            path=state.path.name,
            names=listed(within, 3),
            place=backbone.place or "the file",
        )
    prefixes = [f"{word}." for word in prefix.split(".") if word]
    return Unwrapped(
        below,
        tensors,
        (*backbone.branch.keys, *prefixes),
        (*beside, *aside),
        tuple(others),
        backbone.place,
        (f"weights of {backbone.place or 'the top'}, others in it: "
         f"{', '.join(one or 'the top' for one in others)}",) if others else (),
        training=training,
    )  # fmt: skip


def _without_structure(branch: Branch, state: State) -> Unwrapped:
    """Return the tensors of a file in which no picture network is found.

    What is known of other kinds of networks is told by their names.
    """
    tensors = as_written = branch.tensors
    wrapper, aside = [*branch.keys], [str(k)[:80] for k in state.content]
    for _ in range(6):
        prefix = _prefix(tensors)
        if prefix is None:
            break
        wrapper.append(prefix)
        tensors = {
            name.removeprefix(prefix): tensor
            for name, tensor in tensors.items()
            if name.startswith(prefix)
        }
    aside = [name for name in aside if name not in {*branch.keys, *as_written}]
    return Unwrapped(tensors, as_written, tuple(wrapper), tuple(aside))


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
# SAM's names to timm's, where they differ.
_SAM = {r"\.mlp\.lin1\.": ".mlp.fc1.", r"\.mlp\.lin2\.": ".mlp.fc2."}
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
    """Return (the tensors, with timm's names for other trainings', the naming's title).

    The title is empty for other files. Raises ShapeError.
    """
    found = dict(tensors)
    if found.keys() >= _OF_CLIP:
        return _clip(found), "CLIP (OpenAI, open_clip)"
    if found.keys() >= _OF_DINOV3:
        return _dinov3(found), "DINOv3"
    if is_openmmlab(found):
        return with_names_of_timm(found), OPENMMLAB
    if "blocks.0.mlp.lin1.weight" in found and "neck.0.weight" in found:
        return renamed(found, _SAM), "SAM"
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
