"""Pictures of a folder: which there are, their order, thumbnails, and reading ahead.

    listing       the pictures that a file, a folder or folders of classes bring
    PictureCache  neighbours of the picture on screen, read before they are opened
    thumbnail     small pictures for the film strip

Nothing here raises for a picture that cannot be read; opening it says why.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vitviz.errors import InputError
from vitviz.pictures import decode
from vitviz.pictures.reading import AS_IT_IS, Reading
from vitviz.system.untrusted_files import read_untrusted

if TYPE_CHECKING:
    from vitviz.pictures.source import SourceImage


# Names of files that are taken for pictures; whether one is, its content decides later.
SUFFIXES = frozenset(
    f".{kind}"
    for kind in (
        *("jpg", "jpeg", "jpe", "png", "webp", "bmp", "gif", "tif", "tiff", "avif"),
        *("ppm", "pgm", "pbm", "pnm", "heic", "heif", "dng", "dcm", "nii", "nii.gz"),
    )
)
MAX_PICTURES = 50_000
# Names that are looked at: a file system that is a program may never end its list.
MAX_ENTRIES = 1_000_000
AHEAD_FILE_BYTES = 32 * 2**20
AHEAD_PIXEL_BYTES = 128 * 2**20


@dataclass(frozen=True, slots=True)
class Listing:
    """Pictures to step through."""

    paths: tuple[Path, ...] = ()
    # Index of the picture to begin with.
    start: int = 0
    # The folder that was asked for; None for files.
    folder: Path | None = None


def natural_key(name: str) -> tuple[tuple[object, ...], str]:
    """Return a key that sorts names as people do: `a2` before `a10`, `B` beside `b`."""
    parts = re.split(r"(\d+)", name.casefold())
    # texts stand at even places, numbers at odd ones, so that likes meet likes
    return tuple(int(p) if p.isdecimal() else p for p in parts), name


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """Return a folder's pictures in natural order, without those of its subfolders.

    Hidden files are left out, and what comes after a million names.

    Raises InputError for a folder that cannot be read.
    """
    names = []
    try:
        with os.scandir(folder) as entries:
            for entry in itertools.islice(entries, MAX_ENTRIES):
                is_hidden = entry.name.startswith(".")
                if is_named_so(entry.name) and not is_hidden and _is_file(entry):
                    names.append(entry.name)
    except OSError as error:
        raise InputError(
            "The folder {name} cannot be read: {reason}.",
            name=_shown(folder),
            reason=(error.strerror or "it does not answer").lower(),
        ) from error
    names.sort(key=natural_key)
    return tuple(folder / name for name in names[:MAX_PICTURES])


def is_named_so(name: str) -> bool:
    """Return whether a file's name is that of a picture."""
    name = name.lower()
    return os.path.splitext(name)[1] in SUFFIXES or name.endswith(".nii.gz")


def pictures_below(folder: Path) -> tuple[Path, ...]:
    """Return a folder's pictures; where it has none, those of the folders in it.

    That is how pictures of classes lie: a folder for each class. Folders are looked
    into to a depth of eight, in natural order; hidden ones and links are left out.

    Raises InputError for a folder that cannot be read.
    """
    found = pictures_in(folder)
    return found or tuple(itertools.islice(_in_folders(folder, 8), MAX_PICTURES))


def _in_folders(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the pictures of the folders in a folder, which has none itself."""
    if not depth:
        return
    try:
        with os.scandir(folder) as entries:
            names = [
                entry.name
                for entry in itertools.islice(entries, MAX_ENTRIES)
                if not entry.name.startswith(".")
                and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return
    for name in sorted(names, key=natural_key):
        inside = folder / name
        try:
            found = pictures_in(inside)
        except InputError:  # one that may not be read is no reason to stop
            continue
        yield from found or _in_folders(inside, depth - 1)


def listing(paths: Sequence[Path]) -> Listing:
    """Return the pictures to step through when these files and folders are opened.

    A single file brings the other pictures of its folder. Raises InputError.
    """
    if len(paths) == 1 and not os.path.isdir(paths[0]):
        return around(paths[0])
    found: dict[Path, None] = {}
    for path in (one.absolute() for one in paths):
        inside = pictures_below(path) if os.path.isdir(path) else (path,)
        found |= dict.fromkeys(inside)
    if not found:
        raise InputError(
            "No pictures in folder “{name}”.", name=", ".join(map(_shown, paths))
        )
    folder = paths[0].absolute() if len(paths) == 1 else None
    return Listing(tuple(found)[:MAX_PICTURES], 0, folder)


def around(path: Path) -> Listing:
    """Return the pictures of a file's folder, beginning with the file."""
    try:
        paths = pictures_in(path.absolute().parent)
    except InputError:  # a folder that may be entered and not listed
        paths = ()
    place = path.absolute()
    if place not in paths:
        paths = tuple(sorted((*paths, place), key=lambda p: natural_key(p.name)))
    return Listing(paths, paths.index(place))


class PictureCache:
    """Pictures that are read before they are asked for; callable from any thread.

    A file that has changed since counts as not read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Path, tuple[tuple[int, int], SourceImage]] = {}

    def read(
        self,
        path: Path,
        is_cancelled: Callable[[], bool] = decode.never,
        reading: Reading = AS_IT_IS,
    ) -> None:
        """Read a picture, unless it is here already, too large, or cannot be read.

        Raises Cancelled.
        """
        from vitviz.pictures.source import load_for_screen

        mark = _mark(path)
        known = self.get(path)
        is_here = known is not None and known.reading == reading
        if mark is None or mark[1] > AHEAD_FILE_BYTES or is_here:
            return
        try:
            image = load_for_screen(path, reading=reading, is_cancelled=is_cancelled)
        except InputError:
            return  # said when it is opened
        if image.pixels.nbytes <= AHEAD_PIXEL_BYTES:
            with self._lock:
                self._kept[path] = (mark, image)

    def get(self, path: Path) -> SourceImage | None:
        """Return the picture, if it was read and its file is still the same."""
        with self._lock:
            kept = self._kept.get(path)
        return kept[1] if kept is not None and kept[0] == _mark(path) else None

    def keep_only(self, paths: Sequence[Path]) -> None:
        """Drop all pictures but these."""
        with self._lock:
            for path in self._kept.keys() - set(paths):
                del self._kept[path]


def _mark(path: Path) -> tuple[int, int] | None:
    """Return (time of change in ns, size in bytes) of a regular file, else None."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_mtime_ns, status.st_size


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Return whether it is a file; False for one that the system does not tell."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _shown(path: Path) -> str:
    """Return a path's name, fit for an error."""
    from vitviz.system.printable import printable

    return printable(path.name or str(path.absolute()))


MAX_FILE_BYTES = 64 * 2**20


def thumbnail(
    path: Path, side_px: int, is_cancelled: Callable[[], bool] = decode.never
) -> npt.NDArray[np.uint8] | None:
    """Return a small picture, upright, sRGB; None if the file cannot be read.

    (H, W, 3) uint8, C-contiguous, no side longer than `side_px`. Any thread. Raises
    Cancelled.
    """
    try:
        data = read_untrusted(path, MAX_FILE_BYTES)
        return decode.decode_small(data, path.name, side_px, is_cancelled)
    except InputError:
        return None
