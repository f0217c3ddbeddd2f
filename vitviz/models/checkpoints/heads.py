"""Recognition of the head behind a backbone, and of what may stand beside it.

A head counts as a classifier if it is one linear layer that takes the backbone's
feature, alone or behind layers without weights. Anything else (several layers, a
norm before it, a layer of another width) is set aside: attention does not depend on
it, and the network opens without classes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

# First words of names that belong behind a backbone, not into it: heads, decoders,
# losses, metrics, counters.
_BEHIND = re.compile(
    r"(?:\w*_)?(?:heads?|classifiers?|classification|fcs?|fc_out|linear\w*|logits?|mlp"
    r"|proj(?:ector|ection)?|prelogits|predictors?|decoders?|loss(?:es)?|losse?_fn"
    r"|criterion|metrics?|acc(?:uracy)?|f1|auroc|confmat|queue(?:_ptr)?|centers?"
    r"|centroids?|prototypes|temperature|logit_scale|logit_bias|n_averaged|best"
    r"|global_step|num_updates|aux\w*|necks?|dropout|output_layer|out)"
    r"(?:_\w+|\d+)?"
)
# Words that mean tensors between the picture and the last block, which no plain
# backbone has: they change attention, so that nothing of the kind may be set aside.
_WITHIN = re.compile(
    r"prompt|lora_|adapter|adaptmlp|ssf_|prefix_tokens|soft_tokens|ia3_|hada_w|lokr_"
    r"|oft_|vera_|modality|token_type|text_embeddings",
    re.IGNORECASE,
)
# The same beside a backbone, where adapters and prompts of other parts stand as well.
_PROMPTS = re.compile(
    r"(?:^|\.)(?:deep_|visual_|vpt_)*prompts?(?:_embeddings?|_tokens?|_proj)?(?:\.|$)",
    re.IGNORECASE,
)
# First words of names behind timm's backbones that its own networks have.
_OF_TIMM = {"head", "head_dist", "fc_norm", "neck"}
_STEM_OF_TRANSFORMERS = "embeddings.patch_embeddings.projection.weight"
# Heads that the recognition of names knows by these, with more than one layer.
_KNOWN_HEAD = re.compile(r"(dino_|ibot_)?head\.(mlp|last_layer)\b|(dino|ibot)_head")


@dataclass(frozen=True, slots=True)
class HeadSearch:
    """What became of the tensors of a head.

    tensors : the network's, its head under the library's name or without any.
    set_aside : names of tensors that were taken out.
    assumed : what is said of it, a phrase each.
    """

    tensors: dict[str, Tensor]
    set_aside: tuple[str, ...]
    assumed: tuple[str, ...]


def is_behind(name: str) -> bool:
    """Return whether a name's first word says that it belongs behind a backbone."""
    return _BEHIND.fullmatch(name.partition(".")[0]) is not None


def within_backbone(names: Collection[str]) -> list[str]:
    """Return the names that change what the blocks compute, of those below a prefix."""
    return [name for name in names if _WITHIN.search(name)]


def prompts_beside(names: Collection[str]) -> list[str]:
    """Return the names that mean further tokens, of those beside a backbone."""
    return [name for name in names if _PROMPTS.search(name)]


def without_head(tensors: Mapping[str, Tensor]) -> HeadSearch:
    """Return a backbone's tensors with a head that its library has, or with none.

    tensors : by the names of torchvision, timm or transformers; others are returned
        as they are.
    """
    if "conv_proj.weight" in tensors and "class_token" in tensors:
        kept = _set_aside(tensors, {"heads", "conv_proj"})
        width = tensors["conv_proj.weight"].shape[0]
        own = ("heads.pre_logits.weight", "heads.pre_logits.bias")
        return _joined(kept, plain_head(kept.tensors, "heads", "heads.head", [width],
                                        own=own))  # fmt: skip
    stem = tensors.get("patch_embed.proj.weight")
    if stem is not None or any(n.startswith("patch_embed.backbone.") for n in tensors):
        kept = _set_aside(tensors, _OF_TIMM)
        norm = tensors.get("blocks.0.norm1.weight") if stem is None else stem
        if norm is None or not norm.dim():
            return kept
        width = norm.shape[0]
        if any(map(_KNOWN_HEAD.match, kept.tensors)):
            return kept
        return _joined(kept, plain_head(kept.tensors, "head", "head", [width],
                                        own=("head.fc.weight",)))  # fmt: skip
    name = next((n for n in tensors if n.endswith(_STEM_OF_TRANSFORMERS)), None)
    if name is None:
        return HeadSearch(dict(tensors), (), ())
    base, width = name.partition(".")[0], tensors[name].shape[0]
    if base == "embeddings":  # its head, if any, is around it
        return _set_aside(tensors, set())
    if base.startswith("dinov2"):
        width *= 2
    pooler = {f"{base}.pooler.dense.weight", f"{base}.pooler.dense.bias"}
    widths = () if pooler <= tensors.keys() else (width,)
    return plain_head(tensors, "classifier", "classifier", widths)


