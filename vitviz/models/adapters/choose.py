"""Choice of the adapter for a module in memory.

A module of torchvision, timm or transformers gets its library's adapter; any other one
the generic adapter, which infers the layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from torch import nn

from vitviz.domain.geometry import prefix_names
from vitviz.errors import SelectionError
from vitviz.models.adapters.generic import GenericAdapter
from vitviz.models.adapters.timm import TimmAdapter, is_timm
from vitviz.models.adapters.torchvision import TorchvisionAdapter, is_torchvision
from vitviz.models.adapters.transformers import TransformersAdapter, is_transformers
from vitviz.models.model import Adapter

if TYPE_CHECKING:
    from torchvision.models import VisionTransformer


def inner_network(module: nn.Module) -> nn.Module:
    """Return the network that a library's wrapper around another one holds.

    transformers' TimmWrapper has one of timm's, CLIP (OpenAI, open_clip) a `visual`.
    """
    inner = module._modules.get("timm_model")
    if inner is not None and is_transformers(module) and is_timm(inner):
        return inner
    visual = module._modules.get("visual")
    if visual is not None and hasattr(module, "encode_image"):
        return inner_network(visual)
    return module


def adapter_of(
    module: nn.Module,
    patch_size: int | None,
    num_prefix_tokens: int | None,
    labels: Sequence[str] | None,
    size: tuple[int, int] | None = None,
    tower: str | None = None,
) -> Adapter:
    """Return the adapter of the module's library, or a generic one.

    Raises SelectionError for a layout that contradicts the module's own,
    UnsupportedModelError.
    """
    adapter: Adapter
    for name, given, least in (
        ("patch_size", patch_size, 1),
        ("num_prefix_tokens", num_prefix_tokens, 0),
    ):
        if given is not None and (type(given) is not int or given < least):
            raise SelectionError(
                "{name} is a number from {least} on, not {given}.",
                name=name,
                least=least,
                given=given,
            )
    module = inner_network(module)
    if is_torchvision(module):
        adapter = TorchvisionAdapter(cast("VisionTransformer", module))
    elif is_timm(module):
        adapter = TimmAdapter(module)
    elif is_transformers(module):
        adapter = TransformersAdapter(module, tower=tower)
    else:
        names = None
        if num_prefix_tokens is not None:
            names = prefix_names(num_prefix_tokens)
        return GenericAdapter(
            module,
            patch_size=patch_size,
            prefix_names=names,
            has_head=labels is not None,
            size=size,
        )
    if patch_size is not None and adapter.patch_size != (patch_size, patch_size):
        raise SelectionError(
            "{kind} has patches of {declared} px, not {given}.",
            kind=type(module).__name__,
            declared=adapter.patch_size[0],
            given=patch_size,
        )
    declared = len(adapter.prefix_names or ())
    if num_prefix_tokens is not None and num_prefix_tokens != declared:
        raise SelectionError(
            "{kind} declares {declared} special tokens, not {given}.",
            kind=type(module).__name__,
            declared=declared,
            given=num_prefix_tokens,
        )
    return adapter
