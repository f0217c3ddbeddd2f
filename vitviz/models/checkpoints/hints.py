"""What a file and its neighbours say of a network that names and shapes do not tell.

    inside it     hyper_parameters (Lightning), args, arch, config
    beside it     hparams.yaml (Lightning), args.yaml (timm), config.json, …
    its training  MoCo v3's ViT-S has 12 heads, told by its positions or its names

All of it is data: numbers and words that are looked for by key, in a bounded number of
places. A number of heads counts only if it divides the width, and if no other width
stands beside it. No word is used as a path, and none is looked up.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from vitviz.domain.problem_type import ProblemType, problem_of
from vitviz.errors import FileError
from vitviz.models.checkpoints.layout import Tensors
from vitviz.models.checkpoints.read import State
from vitviz.models.checkpoints.torch_pickle import Unread
from vitviz.models.file_choices import MAX_HEADS
from vitviz.system.untrusted_files import read_untrusted

_BESIDE = ("config.json", "args.json", "args.yaml", "hparams.yaml", "config.yaml")
# Lightning and Hydra write them one or two folders above the weights.
_ABOVE = ("hparams.yaml", "args.yaml", "config.yaml", ".hydra/config.yaml")
_MAX_BYTES = 262_144
# Of all such files: their reader is written in Python, and takes up to 50 µs a byte.
_MAX_YAML_BYTES = 65_536
_MAX_NODES = 5_000
_MAX_DEPTH = 8
_HEADS = {
    "num_heads", "n_heads", "nheads", "nhead", "n_head", "num_head", "heads",
    "num_attention_heads", "attention_heads", "n_attention_heads", "vit_heads",
}  # fmt: skip
_WIDTHS = {
    "hidden_size", "embed_dim", "emb_dim", "embedding_dim", "hidden_dim", "dim",
    "width", "d_model", "embed_dims", "model_dim",
}  # fmt: skip
# Of the input: height, then width.
_SIZES = {
    "img_size", "image_size", "input_size", "imgsz", "input_shape", "image_shape",
    "img_shape", "size_train", "crop_size", "img_dim", "image_dims",
}  # fmt: skip
_MAX_SIDE = 16_384
# Parts of a file that hold numbers of another kind.
_NO_HINTS = ("optimizer", "scheduler", "callbacks", "loops", "scaler", "state_dict")
_MAX_WORD = 200
_WHOLE = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Hint:
    """A number or word, and where it stood, such as "hyper_parameters.num_heads"."""

    value: int | str
    place: str


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A value of a configuration with those beside it."""

    key: str
    value: object
    place: str
    beside: Mapping[str, Any]


def num_heads_of(tensors: Tensors, width: int, state: State) -> Hint | None:
    """Return the number of heads that is said somewhere; None where none is sure."""
    said = {
        leaf.value: leaf.place
        for leaf in _leaves(state)
        if leaf.key.lower() in _HEADS and _fits(leaf, width)
    }
    if len(said) == 1:
        ((value, place),) = said.items()
        assert isinstance(value, int)
        return Hint(value, place)
    if width == 384 and _is_of_moco(tensors, state):
        return Hint(12, "MoCo v3's ViT-S")
    return None


def sizes_of(state: State) -> dict[tuple[int, int], str]:
    """Return (height, width) of inputs that are said somewhere, and where.

    Only of two different numbers, as a list of them or of channels and them.
    """
    found: dict[tuple[int, int], str] = {}
    for leaf in _leaves(state):
        words = leaf.place.lower().split(".")
        if leaf.key != "0" or len(words) < 2 or words[-2] not in _SIZES:
            continue
        sides = [*leaf.beside.values()]
        sides = sides[1:] if len(sides) == 3 else sides
        if len(sides) != 2 or not all(
            type(one) is int and 0 < one <= _MAX_SIDE for one in sides
        ):
            continue
        if sides[0] != sides[1]:
            place = leaf.place.removesuffix(".0")
            found.setdefault((sides[0], sides[1]), place)
    return found


def words_of(state: State) -> Iterator[str]:
    """Find the texts in a file and its neighbours that may name a network."""
    for leaf in _leaves(state):
        if isinstance(leaf.value, str):
            yield leaf.value


def declared_problem(state: State) -> ProblemType | None:
    """Return what the head was trained for, if it is said, and said once."""
    found = {
        problem_of(leaf.value)
        for leaf in _leaves(state)
        if leaf.key.lower() == "problem_type"
    } - {None}
    return found.pop() if len(found) == 1 else None


def _fits(leaf: _Leaf, width: int) -> bool:
    """Return whether a number of heads may be that of a network of this width."""
    value = leaf.value
    if type(value) is not int or not 1 <= value <= MAX_HEADS or width % value:
        return False
    widths = [v for k, v in leaf.beside.items() if str(k).lower() in _WIDTHS]
    return all(type(one) is not int or one == width for one in widths)


# --- where they stand ------------------------------------------------------------