def is_projection(tensors: Mapping[str, Tensor]) -> bool:
    """Return whether the last layer of a network by timm's names is CLIP's projection.

    It has no bias in CLIP, and zeros in timm; that of a classifier was trained.
    """
    bias = tensors.get("head.bias")
    return "norm_pre.weight" in tensors and bias is not None and not bool(bias.any())


def _set_aside(tensors: Mapping[str, Tensor], own: Collection[str]) -> HeadSearch:
    """Return the tensors without those whose first word means a part behind it."""
    aside = tuple(
        name
        for name in tensors
        if is_behind(name)
        and name.partition(".")[0] not in own
        and not _KNOWN_HEAD.match(name)
        and not name.startswith("decoder")  # MAE's, known by it
    )
    found = {name: t for name, t in tensors.items() if name not in {*aside}}
    heads = [name for name in aside if re.match(r"\w*(head|classifier|fc)", name)]
    return HeadSearch(found, aside, (unrecognised(heads),) if heads else ())


def _joined(first: HeadSearch, second: HeadSearch) -> HeadSearch:
    return HeadSearch(
        second.tensors,
        (*first.set_aside, *second.set_aside),
        (*first.assumed, *second.assumed),
    )


def plain_head(
    tensors: Mapping[str, Tensor],
    place: str,
    target: str,
    widths: Collection[int],
    *,
    own: Collection[str] = (),
) -> HeadSearch:
    """Return the tensors with the head at `place` as one layer called `target`.

    place : what the head's names begin with, such as "heads".
    target : name of the layer that the library has for it, such as "heads.head".
    widths : of features that the library's layer takes.
    own : names of further tensors that the library's head has; where one of them is
        there, nothing is touched.
    """
    group = {
        name: tensor
        for name, tensor in tensors.items()
        if name == place or name.startswith(f"{place}.")
    }
    found = dict(tensors)
    weight, bias = f"{target}.weight", f"{target}.bias"
    if not group or any(name in group for name in own):
        return HeadSearch(found, (), ())
    if group.keys() <= {weight, bias} and _takes(group.get(weight), widths):
        if weight in group and bias not in group:
            found[bias] = _no_bias(group[weight])
        return HeadSearch(found, (), ())
    for name in group:
        del found[name]
    layer = _one_layer(group, widths)
    if layer is None:
        return HeadSearch(found, tuple(group), (unrecognised(list(group)),))
    stem, found[weight] = layer
    offset = group.get(f"{stem}.bias")
    found[bias] = _no_bias(found[weight]) if offset is None else offset
    return HeadSearch(found, (), (f"{stem} is the whole head",))


def unrecognised(names: Sequence[str]) -> str:
    """Return what is said of a head that is none of the library's."""
    listed = ", ".join(name[:60] for name in names[:3])
    more = " …" if len(names) > 3 else ""
    return f"no classes, as the head is not recognised ({listed}{more})"


def _one_layer(
    group: Mapping[str, Tensor], widths: Collection[int]
) -> tuple[str, Tensor] | None:
    """Return (name, weight) of a group that is one linear layer; else None."""
    weights = [name for name in group if name.endswith(".weight")]
    if len(weights) != 1:
        return None
    stem, weight = weights[0].removesuffix(".weight"), group[weights[0]]
    bias = group.get(f"{stem}.bias")
    if group.keys() - {f"{stem}.weight", f"{stem}.bias"} or not _takes(weight, widths):
        return None
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        return None
    return stem, weight


def _takes(weight: Tensor | None, widths: Collection[int]) -> bool:
    """Return whether it is a linear layer's weight for a feature of these widths."""
    return weight is not None and weight.dim() == 2 and weight.shape[1] in widths


def _no_bias(weight: Tensor) -> Tensor:
    return torch.zeros(weight.shape[0], dtype=weight.dtype)
