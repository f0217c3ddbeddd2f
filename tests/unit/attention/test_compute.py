"""Rows, columns and maps of very peaked attention, against float64."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.timm_cases import timm_network
from vitviz.attention import compute, independent_check
from vitviz.attention.capture import Bias, Capture, Edges, WholeBias
from vitviz.domain.geometry import Bins
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Axis, Interventions
from vitviz.errors import ExactnessError

HEADS, TOKENS, WIDTH = 4, 61, 64
CUT = (
    Edges(torch.tensor([3, 9]), torch.tensor([0, 5, 7])),
    Edges(None, torch.tensor([11])),
)


def finished(capture: Capture) -> Capture:
    """A capture with what a softmax over the queries needs."""
    if capture.axis is Axis.QUERIES:
        return replace(capture, key_normalisers=compute.key_normalisers(capture))
    return capture


def whole_numbers(
    dtype: torch.dtype, *, has_bias: bool, edges: tuple[Edges, ...], axis: Axis
) -> Capture:
    """Scores of about 25,000 that float32 holds exactly, in any order of addition.

    q and k are whole numbers and the scale is a power of two, so that rows have no
    rounding to compare with on any machine.
    """
    generator = torch.Generator().manual_seed(4)

    def numbers(most: int, *shape: int) -> Tensor:
        return torch.randint(-most, most + 1, shape, generator=generator).float()

    common = numbers(1, WIDTH) + 0.5
    q = (32 * common).expand(HEADS, TOKENS, WIDTH).clone()
    k = (128 * common).expand(HEADS, TOKENS, WIDTH).clone()
    # queries and keys differ in few dimensions, so that some scores are almost equal
    q[..., :2] += numbers(1, HEADS, TOKENS, 2)
    k[..., 2:6] += numbers(1, HEADS, TOKENS, 4)
    bias = WholeBias(numbers(2, HEADS, TOKENS, TOKENS)) if has_bias else None
    q, k = q.to(dtype), k.to(dtype)
    return finished(Capture(q, k, k, bias, 1 / 8, 0.0, edges, axis))


def rounded(
    factor: float, dtype: torch.dtype, *, has_bias: bool, axis: Axis, seed: int
) -> Capture:
    """Normally distributed q and k, q times a factor."""
    generator = torch.Generator().manual_seed(seed)
    q, k = torch.randn(2, HEADS, TOKENS, WIDTH, generator=generator)
    values = torch.randn(HEADS, TOKENS, TOKENS, generator=generator)
    bias = WholeBias(values * factor) if has_bias else None
    q, k = (q * factor).to(dtype), k.to(dtype)
    return finished(Capture(q, k, k, bias, WIDTH**-0.5, 0.0, CUT, axis))


def reference(capture: Capture) -> tuple[Tensor, Tensor]:
    """(scores, attention), (H, N, N) float64, without any code of `compute`."""
    q, k = capture.q.double(), capture.k.double()
    scores = torch.einsum("hid,hjd->hij", q, k) * capture.scale
    if capture.bias is not None:
        scores += capture.bias.parts()[0].double()
    for edges in capture.edges:
        assert edges.keys is not None
        queries = torch.arange(TOKENS) if edges.queries is None else edges.queries
        scores[:, queries[:, None], edges.keys] = -torch.inf
    dim = {Axis.KEYS: 2, Axis.QUERIES: 1, Axis.HEADS: 0}[capture.axis]
    return scores, torch.softmax(scores, dim).nan_to_num(nan=0.0)


def columns_of(capture: Capture) -> Tensor:
    """All columns, (H, N, N)."""
    is_usual = capture.axis is Axis.KEYS
    normalisers = compute.row_normalisers(capture) if is_usual else None
    columns = [compute.column(capture, key, normalisers) for key in range(TOKENS)]
    return torch.stack(columns, dim=-1)


def worst(actual: Tensor, expected: Tensor) -> float:
    return float((actual - expected).abs().max())


@pytest.mark.parametrize("axis", list(Axis))
@pytest.mark.parametrize("edges", [(), CUT], ids=["all edges", "cut"])
@pytest.mark.parametrize("has_bias", [False, True], ids=["no bias", "bias"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_columns_of_large_scores_are_exact(
    dtype: torch.dtype, has_bias: bool, edges: tuple[Edges, ...], axis: Axis
) -> None:
    capture = whole_numbers(dtype, has_bias=has_bias, edges=edges, axis=axis)
    scores, expected = reference(capture)
    assert scores[scores.isfinite()].abs().max() > 10_000
    assert ((expected > 0.1) & (expected < 0.9)).any()
    columns = columns_of(capture)
    assert worst(columns, expected) < 1e-6
    assert worst(columns, compute.tile(capture, 0, TOKENS)) < 1e-6
    rows = torch.stack([compute.row(capture, i) for i in range(TOKENS)], dim=1)
    assert worst(rows, expected) < 1e-6


@pytest.mark.parametrize("axis", list(Axis))
@pytest.mark.parametrize("has_bias", [False, True], ids=["no bias", "bias"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("factor", [1, 64, 256])
def test_a_column_errs_no_more_than_the_matrix(
    factor: float, dtype: torch.dtype, has_bias: bool, axis: Axis
) -> None:
    """Against float64, over five draws: one draw's worst entry is chance."""
    errors = []
    for seed in range(5):
        capture = rounded(factor, dtype, has_bias=has_bias, axis=axis, seed=seed)
        _, expected = reference(capture)
        columns = columns_of(capture)
        assert columns.max() <= 1
        rows = compute.tile(capture, 0, TOKENS)
        errors.append((worst(columns, expected), worst(rows, expected)))
    of_columns, of_rows = np.max(errors, axis=0)
    assert of_columns <= 1.2 * of_rows + 1e-6


