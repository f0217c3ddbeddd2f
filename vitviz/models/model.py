"""A model that can be traced, and the adapter by which vitviz talks to its library.

    Model          adapter, preprocessing, device and dtype, with their description
    Adapter        protocol: one class for each library, in `models.adapters`
    ready_model    makes a `Model`; refuses networks without attention to show

The helpers below serve several adapters.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from vitviz.domain.problem_type import ONE_LOGIT, ProblemType
from vitviz.errors import CheckpointError, SelectionError, UnsupportedModelError
from vitviz.models.catalogue.entries import split_network
from vitviz.pictures.preprocessing import Preprocessing, for_channels
from vitviz.system.printable import printable

# `ModelInfo.source` of a model that `wrap` was given.
IN_MEMORY = "in memory"


class Adapter(Protocol):
    """Protocol of a library's token layout, input sizes and way to be called."""

    module: nn.Module
    # In order; the attention call made inside block l is layer l.
    blocks: Sequence[nn.Module]
    # (width, height) in model pixels.
    patch_size: tuple[int, int]
    # Special tokens in order, such as ("cls", "reg0"); None: not declared.
    prefix_names: tuple[str, ...] | None
    # Blocks whose attention stays in windows: nothing of them can be shown.
    windowed: frozenset[int]
    # Whether a pooling head behind the blocks attends with one query of its own.
    has_pool: bool
    # Whether `forward` returns class logits; otherwise it returns a feature.
    has_head: bool

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise SelectionError for a (width, height) that the model cannot take."""

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits or the feature, (1, C), of pixels, (1, 3, H, W)."""

    def ready(self, size: tuple[int, int]) -> contextlib.AbstractContextManager[None]:
        """Keep the module able to run an input of (width, height) while the block runs.

        Whatever it changes in the module is restored at the end.
        """


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Description of a model in the window, in figures and in files."""

    name: str
    # Where the weights came from: a path, a library's weight name, "in memory".
    source: str
    num_layers: int
    patch_size: tuple[int, int]
    has_head: bool
    dtype: str
    device: str
    num_parameters: int
    # Numbers that a token carries from layer to layer.
    width: int
    # Of a layer, as its modules say before any run; 0 where they do not.
    num_heads: int = 0
    # Heads of a layer whose scores get a bias for each pair of tokens.
    num_biased_heads: int = 0
    labels: tuple[str, ...] | None = None
    weights_path: Path | None = None
    # Digest, in hexadecimal, of the bytes that were loaded; None for no file. The file
    # may have been replaced since.
    weights_sha256: str | None = None
    # What neither names nor shapes of a checkpoint tell and vitviz assumed, a phrase
    # each.
    assumed: tuple[str, ...] = ()
    # Of the input: red, green and blue unless the model takes others.
    channels: int = 3
    # Names of what a file holds beside the network, and of heads that are not used.
    set_aside: tuple[str, ...] = ()
    # How the logits are read, where there are any.
    problem: ProblemType = ProblemType.SINGLE_LABEL

    def __post_init__(self) -> None:
        """Take out of name and labels what a file may hold and no reader sees."""
        object.__setattr__(self, "name", printable(self.name))
        if self.labels is not None:
            labels = tuple(map(printable, self.labels))
            object.__setattr__(self, "labels", labels)

    @property
    def is_of_file(self) -> bool:
        """Whether the model was recognised from a file of weights alone."""
        return self.weights_path is not None and self.source.endswith(
            str(self.weights_path)
        )

    @property
    def place(self) -> Path | None:
        """File or folder that the user opened; None for a model of no place."""
        if self.weights_path is None or self.is_of_file:
            return self.weights_path
        folder = Path(split_network(self.source)[1])
        return folder if folder in self.weights_path.parents else None


@dataclass(frozen=True, slots=True)
class Model:
    """A network that can be traced: an adapter, its device, its preprocessing."""

    info: ModelInfo
    adapter: Adapter
    preprocessing: Preprocessing
    device: torch.device
    dtype: torch.dtype


def channels_of(adapter: Adapter) -> int:
    """Return how many channels the input has: 3 where the network does not tell.

    Those of the convolution that cuts a picture into the adapter's patches.
    """
    known = getattr(adapter, "channels", None)
    if isinstance(known, int):
        return known
    width, height = adapter.patch_size
    for part in adapter.module.modules():
        if isinstance(part, nn.Conv2d) and (
            part.kernel_size == part.stride == (height, width)
        ):
            return part.in_channels
    return 3


def ready_model(
    name: str,
    source: str,
    adapter: Adapter,
    preprocessing: Preprocessing,
    *,
    device: torch.device,
    dtype: torch.dtype = torch.float32,
    labels: Sequence[str] | None = None,
    weights_path: Path | None = None,
    weights_sha256: str | None = None,
    assumed: tuple[str, ...] = (),
    set_aside: tuple[str, ...] = (),
    problem: ProblemType | None = None,
) -> Model:
    """Return a `Model` around an adapter whose module is on `device` already.

    problem : what its head was trained for; None asks the module. Where that does not
        say either, a single logit is read through a sigmoid, and several by a softmax.

    Raises UnsupportedModelError if there are no blocks, or none with global attention.
    """
    if not adapter.blocks:
        raise UnsupportedModelError(
            "{name} has no list of Transformer blocks that vitviz can find.", name=name
        )
    if len(adapter.windowed) == len(adapter.blocks):
        raise UnsupportedModelError(
            "{name} attends within small windows in every layer, so there is no matrix "
            "between all patches. Take one with global layers, or a plain ViT.",
            name=name,
        )
    info = ModelInfo(
        name=name,
        source=source,
        num_layers=len(adapter.blocks),
        patch_size=adapter.patch_size,
        has_head=adapter.has_head,
        dtype=str(dtype).removeprefix("torch."),
        device=str(device),
        num_parameters=sum(p.numel() for p in adapter.module.parameters()),
        width=width_of(adapter.blocks[0]),
        num_heads=_num_heads(adapter.blocks[0]),
        num_biased_heads=_num_biased_heads(adapter),
        labels=tuple(labels) if labels is not None else None,
        weights_path=weights_path,
        weights_sha256=weights_sha256,
        assumed=assumed,
        channels=channels_of(adapter),
        set_aside=set_aside,
    )
    count = len(preprocessing.band_mean)
    if count and count != info.channels:
        raise CheckpointError(
            "{name} takes {channels} channels, and its preprocessing has {count} "
            "means. Set image_mean and image_std in its configuration.",
            name=name,
            channels=info.channels,
            count=count,
        )
    preprocessing = for_channels(preprocessing, info.channels)
    if info.has_head:
        declared = problem or getattr(adapter, "problem", None)
        info = _with_problem(info, adapter.module, declared)
    return Model(info, adapter, preprocessing, device, dtype)


def _with_problem(
    info: ModelInfo, module: nn.Module, declared: ProblemType | None
) -> ModelInfo:
    """Return the description with how logits are read, and what of that is assumed."""
    if declared is not None:
        return replace(info, problem=declared)
    if num_outputs(info, module) != 1:
        return info
    assumed = (*info.assumed, ONE_LOGIT)
    return replace(info, problem=ProblemType.MULTI_LABEL, assumed=assumed)


def num_outputs(info: ModelInfo, module: nn.Module) -> int | None:
    """Return the number of logits; None for a model without a head."""
    if not info.has_head:
        return None
    if info.labels is not None:
        return len(info.labels)
    layers = [part for part in module.modules() if isinstance(part, nn.Linear)]
    return layers[-1].out_features if layers else None


def width_of(block: nn.Module) -> int:
    """Return W of a block's tokens: from its first norm, or else from its size."""
    for name, parameter in block.named_parameters():
        if parameter.dim() == 1 and ("norm" in name or "ln" in name):
            width: int = parameter.shape[0]
            return width
    count = sum(parameter.numel() for parameter in block.parameters())
    return max(1, round(math.sqrt(count / 12)))  # 12·W² in a plain Transformer


