"""Search for the picture networks among the tensors of a training's file.

    {"epoch": 9, "state_dict": {"model.vit.embeddings…": …, "classifier.1.weight": …}}
        →  one backbone, at "state_dict" and "model.vit.", and what is beside it

A network is found by its structure, not by the names that were put around it: where
there is the weight of a patch embedding, and blocks below the same prefix, there is a
Vision Transformer. A file may hold several (student and teacher, averaged weights);
the likeliest is taken, and the others are named.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

# Names that wrappers put into the middle of others: sharding, recomputing, compiling.
_INFIXES = re.compile(
    r"(?:^|(?<=\.))(?:_fsdp_wrapped_module|_checkpoint_wrapped_module|_orig_mod"
    r"|_forward_module|_original_module|_ddp_module)\."
)
# Patch embeddings by family, and a block below the same prefix.
_STEMS = (
    (r"conv_proj\.weight", r"encoder\.layers\.encoder_layer_\d+\."),
    (
        r"patch_embed\.(?:proj|projection)\.weight",
        r"(?:blocks|(?:encoder\.)?layers)\.\d+\.",
    ),
    (r"patch_embed\.backbone\..*", r"blocks\.\d+\."),
    (
        r"embeddings\.patch_embeddings?\.(?:projection\.)?weight",
        r"(?:encoder\.)?layers?\.\d+\.",
    ),
    (r"conv1\.weight", r"transformer\.resblocks\.\d+\."),
)
# Blocks at every place in a name, as several may stand within each other.
_PATTERNS = tuple(
    (
        re.compile(rf"(?P<prefix>(?:.+\.)?){stem}"),
        re.compile(rf"(?:^|(?<=\.))(?={block})"),
    )
    for stem, block in _STEMS
)
# Each of a file's networks is compared with the names of all tensors.
_MAX_BACKBONES = 64
_MAX_NAME = 1_000
# Parts of a network's place, the better ones first: what is used after the training.
# Of two networks that teach each other, the teacher is the mean of the student.
_BETTER = (
    ("online_encoder", "online_network", "base_encoder", "encoder_q"),
    ("teacher", "teacher_backbone", "target_encoder"),
    (),
    ("model_ema", "state_dict_ema", "ema", "ema_model", "ema_state_dict", "net_ema",
     "averaged_model", "average_model", "swa_model", "shadow", "encoder_k", "ema_net",
     "momentum_encoder", "target_network", "key_encoder", "model_averaged",
     "averaging_state", "swa_state_dict"),
    ("student", "student_backbone", "context_encoder"),
    ("discriminator", "text_encoder", "old_model", "frozen", "predictor", "decoder"),
)  # fmt: skip
_TEACHING = {"teacher", "student", "teacher_model", "student_model"}
_MAX_BRANCHES = 500
_MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Branch:
    """Named tensors of one dictionary in a file.

    keys : of the dictionaries around it, outermost first.
    """

    keys: tuple[str, ...]
    tensors: dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Backbone:
    """A network in a branch: its tensors are those whose names begin with `prefix`."""

    branch: Branch
    prefix: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The words of its place, outermost first, without those that say nothing."""
        words = (*self.branch.keys, *self.prefix.split("."))
        return tuple(word for word in words if word not in ("", "module"))

    @property
    def place(self) -> str:
        """Its place in words, such as "state_dict › student.backbone"."""
        prefix = self.prefix.rstrip(".")
        return " › ".join([*self.branch.keys, *([prefix] if prefix else [])])

    @property
    def shapes(self) -> frozenset[tuple[str, tuple[int, ...]]]:
        """Names below the prefix with the shapes: equal for equal networks."""
        return frozenset(
            (name.removeprefix(self.prefix), tuple(tensor.shape))
            for name, tensor in self.branch.tensors.items()
            if name.startswith(self.prefix) and ".blocks." in f".{name}"
        )

    @property
    def size(self) -> int:
        """Count of numbers below the prefix."""
        tensors = self.branch.tensors.items()
        return sum(t.numel() for name, t in tensors if name.startswith(self.prefix))


def branches_of(content: Mapping[Any, Any]) -> list[Branch]:
    """Return all dictionaries with named tensors in a file, the outermost first."""
    found: list[Branch] = []
    _collect(content, (), found)
    return found


def _collect(
    content: Mapping[Any, Any], keys: tuple[str, ...], found: list[Branch]
) -> None:
    if len(keys) > _MAX_DEPTH or len(found) >= _MAX_BRANCHES:
        return
    tensors = {
        _INFIXES.sub("", name): value
        for name, value in content.items()
        if isinstance(name, str) and isinstance(value, Tensor)
    }
    if tensors:
        found.append(Branch(keys, tensors))
    for key, value in content.items():
        if isinstance(key, str) and isinstance(value, Mapping):
            _collect(value, (*keys, key[:80]), found)


def backbones_in(branches: Sequence[Branch]) -> list[Backbone]:
    """Return the picture networks, the likeliest first."""
    all_found = (
        Backbone(branch, prefix)
        for branch in branches
        for prefix in _prefixes(branch.tensors)
    )
    found = [*itertools.islice(all_found, _MAX_BACKBONES)]
    is_distilled = _is_distilled(found)
    order = {id(one): number for number, one in enumerate(found)}
    return sorted(
        found,
        key=lambda one: (
            _rank(one.parts, is_distilled=is_distilled),
            -one.size,
            order[id(one)],
        ),
    )


def _prefixes(tensors: Mapping[str, Tensor]) -> Iterator[str]:
    """Find the prefixes below which there are a patch embedding and blocks."""
    names = [name for name in tensors if len(name) <= _MAX_NAME]
    above_blocks: dict[re.Pattern[str], set[str]] = {}
    told = set()
    for name in names:
        if tensors[name].dim() < 2 or not name.endswith("weight"):
            continue
        for stem, block in _PATTERNS:
            match = stem.fullmatch(name)
            if match is None or match["prefix"] in told:
                continue
            if block not in above_blocks:
                above_blocks[block] = {
                    one[: found.start()]
                    for one in names
                    for found in block.finditer(one)
                }
            prefix = match["prefix"]
            if prefix in above_blocks[block]:
                told.add(prefix)
                yield prefix


def _is_distilled(found: Sequence[Backbone]) -> bool:
    """Return whether a teacher is another network than its student, not its mean."""
    taught = [one for one in found if _TEACHING & {*one.parts}]
    return len({one.shapes for one in taught}) > 1


def _rank(parts: Sequence[str], *, is_distilled: bool) -> int:
    """Return how likely it is that a network in this place is meant; 0 is best."""
    words = {*parts}
    if is_distilled and words & {"teacher", "teacher_model"}:
        return len(_BETTER)
    if is_distilled and words & {"student", "student_model"}:
        return 0
    ranks = [rank for rank, names in enumerate(_BETTER) if words & {*names}]
    return ranks[0] if ranks else 2
