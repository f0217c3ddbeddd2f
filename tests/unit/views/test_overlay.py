"""The overlay: colours and transparency by hand, smoothing against scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.transform import resize

from vitviz.views.colour import Levels, lookup_table
from vitviz.views.overlay import overlay_rgba, smoothed
from vitviz.views.view_state import Style

VALUES = np.array([[0.0, 0.25], [0.5, 2.0]], np.float32)
LEVELS = Levels(0.0, 1.0)
"""Fractions 0, ¼, ½ and, clipped, 1: entries 0, 64, 128 and 255 of the table."""


def test_tint_is_transparent_where_nothing_is() -> None:
    rgba = overlay_rgba(VALUES, LEVELS, Style.TINT, "viridis", 0.8)
    assert rgba.dtype == np.uint8
    assert rgba[..., 3].ravel().tolist() == [0, 51, 102, 204]
    table = lookup_table("viridis")
    np.testing.assert_array_equal(rgba[..., :3].reshape(4, 3), table[[0, 64, 128, 255]])


def test_map_is_equally_opaque() -> None:
    rgba = overlay_rgba(VALUES, LEVELS, Style.MAP, "magma", 1.0)
    assert (rgba[..., 3] == 255).all()
    np.testing.assert_array_equal(rgba[1, 1, :3], lookup_table("magma")[255])


def test_spotlight_darkens_where_nothing_is() -> None:
    rgba = overlay_rgba(VALUES, LEVELS, Style.SPOTLIGHT, "viridis", 1.0)
    assert (rgba[..., :3] == 0).all()
    assert rgba[..., 3].ravel().tolist() == [255, 191, 128, 0]


@pytest.mark.parametrize("shape", [(5, 7), (1, 4), (4, 1), (1, 1), (2, 2)])
@pytest.mark.parametrize("factor", [1, 2, 8])
def test_smoothing_is_bilinear(shape: tuple[int, int], factor: int) -> None:
    values = np.random.default_rng(3).random(shape, np.float32)
    expected = resize(
        values,
        (shape[0] * factor, shape[1] * factor),
        order=1,
        mode="edge",
        anti_aliasing=False,
    )
    np.testing.assert_allclose(smoothed(values, factor), expected, atol=1e-5)
