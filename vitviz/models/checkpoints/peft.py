"""Low-rank adapters (LoRA) in a file of weights, added to the weights they adapt.

    W + s · B A,   s = α / r, or α / √r   (rank-stabilised)
    m · (W + s · B A) / ‖W + s · B A‖     (DoRA: the norm of each row)

LoRA: Low-Rank Adaptation of Large Language Models. Hu et al., 2021, arXiv 2106.09685,
equation 3; A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA. Kalajdzievski
2023, arXiv 2312.03732; DoRA: Weight-Decomposed Low-Rank Adaptation. Liu et al., 2024,
arXiv 2402.09353, equation 5.

peft writes A and B beside the weight, or without it, and α into adapter_config.json.
Only that file beside the weights is read, and of it only numbers and switches that are
checked here; what else it says (places, code) is not followed.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from vitviz.errors import CheckpointError, Phrase
from vitviz.models.checkpoints.config import Rule, chosen, number, read_config, whole
from vitviz.models.checkpoints.errors import refusal
from vitviz.models.checkpoints.naming import one_naming

CONFIG = "adapter_config.json"
# Patterns of ranks and scales by layer, and words of a name by which one is found.
_MAX_PATTERNS = 20_000
_MAX_WORDS = 32
_MAX_NAME = 1_000
_RULES = {"r": whole(1, 65_536), "lora_alpha": number(-1e6, 1e6)}
_PART = re.compile(
    r"(?P<place>.+)\.lora_(?P<kind>A|B|magnitude_vector)(?:\.\w+)??(?P<end>\.weight)?"
)
# Names by which the adapted layers keep what they were.
_BASE = re.compile(r"\.base_layer(?=\.)")
_SAVED = re.compile(r"\.modules_to_save\.\w+(?=\.)|(?<=\.)modules_to_save\.\w+\.")
_ORIGINAL = re.compile(r"(^|\.)original_module\.")
_OTHER = re.compile(r"lora_embedding|ia3_|hada_|lokr_|oft_|vera_|boft_")
_ROOT = re.compile(r"^base_model\.(model\.)?")
# What a configuration may say that changes the formula: none of it is followed.
_UNSUPPORTED = (
    "use_qalora", "layer_replication", "megatron_config", "use_bdlora",
    "arrow_config", "alora_invocation_tokens", "fan_in_fan_out", "lora_bias",
)  # fmt: skip
# The layers that give classes, by the names of the libraries' own networks.
_CLASSIFIER = re.compile(r"(?:.*\.)?(?:classifier|head|head\.fc)\.weight")


@dataclass(frozen=True, slots=True)
class Adapter:
    """The adapters of a file, apart from the weights.

    parts : of each adapted layer, by its place: A, B and the magnitudes of DoRA.
    others : the other tensors: those that were trained as a whole, or a whole network.
    """

    path: Path
    parts: Mapping[str, Mapping[str, Tensor]]
    others: Mapping[str, Tensor]

    @property
    def num_classes(self) -> int | None:
        """How many classes the head has that was trained with it; None without one."""
        for name, tensor in self.others.items():
            if _CLASSIFIER.fullmatch(name) and tensor.dim() == 2:
                return int(tensor.shape[0])
        return None


def has_adapters(names: Mapping[str, Any]) -> bool:
    """Return whether there are adapters among tensors of these names."""
    return any(
        "lora_" in name or ".base_layer." in name or ".modules_to_save." in name
        for name in names
    )


def adapter_of(tensors: Mapping[str, Tensor], path: Path) -> Adapter:
    """Return the adapters among a file's tensors.

    Raises CheckpointError for those of another kind.
    """
    others: dict[str, Tensor] = {}
    parts: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        match = _PART.fullmatch(name)
        if match is not None and (match["end"] or match["kind"] == "magnitude_vector"):
            kinds = parts.setdefault(match["place"], {})
            if match["kind"] in kinds:
                raise _unmerged(path, Phrase("it holds several adapters of one layer"))
            kinds[match["kind"]] = tensor
        elif _OTHER.search(name) or "lora_" in name:
            raise _unmerged(path, "{names} is of a kind that is not known", name)
        elif not _ORIGINAL.search(name):
            plain = _BASE.sub("", _SAVED.sub("", name))
            if plain in others:
                raise _unmerged(path, "{names} stands in it twice", plain)
            others[plain] = tensor
    return Adapter(path, parts, others)


def merged(tensors: Mapping[str, Tensor], path: Path) -> dict[str, Tensor]:
    """Return the tensors with the adapters in them added to their weights.

    path : of the file; its adapter_config.json lies beside it.

    Raises CheckpointError, which says how to merge them elsewhere.
    """
    adapter = adapter_of(tensors, path)
    found, parts = dict(adapter.others), adapter.parts
    if not parts:
        return found
    if not any(f"{place}.weight" in found for place in parts):
        raise refusal(
            path,
            "is an adapter alone, without the network that it changes. Load both with "
            "peft, then save model.merge_and_unload() and open that.",
        )
    scales = _scales(path, parts)
    _require_stored(path, parts, [found.get(f"{place}.weight") for place in parts])
    for place, kinds in parts.items():
        weight = found.get(f"{place}.weight")
        if weight is None:
            raise _unmerged(path, "the weight that {names} adapts is not in it", place)
        found[f"{place}.weight"] = _sum(path, place, weight, kinds, scales[place])
    return found


def onto(
    adapter: Adapter, tensors: Mapping[str, Tensor], left: Collection[str] = ()
) -> dict[str, Tensor]:
    """Return a network's tensors with an adapter from another file added to them.

    Names are matched in whatever spelling transformers gives them. A network saved
    without the prefix that it has below a head gets it.

    left : names of the file's other tensors, whose adapters are passed over.

    Raises CheckpointError for an adapter of another network.
    """
    path = adapter.path
    places = {one: _ROOT.sub("", one) for one in adapter.parts}
    own = {one_naming(name): name for name in (*tensors, *left)}
    ends = _ends(own)
    targets, leads = {}, set()
    for place, plain in places.items():
        targets[place], lead = _target(path, one_naming(f"{plain}.weight"), own, ends)
        leads.add(lead)
    if len(leads) > 1:
        raise _unmerged(path, Phrase("it adapts several networks"))
    lead = leads.pop() if leads else ""
    found = {f"{lead}{name}": tensor for name, tensor in tensors.items()}
    scales = _scales(path, adapter.parts)
    adapted = [found.get(f"{lead}{name}") for name in targets.values()]
    _require_stored(path, adapter.parts, adapted)
    for place, kinds in adapter.parts.items():
        name = f"{lead}{targets[place]}"
        if name not in found:  # of another part of a larger model
            continue
        found[name] = _sum(path, place, found[name], kinds, scales[place])
    spelling = {one_naming(name): name for name in found}
    for name, tensor in adapter.others.items():
        plain = _ROOT.sub("", name)
        found[spelling.get(one_naming(plain), plain)] = tensor
    return found


def _endings(name: str) -> Iterator[str]:
    """Return what follows each of the last dots of a name, the longest first."""
    words = name.split(".")
    for start in range(max(1, len(words) - _MAX_WORDS), len(words)):
        yield ".".join(words[start:])


def _ends(own: Iterable[str]) -> dict[str, list[str]]:
    """Return the names, two at most, that end in each ending."""
    found: dict[str, list[str]] = {}
    for name in own:
        if len(name) > _MAX_NAME:
            continue
        for end in _endings(name):
            names = found.setdefault(end, [])
            if len(names) < 2:
                names.append(name)
    return found


def _target(
    path: Path, wanted: str, own: Mapping[str, str], ends: Mapping[str, list[str]]
) -> tuple[str, str]:
    """Return (name of the adapted weight, prefix that its network lacks)."""
    if wanted in own:
        return own[wanted], ""
    shorter = [one for one in _endings(wanted) if one in own]
    longer = ends.get(wanted, [])
    if len(shorter) == 1 and not longer:
        return own[shorter[0]], wanted.removesuffix(shorter[0])
    if len(longer) == 1 and not shorter:
        return own[longer[0]], ""
    raise _unmerged(path, "{names} is no layer of the network beside it", wanted)


def _sum(
    path: Path, place: str, weight: Tensor, kinds: Mapping[str, Tensor], scale: float
) -> Tensor:
    """Return weight + scale · B A, with DoRA's norms. Raises CheckpointError."""
    down, up = kinds.get("A"), kinds.get("B")
    if down is None or up is None:
        raise _unmerged(path, "one half of the adapter of {names} is missing", place)
    is_patch = weight.dim() == down.dim() == up.dim() == 4 and up.shape[2:] == (1, 1)
    flat = weight.flatten(1) if is_patch else weight
    a, b = (down.flatten(1), up.flatten(1)) if is_patch else (down, up)
    shapes = (
        a.dim() == b.dim() == flat.dim() == 2
        and b.shape[1] == a.shape[0]
        and flat.shape == (b.shape[0], a.shape[1])
    )
    floats = all(one.is_floating_point() for one in (a, b, flat))
    if not shapes or not floats:
        raise _unmerged(path, "the adapter of {names} is no pair of matrices", place)
    total = flat.double() + scale * (b.double() @ a.double())  # (out, in)
    norms = kinds.get("magnitude_vector")
    if norms is not None:
        if norms.numel() != len(total) or not norms.is_floating_point():
            raise _unmerged(path, "the norms of {names} are not one for a row", place)
        total *= norms.double().reshape(-1, 1) / total.norm(dim=1, keepdim=True)
    result: Tensor = total.to(weight.dtype).reshape(weight.shape)
    return result


