"""Which of timm's networks a file of weights holds.

It may say so: in what a training program wrote into it, in a config.json beside it, in
its name or its folder's. Otherwise its names and shapes are compared with those of
timm's networks, one after the other. What is said counts only where every name and
shape is that network's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vitviz.errors import CheckpointError, Phrase
from vitviz.models.catalogue import TIMM_PREFIX, entries
from vitviz.models.checkpoint_files import State
from vitviz.models.layout import Layout, Tensors
from vitviz.models.timm_build import require_known, timm_library, timm_trained
from vitviz.models.timm_files import hub_config
from vitviz.models.timm_fitting import (
    Twin,
    begins_alike,
    computed_by,
    fitted,
    is_of_timm,
    layout_of,
    names_of,
    num_classes_of,
    patch_of,
    side_of,
    without_memory,
)
from vitviz.models.timm_vit import TimmAdapter
from vitviz.models.unwrapping import Unwrapped

_MODULES = (
    "vision_transformer",
    "eva",
    "beit",
    "deit",
    "vision_transformer_sam",
    "vision_transformer_relpos",
)
_HYBRIDS = "vision_transformer_hybrid"
_WORDS = {
    192: ("tiny",),
    256: ("wee", "dwee", "pwee", "dpwee", "xsmall"),
    320: ("little", "dlittle"),
    384: ("small",),
    512: ("medium", "mediumd"),
    640: ("betwixt",),
    768: ("base", "small"),
    832: ("so150m2",),
    896: ("so150m", "plus"),
    1024: ("large", "intern300m"),
    1152: ("so400m",),
    1280: ("huge",),
    1408: ("giant",),
    1536: ("giant", "giantopt", "gigantic", "huge"),
    1664: ("gigantic",),
    1792: ("enormous",),
    2048: ("1b",),
    2432: ("5b",),
    3072: ("3b",),
    4096: ("7b",),
}
"""In names of timm 1.0.31's networks, by the width they stand for."""
_TABLES = "pos_embed", "positional_embedding"
"""Endings of what position tables are called."""


# --- said ------------------------------------------------------------------------


def said_twin(tensors: Tensors, state: State) -> Layout | None:
    """The network that a file or its surroundings name; None: none that fits."""
    timm = _timm()
    if timm is None or not is_of_timm(tensors):
        return None
    for name in _said(timm, state):
        twin = fitted(timm, name, tensors, is_said=True)
        layout = None if twin is None else layout_of(timm, twin, tensors, is_said=True)
        if layout is not None:
            return replace(layout, assumed=(f"{TIMM_PREFIX}{name}",))
    return None


def _said(timm: Any, state: State) -> Iterator[str]:  # noqa: ANN401
    """Names of timm's networks in and about a file, the more certain ones first."""
    config = hub_config(state.path.parent) or {}
    texts = [
        *state.metadata.values(),
        *(text for text in state.content.values() if isinstance(text, str)),
        config.get("architecture", ""),
        *reversed(state.path.absolute().parts),
    ]
    known = {*names_of(timm, *_MODULES, _HYBRIDS)}
    told = set()
    for text in texts:
        for word in re.findall(r"[a-z]\w*(?:\.\w+)?", text[:1000].replace("--", "/")):
            base = word.partition(".")[0]
            if base not in known:
                continue
            is_tagged = word in timm.list_models(f"{base}.*", pretrained=True)
            name = _trained_as().get(word, word if is_tagged else base)
            if name not in told:
                told.add(name)
                yield name


def _trained_as() -> dict[str, str]:
    """The network that weights were trained as, by the hub's name for them.

    Where timm's own name says another: OpenAI's CLIP has QuickGELU.
    """
    found = {}
    for entry in entries():
        if entry.library == "timm" and entry.remote is not None:
            published = entry.remote.repository.rpartition("/")[2]
            if published != entry.architecture:
                found[published] = entry.architecture
    return found


def named_twin(path: Path, found: Unwrapped, name: str) -> Layout:
    """The network of timm's that a file holds as the user says.

    Where names are not the network's own, timm renames those it knows; nothing is
    resampled.

    Raises UnknownModelError, MissingExtraError, UnsupportedModelError, CheckpointError
    with what differs.
    """
    timm = timm_library(path.name)
    require_known(name)
    tensors: Tensors = found.tensors
    twin = fitted(timm, name, tensors, is_said=True)
    if twin is None:
        twin, tensors = _renamed(timm, path, found, name)
    layout = layout_of(timm, twin, tensors, is_said=True)
    if layout is None:
        TimmAdapter(twin.module)  # says why its attention cannot be shown
        raise AssertionError(name)
    return replace(layout, assumed=())


