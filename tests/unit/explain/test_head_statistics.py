"""Statistics of heads against loops over whole matrices, written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import vitviz
from tests.models.dense import Dense, dense_run, timm_model, torchvision_model
from vitviz.errors import Cancelled
from vitviz.explain.head_statistics import HeadStatistics, head_statistics

CASES = {
    "torchvision": (torchvision_model, (80, 80)),
    "registers, non-square": (lambda: timm_model(prefix="registers"), (96, 64)),
    "no CLS, non-square": (lambda: timm_model(prefix="none"), (96, 64)),
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[vitviz.Trace, Dense]:
    make, (width, height) = CASES[request.param]
    module = make()
    generator = torch.Generator().manual_seed(8)
    pixels = torch.randn(1, 3, height, width, generator=generator)
    dense = dense_run(module, pixels, 1)
    return vitviz.trace(vitviz.wrap(module), pixels), dense


def found(trace: vitviz.Trace, layer: int) -> HeadStatistics:
    patch = trace.setup.model.patch_size
    return head_statistics(trace.capture(layer), trace.setup.grid, patch)


@pytest.mark.parametrize("tile_bytes", [8 * 2**20, 3000])
def test_every_statistic_equals_the_loop(
    case: tuple[vitviz.Trace, Dense],
    tile_bytes: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vitviz.explain.head_statistics.TILE_BYTES", tile_bytes)
    trace, dense = case
    rows, cols = trace.grid
    width, height = trace.setup.model.patch_size
    prefix, total = trace.num_prefix_tokens, trace.num_tokens
    spread = []
    for layer, heads in enumerate(dense.attention):
        statistics = found(trace, layer)
        for head, whole in enumerate(heads.double().numpy()):
            entropies, distances, special = [], [], []
            for i in range(total):
                logs = [a * math.log(a) for a in whole[i] if a > 0]
                entropies.append(-sum(logs) / math.log(total))
                special.append(whole[i, :prefix].sum())
                if i < prefix:
                    continue
                here = divmod(i - prefix, cols)
                away = [
                    math.hypot(
                        (here[0] - j // cols) * height, (here[1] - j % cols) * width
                    )
                    for j in range(rows * cols)
                ]
                row = whole[i, prefix:] / whole[i, prefix:].sum()
                distances.append(float(row @ np.array(away)))
            received = whole.mean(axis=0)
            expected = (
                np.mean(entropies),
                np.mean(distances),
                np.mean(special),
                received.max(),
            )
            actual = (
                statistics.entropy[head],
                statistics.distance_px[head],
                statistics.special_share[head],
                statistics.sink[head],
            )
            np.testing.assert_allclose(actual, expected, rtol=2e-4, atol=1e-6)
            spread.append(expected[0])
    assert max(spread) - min(spread) > 0.02  # flat attention would prove nothing


def test_the_walk_ends_where_it_is_cancelled(
    case: tuple[vitviz.Trace, Dense], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitviz.explain.head_statistics.TILE_BYTES", 1)
    trace, _ = case
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled

    patch = trace.setup.model.patch_size
    with pytest.raises(Cancelled):
        head_statistics(trace.capture(0), trace.setup.grid, patch, check=check)
    assert len(calls) == 3
