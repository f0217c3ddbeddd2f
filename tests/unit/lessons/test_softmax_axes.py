"""Sums of attention along each axis, against torch's own softmax."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vitviz.domain.interventions import Axis
from vitviz.lessons import softmax_axes
from vitviz.lessons.one_head import Factors


@pytest.mark.parametrize("axis", list(Axis))
@pytest.mark.parametrize("bias", [False, True])
def test_sums_along_every_axis(
    axis: Axis, bias: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        softmax_axes, "MAX_TILE_BYTES", 8 * 3 * 9 * 4
    )  # tiles of four rows
    heads = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        q, k, v = rng.normal(0, 1.5, (3, 9, 4)).astype(np.float32)
        added = rng.normal(0, 1, (9, 9)).astype(np.float32) if bias else None
        heads.append(Factors(q, k, v, 0.5, added))
    scores = torch.stack(
        [torch.from_numpy(h.q @ h.k.T).double() * h.scale for h in heads]
    )
    if bias:
        scores = scores + torch.stack([torch.from_numpy(h.bias) for h in heads])
    weights = scores[None].softmax(dim=axis.dim)[0]
    found = softmax_axes.sums(heads, axis, head=1, query=6)
    for dim, ends in (
        (-1, found.over_keys),
        (-2, found.over_queries),
        (0, found.over_heads),
    ):
        expected = weights.sum(dim=dim)
        assert ends == pytest.approx((float(expected.min()), float(expected.max())))
    np.testing.assert_allclose(found.row, weights[1, 6].numpy(), atol=1e-6)
    assert found.row_sum == pytest.approx(float(weights[1, 6].sum()))
    right = {Axis.KEYS: found.over_keys, Axis.QUERIES: found.over_queries}
    assert right.get(axis, found.over_heads) == pytest.approx((1.0, 1.0))
    if axis is not Axis.KEYS:
        assert found.over_keys[1] - found.over_keys[0] > 0.3
