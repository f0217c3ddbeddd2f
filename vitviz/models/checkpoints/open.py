"""Loading of a network from a file of weights alone.

    read_state → unwrap → recognise → compare names and shapes → build → fill

Names and shapes are compared before any arithmetic; what differs is listed in the
error, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from vitviz.domain.problem_type import ProblemType
from vitviz.errors import AmbiguousCheckpointError, CheckpointError, Phrase
from vitviz.models.adapters.refusals import reason_against
from vitviz.models.adapters.timm import TimmAdapter
from vitviz.models.adapters.torchvision import TorchvisionAdapter
from vitviz.models.adapters.transformers import TransformersAdapter
from vitviz.models.catalogue.embedded import FLEXI_NAME, SMALL_NAME
from vitviz.models.catalogue.entries import network_at
from vitviz.models.checkpoints.checks import (
    FLOATS,
    MODEL_ERRORS,
    broken_numbers,
    not_finite,
    owned,
    require_model_memory,
)
from vitviz.models.checkpoints.errors import listed
from vitviz.models.checkpoints.heads import is_projection, without_head
from vitviz.models.checkpoints.hints import declared_problem, num_heads_of, sizes_of
from vitviz.models.checkpoints.jax_files import GOOGLE
from vitviz.models.checkpoints.layout import Layout, ShapeError, Told
from vitviz.models.checkpoints.naming import recognise, with_library_names
from vitviz.models.checkpoints.read import Added, State, read_state
from vitviz.models.checkpoints.timm_build import skeleton_of
from vitviz.models.checkpoints.timm_match import (
    declared_layout,
    layout_by_name,
    likeliest_layout,
    may_be_another,
)
from vitviz.models.checkpoints.unwrap import Unwrapped, in_names_of_timm, unwrap
from vitviz.models.file_choices import FileChoices, choices_of
from vitviz.models.model import Adapter, Model, ready_model
from vitviz.pictures.preprocessing import Interpolation, Preprocessing
from vitviz.system.environment import OTHER_MODEL, missing_extra
from vitviz.system.memory import is_out_of_memory

# In files of CLIP, SigLIP, BEiT and DINOv3, too, which need their config.json.
_OF_TRANSFORMERS = re.compile(r"(^|\.)embeddings\.patch_embeddings?\.")
# Endings of a patch embedding's weight, the first axis of which is the width.
_STEMS = (
    "conv_proj.weight",
    "patch_embed.proj.weight",
    "patch_embeddings.projection.weight",
)
# Types of tables beside the weights.
_INDICES = (torch.int64, torch.int32, torch.bool)
# What OpenAI's CLIP, which has QuickGELU, lists beside the weights.
_OF_OPENAI = {"input_resolution", "context_length", "vocab_size"}


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything known of a checkpoint before it is used.

    wrapper : keys and prefixes that were taken off, outermost first.
    not_finite : (name, count) of tensors that hold NaN or infinity.
    labels : names of the classes, where the file has them.
    problem : what the head was trained for, where that is said.
    """

    state: State
    wrapper: tuple[str, ...]
    layout: Layout
    dtypes: tuple[str, ...]
    num_parameters: int
    set_aside: tuple[str, ...]
    not_finite: tuple[tuple[str, int], ...]
    labels: tuple[str, ...] | None = None
    problem: ProblemType | None = None


def load_checkpoint(
    path: Path,
    *,
    device: torch.device,
    dtype: torch.dtype,
    network: str | None = None,
    added: Added | None = None,
) -> Model:
    """Return the model of a file of weights, every name and shape matched.

    network : what the user says of it: the network of timm's that it holds, or options
        as `file_choices.choices_of` takes them.
    added : adds an adapter from another file.

    Raises CheckpointError, AmbiguousCheckpointError for a network that is not
    recognised, MissingExtraError, BudgetError; with `network`, UnknownModelError and
    UnsupportedModelError, too.
    """
    found, module = examine(
        path, device=device, dtype=dtype, network=network, added=added
    )
    if found.not_finite:
        raise broken_numbers(path.name, found.not_finite)
    layout = found.layout
    adapter: Adapter
    module = module.to(device=device, dtype=dtype).eval()
    if layout.library == "torchvision":
        adapter = TorchvisionAdapter(cast("Any", module))
    elif layout.library == "timm":
        adapter = TimmAdapter(module)
    else:
        adapter = TransformersAdapter(module)
    labels = found.labels or labels_of(layout.num_classes)
    if layout.is_projection:
        adapter.has_head, labels = False, None
    return ready_model(
        path.stem,
        str(path) if network is None else network_at(network, path),
        adapter,
        preprocessing_of(layout),
        device=device,
        dtype=dtype,
        labels=labels,
        weights_path=path,
        weights_sha256=found.state.sha256,
        assumed=layout.assumed,
        set_aside=found.set_aside,
        problem=found.problem,
    )