def _scales(path: Path, parts: Mapping[str, Mapping[str, Tensor]]) -> dict[str, float]:
    """Return α / r of each adapter. Raises CheckpointError."""
    config = path.parent / CONFIG
    if not os.path.isfile(config):
        raise _unmerged(
            path,
            Phrase("their scale is in adapter_config.json, which is not beside it"),
        )
    values = read_config(config, path.parent)
    kind = values.get("peft_type", "LORA")
    strange = [key for key in _UNSUPPORTED if values.get(key)]
    has_norms = any("magnitude_vector" in one for one in parts.values())
    if bool(values.get("use_dora")) != has_norms:
        strange.append("use_dora")
    if kind != "LORA" or strange:
        said = ", ".join([*strange, *([] if kind == "LORA" else [str(kind)[:20]])])
        raise _unmerged(path, "its adapter_config.json asks for {names}", said)
    numbers = chosen(values, _RULES, path.parent)
    if "r" not in numbers or "lora_alpha" not in numbers:
        raise _unmerged(
            path, Phrase("its adapter_config.json names no rank and no lora_alpha")
        )
    is_root = values.get("use_rslora") is True
    by_place = {
        name: _patterns(path, values, pattern)
        for name, pattern in (("r", "rank_pattern"), ("lora_alpha", "alpha_pattern"))
    }
    found = {}
    for place, kinds in parts.items():
        own = {
            name: _by_place(path, by_place[name], place, _RULES[name])
            for name in _RULES
        }
        rank = own["r"] or numbers["r"]
        alpha = (
            numbers["lora_alpha"] if own["lora_alpha"] is None else own["lora_alpha"]
        )
        if "A" in kinds and kinds["A"].shape[0] != rank:
            raise _unmerged(
                path, Phrase("its adapter_config.json names another rank than theirs")
            )
        found[place] = float(alpha / (math.sqrt(rank) if is_root else rank))
    return found


