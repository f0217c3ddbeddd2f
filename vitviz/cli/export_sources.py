"""Pictures of an export: named, in folders or on standard input, and a file for each.

words ── expanded ──► Source … ── tasks_of ──► ExportTask: a picture and its file
                               └─ load ──► SourceImage
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitviz.cli.export_request import ExportRequest
    from vitviz.pictures.source import SourceImage


MAX_STDIN_BYTES = 512 * 10**6
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that was named, or that lies in a folder that was."""

    # A path, or "-" for standard input.
    text: str
    # Where it lies below that folder: that of its class.
    folder: Path = Path()


@dataclass(frozen=True, slots=True)
class ExportTask:
    """One picture and the file that is written of it."""

    # A path, or "-" for standard input.
    source: str
    target: Path


def expanded(images: list[str]) -> list[Source]:
    """Return the pictures named, folders replaced by the pictures in them.

    A file that is named itself may have any ending. A folder that has no pictures
    brings those of the folders in it, as of classes.

    Raises InputError for a folder without pictures.
    """
    from vitviz.pictures.folder import pictures_below
    from vitviz.system.printable import printable

    found: list[Source] = []
    for text in images:
        path = Path(text)
        if text == STDIN or not os.path.isdir(path):
            found.append(Source(text))
            continue
        inside = [
            Source(str(one), one.parent.relative_to(path))
            for one in pictures_below(path)
        ]
        if not inside:
            shown = printable(path.name or str(path.absolute()))
            raise InputError("No pictures in folder “{name}”.", name=shown)
        found.extend(inside)
    if images.count(STDIN) > 1:
        raise InputError("Standard input can be read only once.")
    return found


def load(
    source: str,
    request: ExportRequest,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> SourceImage:
    from vitviz.pictures.source import load_image

    if source != STDIN:
        return load_image(source, reading=request.reading, is_cancelled=is_cancelled)
    if sys.stdin is None:
        raise InputError("There is no standard input to read a picture from.")
    data = sys.stdin.buffer.read(MAX_STDIN_BYTES + 1)
    if len(data) > MAX_STDIN_BYTES:
        raise InputError(
            "Standard input holds more than {limit} MB. Save it to a file and reduce "
            "it first.",
            limit=MAX_STDIN_BYTES // 10**6,
        )
    return load_image(data, name="standard input", reading=request.reading)


def refuse_overwriting_source(task: ExportTask) -> None:
    if task.source == STDIN:
        return
    try:
        is_same = os.path.samefile(task.source, task.target)
    except OSError:
        return
    if is_same:
        raise InputError(
            "{path} is the picture itself. Choose another name for the output.",
            path=task.target,
        )


def tasks_of(sources: list[Source], folder: Path, kind: str) -> list[ExportTask]:
    """Return a task for each picture, its file named by the picture's stem.

    Files of a class lie in a folder of its name. Where stems repeat in one folder, the
    whole names are taken.

    kind : the ending of the files.

    Raises InputError where two pictures would become one file.
    """
    from vitviz.system.printable import printable

    stems = [
        str(s.folder / ("standard-input" if s.text == STDIN else Path(s.text).stem))
        for s in sources
    ]
    times = Counter(map(_one_case, stems))
    names = []
    for source, stem in zip(sources, stems, strict=True):
        is_alone = times[_one_case(stem)] == 1
        name = Path(stem).name if is_alone else Path(source.text).name
        names.append(str(source.folder / f"{name}.{kind}"))
    differ_by_case = len(set(map(_one_case, names))) < len(set(names))
    fold = _one_case if differ_by_case and _ignores_case(folder) else str
    for name, count in Counter(map(fold, names)).items():
        if count > 1:
            raise InputError(
                "Two pictures would both become {name}. Export them to two folders.",
                name=printable(name),
            )
    return [
        ExportTask(source.text, folder / name)
        for source, name in zip(sources, names, strict=True)
    ]


def _one_case(name: str) -> str:
    """Return what is equal for names that many disks take for one."""
    return unicodedata.normalize("NFC", name.casefold())


def _ignores_case(folder: Path) -> bool:
    """Return whether the folder's disk takes “a” and “A” for one name.

    A folder that is not there yet will lie on the disk of the one above it.
    """
    folder = nearest(folder)
    with (
        contextlib.suppress(OSError),
        tempfile.NamedTemporaryFile(dir=folder, prefix=".vitviz-a-") as probe,
    ):
        return os.path.exists(folder / Path(probe.name).name.upper())
    return False


def nearest(folder: Path) -> Path:
    """Return `folder`, or the first above it that is there."""
    there = (one for one in (folder, *folder.parents) if os.path.isdir(one))
    return next(there, folder)
