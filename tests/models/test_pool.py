"""The query of a pooling head, against the network's own unfused weights."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from tests.models.families import TOLERANCE
from tests.models.library_cases import transformers_network
from tests.models.timm_cases import timm_network
from vitviz.domain.interventions import Hidden, Hide, Interventions
from vitviz.domain.methods import METHODS
from vitviz.errors import SelectionError

SIZE = (96, 64)
"""(width, height): no square, and no network's own."""


def sharpened(module: nn.Module, head: nn.Module) -> None:
    """Scale the pooling head's query until a head looks somewhere."""
    weights = unfused(module, head)
    factor = 1.0
    with torch.no_grad():
        while float(weights().max()) < 0.5 and factor < 1e4:
            for name, parameter in head.named_parameters():
                if name in ("latent", "probe", "cls_token"):
                    parameter.mul_(1.5)
            factor *= 1.5
    assert 0.4 < float(weights().max()) < 0.95


def unfused(module: nn.Module, head: nn.Module) -> Callable[[], Tensor]:
    """The weights (H, N) of the pooling head, as its own unfused path makes them."""
    pixels = _pixels()

    def weights() -> Tensor:
        states: list[Tensor] = []
        handle = head.register_forward_pre_hook(
            lambda _module, args: states.append(args[0])
        )
        model = vitviz.wrap(module)
        with torch.inference_mode(), model.adapter.ready(SIZE):
            model.adapter.forward(pixels)
        handle.remove()
        with torch.inference_mode():
            return _own_weights(cast("Any", head), states[0])

    return weights


def _own_weights(head: Any, states: Tensor) -> Tensor:  # noqa: ANN401
    if hasattr(head, "probe"):  # transformers' SigLIP: torch's own need_weights
        _, found = head.attention(
            head.probe, states, states, need_weights=True, average_attn_weights=False
        )
        return cast("Tensor", found[0, :, 0])
    if hasattr(head, "latent"):  # timm: the softmax of its unfused path
        kept: list[Tensor] = []
        softmax = torch.Tensor.softmax

        def keep(scores: Tensor, dim: int) -> Tensor:
            kept.append(softmax(scores, dim))
            return kept[-1]

        head.fused_attn = False
        torch.Tensor.softmax = keep  # type: ignore[method-assign, assignment]
        try:
            head(states)
        finally:
            torch.Tensor.softmax = softmax  # type: ignore[method-assign]
            head.fused_attn = True
        return kept[0][0, :, 0]
    width = head.hidden_size // head.num_heads  # AIMv2 has no other path: by hand
    keys = F.linear(states[0], head.k_proj.weight, head.k_proj.bias)
    keys = keys.reshape(-1, head.num_heads, width)
    query = head.cls_token.reshape(head.num_heads, width)
    scores = torch.einsum("hd,nhd->hn", query, keys) / width**0.5
    return cast("Tensor", scores.softmax(-1))


def _pixels() -> Tensor:
    generator = torch.Generator().manual_seed(7)
    return torch.randn(1, 3, SIZE[1], SIZE[0], generator=generator)


_SMALL: dict[str, Any] = {"num_attention_heads": 3, "intermediate_size": 384}


def siglip() -> nn.Module:
    """transformers' SigLIP, small."""
    return transformers_network("SiglipVision", {"hidden_size": 192, **_SMALL})


