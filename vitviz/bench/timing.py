"""Timing of traces, methods, rows, the matrix view and the command line.

    ratio of A to B :  A B, B A, A B, …  →  median of A ÷ median of B

Each measurement is returned beside its target, as a `Measurement`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from vitviz.attention.run import trace
from vitviz.attention.trace import Trace
from vitviz.bench import networks
from vitviz.bench.results import Measurement
from vitviz.domain.geometry import Bins
from vitviz.domain.heads import HeadChoice
from vitviz.explain.head_statistics import head_statistics
from vitviz.models.load import wrap
from vitviz.system.paths import is_bundle

# Trace ÷ fused forward pass, at most, by number of tokens.
RATIO_TARGETS = {257: 1.10, 1370: 1.05, 3601: 1.05}
# The following are ÷ a fused forward pass, at most.
ROLLOUT_TARGET = 1.0
# Its own forward and backward pass included.
RELEVANCE_TARGET = 4.5
# Entropy, distance, special share and sink of every head.
STATISTICS_TARGET = 3.0
# Trace ÷ torchvision's own, native way, at most.
TORCHVISION_TARGET = 0.65
# Bins on an axis of the matrix view.
MATRIX_BINS = 512


def seconds(call: Callable[[], object]) -> float:
    """Return the wall-clock seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Alternation:
    """The times of two calls that were run in turn.

    first_s, second_s : medians of wall-clock seconds.
    cpu_ratio : first ÷ second in processor time of all threads, medians; other programs
        on the machine disturb it less.
    rounds : how often each was run.
    """

    first_s: float
    second_s: float
    cpu_ratio: float
    rounds: int

    @property
    def ratio(self) -> float:
        """First ÷ second in wall-clock time."""
        return self.first_s / self.second_s

    def note(self) -> str:
        """Return both times, the rounds and the ratio of processor times as text."""
        return (
            f"{self.first_s:.3f} s ÷ {self.second_s:.3f} s, {self.rounds} rounds; "
            f"{self.cpu_ratio:.2f} in processor time"
        )


def alternating(
    first: Callable[[], object], second: Callable[[], object], *, budget_s: float
) -> Alternation:
    """Return the medians of A B, B A, A B, … in about `budget_s`.

    At least three rounds, at most 25. The order changes every round, so that neither
    always runs right after the other.
    """
    second()  # warms up, not counted
    once = seconds(first) + seconds(second)
    rounds = max(3, min(25, int(budget_s / once)))
    taken: tuple[list[float], list[float]] = ([], [])
    spent: tuple[list[float], list[float]] = ([], [])
    for index in range(rounds):
        for which in (0, 1) if index % 2 == 0 else (1, 0):
            start = time.process_time()
            taken[which].append(seconds((first, second)[which]))
            spent[which].append(time.process_time() - start)
    a, b = map(statistics.median, taken)
    cpu_a, cpu_b = map(statistics.median, spent)
    return Alternation(a, b, cpu_a / cpu_b, rounds)


def trace_ratio(
    num_tokens: int, library: str | None = None, *, budget_s: float = 12.0
) -> Measurement:
    """Measure a trace ÷ the same model's fused, untapped forward pass.

    library : None for the first that is installed.
    """
    side = networks.side_px(num_tokens)
    library = library or networks.libraries()[0]
    module, pixels = networks.network(side, library), networks.pixels(side)
    model = wrap(module)
    found = alternating(
        lambda: trace(model, pixels),
        lambda: _forward(module, pixels),
        budget_s=budget_s,
    )
    return Measurement(
        f"trace ÷ fused forward, {library}, {networks.tokens_of(side):,} tokens",
        found.ratio,
        "×",
        RATIO_TARGETS.get(num_tokens, RATIO_TARGETS[3601]),
        found.note(),
    )


def torchvision_ratio(num_tokens: int = 3601, *, budget_s: float = 20.0) -> Measurement:
    """Measure a trace ÷ torchvision's own forward pass, which takes a native path."""
    side = networks.side_px(num_tokens)
    module, pixels = networks.torchvision_network(side), networks.pixels(side)
    model = wrap(module)
    found = alternating(
        lambda: trace(model, pixels),
        lambda: _forward(module, pixels),
        budget_s=budget_s,
    )
    return Measurement(
        f"trace ÷ torchvision untouched, {networks.tokens_of(side):,} tokens",
        found.ratio,
        "×",
        TORCHVISION_TARGET,
        found.note(),
    )


