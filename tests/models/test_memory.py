"""Running out of memory, anywhere: one sentence, nothing left behind, and on."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from vitviz.attention.price import calibrate, price, run_bytes, smaller_size
from vitviz.errors import BudgetError
from vitviz.system.memory import free_bytes, is_out_of_memory

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


def test_other_errors_are_not_taken_for_it() -> None:
    for error in (RuntimeError("shapes differ"), ValueError("memory"), KeyError()):
        assert not is_out_of_memory(error)


# -- the price -----------------------------------------------------------------------


def test_kept_bytes_are_what_a_trace_holds(network: nn.Module) -> None:
    model = vitviz.wrap(network)
    for size in ((64, 64), (160, 96)):
        made = price(model, size)
        trace = vitviz.trace(model, torch.randn(1, 3, size[1], size[0]))
        assert made.num_tokens == trace.num_tokens
        assert made.grid == trace.grid
        assert made.kept_bytes == trace.num_bytes


def test_sides_are_rounded_to_the_patch(network: nn.Module) -> None:
    assert price(vitviz.wrap(network), (70, 90)).size == (64, 96)


def test_seconds_need_a_calibration_and_grow(network: nn.Module) -> None:
    model = vitviz.wrap(network)
    assert price(model, 64).seconds is None
    found = calibrate(model)
    times = [price(model, side, calibration=found).seconds for side in (64, 256, 1024)]
    assert all(time is not None and time > 0 for time in times)
    assert times == sorted(times, key=lambda time: time or 0)


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    free = [10**9]
    monkeypatch.setattr("vitviz.attention.price.free_bytes", lambda _device: free[0])
    return free  # type: ignore[return-value]


def test_refused_with_the_numbers_before_anything_runs(
    network: nn.Module, little_memory: list[int]
) -> None:
    model = vitviz.wrap(network)
    ran: list[object] = []
    network.register_forward_pre_hook(lambda *arguments: ran.append(arguments))
    _, peak = run_bytes(model.info, 4097)
    little_memory[0] = peak - 1
    with pytest.raises(BudgetError, match=r"1024×1024 px \(4,097 tokens\)"):
        vitviz.trace(model, torch.randn(1, 3, 1024, 1024))
    assert not ran
    made = price(model, 1024)
    assert made.is_too_much
    assert made.is_large
    smaller = smaller_size(model, (1024, 1024))
    assert smaller is not None
    assert not price(model, smaller).is_large
    little_memory[0] = 3 * peak
    assert not price(model, 1024).is_large


def test_free_memory_is_known_here() -> None:
    free = free_bytes()
    assert free is not None
    assert free > 10**8
