"""The queue of runs, without Qt and without torch."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from vitviz.errors import Cancelled, ImageError, VitvizError
from vitviz.jobs.queue import (
    Context,
    Engine,
    Event,
    Failed,
    Finished,
    JobKind,
    Progressed,
    Started,
)


class Worker:
    """An engine at work in a thread, and what it has said."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.events: list[Event] = []
        self.done = threading.Condition()
        self.thread = threading.Thread(target=self.engine.work, args=(self.hear,))
        self.thread.start()

    def hear(self, event: Event) -> None:
        with self.done:
            self.events.append(event)
            self.done.notify_all()

    def end_of(self, token: int) -> Finished | Failed:
        """Wait for the last event of a job."""

        def found() -> Finished | Failed | None:
            ends = (e for e in self.events if isinstance(e, Finished | Failed))
            return next((e for e in ends if e.token == token), None)

        with self.done:
            assert self.done.wait_for(lambda: found() is not None, timeout=10)
        end = found()
        assert end is not None
        return end


@pytest.fixture
def worker() -> Iterator[Worker]:
    one = Worker()
    yield one
    one.engine.stop()
    one.thread.join(timeout=10)
    assert not one.thread.is_alive()


def test_events_carry_the_token_in_order(worker: Worker) -> None:
    def job(context: Context) -> str:
        context.report(1)
        context.report(2)
        return "result"

    token = worker.engine.submit(JobKind.RUN, job)
    assert worker.end_of(token) == Finished(JobKind.RUN, token, "result")
    assert worker.events[0] == Started(JobKind.RUN, token)
    assert worker.events[1:3] == [
        Progressed(JobKind.RUN, token, 1),
        Progressed(JobKind.RUN, token, 2),
    ]


def test_a_newer_job_cancels_the_running_and_replaces_the_waiting(
    worker: Worker,
) -> None:
    running, release = threading.Event(), threading.Event()
    ran: list[str] = []

    def first(context: Context) -> None:
        running.set()
        release.wait(10)
        context.raise_if_cancelled()
        ran.append("first to its end")

    token = worker.engine.submit(JobKind.RUN, first)
    assert running.wait(10)
    worker.engine.submit(JobKind.RUN, lambda _c: ran.append("second"))
    last = worker.engine.submit(JobKind.RUN, lambda _c: ran.append("third"))
    release.set()
    end = worker.end_of(token)
    assert isinstance(end, Failed)
    assert isinstance(end.error, Cancelled)
    worker.end_of(last)
    assert ran == ["third"]


def test_a_more_urgent_kind_runs_first(worker: Worker) -> None:
    running, release = threading.Event(), threading.Event()
    order: list[str] = []

    def hold(_context: Context) -> None:
        running.set()
        release.wait(10)

    worker.engine.submit(JobKind.EXPORT, hold)
    assert running.wait(10)
    last = worker.engine.submit(JobKind.MATRIX, lambda _c: order.append("matrix"))
    worker.engine.submit(JobKind.MODEL, lambda _c: order.append("model"))
    release.set()
    worker.end_of(last)
    assert order == ["model", "matrix"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(ImageError("{name} is bad.", name="a"), "a is bad", id="ours"),
        pytest.param(MemoryError(), "not enough memory", id="memory"),
        pytest.param(RuntimeError("kernel panic\nmore"), "kernel panic", id="any"),
        pytest.param(ZeroDivisionError(), "ZeroDivisionError", id="without words"),
    ],
)
def test_errors_end_in_one_sentence_and_the_engine_goes_on(
    worker: Worker, error: Exception, words: str
) -> None:
    def fail(_context: Context) -> None:
        raise error

    end = worker.end_of(worker.engine.submit(JobKind.RUN, fail))
    assert isinstance(end, Failed)
    assert isinstance(end.error, VitvizError)
    assert words in str(end.error)
    assert "\n" not in str(end.error)
    assert end.error.__traceback__ is None, "a traceback would pin tensors"
    token = worker.engine.submit(JobKind.RUN, lambda _c: 1)
    assert worker.end_of(token) == Finished(JobKind.RUN, token, 1)


def test_stop_cancels_what_runs_and_forgets_what_waits(worker: Worker) -> None:
    running = threading.Event()
    ran: list[str] = []

    def poll(context: Context) -> None:
        running.set()
        while not context.is_cancelled():
            pass
        context.raise_if_cancelled()

    token = worker.engine.submit(JobKind.RUN, poll)
    assert running.wait(10)
    worker.engine.submit(JobKind.MATRIX, lambda _c: ran.append("waiting"))
    worker.engine.stop()
    assert isinstance(worker.end_of(token), Failed)
    worker.thread.join(10)
    assert ran == []


def test_cancelling_says_how_waiting_jobs_ended() -> None:
    engine = Engine()
    token = engine.submit(JobKind.RUN, lambda _: None)
    engine.submit(JobKind.RAIL, lambda _: None)
    (ended,) = engine.cancel(JobKind.RUN, JobKind.MODEL)
    assert (ended.kind, ended.token) == (JobKind.RUN, token)
    assert isinstance(ended.error, Cancelled)
    assert engine.cancel(JobKind.RUN) == ()
