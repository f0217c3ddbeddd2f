"""Jobs that write animations, numbers and web pages of what is on screen.

Qt paints on images in any thread. What the command line writes it writes by way of the
same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.domain.geometry import POOL
from vitviz.domain.heads import HeadChoice
from vitviz.domain.methods import MAPS
from vitviz.errors import Cancelled, InputError, VitvizError
from vitviz.export.animation import gif_bytes
from vitviz.export.draw_picture import HiddenPatches
from vitviz.export.figure import figure_of
from vitviz.export.metadata import view_values
from vitviz.export.save import PNG_SCALE
from vitviz.jobs.maps import StatesCache, method_values
from vitviz.jobs.queue import Context
from vitviz.system.atomic_files import write_bytes
from vitviz.system.printable import printable
from vitviz.views.colour import Array
from vitviz.views.display import (
    Display,
    Heat,
    chosen_options,
    series,
    shown_heads,
    shown_layer,
    shown_query,
    shown_target,
)
from vitviz.views.session import RunOptions
from vitviz.views.view_state import ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.explain.gradients import Gradients
    from vitviz.export.numbers import Selection
    from vitviz.export.page.page_options import PageOptions
    from vitviz.export.page.page_picture import PagePicture
    from vitviz.models.model import Model


# Pictures that are named where some are missing.
MAX_NAMED = 5


def hidden_patches(setup: Setup) -> HiddenPatches | None:
    """Return what a run hid of its picture; None where it saw the whole picture."""
    cells = {cell for one in setup.interventions.hidden for cell in one.patches}
    if not cells:
        return None
    from vitviz.attention.prepare import hidden_rgba

    return HiddenPatches(tuple(sorted(cells)), hidden_rgba(setup))


def values_for(
    trace: Trace,
    model: Model | None,
    gradients: Gradients | None = None,
    check: Callable[[], None] = lambda: None,
) -> Callable[[ViewState, int], Array]:
    """Return a function from a resolved state and its layer to its method's values."""
    kept = StatesCache()

    def values(state: ViewState, layer: int) -> Array:
        if MAPS[state.method].needs_states and model is not None:
            from vitviz.explain import token_states

            if kept.states(trace) is None:
                kept.keep(trace, token_states.states(model, trace))
        return method_values(
            trace,
            state,
            layer,
            gradients,
            model=model,
            states=kept.states(trace),
            check=check,
        )

    return values


def chosen_words(trace: Trace, state: ViewState) -> tuple[tuple[str, object], ...]:
    """Return (name, plain value) of the options of the state's method."""
    layer = shown_layer(trace, state) or 0
    return tuple(
        (name, getattr(value, "value", value))
        for name, value in chosen_options(trace, state, layer)
        if not isinstance(value, HeadChoice)
    )


def animation(
    context: Context, trace: Trace, state: ViewState, model: Model | None, path: Path
) -> Path:
    """Write what is on screen for every layer.

    Reports the share that is done, in [0, 1], and returns the path. Raises
    InputError for a method that has no layers to go through, OutputError.
    """
    if not MAPS[state.method].has_layers:
        raise InputError(
            "{method} is one map over all layers; there is nothing to animate.",
            method=MAPS[state.method].title,
        )
    query = shown_query(trace, state.token)
    if query == POOL:
        raise InputError(
            "A pooling head looks at the last layer only; there is nothing to "
            "animate. Choose a patch or a special token."
        )
    rows = []
    hidden = hidden_patches(trace.setup)
    found = series(
        trace,
        state,
        layers=range(trace.num_layers),
        heads=(shown_heads(trace, state.heads),),
        values=values_for(trace, model, check=context.raise_if_cancelled),
    )
    for row in found:
        context.raise_if_cancelled()
        rows += [figure_of(one, hidden=hidden) for one in row]
    data = gif_bytes(
        rows,
        scale=PNG_SCALE,
        colormap=state.look.colormap,
        on_progress=context.advance,
    )
    context.raise_if_cancelled()
    write_bytes(path, data)
    return path


def selection_of(trace: Trace, state: ViewState) -> Selection:
    """Return what is written as numbers of a view: all its layers and heads.

    Where several heads are one map on screen, that one map is the last head.
    """
    from vitviz.export.numbers import Selection

    layer = shown_layer(trace, state)
    assert layer is not None
    method = MAPS[state.method]
    query = shown_query(trace, state.token)
    own = ("layer", "head") if method.needs_model else ("layer", "head", "target")
    options = tuple(
        option for option in chosen_options(trace, state, layer) if option[0] not in own
    )
    is_one = "layer" in method.options and not method.is_layerwise
    layers = (layer,) if is_one else tuple(range(trace.num_layers))
    if query == POOL:
        layers = (trace.num_layers - 1,)
    count = trace.num_heads_of(query)
    heads = tuple(HeadChoice((head,)) for head in range(count))
    shown = shown_heads(trace, state.heads, query)
    if shown.single is None and method.is_layerwise:
        heads = (*heads, shown)
    others = [t for t in state.others if t < trace.num_tokens and t != query]
    queries = (query,) if query == POOL else (query, *others)
    return Selection(
        layers,
        heads,
        queries,
        state.method,
        options,
        direction=state.direction,
        renormalise=state.renormalise and state.method == "raw",
    )


