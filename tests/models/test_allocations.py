"""No N×N tensor beyond the stated budget is ever allocated, watched at 4,097 tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

import vitviz
from tests.unit.attention.test_tap import Network
from vitviz.attention.compute import MAX_MATRIX_BYTES, MAX_TILE_BYTES
from vitviz.domain.geometry import Bins
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Axis, Cut, Hidden, Hide, Interventions
from vitviz.domain.methods import METHODS
from vitviz.explain.head_statistics import head_statistics
from vitviz.explain.run_method import run
from vitviz.export.numbers import Selection, write_npz
from vitviz.models.model import Model

NUM_TOKENS = 4097
NUM_HEADS = 6
MATRIX_BYTES = 4 * NUM_TOKENS**2
"""64 MiB and a little: one head's matrix is above the size of a tile."""


class Watch(TorchDispatchMode):
    """Remembers the largest tensor that any operation produces."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.largest_bytes = 0

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        out = func(*args, **(kwargs or {}))
        for tensor in out if isinstance(out, tuple | list) else (out,):
            if isinstance(tensor, Tensor):
                size = tensor.untyped_storage().nbytes()
                self.largest_bytes = max(self.largest_bytes, size)
        return out


PIXELS = torch.randn(1, 3, 512, 512, generator=torch.Generator().manual_seed(4))


@pytest.fixture(scope="module")
def model() -> Model:
    module = Network(width=96, num_heads=NUM_HEADS, depth=2).requires_grad_(False)
    return vitviz.wrap(module)


@pytest.fixture(scope="module")
def trace(model: Model) -> vitviz.Trace:
    with Watch() as watch:
        result = vitviz.trace(model, PIXELS)
    assert result.num_tokens == NUM_TOKENS
    assert watch.largest_bytes < MATRIX_BYTES / 2
    return result


def test_the_watch_would_notice() -> None:
    q = torch.randn(2, NUM_TOKENS, 8)
    with Watch() as watch:
        torch.softmax(q @ q.transpose(-1, -2), dim=-1)
    assert watch.largest_bytes == 2 * MATRIX_BYTES


BINS = Bins.fitting(NUM_TOKENS, 1, 512)


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda t: t.row(1, 5), id="row"),
        pytest.param(lambda t: t.column(1, 5), id="column"),
        pytest.param(lambda t: [None for _ in t.tiles(1, 10_000)], id="tiles"),
        pytest.param(lambda t: [None for _ in t.pooled(1, 3, BINS)], id="one head"),
        pytest.param(
            lambda t: [None for _ in t.pooled(1, Fusion.MEAN, BINS)], id="mean"
        ),
        pytest.param(lambda t: t.pooled_preview(1, Fusion.MAX, BINS), id="preview"),
    ],
)
def test_reading_needs_no_more_than_a_tile(
    trace: vitviz.Trace, read: Callable[[vitviz.Trace], object]
) -> None:
    with Watch() as watch:
        read(trace)
    assert 0 < watch.largest_bytes <= MAX_TILE_BYTES


@pytest.mark.parametrize(
    "name",
    [n for n, m in METHODS.items() if m.needs_model or not m.is_layerwise],
)
def test_methods_need_no_more_than_a_tile(
    trace: vitviz.Trace, model: Model, name: str
) -> None:
    needs_model = METHODS[name].needs_gradients or METHODS[name].needs_model
    options = {"cells": 32} if name == "occlusion" else {}  # four passes
    with Watch() as watch:
        values = run(
            name,
            trace,
            query=7,
            model=model if needs_model else None,
            pixels=PIXELS if needs_model else None,
            **options,  # type: ignore[arg-type]
        )
    assert values.shape == (64, 64)
    assert 0 < watch.largest_bytes <= MAX_TILE_BYTES


def test_statistics_need_no_more_than_a_tile(trace: vitviz.Trace) -> None:
    with Watch() as watch:
        head_statistics(trace.capture(1), trace.setup.grid, (8, 8))
    assert 0 < watch.largest_bytes <= MAX_TILE_BYTES


SOME = tuple((row, col) for row in range(20, 40) for col in range(30))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(Interventions(temperature=2.0), id="temperature"),
        pytest.param(Interventions(axis=Axis.QUERIES), id="over queries"),
        pytest.param(Interventions(axis=Axis.HEADS), id="over heads"),
        pytest.param(Interventions(hidden=(Hidden(SOME, Hide.DROP),)), id="dropped"),
        pytest.param(
            Interventions(cuts=(Cut(tuple(range(NUM_TOKENS)), (1, 2, 3)),)), id="cut"
        ),
    ],
)
def test_a_changed_run_needs_no_more_than_a_tile(
    model: Model, changed: Interventions
) -> None:
    with Watch() as watch:
        trace = vitviz.trace(model, PIXELS, interventions=changed)
        trace.row(1, 5)
        trace.column(1, 5)
        list(trace.pooled(1, 3, BINS))
    assert trace.max_error < 1e-5
    assert 0 < watch.largest_bytes <= MAX_TILE_BYTES


def test_a_whole_matrix_needs_itself_and_a_tile(trace: vitviz.Trace) -> None:
    with Watch() as watch:
        matrix = trace.matrix(1, 3)
    assert matrix.nbytes == MATRIX_BYTES <= MAX_MATRIX_BYTES
    assert watch.largest_bytes <= MATRIX_BYTES


def test_export_of_all_queries_needs_no_more_than_a_tile(
    trace: vitviz.Trace, tmp_path: Path
) -> None:
    selection = Selection((1,), (HeadChoice((2,)),), None)
    with Watch() as watch:
        write_npz(tmp_path / "all.npz", trace, selection)
    assert (tmp_path / "all.npz").stat().st_size > MATRIX_BYTES
    assert 0 < watch.largest_bytes <= MAX_TILE_BYTES


def test_a_matrix_beyond_the_budget_is_refused(
    trace: vitviz.Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitviz.attention.compute.MAX_MATRIX_BYTES", MATRIX_BYTES - 1)
    with pytest.raises(vitviz.VitvizError, match="tiles"):
        trace.matrix(0, 0)
