"""Reading ahead and writing behind: really at once, and said as if one by one."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from vitviz.cli.main import main
from vitviz.cli.overlap import MOST_BYTES, MOST_HELD, WRITERS, Overlap, Turn
from vitviz.system import atomic_files

SECONDS = 20


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def waited(event: threading.Event) -> None:
    assert event.wait(SECONDS), "nothing else went on meanwhile"


def read_all(
    overlap: Overlap[int], items: Sequence[int], load: Callable[[int], int]
) -> Iterator[tuple[int, Callable[[], int]]]:
    return overlap.read(items, load, is_early=lambda _: True, num_bytes=lambda _: 0)


def test_the_next_is_read_and_the_last_written_while_this_one_computes() -> None:
    items = range(5)
    is_read = [threading.Event() for _ in items]
    is_computed = [threading.Event() for _ in items]
    turns: list[tuple[int, Exception | None]] = []

    def load(item: int) -> int:
        is_read[item].set()
        return 10 * item

    def write_of(item: int) -> None:
        waited(is_computed[min(item + 1, len(items) - 1)])

    def conclude(turn: Turn[int], error: Exception | None) -> None:
        turns.append((turn.item, error))

    with Overlap(conclude) as overlap:
        for item, loaded in read_all(overlap, items, load):
            assert loaded() == 10 * item
            waited(is_read[min(item + 1, len(items) - 1)])
            is_computed[item].set()
            overlap.end(Turn(item, ""), partial(write_of, item))
            assert len(turns) >= item - MOST_HELD, "what waits to be written is bounded"
        overlap.finish()
    assert turns == [(item, None) for item in items]


@pytest.mark.parametrize(
    ("size", "ahead"), [(2**20, 1 + MOST_HELD), (MOST_BYTES + 1, 1)]
)
def test_as_many_are_read_ahead_as_there_is_room_for(size: int, ahead: int) -> None:
    """A large one in the memory keeps the reader from the next, until it is taken."""
    begun: list[int] = []
    with Overlap[int](lambda *_: None) as overlap:
        early = overlap.read(
            range(8),
            lambda item: begun.append(item) or item,  # type: ignore[func-returns-value]
            is_early=lambda _: True,
            num_bytes=lambda _: size,
        )
        for item, loaded in early:
            count = min(item + ahead, 8)
            wait_until(lambda count=count: len(begun) >= count)  # type: ignore[misc]
            time.sleep(0.05)
            assert len(begun) == count
            assert loaded() == item


def test_errors_come_in_their_turn() -> None:
    is_later_done = threading.Event()

    def load(item: int) -> int:
        if item == 2:
            raise OSError("unreadable")
        return item

    def write_of(item: int) -> None:
        if item == 0:
            waited(is_later_done)
            raise ValueError("unwritable")
        is_later_done.set()

    found: list[tuple[int, str]] = []

    def conclude(turn: Turn[int], error: Exception | None) -> None:
        found.append((turn.item, str(error or "written")))

    with Overlap(conclude) as overlap:
        for item, loaded in read_all(overlap, range(4), load):
            turn = Turn(item, "")
            write: Callable[[], None] | None = None
            try:
                loaded()
                write = partial(write_of, item)
            except OSError as error:
                turn.error = error
            overlap.end(turn, write)
        overlap.finish()
    written = "written"
    assert found == [(0, "unwritable"), (1, written), (2, "unreadable"), (3, written)]


def test_an_interruption_finishes_what_is_written_and_begins_nothing_more() -> None:
    begun: list[int] = []
    may_end, is_begun = threading.Event(), threading.Semaphore(0)

    def write_of(item: int) -> None:
        begun.append(item)
        is_begun.release()
        waited(may_end)
        finished.append(item)

    finished: list[int] = []
    overlap = Overlap[int](lambda *_: pytest.fail("nothing has ended"))

    def interrupted() -> None:
        with overlap:
            for item in range(WRITERS):
                overlap.end(Turn(item, ""), partial(write_of, item))
            for _ in range(WRITERS):
                assert is_begun.acquire(timeout=SECONDS)
            assert not overlap.is_over()
            may_end.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert overlap.is_over(), "a decoding that takes long is told"
    assert sorted(finished) == sorted(begun) == list(range(WRITERS))


def test_standard_input_is_read_in_its_turn_by_the_main_thread() -> None:
    threads: dict[str, threading.Thread] = {}
    with Overlap[str](lambda *_: None) as overlap:

        def load(item: str) -> None:
            threads[item] = threading.current_thread()

        items = ("a", "-", "b")
        early = overlap.read(
            items, load, is_early=lambda one: one != "-", num_bytes=lambda _: 0
        )
        for item, loaded in early:
            assert item != "-" or item not in threads
            loaded()
    assert threads["-"] is threading.main_thread()
    assert threads["a"] is threads["b"] is not threading.main_thread()


def test_a_folder_is_told_in_order_whatever_ends_first(
    photo: Path,
    tmp_path: Path,
    model_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in "abcd":
        shutil.copy(photo, pictures / f"{name}.jpg")
    (pictures / "bb.jpg").write_bytes(b"no picture")
    is_b_written, writing = threading.Event(), atomic_files.write_bytes

    def write(target: Path, data: bytes) -> None:
        if target.name == "a.png":
            waited(is_b_written)
        if target.name == "c.png":
            raise OSError("an unforeseen fault")
        writing(target, data)
        is_b_written.set()

    monkeypatch.setattr("vitviz.export.save.write_bytes", write)
    out = tmp_path / "maps"
    command = ["export", str(pictures), "-o", str(out), "--model", str(model_folder)]
    assert main(command) == 2
    lines = capsys.readouterr().err.splitlines()
    numbered = [line[:6] + line[6:].split(":")[0] for line in lines if line[0] == "["]
    assert numbered == [
        "[1/5] a.jpg",
        f"[1/5] {out}/a.png",
        "[2/5] b.jpg",
        f"[2/5] {out}/b.png",
        "[3/5] vitviz",
        "[4/5] c.jpg",
        "[4/5] vitviz",
        "[5/5] d.jpg",
        f"[5/5] {out}/d.png",
    ]
    assert sorted(one.name for one in out.iterdir()) == ["a.png", "b.png", "d.png"]
