"""Overlay of a map over the picture, as RGBA for the window and for figures. No Qt."""

from __future__ import annotations

import numpy as np

from vitviz.views.colour import DIVERGING, Array, Bytes, Levels, rgb
from vitviz.views.display import Heat
from vitviz.views.view_state import Look, Style

# Cell sizes at which the grid's lines are no longer drawn, and fully drawn.
GRID_FADES_PX = (6.0, 14.0)
# Alpha of the white lines of a fully drawn grid, of 255.
GRID_ALPHA = 64
# Steps between the middles of two patches where a map is smoothed.
SMOOTH_FACTOR = 8
# Share of the photograph's light that a tint leaves outside of what the model saw.
TINT_UNSEEN = 0.3
# The same under a map, whose lowest colour may be black, and under a spotlight: as a
# share of what shines through the darkest patch.
COVERED_UNSEEN = 0.4
# Grey and alpha, of 255, of the hatching there: seen on black and on white pictures.
HATCH = (140, 110)


def overlay(heat: Heat, look: Look) -> Bytes:
    """Return a map as (R, C, 4) uint8; (8·R, 8·C, 4) where the look is smooth."""
    if heat.colours is not None:
        return coloured_rgba(heat.colours, look)
    patches = smoothed(heat.patches, SMOOTH_FACTOR) if look.smooth else heat.patches
    return overlay_rgba(patches, heat.levels, look.style, look.colormap, look.opacity)


def unseen_light(look: Look) -> float:
    """Return the share of the photograph's light left outside of what the model saw.

    It is less than what any map of this look leaves of a patch that the model did see,
    so that what is left out never looks like what is attended to.
    """
    match look.style:
        case Style.TINT:
            return TINT_UNSEEN
        case Style.MAP | Style.SPOTLIGHT:
            return COVERED_UNSEEN * (1 - look.opacity)


def grid_strength(cell_px: float) -> float:
    """Return how strongly the grid of cells of that size is drawn, in [0, 1]."""
    gone, full = GRID_FADES_PX
    return min(1.0, max(0.0, (cell_px - gone) / (full - gone)))


def overlay_rgba(
    patches: Array, levels: Levels, style: Style, colormap: str, opacity: float
) -> Bytes:
    """Return a map as (R, C, 4) uint8 to lay over the picture.

    Tint: the colour map, more opaque where the value is higher. Map: the colour map,
    equally opaque everywhere. Spotlight: black, more opaque where the value is lower.

    opacity : the largest, in [0, 1].
    """
    fraction = levels.fraction(patches)
    out = np.empty((*fraction.shape, 4), np.uint8)
    match style:
        case Style.TINT:
            out[..., :3] = rgb(fraction, colormap)
            out[..., 3] = np.rint(255 * opacity * fraction)
        case Style.MAP:
            out[..., :3] = rgb(fraction, colormap)
            out[..., 3] = round(255 * opacity)
        case Style.SPOTLIGHT:
            out[..., :3] = 0
            out[..., 3] = np.rint(255 * opacity * (1 - fraction))
    return out


def coloured_rgba(colours: Array, look: Look) -> Bytes:
    """Return colours, (R, C, 3), as (R, C, 4) uint8, equally opaque in every style."""
    channels = [colours[..., channel] for channel in range(3)]
    if look.smooth:
        channels = [smoothed(channel, SMOOTH_FACTOR) for channel in channels]
    out = np.empty((*channels[0].shape, 4), np.uint8)
    out[..., :3] = np.rint(255 * np.stack(channels, axis=-1))
    out[..., 3] = round(255 * look.opacity)
    return out


def tinted_difference(patches: Array, levels: Levels, opacity: float) -> Bytes:
    """Return a difference as (R, C, 4) uint8, transparent at zero and at NaN."""
    fraction = levels.fraction(patches)
    out = np.empty((*fraction.shape, 4), np.uint8)
    out[..., :3] = rgb(fraction, DIVERGING)
    strength = np.where(np.isfinite(patches), 2 * np.abs(fraction - 0.5), 0)
    out[..., 3] = np.rint(255 * opacity * strength)
    return out


def smoothed(patches: Array, factor: int) -> Array:
    """Return (R, C) as (R·factor, C·factor), bilinear between the patches' middles."""
    return _stretched(_stretched(patches, factor).T, factor).T


def _stretched(values: Array, factor: int) -> Array:
    """Return values interpolated along the first axis: (R, C) → (R·factor, C)."""
    count = values.shape[0]
    middle = (np.arange(count * factor, dtype=np.float32) + 0.5) / factor - 0.5
    middle = np.clip(middle, 0, count - 1)
    low = np.minimum(middle.astype(int), max(count - 2, 0))
    high = np.minimum(low + 1, count - 1)
    share = (middle - low)[:, None].astype(np.float32)
    stretched: Array = values[low] * (1 - share) + values[high] * share
    return stretched
