"""Images for the large picture, which a chapter shows in place of the map."""

from __future__ import annotations

import numpy as np

from vitviz.views.colour import Array, Bytes, Levels, levels_for
from vitviz.views.overlay import coloured_rgba, overlay_rgba, tinted_difference
from vitviz.views.view_state import Look, Style


def nothing() -> Bytes:
    """Return an image that leaves the picture as it is, without a map."""
    return np.zeros((1, 1, 4), np.uint8)


def tinted(values: Array, look: Look, levels: Levels | None = None) -> Bytes:
    """Return values of the patches, (R, C), from 0 up, as a tint."""
    levels = levels or levels_for(values)
    return overlay_rgba(values, levels, Style.TINT, look.colormap, look.opacity)


def coloured(colours: Array, look: Look) -> Bytes:
    """Return colours of the patches, (R, C, 3) in [0, 1], as they are laid over."""
    return coloured_rgba(colours, look)


def signed(values: Array, look: Look) -> Bytes:
    """Return values of the patches, (R, C), below and above 0, in two colours."""
    top = float(np.abs(values).max()) or 1.0
    return tinted_difference(values, Levels(-top, top), look.opacity)