# By the names in a pattern, a caret before those of a whole place: where it stands
# among the others, and its value.
_Patterns = Mapping[str, tuple[int, Any]]


def _patterns(path: Path, values: Mapping[str, Any], key: str) -> _Patterns:
    """Return the patterns of a configuration by the names in them.

    They are regular expressions in peft; those that are plain names are followed.

    Raises CheckpointError for others, and for too many.
    """
    patterns = values.get(key) or {}
    if not isinstance(patterns, Mapping) or len(patterns) > _MAX_PATTERNS:
        raise _unmerged(path, "its adapter_config.json asks for {names}", key)
    found: dict[str, tuple[int, Any]] = {}
    for position, (pattern, value) in enumerate(patterns.items()):
        plain = pattern.replace("\\.", ".")
        if not re.fullmatch(r"\^?[\w.]+", plain):
            raise _unmerged(path, "its adapter_config.json asks for {names}", key)
        found.setdefault(plain, (position, value))
    return found


def _by_place(path: Path, patterns: _Patterns, place: str, rule: Rule) -> Any:  # noqa: ANN401
    """Return what the first pattern that fits says of a layer; None for nothing."""
    inner = _ROOT.sub("", place)
    names = (f"^{inner}", inner, *_endings(inner))
    fits = [patterns[name] for name in names if name in patterns]
    if not fits:
        return None
    _, value = min(fits, key=lambda one: one[0])
    return chosen({"it": value}, {"it": rule}, path.parent)["it"]


def _require_stored(
    path: Path,
    parts: Mapping[str, Mapping[str, Tensor]],
    weights: Iterable[Tensor | None],
) -> None:
    """Raise CheckpointError if tensors to be added are more than their memory holds.

    A pickle may give one number any shape, and one matrix thousands of names; what
    the sums of those would take has nothing to do with the size of the file.
    """
    held: dict[int, int] = {}
    total = 0
    tensors = [one for kinds in parts.values() for one in kinds.values()]
    for tensor in (*tensors, *(one for one in weights if one is not None)):
        storage = tensor.untyped_storage()
        held[storage.data_ptr()] = storage.nbytes()
        total += tensor.numel() * tensor.element_size()
        if tensor.numel() * tensor.element_size() > storage.nbytes():
            total = sys.maxsize
    if total > 2 * sum(held.values()):
        raise refusal(path, "claims more numbers than the file holds.")


def _unmerged(path: Path, reason: str | Phrase, name: str = "") -> CheckpointError:
    """Return the error for adapters that are not added to the weights.

    reason : a text with a place for {names}, or a phrase that has none.
    """
    if isinstance(reason, str):
        reason = Phrase(reason, {"names": name[:120]})
    return refusal(
        path,
        "holds adapters that are not merged, and {reason}. Merge them where they were "
        "trained (peft: model.merge_and_unload()), and save that model.",
        reason=reason,
    )
