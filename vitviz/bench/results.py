"""Results of `vitviz bench`: a measurement beside its target, and the table of all."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured value and its target.

    value : None if it could not be measured here; the note then says why.
    target : largest value it should have; None without one.
    is_at_least : whether the target is the smallest value instead.
    """

    name: str
    value: float | None
    unit: str
    target: float | None
    note: str = ""
    is_at_least: bool = False

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None without a value or a target."""
        if self.value is None or self.target is None:
            return None
        if self.is_at_least:
            return self.value >= self.target
        return self.value <= self.target


def table(figures: list[Measurement]) -> str:
    """Return the measurements as aligned lines of text."""
    rows = [("figure", "measured", "target", "", "")]
    for figure in figures:
        sign = "≥" if figure.is_at_least else "≤"
        target = "" if figure.target is None else f"{sign} {_number(figure.target)}"
        measured = "–"
        if figure.value is not None:
            measured = f"{_number(figure.value)} {figure.unit}".rstrip()
        verdict = {True: "met", False: "missed", None: ""}[figure.is_met]
        rows.append((figure.name, measured, target, verdict, figure.note))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = []
    for name, measured, target, verdict, note in rows:
        cells = (
            name.ljust(widths[0]),
            measured.rjust(widths[1]),
            target.ljust(widths[2]),
            verdict.ljust(widths[3]),
            note,
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def as_dict(figure: Measurement) -> dict[str, object]:
    """Return a measurement as a dictionary, for JSON."""
    return {**asdict(figure), "is_met": figure.is_met}


def machine() -> dict[str, str]:
    """Return the machine and versions that the measurements were made with."""
    import torch

    from vitviz.export.metadata import versions

    found = {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": f"{os.cpu_count()}, {torch.get_num_threads()} threads used",
    }
    if hasattr(os, "getloadavg"):
        found["load at start"] = f"{os.getloadavg()[0]:.1f}"
    found["versions"] = ", ".join(f"{k} {v}" for k, v in versions().items())
    return found


def _processor() -> str:
    """Return the name of the processor."""
    if sys.platform.startswith("linux"):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _number(value: float) -> str:
    """Return a number with about three digits."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 1 else f"{value:.2f}"
