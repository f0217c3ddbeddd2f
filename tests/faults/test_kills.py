"""`kill -9` while settings, a session or an export are written: nothing lost or left.

First the writers alone, quickly; then the whole program with its window, which is
started anew after each kill, from a process that has loaded the libraries: they are
most of a start. The window says when it begins a file and when the file has its name,
so that most kills hit a write.
"""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import statistics
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from vitviz.system import settings
from vitviz.system.atomic_files import sweep
from vitviz.system.settings import Store, ThemeChoice
from vitviz.views.session import read

SESSION = """
import sys
from pathlib import Path
from vitviz.system.atomic_files import replacing
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
from vitviz.system.atomic_files import replacing
path = Path(sys.argv[1])
picture = PIL.Image.fromarray(
    np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
)
print("ready", flush=True)
while True:
    with replacing(path) as file:
        picture.save(file, "PNG", compress_level=1)
"""

LONG = [pytest.mark.long, pytest.mark.timeout(6000)]


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
import os, sys, time
from pathlib import Path
import torch, torchvision
from PySide6.QtCore import QTimer
from vitviz.__main__ import main
from vitviz.ui.window import app, main_window
from vitviz.views.session import SavedView

while True:
    if os.read(0, 1) != b"+":
        os._exit(0)
    process = os.fork()
    if process == 0:
        break
    _, status = os.waitpid(process, 0)
    os.write(1, f"ended {os.waitstatus_to_exitcode(status)}\\n".encode())

kind, target, watched = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
opened = app.open_window
count = 0

def tell(event, arguments):
    if event not in ("open", "os.rename") or not isinstance(arguments[0], (str, Path)):
        return
    path = Path(arguments[0])
    if path.parent == watched and path.suffix == ".tmp":
        word = "begun" if event == "open" else "named"
        os.write(1, f"{word} {time.monotonic()}\\n".encode())

def open_window(*arguments, **options):
    window = opened(*arguments, **options)
    control = window.controller

    def go_on():
        global count
        trace = control.document.trace
        if trace is None or not trace.is_complete or control.workers.is_awaited(*BUSY):
            return
        if count == 0:
            os.write(1, f"ready {os.getpid()}\\n".encode())
            sys.addaudithook(tell)
        count += 1
        control.pin(count % trace.num_tokens)
        if kind == "settings":
            window.preferences.set(threads=count % 9 + 1)
        elif kind == "session":
            views = (SavedView(f"view {n}", control.state) for n in range(20))
            control.saved_views.set(tuple(views))
            window.sessions.save_as(target)
            control.saved_views.set(())
        else:
            control.export_dialog.write(str(target))

    timer = QTimer(window, interval=0)
    timer.timeout.connect(go_on)
    timer.start()
    return window

from vitviz.jobs.queue import JobKind
BUSY = tuple(kind for kind in JobKind if kind is not JobKind.FOLDER)
app.open_window = open_window
main(sys.argv[4:])
"""


class Program:
    """The program in its window, started again and again."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child

    def start(self) -> int:
        """The number of its process, when the first map is there."""
        assert self._child.stdin is not None
        self._child.stdin.write(b"+")
        self._child.stdin.flush()
        return int(self.says("ready"))

    def says(self, word: str) -> float:
        """The number behind `word`, which must be what it says next."""
        assert self._child.stdout is not None
        found, value = self._child.stdout.readline().decode().split()
        assert found == word
        return float(value)

    def exit_code(self) -> int:
        """How it ended, whatever else it said before."""
        assert self._child.stdout is not None
        while True:
            found, value = self._child.stdout.readline().decode().split()
            if found == "ended":
                return int(value)


