"""Fourteen errors of widely copied attention code, each with a test that catches it.

Every test computes the wrong thing as that code does, shows that it differs here, and
that what the program gives is the right one.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
import torch

import vitviz
from tests.models.dense import Dense, dense_run, timm_model, torchvision_model
from vitviz.domain.heads import Fusion
from vitviz.domain.methods import METHODS
from vitviz.errors import SelectionError, UnsupportedModelError
from vitviz.explain import token_states
from vitviz.explain.run_method import run, token_values
from vitviz.models.load import choose_device
from vitviz.views.colour import levels_for
from vitviz.views.display import heat, maps_of
from vitviz.views.view_state import ViewState

Floats = npt.NDArray[np.floating[Any]]


@pytest.fixture(scope="module")
def pixels() -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    return torch.randn(1, 3, 64, 96, generator=generator)


@pytest.fixture(scope="module")
def registers() -> torch.nn.Module:
    return timm_model(prefix="registers")


@pytest.fixture(scope="module")
def trace(registers: torch.nn.Module, pixels: torch.Tensor) -> vitviz.Trace:
    return vitviz.trace(vitviz.wrap(registers), pixels)


@pytest.fixture(scope="module")
def dense(registers: torch.nn.Module, pixels: torch.Tensor) -> Dense:
    return dense_run(registers, pixels, 2)


def whole(dense: Dense, layer: int) -> Floats:
    """(H, N, N) float64."""
    return dense.attention[layer].double().numpy()


def rolled(matrices: list[Floats]) -> Floats:
    """½M + ½I multiplied over the layers."""
    total: Floats = np.eye(len(matrices[0]))
    for matrix in matrices:
        total = (matrix / 2 + np.eye(len(matrix)) / 2) @ total
    return total


def test_01_rows_not_columns_are_divided(trace: vitviz.Trace, dense: Dense) -> None:
    largest = [whole(dense, layer).max(0) for layer in range(3)]  # no rows sum to 1
    right = rolled([m / m.sum(axis=-1, keepdims=True) for m in largest])
    wrong = rolled([m / m.sum(axis=-1) for m in largest])  # keepdim forgotten
    found = token_values("rollout", trace, query=0, fusion=Fusion.MAX)
    np.testing.assert_allclose(found, right[0], atol=1e-5)
    assert found.sum() == pytest.approx(1, abs=1e-5)
    assert np.abs(wrong.sum(axis=-1) - 1).max() > 0.01


def test_02_each_layer_meets_its_own_gradient(
    registers: torch.nn.Module,
    trace: vitviz.Trace,
    dense: Dense,
    pixels: torch.Tensor,
) -> None:
    def product(slopes: list[torch.Tensor]) -> Floats:
        total = np.eye(trace.num_tokens)
        for weights, slope in zip(dense.attention, slopes, strict=True):
            mixed = (weights * slope).clamp_min(0).mean(0).double().numpy()
            mixed = mixed + np.eye(len(mixed))
            total = mixed / mixed.sum(1, keepdims=True) @ total
        row: Floats = total[0]
        return row

    model = vitviz.wrap(registers)
    found = token_values(
        "gradient-rollout", trace, query=0, model=model, pixels=pixels, target=2
    )
    np.testing.assert_allclose(found, product(dense.gradient), atol=1e-5)
    reversed_ = product(dense.gradient[::-1])  # hooks fire in reverse
    assert np.abs(reversed_ - found).max() > 100 * 1e-5


def test_03_discarding_keeps_the_whole_class_column(trace: vitviz.Trace) -> None:
    first = trace.matrix(0, 0)  # any row may not look at CLS at all
    assert (first[:, 0] < np.median(first, axis=1)).any(), "CLS would be discarded"
    kept = token_values("rollout", trace, query=5, discard=0.9)
    assert kept[0] > 0
    mixed = np.eye(trace.num_tokens)
    for layer in range(trace.num_layers):
        mean = np.mean([trace.matrix(layer, h) for h in range(trace.num_heads)], axis=0)
        flat = mean.copy().ravel()
        flat[np.argsort(flat)[: int(0.9 * flat.size)]] = (
            0  # one cell kept, not a column
        )
        flat[0] = mean[0, 0]
        wrong = flat.reshape(mean.shape) / 2 + np.eye(len(mean)) / 2
        mixed = wrong @ mixed
    assert np.abs(mixed[5] - kept).max() > 1e-3


def test_04_attention_is_not_the_input_times_the_value(
    trace: vitviz.Trace, dense: Dense, registers: torch.nn.Module, pixels: torch.Tensor
) -> None:
    row = trace.row(1, 0)
    np.testing.assert_allclose(row, whole(dense, 1)[:, 0], atol=1e-5)
    states = token_states.states(vitviz.wrap(registers), trace, pixels=pixels).values[1]
    values = dense.values[1].transpose(0, 1).flatten(1)
    wrong = torch.softmax(states[0] @ values.T, dim=-1).numpy()
    assert np.abs(wrong - row.mean(0)).max() > 0.01


def test_05_special_tokens_are_asked_for_not_guessed(trace: vitviz.Trace) -> None:
    assert trace.num_prefix_tokens == 5
    assert trace.num_tokens == 5 + 4 * 6
    assert int(math.sqrt(trace.num_tokens - 1)) ** 2 != trace.num_tokens - 1
    row = np.arange(trace.num_tokens, dtype=np.float32)
    np.testing.assert_array_equal(trace.patch_map(row).ravel(), np.arange(5, 29))
    module: Any = timm_model(prefix="registers")
    module.num_prefix_tokens = 2
    with pytest.raises(UnsupportedModelError, match="29 tokens"):
        vitviz.trace(vitviz.wrap(module), torch.zeros(1, 3, 64, 96))


def test_06_a_method_is_never_replaced_by_another(
    registers: torch.nn.Module, trace: vitviz.Trace, pixels: torch.Tensor
) -> None:
    with pytest.raises(SelectionError, match="no method flow"):
        run("flow", trace)
    model = vitviz.wrap(registers)
    seen: dict[str, Floats] = {}
    for name in METHODS:
        found = token_values(name, trace, query=7, model=model, pixels=pixels)
        for other, values in seen.items():
            same = np.allclose(found, values, atol=1e-6)
            assert not same, f"{name} gives what {other} gives"
        seen[name] = found


def test_07_the_overlay_lies_on_what_the_model_saw(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    PIL.Image.new("RGB", (400, 300), "red").save(path)
    trace = vitviz.trace(vitviz.wrap(torchvision_model()), path)
    rect = trace.setup.placement.input_rect()
    assert rect.width < 0.8 * 400, "a crop, not the whole photograph"
    cell = trace.setup.placement.cell_rect(0, 0, trace.setup.grid)
    stretched = 400 / trace.grid[1]  # one column, if the map were laid over all of it
    assert abs(cell.width - stretched) > 10
    assert (cell.x, cell.y) == pytest.approx((rect.x, rect.y))
    assert cell.width * trace.grid[1] == pytest.approx(rect.width)


def test_08_a_flat_map_looks_flat(trace: vitviz.Trace) -> None:
    waves = 1 + 1e-4 * np.sin(np.arange(24))
    flat = np.asarray(waves / 29, np.float32)
    shown = levels_for(flat).fraction(flat)
    assert shown.max() - shown.min() < 1e-3
    stretched = (flat - flat.min()) / (flat.max() - flat.min())
    assert stretched.max() - stretched.min() == pytest.approx(1)


def test_09_a_row_is_not_a_column(trace: vitviz.Trace, dense: Dense) -> None:
    matrix = whole(dense, 1)
    np.testing.assert_allclose(trace.row(1, 7), matrix[:, 7, :], atol=1e-5)
    np.testing.assert_allclose(trace.column(1, 7), matrix[:, :, 7], atol=1e-5)
    assert np.abs(matrix[:, 7, :] - matrix[:, :, 7]).max() > 0.05


def test_10_norms_are_taken_before_the_last_norm(
    registers: torch.nn.Module, trace: vitviz.Trace, pixels: torch.Tensor
) -> None:
    states = token_states.states(vitviz.wrap(registers), trace, pixels=pixels)
    found = token_states.norms(states)[-1]
    module: Any = registers
    with torch.no_grad():
        expected = module.forward_features(pixels)[0].norm(dim=-1).numpy()
    spread = found.max() / found.min(), expected.max() / expected.min()
    assert np.abs(found - expected).max() > 0.1
    before = []
    hook = module.blocks[-1].register_forward_hook(
        lambda _m, _args, out: before.append(out[0].norm(dim=-1).detach().numpy())
    )
    with torch.no_grad():
        module(pixels)
    hook.remove()
    np.testing.assert_allclose(found, before[0], rtol=1e-4)
    assert spread[0] > spread[1], "the norm makes lengths alike"


def test_11_without_special_tokens_rows_are_divided_or_it_is_said(
    trace: vitviz.Trace,
) -> None:
    state = ViewState(layer=1, token=0, renormalise=True)
    shown = heat(trace, state, maps_of(trace, state, 1))
    assert shown.patches.sum() == pytest.approx(1, abs=1e-5)
    assert shown.special_share > 0.05, "dropping it alone would lose something"
    assert shown.uniform == pytest.approx(1 / 24)
    plain = ViewState(layer=1, token=0)
    kept = heat(trace, plain, maps_of(trace, plain, 1))
    total = kept.patches.sum() + kept.special_share
    assert total == pytest.approx(1, abs=1e-5)


def test_12_softmax_runs_over_the_keys(trace: vitviz.Trace) -> None:
    capture = trace.capture(1)
    scores = (capture.q @ capture.k.transpose(-1, -2) * capture.scale).double()
    right = scores.softmax(-1).numpy()
    for head in range(trace.num_heads):
        np.testing.assert_allclose(trace.matrix(1, head), right[head], atol=1e-6)
    for axis in (0, 1):
        wrong = scores.softmax(axis).numpy()
        assert np.abs(wrong.sum(-1) - 1).max() > 0.1


def test_13_nothing_piles_up_from_picture_to_picture(
    registers: torch.nn.Module, pixels: torch.Tensor
) -> None:
    model = vitviz.wrap(registers)
    first = vitviz.trace(model, pixels)
    other = vitviz.trace(model, pixels.flip(-1))
    again = vitviz.trace(model, pixels)
    np.testing.assert_array_equal(first.row(2, 3), again.row(2, 3))
    assert np.abs(first.row(2, 3) - other.row(2, 3)).max() > 1e-3
    parts = list(registers.modules())
    assert not any(p._forward_hooks or p._forward_pre_hooks for p in parts)
    assert len(again.captures) == len(first.captures) == 3


def test_14_the_device_is_the_models_own(
    registers: torch.nn.Module, trace: vitviz.Trace
) -> None:
    assert {c.q.device for c in trace.captures if c is not None} == {
        next(registers.parameters()).device
    }
    assert choose_device("cpu").type == "cpu"
    found = {
        path
        for path in Path(vitviz.__file__).parent.rglob("*.py")
        if ".cuda()" in path.read_text("utf-8")
    }
    assert not found
