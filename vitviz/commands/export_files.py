"""Writes the one file that `vitviz export` makes of a picture."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.errors import OutputError

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.commands.wishes import Wish
    from vitviz.explain.gradients import Gradients
    from vitviz.export import Selection
    from vitviz.models.adapter import Model


@dataclass(frozen=True, slots=True)
class Means:
    """What a method needs beside the trace."""

    model: Model
    gradients: Gradients | None


def write(
    made: Trace,
    selection: Selection,
    target: Path,
    wish: Wish,
    means: Means,
) -> None:
    """Write a figure or numbers into `target`, by its ending.

    Raises SelectionError, ExactnessError, InputError, OutputError, BudgetError.
    """
    from vitviz import export

    match target.suffix.lower():
        case ".npz":
            _agree(export.npz_bytes(made, selection), target, wish)
            options = wish.options()
            export.write_npz(
                target,
                made,
                selection,
                options=options,
                gradients=means.gradients,
                model=means.model,
            )
        case ".csv":
            _agree(export.csv_bytes(made, selection), target, wish)
            export.write_csv(
                target,
                made,
                selection,
                gradients=means.gradients,
                model=means.model,
            )
        case ending:
            import json

            from vitviz.figures.compose import figure_of
            from vitviz.metadata import metadata

            assert selection.queries is not None
            meta = json.dumps(metadata(made, selection, wish.options()))
            if ending == ".gif":
                _write_gif(made, selection, target, wish, means, meta)
                return
            from vitviz.figures.save import save

            figure = figure_of(
                made,
                layers=selection.layers,
                heads=selection.heads,
                token=selection.queries[0],
                look=wish.look(),
                method=wish.method,
                gradients=means.gradients,
                model=means.model,
                target=wish.target,
                method_options=wish.method_options,
                description=meta,
            )
            save(target, figure, scale=wish.pixels)


def _write_gif(
    made: Trace,
    selection: Selection,
    target: Path,
    wish: Wish,
    means: Means,
    meta: str,
) -> None:
    from vitviz.figures.animate import frames_of, gif_bytes
    from vitviz.system.atomic_files import write_bytes

    assert selection.queries is not None
    frames = frames_of(
        made,
        layers=selection.layers,
        heads=selection.heads,
        token=selection.queries[0],
        look=wish.look(),
        method=wish.method,
        model=means.model,
        options=wish.method_options,
    )
    data = gif_bytes(
        frames, scale=wish.pixels, colormap=wish.colormap, description=meta
    )
    write_bytes(target, data)


def _agree(size_bytes: int, target: Path, wish: Wish) -> None:
    """Raise OutputError when a large file is not wanted, or the disk cannot hold it."""
    import shutil

    from vitviz.domain.number_text import bytes_text
    from vitviz.export import ASK_BYTES
    from vitviz.system.atomic_files import printable

    size = bytes_text(size_bytes)
    name = printable(str(target))
    try:
        free = shutil.disk_usage(target.absolute().parent).free
    except OSError:
        free = size_bytes
    if size_bytes > free:
        raise OutputError(
            "{path} would take {size}, and its disk has {free} left. Choose fewer "
            "layers, heads or queries.",
            path=name,
            size=size,
            free=bytes_text(free),
        )
    if size_bytes <= ASK_BYTES or wish.is_agreed:
        return
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        print(f"{name} will take {size}. Write it? [y/N] ", end="", file=sys.stderr)
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise OutputError(
        "{path} would take {size}. Add --yes to write it, or choose fewer layers, "
        "heads or queries.",
        path=name,
        size=size,
    )
