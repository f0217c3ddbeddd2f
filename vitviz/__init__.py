"""vitviz: see where a Vision Transformer looks, in every head of every layer, exactly.

    model = vitviz.load_model("vitviz-small", patch_size=14)
    trace = vitviz.trace(model, "cat.jpg")
    trace.row(layer=5, query=(7, 3))        # (H, N) float32, rows sum to 1
    vitviz.explain.run("rollout", trace)    # (rows, cols) float32
    trace.to_html("cat.html")               # a page to hand out
    vitviz.view(trace)                      # the window on it

Importing this package loads neither torch nor Qt; the first use of a name does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from vitviz._version import __version__ as __version__

if TYPE_CHECKING:
    from pathlib import Path

    from vitviz import explain as explain
    from vitviz.attention.price import price
    from vitviz.attention.run import trace
    from vitviz.attention.trace import Trace
    from vitviz.domain.interventions import Interventions
    from vitviz.errors import VitvizError
    from vitviz.models.load import load_model, wrap
    from vitviz.models.model import Model
    from vitviz.pictures.source import load_image

__all__ = [
    "Interventions",
    "Model",
    "Trace",
    "VitvizError",
    "explain",
    "load_image",
    "load_model",
    "price",
    "show",
    "trace",
    "view",
    "wrap",
]

_HOMES = {
    "Interventions": "vitviz.domain.interventions",
    "Model": "vitviz.models.model",
    "Trace": "vitviz.attention.trace",
    "VitvizError": "vitviz.errors",
    "load_image": "vitviz.pictures.source",
    "load_model": "vitviz.models.load",
    "price": "vitviz.attention.price",
    "trace": "vitviz.attention.run",
    "wrap": "vitviz.models.load",
}


def show(*traces: Trace) -> None:
    """Show traces below the cell of a notebook, as a page in an isolated frame.

    Several traces become one page with a film strip.

    Raises InputError outside of a notebook, BudgetError for a page above 60 MB.
    """
    from vitviz.export.page import notebook

    notebook.show(traces)


def view(what: Trace | Model | str | Path) -> None:
    """Open the window on a trace, a model or the path of a picture.

    Blocks until the window is closed; returns at once if an event loop of Qt is already
    running, as under IPython's `%gui qt`. To be called on the main thread.

    Raises EnvironmentFault without a display, InputError for any other object.
    """
    from vitviz.system.environment import check_display

    check_display()
    from vitviz.ui.window.app import view_object

    view_object(what)


def __getattr__(name: str) -> object:
    if name == "explain":
        return importlib.import_module("vitviz.explain")
    if name not in _HOMES:
        raise AttributeError(f"module 'vitviz' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