NETWORKS: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "timm SigLIP": (
        functools.partial(timm_network, "vit_base_patch16_siglip_224", {}),
        "attn_pool",
    ),
    "timm PE core": (
        functools.partial(
            timm_network, "vit_pe_core_tiny_patch16_384", {"img_size": 224}
        ),
        "attn_pool",
    ),
    "timm, registers": (
        functools.partial(timm_network, "vit_so150m_patch16_reg4_map_256", {}),
        "attn_pool",
    ),
    "transformers SigLIP": (siglip, "head"),
    "transformers AIMv2": (
        lambda: transformers_network(
            "Aimv2Vision", {"hidden_size": 192, "use_head": True, **_SMALL}
        ),
        "head",
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_row_is_the_networks_own(name: str) -> None:
    build, place = NETWORKS[name]
    module = build()
    head = module.get_submodule(place)
    sharpened(module, head)
    expected = unfused(module, head)()
    trace = vitviz.trace(vitviz.wrap(module), _pixels())
    last = trace.num_layers - 1
    found = torch.from_numpy(trace.row(last, "pool"))
    if expected.shape[1] < trace.num_tokens:  # this one pools patches only
        first = trace.num_prefix_tokens
        assert (found[:, :first] == 0).all()
        found = found[:, first:]
    assert found.shape == expected.shape
    torch.testing.assert_close(found, expected, rtol=0, atol=TOLERANCE)
    with pytest.raises(SelectionError, match=f"ask for layer {last}"):
        trace.row(0, "pool")
    with pytest.raises(SelectionError, match="Nothing looks at the query"):
        trace.column(last, "pool")


def test_pooling_reads_what_it_read_untapped() -> None:
    """The output differs from the untouched network's by rounding alone."""
    module = siglip()
    pixels = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        own = cast("Any", module)(pixels).pooler_output[0]
    trace = vitviz.trace(vitviz.wrap(module), pixels)
    assert trace.output is not None
    found = torch.from_numpy(trace.output)
    torch.testing.assert_close(found, own, rtol=0, atol=1e-5 * float(own.abs().max()))
    with torch.inference_mode():  # and the head gives its weights out again after
        states = torch.randn(1, 9, 192)
        assert cast("Any", module).head.attention(states, states, states)[1] is not None


def test_a_model_without_one_says_so() -> None:
    other = vitviz.trace(vitviz.load_model("vitviz-flexi"), torch.randn(1, 3, 64, 64))
    with pytest.raises(SelectionError, match="has no pooling head"):
        other.row(5, "pool")


@pytest.fixture(scope="module")
def pooled() -> tuple[vitviz.Model, vitviz.Trace, Tensor]:
    """(model, trace, its pooling head's weights (H, N))."""
    module = siglip()
    head = module.get_submodule("head")
    sharpened(module, head)
    model = vitviz.wrap(module)
    return model, vitviz.trace(model, _pixels()), unfused(module, head)()


def test_methods_that_need_one_row(
    pooled: tuple[vitviz.Model, vitviz.Trace, Tensor],
) -> None:
    _, trace, weights = pooled
    assert trace.pool is not None
    sizes = trace.pool.v.norm(dim=-1)
    expected = {
        "raw": weights.mean(0),
        "value-weighted": (weights * sizes).mean(0),
        "mass-mask": None,
    }
    assert expected.keys() == {m.name for m in METHODS.values() if m.takes_pool}
    for name, values in expected.items():
        found = vitviz.explain.run(name, trace, query="pool").ravel()
        if values is not None:
            np.testing.assert_allclose(found, values.numpy(), rtol=2e-5, atol=1e-6)
            continue
        is_in = found.astype(bool)  # the fewest patches with 60 % of the attention
        shares = weights.mean(0).double().numpy()
        assert shares[is_in].sum() >= 0.6 * shares.sum()
        assert shares[is_in].sum() - shares[is_in].min() < 0.6 * shares.sum()


@pytest.mark.parametrize(
    "name", [m.name for m in METHODS.values() if m.is_per_query and not m.takes_pool]
)
def test_methods_that_go_on_from_a_token_say_so(
    name: str, pooled: tuple[vitviz.Model, vitviz.Trace, Tensor]
) -> None:
    model, trace, _ = pooled
    with pytest.raises(SelectionError, match="cannot begin at the query of a pooling"):
        vitviz.explain.run(name, trace, query="pool", model=model, pixels=_pixels())


def test_patches_that_were_dropped_are_not_pooled() -> None:
    """The row has a place for every token; those that left the sequence have 0."""
    module = siglip()
    hidden = (Hidden(((0, 1), (3, 5)), Hide.DROP),)
    trace = vitviz.trace(
        vitviz.wrap(module), _pixels(), interventions=Interventions(hidden=hidden)
    )
    row = trace.row(2, "pool")
    assert row.shape == (3, 24)
    np.testing.assert_allclose(row.sum(-1), 1, rtol=1e-6)
    assert (row[:, [1, 23]] == 0).all()
    assert (np.delete(row, [1, 23], axis=1) > 0).all()
