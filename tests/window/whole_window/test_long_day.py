"""A long day: thousands of mixed actions on thirty pictures, and memory stays level."""

from __future__ import annotations

import gc
import itertools
import logging
import random
import sys
import threading
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtGui import QGuiApplication, QPixmapCache
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from tests.window.whole_window.test_random_actions import Monkey
from tests.window.whole_window.test_random_actions import alone as alone
from tests.window.whole_window.test_soak import KB, Held, held, slope
from vitviz.attention.trace import Trace
from vitviz.models.model import Model
from vitviz.pictures.source import SourceImage
from vitviz.system.paths import resource
from vitviz.ui.base.threads import GIVE_BACK_MS
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import RunOptions
from vitviz.views.view_state import ViewState

MB = 1024 * KB
MOST_PICTURES = 5

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="memory is read from /proc"
)


def pictures_in(folder: Path, seed: int) -> list[Path]:
    """Make thirty pictures of the samples, none as large as another."""
    chance = random.Random(seed)
    samples = sorted(Path(resource("samples")).glob("*.jpg"))
    folder.mkdir()
    made = []
    for number, sample in zip(range(30), itertools.cycle(samples), strict=False):
        size = chance.randint(400, 1600), chance.randint(400, 1600)
        path = folder / f"{number:02}.jpg"
        with PIL.Image.open(sample) as picture:
            picture.convert("RGB").resize(size).save(path)
        made.append(path)
    return made


def rest(qtbot: QtBot, window: MainWindow, monkey: Monkey, first: Path) -> Held:
    """Bring everything back to how a window begins, and wait as a person would."""
    control = window.controller
    monkey.close_dialogs()
    control.cancel()
    qtbot.waitUntil(lambda: not control.has_jobs, timeout=120_000)
    control.comparison.keep(None)
    control.choose_options(RunOptions())
    control.go_to_state(ViewState())
    window.resize(1200, 800)
    # another model may be in use by now, and one of the two is 80 MB larger
    control.choose_model("")
    qtbot.waitUntil(lambda: not control.has_jobs, timeout=120_000)
    window.open_path(str(first))

    def is_back() -> bool:
        image, trace = control.document.image, control.document.trace
        is_shown = image is not None and image.name == first.name
        is_run = trace is not None and trace.is_complete
        return is_shown and is_run and not control.has_jobs

    qtbot.waitUntil(is_back, timeout=120_000)
    QPixmapCache.clear()  # Qt's own, of at most 10 MB: each theme draws icons anew
    qtbot.wait(2 * GIVE_BACK_MS)  # nothing says when memory has been given back
    now = held()
    traces = alive(Trace)
    assert [one is control.document.trace for one in traces] == [True]
    assert [one is control.model for one in alive(Model)] == [True]
    # and those that the strip and the offer of the whole picture have at hand
    assert len(alive(SourceImage)) <= MOST_PICTURES
    return now


def alive(kind: type) -> list[object]:
    """Return the objects of a class that something still holds."""
    return [one for one in gc.get_objects() if type(one) is kind]


def test_unused_memory_is_given_back_after_a_job_and_not_again(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[threading.Thread] = []
    monkeypatch.setattr(
        "vitviz.ui.base.threads.give_back_unused",
        lambda: threads.append(threading.current_thread()),
    )
    monkeypatch.setattr("vitviz.ui.base.threads.GIVE_BACK_MS", 400)
    window = open_vitviz(photo)
    qtbot.waitUntil(lambda: bool(threads))
    assert threading.main_thread() not in threads
    qtbot.wait(1200)  # jobs of the start that came late
    count = len(threads)
    qtbot.wait(1200)
    assert len(threads) == count, "giving back is no job to give back after"
    window.open_path(str(other_photo))
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: len(threads) > count)


@pytest.mark.alone
@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    ("rounds", "actions"), [pytest.param(20, 500, id="ten thousand")]
)
def test_memory_stays_level_over_a_long_day(
    qtbot: QtBot, open_vitviz: OpenWindow, tmp_path: Path, rounds: int, actions: int
) -> None:
    photos = pictures_in(tmp_path / "pictures", 1)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    QGuiApplication.clipboard().setText("no picture either")
    window = open_vitviz(photos[0], model=None)
    monkey = Monkey(window, [*photos, photos[0].parent, bad], 1)
    seen: list[Held] = []
    for _ in range(rounds):
        for _ in range(actions):
            monkey.act()
            QApplication.processEvents()
        busy = held().resident
        seen.append(rest(qtbot, window, monkey, photos[0]))
        logging.getLogger(__name__).warning(
            "after %d actions: busy %d MB, at rest %d MB, heap %d MB, %d objects, %s",
            len(seen) * actions,
            busy // MB,
            seen[-1].resident // MB,
            seen[-1].heap // MB,
            seen[-1].python_blocks,
            window.controller.choice.name,
        )
    # what is imported, compiled and drawn once has come by then: libraries, chapters,
    # themes, fonts of each size
    later = seen[rounds // 2 :]
    assert slope([one.heap for one in later]) / actions <= 10 * KB
    assert slope([one.python_blocks for one in later]) / actions <= 60
    # what lies free between blocks goes up and down by 100 MB from rest to rest
    resident = [one.resident for one in later]
    assert np.median(resident[-5:]) - np.median(resident[:5]) <= 100 * MB
