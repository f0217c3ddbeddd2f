"""An accelerator without enough memory: the CPU makes the run, and it is said.

No accelerator is needed: a model in the computer's memory is labelled as one's, and
its parts, not those of the copy that the fall-back makes, run out of memory.
"""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from tests.models.test_out_of_memory import DEPTH, KINDS
from vitviz.attention.cpu_fallback import as_run, on_cpu
from vitviz.errors import BudgetError

DEVICE = "cuda:0"


def network() -> nn.Module:
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(6)
    module: nn.Module = VisionTransformer(
        img_size=64, patch_size=16, embed_dim=48, depth=DEPTH, num_heads=3
    )
    return module.eval()


def on_accelerator(module: nn.Module) -> vitviz.Model:
    """A model whose device says that it is an accelerator."""
    model = vitviz.wrap(module)
    return replace(model, info=replace(model.info, device=DEVICE))


def fail_at(part: nn.Module, error: Callable[[], Exception], place: str) -> None:
    """Have `part` run out of memory, but not its copy."""

    def fail(module: nn.Module, *_arguments: object) -> None:
        if module is part:
            raise error()

    if place == "after":
        part.register_forward_hook(fail)
    else:
        part.register_forward_pre_hook(fail)


def pixels() -> Tensor:
    return torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("place", ["before", "attention", "mlp", "after"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", range(DEPTH))
def test_at_every_block(
    block: int, kind: str, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    module = network()
    expected = vitviz.trace(vitviz.wrap(network()), pixels())
    inner = {"before": "norm1", "attention": "attn.proj", "mlp": "mlp.fc2"}.get(place)
    name = f"blocks.{block}" + (f".{inner}" if inner else "")
    fail_at(module.get_submodule(name), KINDS[kind], place)
    model = on_accelerator(module)
    held: list[weakref.ref[Tensor]] = []

    def keep(_layer: int, partial: vitviz.Trace) -> None:
        if partial.setup.fallback is None:
            held.extend(weakref.ref(c.q) for c in partial.captures if c is not None)

    with caplog.at_level(logging.WARNING, "vitviz.attention.cpu_fallback"):
        found = vitviz.trace(model, pixels(), on_layer=keep)
    assert found.setup.model.device == "cpu"
    said = str(found.setup.fallback)
    assert said.startswith(f"{DEVICE} did not have enough memory for 64×64 px (17 tok")
    assert "made on the CPU" in said
    assert [record.getMessage() for record in caplog.records] == [said]
    assert found.output is not None
    assert expected.output is not None
    assert np.array_equal(found.output, expected.output)  # bit for bit
    for layer in range(DEPTH):
        assert np.array_equal(
            np.concatenate([rows for _, rows in found.tiles(layer)]),
            np.concatenate([rows for _, rows in expected.tiles(layer)]),
        )
    gc.collect()
    assert [ref for ref in held if ref() is not None] == []
    assert F.scaled_dot_product_attention.__name__ == "scaled_dot_product_attention"
    assert model.info.device == DEVICE  # the model that was given is as it was


def test_a_later_run_is_tried_on_the_accelerator_again() -> None:
    module = network()
    model = on_accelerator(module)
    block = module.get_submodule("blocks.1")
    is_short = [True]

    def fail(part: nn.Module, *_arguments: object) -> None:
        if part is block and is_short[0]:
            raise torch.OutOfMemoryError("CUDA out of memory")

    block.register_forward_pre_hook(fail)
    first = vitviz.trace(model, pixels())
    is_short[0] = False
    second = vitviz.trace(model, pixels())
    assert first.setup.model.device == "cpu"
    assert second.setup.model.device == DEVICE
    assert second.setup.fallback is None


def test_a_price_beyond_the_accelerator_goes_to_the_cpu_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = network()
    ran: list[object] = []
    handle = module.get_submodule("blocks.0").register_forward_pre_hook(
        lambda part, _args: ran.append(part)
    )
    free = {DEVICE: 1000, "cpu": 10**10}
    for place in ("price", "cpu_fallback"):
        monkeypatch.setattr(
            f"vitviz.attention.{place}.free_bytes", lambda name: free[name]
        )
    found = vitviz.trace(on_accelerator(module), pixels())
    assert "; 1 kB are free)" in str(found.setup.fallback)
    assert ran
    assert module.get_submodule("blocks.0") not in ran  # only the copy has run
    handle.remove()
    free["cpu"] = 1000
    with pytest.raises(BudgetError, match=r"nor is there on the CPU: about \d+ kB"):
        vitviz.trace(on_accelerator(network()), pixels())


def test_methods_go_on_with_the_copy() -> None:
    module = network()
    fail_at(module.get_submodule("blocks.2"), KINDS["accelerator"], "before")
    model = on_accelerator(module)
    found = vitviz.trace(model, pixels())
    own = vitviz.wrap(network())
    expected = vitviz.trace(own, pixels())
    for name in ("relevance", "norm-based", "occlusion", "legrad"):
        one, other = (
            vitviz.explain.run(name, trace, model=made_by, pixels=pixels())
            for trace, made_by in ((found, model), (expected, own))
        )
        assert np.array_equal(one, other), name


def test_the_copy_is_made_once() -> None:
    """Parts of its own; on a real accelerator its tensors are others as well."""
    module = network()
    model = on_accelerator(module)
    twin = on_cpu(model)
    assert twin.adapter.module is not module
    assert twin.adapter.blocks[0] is not model.adapter.blocks[0]
    assert twin.adapter.module is on_cpu(model).adapter.module
    assert on_cpu(twin) is twin
    names = [name for name, _ in twin.adapter.module.named_parameters()]
    assert names == [name for name, _ in module.named_parameters()]
    trace = vitviz.trace(vitviz.wrap(module), pixels())
    assert as_run(model, trace) is model
