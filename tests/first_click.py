"""Counts what the first click on a picture shows: patches above a third of the bar.

usage: python -m tests.first_click [--model M] PICTURE:ROW,COL …

ROW,COL is the patch of the main object, of the model's own grid. Five clicks each: on
it and on its four neighbours, with everything else as the window shows it first.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

import vitviz
from vitviz.models.model import Model
from vitviz.pictures.source import load_image
from vitviz.views.display import resolve
from vitviz.views.view_state import ViewState

SHARE_OF_BAR = 1 / 3
NEIGHBOURS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))


def lit(
    model: Model, picture: object, cell: tuple[int, int], *, clip_percent: float = 1.0
) -> list[int]:
    """Patches above a third of the bar, for each of the five clicks."""
    trace = vitviz.trace(model, picture)  # type: ignore[arg-type]
    counts = []
    for step in NEIGHBOURS:
        row = min(max(cell[0] + step[0], 0), trace.grid[0] - 1)
        col = min(max(cell[1] + step[1], 0), trace.grid[1] - 1)
        state = ViewState(
            token=trace.setup.grid.token(row, col), clip_percent=clip_percent
        )
        shown = resolve(state, trace)
        assert shown is not None
        assert shown.heat is not None
        share = shown.heat.levels.fraction(shown.heat.patches)
        counts.append(int((share > SHARE_OF_BAR).sum()))
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="vitviz-flexi")
    parser.add_argument("pictures", nargs="+")
    chosen = parser.parse_args()
    model = vitviz.load_model(chosen.model)
    all_counts = []
    for one in chosen.pictures:
        name, _, place = one.rpartition(":")
        row, col = map(int, place.split(","))
        picture = load_image(name)
        counts = lit(model, picture, (row, col))
        full = lit(model, picture, (row, col), clip_percent=0.0)
        all_counts += counts
        sys.stdout.write(f"{Path(name).name:20} {counts}, in the full range {full}\n")
    middle = statistics.median(all_counts)
    sys.stdout.write(f"median {middle}, least {min(all_counts)}\n")
    return 0 if middle >= 3 else 1


if __name__ == "__main__":
    sys.exit(main())
