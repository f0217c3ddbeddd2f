"""The runner of Pillow's corpus tells pictures, refusals and crashes apart."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import PIL.Image
import pytest

from tests.faults import pillow_corpus
from tests.faults.pillow_corpus import Outcome, run, unpack


def archive(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "pillow-0.tar.gz"
    with tarfile.open(path, "w:gz") as target:
        for name, content in files.items():
            info = tarfile.TarInfo(f"pillow-0/Tests/{name}")
            info.size = len(content)
            target.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux")
def test_outcomes(tmp_path: Path) -> None:
    stream = io.BytesIO()
    PIL.Image.new("RGB", (64, 48)).save(stream, "PNG")
    files = {"a.png": stream.getvalue(), "b.png": stream.getvalue()[:60], "c.txt": b"x"}
    outcomes = run(unpack(archive(tmp_path, files), tmp_path / "out"))
    assert [bool(o.said) for o in outcomes] == [False, True, True]
    assert all(o.fault is None for o in outcomes)
    assert all(10 < o.peak_mb < 512 for o in outcomes)


def test_a_crash_costs_its_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    outcomes = run([tmp_path / "a", tmp_path / "b"])
    assert [o.fault for o in outcomes] == ["CRASH 1", "CRASH 1"]


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        (Outcome("a", "", 0.1, 100.0), None),
        (Outcome("a", "It is damaged.", 0.1, 100.0), None),
        (Outcome("a", "one\ntwo", 0.1, 100.0), "more than a sentence"),
        (Outcome("a", "", 2.5, 100.0), "2.50 s"),
        (Outcome("a", "", 0.1, 600.0), "600 MB"),
    ],
)
def test_what_breaks_the_contract(outcome: Outcome, fault: str | None) -> None:
    assert outcome.fault == fault


@pytest.mark.long
@pytest.mark.skipif(
    "PILLOW_SOURCE" not in os.environ, reason="needs its source package"
)
def test_the_whole_corpus() -> None:
    assert pillow_corpus.main(Path(os.environ["PILLOW_SOURCE"])) == 0