def _num_heads(block: nn.Module) -> int:
    """Return the number of heads that a module of the block declares; 0 without one."""
    names = "num_heads", "num_attention_heads", "n_heads", "heads", "nhead"
    found = (getattr(part, name, 0) for part in block.modules() for name in names)
    return next((n for n in found if isinstance(n, int) and n > 0), 0)


def _num_biased_heads(adapter: Adapter) -> int:
    """Return an estimate of the heads with a position bias: 64 numbers to a head."""
    names = (name for name, _ in adapter.module.named_parameters())
    if not any("rel_pos" in n or "relative_position" in n for n in names):
        return 0
    return max(1, width_of(adapter.blocks[0]) // 64)


def parts_of(module: nn.Module) -> tuple[nn.Module, ...]:
    """Return a module and all modules in it, each once, the module itself first.

    As `module.modules()`, which takes a noticeable part of a small pass: it names each.
    """
    found: dict[int, nn.Module] = {}
    left: list[nn.Module] = [module]
    while left:
        part = left.pop()
        if id(part) not in found:
            found[id(part)] = part
            left += [child for child in part._modules.values() if child is not None]
    return tuple(found.values())


@contextlib.contextmanager
def evaluating(
    module: nn.Module, parts: Iterable[nn.Module] | None = None
) -> Iterator[None]:
    """Keep `module` in evaluation mode while the block runs.

    Each submodule's own mode is restored after it.

    parts : of `parts_of`, where they are known already.
    """
    parts = parts_of(module) if parts is None else parts
    training = [part for part in parts if part.training]
    if training:
        module.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True


@contextlib.contextmanager
def with_attributes(*changes: tuple[object, str, object]) -> Iterator[None]:
    """Keep each (object, name, value) set while the block runs, then restore all."""
    with contextlib.ExitStack() as stack:
        for owner, name, value in changes:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        yield


def require_divisible(size: tuple[int, int], patch_size: tuple[int, int]) -> None:
    """Raise SelectionError unless the patch divides both sides."""
    if size[0] % patch_size[0] or size[1] % patch_size[1]:
        raise SelectionError(
            "An input of {width}×{height} px does not divide into patches of "
            "{patch_width}×{patch_height}.",
            width=size[0],
            height=size[1],
            patch_width=patch_size[0],
            patch_height=patch_size[1],
        )


def block_list(module: nn.Module) -> Sequence[nn.Module]:
    """Return the longest list of equal blocks in `module`; empty without one."""
    best: list[nn.Module] = []
    for part in module.modules():
        if not isinstance(part, nn.ModuleList | nn.Sequential):
            continue
        children = list(part.children())
        equal = len({type(child) for child in children}) == 1
        has_parts = children and any(True for _ in children[0].children())
        if equal and has_parts and len(children) > len(best):
            best = children
    return best
