"""Source pixels, model pixels and tokens map to each other exactly."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.transforms import v2

from vitviz.domain.geometry import POOL, PatchGrid
from vitviz.domain.placement import Fit, Placement, place
from vitviz.errors import SelectionError

sides = st.integers(1, 3000)
patches = st.sampled_from([8, 14, 16, 28, 32])


@st.composite
def placements(draw: st.DrawFn) -> tuple[Placement, PatchGrid]:
    patch = draw(patches)
    short, long = sorted((draw(sides), draw(sides)))
    if long > 8 * short:
        long = 8 * short
    source = draw(st.permutations([short, long]))
    placement = place(
        (source[0], source[1]),
        patch_size=(patch, patch),
        size=(draw(st.integers(1, 600)), draw(st.integers(1, 600))),
        fit=draw(st.sampled_from(list(Fit))),
        resize=draw(st.none() | st.integers(1, 700)),
    )
    width, height = placement.model_size
    return placement, PatchGrid(
        height // patch, width // patch, draw(st.integers(0, 5))
    )


@given(placements(), st.floats(-50, 3000), st.floats(-50, 3000))
def test_round_trip(made: tuple[Placement, PatchGrid], x: float, y: float) -> None:
    placement, _ = made
    there = placement.to_model(x, y)
    assert placement.to_source(*there) == pytest.approx((x, y), abs=1e-6)


@given(placements())
def test_a_cell_is_found_at_its_middle(made: tuple[Placement, PatchGrid]) -> None:
    placement, grid = made
    seen = placement.seen_rect()
    for row in {0, grid.rows // 2, grid.rows - 1}:
        for col in {0, grid.cols // 2, grid.cols - 1}:
            rect = placement.cell_rect(row, col, grid)
            x, y = rect.x + rect.width / 2, rect.y + rect.height / 2
            found = placement.cell_at(x, y, grid)
            assert found == ((row, col) if seen.has(x, y) else None)
            assert grid.cell(grid.token(row, col)) == (row, col)


@given(placements())
def test_what_is_seen_lies_inside_picture_and_input(
    made: tuple[Placement, PatchGrid],
) -> None:
    placement, _ = made
    seen, whole = placement.seen_rect(), placement.input_rect()
    width, height = placement.source_size
    assert 0 <= seen.x <= seen.x + seen.width <= width
    assert 0 <= seen.y <= seen.y + seen.height <= height
    assert whole.x <= seen.x + 1e-6
    if placement.fit is Fit.CROP:
        assert (seen.x, seen.y) == pytest.approx((whole.x, whole.y), abs=1e-6)
        assert seen.width == pytest.approx(whole.width, abs=1e-6)
    else:
        assert (seen.width, seen.height) == pytest.approx((width, height))


@given(st.integers(20, 900), st.integers(20, 900), st.sampled_from([None, 256, 248]))
@settings(max_examples=60, deadline=None)
def test_crop_is_torchvisions(width: int, height: int, resize: int | None) -> None:
    """A ramp of x and y through torchvision's transform lands where we say."""
    placement = place(
        (width, height), patch_size=(16, 16), size=(224, 224), resize=resize
    )
    transform = v2.Compose([v2.Resize(resize or 224), v2.CenterCrop(224)])
    resized = v2.Resize(resize or 224)(PIL.Image.new("L", (width, height)))
    assert placement.resized_size == resized.size
    marks = np.zeros((resized.height, resized.width), np.uint8)
    left, top = placement.offset
    marks[top, left] = 255
    cropped = np.asarray(transform.transforms[1](PIL.Image.fromarray(marks)))
    assert cropped[0, 0] == 255, "the crop's corner is where we say"


@pytest.mark.parametrize(
    ("asked", "got", "note"),
    [
        ((224, 224), (224, 224), ""),
        ((230, 225), (224, 224), "230×225 rounded to 224×224"),
        ((5, 5), (16, 16), "5×5 rounded to 16×16"),
        ((232, 232), (240, 240), "232×232 rounded to 240×240"),
    ],
)
def test_sizes_are_rounded_to_the_patch_and_said(
    asked: tuple[int, int], got: tuple[int, int], note: str
) -> None:
    placement = place((640, 480), patch_size=(16, 16), size=asked)
    assert placement.model_size == got
    assert placement.note == note


def test_whole_keeps_the_aspect_on_a_grid_that_is_not_square() -> None:
    placement = place((640, 320), patch_size=(16, 16), size=(224, 224), fit=Fit.WHOLE)
    assert placement.model_size == (448, 224)
    assert placement.seen_rect().width == 640


def test_letterbox_pads_the_short_side() -> None:
    fit = Fit.LETTERBOX
    placement = place((640, 320), patch_size=(16, 16), size=(224, 224), fit=fit)
    assert placement.resized_size == (224, 112)
    assert placement.offset == (0, -56)
    grid = PatchGrid(14, 14)
    assert placement.cell_at(320, 1, grid) == (3, 7)
    assert placement.cell_at(320, -40, grid) is None, "padding is not the picture"


@pytest.mark.parametrize("size", [(0, 224), (-16, 16), (9000, 224)])
def test_sizes_out_of_range(size: tuple[int, int]) -> None:
    with pytest.raises(SelectionError):
        place((640, 480), patch_size=(16, 16), size=size)


def test_tokens() -> None:
    grid = PatchGrid(rows=3, cols=4, num_prefix_tokens=2)
    assert grid.num_tokens == 14
    assert grid.token(0, 0) == 2
    assert grid.cell(1) is None
    assert grid.cell(13) == (2, 3)
    assert grid.cell(POOL) is None
    for bad in (-2, 14):
        with pytest.raises(SelectionError):
            grid.cell(bad)
    with pytest.raises(SelectionError):
        grid.token(3, 0)
