"""Jobs for stepping through a folder: they wait until nothing else is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vitviz.jobs.queue import Context
from vitviz.pictures.folder import Listing, PictureCache, listing
from vitviz.pictures.reading import AS_IT_IS, Reading
from vitviz.system.atomic_files import sweep

if TYPE_CHECKING:
    from vitviz.pictures.source import SourceImage


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A small picture; None for a file that has none."""

    path: Path
    pixels: npt.NDArray[np.uint8] | None


def list_pictures(context: Context, paths: Sequence[Path]) -> Listing:
    """Return a Listing. Raises InputError."""
    return listing(paths)


def read_ahead(
    context: Context,
    cache: PictureCache,
    paths: Sequence[Path],
    reading: Reading = AS_IT_IS,
) -> None:
    """Read the pictures which are likely to be asked for next."""
    cache.keep_only(paths)
    for path in paths:
        context.raise_if_cancelled()
        cache.read(path, context.is_cancelled, reading)


def make_thumbnails(context: Context, paths: Sequence[Path], side_px: int) -> None:
    """Report a Thumbnail for each path."""
    from vitviz.pictures.folder import thumbnail

    for path in paths:
        context.raise_if_cancelled()
        made = thumbnail(path, side_px, context.is_cancelled)
        context.report(Thumbnail(path, made))


def sweep_folders(context: Context, folders: Sequence[str]) -> Sequence[str]:
    """Remove what killed processes left there; return the folders."""
    for folder in folders:
        context.raise_if_cancelled()
        sweep(Path(folder))
    return folders


def read_picture(
    context: Context,
    source: str | Path | bytes,
    name: str | None = None,
    cache: PictureCache | None = None,
    reading: Reading = AS_IT_IS,
) -> SourceImage:
    """Return a SourceImage with its copies. Raises ImageError, Cancelled.

    cache : where it may be already.
    reading : what is shown of a file that holds more than a picture of 8 bits.
    """
    from vitviz.pictures.source import load_for_screen

    known = cache.get(source) if cache and isinstance(source, Path) else None
    if known is not None and known.reading == reading:
        return known
    return load_for_screen(
        source, name=name, reading=reading, is_cancelled=context.is_cancelled
    )
