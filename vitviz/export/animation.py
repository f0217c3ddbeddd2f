"""Animated GIF of several figures: a frame for each layer or head, all of one size."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import PIL.Image
from PySide6.QtGui import QImage

from vitviz.export.save import Figure, draw
from vitviz.views.colour import Meaning, lookup_table

FRAME_MS = 600
# A longer pause on the last frame shows where the animation begins again.
LAST_FRAME_MS = 1800
# Of the 256 colours of a palette.
NUM_MAP_COLOURS = 72
NUM_GREYS = 12
MAX_FRAME_PIXELS = 4_000_000


def gif_bytes(
    figures: Sequence[Figure],
    *,
    scale: float,
    colormap: str,
    description: str = "",
    on_progress: Callable[[float], None] | None = None,
) -> bytes:
    """Return the figures as one looping GIF, each a frame on white.

    scale : pixels for each figure unit; less where a frame would have more than
        `MAX_FRAME_PIXELS`.
    colormap : of the maps; its colours have places of their own in the palette.
    description : JSON, for the comment of the file.
    on_progress : called with the share of the frames that are drawn, in [0, 1]; what
        it raises ends the work.
    """
    width = max(figure.width for figure in figures)
    height = max(figure.height for figure in figures)
    scale = min(scale, (MAX_FRAME_PIXELS / (width * height)) ** 0.5)
    frames = []
    for number, figure in enumerate(figures, 1):
        frames.append(_pillow(draw(replace(figure, width=width, height=height), scale)))
        if on_progress is not None:
            on_progress(number / len(figures))
    # one palette for all frames, or colours would flicker from frame to frame
    step = max(1, len(frames) // 8)
    sample = np.concatenate([np.asarray(f)[::2, ::2] for f in frames[::step]])
    palette = _palette(sample, colormap)
    pages = [
        frame.quantize(palette=palette, dither=PIL.Image.Dither.NONE)
        for frame in frames
    ]
    buffer = io.BytesIO()
    pages[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=pages[1:],
        duration=[FRAME_MS] * (len(pages) - 1) + [LAST_FRAME_MS],
        loop=0,
        comment=description.encode(),
        disposal=1,
    )
    return buffer.getvalue()


def _palette(sample: npt.NDArray[np.uint8], colormap: str) -> PIL.Image.Image:
    """Return 256 colours: the map's, greys for text, the marks', then the picture's.

    A palette chosen by the pixels alone has few colours of the bar, which would then
    show wrong ones.

    sample : (h, w, 3) uint8 of some frames.
    """
    ramp = np.linspace(0, 255, NUM_MAP_COLOURS).astype(int)
    greys = np.repeat(np.linspace(0, 255, NUM_GREYS)[:, None], 3, axis=1)
    marks = [bytes.fromhex(meaning.value[1:]) for meaning in Meaning]
    own = np.concatenate(
        [
            lookup_table(colormap)[ramp],
            greys.astype(np.uint8),
            np.frombuffer(b"".join(marks), np.uint8).reshape(-1, 3),
        ]
    )
    picture = PIL.Image.fromarray(sample).quantize(256 - len(own))
    rest = np.array(picture.getpalette() or [], np.uint8)[: 3 * (256 - len(own))]
    palette = PIL.Image.new("P", (1, 1))
    palette.putpalette(own.ravel().tolist() + rest.tolist())
    return palette


def _pillow(image: QImage) -> PIL.Image.Image:
    kept = image.convertToFormat(QImage.Format.Format_RGBX8888)
    width, height = kept.width(), kept.height()
    pixels = np.frombuffer(kept.constBits(), np.uint8)
    rows = pixels.reshape(height, kept.bytesPerLine())[:, : 4 * width]
    rgb = rows.reshape(height, width, 4)[..., :3]
    return PIL.Image.fromarray(np.ascontiguousarray(rgb))
