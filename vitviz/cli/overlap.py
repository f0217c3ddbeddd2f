"""Reading ahead and writing behind, while the model runs on the picture between.

    reader thread      the next pictures: read and decoded
    this thread        picture n: pass, rows, what is to be drawn
    writer threads     the last pictures: drawn, packed, written to the disk

Several pictures go through the model together, so as many are read ahead, and wait to
be written, while that takes no more than `MOST_BYTES`. What is said, and in which
order, is as if one picture were done after the other.
"""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, Self, TypeVar

# A figure takes longer to draw and pack than the smallest model's pass.
WRITERS = 2
# Items that are read ahead, and that wait to be written; in bytes, beyond one that is
# read and one for each writer.
MOST_HELD, MOST_BYTES = 4, 128 * 2**20
# How often a reader that waits for room looks whether there is no more to read.
LOOK_S = 0.1

Item = TypeVar("Item")
Read = TypeVar("Read")


@dataclass(slots=True)
class Turn(Generic[Item]):
    """One item: what is to be said of it, and how it ended."""

    item: Item
    # What each line begins with.
    prefix: str
    # What is held until it is written.
    num_bytes: int = 0
    lines: list[str] = field(default_factory=list)
    # Said last, if nothing failed.
    done: str = ""
    error: Exception | None = None
    # Its writing, on another thread.
    writing: Future[None] | None = None

    @property
    def has_ended(self) -> bool:
        return self.writing is None or self.writing.done()

    def outcome(self) -> Exception | None:
        """Wait for the end of the writing; return the error there was."""
        if self.writing is None:
            return self.error
        try:
            self.writing.result()
        except Exception as error:
            # whatever it is, it is said in its turn
            return error
        return None


class Overlap(Generic[Item]):
    """Reads the next item and writes the last ones while the caller computes.

    conclude : called in this thread for each item, in their order, when it has ended,
        with its error if there was one; what it raises ends the work.
    """

    def __init__(
        self, conclude: Callable[[Turn[Item], Exception | None], None]
    ) -> None:
        self._conclude = conclude
        self._turns: deque[Turn[Item]] = deque()
        self._reader = ThreadPoolExecutor(1, "reader")
        self._writers = ThreadPoolExecutor(WRITERS, "writer")
        self._is_over = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # a file that is being written is finished, no other is begun
        self._is_over.set()
        self._reader.shutdown(cancel_futures=True)
        self._writers.shutdown(cancel_futures=True)

    def is_over(self) -> bool:
        """Return whether nothing that is read now will be wanted."""
        return self._is_over.is_set()

    def read(
        self,
        items: Sequence[Item],
        load: Callable[[Item], Read],
        *,
        is_early: Callable[[Item], bool],
        num_bytes: Callable[[Read], int],
    ) -> Iterator[tuple[Item, Callable[[], Read]]]:
        """Yield each item with a function that returns what was read of it.

        load : on the reader's thread; what it raises, that function raises.
        is_early : whether an item may be read before its turn.
        num_bytes : what is held of one that was read.
        """
        room = _Room(self.is_over)

        def loaded_early(item: Item) -> tuple[Read, int]:
            room.wait()
            made = load(item)
            size = num_bytes(made)
            room.take(size)
            return made, size

        def begun(item: Item) -> Callable[[], Read]:
            if not is_early(item):
                return functools.partial(load, item)
            future = self._reader.submit(loaded_early, item)

            def result() -> Read:
                made, size = future.result()
                room.give(size)
                return made

            return result

        ahead: deque[Callable[[], Read]] = deque()
        for index, item in enumerate(items):
            # this one, and those after it
            for following in items[index + len(ahead) : index + 1 + MOST_HELD]:
                ahead.append(begun(following))
            yield item, ahead.popleft()

    def end(self, turn: Turn[Item], write: Callable[[], None] | None) -> None:
        """Take an item whose computation has ended, and write it meanwhile.

        Waits while too much is to be written.
        """
        if write is not None:
            turn.writing = self._writers.submit(write)
        self._turns.append(turn)
        while self._turns and (self._is_full() or self._turns[0].has_ended):
            self._say()

    def finish(self) -> None:
        """Wait until all that was taken has been written."""
        while self._turns:
            self._say()

    def _is_full(self) -> bool:
        count = len(self._turns)
        held = sum(turn.num_bytes for turn in self._turns)
        return count > MOST_HELD or (count > WRITERS and held > MOST_BYTES)

    def _say(self) -> None:
        turn = self._turns.popleft()
        self._conclude(turn, turn.outcome())


class _Room:
    """Room for what was read ahead; one thread takes it, another gives it back."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over
        self._changed = threading.Condition()
        self._num_bytes = 0

    def wait(self) -> None:
        """Wait until there is some, or nothing more is to be read."""
        with self._changed:
            while self._num_bytes > MOST_BYTES and not self._is_over():
                self._changed.wait(LOOK_S)

    def take(self, size: int) -> None:
        with self._changed:
            self._num_bytes += size

    def give(self, size: int) -> None:
        with self._changed:
            self._num_bytes -= size
            self._changed.notify()
