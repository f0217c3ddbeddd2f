"""Jobs for stepping through a folder: they wait until nothing else is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vitviz.jobs.queue import Context, Job
from vitviz.pictures.folder import Listing, PictureCache, listing
from vitviz.system.atomic_files import sweep

if TYPE_CHECKING:
    from vitviz.pictures.source import SourceImage


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A small picture; None for a file that has none."""

    path: Path
    pixels: npt.NDArray[np.uint8] | None


def list_pictures(paths: Sequence[Path]) -> Job:
    """A job that returns a Listing. Raises InputError."""

    def job(context: Context) -> Listing:
        return listing(paths)

    return job


def read_ahead(cache: PictureCache, paths: Sequence[Path]) -> Job:
    """A job that reads the pictures which are likely to be asked for next."""

    def job(context: Context) -> None:
        cache.keep_only(paths)
        for path in paths:
            context.raise_if_cancelled()
            cache.read(path)

    return job


def make_thumbnails(paths: Sequence[Path], side_px: int) -> Job:
    """A job that reports a Thumbnail for each path."""

    def job(context: Context) -> None:
        from vitviz.pictures.folder import thumbnail

        for path in paths:
            context.raise_if_cancelled()
            context.report(Thumbnail(path, thumbnail(path, side_px)))

    return job


def sweep_folders(folders: Sequence[str]) -> Job:
    """A job that removes what killed processes left there; returns the folders."""

    def job(context: Context) -> Sequence[str]:
        for folder in folders:
            context.raise_if_cancelled()
            sweep(Path(folder))
        return folders

    return job


def read_picture(
    source: str | Path | bytes,
    name: str | None = None,
    cache: PictureCache | None = None,
) -> Job:
    """A job that returns a SourceImage with its copies. Raises ImageError.

    ahead : where it may lie already.
    """

    def job(context: Context) -> SourceImage:
        from vitviz.pictures.source import load_for_screen

        known = cache.get(source) if cache and isinstance(source, Path) else None
        return known or load_for_screen(source, name=name)

    return job
