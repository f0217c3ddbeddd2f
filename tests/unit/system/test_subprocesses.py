"""Jobs in a process of their own, from a checkout, a wheel and a bundle."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import PIL.Image
import pytest

from vitviz import __main__ as entry
from vitviz.system import subprocesses


def tiff() -> bytes:
    stream = io.BytesIO()
    PIL.Image.new("RGB", (5, 4), (10, 20, 30)).save(stream, "TIFF")
    return stream.getvalue()


def test_nothing_in_the_current_folder_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of pictures may hold a json.py; Python's -m and -c would run it."""
    for name in ("json.py", "numpy.py", "PIL.py", "vitviz.py"):
        (tmp_path / name).write_text("open('ran', 'w')\n")
    monkeypatch.chdir(tmp_path)
    done = subprocesses.run("decode", seconds=30, data=tiff())
    head, _, body = done.stdout.partition(b"\n")
    assert json.loads(head)["size"] == [5, 4]
    assert body == bytes([10, 20, 30]) * 20
    assert not (tmp_path / "ran").exists()


def test_a_bundle_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/vitviz/vitviz")
    command = subprocesses.command("decode")
    assert command == ["/opt/vitviz/vitviz", subprocesses.HELPER_SWITCH, "decode"]
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "executable", str(Path("C:", "vitviz-gui.exe")))
    assert subprocesses.command("decode")[0] == str(Path("C:", "vitviz.exe"))


def test_the_entry_does_the_job_a_bundle_asks_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vitviz", subprocesses.HELPER_SWITCH, "decode"],
        input=tiff(),
        capture_output=True,
        timeout=60,
    )
    assert json.loads(done.stdout.partition(b"\n")[0])["size"] == [5, 4]
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("before", [None, "/usr/local/lib"])
def test_a_bundle_gives_other_programs_their_libraries_back(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/vitviz/_internal")
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    if before is not None:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", before)
    with pytest.raises(KeyError):
        entry.main([subprocesses.HELPER_SWITCH, "no such job"])
    assert os.environ.get("LD_LIBRARY_PATH") == before


def test_standard_streams_may_be_missing() -> None:
    """As in a program for windows on Windows, where they are None."""
    code = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None; "
        "from vitviz.__main__ import main; "
        "raise SystemExit(main(['--version']) + 10 * main(['--no-such-option']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (20, b"", b"")
