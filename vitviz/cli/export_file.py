"""The file of an export: which endings there are, and a figure or numbers in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.cli.agreement import agree
from vitviz.cli.export_request import ExportRequest
from vitviz.cli.export_run import MethodInputs, chosen_model, traced
from vitviz.cli.export_sources import load
from vitviz.cli.parse import listed
from vitviz.errors import InputError
from vitviz.export.figure_settings import FigureKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitviz.attention.trace import Trace
    from vitviz.export.numbers import Selection
    from vitviz.export.save import Figure
    from vitviz.views.view_state import ViewState

FIGURES = (".png", ".svg", ".pdf", ".gif")
# Of a map alone (--bare).
BARE = (".png", ".tif", ".tiff")
NUMBERS = (".npz", ".csv")
PAGES = (".html",)


def check_suffix(output: Path, request: ExportRequest) -> None:
    suffix = output.suffix.lower()
    kind = request.choice.kind
    if kind is not FigureKind.PICTURE and (
        suffix not in (".png", ".svg", ".pdf") or request.is_bare
    ):
        raise InputError(
            "--what {kind} is a figure: it is written as .png, .svg or .pdf.",
            kind=kind.value,
        )
    if request.is_bare or suffix in (".tif", ".tiff"):
        _check_bare(suffix, request)
        return
    if suffix in NUMBERS:
        request.check_numbers()
        return
    if suffix not in (*FIGURES, *PAGES):
        raise InputError(
            "vitviz does not write {suffix}. OUT ends in one of {known}, or is a "
            "folder.",
            suffix=suffix,
            known=" ".join((*FIGURES, *NUMBERS, *PAGES)),
        )
    if "all" in request.query and suffix in PAGES:
        raise InputError(
            "A page can show every query: name with --query the one it opens on, or "
            "leave --query out."
        )
    if "all" in request.query:
        raise InputError(
            "A figure shows one query. Choose it with --query, or write all of them "
            "to an .npz or .csv."
        )


def _check_bare(suffix: str, request: ExportRequest) -> None:
    """Raise InputError for what cannot be one map alone."""
    if not request.is_bare:
        raise InputError(
            "A {suffix} holds the values of one map alone. Add --bare, or write an "
            ".npz.",
            suffix=suffix,
        )
    if suffix not in BARE:
        raise InputError(
            "A map alone is written as {known}, not as {suffix}.",
            known=listed(BARE),
            suffix=suffix or "such a file",
        )
    is_one = request.layer != "all" and len(request.head) == 1
    if not is_one or "all" in (*request.head, *request.query):
        raise InputError(
            "--bare writes one map. Choose one layer, one head or a mean of heads, and "
            "one query."
        )


@dataclass(frozen=True, slots=True)
class Writing:
    """What is left to do for a file when its numbers are there: call it."""

    run: Callable[[], None]
    # Whether it computes nothing more, so that another thread may run it meanwhile.
    is_light: bool = True

    def __call__(self) -> None:
        self.run()


def prepared(
    made: Trace,
    selection: Selection,
    target: Path,
    request: ExportRequest,
    inputs: MethodInputs,
) -> Writing:
    """Return what writes a figure or numbers into `target`, as its ending says.

    Raises SelectionError, ExactnessError, InputError, OutputError, BudgetError.
    """
    from vitviz.export import numbers
    from vitviz.export.metadata import view_values

    match target.suffix.lower():
        case ".npz":
            agree(
                numbers.npz_bytes(made, selection),
                target,
                ask_bytes=numbers.ASK_BYTES,
                is_agreed=request.is_agreed,
            )
            archive = numbers.archive_of(
                made,
                selection,
                options=request.options(),
                view=view_values(request.state(made)),
                gradients=inputs.gradients,
                model=inputs.model,
            )
            # more than a tile is computed while it is written
            if numbers.npz_bytes(made, selection) > numbers.TILE_BYTES:
                return Writing(partial(archive.write, target), is_light=False)
            return Writing(partial(archive.computed().write, target))
        case ".csv":
            agree(
                numbers.csv_bytes(made, selection),
                target,
                ask_bytes=numbers.ASK_BYTES,
                is_agreed=request.is_agreed,
            )
            write = partial(
                numbers.write_csv,
                target,
                made,
                selection,
                gradients=inputs.gradients,
                model=inputs.model,
            )
            return Writing(write, is_light=False)
        case ending:
            return _prepared_figure(made, selection, target, request, inputs, ending)


def _prepared_figure(
    made: Trace,
    selection: Selection,
    target: Path,
    request: ExportRequest,
    inputs: MethodInputs,
    ending: str,
) -> Writing:
    """Return what writes the figure of a window in this state, or a GIF of all maps."""
    from vitviz.export.figure import figure_of, table_of
    from vitviz.export.metadata import metadata, view_values
    from vitviz.export.save import save
    from vitviz.jobs.exports import hidden_patches, values_for
    from vitviz.jobs.figures import described
    from vitviz.system.atomic_files import write_bytes
    from vitviz.system.dataclass_json import json_text
    from vitviz.views.display import series

    state, settings = request.state(made), request.settings
    meta = metadata(
        made,
        method=selection.method,
        heads=selection.heads,
        options=request.options(),
        direction=selection.direction,
        is_renormalised=selection.renormalise,
        view=view_values(state),
    )
    if request.choice.kind is not FigureKind.PICTURE:
        figure = _other_figure(made, selection, request, inputs)
        figure = described(figure, meta, request.choice, settings)
        # drawing it may compute
        write = partial(save, target, figure, scale=request.pixels)
        return Writing(write, is_light=False)
    text = json_text(meta)
    rows = series(
        made,
        state,
        layers=selection.layers,
        heads=selection.heads,
        values=values_for(made, inputs.model, inputs.gradients),
    )
    if request.is_bare:
        from vitviz.export.bare import bare_bytes

        heat, setup = rows[0][0].heat, made.setup
        assert heat is not None
        bare = partial(bare_bytes, heat, setup, state.look, ending, text)
        return Writing(lambda: write_bytes(target, bare()))
    hidden = hidden_patches(made.setup)
    if ending == ".gif":
        from vitviz.export.animation import gif_bytes

        said = replace(settings, has_caption=True)
        animated = partial(
            gif_bytes,
            [
                figure_of(one, settings=said, hidden=hidden)
                for row in rows
                for one in row
            ],
            scale=request.pixels,
            colormap=state.look.colormap,
            description=text,
        )
        return Writing(lambda: write_bytes(target, animated()))
    figure = table_of(rows, settings=settings, hidden=hidden)
    figure = described(figure, meta, request.choice, settings)
    return Writing(partial(save, target, figure, scale=request.pixels))


def _other_figure(
    made: Trace, selection: Selection, request: ExportRequest, inputs: MethodInputs
) -> Figure:
    """Return a figure of another kind than a map or a table of maps."""
    from vitviz.cli.output import say
    from vitviz.jobs.figures import FigureView, drawing, in_range_of

    def state_of(request: ExportRequest, trace: Trace, chosen: Selection) -> ViewState:
        wanted = replace(
            request.state(trace), layer=chosen.layers[0], heads=chosen.heads[0]
        )
        return in_range_of(trace, wanted)

    kept, against = None, request.against
    if against is not None:
        image = load(against.picture, against.request)
        model = chosen_model(against.request)
        other = traced(model, image, against.request, say)
        if other is None:
            raise InputError("--against takes one picture and its options.")
        state = state_of(against.request, other, against.request.selection(other))
        kept = FigureView(other, state, model)
    state = state_of(request, made, selection)
    view = FigureView(made, state, inputs.model, gradients=inputs.gradients, kept=kept)
    return drawing(view, request.choice)(request.settings)
