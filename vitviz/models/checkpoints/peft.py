"""Low-rank adapters (LoRA) in a file of weights, added to the weights they adapt.

    W + s · B A,   s = α / r, or α / √r   (rank-stabilised)

LoRA: Low-Rank Adaptation of Large Language Models. Hu et al., 2021, arXiv 2106.09685,
equation 3; A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA. Kalajdzievski
2023, arXiv 2312.03732.

peft writes A and B beside the weight, or without it, and α into adapter_config.json.
Only that file beside the weights is read, and of it only numbers and switches that are
checked here; what else it says (places, code) is not followed.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from vitviz.errors import CheckpointError, Phrase
from vitviz.models.checkpoints.config import chosen, number, read_config, whole
from vitviz.models.checkpoints.errors import refusal

CONFIG = "adapter_config.json"
_RULES = {"r": whole(1, 65_536), "lora_alpha": number(-1e6, 1e6)}
_PART = re.compile(r"(?P<place>.+)\.lora_(?P<kind>A|B)(?:\.\w+)??\.weight")
# Names by which the adapted layers keep what they were.
_BASE = re.compile(r"\.base_layer(?=\.)")
_SAVED = re.compile(r"\.modules_to_save\.\w+(?=\.)|(?<=\.)modules_to_save\.\w+\.")
_ORIGINAL = re.compile(r"(^|\.)original_module\.")
_OTHER = re.compile(r"lora_(magnitude|embedding)|ia3_|hada_|lokr_|oft_|vera_|boft_")
# What a configuration may say that changes the formula: none of it is followed.
_UNSUPPORTED = (
    "use_dora", "alpha_pattern", "rank_pattern", "use_qalora", "layer_replication",
    "megatron_config", "use_bdlora", "arrow_config", "alora_invocation_tokens",
)  # fmt: skip


def has_adapters(names: Mapping[str, Any]) -> bool:
    """Return whether there are adapters among tensors of these names."""
    return any(
        "lora_" in name or ".base_layer." in name or ".modules_to_save." in name
        for name in names
    )


def merged(tensors: Mapping[str, Tensor], path: Path) -> dict[str, Tensor]:
    """Return the tensors with the adapters in them added to their weights.

    path : of the file; its adapter_config.json lies beside it.

    Raises CheckpointError, which says how to merge them elsewhere.
    """
    found: dict[str, Tensor] = {}
    parts: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        match = _PART.fullmatch(name)
        if match is not None:
            kinds = parts.setdefault(match["place"], {})
            if match["kind"] in kinds:
                raise _unmerged(path, "it holds several adapters of one layer")
            kinds[match["kind"]] = tensor
        elif _OTHER.search(name) or "lora_" in name:
            raise _unmerged(path, "{names} is of a kind that is not known", name)
        elif not _ORIGINAL.search(name):
            plain = _BASE.sub("", _SAVED.sub("", name))
            if plain in found:
                raise _unmerged(path, "{names} stands in it twice", plain)
            found[plain] = tensor
    if not parts:
        return found
    if not any(f"{place}.weight" in found for place in parts):
        raise refusal(
            path,
            "is an adapter alone, without the network that it changes. Load both with "
            "peft, then save model.merge_and_unload() and open that.",
        )
    scale = _scale(path, parts)
    for place, kinds in parts.items():
        weight = found.get(f"{place}.weight")
        if weight is None:
            raise _unmerged(path, "the weight that {names} adapts is not in it", place)
        found[f"{place}.weight"] = _sum(path, place, weight, kinds, scale)
    return found


def _sum(
    path: Path, place: str, weight: Tensor, kinds: Mapping[str, Tensor], scale: float
) -> Tensor:
    """Return weight + scale · B A. Raises CheckpointError."""
    down, up = kinds.get("A"), kinds.get("B")
    if down is None or up is None:
        raise _unmerged(path, "one half of the adapter of {names} is missing", place)
    shapes = (
        down.dim() == up.dim() == weight.dim() == 2
        and up.shape[1] == down.shape[0]
        and weight.shape == (up.shape[0], down.shape[1])
    )
    floats = all(one.is_floating_point() for one in (down, up, weight))
    if not shapes or not floats:
        raise _unmerged(path, "the adapter of {names} is no pair of matrices", place)
    delta = up.double() @ down.double()  # (out, in)
    total: Tensor = (weight.double() + scale * delta).to(weight.dtype)
    return total


def _scale(path: Path, parts: Mapping[str, Mapping[str, Tensor]]) -> float:
    """Return α / r of all adapters. Raises CheckpointError."""
    config = path.parent / CONFIG
    if not os.path.isfile(config):
        raise _unmerged(
            path, "their scale is in adapter_config.json, which is not beside it"
        )
    values = read_config(config, path.parent)
    kind = values.get("peft_type", "LORA")
    strange = [key for key in _UNSUPPORTED if values.get(key)]
    if kind != "LORA" or strange:
        said = ", ".join([*strange, *([] if kind == "LORA" else [str(kind)[:20]])])
        raise _unmerged(path, "its adapter_config.json asks for {names}", said)
    numbers = chosen(values, _RULES, path.parent)
    if values.get("fan_in_fan_out") is True:
        raise _unmerged(
            path, "its adapter_config.json asks for {names}", "fan_in_fan_out"
        )
    if "r" not in numbers or "lora_alpha" not in numbers:
        raise _unmerged(path, "its adapter_config.json names no rank and no lora_alpha")
    ranks = {int(one["A"].shape[0]) for one in parts.values() if "A" in one}
    if ranks != {numbers["r"]}:
        raise _unmerged(path, "its adapter_config.json names another rank than theirs")
    root = values.get("use_rslora") is True
    return float(
        numbers["lora_alpha"] / (math.sqrt(numbers["r"]) if root else numbers["r"])
    )


def _unmerged(path: Path, reason: str, name: str = "") -> CheckpointError:
    """Return the error for adapters that are not added to the weights."""
    return refusal(
        path,
        "holds adapters that are not merged, and {reason}. Merge them where they were "
        "trained (peft: model.merge_and_unload()), and save that model.",
        reason=Phrase(reason, {"names": name[:120]}),
    )
