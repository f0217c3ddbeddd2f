"""Effects of heads against models whose projections have that head cut out."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.dense import timm_model, torchvision_model
from vitviz.domain.interventions import Off
from vitviz.errors import Cancelled
from vitviz.explain.perturbation import head_effects

TARGET = 2
MAKERS: dict[str, Callable[[], tuple[nn.Module, tuple[int, int]]]] = {
    "torchvision": lambda: (torchvision_model(), (80, 80)),
    "registers, non-square": lambda: (timm_model(prefix="registers"), (96, 64)),
    "no CLS, non-square": lambda: (timm_model(prefix="none"), (96, 64)),
}


@pytest.fixture(scope="module", params=MAKERS)
def made(request: pytest.FixtureRequest) -> tuple[Any, Tensor]:
    module, (width, height) = MAKERS[request.param]()
    with torch.no_grad():
        head: Any = module.heads if hasattr(module, "heads") else module.head
        for parameter in head.parameters():
            parameter.mul_(0.1)
    generator = torch.Generator().manual_seed(2)
    return module, torch.randn(1, 3, height, width, generator=generator)


def by_hand(
    module: nn.Module, pixels: Tensor, layer: int, head: int, off: Off
) -> float:
    """The probability with a head cut out of a copy's weights or inputs."""
    changed: Any = copy.deepcopy(module)
    if hasattr(changed, "blocks"):
        attn = changed.blocks[layer].attn
        projection, heads = attn.proj, attn.num_heads
        for block in changed.blocks:
            block.attn.fused_attn = False
    else:
        attn = changed.encoder.layers[layer].self_attention
        projection, heads = attn.out_proj, attn.num_heads
    width = projection.weight.shape[1] // heads
    part = slice(head * width, (head + 1) * width)
    if off is Off.ZERO:
        with torch.no_grad():
            projection.weight[:, part] = 0
    else:

        def mean(_module: object, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            entered = args[0].clone()
            entered[..., part] = entered[..., part].mean(dim=1, keepdim=True)
            return (entered, *args[1:])

        projection.register_forward_pre_hook(mean)
    with torch.no_grad():
        return float(changed(pixels).softmax(-1)[0, TARGET])


def test_effects_are_what_the_probability_loses(made: tuple[Any, Tensor]) -> None:
    module, pixels = made
    model = vitviz.wrap(module)
    trace = vitviz.trace(model, pixels)
    seen: list[int] = []
    found = head_effects(
        model,
        trace,
        target=TARGET,
        pixels=pixels,
        on_layer=lambda layer, values: seen.append(layer),
    )
    with torch.no_grad():
        whole = float(module(pixels).softmax(-1)[0, TARGET])
    for layer in range(trace.num_layers):
        for head in range(trace.num_heads):
            expected = whole - by_hand(module, pixels, layer, head, Off.ZERO)
            assert found[layer, head] == pytest.approx(expected, abs=1e-5)
    assert np.abs(found).max() > 1e-3
    assert seen == list(range(trace.num_layers))


def test_a_head_replaced_by_its_mean(made: tuple[Any, Tensor]) -> None:
    module, pixels = made
    if not hasattr(module, "blocks"):
        pytest.skip("torchvision's projection is not called as a module")
    model = vitviz.wrap(module)
    trace = vitviz.trace(model, pixels)
    found = head_effects(model, trace, target=TARGET, off=Off.MEAN, pixels=pixels)
    with torch.no_grad():
        whole = float(module(pixels).softmax(-1)[0, TARGET])
    expected = whole - by_hand(module, pixels, 1, 2, Off.MEAN)
    assert found[1, 2] == pytest.approx(expected, abs=1e-5)
    zero = head_effects(model, trace, target=TARGET, pixels=pixels)
    assert np.abs(zero - found).max() > 1e-4


def test_unchanged_blocks_are_not_run_again(made: tuple[Any, Tensor]) -> None:
    module, pixels = made
    model = vitviz.wrap(module)
    trace = vitviz.trace(model, pixels)
    blocks = list(model.adapter.blocks)
    counts = [0] * len(blocks)
    parts = [
        next(m for m in b.modules() if isinstance(m, nn.LayerNorm)) for b in blocks
    ]

    def count(index: int) -> Callable[..., None]:
        def hook(*_args: object) -> None:
            counts[index] += 1

        return hook

    hooks = [p.register_forward_hook(count(i)) for i, p in enumerate(parts)]
    head_effects(model, trace, pixels=pixels)
    for hook in hooks:
        hook.remove()
    heads = trace.num_heads
    assert counts == [1 + heads * (i + 1) for i in range(len(blocks))]


def test_nothing_is_left_behind_by_a_cancelled_measurement(
    made: tuple[Any, Tensor],
) -> None:
    module, pixels = made
    model = vitviz.wrap(module)
    trace = vitviz.trace(model, pixels)
    before = trace.output
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) > trace.num_heads + 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        head_effects(model, trace, pixels=pixels, check=check)
    assert not [b for b in model.adapter.blocks if "forward" in vars(b)]
    again = vitviz.trace(model, pixels)
    assert before is not None
    np.testing.assert_array_equal(again.output, before)
    assert torch.equal(copy.deepcopy(module)(pixels), module(pixels))