@pytest.mark.parametrize("axis", list(Axis))
@pytest.mark.parametrize("has_bias", [False, True], ids=["no bias", "bias"])
@pytest.mark.parametrize("factor", [1, 64, 256])
@pytest.mark.parametrize("offset", [0, 3], ids=["spread", "common"])
def test_every_reading_is_softmax_in_double_precision(
    offset: float, factor: float, has_bias: bool, axis: Axis
) -> None:
    """Whatever order a library adds products in: the dimensions are put in others.

    The reference is numpy's, in float64. With a common offset all scores are large and
    few differ.
    """
    whole = rounded(factor, torch.float32, has_bias=has_bias, axis=axis, seed=6)
    common = offset * torch.randn(WIDTH, generator=torch.Generator().manual_seed(1))
    q, k = whole.q + common * factor**0.5, whole.k + common * factor**0.5
    scores = q.double().numpy() @ k.double().numpy().transpose(0, 2, 1)
    scores *= whole.scale
    if has_bias:
        assert whole.bias is not None
        scores += whole.bias.parts()[0].double().numpy()
    for edges in CUT:
        queries = np.arange(TOKENS) if edges.queries is None else edges.queries.numpy()
        assert edges.keys is not None
        scores[:, queries[:, None], edges.keys.numpy()] = -np.inf
    dim = {Axis.KEYS: 2, Axis.QUERIES: 1, Axis.HEADS: 0}[axis]
    peaks = scores.max(axis=dim, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(peaks), peaks, 0))
    expected = powers / np.maximum(powers.sum(axis=dim, keepdims=True), 1e-300)
    if factor >= 64 and not offset:
        assert (expected.max(axis=dim) > 0.9).mean() > 0.5, "peaked"
    limit = 1e-5 if factor == 1 else 1e-6
    bins = Bins(TOKENS, 2, 7)
    edges_of = [0, 1, 2, 9, 16, 23, 30, 37, 44, 51, 58, TOKENS]
    pooled = np.array(
        [
            [expected[1, a:b, c:d].mean() for c, d in pairwise(edges_of)]
            for a, b in pairwise(edges_of)
        ]
    )
    order = torch.randperm(WIDTH, generator=torch.Generator().manual_seed(2))
    turned = finished(replace(whole, q=q[..., order], k=k[..., order]))
    readings = [
        torch.stack([compute.row(turned, i) for i in range(TOKENS)], dim=1),
        compute.tile(turned, 0, TOKENS),
        columns_of(turned),
    ]
    maps = torch.cat([band for _, band in compute.pooled(turned, 1, bins)])
    for found, wanted in (*((one, expected) for one in readings), (maps, pooled)):
        assert found.dtype == torch.float32
        assert found.max() <= 1
        assert np.abs(found.double().numpy() - wanted).max() < limit


