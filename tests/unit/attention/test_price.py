"""The price of a run: bytes and seconds, told before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

import vitviz
from vitviz.attention.price import calibrate, price, run_bytes, smaller_size
from vitviz.errors import BudgetError

DEPTH = 4


@pytest.fixture
def network() -> nn.Module:
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(6)
    module: nn.Module = VisionTransformer(
        img_size=64, patch_size=16, embed_dim=48, depth=DEPTH, num_heads=3
    )
    return module.eval()


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
