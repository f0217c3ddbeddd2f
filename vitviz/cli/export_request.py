"""The request of one `vitviz export`, in plain values, and what it says of a trace.

ExportRequest ── state ──► ViewState        with a trace: how maps are drawn
── selection ──► Selection    layers, heads and queries to write
── options ──► metadata       by which a file that is done is known
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import UNTOUCHED, Interventions, changed_fields
from vitviz.domain.methods import MAPS, MethodOptions
from vitviz.errors import InputError
from vitviz.export.figure_settings import (
    OF_A_CLASS,
    TYPE_PT,
    UNITS_PER_INCH,
    FigureChoice,
    FigureKind,
    FigureSettings,
    FigureTheme,
)
from vitviz.pictures.reading import AS_IT_IS, Reading
from vitviz.system.dataclass_json import encoded
from vitviz.views.view_state import COLORMAP, Direction, Style, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Query, Trace
    from vitviz.cli.preprocessing_options import PreprocessingOptions
    from vitviz.export.numbers import Selection


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
