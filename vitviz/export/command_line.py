"""Command line of `vitviz export` that writes again what is on screen."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitviz.domain.geometry import POOL
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.methods import MAPS, MethodOptions
from vitviz.errors import InputError
from vitviz.export.figure_settings import (
    OF_A_CLASS,
    USUAL_FIGURE,
    FigureChoice,
    FigureKind,
    FigureSettings,
    state_of,
)
from vitviz.export.page.page_options import PageOptions
from vitviz.models.catalogue.embedded import EMBEDDED_NAME
from vitviz.pictures.reading import AS_IT_IS
from vitviz.pictures.reading import Reading as FileReading
from vitviz.system.dataclass_json import encoded
from vitviz.views.session import ModelChoice, RunOptions
from vitviz.views.view_state import Direction, Reading, Scale, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup

# Quotes do not help: a terminal takes Ctrl-C in a paste for the key, and what follows
# for the next command. Half characters stand for bytes that no clipboard holds.
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Endings of files of numbers.
NUMBERS = (".npz", ".csv")


def command_line(
    state: ViewState,
    setup: Setup,
    *,
    choice: ModelChoice,
    options: RunOptions,
    target: str,
    page: PageOptions | None = None,
    session: str | None = None,
    figure: FigureChoice | None = None,
    settings: FigureSettings = USUAL_FIGURE,
    against: RunView | None = None,
) -> str:
    """Return the `vitviz export` line that writes `target` as the window does.

    state : with layer, token and heads in the range of the trace.
    target : its ending says what is written: one figure, a frame for each layer, or
        the numbers of all layers and heads.
    page : what a web page holds; None for everything.
    session : a saved session, from which changes of the Lab are read.
    figure, settings : what a figure shows, and how it is laid out.
    against : of a comparison, the second view.

    Raises InputError for a picture or a model that is no file, for changes of the Lab
    that are in no session, and for names that a terminal would obey.
    """
    figure = figure or FigureChoice()
    is_figure = target.lower().endswith((".png", ".svg", ".pdf"))
    if is_figure:
        state = state_of(figure.kind, state)
    if setup.interventions and session is None:
        raise InputError(
            "A command line reads changes of the Lab from a session. Save the session "
            "first."
        )
    run = _run(setup, choice, options)
    is_page = target.lower().endswith(".html")
    if is_page and page is not None and page.pictures:
        run[:1] = [_as_file(str(one)) for one in page.pictures]
    words = ["vitviz", "export", *run, "-o", _as_file(target)]
    if session is not None and setup.interventions:
        words += ["--changes", session]
    words += _what(state, setup, target, has_class=figure.kind in OF_A_CLASS)
    words += _view(state)
    if is_page:
        words += _page(page or PageOptions())
    elif is_figure:
        words += _figure(figure, settings, against)
    obeyed = next((word for word in words if _OBEYED.search(word)), None)
    if obeyed is not None:
        raise InputError(
            "{name} has characters that a terminal would obey when the command line "
            "is pasted. Rename the file first.",
            name=obeyed,
        )
    return shlex.join(words)


def _as_file(path: str) -> str:
    """Return a path that is not taken for an option."""
    return f"./{path}" if path.startswith("-") else path


@dataclass(frozen=True, slots=True, eq=False)
class RunView:
    """A view with how its run was asked for."""

    state: ViewState
    setup: Setup
    choice: ModelChoice
    options: RunOptions


def _run(setup: Setup, choice: ModelChoice, options: RunOptions) -> list[str]:
    """Return picture and model, and the options of a run. Raises InputError."""
    picture = setup.picture.path
    if picture is None:
        raise InputError(
            "A command line opens a file, and this picture has none. Save the picture "
            "as a file and open that."
        )
    if not choice.name:
        raise InputError(
            "A command line names its model, and this one is only in memory. Save it "
            "as a file and open that."
        )
    words = [_as_file(str(picture))]
    if choice.name != EMBEDDED_NAME:
        words += ["--model", choice.name]
    if choice.patch_size is not None:
        words += ["--patch", str(choice.patch_size)]
    if setup.model.dtype != "float32":
        words += ["--dtype", setup.model.dtype]
    return words + _input(options)


def _figure(
    figure: FigureChoice, settings: FigureSettings, against: RunView | None
) -> list[str]:
    """Return the options for what a figure shows and how it is laid out."""
    words = []
    if figure.kind is not FigureKind.PICTURE:
        words += ["--what", figure.kind.value]
    match figure.kind:
        case FigureKind.STATISTICS:
            words += ["--statistic", figure.statistic.value]
        case FigureKind.TOKENS:
            words += ["--tokens", figure.tokens.shows.value]
            if figure.tokens.shows is Reading.SIMILARITY:
                words += ["--vectors", figure.tokens.source.value]
        case FigureKind.COMPARISON:
            assert against is not None
            if against.setup.interventions:
                raise InputError(
                    "The kept view has changes of the Lab, which a command line "
                    "cannot read for it."
                )
            run = _run(against.setup, against.choice, against.options)
            what = _what(against.state, against.setup, ".png")
            words += ["--against", shlex.join([*run, *what, *_view(against.state)])]
            if figure.is_difference:
                words.append("--difference")
            if not figure.is_same_scale:
                words.append("--own-scales")
    if settings.width_mm is not None:
        words += ["--width", f"{settings.width_mm:g}"]
    if settings.type_pt != USUAL_FIGURE.type_pt:
        words += ["--type", f"{settings.type_pt:g}"]
    if settings.dpi != USUAL_FIGURE.dpi:
        words += ["--dpi", f"{settings.dpi:g}"]
    if settings.theme is not USUAL_FIGURE.theme:
        words += ["--theme", settings.theme.value]
    return [*words, "--caption"] if settings.has_caption else words


def _input(options: RunOptions) -> list[str]:
    """Return the options for size, fit and preprocessing."""
    words = []
    if options.size is not None:
        words += ["--size", _sides(options.size)]
    if options.fit is not None:
        words += ["--fit", options.fit.value]
    words += _values(options.reading)
    own = options.preprocessing
    if own is not None:
        words += ["--resize", _sides(own.resize or 0)]
        words += ["--interpolation", own.interpolation.name.lower()]
        words += ["--mean", ",".join(map(repr, own.mean))]
        words += ["--std", ",".join(map(repr, own.std))]
    return words


def _values(reading: FileReading) -> list[str]:
    """Return the options for what is shown of a file's numbers."""
    words = []
    if reading.stretch != AS_IT_IS.stretch:
        words.append(f"--stretch={reading.stretch}")
    if reading.bands:
        words += ["--bands", ",".join(map(str, reading.bands))]
    if reading.frame is not None:
        words += ["--frame", str(reading.frame)]
    if reading.plane is not AS_IT_IS.plane:
        words += ["--plane", reading.plane.value]
    return words


