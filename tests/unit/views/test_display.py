"""What is on screen, for every combination of what may be chosen of a view.

The reference is transformers' own eager attention, and formulas written out here.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from transformers import ViTModel

import vitviz
from vitviz.attention.trace import Trace
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.models.load import load_model
from vitviz.pictures.preprocessing import placement_for, prepare
from vitviz.pictures.source import load_image
from vitviz.views.display import (
    Display,
    maps_of,
    on_levels,
    preview,
    resolve,
    series,
)
from vitviz.views.overlay import overlay
from vitviz.views.query_numbers import NONE, query_numbers
from vitviz.views.view_state import Direction, Scale, Style, ViewState

Array = npt.NDArray[np.float32]

LAYER, TOKEN, CLIP = 2, 17, 10.0


@pytest.fixture(scope="module")
def eager(model_folder: Path, photo: Path) -> Array:
    """(L, H, N, N): attention as transformers writes it out itself."""
    model, image = load_model(model_folder), load_image(photo)
    placed = placement_for(image.size, model.preprocessing, model.info.patch_size)
    pixels = prepare(image, placed, model.preprocessing)
    module = ViTModel.from_pretrained(
        model_folder, attn_implementation="eager", add_pooling_layer=False
    ).eval()
    with torch.inference_mode():
        found = module(torch.from_numpy(pixels)[None], output_attentions=True)
    return np.stack([one[0].numpy() for one in found.attentions])


@pytest.fixture(scope="module")
def trace(model_folder: Path, photo: Path) -> Trace:
    return vitviz.trace(load_model(model_folder), photo)


def shown(state: ViewState, trace: Trace) -> Display:
    display = resolve(state, trace)
    assert display is not None
    return display


def expected(
    eager: Array, state: ViewState
) -> tuple[npt.NDArray[np.float64], float, float]:
    """((R, C), low, high) by hand: head, axis, special tokens, scale."""
    heads = eager[LAYER]
    if state.direction is Direction.LOOKED_AT_BY:
        heads = heads.transpose(0, 2, 1)
    rows = heads[:, TOKEN].astype(np.float64)

    def patches(row: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        on_grid = row[1:].reshape(7, 7)
        return on_grid / on_grid.sum() if state.renormalise else on_grid

    one = patches(rows.mean(axis=0))
    measured = one
    if state.scale is Scale.SHARED:
        measured = np.stack([patches(row) for row in rows])
    if state.scale is Scale.FIXED:
        low, high = state.fixed_range
        return one, max(low, high / 1000) if state.log else low, high
    high = float(measured.max())
    if state.clip_percent:
        high = float(np.percentile(measured, 100 - state.clip_percent))
    return one, high / 1000 if state.log else 0.0, high


COMBINATIONS = [
    ViewState(
        layer=LAYER,
        token=TOKEN,
        direction=direction,
        log=log,
        renormalise=renormalise,
        clip_percent=CLIP if clips else 0.0,
        scale=scale,
        fixed_range=(0.001, 0.02),
    )
    for direction, log, renormalise, clips, scale in itertools.product(
        Direction, (False, True), (False, True), (False, True), Scale
    )
]


def name_of(state: ViewState) -> str:
    words = [state.direction.value, state.scale.value]
    words += [n for n in ("log", "renormalise") if getattr(state, n)]
    return "-".join([*words, f"clip{state.clip_percent:g}"])


@pytest.mark.parametrize("state", COMBINATIONS, ids=name_of)
def test_the_map_and_its_scale(state: ViewState, trace: Trace, eager: Array) -> None:
    heat = shown(state, trace).heat
    assert heat is not None
    patches, low, high = expected(eager, state)
    np.testing.assert_allclose(heat.patches, patches, rtol=1e-4, atol=1e-7)
    assert heat.levels.low == pytest.approx(low, rel=1e-4, abs=1e-9)
    assert heat.levels.high == pytest.approx(high, rel=1e-4)
    assert heat.levels.log is state.log
    assert heat.num_clipped == int((patches > high * (1 + 1e-5)).sum())
    if state.clip_percent and state.scale is Scale.OWN:
        assert heat.num_clipped > 0


def test_what_a_new_view_is_drawn_with(trace: Trace) -> None:
    """From 0 to the 99th percentile; magma, and viridis where it hides the picture."""
    state = ViewState(layer=LAYER, token=TOKEN)
    heat = shown(state, trace).heat
    assert heat is not None
    high = float(np.percentile(heat.patches, 99))
    assert heat.levels.high == pytest.approx(high, rel=1e-5)
    assert heat.num_clipped == 1
    for style, name in (
        (Style.TINT, "magma"),
        (Style.MAP, "viridis"),
        (Style.SPOTLIGHT, "magma"),
    ):
        assert replace(state, style=style).look.colormap == name
        chosen = replace(state, style=style, colormap="gray")
        assert chosen.look.colormap == "gray"


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("smooth", [False, True])
def test_colours_are_those_of_the_levels(
    style: Style, smooth: bool, trace: Trace
) -> None:
    """At a smoothed map's patch middles the value stays between its neighbours."""
    state = ViewState(layer=LAYER, token=TOKEN, style=style, smooth=smooth)
    display = shown(state, trace)
    assert display.heat is not None
    rgba = overlay(display.heat, display.look)
    assert rgba.shape == ((56, 56, 4) if smooth else (7, 7, 4))
    if smooth:
        return
    share = np.minimum(display.heat.patches / display.heat.levels.high, 1)
    opacity = {Style.TINT: 0.85, Style.MAP: 1.0, Style.SPOTLIGHT: 0.85}[style]
    alpha = {
        Style.TINT: 255 * opacity * share,
        Style.MAP: np.full_like(share, 255 * opacity),
        Style.SPOTLIGHT: 255 * opacity * (1 - share),
    }[style]
    assert np.abs(rgba[..., 3] - alpha).max() <= 1


