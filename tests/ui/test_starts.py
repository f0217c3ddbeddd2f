"""The program started in other surroundings: locale, script, scale, theme."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vitviz import settings
from vitviz.settings import Language, Store, ThemeChoice

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
    trace = window.controller.scene.trace
    if trace is None or not trace.is_complete or window.controller.has_jobs:
        return
    timer.stop()
    number = 12345.678
    text = QLocale().toString(number, "f", 3)
    value, ok = QLocale().toDouble(text)
    assert ok and value == number, text
    print(window.devicePixelRatioF(), window.panes.status.text())
    window.close()

from vitviz.ui import app
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


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(n, marks=[] if n in {4, 13} else [pytest.mark.long])
        for n in range(len(CHOSEN))
    ],
)
def test_a_start_without_a_warning(
    number: int, photo: Path, tmp_path: Path, model_folder: Path
) -> None:
    locale, (language, name), scale, tone = CHOSEN[number]
    picture = Path(shutil.copy(photo, tmp_path / name))
    path = settings.settings_path()
    Store(path).set(language=language, theme=tone)
    environment = os.environ | {
        "LC_ALL": "",
        "LANG": locale,
        "LC_CTYPE": "C.UTF-8",  # the encoding, also where the locale is not installed
        "QT_SCALE_FACTOR": scale,
        "PYTHONPATH": str(Path(settings.__file__).parents[1]),
    }
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


def test_the_chosen_starts_have_every_pair() -> None:
    assert len({*map(str, CHOSEN)}) == 24
    for column in range(4):
        values = {str(one[column]) for one in CHOSEN}
        assert values == {str(one[column]) for one in ALL}
