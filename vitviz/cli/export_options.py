"""Options of `vitviz export`: declared, read from texts, and checked.

    add_export_arguments ──► argparse ──► request_from ──► ExportRequest

Preprocessing, labels and threads have their own, in `preprocessing_options`.
"""

from __future__ import annotations

import argparse
import shlex
from typing import NoReturn

from vitviz.cli.export_request import Against, ExportRequest
from vitviz.cli.parse import (
    between,
    class_of,
    factor,
    head_of,
    listed,
    method_options_of,
    number_or,
    numbers_of,
    one_of,
    queries_of,
    reading_of,
    scale_of,
    size_of,
    whole,
)
from vitviz.cli.preprocessing_options import (
    add_preprocessing_arguments,
    preprocessing_from,
)
from vitviz.domain.interventions import UNTOUCHED, Interventions
from vitviz.domain.methods import MAPS, OPTIONS, Source
from vitviz.errors import InputError, SelectionError
from vitviz.export.figure_settings import (
    DPI_RANGE,
    TYPE_PT,
    TYPE_RANGE_PT,
    UNITS_PER_INCH,
    FigureChoice,
    FigureKind,
    FigureTheme,
)
from vitviz.pictures.reading import Plane
from vitviz.views.view_state import Direction, Statistic, TokensView, ViewState
from vitviz.views.view_state import Reading as TokenReading

