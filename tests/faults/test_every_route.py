"""Every crafted picture and blocking path by each of four routes, in one table.

Window, folder (the film strip, thumbnails and reading ahead), command line and Python:
each ends within its deadline, in a picture or in one sentence that names the file, and
the next picture opens.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.faults import test_deep_pictures, test_images, test_slow_pictures
from tests.faults.test_blocking_paths import PATHS
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.cli.main import main
from vitviz.errors import InputError
from vitviz.pictures import decode
from vitviz.pictures.folder import PictureCache, thumbnail
from vitviz.pictures.source import load_image
from vitviz.ui.window.main_window import MainWindow

# Of the processor, for the decoder in these tests.
LIMIT_S = 1.0
DEADLINE_S = LIMIT_S * decode.WALL_FACTOR + 5
ROUTES = ("window", "folder", "command line", "Python")

Place = Callable[[Path], Path]


def written(make: Callable[[], bytes]) -> Place:
    def place(path: Path) -> Path:
        path.write_bytes(make())
        return path

    return place


def crafted() -> dict[str, Place]:
    """Pictures that are slow, large, cut off, of another kind, or no pictures."""
    found = {
        name: written(lambda name=name: test_slow_pictures.made(name))  # type: ignore[misc]
        for name in (*test_slow_pictures.SMALL, *test_slow_pictures.LARGE)
    }
    for cases in (test_images.CONTENTS, test_deep_pictures.CASES):
        for name, (data, _) in cases.items():
            found[name] = written(lambda data=data: data)  # type: ignore[misc]
    for kind in ("JPEG", "PNG", "GIF", "BMP", "WEBP", "PPM", "TIFF"):
        whole = test_images.photo_bytes(kind)
        half = whole[: len(whole) // 2]
        found[f"half a {kind}"] = written(lambda half=half: half)  # type: ignore[misc]
    return found


PICTURES = crafted()
CASES: dict[str, tuple[Place, str]] = {
    **{name: (place, ".png") for name, place in PICTURES.items()},
    **{f"path: {name}": (place, ".png") for name, place in PATHS.items()},
}
QUICK = (
    *("JPEG of 3,000 scans", "PNG of 300,000 chunks", "pixel bomb", "half a TIFF"),
    *("path: fifo", "path: terabyte", "path: loop of two links"),
)


def test_the_table_is_long_enough() -> None:
    assert len(PICTURES) >= 60
    assert len(PATHS) >= 20
    assert set(QUICK) <= set(CASES)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "HELPER_SECONDS", LIMIT_S)
    monkeypatch.setattr(decode, "THUMBNAIL_SECONDS", LIMIT_S)


def by_python(path: Path, good: Path) -> None:
    said = "opened as a picture"
    try:
        load_image(path)
    except InputError as error:
        said = str(error)
    assert said.isprintable()
    assert 10 < len(said) < 1_300
    assert load_image(good).size


def by_command_line(
    path: Path, good: Path, out: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    code = main(
        ["export", str(path), str(good), "-o", f"{out}/", "--model", str(model)]
    )
    said = capsys.readouterr().err
    assert code in (0, 2), said
    assert "Traceback" not in said
    assert "A fault" not in said
    # a folder without pictures ends the call itself; Path.is_dir raises for long names
    if not os.path.isdir(path):
        assert (out / f"{good.stem}.png").is_file(), said


def by_folder(path: Path, good: Path) -> None:
    """What the film strip and reading ahead do, beside the window's thread."""
    cache = PictureCache()
    for one in (path, good):
        thumbnail(one, 88)
        cache.read(one)
    assert thumbnail(good, 88) is not None


def by_window(qtbot: QtBot, window: MainWindow, path: Path, good: Path) -> None:
    control, errors = window.controller, window.panes.errors
    before = control.document.image
    errors.dismiss()

    def is_over() -> bool:
        return errors.isVisible() or control.document.image is not before

    window.files.open([path])
    qtbot.waitUntil(is_over, timeout=int(DEADLINE_S * 1000))
    if errors.isVisible():
        assert "\n" not in errors.text()
        assert "fault" not in errors.text()
    else:
        wait_idle(qtbot, window)
    errors.dismiss()
    window.files.open([good])
    qtbot.waitUntil(
        lambda: (
            control.document.image is not None
            and control.document.image.path is not None
            and control.document.image.path.name == good.name
        )
    )
    wait_idle(qtbot, window)
    assert control.heat is not None


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(QUICK, id="some"),
        *(
            pytest.param(
                (name,),
                marks=[pytest.mark.long, pytest.mark.alone, pytest.mark.timeout(300)],
                id=name,
            )
            for name in CASES
        ),
    ],
)
def test_each_ends_in_time_and_the_next_one_opens(
    names: tuple[str, ...],
    route: str,
    request: pytest.FixtureRequest,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    good = tmp_path / "good.png"
    shutil.copy(photo, good)
    window: MainWindow | None = None
    if route == "window":
        open_vitviz: OpenWindow = request.getfixturevalue("open_vitviz")
        window = open_vitviz(photo)
    elif route == "command line":  # what is imported first is not what is told
        assert main(["models", "list"]) == 0
    for number, name in enumerate(names):
        place, suffix = CASES[name]
        inside = tmp_path / str(number)
        inside.mkdir()
        path = place(inside / f"bad{suffix}")
        began = time.perf_counter()
        if window is not None:
            by_window(request.getfixturevalue("qtbot"), window, path, good)
        elif route == "folder":
            by_folder(path, good)
        elif route == "Python":
            by_python(path, good)
        else:
            by_command_line(path, good, inside / "out", model_folder, capsys)
        # the good picture's own run is a part of it
        assert time.perf_counter() - began < 3 * DEADLINE_S, name
