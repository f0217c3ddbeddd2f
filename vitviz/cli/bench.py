"""Command `vitviz bench`: time and memory on this machine, against targets."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from vitviz.domain.number_text import whole_number
from vitviz.errors import EnvironmentFault, InputError

if TYPE_CHECKING:
    from vitviz.bench.results import Measurement

DESCRIPTION = "Measure time and memory on this machine. Takes up to six minutes."
EPILOG = """\
Ratios are of alternating runs, medians; memory is the peak over the loaded model, each
way in a process of its own. Weights are random: time and memory do not depend on them.
"""

Step = Callable[[], "list[Measurement]"]

DEFAULT_TOKENS = (257, 1370, 3601)
# No step begins later than this; the longest one takes about another minute.
BUDGET_S = 290.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--tokens`, `--library` and `--json`."""
    parser.add_argument(
        "--tokens",
        nargs="+",
        metavar="N",
        help="measure only traces of so many tokens (default: all figures)",
    )
    parser.add_argument(
        "--library",
        choices=("timm", "torchvision", "transformers"),
        help="measure time and memory of traces of one library's ViT-S/14",
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def execute(args: argparse.Namespace) -> int:
    """Measure and print; a missed target is no error.

    Raises InputError for a number of tokens out of range or a library not installed.
    """
    from vitviz.bench import results
    from vitviz.cli.output import show

    tokens: tuple[int, ...] = DEFAULT_TOKENS
    if args.tokens is not None:
        tokens = tuple(_count(text) for text in args.tokens)
    about = results.machine()
    ratios: list[Step] = [_ratio_step(count, args.library) for count in tokens]
    if args.library is not None:
        _require(args.library)
        ratios.append(_memory_step(max(tokens), args.library))
    if args.tokens is not None or args.library is not None:
        found = _measured(ratios)
    else:
        found = _measured(
            [*_quick_steps(), *ratios, *_other_libraries(), *_long_steps()]
        )
    if args.json:
        print(
            json.dumps(
                {"machine": about, "figures": [results.as_dict(f) for f in found]},
                indent=2,
                ensure_ascii=False,
            )
        )
        return 0
    for key, value in about.items():
        show(f"{key + ':':<15}{value}")
    show()
    show(results.table(found))
    return 0


def _measured(steps: list[Step]) -> list[Measurement]:
    """Run steps until the time is up, and return what they measured.

    Progress is reported on standard error.
    """
    from vitviz.cli.output import say

    start = time.monotonic()
    found: list[Measurement] = []
    for number, step in enumerate(steps, start=1):
        if time.monotonic() - start > BUDGET_S:
            say(f"{len(steps) - number + 1} steps left out: the time is up.")
            break
        new = step()
        found += new
        names = "; ".join(figure.name for figure in new)
        say(f"[{number}/{len(steps)}] {time.monotonic() - start:.0f} s  {names}")
    return found


def _ratio_step(num_tokens: int, library: str | None) -> Step:
    from vitviz.bench import timing

    return lambda: [timing.trace_ratio(num_tokens, library)]


def _memory_step(num_tokens: int, library: str) -> Step:
    from vitviz.bench import memory

    return lambda: memory.compared(num_tokens, library)


def _other_libraries() -> list[Step]:
    """Return steps that measure the middle size in the other libraries."""
    from vitviz.bench import networks

    others = networks.libraries()[1:]
    return [_ratio_step(DEFAULT_TOKENS[1], library) for library in others]


def _require(library: str) -> None:
    from vitviz.bench import networks

    if library not in networks.libraries():
        raise InputError("{library} is not installed.", library=library)


def _quick_steps() -> list[Step]:
    from vitviz.bench import neighbour, timing

    return [
        lambda: [timing.help_time()],
        neighbour.beside_another,
        lambda: timing.reading(197),
        lambda: timing.reading(3601),
        _window_figures,
    ]


def _long_steps() -> list[Step]:
    from vitviz.bench import memory, timing

    return [
        memory.compared,
        lambda: [timing.torchvision_ratio()],
        timing.methods,
        lambda: [memory.largest()],
    ]


def _window_figures() -> list[Measurement]:
    """Measure the window; without a display, return a row that says so."""
    from vitviz.bench.results import Measurement
    from vitviz.system.environment import check_display

    name = "window: start, click to paint, event loop"
    try:
        check_display()
    except EnvironmentFault:
        return [Measurement(name, None, "", None, "no display")]
    from vitviz.ui.diagnostics.measure import measure_window

    return measure_window()


def _count(text: str) -> int:
    number = whole_number(text, 2, 40_000)
    if number is not None:
        return number
    raise InputError("--tokens takes numbers from 2 to 40000, not {text}.", text=text)
