"""Small pictures for the film strip; what cannot be read has none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image

from vitviz import decoding
from vitviz.errors import VitvizError
from vitviz.images import load_image

MAX_FILE_BYTES = 64 * 2**20


def thumbnail(path: Path, side_px: int) -> npt.NDArray[np.uint8] | None:
    """(H, W, 3) uint8, C-contiguous, no side longer than `side_px`; upright, sRGB.

    May be called from any thread.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
            return None
        data = path.read_bytes()
        if data[:2] == b"\xff\xd8":
            pixels = decoding.decode_small_jpeg(data, path.name, side_px)
        else:
            pixels = load_image(data, name=path.name).pixels
    except (OSError, ValueError, VitvizError):
        return None
    picture = PIL.Image.fromarray(pixels)
    picture.thumbnail((side_px, side_px), PIL.Image.Resampling.BILINEAR)
    return np.ascontiguousarray(picture, np.uint8)
