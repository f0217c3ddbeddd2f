"""The program started in other surroundings: locale, script, scale, theme."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import PIL.Image
import pytest

from vitviz.system import settings
from vitviz.system.settings import Language, Store, ThemeChoice

START = """
import sys
from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication
from vitviz.__main__ import main

def look():
    windows = [w for w in QApplication.topLevelWidgets() if hasattr(w, "controller")]
    if not windows:
        return
    window = windows[0]
    trace = window.controller.document.trace
    if trace is None or not trace.is_complete or window.controller.has_jobs:
        return
    timer.stop()
    number = 12345.678
    text = QLocale().toString(number, "f", 3)
    value, ok = QLocale().toDouble(text)
    assert ok and value == number, text
    print(window.devicePixelRatioF(), window.panes.status.text())
    window.close()

from vitviz.ui.window import app
made = app.application
def application(*arguments, **options):
    global timer
    result = made(*arguments, **options)
    timer = QTimer(interval=30)
    timer.timeout.connect(look)
    timer.start()
    return result
app.application = application
sys.exit(main(sys.argv[1:]))
"""

LOCALES = ("C.UTF-8", "de_DE.UTF-8", "ja_JP.UTF-8", "tr_TR.UTF-8", "ar_EG.UTF-8")
SCRIPTS = ((Language.ENGLISH, "cat.png"), (Language.JAPANESE, "猫の写真.png"))
SCALES = ("1", "1.5", "3")
THEMES = (ThemeChoice.LIGHT, ThemeChoice.DARK)
ALL = list(itertools.product(LOCALES, SCRIPTS, SCALES, THEMES))
# every value of each with every value of the others, in 24 of the 60
CHOSEN = [ALL[(7 * number) % len(ALL)] for number in range(24)]


def each(*quick: int) -> pytest.MarkDecorator:
    """All starts; the `quick` ones in every run of the tests."""
    return pytest.mark.parametrize(
        "number",
        [
            pytest.param(n, marks=[] if n in quick else [pytest.mark.long])
            for n in range(len(CHOSEN))
        ],
    )


def surroundings(number: int, photo: Path, folder: Path) -> tuple[Path, dict[str, str]]:
    """(picture, environment) of a start; its settings are written."""
    locale, (language, name), scale, tone = CHOSEN[number]
    picture = Path(shutil.copy(photo, folder / name))
    Store(settings.settings_path()).set(language=language, theme=tone)
    return picture, os.environ | {
        "LC_ALL": "",
        "LANG": locale,
        "LC_CTYPE": "C.UTF-8",  # the encoding, also where the locale is not installed
        "QT_SCALE_FACTOR": scale,
        "PYTHONPATH": str(Path(settings.__file__).parents[2]),
    }


@each(4, 13)
def test_a_start_without_a_warning(
    number: int, photo: Path, tmp_path: Path, model_folder: Path
) -> None:
    scale = CHOSEN[number][2]
    picture, environment = surroundings(number, photo, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", START, str(picture), "--model", str(model_folder)],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{float(scale)} CLS")


@each(13)
def test_without_a_display_one_sentence_and_export_works(
    number: int, photo: Path, tmp_path: Path, model_folder: Path
) -> None:
    picture, environment = surroundings(number, photo, tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "QT_QPA_PLATFORM"):
        environment.pop(name, None)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "vitviz", *arguments],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    refused = run(str(picture), "--model", str(model_folder))
    assert (refused.returncode, refused.stdout) == (2, "")
    (line,) = refused.stderr.splitlines()
    assert "There is no display to open a window on." in line
    assert "vitviz export" in line
    target, numbers = tmp_path / "map ü.png", tmp_path / "map.csv"
    for path in (target, numbers):
        done = run(
            *("export", str(picture), "-o", str(path), "--query", "2,3"),
            *("--model", str(model_folder)),
        )
        assert (done.returncode, done.stdout) == (0, "")
        said = done.stderr.splitlines()
        assert said[0].startswith(f"{picture.name}: input 112×112, 7×7 patches")
        assert said[1:] == [str(path)]
    with PIL.Image.open(target) as drawn:
        drawn.load()
        assert min(drawn.size) > 100
    lines = numbers.read_text("ascii").splitlines()[1:]
    # numbers as floats of Python are written, in every locale
    assert all(float(one.rpartition(",")[2]) >= 0 for one in lines)
    assert len(lines) == 50


def test_the_chosen_starts_have_every_pair() -> None:
    assert len({*map(str, CHOSEN)}) == 24
    for column in range(4):
        values = {str(one[column]) for one in CHOSEN}
        assert values == {str(one[column]) for one in ALL}
