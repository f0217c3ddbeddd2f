"""A map alone, at the picture's own size: to lay over it, or to compute with.

    PNG   the map's colours, opaque; transparent where the model did not see the picture
    TIFF  the map's values as 32-bit numbers; NaN there

Each pixel has the value of the patch its middle lies in, or, smoothed, one between the
middles of the patches around it.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.PngImagePlugin
import PIL.TiffImagePlugin

from vitviz._version import META_KEY
from vitviz.errors import InputError
from vitviz.views.colour import rgb
from vitviz.views.display import Heat
from vitviz.views.view_state import Look

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup
    from vitviz.domain.placement import Placement

# Tags ImageDescription and Software.
_DESCRIPTION, _SOFTWARE = 270, 305

Array = npt.NDArray[np.float32]


def bare_bytes(
    heat: Heat, setup: Setup, look: Look, ending: str, description: str
) -> bytes:
    """Return the file of a map alone: ".png", else a TIFF.

    description : what it says of itself, JSON.

    Raises InputError for colours as a TIFF.
    """
    values = at_pixels(heat.patches, setup.placement, is_smooth=look.smooth)
    stream = io.BytesIO()
    if ending == ".png":
        made = np.zeros((*values.shape, 4), np.uint8)
        is_seen = np.isfinite(values)
        if heat.colours is None:
            fraction = heat.levels.fraction(np.nan_to_num(values))
            made[..., :3] = rgb(fraction, look.colormap)
        else:
            for channel in range(3):
                found = at_pixels(
                    heat.colours[..., channel],
                    setup.placement,
                    is_smooth=look.smooth,
                )
                made[..., channel] = np.rint(255 * np.nan_to_num(found))
        made[..., 3] = 255
        made[~is_seen] = 0
        info = PIL.PngImagePlugin.PngInfo()
        info.add_itxt(META_KEY, description)
        PIL.Image.fromarray(made).save(stream, "PNG", pnginfo=info)
        return stream.getvalue()
    tags = PIL.TiffImagePlugin.ImageFileDirectory_v2()
    # ASCII, which is all that the tag holds: JSON escapes what is beyond
    tags[_DESCRIPTION] = json.dumps(json.loads(description))
    tags[_SOFTWARE] = "vitviz"
    if heat.colours is not None:
        raise InputError("Colours are no values: write them as .png or .npz.")
    PIL.Image.fromarray(values).save(stream, "TIFF", tiffinfo=tags)
    return stream.getvalue()


def at_pixels(
    patches: npt.NDArray[np.floating], placement: Placement, *, is_smooth: bool = False
) -> Array:
    """Return a map, (R, C), at each pixel of the picture, (H, W) float32.

    NaN where the model did not see the picture.
    """
    rows, cols = patches.shape
    width, height = placement.source_size
    across = _places(width, cols, placement, 0)
    down = _places(height, rows, placement, 1)
    seen = placement.seen_rect()
    x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
    is_out_x = (x < seen.x) | (x >= seen.x + seen.width)
    is_out_y = (y < seen.y) | (y >= seen.y + seen.height)
    if is_smooth:
        made = _between(_between(patches, down).T, across).T
    else:
        row = np.clip(np.floor(down), 0, rows - 1).astype(int)
        col = np.clip(np.floor(across), 0, cols - 1).astype(int)
        made = patches[np.ix_(row, col)]
    values: Array = np.array(made, np.float32)
    values[is_out_y] = np.nan
    values[:, is_out_x] = np.nan
    return values


def _places(
    length: int, count: int, placement: Placement, axis: int
) -> npt.NDArray[np.float64]:
    """Return where the middle of each pixel lies along an axis, in patches."""
    first, last = (placement.to_model(at, at)[axis] for at in (0.5, length - 0.5))
    model: npt.NDArray[np.float64] = np.linspace(first, last, length)
    return model * (count / placement.model_size[axis])


def _between(
    values: npt.NDArray[np.floating], places: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return values interpolated along the first axis at places in patches."""
    count = values.shape[0]
    middle = np.clip(places - 0.5, 0, count - 1)
    low = np.minimum(middle.astype(int), max(count - 2, 0))
    high = np.minimum(low + 1, count - 1)
    share = (middle - low)[:, None]
    made: npt.NDArray[np.float64] = values[low] * (1 - share) + values[high] * share
    return made
