"""Pages from Python: written to a file, and shown in a notebook.

    trace.to_html("cat.html")     a file
    trace, at the end of a cell   the page in a frame: Jupyter, VS Code, Colab
    vitviz.show(trace)            the same, from the middle of a cell, or of several

The frame is a sandbox: the page has an origin of its own, and reaches neither the
notebook nor a network.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vitviz.domain.heads import HeadChoice
from vitviz.domain.methods import MAPS
from vitviz.domain.number_text import bytes_text
from vitviz.errors import BudgetError, InputError
from vitviz.export.page.document import page_text
from vitviz.export.page.page_options import ASK_BYTES, PageOptions
from vitviz.export.page.page_picture import (
    PageMap,
    page_bytes,
    page_picture,
)
from vitviz.export.page.texts import LANGUAGES
from vitviz.export.page.token_colours import token_colours
from vitviz.system.atomic_files import write_bytes
from vitviz.views.view_state import ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Query, Trace
    from vitviz.models.model import Model

Array = npt.NDArray[np.float32]

FRAME_HEIGHT_PX = 860


def to_html(
    traces: Sequence[Trace],
    path: str | Path | None = None,
    *,
    layer: int | None = None,
    head: int | None = None,
    query: Query | None = None,
    layers: Sequence[int] | None = None,
    heads: Sequence[int] | None = None,
    single: bool = False,
    maps: Mapping[str, Array] | None = None,
    model: Model | None = None,
    allow_large: bool = False,
) -> str:
    """Return the page of some traces, and write it if a path is given.

    See `Trace.to_html`. Raises SelectionError, BudgetError, OutputError.
    """
    options = PageOptions(
        layers=None if layers is None else tuple(layers),
        heads=None if heads is None else tuple(heads),
        is_single=single,
    )
    for one in traces:
        options.check(one)
    require_agreed(page_bytes(traces, options), is_agreed=allow_large)
    pictures = []
    for number, trace in enumerate(traces):
        state = ViewState()
        if layer is not None:
            state = replace(state, layer=layer)
        if head is not None:
            state = replace(state, heads=HeadChoice((head,)))
        if query is not None:
            state = replace(state, token=trace.token(query))
        pictures.append(
            page_picture(
                trace,
                state=state,
                options=options,
                maps=[_named_map(trace, *one) for one in (maps or {}).items()],
                colours=token_colours(trace, model),
                prefix=str(number),
            )
        )
    text = page_text(pictures)
    if path is not None:
        write_bytes(Path(path), text.encode("utf-8"))
    return text


def require_agreed(size_bytes: int, *, is_agreed: bool) -> None:
    """Raise BudgetError for a page above `ASK_BYTES` that is not agreed to."""
    if size_bytes > ASK_BYTES and not is_agreed:
        raise BudgetError(
            "This page would take {size}, which is much for a browser. Choose fewer "
            "layers or heads, or agree to its size: allow_large=True.",
            size=bytes_text(size_bytes),
        )


def _named_map(trace: Trace, name: str, values: Array) -> PageMap:
    """Return a map given by its name; one that vitviz knows has its title."""
    if values.shape != trace.grid:
        raise InputError(
            "The map {name} must have a value for each of {rows}×{cols} patches, not "
            "the shape {shape}.",
            name=name,
            rows=trace.grid[0],
            cols=trace.grid[1],
            shape=values.shape,
        )
    title = MAPS[name].title if name in MAPS else name
    special = np.zeros(trace.num_prefix_tokens, np.float32)
    return PageMap(
        name=name,
        values=np.concatenate([special, np.asarray(values, np.float32).ravel()]),
        caption={code: [title] for code in LANGUAGES},
    )


def frame(page: str) -> str:
    """Return a page in a frame that is isolated from the document around it."""
    return (
        f'<iframe title="vitviz" sandbox="allow-scripts allow-downloads" '
        f'allow="clipboard-write" width="100%" height="{FRAME_HEIGHT_PX}" '
        f'style="border: 0" srcdoc="{html.escape(page)}"></iframe>'
    )


def repr_html(trace: Trace) -> str | None:
    """Return a trace's page in a frame; a sentence where the page is too large.

    None, for the plain text, before any layer has run.
    """
    if not any(c is not None and c.is_exact for c in trace.captures):
        return None
    try:
        return frame(to_html([trace]))
    except BudgetError as error:
        return f"<p>{html.escape(str(error))}</p>"


def show(traces: Sequence[Trace]) -> None:
    """Show the page of some traces below the cell of a notebook.

    Raises InputError outside of a notebook, BudgetError for a page that is too large.
    """
    try:
        from IPython import get_ipython
        from IPython.display import HTML, display
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        raise InputError(
            "vitviz.show() shows a trace in a notebook. Elsewhere write a page with "
            "trace.to_html(path), or open the window with vitviz.view(trace)."
        )
    import warnings

    with warnings.catch_warnings():
        # IPython recommends its own frame, which has no sandbox
        warnings.simplefilter("ignore", UserWarning)
        display(HTML(frame(to_html(traces))))
