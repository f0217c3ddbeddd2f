"""Options of `vitviz export`: declared, parsed and checked.

    add_export_arguments ──► argparse ──► request_from ──► ExportRequest
    ExportRequest ── state ──► ViewState        with a trace: how maps are drawn
                  ── selection ──► Selection    layers, heads and queries to write

`PreprocessingOptions` replace the weights' own preprocessing, labels, and the number of
threads.
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

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
from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import UNTOUCHED, Interventions, changed_fields
from vitviz.domain.methods import MAPS, OPTIONS, MethodOptions, Source
from vitviz.domain.number_text import decimal_number, whole_number
from vitviz.errors import InputError, SelectionError
from vitviz.export.figure_settings import (
    DPI_RANGE,
    OF_A_CLASS,
    TYPE_PT,
    TYPE_RANGE_PT,
    UNITS_PER_INCH,
    FigureChoice,
    FigureKind,
    FigureSettings,
    FigureTheme,
)
from vitviz.pictures.reading import AS_IT_IS, Plane, Reading
from vitviz.system.dataclass_json import encoded
from vitviz.views.view_state import (
    COLORMAP,
    Direction,
    Statistic,
    Style,
    TokensView,
    ViewState,
)
from vitviz.views.view_state import Reading as TokenReading

if TYPE_CHECKING:
    from vitviz.attention.trace import Query, Trace
    from vitviz.export.numbers import Selection
    from vitviz.models.model import Model


FIGURES = (".png", ".svg", ".pdf", ".gif")
# Of a map alone (--bare).
BARE = (".png", ".tif", ".tiff")
NUMBERS = (".npz", ".csv")
PAGES = (".html",)
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


@dataclass(frozen=True, slots=True)
class Against:
    """The second view of a comparison: its picture, and the options of its run."""

    # As it was given.
    text: str
    picture: str
    request: ExportRequest


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The options of one export, in plain values."""

    model: str | None
    patch: int | None
    size: int | tuple[int, int] | None
    # None for the way of the weights' own preprocessing.
    fit: str | None
    device: str
    dtype: str
    # A number from 0, "last" or "all".
    layer: int | str
    # Choices of heads, or "all" for each head alone.
    head: tuple[HeadChoice | str, ...]
    # As for `Trace.row`, or "all"; those after the first are pinned beside it. Empty:
    # CLS, or else the middle patch.
    query: tuple[Query, ...]
    direction: Direction
    method: str
    # Class to explain; None for the likeliest.
    target: int | None
    method_options: MethodOptions
    style: str
    # None: that of the style.
    colormap: str | None
    opacity: float | None
    smooth: bool
    grid: bool
    # "own", "shared", or the values at the two ends.
    scale: str | tuple[float, float]
    log: bool
    # Share of the largest values that are clipped, in percent.
    clip: float
    renormalise: bool
    caption: bool
    # Width of a figure on paper; None: as large as its picture.
    width_mm: float | None
    # Pixels of a .png or .gif for each figure unit, 1/96 inch.
    pixels: float
    format: str
    is_agreed: bool
    running: PreprocessingOptions
    # Whether to print the price of the run and stop.
    only_price: bool
    # Changes of the model, as in the Lab.
    changes: Interventions = UNTOUCHED
    # What a page holds: layers and heads, None for all; numbers in single precision.
    keep_layers: tuple[int, ...] | None = None
    keep_heads: tuple[int, ...] | None = None
    single: bool = False
    # What is shown of a file that holds more than a picture of 8 bits.
    reading: Reading = AS_IT_IS
    # Whether the map is written alone, at the picture's own size.
    is_bare: bool = False
    # What a figure shows, where that is more than one map or a table of maps.
    choice: FigureChoice = FigureChoice()
    theme: FigureTheme = FigureTheme.LIGHT
    type_pt: float = TYPE_PT
    # Of a comparison: the second view.
    against: Against | None = None

    @property
    def settings(self) -> FigureSettings:
        """How a figure is laid out and written."""
        return FigureSettings(
            width_mm=self.width_mm,
            dpi=self.pixels * UNITS_PER_INCH,
            theme=self.theme,
            has_caption=self.caption,
            type_pt=self.type_pt,
        )

    def options(self) -> dict[str, object]:
        """Return what shapes the result, in plain values for its metadata.

        A file that has the same is what this request would write. Options that came
        later are left out where they have the value of before, so that files of that
        time still count.
        """
        values: dict[str, object] = {
            "patch": self.patch,
            "size": self.size,
            "fit": self.fit,
            "dtype": self.dtype,
            "layer": self.layer,
            "head": _plain([_head_text(one) for one in self.head]),
            "query": _plain(list(self.query)) if self.query else None,
            "method": self.method,
            "target": self.target,
            "method_options": encoded(self.method_options),
            "style": self.style,
            "colormap": self.colormap or COLORMAP[Style(self.style)],
            "scale": self.scale,
            "caption": self.caption,
            "pixels": self.pixels,
        }
        later = {
            "direction": (self.direction.value, Direction.LOOKS_AT.value),
            "opacity": (self.opacity, None),
            "smooth": (self.smooth, False),
            "grid": (self.grid, False),
            "log": (self.log, False),
            "clip": (self.clip, 0.0),
            "renormalise": (self.renormalise, False),
            "width_mm": (self.width_mm, None),
            "reading": (encoded(self.reading), encoded(AS_IT_IS)),
            "bare": (self.is_bare, False),
            "theme": (self.theme.value, FigureTheme.LIGHT.value),
            # a width was once that of everything, type included
            "type_pt": (self.type_pt, TYPE_PT if self.width_mm is None else None),
            "what": (encoded(self.choice), encoded(FigureChoice())),
            "against": (None if self.against is None else self.against.text, None),
        }
        values |= {name: value for name, (value, was) in later.items() if value != was}
        if self.changes:
            values["changes"] = [changed_fields(part) for part in self.changes.parts()]
        return values | self.running.options()

    def state(self, trace: Trace) -> ViewState:
        """Return the view state of the request, but for layers and heads.

        Raises SelectionError for a token that the trace lacks.
        """
        from vitviz.views.view_state import Scale

        scale, ends = Scale.OWN, ViewState().fixed_range
        if isinstance(self.scale, tuple):
            scale, ends = Scale.FIXED, self.scale
        elif self.scale == "shared":
            scale = Scale.SHARED
        first, *beside = self._tokens(trace) or (0,)
        return ViewState(
            token=first,
            others=tuple(beside),
            direction=self.direction,
            method=self.method,
            method_options=self.method_options,
            target=self.target,
            style=Style(self.style),
            colormap=self.colormap,
            opacity=self.opacity,
            smooth=self.smooth,
            show_grid=self.grid,
            scale=scale,
            fixed_range=ends,
            log=self.log,
            clip_percent=self.clip,
            renormalise=self.renormalise,
        )

    def selection(self, trace: Trace) -> Selection:
        """Return the layers, heads and queries to write.

        Raises SelectionError for a token that the trace lacks.
        """
        from vitviz.export.numbers import Selection

        layers: tuple[int, ...]
        match self.layer:
            case "all":
                layers = tuple(range(trace.num_layers))
            case int(number):
                layers = (number,)
            case _:
                layers = (trace.num_layers - 1,)
        queries = self._tokens(trace)
        heads: list[HeadChoice] = []
        for one in self.head:
            if isinstance(one, HeadChoice):
                heads.append(one)
            else:
                count = trace.num_heads_of(queries[0] if queries else 0)
                heads += (HeadChoice((head,)) for head in range(count))
        return Selection(
            layers,
            tuple(heads),
            queries,
            self.method,
            self._options(trace),
            direction=self.direction,
            renormalise=self.renormalise and self.method == "raw",
        )

    def _tokens(self, trace: Trace) -> tuple[int, ...] | None:
        """Return the queries as token indices; None for every token."""
        if "all" in self.query:
            return None
        given = self.query or (default_query(trace),)
        return tuple(trace.token(query) for query in given)

    def _options(self, trace: Trace) -> tuple[tuple[str, object], ...]:
        """Return (name, value) of the method's options but layer and head."""
        from vitviz.views.display import chosen_options
        from vitviz.views.view_state import ViewState

        state = ViewState(
            method=self.method, method_options=self.method_options, target=self.target
        )
        own = {"layer", "head"}
        # the target of a gradient method is given to its backward pass
        if not MAPS[self.method].needs_model:
            own.add("target")
        chosen = chosen_options(trace, state, 0)
        return tuple(option for option in chosen if option[0] not in own)

    def check_method(self) -> None:
        """Raise InputError for an option that the method would have to ignore."""
        method = MAPS[self.method]
        given = {
            "layer": self.layer != "last",
            "head": self.head != (HeadChoice(),),
            "target": self.target is not None,
        }
        for option, is_given in given.items():
            if option == "target" and self.choice.kind in OF_A_CLASS:
                continue
            if is_given and option not in method.options:
                raise InputError(
                    "{method} has no {option} of its own: leave --{option} out.",
                    method=method.name,
                    option=option,
                )
        if not method.has_layers:
            self._require_one_layer()

    def check_numbers(self) -> None:
        """Raise InputError for what an .npz or .csv of the method cannot hold."""
        if not MAPS[self.method].is_layerwise:
            self._require_one_layer()

    def _require_one_layer(self) -> None:
        if self.layer == "all":
            raise InputError(
                "{method} shows one layer: name it with --layer.", method=self.method
            )

    def check_figure(self) -> None:
        """Raise InputError for a figure of which not everything needed is named."""
        kind = self.choice.kind
        if (kind is FigureKind.COMPARISON) != (self.against is not None):
            raise InputError("A comparison takes --what comparison and --against.")
        is_one = self.layer != "all" and len(self.head) == 1 and self.head != ("all",)
        if kind is not FigureKind.PICTURE and not is_one:
            raise InputError(
                "--what {kind} shows its own layers and heads: name one layer and one "
                "choice of heads.",
                kind=kind.value,
            )