def _leaves(state: State) -> Iterator[_Leaf]:
    """Find the values of the configurations in a file, then of those beside it."""
    # of one value, which may stand below every key of a pickle, and of all
    rest = _MAX_NODES * 10
    for key, value in state.content.items():
        is_hint = isinstance(key, str) and not any(part in key for part in _NO_HINTS)
        if is_hint and not isinstance(value, Tensor) and rest > 0:
            left = [min(_MAX_NODES, rest)]
            rest -= left[0]
            yield from _walked({key: value}, "", left)
            rest += max(left[0], 0)
    for name, content in _neighbours(state.path):
        yield from _walked(content, name, [_MAX_NODES])


def _walked(
    content: object, place: str, left: list[int], depth: int = 0
) -> Iterator[_Leaf]:
    """Find the plain values in mappings and lists; no more than `left` of them."""
    if isinstance(content, argparse.Namespace):
        content = vars(content)
    if isinstance(content, Unread):
        content = content.values
    if isinstance(content, Sequence) and not isinstance(content, str | bytes):
        content = dict(enumerate(content[:100]))
    if not isinstance(content, Mapping) or depth > _MAX_DEPTH:
        return
    if any(isinstance(value, Tensor) for value in content.values()):
        return  # weights, whose names say nothing here
    for key, value in content.items():
        left[0] -= 1
        if left[0] < 0:
            return
        name = str(key)[:60]
        inner = f"{place}.{name}" if place else name
        if isinstance(value, Unread) and "_val" in value.values:  # omegaconf's
            value = value.values["_val"]
        if isinstance(value, int | str | float):
            if not isinstance(value, str) or len(value) <= _MAX_WORD:
                yield _Leaf(name, value, inner, content)
        else:
            yield from _walked(value, inner, left, depth + 1)


def _neighbours(path: Path) -> Iterator[tuple[str, object]]:
    """Read the configurations beside a file, and of those above it what is usual."""
    folder = path.absolute().parent
    places = [folder / name for name in _BESIDE]
    if folder.name in ("checkpoints", "ckpts", "weights"):
        places += [folder.parent / name for name in _ABOVE]
    rest = _MAX_YAML_BYTES
    for place in places:
        with contextlib.suppress(FileError, ValueError, RecursionError, OSError):
            is_json = place.suffix == ".json"
            text = read_untrusted(place, _MAX_BYTES if is_json else rest)
            if not is_json:
                rest -= len(text)
            words = text.decode("utf-8")
            yield place.name, json.loads(words) if is_json else _yaml(words)


# A file is opened once for each question; what it says is the same.
@functools.lru_cache(maxsize=8)
def _yaml(text: str) -> object:
    """Return the texts and whole numbers of a YAML file, in dicts and lists.

    None where its reader is not installed, and for a damaged one.

    Tags are not followed: neither those that would make objects nor `<<`, by which a
    kilobyte of mappings that repeat each other takes all memory there is.
    """
    try:
        yaml: Any = importlib.import_module("yaml")  # has no types
    except ImportError:
        return None

    class Plain(yaml.BaseLoader):  # type: ignore[misc]
        """Takes dates, fractions and the like for the texts that they are."""

        def construct_scalar(self, node: Any) -> str | int:  # noqa: ANN401
            found: str = super().construct_scalar(node)
            is_number = node.style is None and _WHOLE.fullmatch(found)
            return int(found) if is_number else found

    try:
        return cast("object", yaml.load(text, Plain))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


# --- trainings -------------------------------------------------------------------


def _is_of_moco(tensors: Tensors, state: State) -> bool:
    """Return whether a ViT-S is MoCo v3's, by the names around it or its positions.

    An Empirical Study of Training Self-Supervised Vision Transformers. Chen et al.,
    2021, arXiv 2104.02057: its ViT-S has 12 heads, and its positions are sines and
    cosines of the row, then of the column; MAE's have the column first.
    """
    names = [str(name) for name in state.content]
    inner = state.content.get("state_dict")
    names += [str(name) for name in inner] if isinstance(inner, Mapping) else []
    if any(".base_encoder." in f".{name}" for name in names) and any(
        ".momentum_encoder." in f".{name}" for name in names
    ):
        return True
    table = tensors.get("pos_embed")
    if table is None or table.dim() != 3 or table.shape[2] % 4:
        return False
    side = round((table.shape[1] - 1) ** 0.5)
    if side < 2 or side * side != table.shape[1] - 1 or not table.is_floating_point():
        return False
    quarter = table.shape[2] // 4
    rates = 10_000 ** -(torch.arange(quarter) / quarter)
    angles = torch.arange(side)[:, None] * rates  # (S, W / 4)
    rows = angles[:, None].expand(side, side, quarter).flatten(0, 1)
    cols = angles[None].expand(side, side, quarter).flatten(0, 1)
    made = torch.cat([rows.sin(), rows.cos(), cols.sin(), cols.cos()], dim=1)
    return bool(torch.allclose(table[0, 1:].float(), made, atol=2e-3))
