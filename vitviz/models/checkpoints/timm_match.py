"""Search for the network of timm's that has exactly a file's names and shapes.

    the user names it            timm:NAME=PATH
    the file names it            metadata, a config.json beside it, its path
    names and shapes compared    with timm's networks, the likeliest first

A name counts only if every tensor's name and shape is that network's. Networks are
built on torch's meta device for the comparison, which takes no memory.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vitviz.errors import CheckpointError, Phrase, UnsupportedModelError
from vitviz.models.adapters.timm import TimmAdapter
from vitviz.models.catalogue.entries import TIMM_PREFIX, entries
from vitviz.models.checkpoints.checks import MODEL_ERRORS
from vitviz.models.checkpoints.hints import words_of
from vitviz.models.checkpoints.layout import MAX_BLOCKS, Layout, Tensors
from vitviz.models.checkpoints.read import State
from vitviz.models.checkpoints.timm_build import (
    built_without_memory,
    hub_config,
    require_known,
    timm_library,
    timm_preprocessing,
    timm_trained,
)
from vitviz.models.checkpoints.unwrap import Unwrapped
from vitviz.pictures.preprocessing import Interpolation

_MODULES = (
    "vision_transformer",
    "eva",
    "beit",
    "deit",
    "vision_transformer_sam",
    "vision_transformer_relpos",
)
_HYBRIDS = "vision_transformer_hybrid"
# Words in names of timm 1.0.31's networks, by the width they stand for.
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
# Endings of position tables' names.
_TABLES = "pos_embed", "positional_embedding"


# --- declared --------------------------------------------------------------------


def declared_layout(tensors: Tensors, state: State, sizes: Sizes = ()) -> Layout | None:
    """Return the network that a file or its surroundings name; None if none fits."""
    timm = _timm()
    if timm is None or not is_of_timm(tensors):
        return None
    for name in _declared_names(timm, state):
        match = fitted(timm, name, tensors, is_declared=True, sizes=sizes)
        layout = (
            None if match is None else layout_of(timm, match, tensors, is_declared=True)
        )
        if layout is not None:
            return replace(layout, assumed=(f"{TIMM_PREFIX}{name}",))
    return None


def _declared_names(timm: Any, state: State) -> Iterator[str]:  # noqa: ANN401
    """Find names of timm's networks in and about a file, the most certain first."""
    config = hub_config(state.path.parent) or {}
    texts = [
        *state.metadata.values(),
        *words_of(state),
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
    """Return the network that weights were trained as, by the hub's name for them.

    Only where timm's own name means another: OpenAI's CLIP has QuickGELU.
    """
    found = {}
    for entry in entries():
        if entry.library == "timm" and entry.remote is not None:
            published = entry.remote.repository.rpartition("/")[2]
            if published != entry.architecture:
                found[published] = entry.architecture
    return found


def layout_by_name(
    path: Path, found: Unwrapped, name: str, sizes: Sizes = ()
) -> Layout:
    """Return the network of timm's that a file holds as the user says.

    Where names are not the network's own, timm renames those it knows; nothing is
    resampled.

    Raises UnknownModelError, MissingExtraError, UnsupportedModelError, CheckpointError
    with what differs.
    """
    timm = timm_library(path.name)
    require_known(name)
    tensors: Tensors = found.tensors
    match = fitted(timm, name, tensors, is_declared=True, sizes=sizes)
    if match is None:
        match, tensors = _renamed(timm, path, found, name)
    layout = layout_of(timm, match, tensors, is_declared=True)
    if layout is None:
        TimmAdapter(match.module)  # says why its attention cannot be shown
        raise AssertionError(name)
    return replace(layout, assumed=())


def _renamed(
    timm: Any,  # noqa: ANN401
    path: Path,
    found: Unwrapped,
    name: str,
) -> tuple[TimmMatch, Tensors]:
    """Return the network, and the file's weights by the names that timm has for them.

    Raises CheckpointError.
    """
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
    return TimmMatch(name, options, module), module.state_dict()


def _other_shape(path: Path, name: str, key: str, tensor: Tensor) -> CheckpointError:
    """Return the error for a tensor of another shape, which timm would resample."""
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


def likeliest_layout(
    tensors: Tensors,
    plain: nn.Module | None = None,
    *,
    likely: str = "",
    num_heads: int | None = None,
    sizes: Sizes = (),
) -> Layout | None:
    """Return the likeliest of timm's networks with these names and shapes, or None.

    plain : the plain network that has them, too, without memory; one that computes the
        same is the likeliest.
    likely : a part of names that is likelier still.
    num_heads : of a layer, if it is known; others are left out.

    Others with the same names and shapes that compute something else, or were trained
    with other mean and deviation, are named after it in the first entry of `assumed`.
    """
    timm = _timm()
    if timm is None or not is_of_timm(tensors):
        return None
    same = None if plain is None else computed_by(plain)
    kinds: dict[tuple[tuple[bool, bool], object, object], Layout] = {}
    for match in sorted(
        _matches(timm, tensors, is_plain=plain is not None, sizes=sizes),
        key=lambda match: "img_size" in match.options,  # it was published for another
    ):
        layout = layout_of(timm, match, tensors)
        if layout is not None and num_heads in (None, layout.num_heads):
            computed = computed_by(match.module)
            is_unlikely = likely not in match.name, computed != same
            kinds.setdefault((is_unlikely, computed, layout.mean), layout)
    if not kinds:
        return None
    first, *others = [kinds[key] for key in sorted(kinds, key=lambda kind: kind[0])]
    names = [one.assumed[0].removeprefix(TIMM_PREFIX) for one in others]
    said = " | ".join([first.assumed[0], *names])
    return replace(first, assumed=(said, *first.assumed[1:]))


def may_be_another(tensors: Tensors) -> bool:
    """Return whether a network with a plain one's names may compute something else.

    Of timm 1.0.31's, those without CLS do (activation, number of heads, place of the
    norms), and CLIP's (activation): a test looks through all of them.
    """
    return "cls_token" not in tensors or "norm_pre.weight" in tensors


def _matches(
    timm: Any,  # noqa: ANN401
    tensors: Tensors,
    *,
    is_plain: bool,
    sizes: Sizes,
) -> list[TimmMatch]:
    """Return the networks with exactly these names and shapes; likely ones suffice."""
    matches: list[TimmMatch] = []
    for group in _candidates(timm, tensors, is_plain=is_plain):
        for name in group:
            if begins_alike(timm, name, tensors):
                match = fitted(timm, name, tensors, sizes=sizes)
                matches += [] if match is None else [match]
        if matches:
            break
    return matches


def _candidates(
    timm: Any,  # noqa: ANN401
    tensors: Tensors,
    *,
    is_plain: bool,
) -> Iterator[list[str]]:
    """Return names of timm's networks in groups, the likelier ones first."""
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
    """Return the library; None if it is not installed."""
    try:
        import timm
    except ImportError:
        return None
    return timm


# (height, width) each, of pictures that a table of positions may be made for.
Sizes = Collection[tuple[int, int]]

_log = logging.getLogger(__name__)
# Attributes of modules that do not change what a forward pass computes, or that names
# and shapes tell.
_OF_TRAINING = {
    "drop_rate",
    "grad_checkpointing",
    "init_values",
    "no_embed_class",
    "num_classes",
    "training",
    "weight_init_mode",
}


@dataclass(frozen=True, slots=True)
class TimmMatch:
    """A network of timm's with exactly a file's names and shapes, without memory."""

    name: str
    options: dict[str, Any]
    module: Any


def is_of_timm(tensors: Tensors) -> bool:
    """Return whether a network of timm's may have these names."""
    return any(name.startswith("patch_embed.") for name in tensors)


def begins_alike(timm: Any, name: str, tensors: Tensors) -> bool:  # noqa: ANN401
    """Return whether all but the later blocks have these names and shapes.

    A network of one block is built much faster; some cannot be built so.
    """
    options: dict[str, Any] = {"num_classes": num_classes_of(tensors)}
    module = without_memory(timm, name, depth=1, **options)
    if module is None:
        module = without_memory(timm, name, **options)
    if module is None:
        return False
    beyond = re.compile(r"blocks\.[1-9]")
    differing = {n for n in _differing(module, tensors) if not beyond.match(n)}
    has_both = "pos_embed" in tensors and getattr(module, "pos_embed", None) is not None
    # a table of angles holds those of all blocks
    return not differing - {"rope.freqs"} - ({"pos_embed"} if has_both else set())


def fitted(
    timm: Any,  # noqa: ANN401
    name: str,
    tensors: Tensors,
    *,
    is_declared: bool = False,
    sizes: Sizes = (),
) -> TimmMatch | None:
    """Return the network of that name if it has these names and shapes, else None.

    is_declared : the file or the user names it; the number of blocks may differ then.
    sizes : (height, width) that are tried before a square.
    """
    options: dict[str, Any] = {"num_classes": num_classes_of(tensors)}
    module = without_memory(timm, name, **options)
    depth = len({n.split(".")[1] for n in tensors if n.startswith("blocks.")})
    blocks = getattr(module, "blocks", ())
    if is_declared and 0 < depth <= MAX_BLOCKS and depth != len(blocks):
        options["depth"] = depth
        module = without_memory(timm, name, **options)
    if module is None:
        return None
    differing = _differing(module, tensors)
    has_table = getattr(module, "pos_embed", None) is not None
    if differing == {"pos_embed"} and has_table and "pos_embed" in tensors:
        side = side_of(module, tuple(tensors["pos_embed"].shape)) * patch_of(module)
        for size in (*sizes, (side, side)):
            options["img_size"] = size
            module = without_memory(timm, name, **options)
            differing = {"it"} if module is None else _differing(module, tensors)
            if not differing:
                break
    return None if differing else TimmMatch(name, options, module)


def names_of(timm: Any, *modules: str) -> list[str]:  # noqa: ANN401
    """Return the names of the networks in some of timm's modules."""
    return [name for one in modules for name in timm.list_models(module=one)]


def without_memory(timm: Any, name: str, **options: Any) -> Any:  # noqa: ANN401
    """Return a network of timm's on the meta device; None if it cannot be built so."""
    try:
        return built_without_memory(timm, name, **options)
    except MODEL_ERRORS:
        # a network that timm cannot build so is none that the file could be told for
        _log.debug("cannot build %s", name, exc_info=True)
        return None


def _differing(module: nn.Module, tensors: Tensors) -> set[str]:
    """Return the names that only one of them has, or that have another shape."""
    own = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    return {name for name, _ in own.items() ^ found.items()}


def num_classes_of(tensors: Tensors) -> int:
    """Return the number of classes, or CLIP's width of projection; 0 without either."""
    for name in ("head.weight", "head.fc.weight", "visual.head.proj.weight"):
        if name in tensors and tensors[name].dim() == 2:
            return int(tensors[name].shape[0])
    for name in ("visual.proj", "proj"):  # CLIP's, the other way round
        if name in tensors and tensors[name].dim() == 2:
            return int(tensors[name].shape[1])
    return 0


def patch_of(module: Any) -> int:  # noqa: ANN401
    """Return the patch's height in pixels, behind a convolutional stem as well."""
    return int(module.patch_embed.feat_ratio(as_scalar=False)[0])


def side_of(module: Any, shape: tuple[int, ...]) -> int:  # noqa: ANN401
    """Return the rows of the grid that a position table of that shape fits best."""
    own = module.pos_embed.shape
    special = own[1] - int(module.patch_embed.num_patches) if len(own) == 3 else 0
    count = shape[-2] - special
    return shape[1] if len(shape) == 4 else round(max(count, 1) ** 0.5)


def computed_by(module: nn.Module) -> frozenset[tuple[str, str, str]]:
    """Return what names and shapes do not tell: kinds of modules, plain attributes.

    Two networks of one library with equal ones compute the same.
    """
    facts = []
    for place, part in module.named_modules():
        facts.append((place, "", type(part).__name__))
        for name, value in vars(part).items():
            if name.startswith("_") or name in _OF_TRAINING or name.endswith("_cfg"):
                continue
            if (name, value) == ("approximate", "none"):
                continue  # torch's exact GELU says so, timm's of the same name does not
            if callable(value):
                facts.append((place, name, getattr(value, "__name__", "")))
            elif value is None or isinstance(value, int | float | str | tuple):
                facts.append((place, name, repr(value)))
    return frozenset(facts)


def layout_of(
    timm: Any,  # noqa: ANN401
    match: TimmMatch,
    tensors: Tensors,
    *,
    is_declared: bool = False,
) -> Layout | None:
    """Return a matching network's layout; None if its attention cannot be shown."""
    try:
        adapter = TimmAdapter(match.module)
    except UnsupportedModelError:
        return None
    block, own = adapter.blocks[0], timm_preprocessing(match.module)
    width, height = adapter.own_size
    if not is_declared or own.size != adapter.own_size:
        own = replace(
            own,
            size=adapter.own_size,
            resize=None,
            interpolation=Interpolation.BICUBIC,
        )
    hidden = [
        tensor.shape[0]
        for key, tensor in tensors.items()
        if key.startswith("blocks.0.mlp.fc1") and tensor.dim() == 2
    ]

    def build() -> nn.Module:
        built: nn.Module = timm.create_model(
            match.name, pretrained=False, **match.options
        )
        return built

    return Layout(
        "timm",
        "timm",
        build,
        tensors,
        int(match.module.embed_dim),
        len(adapter.blocks),
        int(getattr(getattr(block, "attn", block), "num_heads", 0)),
        max(hidden, default=0),
        adapter.patch_size[0],
        (height // adapter.patch_size[1], width // adapter.patch_size[0]),
        adapter.prefix_names or (),
        int(match.options["num_classes"]),
        own.mean,
        own.std,
        (f"{TIMM_PREFIX}{match.name}", "bicubic, no margin"),
        preprocessing=own,
    )