# Formats of files in a folder: those with metadata, by which an export that is run
# again finds what is done.
FORMATS = ("png", "svg", "gif", "npz", "tif")
DTYPES = ("float32", "bfloat16", "float16")
FITS = ("crop", "whole", "letterbox", "squeeze")
PLANES = tuple(plane.value for plane in Plane)
STYLES = ("tint", "map", "spotlight")
KINDS = tuple(kind.value for kind in FigureKind)
STATISTICS = tuple(statistic.value for statistic in Statistic)
READINGS = tuple(reading.value for reading in TokenReading)
SOURCES = tuple(source.value for source in Source)
THEMES = tuple(theme.value for theme in FigureTheme)
DIRECTIONS_BY_NAME = {
    "looks-at": Direction.LOOKS_AT,
    "looked-at-by": Direction.LOOKED_AT_BY,
}
DIRECTIONS = tuple(DIRECTIONS_BY_NAME)
# What is not asked for is as a window shows it first.
_VIEW = ViewState()


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all options but the pictures and the output."""
    _add_model(parser)
    _add_picture(parser)
    add_preprocessing_arguments(parser)
    _add_choice(parser)
    _add_looks(parser)
    _add_page(parser)
    _add_run(parser)


def _add_model(parser: argparse.ArgumentParser) -> None:
    """Add the model, where it runs, and its changes."""
    group = parser.add_argument_group("model")
    group.add_argument(
        "--model",
        metavar="M",
        help="default: vitviz-small; see “vitviz models --help”",
    )
    group.add_argument("--patch", metavar="P", help="patch size of an embedded model")
    group.add_argument("--device", metavar="D", default="auto", help="default: auto")
    group.add_argument("--dtype", metavar="T", default="float32", help=listed(DTYPES))
    group.add_argument(
        "--changes",
        metavar="FILE",
        help="a saved session (.vitviz), whose changes of the Lab are made",
    )


def _add_picture(parser: argparse.ArgumentParser) -> None:
    """Add how the picture is read and placed."""
    group = parser.add_argument_group("picture")
    group.add_argument(
        "--size",
        metavar="S|WxH",
        help="input in pixels; default: what the weights were trained with",
    )
    group.add_argument(
        "--fit", metavar="F", help=f"{listed(FITS)}; default: as the weights' own"
    )
    group.add_argument(
        "--stretch",
        metavar="auto|full|range|2-98|LOW,HIGH",
        default="auto",
        help="values shown as black and white: the type's range, the lowest and "
        "highest, percentiles, or two values (--stretch=-200,300); default: auto, for "
        "more than 8 bits what fills the type's range as it is, else 0.1-99.9",
    )
    group.add_argument(
        "--bands",
        metavar="N|R,G,B",
        help="of a file with several, from 1: one as grey, or three as red, green and "
        "blue; for a network of many channels as many as it takes; default: the first",
    )
    group.add_argument(
        "--frame",
        metavar="N",
        help="frame, page or slice, from 0; default: the first, of a volume the middle",
    )
    group.add_argument(
        "--plane",
        metavar="P",
        default="axial",
        help=f"of a volume: {listed(PLANES)}; default: axial",
    )


def _add_choice(parser: argparse.ArgumentParser) -> None:
    """Add what is shown: layers, heads, queries, method, kind of figure."""
    group = parser.add_argument_group("what")
    group.add_argument("--layer", default="last", metavar="I|last|all")
    group.add_argument(
        "--head",
        action="append",
        metavar="I|mean|max|min|all",
        help="default: mean; mean:1,4 of some heads; several times for several maps",
    )
    group.add_argument(
        "--query",
        action="append",
        metavar="cls|ROW,COL|token:I|pool|all",
        help="default: cls, or the middle patch of a model without it; pool: the query "
        "of a pooling head (SigLIP); again for tokens pinned beside the first",
    )
    group.add_argument(
        "--direction",
        default="looks-at",
        metavar="D",
        help=f"{listed(DIRECTIONS)}: the query's row, or its column",
    )
    group.add_argument(
        "--renormalise",
        action="store_true",
        help="patches only: leave special tokens out and divide by the patches' sum",
    )
    group.add_argument(
        "--method", default=_VIEW.method, metavar="N", help=listed(tuple(MAPS))
    )
    group.add_argument(
        "--target",
        metavar="CLASS",
        help="class that is explained, by number; default: the likeliest",
    )
    group.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"of the method: {listed(tuple(OPTIONS))}",
    )
    group.add_argument(
        "--what",
        default=FigureKind.PICTURE.value,
        metavar="K",
        help=f"of a figure: {listed(KINDS)}; default: picture, or the layers and heads "
        "that are named",
    )
    group.add_argument(
        "--statistic",
        default=FigureChoice().statistic.value,
        metavar="S",
        help=f"with --what statistics: {listed(STATISTICS)}",
    )
    group.add_argument(
        "--tokens",
        default=FigureChoice().tokens.shows.value,
        metavar="R",
        help=f"with --what tokens: {listed(READINGS)}",
    )
    group.add_argument(
        "--vectors",
        default=FigureChoice().tokens.source.value,
        metavar="V",
        help=f"with --tokens similarity: {listed(SOURCES)}; x is the state",
    )
    group.add_argument(
        "--against",
        metavar="VIEW",
        help="with --what comparison: the second view as one quoted argument, a "
        'picture and options of its own: "cat.jpg --patch 8 --layer 3"',
    )
    group.add_argument(
        "--difference",
        action="store_true",
        help="with --what comparison: the first less the second, at the right",
    )
    group.add_argument(
        "--own-scales",
        action="store_true",
        help="with --what comparison: a scale for each; default: one for both",
    )


def _add_looks(parser: argparse.ArgumentParser) -> None:
    """Add how a figure looks: style, scale, size, theme."""
    from vitviz.views.colour import COLORMAPS

    group = parser.add_argument_group("figure")
    group.add_argument(
        "--style", default=_VIEW.style.value, metavar="N", help=listed(STYLES)
    )
    group.add_argument(
        "--colormap",
        metavar="C",
        help=f"{listed(COLORMAPS)}; default: magma, and viridis for a map",
    )
    group.add_argument(
        "--scale",
        default=_VIEW.scale.value,
        metavar="own|shared|LO,HI",
        help="own: each map has its own; shared: one for all; or its two ends. Both "
        "begin at 0 and end at the 99th percentile, see --clip",
    )
    group.add_argument("--log", action="store_true", help="a logarithmic scale")
    group.add_argument(
        "--clip",
        default=f"{_VIEW.clip_percent:g}",
        metavar="P",
        help="percent of the largest values beyond the scale, 0 for none; default: 1",
    )
    group.add_argument(
        "--opacity",
        metavar="A",
        help="of the map or the shadow, from 0 to 1; default: what suits the style",
    )
    group.add_argument(
        "--smooth", action="store_true", help="smooth the map between patches"
    )
    group.add_argument(
        "--grid",
        action=argparse.BooleanOptionalAction,
        default=_VIEW.show_grid,
        help="lines between the patches; default: as on screen, with them",
    )
    group.add_argument(
        "--width", metavar="MM", help="of the figure on paper, in millimetres"
    )
    group.add_argument(
        "--type", metavar="PT", help="size of its letters on paper; default: 9"
    )
    group.add_argument(
        "--theme",
        default=FigureTheme.LIGHT.value,
        metavar="T",
        help=f"{listed(THEMES)}; default: light, for paper",
    )
    group.add_argument(
        "--dpi", metavar="D", help="of a .png: pixels for each inch; default: 192"
    )
    group.add_argument(
        "--bare",
        action="store_true",
        help="the map alone, at the picture's own size: colours in a .png, values of "
        "32 bits in a .tif; what the model did not see is transparent, or no number",
    )
    group.add_argument(
        "--caption", action="store_true", help="say below what the figure shows"
    )
    group.add_argument(
        "--pixels",
        default="2",
        metavar="F",
        help="pixels of a .png or .gif for each 1/96 inch, from 0.25 to 16; default: 2",
    )


def _add_page(parser: argparse.ArgumentParser) -> None:
    """Add what a web page holds."""
    group = parser.add_argument_group("web page")
    group.add_argument(
        "--keep-layers",
        metavar="I,J",
        help="layers in the page, which then is smaller; default: all",
    )
    group.add_argument(
        "--keep-heads", metavar="I,J", help="heads in the page; default: all"
    )
    group.add_argument(
        "--single",
        action="store_true",
        help="numbers in single precision, twice the size; default: half floats",
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    """Add the format of a folder's files, the price, and agreement to it."""
    parser.add_argument(
        "--format",
        default="png",
        metavar="T",
        help=f"of the files in a folder: {listed(FORMATS)}",
    )
    parser.add_argument(
        "--price", action="store_true", help="say what a run would take, and stop"
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help="write files above 1 GB, and pages above 60 MB, without asking",
    )


