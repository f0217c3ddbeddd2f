"""How far a download is: bytes, and the time that is left.

A module of its own, so that what shows a progress loads nothing of the network.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

REPORT_S = 0.1
_RATE_WINDOW_S = 5.0


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """The state of a download.

    done : bytes.
    total : bytes; None where the server does not say.
    seconds_left : None as long as it cannot be estimated.
    is_waiting : another program fetches the same file, and this one waits for it.
    """

    done: int
    total: int | None = None
    seconds_left: float | None = None
    is_waiting: bool = False


class Meter:
    """Reports of bytes and of the time that is left, ten times a second."""

    def __init__(self, report: Callable[[DownloadProgress], None]) -> None:
        self._report = report
        self._total: int | None = None
        self._seen: deque[tuple[float, int]] = deque()
        self._told = 0.0

    def start(self, done: int, total: int | None) -> None:
        """Begin at `done` bytes of `total`, None if that is unknown."""
        self._total = total
        self._seen.clear()
        self._seen.append((time.monotonic(), done))
        self._report(DownloadProgress(done, total))

    def advance(self, done: int) -> None:
        """Report, unless the last report was less than 0.1 s ago."""
        now = time.monotonic()
        if now - self._told < REPORT_S:
            return
        self._told = now
        self._seen.append((now, done))
        while now - self._seen[0][0] > _RATE_WINDOW_S and len(self._seen) > 2:
            self._seen.popleft()
        (first, earlier), left = self._seen[0], None
        if self._total is not None and done > earlier and now - first > 0.5:
            left = (self._total - done) * (now - first) / (done - earlier)
        self._report(DownloadProgress(done, self._total, left))

    def end(self, done: int) -> None:
        """Report that everything has arrived."""
        self._report(DownloadProgress(done, self._total or done, 0.0))


def seconds_text(seconds: float) -> str:
    """Return a duration as text: "40 s", "3 min", "1 h 20 min"."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
