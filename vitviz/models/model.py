"""What vitviz asks of a model, whatever library it comes from."""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from vitviz.errors import SelectionError, UnsupportedModelError
from vitviz.pictures.placement import Preprocessing

IN_MEMORY = "in memory"
"""The source of a model that was wrapped."""


class Adapter(Protocol):
    """Knows one library's token layout, sizes and way to be called."""

    module: nn.Module
    blocks: Sequence[nn.Module]
    """In order; the attention call made inside block l is layer l."""
    patch_size: tuple[int, int]
    """(width, height) in model pixels."""
    prefix_names: tuple[str, ...] | None
    """Special tokens in order, such as ("cls", "reg0"); None: not declared."""
    windowed: frozenset[int]
    """Blocks whose attention stays in windows: nothing of them can be shown."""
    has_pool: bool
    """Whether a pooling head behind the blocks asks with one query of its own."""
    has_head: bool
    """Whether `forward` returns class logits; otherwise it returns a feature."""

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise SelectionError for a (width, height) the model cannot take."""

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits or feature, (1, C), of pixels, (1, 3, H, W)."""

    def ready(self, size: tuple[int, int]) -> contextlib.AbstractContextManager[None]:
        """The module able to run an input of (width, height); restored after."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is said of a model in the window, in figures and in files."""

    name: str
    source: str
    """Where the weights came from: a path, a library's weight name, "in memory"."""
    num_layers: int
    patch_size: tuple[int, int]
    has_head: bool
    dtype: str
    device: str
    num_parameters: int
    width: int
    """Of a token: values it carries from layer to layer."""
    num_heads: int = 0
    """Of a layer, as its modules say before any run; 0 where they do not."""
    num_biased_heads: int = 0
    """Heads of a layer whose scores get a bias for each pair of tokens."""
    labels: tuple[str, ...] | None = None
    weights_path: Path | None = None
    assumed: tuple[str, ...] = ()
    """What neither names nor shapes of a checkpoint could tell, a phrase each."""

    @property
    def is_of_file(self) -> bool:
        """Whether it was told from a file of weights alone."""
        return self.weights_path is not None and self.source.endswith(
            str(self.weights_path)
        )

    def weights_sha256(self) -> str | None:
        """SHA-256 of the weights file, in hexadecimal; None without a file."""
        if self.weights_path is None or not self.weights_path.is_file():
            return None
        with self.weights_path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Model:
    """A network that can be traced: an adapter, its device, its preprocessing."""

    info: ModelInfo
    adapter: Adapter
    preprocessing: Preprocessing
    device: torch.device
    dtype: torch.dtype


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
    assumed: tuple[str, ...] = (),
) -> Model:
    """A `Model` around an adapter whose module already lies on `device`."""
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
        assumed=assumed,
    )
    return Model(info, adapter, preprocessing, device, dtype)


def width_of(block: nn.Module) -> int:
    """W of a block's tokens: what its first norm scales, or else from its size."""
    for name, parameter in block.named_parameters():
        if parameter.dim() == 1 and ("norm" in name or "ln" in name):
            width: int = parameter.shape[0]
            return width
    count = sum(parameter.numel() for parameter in block.parameters())
    return max(1, round(math.sqrt(count / 12)))  # 12·W² in a plain Transformer


def _num_heads(block: nn.Module) -> int:
    """What a module of the block calls its number of heads; 0 where none does."""
    names = "num_heads", "num_attention_heads"
    found = (getattr(part, name, 0) for part in block.modules() for name in names)
    return next((n for n in found if isinstance(n, int) and n > 0), 0)


def _num_biased_heads(adapter: Adapter) -> int:
    names = (name for name, _ in adapter.module.named_parameters())
    if not any("rel_pos" in n or "relative_position" in n for n in names):
        return 0
    return max(1, width_of(adapter.blocks[0]) // 64)


@contextlib.contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """`module` in evaluation mode; each submodule's own mode restored after."""
    training = [part for part in module.modules() if part.training]
    module.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True


@contextlib.contextmanager
def with_attributes(*changes: tuple[object, str, object]) -> Iterator[None]:
    """(object, name, value) set for the duration, former values restored after."""
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
    """The longest list of equal blocks inside `module`, empty when there is none."""
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