def test_smoothing_is_bilinear_between_the_middles_of_patches(trace: Trace) -> None:
    state = ViewState(layer=LAYER, token=TOKEN, style=Style.SPOTLIGHT, smooth=True)
    display = shown(state, trace)
    assert display.heat is not None
    values = torch.from_numpy(display.heat.patches)[None, None]
    wanted = torch.nn.functional.interpolate(
        values, scale_factor=8, mode="bilinear", align_corners=False
    )[0, 0].numpy()
    share = np.minimum(wanted / display.heat.levels.high, 1)
    alpha = 255 * 0.85 * (1 - share)
    rgba = overlay(display.heat, display.look)
    assert np.abs(rgba[..., 3] - alpha).max() <= 1


@pytest.mark.parametrize(
    ("heads", "fused"),
    [
        (HeadChoice(), lambda rows: rows.mean(axis=0)),
        (HeadChoice((1,)), lambda rows: rows[1]),
        (HeadChoice((0, 2), Fusion.MAX), lambda rows: rows[[0, 2]].max(axis=0)),
        (HeadChoice((), Fusion.MIN), lambda rows: rows.min(axis=0)),
        (HeadChoice((1, 9)), lambda rows: rows[1]),
    ],
    ids=["mean", "one", "max of two", "min", "one that is not there"],
)
def test_heads(heads: HeadChoice, fused: object, trace: Trace, eager: Array) -> None:
    assert callable(fused)
    display = shown(ViewState(layer=LAYER, token=TOKEN, heads=heads), trace)
    assert display.heat is not None
    wanted = fused(eager[LAYER, :, TOKEN])[1:].reshape(7, 7)
    np.testing.assert_allclose(display.heat.patches, wanted, atol=1e-6)
    assert all(head < 3 for head in display.state.heads.heads)


@pytest.mark.parametrize(
    ("state", "name", "value"),
    [
        pytest.param(ViewState(layer=-1), "layer", 3, id="the last layer"),
        pytest.param(ViewState(layer=99), "layer", 3, id="a layer too many"),
        pytest.param(ViewState(token=50), "token", 0, id="a token too many"),
        pytest.param(ViewState(others=(3, 70, 0, 3)), "others", (3,), id="others"),
        pytest.param(ViewState(target=7), "target", None, id="no classes"),
    ],
)
def test_wishes_are_brought_into_range(
    state: ViewState, name: str, value: object, trace: Trace
) -> None:
    assert getattr(shown(state, trace).state, name) == value


def test_what_is_beside_stands_on_one_scale(trace: Trace, eager: Array) -> None:
    display = shown(ViewState(layer=LAYER, token=TOKEN, others=(30, 41)), trace)
    assert [token for token, _ in display.beside] == [30, 41]
    rows = [eager[LAYER, :, token].mean(axis=0)[1:] for token in (30, 41)]
    for (_, cell), row in zip(display.beside, rows, strict=True):
        np.testing.assert_allclose(cell.patches.ravel(), row, atol=1e-6)
        high = max(float(np.percentile(row, 99)) for row in rows)
        assert cell.levels.high == pytest.approx(high, rel=1e-5)