def test_what_scores_are_held_against_is_an_upper_bound_of_them() -> None:
    for factor in (1, 64):
        for has_bias in (False, True):
            capture = rounded(
                factor, torch.float32, has_bias=has_bias, axis=Axis.KEYS, seed=7
            )
            scores, _ = reference(capture)
            largest = float(scores[scores.isfinite()].abs().max())
            assert largest <= capture.largest_score < 5 * largest


def test_bands_of_queries_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = rounded(64, torch.float32, has_bias=True, axis=Axis.KEYS, seed=1)
    whole = columns_of(capture)
    # seven rows a tile, so that nine bands are needed
    monkeypatch.setattr(compute, "MAX_TILE_BYTES", 7 * 2 * 4 * HEADS * TOKENS)
    assert compute.row_normalisers(capture).shape == (2, HEADS, TOKENS)
    assert worst(columns_of(capture), whole) < 1e-5


# -- the checks ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class WrongColumns:
    """A bias of zeros whose columns are another's."""

    values: Tensor

    def rows(self, queries: slice | Tensor) -> Tensor:
        return torch.zeros_like(self.values)[:, queries]

    def column(self, key: int) -> Tensor:
        return self.values[..., key]

    def of_heads(self, index: slice | list[int]) -> Bias:
        return WrongColumns(self.values[index])

    def parts(self) -> tuple[Tensor, ...]:
        return (self.values,)


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return timm_network("deit_tiny_patch16_224", {})


@pytest.fixture
def trace(network: nn.Module) -> vitviz.Trace:
    return vitviz.trace(vitviz.wrap(network), torch.randn(1, 3, 224, 224))


def test_wrong_columns_are_refused_and_told(trace: vitviz.Trace) -> None:
    bias = torch.full((trace.num_heads, trace.num_tokens, trace.num_tokens), -0.01)
    wrong = replace(trace.capture(1), bias=WrongColumns(bias))
    made = trace.with_layer(1, wrong)
    made.column(0, 5)
    assert made.max_error < 1e-5
    made.row(1, 5)
    for _ in range(2):
        with pytest.raises(ExactnessError, match="Layer 1"):
            made.column(1, 5)
    assert made.max_error == pytest.approx(0.01, rel=0.05)
    made.row(1, 5)


@pytest.mark.parametrize("axis", list(Axis))
def test_right_columns_pass_the_check(axis: Axis) -> None:
    capture = rounded(64, torch.float32, has_bias=True, axis=axis, seed=2)
    is_usual = axis is Axis.KEYS
    normalisers = compute.row_normalisers(capture) if is_usual else None
    assert independent_check.columns_error(capture, normalisers) < 1e-5


@pytest.mark.parametrize("block", [1, 3, 7])
@pytest.mark.parametrize(
    "head", [2, Fusion.MEAN, Fusion.MAX, HeadChoice((0, 3), Fusion.MIN)], ids=str
)
def test_pooled_maps_are_compared_with_rows(
    head: HeadChoice | Fusion | int, block: int
) -> None:
    capture = rounded(4, torch.float32, has_bias=True, axis=Axis.KEYS, seed=3)
    bins = Bins(TOKENS, 2, block)
    assert independent_check.pooled_error(capture, head, bins) < 1e-6
    preview = compute.pooled_preview(capture, head, bins)
    assert independent_check.preview_error(capture, head, bins, preview) < 1e-6
    shifted = preview.roll(1, dims=1)
    assert independent_check.preview_error(capture, head, bins, shifted) > 1e-4


def test_reading_maps_is_part_of_the_error(trace: vitviz.Trace) -> None:
    before = trace.max_error
    bins = Bins(trace.num_tokens, trace.num_prefix_tokens, 4)
    list(trace.pooled(0, Fusion.MEAN, bins))
    trace.pooled_preview(0, 1, bins)
    trace.column(0, "cls")
    assert before <= trace.max_error < 1e-5


@pytest.mark.parametrize("axis", list(Axis))
def test_only_checked_columns_are_as_quick_as_rows(
    network: nn.Module, axis: Axis
) -> None:
    """The window reads unchecked ones on another thread, whatever the axis."""
    changed = Interventions(axis=axis)
    made = vitviz.trace(
        vitviz.wrap(network), torch.randn(1, 3, 224, 224), interventions=changed
    )
    assert not made.has_normalisers(1)
    made.column(1, 0)
    assert made.has_normalisers(1)
    assert not made.has_normalisers(2)
