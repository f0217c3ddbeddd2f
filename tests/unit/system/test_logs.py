"""The log: a file that does not grow for ever, or memory."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vitviz.system import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    logs.take_problems()
    yield
    logs.stop()
    logs.take_problems()


def test_the_log_does_not_grow_without_end() -> None:
    logs.start("warning")
    logger = logging.getLogger("vitviz.test")
    for number in range(4000):
        logger.warning("%d %s", number, "x" * 1000)
    path = logs.log_path()
    assert path is not None
    files = sorted(path.parent.iterdir())
    assert [f.name for f in files] == [
        "vitviz.log",
        *(f"vitviz.log.{n}" for n in (1, 2, 3)),
    ]
    assert sum(f.stat().st_size for f in files) <= 4 * logs.MAX_BYTES
    assert "3999" in files[0].read_text("utf-8")[-1100:]
    assert len(logs.LAST_LINES.since(0)[1]) == logs.KEPT_LINES


def test_without_a_place_for_its_file_the_log_is_in_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    logs.start("warning")
    before = logs.LAST_LINES.since(0)[0]
    logging.getLogger("vitviz.test").warning("kept in memory")
    assert "kept in memory" in logs.LAST_LINES.since(before)[1][0]
    (problem,) = logs.take_problems()
    assert "a part of the path is a file" in str(problem)
    assert logs.take_problems() == ()


def log_file() -> Path:
    """Return where the log goes, in a folder that exists."""
    path = logs.log_path()
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        pytest.param("full", "the disk is full", id="full"),
        pytest.param("pipe", "not an ordinary file", id="pipe"),
        pytest.param("folder", "not an ordinary file", id="folder"),
    ],
)
def test_a_log_that_cannot_be_written_is_given_up_and_said_once(
    kind: str, reason: str
) -> None:
    path = log_file()
    if kind == "full":
        if not Path("/dev/full").exists():
            pytest.skip("needs /dev/full")
        path.symlink_to("/dev/full")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    told: list[int] = []
    logs.on_problem = lambda: told.append(1)
    try:
        logs.start("warning")
        before = logs.LAST_LINES.since(0)[0]
        for number in range(20):
            logging.getLogger("vitviz.test").warning("line %d", number)
        logs.stop()
    finally:
        logs.on_problem = None
    assert len(told) == 1
    (problem,) = logs.take_problems()
    assert reason in str(problem)
    assert path.name in str(problem)
    assert len(logs.LAST_LINES.since(before)[1]) == 20


def test_a_disk_that_fills_later_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    log_file()
    logs.start("warning")
    logger = logging.getLogger("vitviz.test")
    logger.warning("this fits")
    (file,) = (h for h in logging.getLogger().handlers if isinstance(h, logs.LogFile))

    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file.stream, "flush", full, raising=False)
    logger.warning("this does not")
    logger.warning("nor this")
    assert file not in logging.getLogger().handlers
    (problem,) = logs.take_problems()
    assert "the disk is full" in str(problem)


def test_a_record_that_is_no_text_costs_only_itself() -> None:
    path = log_file()
    logs.start("warning")
    for text, values in (("%d", ("no number",)), ("the next one", ())):
        # not through a logger: pytest's own handler would raise
        record = logging.LogRecord("vitviz", 40, "", 0, text, values, None)
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logs.LogFile | logs.LastLines):
                handler.handle(record)
    assert "the next one" in path.read_text("utf-8")
    assert logs.take_problems() == ()