def _plain(values: list[Any]) -> object:
    """Return the value of a list with a single one, else the list."""
    return values[0] if len(values) == 1 else values


def _head_text(one: HeadChoice | str) -> int | str:
    """Return a choice of heads as `--head` takes it."""
    if isinstance(one, str):
        return one
    if one.single is not None:
        return one.single
    numbers = ",".join(map(str, one.heads))
    return f"{one.fusion.value}:{numbers}" if numbers else one.fusion.value


def default_query(trace: Trace) -> Query:
    """Return CLS, or the patch in the middle for a model without it."""
    if "cls" in trace.setup.prefix_names:
        return "cls"
    rows, cols = trace.grid
    return rows // 2, cols // 2


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all options but the pictures and the output."""
    from vitviz.views.colour import COLORMAPS

    model = parser.add_argument_group("model")
    model.add_argument(
        "--model",
        metavar="M",
        help="default: vitviz-small; see “vitviz models --help”",
    )
    model.add_argument("--patch", metavar="P", help="patch size of an embedded model")
    model.add_argument("--device", metavar="D", default="auto", help="default: auto")
    model.add_argument("--dtype", metavar="T", default="float32", help=listed(DTYPES))
    picture = parser.add_argument_group("picture")
    picture.add_argument(
        "--size",
        metavar="S|WxH",
        help="input in pixels; default: what the weights were trained with",
    )
    picture.add_argument(
        "--fit", metavar="F", help=f"{listed(FITS)}; default: as the weights' own"
    )
    picture.add_argument(
        "--stretch",
        metavar="auto|full|range|2-98|LOW,HIGH",
        default="auto",
        help="values shown as black and white: the type's range, the lowest and "
        "highest, percentiles, or two values (--stretch=-200,300); default: auto, for "
        "more than 8 bits what fills the type's range as it is, else 0.1-99.9",
    )
    picture.add_argument(
        "--bands",
        metavar="N|R,G,B",
        help="of a file with several, from 1: one as grey, or three as red, green and "
        "blue; default: the first three",
    )
    picture.add_argument(
        "--frame",
        metavar="N",
        help="frame, page or slice, from 0; default: the first, of a volume the middle",
    )
    picture.add_argument(
        "--plane",
        metavar="P",
        default="axial",
        help=f"of a volume: {listed(PLANES)}; default: axial",
    )
    add_preprocessing_arguments(parser)
    model.add_argument(
        "--changes",
        metavar="FILE",
        help="a saved session (.vitviz), whose changes of the Lab are made",
    )
    choice = parser.add_argument_group("what")
    choice.add_argument("--layer", default="last", metavar="I|last|all")
    choice.add_argument(
        "--head",
        action="append",
        metavar="I|mean|max|min|all",
        help="default: mean; mean:1,4 of some heads; several times for several maps",
    )
    choice.add_argument(
        "--query",
        action="append",
        metavar="cls|ROW,COL|token:I|pool|all",
        help="default: cls, or the middle patch of a model without it; pool: the query "
        "of a pooling head (SigLIP); again for tokens pinned beside the first",
    )
    choice.add_argument(
        "--direction",
        default="looks-at",
        metavar="D",
        help=f"{listed(DIRECTIONS)}: the query's row, or its column",
    )
    choice.add_argument(
        "--renormalise",
        action="store_true",
        help="patches only: leave special tokens out and divide by the patches' sum",
    )
    choice.add_argument(
        "--method", default=_VIEW.method, metavar="N", help=listed(tuple(MAPS))
    )
    choice.add_argument(
        "--target",
        metavar="CLASS",
        help="class that is explained, by number; default: the likeliest",
    )
    choice.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"of the method: {listed(tuple(OPTIONS))}",
    )
    looks = parser.add_argument_group("figure")
    looks.add_argument(
        "--style", default=_VIEW.style.value, metavar="N", help=listed(STYLES)
    )
    looks.add_argument(
        "--colormap",
        metavar="C",
        help=f"{listed(COLORMAPS)}; default: magma, and viridis for a map",
    )
    looks.add_argument(
        "--scale",
        default=_VIEW.scale.value,
        metavar="own|shared|LO,HI",
        help="own: each map has its own; shared: one for all; or its two ends. Both "
        "begin at 0 and end at the 99th percentile, see --clip",
    )
    looks.add_argument("--log", action="store_true", help="a logarithmic scale")
    looks.add_argument(
        "--clip",
        default=f"{_VIEW.clip_percent:g}",
        metavar="P",
        help="percent of the largest values beyond the scale, 0 for none; default: 1",
    )
    looks.add_argument(
        "--opacity",
        metavar="A",
        help="of the map or the shadow, from 0 to 1; default: what suits the style",
    )
    looks.add_argument(
        "--smooth", action="store_true", help="smooth the map between patches"
    )
    looks.add_argument(
        "--grid",
        action=argparse.BooleanOptionalAction,
        default=_VIEW.show_grid,
        help="lines between the patches; default: as on screen, with them",
    )
    choice.add_argument(
        "--what",
        default=FigureKind.PICTURE.value,
        metavar="K",
        help=f"of a figure: {listed(KINDS)}; default: picture, or the layers and heads "
        "that are named",
    )
    choice.add_argument(
        "--statistic",
        default=FigureChoice().statistic.value,
        metavar="S",
        help=f"with --what statistics: {listed(STATISTICS)}",
    )
    choice.add_argument(
        "--tokens",
        default=FigureChoice().tokens.shows.value,
        metavar="R",
        help=f"with --what tokens: {listed(READINGS)}",
    )
    choice.add_argument(
        "--vectors",
        default=FigureChoice().tokens.source.value,
        metavar="V",
        help=f"with --tokens similarity: {listed(SOURCES)}; x is the state",
    )
    choice.add_argument(
        "--against",
        metavar="VIEW",
        help="with --what comparison: the second view as one quoted argument, a "
        'picture and options of its own: "cat.jpg --patch 8 --layer 3"',
    )
    choice.add_argument(
        "--difference",
        action="store_true",
        help="with --what comparison: the first less the second, at the right",
    )
    choice.add_argument(
        "--own-scales",
        action="store_true",
        help="with --what comparison: a scale for each; default: one for both",
    )
    looks.add_argument(
        "--width", metavar="MM", help="of the figure on paper, in millimetres"
    )
    looks.add_argument(
        "--type", metavar="PT", help="size of its letters on paper; default: 9"
    )
    looks.add_argument(
        "--theme",
        default=FigureTheme.LIGHT.value,
        metavar="T",
        help=f"{listed(THEMES)}; default: light, for paper",
    )
    looks.add_argument(
        "--dpi", metavar="D", help="of a .png: pixels for each inch; default: 192"
    )
    looks.add_argument(
        "--bare",
        action="store_true",
        help="the map alone, at the picture's own size: colours in a .png, values of "
        "32 bits in a .tif; what the model did not see is transparent, or no number",
    )
    looks.add_argument(
        "--caption", action="store_true", help="say below what the figure shows"
    )
    looks.add_argument(
        "--pixels",
        default="2",
        metavar="F",
        help="pixels of a .png or .gif for each 1/96 inch, from 0.25 to 16; default: 2",
    )
    page = parser.add_argument_group("web page")
    page.add_argument(
        "--keep-layers",
        metavar="I,J",
        help="layers in the page, which then is smaller; default: all",
    )
    page.add_argument(
        "--keep-heads", metavar="I,J", help="heads in the page; default: all"
    )
    page.add_argument(
        "--single",
        action="store_true",
        help="numbers in single precision, twice the size; default: half floats",
    )
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


Triple = tuple[float, float, float]
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos")
MAX_THREADS = 1024


@dataclass(frozen=True, slots=True)
class PreprocessingOptions:
    """Preprocessing, labels and threads in place of the defaults; None keeps one."""

    # Shorter side before the crop, in pixels, or (width, height); 0 leaves no margin.
    resize: int | tuple[int, int] | None = None
    interpolation: str | None = None
    mean: Triple | None = None
    std: Triple | None = None
    labels: str | None = None
    threads: int | None = None

    def options(self) -> dict[str, object]:
        """Return the given options that shape the result, for its metadata."""
        given = {
            "resize": self.resize,
            "interpolation": self.interpolation,
            "mean": self.mean,
            "std": self.std,
        }
        return {name: value for name, value in given.items() if value is not None}

    def applied(self, model: Model, fit: str | None = None) -> Model:
        """Return the model with this preprocessing and these labels.

        fit : the fit asked for, which a margin is of; None for the weights' own.

        Raises CheckpointError for a file of labels that cannot be used.
        """
        from vitviz.domain.placement import Fit
        from vitviz.models.labels import labelled
        from vitviz.pictures.preprocessing import Interpolation, with_fit

        own = model.preprocessing
        if self.resize is not None:
            own = with_fit(own, own.fit if fit is None else Fit(fit))
            own = replace(own, resize=self.resize or None)
        if self.interpolation is not None:
            own = replace(own, interpolation=Interpolation[self.interpolation.upper()])
        own = replace(own, mean=self.mean or own.mean, std=self.std or own.std)
        model = replace(model, preprocessing=own)
        return model if self.labels is None else labelled(model, self.labels)

    def set_threads(self) -> None:
        """Set the number of torch's threads, if one is given."""
        if self.threads is not None:
            from vitviz.models.threads import use_threads

            use_threads(self.threads)