def preprocessing_of(layout: Layout) -> Preprocessing:
    """Return the preprocessing assumed of the weights' training."""
    return layout.preprocessing or Preprocessing(
        mean=layout.mean,
        std=layout.std,
        size=layout.image_size,
        resize=None,
        interpolation=Interpolation.BICUBIC,
    )


def labels_of(num_classes: int) -> tuple[str, ...] | None:
    """Return numbers as labels; None without a head.

    A count of classes does not say what they are.
    """
    return tuple(map(str, range(num_classes))) if num_classes else None


def examine(
    path: Path,
    *,
    device: torch.device | None = None,
    dtype: torch.dtype = torch.float32,
    network: str | None = None,
    added: Added | None = None,
) -> tuple[Examination, nn.Module]:
    """Return all that a checkpoint tells, and its network with the weights, on the CPU.

    device : where the network will run; the weights must fit there, too.
    network, added : as in `load_checkpoint`.

    The network is built even around numbers that are not finite, so that they can be
    reported; do not run it then.

    Raises as `load_checkpoint` does.
    """
    place = device or torch.device("cpu")

    def price(count: int) -> None:
        require_model_memory(path.name, count, device=place, dtype=dtype)

    state = read_state(path, price=price)
    choices = choices_of(network)
    network = choices.network
    opened = unwrap(state, part=choices.weights)
    if added is not None:
        state = added(replace(state, content=opened.as_written))
        opened = unwrap(state)
    reason = reason_against(opened.tensors)
    if reason is not None:
        raise CheckpointError(
            "{kind} cannot be shown: {reason}.", kind=path.name, reason=reason
        )
    opened, naming = _renamed(path, opened, is_sure=network is None)
    head = without_head(opened.tensors)
    opened = replace(
        opened,
        tensors=head.tensors,
        set_aside=(*opened.set_aside, *head.set_aside),
        assumed=(*head.assumed, *opened.assumed),
    )
    if network is None:
        layout, module = recognised(path, state, opened, choices)
    else:
        written = {
            n: t for n, t in opened.as_written.items() if t.dtype not in _INDICES
        }
        _require_sound(path, written, state.size_bytes)
        count = sum(tensor.numel() for tensor in written.values())
        price(count)
        told = _told(opened, state, choices)
        layout = layout_by_name(path, opened, network, [*told.sizes])
        module = _skeleton(path, layout)
    layout = replace(
        layout,
        naming=naming or opened.naming or layout.naming,
        is_projection=is_projection(layout.tensors),
        assumed=(*layout.assumed, *opened.training.said, *opened.assumed),
        preprocessing=opened.training.preprocessing or layout.preprocessing,
    )
    _require_sound(path, layout.tensors, state.size_bytes)
    count = sum(tensor.numel() for tensor in layout.tensors.values())
    price(count)
    if any(buffer.is_meta for buffer in module.buffers()):
        module = layout.build()  # its tables are computed, and not in the file
    dtypes = tuple(sorted({str(t.dtype)[6:] for t in layout.tensors.values()}))
    weights = {name: owned(tensor, dtype) for name, tensor in layout.tensors.items()}
    module.load_state_dict(weights, strict=True, assign=True)
    for parameter in module.parameters():
        parameter.requires_grad_(True)
    found = Examination(
        state,
        opened.wrapper,
        layout,
        dtypes,
        sum(p.numel() for p in module.parameters()),
        (*opened.set_aside, *layout.set_aside, *state.left),
        not_finite(layout.tensors),
        _labels_in(opened, layout),
        opened.training.problem or declared_problem(state),
    )
    return found, module


def _labels_in(opened: Unwrapped, layout: Layout) -> tuple[str, ...] | None:
    """Return the names of the classes that the file has, if there is one for each."""
    labels = opened.training.classes
    return labels if labels and len(labels) == layout.num_classes else None


