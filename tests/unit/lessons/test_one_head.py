"""The arithmetic of one head against torch's own operations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import vitviz
from vitviz.attention.trace import Trace
from vitviz.lessons import one_head
from vitviz.lessons.one_head import Factors


@pytest.fixture(scope="module")
def trace(model_folder: Path, photo: Path) -> Trace:
    made: Trace = vitviz.trace(vitviz.load_model(str(model_folder)), str(photo))
    return made


def random_factors(num_tokens: int = 9, width: int = 4, bias: bool = False) -> Factors:
    rng = np.random.default_rng(5)
    q, k, v = rng.normal(0, 1.5, (3, num_tokens, width)).astype(np.float32)
    added = rng.normal(0, 1, (num_tokens, num_tokens)).astype(np.float32)
    return Factors(q, k, v, width**-0.5, added if bias else None)


def test_a_row_is_the_traces_own(trace: Trace) -> None:
    for layer, head, query in ((0, 0, 0), (2, 1, 17), (3, 2, 49)):
        of = one_head.factors(trace, layer, head)
        found = one_head.row(of, query)
        np.testing.assert_allclose(
            found.weights, trace.row(layer, query)[head], atol=2e-6
        )
        assert found.weights.max() > 3 / trace.num_tokens


@pytest.mark.parametrize("bias", [False, True])
def test_a_pair_adds_up(bias: bool) -> None:
    of = random_factors(bias=bias)
    q, k = (torch.from_numpy(a).double() for a in (of.q, of.k))
    scores = q @ k.T / 2
    if of.bias is not None:
        scores = scores + torch.from_numpy(of.bias)
    found = one_head.pair(of, 3, 7)
    np.testing.assert_array_equal(found.products, of.q[3] * of.k[7])
    assert found.total == pytest.approx(float(q[3] @ k[7]), abs=1e-6)
    assert found.score == pytest.approx(float(scores[3, 7]), abs=1e-6)
    assert found.weight == pytest.approx(float(scores.softmax(-1)[3, 7]), abs=1e-6)
    cosine = torch.cosine_similarity(q[3], k[7], dim=0)
    assert found.cosine == pytest.approx(float(cosine), abs=1e-6)


def test_dividing_by_more_flattens() -> None:
    """Division acts like a higher temperature: entropy and gradient grow."""
    of = random_factors(width=64)
    rows = [one_head.row(of, 2, divisor=d) for d in (1.0, 4.0, 8.0, 32.0)]
    for measure in ("entropy", "breadth", "slope"):
        values = [getattr(one, measure) for one in rows]
        assert values == sorted(values), measure
    largest = [one.largest for one in rows]
    assert largest == sorted(largest, reverse=True)
    own = one_head.row(of, 2)
    np.testing.assert_array_equal(own.weights, rows[2].weights)
    assert rows[0].largest > 0.9, "without scaling this row is a spike"


def test_entropy_and_gradient_of_known_rows() -> None:
    flat = np.full(8, 1 / 8)
    assert one_head.entropy(flat) == pytest.approx(np.log(8))
    assert one_head.entropy(np.array([0.0, 1.0, 0.0])) == 0
    of = random_factors(width=4)
    one = one_head.row(of, 1)
    p = torch.from_numpy(one.weights).double()
    jacobian = torch.diag(p) - p[:, None] * p[None]
    assert one.slope == pytest.approx(float(jacobian.trace()), abs=1e-6)
    assert 0 < one.relative_entropy < 1


def test_scores_grow_with_the_width_like_its_root() -> None:
    rng = np.random.default_rng(0)
    q, k, v = rng.normal(0, 1, (3, 4000, 64)).astype(np.float32)
    q[0] = 1  # a query whose numbers all have the same size
    found = dict(one_head.growth(Factors(q, k, v, 0.125), 0))
    assert set(found) == {16, 32, 64}
    assert found[64] / found[16] == pytest.approx(2.0, abs=0.1)


def test_a_mixture_is_weights_times_values() -> None:
    of = random_factors(bias=True)
    found = one_head.mixture(of, 4)
    weights = one_head.row(of, 4).weights
    parts = weights[:, None] * of.v
    np.testing.assert_allclose(found.out, parts.sum(axis=0), atol=1e-6)
    np.testing.assert_allclose(found.lengths, np.linalg.norm(parts, axis=1), atol=1e-6)
    lengths = list(np.linalg.norm(parts, axis=1))
    assert found.largest(3) == tuple(sorted(range(9), key=lambda j: -lengths[j])[:3])


def test_the_mixture_is_what_the_model_computed(trace: Trace) -> None:
    of = one_head.factors(trace, 1, 2)
    capture = trace.capture(1)
    expected = torch.nn.functional.scaled_dot_product_attention(
        capture.q[None], capture.k[None], capture.v[None]
    )
    np.testing.assert_allclose(
        one_head.mixture(of, 20).out, expected[0, 2, 20].numpy(), atol=1e-5
    )


def test_how_alike_two_directions_are() -> None:
    one, other = np.array([3.0, 4.0]), np.array([-4.0, 3.0])
    assert one_head.cosine(one, 2 * one) == pytest.approx(1)
    assert one_head.cosine(one, other) == pytest.approx(0)
    assert one_head.cosine(one, -one) == pytest.approx(-1)
    for broken in (np.zeros(2), np.array([np.nan, 1]), np.array([np.inf, 1])):
        assert one_head.cosine(one, broken) is None
