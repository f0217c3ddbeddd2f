"""Adapter for the Vision Transformers of Hugging Face transformers.

Position tables are resampled for other sizes. The library does that itself for most
models, but SAM's and AIMv2's are tied to one grid in transformers 5.23. timm resamples
both, and its formula is used here: bicubic, antialiased, corners not aligned.
"""

from __future__ import annotations

import contextlib
import inspect
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.domain.problem_type import problem_of
from vitviz.errors import UnsupportedModelError
from vitviz.models.adapters.eager import fused_calls
from vitviz.models.adapters.refusals import require_plain
from vitviz.models.adapters.towers import towers_of
from vitviz.models.model import (
    block_list,
    evaluating,
    parts_of,
    require_divisible,
    with_attributes,
)

_log = logging.getLogger(__name__)


def is_transformers(module: nn.Module) -> bool:
    """Return whether it is a transformers model, without importing the library."""
    names = {kind.__module__ for kind in type(module).__mro__}
    return "transformers.modeling_utils" in names


class TransformersAdapter:
    """Adapter of a vision model, or of the vision tower of a larger one.

    other_towers : names of the towers of the model that are not shown.
    """

    def __init__(self, module: nn.Module, *, tower: str | None = None) -> None:
        require_plain(module)
        towers = towers_of(module)
        self.tower, module = _chosen(module, towers, tower)
        self.other_towers = tuple(name for name in towers if name != self.tower)
        require_plain(module)
        self.module = module
        self.hf = cast("Any", module)
        self.config = getattr(self.hf.config, "vision_config", self.hf.config)
        patch = getattr(self.config, "patch_size", None)
        if patch is None:
            raise UnsupportedModelError(
                "{kind} does not cut a picture into patches of one size, so it is no "
                "plain Vision Transformer. Wrap the part of it that does, if it has "
                "one, as in vitviz.wrap(model.encoder).",
                kind=type(module).__name__,
            )
        height, width = patch if isinstance(patch, list | tuple) else (patch, patch)
        self.patch_size = (width, height)
        self.blocks: Sequence[nn.Module] = block_list(module)
        self.windowed = frozenset(
            number
            for number, block in enumerate(self.blocks)
            if getattr(block, "window_size", 0)  # SAM; others have none
        )
        self.prefix_names: tuple[str, ...] | None = self._prefix_names()
        self.has_pool = any(
            name.endswith(("head.probe", "head.cls_token"))  # SigLIP's, AIMv2's
            for name, _ in module.named_parameters()
        )
        labels = getattr(self.hf.config, "num_labels", 0)
        kind = type(module).__name__
        self.has_head = bool(labels) and "ForImageClassification" in kind
        self.problem = problem_of(getattr(self.hf.config, "problem_type", None))
        parameters = inspect.signature(type(module).forward).parameters
        self._can_interpolate = "interpolate_pos_encoding" in parameters and not any(
            _oblong_grid(part) for part in module.modules()
        )
        # some have no other attention than their own, step by step (BLIP's)
        self._is_fused = getattr(module, "_supports_sdpa", True)
        self._takes_mask = "patch_attention_mask" in parameters
        # one of several tasks, whose layers are chosen by number (ViTPose++)
        self.num_experts = getattr(self.config, "num_experts", 1) or 1
        self._has_experts = self.num_experts > 1 and "dataset_index" in parameters
        self._is_masking = hasattr(self.config, "mask_ratio") and "noise" in parameters

    @property
    def assumed(self) -> tuple[str, ...]:
        """What is said of the choice among towers and among experts, a phrase each."""
        said: tuple[str, ...] = ()
        if self.other_towers:
            said = (f"tower {self.tower}, others: {', '.join(self.other_towers)}",)
        if self._has_experts:
            said = (*said, f"expert 0 of {self.num_experts}")
        return said

    def _prefix_names(self) -> tuple[str, ...]:
        """Return the special tokens in order, from the parameters that hold them."""
        shapes = {
            name.rpartition(".")[2]: tuple(parameter.shape)
            for name, parameter in self.module.named_parameters()
            if "pool" not in name and "head" not in name  # theirs are no tokens
        }

        def count(*names: str) -> int:
            found = [shapes[name] for name in names if name in shapes]
            return sum(shape[-2] if len(shape) == 3 else 1 for shape in found)

        cls_and_registers = shapes.get("cls_register_token")  # RADIO's, in one table
        if cls_and_registers is not None:
            first = self.config.num_cls_tokens
            others = cls_and_registers[0] - first
            return (
                *("cls" if i == 0 else f"cls{i}" for i in range(first)),
                *(f"reg{i}" for i in range(others)),
            )
        registers = count("register_tokens", "registers")
        if not registers:
            registers = getattr(self.config, "num_register_tokens", 0) or 0
        classes = count("cls_token", "class_embedding")
        return (
            *("cls" if i == 0 else f"cls{i}" for i in range(classes)),
            *(("dist",) if count("distillation_token") else ()),
            *(f"reg{i}" for i in range(registers)),
        )

    @property
    def own_size(self) -> tuple[int, int]:
        """(width, height) in pixels that the position table was made for."""
        size = self.config.image_size
        height, width = size if isinstance(size, list | tuple) else (size, size)
        return width, height

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise SelectionError unless the patch divides both sides."""
        require_divisible(size, self.patch_size)

    @contextlib.contextmanager
    def ready(self, size: tuple[int, int]) -> Iterator[None]:
        """Keep the module ready for an input of (width, height) while the block runs.

        Ready means: evaluation mode, the "sdpa" attention, positions for that grid.
        """
        parts = parts_of(self.module)
        configs = {id(c): c for part in parts if (c := vars(part).get("config"))}
        changes: list[tuple[object, str, object]] = [
            (config, "_attn_implementation_internal", "sdpa")
            for config in configs.values()
            if getattr(config, "_attn_implementation", "sdpa") != "sdpa"
        ]
        if self._is_masking:  # no patch is to be left out
            changes.append((self.config, "mask_ratio", 0.0))
        width, height = size
        grid = (height // self.patch_size[1], width // self.patch_size[0])
        with (
            evaluating(self.module, parts),
            with_attributes(*changes),
            resampled_tables(parts, grid),
            _fused_pooling(parts),
            contextlib.nullcontext() if self._is_fused else fused_calls(),
        ):
            yield

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits, or without a head the pooled feature or first final token."""
        height, width = pixels.shape[-2:]
        options: dict[str, object] = {}
        if self._can_interpolate and (width, height) != self.own_size:
            options["interpolate_pos_encoding"] = True
        if self._is_masking:  # and none to be moved: they are sorted by their noise
            patches = height // self.patch_size[1] * (width // self.patch_size[0])
            order = torch.arange(patches, device=pixels.device)
            options["noise"] = order.expand(len(pixels), -1)
        if self._takes_mask:  # all patches are of the picture
            grid = (height // self.patch_size[1], width // self.patch_size[0])
            options["patch_attention_mask"] = torch.ones(
                (1, *grid), dtype=torch.bool, device=pixels.device
            )
        if self._has_experts:
            options["dataset_index"] = torch.zeros(
                1, dtype=torch.long, device=pixels.device
            )
        output = self.hf(pixel_values=pixels, **options)
        for name in ("logits", "pooler_output"):
            value = getattr(output, name, None)
            if isinstance(value, Tensor) and value.dim() == 2:
                return value
        state = getattr(output, "last_hidden_state", None)
        if state is None:  # a backbone's
            state = output.feature_maps[-1]
        state = cast("Tensor", state)
        return state.flatten(2).mean(-1) if state.dim() == 4 else state[:, 0]


def _chosen(
    module: nn.Module, towers: Mapping[str, nn.Module], name: str | None
) -> tuple[str, nn.Module]:
    """Return (name, module) of the tower asked for, or of the first.

    Raises UnsupportedModelError for a name that there is not.
    """
    if name is not None and name not in towers:
        raise UnsupportedModelError(
            "{kind} has no network for pictures called {name}. Take one of these: "
            "{names}.",
            kind=type(module).__name__,
            name=name[:60],
            names=", ".join(one or "none" for one in towers) or "none",
        )
    if name is None and towers:
        name = next(iter(towers))
    return (name or "", towers[name] if name is not None else module)


@contextlib.contextmanager
def _fused_pooling(parts: Iterable[nn.Module]) -> Iterator[None]:
    """Make the `nn.MultiheadAttention` of a pooling head (SigLIP's) call the kernel.

    transformers 5.23 asks it for its weights and throws them away, which keeps it from
    calling `scaled_dot_product_attention`.
    """
    with contextlib.ExitStack() as stack:
        for part in parts:
            if isinstance(part, nn.MultiheadAttention):
                handle = part.register_forward_pre_hook(
                    lambda _part, args, options: (
                        args,
                        {**options, "need_weights": False},
                    ),
                    with_kwargs=True,
                )
                stack.callback(handle.remove)
        yield


AttributeValues = list[tuple[object, str, object]]


@contextlib.contextmanager
def resampled_tables(
    parts: Iterable[nn.Module], grid: tuple[int, int]
) -> Iterator[None]:
    """Keep position tables resampled to the grid (rows, cols) while the block runs.

    Only tables that the library ties to another grid are touched. The modules' own
    parameters are put aside meanwhile and never written to.
    """
    changes: AttributeValues = []
    for part in parts:
        changes += _plain_table(part, grid)
        changes += _grid_table(part, grid)
        changes += _listed_table(part, grid)
    with with_attributes(*changes):
        yield


def _plain_table(part: Any, grid: tuple[int, int]) -> AttributeValues:  # noqa: ANN401
    """Return replacements of a table for pictures that are not square (ViT's).

    The library's own way to another size takes every table for a square one.
    """
    own = _oblong_grid(part)
    if own is None or own == grid:
        return []
    embed, table = part.patch_embeddings, part.position_embeddings
    first = table.shape[1] - own[0] * own[1]
    patches = table[:, first:].reshape(1, *own, -1)
    made = _parameter(patches, grid, is_list=True, antialias=False)[None]
    joined = nn.Parameter(torch.cat([table.detach()[:, :first], made.detach()], dim=1))
    height, width = embed.patch_size
    size = (grid[0] * height, grid[1] * width)
    places = [embed, *([part] if hasattr(part, "image_size") else [])]
    return [
        (part, "position_embeddings", joined),
        *((place, "image_size", size) for place in places),
    ]


def _oblong_grid(part: Any) -> tuple[int, int] | None:  # noqa: ANN401
    """Return (rows, columns) of a plain table that is not square; else None."""
    embed = getattr(part, "patch_embeddings", None)
    table = getattr(part, "position_embeddings", None)
    own = getattr(embed, "image_size", None)
    patch = getattr(embed, "patch_size", None)
    if not isinstance(own, list | tuple) or not isinstance(patch, list | tuple):
        return None
    rows, cols = own[0] // patch[0], own[1] // patch[1]
    is_plain = isinstance(table, nn.Parameter) and table.dim() == 3
    return (rows, cols) if is_plain and rows != cols else None


def _grid_table(part: Any, grid: tuple[int, int]) -> AttributeValues:  # noqa: ANN401
    """Return SAM's replacements: a table (1, R, C', W), and its patches' size."""
    embed = getattr(part, "patch_embed", None)
    side = getattr(embed, "image_size", None)
    if embed is None or side is None or not hasattr(part, "pos_embed"):
        return []
    height, width = embed.patch_size
    size = (grid[0] * height, grid[1] * width)
    if tuple(side) == size:
        return []
    made: AttributeValues = [(embed, "image_size", size)]
    if part.pos_embed is not None:
        made.append((part, "pos_embed", _parameter(part.pos_embed, grid)))
    return made


def _listed_table(part: Any, grid: tuple[int, int]) -> AttributeValues:  # noqa: ANN401
    """Return AIMv2's replacements: an `nn.Embedding` (R·C, W) and its indices."""
    table = getattr(part, "position_embedding", None)
    if not isinstance(table, nn.Embedding) or not hasattr(part, "position_ids"):
        return []
    side = round(table.num_embeddings**0.5)
    is_square = side * side == table.num_embeddings
    if hasattr(part, "interpolate_pos_encoding") or not is_square:
        return []
    if (side, side) == grid:
        return []
    weight = table.weight.reshape(1, side, side, -1)
    numbers = torch.arange(grid[0] * grid[1], device=weight.device)[None]
    return [
        (table, "weight", _parameter(weight, grid, is_list=True)),
        (part, "position_ids", numbers),
    ]


def _parameter(
    table: Tensor,
    grid: tuple[int, int],
    *,
    is_list: bool = False,
    antialias: bool = True,
) -> nn.Parameter:
    """Resample a table (1, S, S, W) to (1, R, C', W), or to a list (R·C', W)."""
    planes = table.detach().float().permute(0, 3, 1, 2)  # (1, W, S, S)
    planes = F.interpolate(planes, size=grid, mode="bicubic", antialias=antialias)
    made = planes.permute(0, 2, 3, 1).to(table.dtype)
    made = made.flatten(0, 2) if is_list else made
    return nn.Parameter(made.contiguous(), requires_grad=False)
