"""Reading ahead and writing behind, while the model runs on the picture between.

    reader thread      picture n + 1: read and decoded
    this thread        picture n: pass, rows, what is to be drawn
    writer threads     pictures n − 1 and n − 2: drawn, packed, written to the disk

What is said, and in which order, is as if one picture were done after the other.
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

Item = TypeVar("Item")
Read = TypeVar("Read")


@dataclass(slots=True)
class Turn(Generic[Item]):
    """One item: what is to be said of it, and how it ended."""

    item: Item
    # What each line begins with.
    prefix: str
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
    ) -> Iterator[tuple[Item, Callable[[], Read]]]:
        """Yield each item with a function that returns what was read of it.

        load : on the reader's thread; what it raises, that function raises.
        is_early : whether an item may be read before its turn.
        """

        def begun(index: int) -> Callable[[], Read]:
            if index < len(items) and is_early(items[index]):
                return self._reader.submit(load, items[index]).result
            return functools.partial(load, items[min(index, len(items) - 1)])

        following = begun(0)
        for index, item in enumerate(items):
            loaded, following = following, begun(index + 1)
            yield item, loaded

    def end(self, turn: Turn[Item], write: Callable[[], None] | None) -> None:
        """Take an item whose computation has ended, and write it meanwhile.

        Waits while there is as much to write as there are threads for it.
        """
        if write is not None:
            turn.writing = self._writers.submit(write)
        self._turns.append(turn)
        self._say(most=WRITERS)

    def finish(self) -> None:
        """Wait until all that was taken has been written."""
        self._say(most=0)

    def _say(self, most: int) -> None:
        while self._turns and (len(self._turns) > most or self._turns[0].has_ended):
            turn = self._turns.popleft()
            self._conclude(turn, turn.outcome())