def methods(num_tokens: int = 3601, *, budget_s: float = 20.0) -> list[Measurement]:
    """Measure rollout, relevance and head statistics ÷ the fused forward pass."""
    from vitviz.explain.run_method import run

    side = networks.side_px(num_tokens)
    module, pixels = networks.network(side), networks.pixels(side)
    model = wrap(module)
    made = trace(model, pixels)
    names = {"rollout": ROLLOUT_TARGET, "relevance": RELEVANCE_TARGET}
    found = []
    for name, target in names.items():
        needed = None if name == "rollout" else model
        result = alternating(
            lambda name=name, needed=needed: run(  # type: ignore[misc]
                name,
                made,
                query=made.num_tokens // 2,
                model=needed,
                pixels=pixels,
            ),
            lambda: _forward(module, pixels),
            budget_s=budget_s,
        )
        title = f"{name} of one query ÷ forward, {made.num_tokens:,} tokens"
        found.append(Measurement(title, result.ratio, "×", target, result.note()))
    result = alternating(
        lambda: [
            head_statistics(capture, made.setup.grid, model.info.patch_size)
            for capture in made.captures
            if capture is not None
        ],
        lambda: _forward(module, pixels),
        budget_s=budget_s,
    )
    heads = made.num_layers * made.num_heads
    title = f"statistics of {heads} heads ÷ forward, {made.num_tokens:,} tokens"
    found.append(
        Measurement(title, result.ratio, "×", STATISTICS_TARGET, result.note())
    )
    return found


def reading(num_tokens: int) -> list[Measurement]:
    """Measure reading rows of a trace; above 1,000 tokens, also the matrix view."""
    side = networks.side_px(num_tokens)
    made = trace(wrap(networks.network(side)), networks.pixels(side))
    count = made.num_tokens
    is_large = count > 1000
    one = _median_ms(lambda i: made.row(i % 12, i % count))
    results = [
        Measurement(
            f"row: one layer, all heads, {count:,} tokens",
            one,
            "ms",
            4.0 if is_large else 1.0,
        )
    ]
    if is_large:
        every = _median_ms(
            lambda i: [made.row(layer, i % count) for layer in range(12)]
        )
        name = f"row: all layers and heads, {count:,} tokens"
        results += [Measurement(name, every, "ms", 16.0), *_matrix(made)]
    return results


def help_time() -> Measurement:
    """Measure `vitviz --help`, as a process of its own."""
    command = [sys.executable, "-m", "vitviz", "--help"]
    if is_bundle():
        command = [sys.executable, "--help"]
    times = [
        seconds(lambda: subprocess.run(command, check=True, capture_output=True))
        for _ in range(5)
    ]
    return Measurement("vitviz --help", statistics.median(times), "s", 0.2)


def _matrix(made: Trace) -> list[Measurement]:
    """Measure the matrix view of a trace: its first picture, and the exact one."""
    bins = Bins.fitting(made.num_tokens, made.num_prefix_tokens, MATRIX_BINS)
    head = HeadChoice((0,))
    first = min(seconds(lambda: made.pooled_preview(0, head, bins)) for _ in range(3))
    exact = statistics.median(
        seconds(lambda: list(made.pooled(0, head, bins))) for _ in range(3)
    )
    mean = seconds(lambda: list(made.pooled(0, HeadChoice(), bins)))
    tokens = f"{made.num_tokens:,} tokens"
    return [
        Measurement(f"matrix view: first picture, {tokens}", first, "s", 0.1),
        Measurement(
            f"matrix view: exact, {tokens}",
            exact,
            "s",
            0.6,
            f"one head; the mean of all heads takes {mean:.2f} s",
        ),
    ]


def _median_ms(call: Callable[[int], object], repeats: int = 50) -> float:
    """Return the median milliseconds of `call`, after five calls to warm up."""
    for index in range(5):
        call(index)
    times = [seconds(lambda i=i: call(i)) for i in range(repeats)]  # type: ignore[misc]
    return 1000 * statistics.median(times)


def _forward(module: torch.nn.Module, pixels: torch.Tensor) -> None:
    """Run one forward pass in inference mode."""
    with torch.inference_mode():
        module(pixels)
