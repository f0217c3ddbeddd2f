"""Numbers of a page: rows and columns of its scripts against the trace's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.page.pages import CASES, ask, picture_of, tokens_of, traced
from vitviz.attention.capture import Capture
from vitviz.domain.geometry import POOL, Bins
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Axis
from vitviz.export.page.page_options import PageOptions
from vitviz.export.page.page_picture import numbers_bytes, page_picture
from vitviz.export.page.stored_layer import measured, stored


@pytest.mark.parametrize("name", CASES)
def test_rows_and_columns_are_the_traces_within_the_claim(name: str) -> None:
    trace = traced(name)
    picture = picture_of(name)
    claim = picture.description["error"]
    kept = [i for i, one in enumerate(picture.description["layers"]) if one["block"]]
    assert kept
    questions: list[dict[str, object]] = []
    expected = []
    for layer in (kept[0], kept[-1]):
        for token in tokens_of(trace, 8):
            for direction in ("looks at", "looked at by"):
                ask_for: dict[str, object] = {"layer": layer, "token": token}
                questions.append({"kind": "values", "direction": direction, **ask_for})
                read = trace.row if direction == "looks at" else trace.column
                expected.append(read(layer, token))
    if trace.pool is not None:
        last = trace.num_layers - 1
        questions.append(
            {"kind": "values", "layer": last, "token": POOL, "direction": "looks at"}
        )
        expected.append(trace.row(last, "pool"))
    worst = sharpest = 0.0
    for found, own in zip(ask(picture, questions), expected, strict=True):
        found = np.array(found, np.float64)
        assert found.shape == own.shape
        worst = max(worst, float(np.abs(found - own).max()))
        sharpest = max(sharpest, float(own.max()))
    assert worst <= claim < 0.02, (worst, claim)
    # a claim that is far from what is found would say nothing
    assert claim < 200 * worst
    assert sharpest > 3 / trace.num_tokens


def test_centred_keys_and_half_floats_keep_the_error_small() -> None:
    """Keys with a common part lose their digits to it unless it is taken away."""
    generator = torch.Generator().manual_seed(1)
    q, k, v = (torch.randn(2, 60, 32, generator=generator) for _ in range(3))
    capture = Capture(q * 2, k + 30, v, None, 32**-0.5)
    centred = measured(stored(capture), capture).error
    plain = np.abs(_softmax(q * 2, _half(k + 30)) - _softmax(q * 2, k + 30)).max()
    assert centred < 2e-3
    assert centred < plain / 5
    assert measured(stored(capture, is_single=True), capture).error < 1e-4


def _half(values: torch.Tensor) -> torch.Tensor:
    return values.half().float()


def _softmax(q: torch.Tensor, k: torch.Tensor) -> Any:  # noqa: ANN401
    scores = q.double() @ k.double().transpose(-1, -2) * 32**-0.5
    return torch.softmax(scores, dim=-1).numpy()


@pytest.mark.parametrize("axis", Axis)
def test_values_far_from_one_are_stored_as_well(axis: Axis) -> None:
    """Half floats end at 65,504 and below 6e-8; each head has its own power of two."""
    generator = torch.Generator().manual_seed(2)
    q, k, v = (torch.randn(3, 20, 16, generator=generator) for _ in range(3))
    scales = torch.tensor([1e-9, 1.0, 1e9])[:, None, None]
    capture = Capture(q * scales, k / scales, v, None, 0.25, axis=axis)
    if axis is Axis.QUERIES:
        from vitviz.attention.compute import key_normalisers

        capture = Capture(
            q * scales, k / scales, v, None, 0.25, axis=axis,
            key_normalisers=key_normalisers(capture),
        )  # fmt: skip
    assert measured(stored(capture), capture).error < 3e-3


def test_single_precision_is_a_hundred_times_closer_and_twice_as_large() -> None:
    trace = traced("plain")
    half = picture_of("plain").description["error"]
    options = PageOptions(is_single=True)
    picture = page_picture(trace, options=options)
    assert picture.description["error"] < half / 20
    (found,) = ask(
        picture,
        [{"kind": "values", "layer": 1, "token": 9, "direction": "looked at by"}],
    )
    np.testing.assert_allclose(found, trace.column(1, 9), atol=5e-6)
    numbers = sum(map(len, picture.blocks.values()))
    assert 1.8 < numbers / sum(map(len, picture_of("plain").blocks.values())) < 2


@pytest.mark.parametrize(
    "options",
    [
        PageOptions(),
        PageOptions(layers=(2,), heads=(0, 2)),
        PageOptions(is_single=True),
    ],
)
@pytest.mark.parametrize("name", ["plain", "pooling head"])
def test_the_price_is_what_it_then_takes(name: str, options: PageOptions) -> None:
    trace = traced(name)
    picture = page_picture(trace, options=options)
    numbers = sum(map(len, picture.blocks.values()))
    assert numbers_bytes(trace, options) == pytest.approx(numbers, rel=0.05)


def test_chosen_layers_and_heads_alone_are_in_the_page() -> None:
    trace = traced("plain")
    picture = page_picture(trace, options=PageOptions(layers=(0, 2), heads=(2,)))
    layers = picture.description["layers"]
    assert [bool(one["block"]) for one in layers] == [True, False, True]
    assert layers[1]["reason"]["en"] == "left out of this page"
    (found,) = ask(
        picture, [{"kind": "values", "layer": 2, "token": 0, "direction": "looks at"}]
    )
    claim = picture.description["error"]
    np.testing.assert_allclose(found, trace.row(2, 0)[[2]], atol=claim)


def test_the_matrix_is_pooled_as_the_program_pools_it() -> None:
    trace = traced("plain")
    picture = picture_of("plain")
    questions: list[dict[str, object]] = [
        {"kind": "matrix", "layer": 1, "heads": [0, 2], "fusion": "max", "limit": 50},
        {"kind": "matrix", "layer": 0, "heads": [], "fusion": "mean", "limit": 256},
    ]
    pooled, whole = ask(picture, questions)
    bins = Bins.fitting(trace.num_tokens, trace.num_prefix_tokens, 50)
    choice = HeadChoice((0, 2), Fusion.MAX)
    own = np.concatenate([band for _, band in trace.pooled(1, choice, bins)])
    claim = picture.description["error"]
    np.testing.assert_allclose(pooled, own, atol=claim)
    matrices = [trace.matrix(0, head) for head in range(trace.num_heads)]
    np.testing.assert_allclose(whole, np.mean(matrices, axis=0), atol=claim)