def add_preprocessing_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that `preprocessing_from` reads."""
    group = parser.add_argument_group("preprocessing, instead of the weights' own")
    group.add_argument(
        "--resize",
        metavar="S|WxH",
        help="shorter side before the crop, for squeeze both; 0 for no margin",
    )
    group.add_argument("--interpolation", metavar="N", help=", ".join(INTERPOLATIONS))
    group.add_argument("--mean", metavar="R,G,B", help="of red, green, blue in 0 to 1")
    group.add_argument("--std", metavar="R,G,B", help="what the rest is divided by")
    parser.add_argument(
        "--labels", metavar="FILE", help="names of the classes: one a line, or JSON"
    )
    parser.add_argument(
        "--threads", metavar="N", help="of the processor; default: torch's choice"
    )


def preprocessing_from(args: argparse.Namespace) -> PreprocessingOptions:
    """Return the checked options for preprocessing, labels and threads.

    Raises InputError or SelectionError for the first that cannot be used.
    """
    if args.interpolation not in (None, *INTERPOLATIONS):
        raise InputError(
            "There is no --interpolation {text}; there is {names}.",
            text=args.interpolation,
            names=", ".join(INTERPOLATIONS),
        )
    return PreprocessingOptions(
        resize=_resize_of(args.resize),
        interpolation=args.interpolation,
        mean=_triple(args.mean, "--mean", least=None),
        std=_triple(args.std, "--std", least=1e-6),
        labels=args.labels,
        threads=_number(args.threads, "--threads", 1, MAX_THREADS),
    )


def _resize_of(text: str | None) -> int | tuple[int, int] | None:
    if text is None or "x" not in text.lower():
        return _number(text, "--resize", 0, 32_768)
    size = size_of(text)
    return (size, size) if isinstance(size, int) else size


def _number(text: str | None, option: str, least: int, most: int) -> int | None:
    if text is None:
        return None
    number = whole_number(text, least, most)
    if number is not None:
        return number
    raise SelectionError(
        "{option} takes a whole number from {least} to {most}, not {text}.",
        option=option,
        least=least,
        most=most,
        text=text,
    )


def _triple(text: str | None, option: str, *, least: float | None) -> Triple | None:
    if text is None:
        return None
    parts = [decimal_number(part.strip()) for part in text.split(",", 3)]
    is_finite = all(abs(part) < 1e6 for part in parts)
    if len(parts) == 3 and is_finite and (least is None or min(parts) > least):
        return parts[0], parts[1], parts[2]
    raise SelectionError(
        "{option} takes three numbers as in 0.485,0.456,0.406{rule}, not {text}.",
        option=option,
        rule="" if least is None else ", each above 0.000001",
        text=text,
    )