def _renamed(path: Path, opened: Unwrapped, *, is_sure: bool) -> tuple[Unwrapped, str]:
    """Return the file with timm's names for other trainings' tensors, and the naming.

    is_sure : refuse tensors that cannot be renamed; else they are left as they are.
    """
    try:
        tensors, naming = in_names_of_timm(opened.tensors)
    except ShapeError as error:
        if is_sure:
            raise _looks_like(path, error) from error
        return opened, ""
    return replace(opened, tensors=tensors), naming


def recognised(
    path: Path, state: State, opened: Unwrapped, choices: FileChoices | None = None
) -> tuple[Layout, nn.Module]:
    """Return the layout that a file declares or its tensors show, and an empty network.

    What the user chose counts before what the file declares, and that before a guess.

    Raises CheckpointError with what differs, MissingExtraError.
    """
    tensors = opened.tensors
    choices = choices or FileChoices()
    likely = "_quickgelu_" if opened.as_written.keys() >= _OF_OPENAI else ""
    told = _told(opened, state, choices)
    is_chosen = bool(choices.heads or told.activation or choices.pool or choices.grid)
    sizes = [*told.sizes]
    declared = None if is_chosen else declared_layout(tensors, state, sizes)
    if declared is not None and told.heads in (None, declared.num_heads):
        return declared, _skeleton(path, declared)
    try:
        layout, module = _plain(path, tensors, told)
    except CheckpointError:
        match = likeliest_layout(tensors, num_heads=told.heads, sizes=sizes)
        if match is None:
            raise
    else:
        is_sure = layout.library != "timm" or not may_be_another(layout.tensors)
        if is_sure or is_chosen:
            return layout, module
        match = likeliest_layout(
            layout.tensors, module, likely=likely, num_heads=told.heads, sizes=sizes
        )
        if match is None:
            return layout, module
    module = _skeleton(path, match)
    _require_match(path, match, module.state_dict())
    return match, module


def _told(opened: Unwrapped, state: State, choices: FileChoices) -> Told:
    """Return what the user, or else the file and its neighbours, say of a network."""
    tensors = opened.tensors
    training = opened.training
    heads, said = choices.heads or opened.heads, ""
    if heads is None and training.heads is not None:
        heads, said = training.heads, f"{training.heads} heads (as meta says)"
    stems = [
        t.shape[0] for n, t in tensors.items() if n.endswith(_STEMS) and t.dim() > 1
    ]
    if heads is None and stems:
        hint = num_heads_of(tensors, stems[0], state)
        if hint is not None:
            heads = int(hint.value)
            said = f"{heads} heads (as {hint.place} says)"
    grid = choices.grid_sides
    sizes = sizes_of(state)
    if grid is not None:
        sides = {t.shape[-1] for n, t in tensors.items() if n.endswith(_STEMS)}
        sizes = {(grid[0] * side, grid[1] * side): "" for side in sides}
    return Told(
        heads,
        said,
        choices.activation or training.activation,
        choices.pool,
        opened.naming == GOOGLE,
        grid,
        sizes,
        training.eps,
        training.preprocessing,
    )


def _plain(
    path: Path, tensors: Mapping[str, Tensor], told: Told
) -> tuple[Layout, nn.Module]:
    """Return the layout that names and shapes show, and its network without memory.

    Raises CheckpointError with what differs, MissingExtraError.
    """
    try:
        layout = recognise(tensors, told)
    except ShapeError as error:
        if any("relative_position_bias" in name for name in tensors):
            raise _unknown(path, tensors) from error  # BEiT has no other positions
        raise _looks_like(path, error) from error
    if layout is None:
        raise _unknown(path, tensors)
    module = _skeleton(path, layout)
    layout = with_library_names(layout, module.state_dict())
    _require_match(path, layout, module.state_dict())
    return layout, module


# --- comparing -------------------------------------------------------------------


def _skeleton(path: Path, layout: Layout) -> nn.Module:
    """Return the network without memory for its weights.

    Raises CheckpointError, MissingExtraError.
    """
    try:
        module: nn.Module = skeleton_of(layout.build)
        return module
    except ImportError:
        extra = {"timm": "timm", "transformers": "hf"}[layout.library]
        raise missing_extra(path.name, layout.library, extra, OTHER_MODEL) from None
    except MODEL_ERRORS as e:
        if is_out_of_memory(e):
            raise
        raise CheckpointError(
            "{path} describes a network that {library} cannot build: {reason}.",
            path=path.name,
            library=layout.library,
            reason=(str(e).splitlines() or [type(e).__name__])[0][:160].rstrip("."),
        ) from e


