"""`kill -9` while settings, a session or an export are written: nothing lost or left.

First the writers alone, quickly; then the whole program with its window, which is
started anew after each kill.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from vitviz import settings
from vitviz.atomic import sweep
from vitviz.settings import Store, ThemeChoice
from vitviz.views.session import read

SESSION = """
import sys
from pathlib import Path
from vitviz.atomic import replacing
from vitviz.views.session import SavedView, Session, written
path = Path(sys.argv[1])
print("ready", flush=True)
for number in range(10**9):
    views = tuple(SavedView(f"view {i}") for i in range(number % 50 + 50))
    session = Session(picture=Path("/a/b.png"), views=views)
    with replacing(path) as file:
        file.write(written(session, path).encode())
"""

EXPORT = """
import sys
from pathlib import Path
import numpy as np, PIL.Image
from vitviz.atomic import replacing
path = Path(sys.argv[1])
picture = PIL.Image.fromarray(
    np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
)
print("ready", flush=True)
while True:
    with replacing(path) as file:
        picture.save(file, "PNG", compress_level=1)
"""

LONG = [pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("times", [5, pytest.param(200, marks=LONG)])
@pytest.mark.parametrize("kind", ["session", "export"])
def test_killed_while_writing(tmp_path: Path, kind: str, times: int) -> None:
    target = tmp_path / ("a.vitviz" if kind == "session" else "a.png")
    code = SESSION if kind == "session" else EXPORT
    swept = 0
    for number in range(times):
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.1 + number % 37 / 400)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        swept += sweep(tmp_path)
        left = [path for path in tmp_path.iterdir() if path != target]
        assert left == []
        if not target.exists():
            continue
        if kind == "session":
            session, bad = read(target)
            assert bad == ()
            assert len(session.views) == len(json.loads(target.read_bytes())["views"])
        else:
            with PIL.Image.open(target) as picture:
                picture.load()
                assert picture.size == (200, 200)
    assert target.exists()
    if times > 100:
        assert swept > 0, "else no process was killed while it wrote"


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from vitviz.__main__ import main
from vitviz.ui import app

kind, target = sys.argv[1], Path(sys.argv[2])
opened = app.open_window
count = 0

def open_window(*arguments, **options):
    window = opened(*arguments, **options)
    control = window.controller

    def go_on():
        global count
        trace = control.scene.trace
        if trace is None or not trace.is_complete or control.work.is_awaited(*BUSY):
            return
        count += 1
        if count == 4:  # three times it was written
            print("ready", flush=True)
        control.pin(count % trace.num_tokens)
        if kind == "settings":
            window.preferences.set(threads=count % 9 + 1)
        elif kind == "session":
            for index in range(20):
                control.saved_views.save(f"view {index}")
            window.sessions.save_as(target)
            control.saved_views.set(())
        else:
            control.exporting.write(str(target))

    timer = QTimer(window, interval=0)
    timer.timeout.connect(go_on)
    timer.start()
    return window

from vitviz.engine import Kind
BUSY = tuple(kind for kind in Kind if kind is not Kind.FOLDER)
app.open_window = open_window
main(sys.argv[3:])
"""


def temporaries(folder: Path) -> list[Path]:
    return list(folder.rglob("*.tmp"))


WAYS = [("settings", ""), ("session", "a.vitviz"), ("export", "a.png")]


@pytest.mark.parametrize(
    ("kind", "name", "times"),
    [(*way, 1) for way in WAYS]
    + [pytest.param(*way, 200, marks=LONG) for way in (*WAYS, ("export", "a.npz"))],
)
def test_the_window_killed_while_it_saves(
    tmp_path: Path, photo: Path, kind: str, name: str, times: int
) -> None:
    target = tmp_path / (name or "unused")
    path = settings.settings_path()
    assert path is not None
    Store(path).set(theme=ThemeChoice.DARK, recent=("/a/b.png",))
    folders = (tmp_path, path.parent)
    left = 0
    command = [sys.executable, "-c", WINDOW, kind, str(target), str(photo)]
    for number in range(times + 1):
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe) as child:
            try:
                assert child.stdout is not None
                assert child.stdout.readline() == b"ready\n"
                # what the one before left: swept by this start
                found = [one for folder in folders for one in temporaries(folder)]
                running = str(child.pid)
                assert [one for one in found if running not in one.name] == []
                if number < times:
                    time.sleep(number % 37 / 200)
                else:
                    child.send_signal(signal.SIGTERM)
                    _, errors = child.communicate(timeout=60)
                    assert (child.returncode, errors) == (0, b"")
            finally:
                child.kill()
        found = [one for folder in folders for one in temporaries(folder)]
        left += len(found)
        assert number < times or found == []
        store = Store(path)
        assert store.problems == []
        assert store.settings.theme is ThemeChoice.DARK
        assert "/a/b.png" in store.settings.recent
        check_whole(target)
    assert store.settings.written_to == (), "the last ended in order"
    assert target.exists() or kind == "settings"
    logging.getLogger(__name__).warning("%s: %d of %d left a half", kind, left, times)
    if times > 100:
        assert left > 0, "else no process was killed while it wrote"


def check_whole(target: Path) -> None:
    """A session, picture or array that is there can be read from end to end."""
    if not target.exists():
        return
    match target.suffix:
        case ".vitviz":
            session, bad = read(target)
            assert bad == ()
            assert len(session.views) == 20
        case ".npz":
            with np.load(target, allow_pickle=False) as data:
                assert data["attention"].ndim == 4
                assert np.isfinite(data["attention"]).all()
        case _:
            with PIL.Image.open(target) as picture:
                picture.load()
                assert picture.size[0] > 100
