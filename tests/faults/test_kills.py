"""`kill -9` while a session or an export is written: whole, and nothing left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import PIL.Image
import pytest

from vitviz.atomic import sweep
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