def test_the_strip_holds_every_head(trace: Trace, eager: Array) -> None:
    strip = shown(ViewState(layer=LAYER, token=TOKEN), trace).strip
    rows = eager[LAYER, :, TOKEN, 1:].reshape(3, 7, 7)
    wanted = [rows.mean(0), rows.max(0), rows.min(0), *rows]
    for cell, patches in zip(strip, wanted, strict=True):
        np.testing.assert_allclose(cell.patches, patches, atol=1e-6)


def test_a_preview_changes_the_map_alone(trace: Trace, eager: Array) -> None:
    pinned = shown(ViewState(layer=LAYER, token=TOKEN), trace)
    hovered = preview(pinned, trace, 30)
    assert hovered.heat is not None
    wanted = eager[LAYER, :, 30].mean(axis=0)[1:].reshape(7, 7)
    np.testing.assert_allclose(hovered.heat.patches, wanted, atol=1e-6)
    assert hovered.state == pinned.state
    assert hovered.strip is pinned.strip


def test_a_shared_scale_counts_what_lies_beyond_it(trace: Trace) -> None:
    """Two views on one scale: the one with smaller values has nothing beyond."""
    display = shown(ViewState(layer=LAYER, token=TOKEN, clip_percent=CLIP), trace)
    assert display.heat is not None
    assert display.heat.num_clipped == 5  # of 49 patches, a tenth
    wide = replace(display.heat.levels, high=2 * display.heat.peak_value)
    painted = on_levels(display, wide).heat
    assert painted is not None
    assert painted.num_clipped == 0


def test_a_method_has_no_map_before_its_values(trace: Trace) -> None:
    state = ViewState(layer=LAYER, token=TOKEN, method="rollout")
    assert shown(state, trace).heat is None
    values = np.linspace(0, 1, 50, dtype=np.float32)
    display = resolve(state, trace, values=values)
    assert display is not None
    assert display.heat is not None
    np.testing.assert_array_equal(display.heat.patches.ravel(), values[1:])
    assert display.attention.method == "raw"


@pytest.mark.parametrize("clip", [0.0, CLIP])
@pytest.mark.parametrize("log", [False, True])
def test_a_series_shares_one_scale(
    clip: float, log: bool, trace: Trace, eager: Array
) -> None:
    state = ViewState(token=TOKEN, scale=Scale.SHARED, clip_percent=clip, log=log)
    rows = series(trace, state, layers=(0, 2), heads=(HeadChoice((0,)), HeadChoice()))
    values = eager[[0, 2], :, TOKEN, 1:]
    maps = np.stack([values[:, 0], values.mean(axis=1)])
    high = np.percentile(maps, 100 - clip) if clip else maps.max()
    for row in rows:
        for one in row:
            assert one.heat is not None
            assert one.heat.levels.high == pytest.approx(high, rel=1e-5)
            assert one.heat.levels.log is log


def test_numbers_of_the_query_by_hand(trace: Trace, eager: Array) -> None:
    """Reach, entropy and special share of a row, of the mean of all heads."""
    state = ViewState(layer=LAYER, token=TOKEN)
    found = query_numbers(trace, state, maps_of(trace, state, LAYER))
    row = eager[LAYER, :, TOKEN].mean(axis=0).astype(np.float64)
    row /= row.sum()
    spread = float(torch.distributions.Categorical(torch.from_numpy(row)).entropy())
    assert found.entropy == pytest.approx(spread / np.log(len(row)), rel=1e-4)
    assert found.special == pytest.approx(row[0], rel=1e-4)
    here = divmod(TOKEN - 1, 7)
    far = [np.hypot(r - here[0], c - here[1]) for r in range(7) for c in range(7)]
    reach = np.average(far, weights=row[1:])
    assert found.reach == pytest.approx(reach, rel=1e-4)
    cls = replace(state, token=0)
    assert query_numbers(trace, cls, maps_of(trace, cls, LAYER)).reach is None
    column = replace(state, direction=Direction.LOOKED_AT_BY)
    assert query_numbers(trace, column, maps_of(trace, column, LAYER)) == NONE