def numbers(
    context: Context, trace: Trace, state: ViewState, model: Model | None, path: Path
) -> Path:
    """Write the values of what is on screen, for all layers.

    Reports the share that is done, in [0, 1], and returns the path.
    """
    from vitviz.explain.gradients import backward
    from vitviz.export.numbers import write_csv, write_npz

    gradients = None
    if MAPS[state.method].needs_gradients and model is not None:
        gradients = backward(model, trace, target=shown_target(trace, state))
    selection = selection_of(trace, state)
    if path.suffix.lower() == ".csv":
        write_csv(
            path,
            trace,
            selection,
            gradients=gradients,
            model=model,
            on_progress=context.advance,
        )
    else:
        write_npz(
            path,
            trace,
            selection,
            view=view_values(state),
            gradients=gradients,
            model=model,
            on_progress=context.advance,
        )
    return path


def page_price(trace: Trace, options: PageOptions) -> int:
    """Return the size of a web page in bytes, about; quick.

    Pictures beside the one on screen are taken to be as large as it.
    """
    from vitviz.export.page.page_options import PROGRAM_BYTES
    from vitviz.export.page.page_picture import page_bytes

    # once, not for each: a folder may have tens of thousands
    alone = page_bytes([trace], options)
    return alone + (alone - PROGRAM_BYTES) * (max(1, len(options.pictures)) - 1)


def web_page(
    context: Context,
    trace: Trace,
    shown: Display,
    model: Model | None,
    options: PageOptions,
    path: Path,
    *,
    run: RunOptions,
    heats: Sequence[Heat] = (),
) -> Path:
    """Write a web page that opens on what is on screen; methods' maps are in it.

    run : how the other pictures of the page are brought to the model.
    heats : maps of methods that were computed of what is on screen.

    Reports the share that is done, in [0, 1], and returns the path. Pictures that
    cannot be shown are left out. Raises SelectionError, OutputError, and InputError,
    once the page is written, if some were left out.
    """
    from vitviz.export.page.document import page_text
    from vitviz.export.page.page_picture import PageMap, method_map, page_picture
    from vitviz.export.page.token_colours import token_colours

    image = trace.setup.image
    own = None if image is None or image.path is None else image.path.absolute()
    sources: tuple[Path | None, ...] = options.pictures or (own,)
    pictures: list[PagePicture] = []
    missing: list[str] = []
    first = 0
    for number, source in enumerate(sources):
        made, view, used = trace, shown, model
        maps = [one for one in heats if one.colours is None]  # a page has those

        def advance(share: float, done: int = number) -> None:
            context.advance((done + share) / len(sources))

        if source == own:
            first = len(pictures)
        else:
            assert source is not None
            assert model is not None
            try:
                made, view, used = _run_of(context, trace, shown, model, source, run)
            except Cancelled:
                raise
            except VitvizError as error:
                missing.append(f"{printable(source.name)} ({error})")
                continue
            maps = []
        on_screen = method_map(view)
        if on_screen is not None:
            maps = [on_screen, *maps]
        found = [PageMap.of_heat(one, made.setup) for one in maps]
        pictures.append(
            page_picture(
                made,
                state=view.state,
                options=options,
                maps=[
                    one
                    for at, one in enumerate(found)
                    if one.caption not in [former.caption for former in found[:at]]
                ],
                colours=token_colours(made, used),
                prefix=str(len(pictures)),
                check=context.raise_if_cancelled,
                on_progress=advance,
            )
        )
    data = page_text(pictures, first=first).encode("utf-8")
    context.raise_if_cancelled()
    write_bytes(path, data)
    if missing:
        raise InputError(
            "{count} of {total} pictures are not in {path}: {names}.",
            count=len(missing),
            total=len(sources),
            path=printable(path.name),
            names="; ".join(missing[:MAX_NAMED]),
        )
    return path


def _run_of(
    context: Context,
    trace: Trace,
    shown: Display,
    model: Model,
    source: Path,
    options: RunOptions,
) -> tuple[Trace, Display, Model]:
    """Return another picture's trace, the same view of it, and what made it."""
    from vitviz.jobs.runs import run
    from vitviz.pictures.source import load_image

    image = load_image(source, reading=options.reading)
    done = run(context, model, image, options, trace.interventions, quiet=True)
    used = done.model or model
    (row,) = series(
        done.trace,
        shown.state,
        layers=(shown.layer,),
        heads=(shown.state.heads,),
        values=values_for(done.trace, used, check=context.raise_if_cancelled),
    )
    return done.trace, row[0], used