def _renamed(
    timm: Any,  # noqa: ANN401
    path: Path,
    found: Unwrapped,
    name: str,
) -> tuple[Twin, Tensors]:
    """The network, and the file's weights under the names that timm has for them."""
    raw = found.as_written
    seen = {n: t for n, t in raw.items() if n.startswith("visual.")} or raw
    table = next((n for n in seen if n.endswith(_TABLES)), None)
    stem = next((n for n, t in seen.items() if t.dim() == 4 and t.shape[1] == 3), None)
    options: dict[str, Any] = {"num_classes": num_classes_of(raw)}
    module = without_memory(timm, name, **options)
    own = getattr(module, "pos_embed", None)
    if own is not None and table is not None and raw[table].numel() != own.numel():
        side = side_of(module, tuple(raw[table].shape))
        options["img_size"] = side * patch_of(module)
        module = without_memory(timm, name, **options)
        own = getattr(module, "pos_embed", None)
    kernel = getattr(getattr(module, "patch_embed", None), "proj", None)
    if own is not None and table is not None and raw[table].numel() != own.numel():
        raise _other_shape(path, name, table, raw[table])
    if kernel is not None and stem and raw[stem].shape != kernel.weight.shape:
        raise _other_shape(path, name, stem, raw[stem])
    overlay = {"num_classes": options["num_classes"], "label_offset": 0}
    module = timm_trained(name, raw, path, torch.float32, overlay=overlay, **options)
    return Twin(name, options, module), module.state_dict()


def _other_shape(path: Path, name: str, key: str, tensor: Tensor) -> CheckpointError:
    """Why it is refused: timm would make another of it."""
    return CheckpointError(
        "{path} does not hold the weights of {name}: {reason}.",
        path=path.name,
        name=f"{TIMM_PREFIX}{name}",
        reason=Phrase(
            "{name} has the shape {shape}",
            {"name": key, "shape": tuple(tensor.shape)},
        ),
    )


# --- compared --------------------------------------------------------------------


def twin_of(
    tensors: Tensors, plain: nn.Module | None = None, *, likely: str = ""
) -> Layout | None:
    """The likeliest of timm's networks with exactly these names and shapes; None: none.

    plain : the plain network that has them, too, without memory; one that computes the
        same is the likeliest.
    likely : a part of names that is likelier still.

    Others that compute something else with the same names and shapes, or were trained
    with other colours, are named after it in the first of what is assumed.
    """
    timm = _timm()
    if timm is None or not is_of_timm(tensors):
        return None
    same = None if plain is None else computed_by(plain)
    kinds: dict[tuple[tuple[bool, bool], object, object], Layout] = {}
    for twin in sorted(
        _twins(timm, tensors, is_plain=plain is not None),
        key=lambda twin: "img_size" in twin.options,  # it was published for another
    ):
        layout = layout_of(timm, twin, tensors)
        if layout is not None:
            computed = computed_by(twin.module)
            is_unlikely = likely not in twin.name, computed != same
            kinds.setdefault((is_unlikely, computed, layout.mean), layout)
    if not kinds:
        return None
    first, *others = [kinds[key] for key in sorted(kinds, key=lambda kind: kind[0])]
    names = [one.assumed[0].removeprefix(TIMM_PREFIX) for one in others]
    said = " | ".join([first.assumed[0], *names])
    return replace(first, assumed=(said, *first.assumed[1:]))


def may_be_another(tensors: Tensors) -> bool:
    """Whether a network of timm's with a plain one's names may compute otherwise.

    Of timm 1.0.31's, those without CLS do (activation, number of heads, place of the
    norms), and CLIP's (activation): a test looks through all of them.
    """
    return "cls_token" not in tensors or "norm_pre.weight" in tensors


def _twins(timm: Any, tensors: Tensors, *, is_plain: bool) -> list[Twin]:  # noqa: ANN401
    twins: list[Twin] = []
    for group in _candidates(timm, tensors, is_plain=is_plain):
        for name in group:
            if begins_alike(timm, name, tensors):
                twin = fitted(timm, name, tensors)
                twins += [] if twin is None else [twin]
        if twins:
            break
    return twins


def _candidates(
    timm: Any,  # noqa: ANN401
    tensors: Tensors,
    *,
    is_plain: bool,
) -> Iterator[list[str]]:
    """Names of timm's, the likelier ones in the first group."""
    if any(name.startswith("patch_embed.backbone.") for name in tensors):
        yield names_of(timm, _HYBRIDS)
        return
    stem = tensors.get("patch_embed.proj.weight")
    if stem is None or stem.dim() != 4:
        return
    width, patch = int(stem.shape[0]), int(stem.shape[-1])
    modules = _MODULES[:1] if is_plain else _MODULES
    fitting = [
        name
        for name in names_of(timm, *modules)
        if f"patch{patch}" in name or "patch" not in name
    ]
    words = {*_WORDS.get(width, ())}
    yield [name for name in fitting if words & {*name.split("_")}]
    if not is_plain:  # names of a later timm
        known = {word for group in _WORDS.values() for word in group}
        yield [name for name in fitting if not known & {*name.split("_")}]


def _timm() -> Any:  # noqa: ANN401
    """The library; None where it is not installed."""
    try:
        import timm
    except ImportError:
        return None
    return timm