class Moments:
    """When a process is killed: most often while it writes, else anywhere between.

    Learns how long a write takes, and how long it is from one to the next, from what
    each process says of its first two; the third is the one that is hit.
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._writes: list[float] = []
        self._rounds: list[float] = []

    def wait(self, program: Program) -> None:
        """Follow two writes, and return at a moment chosen at random."""
        first, _ = self._follow(program)
        second, _ = self._follow(program)
        self._rounds.append(second - first)
        if self._random.random() < 0.25:
            at = second + self._random.random() * statistics.median(self._rounds)
        else:
            length = statistics.median(self._writes)
            at = program.says("begun") + 1.1 * self._random.random() * length
        time.sleep(max(0.0, at - time.monotonic()))

    def _follow(self, program: Program) -> tuple[float, float]:
        begun, named = program.says("begun"), program.says("named")
        self._writes.append(named - begun)
        return begun, named

    def __str__(self) -> str:
        write, between = map(statistics.median, (self._writes, self._rounds))
        return f"a write takes {write * 1e3:.1f} ms of {between * 1e3:.0f}"


def temporaries(folder: Path) -> list[Path]:
    return list(folder.rglob("*.tmp"))


@pytest.fixture(scope="module")
def large_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise, which no format makes small: a figure of it takes a while to write."""
    path = tmp_path_factory.mktemp("pictures") / "noise.png"
    noise = np.random.default_rng(0).integers(0, 256, (900, 1200, 3), np.uint8)
    PIL.Image.fromarray(noise).save(path, compress_level=1)
    return path


WAYS = [("settings", ""), ("session", "a.vitviz"), ("export", "a.png")]


@pytest.mark.parametrize(
    ("kind", "name", "times"),
    [(*way, 1) for way in WAYS]
    + [pytest.param(*way, 200, marks=LONG) for way in (*WAYS, ("export", "a.npz"))],
)
def test_the_window_killed_while_it_saves(
    tmp_path: Path, large_photo: Path, kind: str, name: str, times: int
) -> None:
    target = tmp_path / (name or "unused")
    path = settings.settings_path()
    assert path is not None
    Store(path).set(theme=ThemeChoice.DARK, recent=("/a/b.png",))
    folders = (tmp_path, path.parent)
    watched = path.parent if kind == "settings" else tmp_path
    command = [sys.executable, "-c", WINDOW, kind, str(target), str(watched)]
    moments = Moments(f"{kind} {name}")
    left, halves = 0, 0
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, str(large_photo)],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
    ) as child:
        program = Program(child)
        try:
            for number in range(times + 1):
                process = program.start()
                # what the one before left: swept by this start
                found = [one for folder in folders for one in temporaries(folder)]
                assert [one for one in found if str(process) not in one.name] == []
                if number < times:
                    moments.wait(program)
                is_last = number == times
                os.kill(process, signal.SIGTERM if is_last else signal.SIGKILL)
                assert program.exit_code() == (0 if is_last else -signal.SIGKILL)
                found = temporaries(watched)
                left += len(found)
                halves += sum(not is_whole(one, target.suffix) for one in found)
                assert not is_last or found == []
                store = Store(path)
                assert store.problems == []
                assert store.settings.theme is ThemeChoice.DARK
                assert "/a/b.png" in store.settings.recent
                check_whole(target)
            _, errors = child.communicate(timeout=60)
            assert (child.returncode, errors) == (0, b"")
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    assert store.settings.written_to == (), "the last ended in order"
    assert target.exists() or kind == "settings"
    logging.getLogger(__name__).warning(
        "%s %s: %d of %d hit a write, %d left a part of a file; %s",
        *(kind, name, left, times, halves, moments),
    )
    if times > 100:
        assert left > times / 10, "else too few were killed while they wrote"


def is_whole(file: Path, ending: str) -> bool:
    """Whether all bytes were there already, and only the name was missing."""
    data = file.read_bytes()
    match ending:
        case ".png":
            return data.endswith(b"IEND\xaeB`\x82")
        case ".npz":
            return zipfile.is_zipfile(file)
        case _:
            return data.rstrip().endswith(b"}")


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
