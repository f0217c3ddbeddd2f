"""The queue of runs: any thread submits, one thread works. No Qt, no torch.

    submit(kind, job) → token       a newer job of a kind replaces the older one
    work(listener)                  runs jobs one at a time, until `stop`

Every event carries the token of its submission. A receiver keeps the token it was
given and drops events with another: a queued event can arrive after its job was
replaced. Cancelling is cooperative: jobs poll `Context.is_cancelled`.
"""

from __future__ import annotations

import enum
import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec

from vitviz.errors import Cancelled, VitvizError
from vitviz.system.memory import is_out_of_memory

_log = logging.getLogger(__name__)


class JobKind(enum.IntEnum):
    """What a job is for; a smaller number runs first."""

    # Whether it computes something from a trace, and is of no use for the next one.
    is_of_trace: bool

    def __new__(cls, number: int, is_of_trace: bool = False) -> JobKind:
        """Make a member of its place in the order."""
        made = int.__new__(cls, number)
        made._value_ = number
        made.is_of_trace = is_of_trace
        return made

    PICTURE = 0
    MODEL = 1
    RUN = 2
    COLUMN = 3, True
    METHOD = 4, True
    COMPARE = 5, True
    RAIL = 6, True
    WALL = 7, True
    MATRIX = 8, True
    REFINE = 9, True
    STATISTICS = 10, True
    STATES = 11, True
    EFFECT = 12, True
    MAP_TEST = 13, True
    LESSON = 14, True
    LAB = 15, True
    EXPORT = 16
    DOWNLOAD = 17
    LOOK_UP = 18
    PRICE = 19
    PRECISION = 20
    PREVIEW = 21
    LIKENESS = 22, True
    FOLDER = 100
    AHEAD = 101
    THUMBNAILS = 102
    TIDY = 103
    WRITE = 104
    GIVE_BACK = 105
    RECENT = 106


@dataclass(frozen=True, slots=True)
class Started:
    """A job has begun."""

    kind: JobKind
    token: int


@dataclass(frozen=True, slots=True)
class Progressed:
    """A job has a part of its result."""

    kind: JobKind
    token: int
    value: object


@dataclass(frozen=True, slots=True)
class Finished:
    """A job has returned."""

    kind: JobKind
    token: int
    value: object


@dataclass(frozen=True, slots=True)
class Failed:
    """A job has ended with an error; `Cancelled` when it was asked to stop."""

    kind: JobKind
    token: int
    error: VitvizError


Event = Started | Progressed | Finished | Failed


class Context:
    """What a job sees of the engine."""

    def __init__(
        self, kind: JobKind, token: int, listener: Callable[[Event], None]
    ) -> None:
        self.kind = kind
        self.token = token
        self._listener = listener
        self._cancelled = threading.Event()

    def is_cancelled(self) -> bool:
        """Whether the job should end; it then raises `Cancelled`."""
        return self._cancelled.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise Cancelled when the job should end."""
        if self._cancelled.is_set():
            raise Cancelled

    def report(self, value: object) -> None:
        """Send a part of the result."""
        self._listener(Progressed(self.kind, self.token, value))

    def advance(self, share: float) -> None:
        """Send how much is done, in [0, 1]. Raises Cancelled when it should end."""
        self.raise_if_cancelled()
        self.report(share)

    def cancel(self) -> None:
        """Ask the job to end."""
        self._cancelled.set()


# Functions of `jobs` take the context first, then what they work on.
Job = Callable[[Context], object]
P = ParamSpec("P")


def bound(
    function: Callable[Concatenate[Context, P], object],
    *args: P.args,
    **options: P.kwargs,
) -> Job:
    """Return a function of `jobs` with what it works on, ready to be submitted."""

    def job(context: Context) -> object:
        return function(context, *args, **options)

    return job


class Engine:
    """One worker's queue, at most one waiting job of each kind."""

    def __init__(self) -> None:
        self._tokens = itertools.count(1)
        self._waiting: dict[JobKind, tuple[int, Job]] = {}
        self._running: Context | None = None
        self._changed = threading.Condition()
        self._stopping = False

    def submit(self, kind: JobKind, job: Job) -> int:
        """Token of the new job; replaces a waiting or running one of its kind."""
        with self._changed:
            token = next(self._tokens)
            self._waiting[kind] = (token, job)
            self._cancel_running({kind})
            self._changed.notify()
            return token

    def cancel(self, *kinds: JobKind) -> tuple[Failed, ...]:
        """Forget waiting jobs of these kinds and ask a running one to end.

        Returns how the forgotten ones ended: nothing else will say it.
        """
        with self._changed:
            waiting = [kind for kind in kinds if kind in self._waiting]
            forgotten = [(kind, self._waiting.pop(kind)[0]) for kind in waiting]
            self._cancel_running(set(kinds))
        return tuple(Failed(kind, token, Cancelled()) for kind, token in forgotten)

    def stop(self) -> None:
        """Let `work` return as soon as the running job lets it."""
        with self._changed:
            self._stopping = True
            self._waiting.clear()
            self._cancel_running(set(JobKind))
            self._changed.notify()

    def work(self, listener: Callable[[Event], None]) -> None:
        """Run jobs in the calling thread until `stop`; events go to `listener`."""
        while (taken := self._take(listener)) is not None:
            context, job = taken
            listener(Started(context.kind, context.token))
            listener(_outcome(context, job))
            with self._changed:
                self._running = None
            # nothing of a finished job may outlive it: traces are large
            del taken, context, job

    def _take(self, listener: Callable[[Event], None]) -> tuple[Context, Job] | None:
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
            if self._stopping:
                return None
            kind = min(self._waiting)
            token, job = self._waiting.pop(kind)
            self._running = Context(kind, token, listener)
            return self._running, job

    def _cancel_running(self, kinds: set[JobKind]) -> None:
        if self._running is not None and self._running.kind in kinds:
            self._running.cancel()


def _outcome(context: Context, job: Job) -> Event:
    kind, token = context.kind, context.token
    try:
        return Finished(kind, token, job(context))
    except VitvizError as error:
        # the traceback would pin the frames, and with them the tensors, of the run
        return Failed(kind, token, error.with_traceback(None))
    except MemoryError:
        message = "There is not enough memory. Choose a smaller size or model."
        return Failed(kind, token, VitvizError(message))
    except Exception as error:
        # whatever a model or library raises must end in the error bar, not the thread
        _log.exception("job %s failed", kind.name)
        return Failed(kind, token, _described(error))


def _described(error: Exception) -> VitvizError:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    if is_out_of_memory(error):
        return VitvizError(
            "The device ran out of memory. Choose a smaller size, or run on the CPU."
        )
    return VitvizError(
        "This did not work: {reason} Details are in the log.",
        reason=lines[0][:200].rstrip(".") + ".",
    )
