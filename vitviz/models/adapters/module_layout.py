"""Layout of a module in memory of no known library: patches, size, blocks."""

from __future__ import annotations

import contextlib
import itertools
import logging
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor, nn

from vitviz.errors import UnsupportedModelError
from vitviz.models.adapters.eager import watched_calls
from vitviz.models.model import evaluating

_log = logging.getLogger(__name__)
_ATTENTION = re.compile(r"attn|attention|mhsa|msa|mha", re.IGNORECASE)
_CONTAINERS = (nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)
# Of einops: "b c (h p1) (w p2) -> b (h w) (p1 p2 c)", in any letters.
_REARRANGED = re.compile(r"\(\w+ (\w+)\) \(\w+ (\w+)\)\s*->")
_MAX_PREFIX = 16


@dataclass(frozen=True, slots=True)
class PatchEmbedding:
    """How a picture is cut: (width, height) of a patch in pixels, and its channels."""

    size: tuple[int, int]
    channels: int


def patch_embedding_of(
    module: nn.Module, given: int | tuple[int, int] | None = None
) -> PatchEmbedding:
    """Return how a module cuts a picture; `given` is the size that the user says.

    Raises UnsupportedModelError where nothing tells it.
    """
    size = (given, given) if isinstance(given, int) else given
    for find in (_convolution, _unfolding, _rearranging, _attribute):
        found = find(module)
        if found is not None and (size is None or found.size == size):
            return found
    if size is not None:
        return PatchEmbedding(size, 3)
    raise UnsupportedModelError(
        "{kind} has no patch embedding that vitviz can find. Say wrap(module, "
        "patch_size=…).",
        kind=type(module).__name__,
    )


def _convolution(module: nn.Module) -> PatchEmbedding | None:
    """Find the first convolution whose stride is its kernel, one of colours at best."""
    found = [
        PatchEmbedding((kernel[1], kernel[0]), part.in_channels)
        for part in module.modules()
        if isinstance(part, nn.Conv2d)
        and part.kernel_size == part.stride
        and max(kernel := cast("tuple[int, int]", part.kernel_size)) > 1
    ]
    return next(
        (one for one in found if one.channels == 3), found[0] if found else None
    )


def _unfolding(module: nn.Module) -> PatchEmbedding | None:
    """Find an `nn.Unfold` without overlap."""
    for part in module.modules():
        if isinstance(part, nn.Unfold) and part.kernel_size == part.stride:
            height, width = _two(part.kernel_size)
            return PatchEmbedding((width, height), _channels_of(module, height * width))
    return None


def _rearranging(module: nn.Module) -> PatchEmbedding | None:
    """Find the layer by which einops cuts a picture."""
    for part in module.modules():
        lengths = getattr(part, "axes_lengths", None)
        match = _REARRANGED.search(str(getattr(part, "pattern", "")))
        if match is None or not lengths:
            continue
        named = dict(lengths)
        sides = [named.get(name) for name in match.groups()]
        if all(isinstance(side, int) and side > 1 for side in sides):
            height, width = cast("list[int]", sides)
            return PatchEmbedding((width, height), _channels_of(module, height * width))
    return None


def _attribute(module: nn.Module) -> PatchEmbedding | None:
    """Find a number that the module or a part of it calls its patch size."""
    for part in module.modules():
        for name in ("patch_size", "patch", "patch_dim", "patch_height"):
            value = getattr(part, name, None)
            if isinstance(value, int) or _is_two(value):
                height, width = _two(value)
                if min(height, width) > 1:
                    channels = _channels_of(module, height * width)
                    return PatchEmbedding((width, height), channels)
    return None


def _channels_of(module: nn.Module, pixels: int) -> int:
    """Return the channels of patches of so many pixels that the first layer takes."""
    for part in module.modules():
        if isinstance(part, nn.Linear):
            return part.in_features // pixels if part.in_features % pixels == 0 else 3
    return 3


def _is_two(value: object) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(isinstance(side, int) for side in value)
    )