def request_from(args: argparse.Namespace) -> ExportRequest:
    """Return the checked options.

    Raises InputError or SelectionError for the first that cannot be used.
    """
    from vitviz.views.colour import COLORMAPS

    size = None if args.size is None else size_of(args.size)
    if isinstance(size, tuple) and size[0] != size[1] and args.fit == "whole":
        raise SelectionError(
            "--fit whole keeps the picture's own aspect: give its shorter side alone, "
            "as --size {side}, and not {size}.",
            side=min(size),
            size=args.size,
        )
    request = ExportRequest(
        model=args.model,
        patch=None if args.patch is None else whole(args.patch, "--patch"),
        size=size,
        fit=None if args.fit is None else one_of(args.fit, FITS, "--fit"),
        device=args.device,
        dtype=one_of(args.dtype, DTYPES, "--dtype"),
        layer=number_or(args.layer, ("last", "all"), "--layer"),
        head=tuple(head_of(text) for text in args.head or ("mean",)),
        query=queries_of(args.query or []),
        direction=DIRECTIONS_BY_NAME[one_of(args.direction, DIRECTIONS, "--direction")],
        method=one_of(args.method, tuple(MAPS), "--method"),
        target=None if args.target is None else class_of(args.target),
        method_options=method_options_of(args.option, args.method),
        style=one_of(args.style, STYLES, "--style"),
        colormap=(
            None
            if args.colormap is None
            else one_of(args.colormap, COLORMAPS, "--colormap")
        ),
        opacity=between(args.opacity, "--opacity", 0, 1),
        smooth=args.smooth,
        grid=args.grid,
        scale=scale_of(args.scale),
        log=args.log,
        clip=between(args.clip, "--clip", 0, 99) or 0.0,
        renormalise=args.renormalise,
        caption=args.caption,
        width_mm=between(args.width, "--width", 10, 2000),
        pixels=_pixels(args),
        format=one_of(args.format, FORMATS, "--format"),
        is_agreed=args.yes,
        running=preprocessing_from(args),
        only_price=args.price,
        changes=UNTOUCHED if args.changes is None else _changes(args.changes),
        keep_layers=numbers_of(args.keep_layers, "--keep-layers"),
        keep_heads=numbers_of(args.keep_heads, "--keep-heads"),
        single=args.single,
        reading=reading_of(args.stretch, args.bands, args.frame, args.plane),
        is_bare=args.bare,
        choice=_choice(args),
        theme=FigureTheme(one_of(args.theme, THEMES, "--theme")),
        type_pt=between(args.type, "--type", *TYPE_RANGE_PT) or TYPE_PT,
        against=None if args.against is None else _against(args.against),
    )
    request.check_method()
    request.check_figure()
    return request


def _choice(args: argparse.Namespace) -> FigureChoice:
    """Return what a figure shows. Raises InputError."""
    return FigureChoice(
        FigureKind(one_of(args.what, KINDS, "--what")),
        Statistic(one_of(args.statistic, STATISTICS, "--statistic")),
        TokensView(
            TokenReading(one_of(args.tokens, READINGS, "--tokens")),
            Source(one_of(args.vectors, SOURCES, "--vectors")),
        ),
        is_difference=args.difference,
        is_same_scale=not args.own_scales,
    )


def _against(text: str) -> Against:
    """Return the second view of a comparison. Raises InputError."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InputError("--against {text} ends within a quote.", text=text) from error
    parser = Words(prog="--against", add_help=False)
    parser.add_argument("images", nargs="+")
    add_export_arguments(parser)
    given = parser.parse_args(words)
    if len(given.images) > 1 or given.against is not None:
        raise InputError("--against takes one picture and its options.")
    return Against(text, given.images[0], request_from(given))


class Words(argparse.ArgumentParser):
    """A parser of the words within one argument, whose errors are ours."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError."""
        raise InputError("--against cannot be read: {reason}.", reason=message)


def _pixels(args: argparse.Namespace) -> float:
    """Return the pixels of a PNG for each figure unit. Raises SelectionError."""
    if args.dpi is None:
        return factor(args.pixels)
    dpi = between(args.dpi, "--dpi", *DPI_RANGE)
    assert dpi is not None
    return dpi / UNITS_PER_INCH


def _changes(text: str) -> Interventions:
    """Return the changes that are switched on in a session file.

    Raises InputError for a file that is no session or changes nothing.
    """
    from pathlib import Path

    from vitviz.domain.interventions import merge_active
    from vitviz.system.printable import printable
    from vitviz.views.session import read

    session, bad = read(Path(text))
    wrong = [name for name in bad if name.startswith("state.changes")]
    if wrong:
        raise InputError(
            "{name} cannot be used: {place} is no change of the Lab.",
            name=printable(text),
            place=wrong[0],
        )
    found = merge_active(session.state.changes)
    if not found:
        raise InputError(
            "{name} changes nothing: in its session no change of the Lab is switched "
            "on.",
            name=printable(text),
        )
    return found
