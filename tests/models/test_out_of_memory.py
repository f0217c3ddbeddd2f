"""Running out of memory, anywhere: one sentence, nothing left behind, and on."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from vitviz.errors import BudgetError

KINDS: dict[str, Callable[[], Exception]] = {
    "python": MemoryError,
    "accelerator": lambda: torch.OutOfMemoryError("CUDA out of memory. Tried …"),
    "cpu": lambda: RuntimeError(
        "[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"
    ),
    "mps": lambda: RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
}
DEPTH = 4


@pytest.fixture
def network() -> nn.Module:
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(6)
    module: nn.Module = VisionTransformer(
        img_size=64, patch_size=16, embed_dim=48, depth=DEPTH, num_heads=3
    )
    return module.eval()


@pytest.fixture
def pixels() -> Tensor:
    return torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.usefixtures("quick_collection")
@pytest.mark.parametrize("place", ["before", "attention", "mlp", "after"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", range(DEPTH))
def test_at_every_block(
    block: int, kind: str, place: str, network: nn.Module, pixels: Tensor
) -> None:
    model = vitviz.wrap(network)
    former = vitviz.trace(model, pixels)
    original = F.scaled_dot_product_attention
    held: list[weakref.ref[Tensor]] = []

    def fail(*arguments: object) -> None:
        raise KINDS[kind]()

    def keep(_layer: int, partial: vitviz.Trace) -> None:
        held.extend(weakref.ref(c.q) for c in partial.captures if c is not None)

    part = network.get_submodule(f"blocks.{block}")
    if place == "after":
        handle = part.register_forward_hook(fail)
    else:
        inner = {"before": "norm1", "attention": "attn.proj", "mlp": "mlp.fc2"}[place]
        handle = part.get_submodule(inner).register_forward_pre_hook(fail)
    with pytest.raises(BudgetError, match="not enough memory on cpu") as caught:
        vitviz.trace(model, pixels, on_layer=keep)
    handle.remove()
    assert "\n" not in str(caught.value)
    assert "64×64 px (17 tokens)" in str(caught.value)
    caught.value.__traceback__ = None
    del caught
    gc.collect()
    assert [ref for ref in held if ref() is not None] == []
    assert F.scaled_dot_product_attention is original
    again = vitviz.trace(model, pixels)
    assert again.output is not None
    assert former.output is not None
    assert np.array_equal(again.output, former.output)
    for layer in range(DEPTH):
        assert np.array_equal(again.row(layer, 3), former.row(layer, 3))


# -- the price -----------------------------------------------------------------------