def _two(value: Any) -> tuple[int, int]:  # noqa: ANN401
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def own_size_of(
    module: nn.Module, patch_size: tuple[int, int]
) -> tuple[int, int] | None:
    """Return (width, height) in pixels that a module seems to be made for, or None."""
    for part in module.modules():
        for name in ("img_size", "image_size", "input_size", "image_height"):
            value = getattr(part, name, None)
            if isinstance(value, int) or _is_two(value):
                height, width = _two(value)
                if width >= patch_size[0] and height >= patch_size[1]:
                    return width, height
    names = [name for name, _ in module.named_parameters()]
    has_class = any(re.search(r"cls|class_?(token|emb)", name) for name in names)
    tables = [*module.named_parameters(), *module.named_buffers()]
    for name, table in tables:
        if "pos" not in name.lower() or table.dim() < 2 or table.shape[-2] < 4:
            continue
        count = table.shape[-2]
        for special in (int(has_class), *range(_MAX_PREFIX)):
            side = math.isqrt(max(count - special, 0))
            if side > 1 and side * side == count - special:
                return side * patch_size[0], side * patch_size[1]
    return None


# --- blocks ----------------------------------------------------------------------


def looks_like_blocks(blocks: Sequence[nn.Module]) -> bool:
    """Return whether each is a module of its own that holds one attention."""
    return bool(blocks) and all(map(_holds_attention, blocks))


def _holds_attention(block: nn.Module) -> bool:
    if isinstance(block, _CONTAINERS):  # is never called itself
        return False
    return any(
        isinstance(part, nn.MultiheadAttention)
        or _ATTENTION.search(f"{name} {type(part).__name__}")
        for name, part in block.named_modules()
    )


@dataclass(slots=True)
class _Watched:
    """What a pass of an empty picture has shown so far.

    calls : for each attention call, the modules that were running, outermost first.
    """

    running: list[nn.Module] = field(default_factory=list)
    calls: list[tuple[nn.Module, ...]] = field(default_factory=list)
    entered: dict[int, object] = field(default_factory=dict)
    left: dict[int, object] = field(default_factory=dict)


def probe(
    module: nn.Module, channels: int, size: tuple[int, int]
) -> tuple[list[nn.Module], bool] | None:
    """Return (the blocks of a module, whether each takes what the one before returns).

    By a pass of an empty picture of (width, height). None if it shows no blocks, or
    cannot be made: the first trace then says why.
    """
    watched = _Watched()
    parameter = next(module.parameters(), torch.zeros(0))
    pixels = torch.zeros(
        1, channels, size[1], size[0], device=parameter.device, dtype=parameter.dtype
    )
    try:
        with torch.inference_mode(), evaluating(module), _followed(module, watched):
            module(pixels)
    except Exception:
        # the module's own code, which may raise anything for a size it does not take
        _log.info(
            "a pass of an empty picture of %s failed",
            type(module).__name__,
            exc_info=True,
        )
        return None
    blocks = [_outermost(call, watched.calls) for call in watched.calls]
    if not blocks or any(block is None for block in blocks):
        return None
    found = [block for block in blocks if block is not None]
    passes = all(
        watched.left.get(id(before)) is watched.entered.get(id(after))
        for before, after in itertools.pairwise(found)
    )
    return found, passes


def _outermost(
    call: tuple[nn.Module, ...], calls: Sequence[tuple[nn.Module, ...]]
) -> nn.Module | None:
    """Return the outermost module that runs in this call and in no other."""
    others = {id(part) for one in calls if one is not call for part in one}
    return next((part for part in call if id(part) not in others), None)


@contextlib.contextmanager
def _followed(module: nn.Module, watched: _Watched) -> Iterator[None]:
    """Keep account of the modules that run, and of attention among all tokens."""

    def enter(part: nn.Module, args: tuple[object, ...]) -> None:
        watched.running.append(part)
        watched.entered[id(part)] = args[0] if args else None

    def leave(part: nn.Module, _args: object, output: object) -> None:
        watched.running.pop()
        watched.left[id(part)] = output

    def attend(query: Tensor, key: Tensor) -> None:
        if query.shape[-2] == key.shape[-2] > 1:
            watched.calls.append(tuple(watched.running))

    with contextlib.ExitStack() as stack:
        for part in module.modules():
            stack.callback(part.register_forward_pre_hook(enter).remove)
            stack.callback(part.register_forward_hook(leave).remove)
        stack.enter_context(watched_calls(attend))
        yield
