"""Arithmetic of one head and of the axes in changed runs, against the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import vitviz
from tests.models.sharpen import require_sharp
from vitviz.attention.trace import Trace
from vitviz.domain.interventions import (
    Axis,
    Cut,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    Off,
)
from vitviz.lessons import one_head, softmax_axes
from vitviz.models.model import Model

COLS = 7
LAYER, QUERY = 2, 1 + 3 * COLS + 2
CLOSE = 1e-5
"""Scores reach 60 at T = 0.5; float32 has steps of 4e-6 there."""
CUT, DROPPED = 1 + COLS + 1, 1 + 2 * COLS + 2
CHANGES = {
    "temperature": Interventions(temperature=2.0),
    "no scaling": Interventions(is_scaled=False),
    "queries": Interventions(axis=Axis.QUERIES),
    "heads": Interventions(axis=Axis.HEADS),
    "cut": Interventions(cuts=(Cut(((3, 2), "cls"), ((1, 1), (1, 2))),)),
    "dropped": Interventions(hidden=(Hidden(((2, 2),), Hide.DROP),)),
    "blurred": Interventions(hidden=(Hidden(((2, 2),), Hide.BLUR),)),
    "off": Interventions(heads_off=(HeadsOff(LAYER, (1,), Off.MEAN),)),
    "all": Interventions(
        temperature=0.5,
        axis=Axis.QUERIES,
        cuts=(Cut(((3, 2),), ((1, 1), (1, 2))),),
        hidden=(Hidden(((2, 2),), Hide.DROP),),
        heads_off=(HeadsOff(LAYER, (1,), Off.MEAN),),
    ),
}


@pytest.fixture(scope="module")
def model(model_folder: Path) -> Model:
    made: Model = vitviz.load_model(str(model_folder))
    return made


@pytest.fixture(params=CHANGES, ids=str)
def run(request: pytest.FixtureRequest, model: Model, photo: Path) -> Trace:
    changes = CHANGES[request.param]
    made: Trace = vitviz.trace(model, str(photo), interventions=changes)
    return made


def by_hand(
    run: Trace, *, divisor: float | None = None, axis: Axis | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """(scores, weights) of the layer, (H, N, N) each, from q and k alone."""
    wanted, capture = run.interventions, run.capture(LAYER)
    q, k = capture.q.double(), capture.k.double()
    usual = q.shape[-1] ** 0.5 if wanted.is_scaled else 1.0
    scores = q @ k.transpose(-1, -2) / (divisor or usual * wanted.temperature)
    for cut in wanted.cuts:
        for query in (QUERY, 0) if "cls" in cut.queries else (QUERY,):
            scores[:, query, [CUT, CUT + 1]] = -torch.inf
    over = axis or wanted.axis
    if wanted.dropped:
        scores[:, :, DROPPED] = -torch.inf
        if over is Axis.QUERIES:
            scores[:, DROPPED] = -torch.inf
    weights = scores[None].softmax(dim=over.dim)[0].nan_to_num(0.0)
    require_sharp(weights)
    return scores, weights


def test_rows_are_those_by_hand_and_those_recorded(run: Trace) -> None:
    scores, weights = by_hand(run)
    for head in range(run.num_heads):
        of = one_head.factors(run, LAYER, head)
        row = one_head.row(of, QUERY)
        np.testing.assert_allclose(row.weights, weights[head, QUERY], atol=CLOSE)
        recorded = run.row(LAYER, QUERY)[head]
        np.testing.assert_allclose(row.weights, recorded, atol=CLOSE)
        np.testing.assert_allclose(of.scores(QUERY), scores[head, QUERY], atol=1e-4)
        shares = weights[head, QUERY] / weights[head, QUERY].sum()
        spread = float(-torch.xlogy(shares, shares).sum())
        assert row.entropy == pytest.approx(spread, abs=1e-5)
        assert row.num_keys == int(scores[head, QUERY].isfinite().sum())


@pytest.mark.parametrize("divisor", [1.0, 9.0])
def test_another_divisor_acts_on_the_changed_scores(run: Trace, divisor: float) -> None:
    _, weights = by_hand(run, divisor=divisor)
    of = one_head.factors(run, LAYER, 1)
    row = one_head.row(of, QUERY, divisor=divisor)
    np.testing.assert_allclose(row.weights, weights[1, QUERY], atol=CLOSE)


def test_a_pair_is_of_the_changed_run(run: Trace) -> None:
    scores, weights = by_hand(run)
    of = one_head.factors(run, LAYER, 1)
    for key in (0, CUT, DROPPED, 40):
        pair = one_head.pair(of, QUERY, key)
        assert pair.score == pytest.approx(float(scores[1, QUERY, key]), abs=1e-4)
        assert pair.weight == pytest.approx(float(weights[1, QUERY, key]), abs=CLOSE)
        assert pair.total == pytest.approx(float((of.q[QUERY] * of.k[key]).sum()), 1e-4)


def test_the_mixture_is_what_the_model_hands_on(
    run: Trace, model: Model, photo: Path
) -> None:
    _, weights = by_hand(run)
    before = vitviz.trace(model, str(photo), interventions=without_off(run))
    values = before.capture(LAYER).v.double()
    for head in (0, 1):
        expected = weights[head] @ values[head]
        if head == 1 and run.interventions.heads_off:
            dropped = DROPPED if run.interventions.dropped else -1
            here = [one for one in range(run.num_tokens) if one != dropped]
            expected = expected[here].mean(dim=0).expand(expected.shape)
        found = one_head.mixture(one_head.factors(run, LAYER, head), QUERY)
        np.testing.assert_allclose(found.out, expected[QUERY], atol=1e-5)


def without_off(run: Trace) -> Interventions:
    """The same changes with all heads on: what this layer gets is no other."""
    return replace(run.interventions, heads_off=())


@pytest.mark.parametrize("axis", list(Axis), ids=str)
def test_sums_are_of_the_changed_scores(run: Trace, axis: Axis) -> None:
    _, weights = by_hand(run, axis=axis)
    heads = [one_head.factors(run, LAYER, one) for one in range(run.num_heads)]
    found = softmax_axes.sums(heads, axis, head=1, query=QUERY)
    np.testing.assert_allclose(found.row, weights[1, QUERY], atol=CLOSE)
    here = [one for one in range(run.num_tokens) if one not in heads[0].dropped]
    there = weights[:, here][:, :, here]
    for ends, dim in (
        (found.over_keys, -1),
        (found.over_queries, -2),
        (found.over_heads, 0),
    ):
        sums = there.sum(dim)
        assert ends == pytest.approx((float(sums.min()), float(sums.max())), abs=1e-5)
