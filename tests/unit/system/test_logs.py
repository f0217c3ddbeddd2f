"""The log: a file that does not grow for ever, or memory."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from vitviz.system import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    logs.stop()


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
