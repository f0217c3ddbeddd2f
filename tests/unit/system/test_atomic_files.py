"""Writing: whole or not at all, and nothing left behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vitviz.errors import OutputError
from vitviz.system.atomic_files import replacing, sweep, write_bytes


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_the_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    with replacing(target) as file:
        file.write(b"half")
        file.flush()
        assert not target.exists()
        file.write(b" and half")
    assert target.read_bytes() == b"half and half"
    assert names(tmp_path) == ["a.bin"]


def test_the_umask_is_respected(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_bytes(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_an_exception_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def attempt() -> None:
        with replacing(target) as file:
            file.write(b"new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        attempt()
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_bytes(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param(errno.ENOSPC, "the disk is full", id="full"),
        pytest.param(errno.EDQUOT, "quota", id="quota"),
        pytest.param(errno.EIO, "reported an error", id="broken"),
        pytest.param(errno.EROFS, "only be read", id="read-only"),
    ],
)
def test_a_failing_disk_leaves_the_old_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    number: int,
    words: str,
) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def fail(*_args: object) -> None:
        raise OSError(number, os.strerror(number))

    def attempt() -> None:
        with replacing(target) as file:
            if call == "write":
                fail()
            monkeypatch.setattr(os, call, fail)
            file.write(b"new")

    with pytest.raises(OutputError, match=words) as caught:
        attempt()
    monkeypatch.undo()
    assert "a.bin" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        pytest.param("missing/a.bin", "no such folder", id="no-folder"),
        pytest.param("folder", "it is a folder", id="folder"),
        pytest.param("file/a.bin", "is a file, not a folder", id="file-as-folder"),
        pytest.param("x" * 300, "name is too long", id="long-name"),
        pytest.param("fifo", "not an ordinary file", id="fifo"),
    ],
)
def test_targets_that_cannot_be_written(
    tmp_path: Path, target: str, words: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    os.mkfifo(tmp_path / "fifo")
    before = names(tmp_path)
    with pytest.raises(OutputError, match=words):
        write_bytes(tmp_path / target, b"x")
    assert names(tmp_path) == before


def test_a_device_is_not_replaced() -> None:
    with pytest.raises(OutputError, match="not an ordinary file"):
        write_bytes(Path("/dev/full"), b"x")


def test_sweep_takes_only_what_dead_processes_left(tmp_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    for name in (
        f".vitviz-{dead}-00000000.tmp",
        f".vitviz-{os.getpid()}-00000001.tmp",
        f".vitviz-{dead}-notours.tmp",
        "mine.tmp",
    ):
        (tmp_path / name).write_bytes(b"x")
    assert sweep(tmp_path) == 1
    assert f".vitviz-{dead}-00000000.tmp" not in names(tmp_path)
    assert len(names(tmp_path)) == 3
    assert sweep(tmp_path / "missing") == 0


def test_a_killed_writer_loses_nothing(tmp_path: Path) -> None:
    """Kill writers at work: the target is always one of the whole versions."""
    target = tmp_path / "a.bin"
    old = b"o" * 300_000
    target.write_bytes(old)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from vitviz.system.atomic_files import write_bytes\n"
        "print('ready', flush=True)\n"
        "number = 0\n"
        "while True:\n"
        "    write_bytes(Path(sys.argv[1]), bytes([97 + number % 26]) * 300_000)\n"
        "    number += 1\n"
    )
    for index in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01 * (index + 1))
        process.kill()
        process.wait()
        process.stdout.close()
        data = target.read_bytes()
        assert len(data) == 300_000
        assert len(set(data)) == 1
    sweep(tmp_path)
    assert names(tmp_path) == ["a.bin"]