def _require_match(path: Path, layout: Layout, wanted: Mapping[str, Tensor]) -> None:
    """Raise AmbiguousCheckpointError with what differs, the first of each kind."""
    found = layout.tensors
    missing = [name for name in wanted if name not in found]
    unexpected = [name for name in found if name not in wanted]
    other = [
        f"{name} {tuple(found[name].shape)} instead of {tuple(wanted[name].shape)}"
        for name in wanted
        if name in found and found[name].shape != wanted[name].shape
    ]
    if not (missing or unexpected or other):
        return
    parts = [
        Phrase(template, {"count": len(names), "names": listed(names, 1)})
        for template, names in (
            ("{count} missing: {names}", missing),
            ("{count} unexpected: {names}", unexpected),
            ("{count} of another shape: {names}", other),
        )
        if names
    ]
    numbered = {f"part{index}": part for index, part in enumerate(parts)}
    raise AmbiguousCheckpointError(
        "{path} does not fit the nearest network, {nearest}: {differences}. If you "
        "know which of timm's it holds, open it as timm:NAME={path}.",
        path=path.name,
        file=path,
        nearest=layout.nearest,
        differences=Phrase("; ".join(f"{{{name}}}" for name in numbered), numbered),
    )


def _require_sound(path: Path, tensors: Mapping[str, Tensor], size: int) -> None:
    """Raise CheckpointError for claims of more numbers than the file holds.

    Also for types that are no plain weights.
    """
    total = 0
    for name, tensor in tensors.items():
        if tensor.layout is not torch.strided or tensor.dtype not in FLOATS:
            raise CheckpointError(
                "{path}: {name} is {dtype}, and not a plain tensor of 16, 32 or 64 bit "
                "numbers. Quantised weights are not read.",
                path=path.name,
                name=name,
                dtype=str(tensor.dtype).removeprefix("torch."),
            )
        total += tensor.numel() * tensor.element_size()
        stored = tensor.untyped_storage().nbytes()
        if tensor.numel() * tensor.element_size() > stored or total > 2 * size:
            raise CheckpointError(
                "{path}: {name} claims more numbers than the file holds.",
                path=path.name,
                name=name,
            )


def _looks_like(path: Path, error: ShapeError) -> AmbiguousCheckpointError:
    """Return the error for known names with unknown shapes."""
    return AmbiguousCheckpointError(
        "{path} looks like a Vision Transformer, but {reason}. If you know which of "
        "timm's networks it holds, open it as timm:NAME={path}.",
        path=path.name,
        file=path,
        reason=error,
    )


def _unknown(path: Path, tensors: Mapping[str, Tensor]) -> CheckpointError:
    """Return the error for names of no known family, with the nearest."""
    names = list(tensors)
    if {"patch_embed.weight", "positions", "cls_token"} <= tensors.keys():
        is_small = "blocks.11.norm1.weight" in tensors
        return CheckpointError(
            "{path} holds a model that ships with vitviz: choose it by its name, "
            "{name}.",
            path=path.name,
            name=SMALL_NAME if is_small else FLEXI_NAME,
        )
    if any(map(_OF_TRANSFORMERS.search, names)):
        return CheckpointError(
            "{path} holds a network of transformers whose kind its names alone do not "
            "tell. Open its folder, with config.json.",
            path=path.name,
        )
    wanted = {
        "torchvision": ("class_token", "conv_proj.weight", "encoder.pos_embedding"),
        "timm": ("patch_embed.proj.weight", "pos_embed", "blocks.0.norm1.weight"),
        "transformers": (
            "embeddings.cls_token",
            "embeddings.patch_embeddings.projection.weight",
        ),
    }
    nearest = max(wanted, key=lambda key: sum(n in tensors for n in wanted[key]))
    missing = [name for name in wanted[nearest] if name not in tensors]
    return AmbiguousCheckpointError(
        "{path} is no Vision Transformer in a naming that is known: it holds {names}, "
        "and no {missing}. If it is one of timm's, open it as timm:NAME={path}.",
        path=path.name,
        file=path,
        names=listed(names, 1),
        missing=missing[0],
    )