def _sides(size: int | tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}" if isinstance(size, tuple) else str(size)


def _what(
    state: ViewState, setup: Setup, target: str, *, has_class: bool = False
) -> list[str]:
    """Return the options for layer, heads, queries and method."""
    method = MAPS[state.method]
    ending = target[target.rfind(".") :].lower()
    words = []
    if "layer" in method.options:
        takes_all = method.has_layers and ending == ".gif"
        takes_all |= method.is_layerwise and ending in NUMBERS
        is_pool = state.token == POOL
        every = takes_all and not is_pool
        words += ["--layer", "all" if every else str(state.layer)]
    if "head" in method.options:
        if ending in NUMBERS:
            words += ["--head", "all"]
        if ending not in NUMBERS or state.heads.single is None:
            words += ["--head", head_text(state.heads)]
    for token in (state.token, *state.others):
        words += ["--query", _token(token, setup)]
    if state.direction is not Direction.LOOKS_AT:
        words += ["--direction", "looked-at-by"]
    if state.method != "raw":
        words += ["--method", state.method]
    has_class = has_class or "target" in method.options
    if state.target is not None and has_class:
        words += ["--target", str(state.target)]
    usual = encoded(MethodOptions())
    for name, value in encoded(state.method_options).items():
        if name in method.options and value != usual[name]:
            text = str(value).lower() if isinstance(value, bool) else value
            words += ["--option", f"{name}={text}"]
    return words


def _view(state: ViewState) -> list[str]:
    """Return the options for scale, style and colours that are not the defaults."""
    usual, words = ViewState(), []
    if state.renormalise:
        words.append("--renormalise")
    if state.style is not usual.style:
        words += ["--style", state.style.value]
    if state.colormap is not None:
        words += ["--colormap", state.colormap]
    if state.opacity is not None:
        words += ["--opacity", repr(state.opacity)]
    if state.scale is Scale.FIXED:
        low, high = state.fixed_range
        words += ["--scale", f"{low!r},{high!r}"]
    elif state.scale is not usual.scale:
        words += ["--scale", state.scale.value]
    if state.log:
        words.append("--log")
    if state.clip_percent != usual.clip_percent:
        words += ["--clip", f"{state.clip_percent:g}"]
    if state.smooth:
        words.append("--smooth")
    if not state.show_grid:
        words.append("--no-grid")
    return words


def _page(page: PageOptions) -> list[str]:
    """Return the options for what a web page holds."""
    words = []
    for name, numbers in (("layers", page.layers), ("heads", page.heads)):
        if numbers is not None:
            words += [f"--keep-{name}", ",".join(map(str, numbers))]
    return [*words, "--single"] if page.is_single else words


def head_text(choice: HeadChoice) -> str:
    """Return a choice of heads as `--head` takes it: "3", "max" or "mean:1,4"."""
    if choice.single is not None and choice.fusion is Fusion.MEAN:
        return str(choice.single)
    numbers = ",".join(map(str, choice.heads))
    return f"{choice.fusion.value}:{numbers}" if numbers else choice.fusion.value


def _token(token: int, setup: Setup) -> str:
    """Return a token as `--query` takes it: "pool", "token:0" or "7,3"."""
    if token == POOL:
        return "pool"
    cell = setup.grid.cell(token)
    return f"token:{token}" if cell is None else f"{cell[0]},{cell[1]}"
