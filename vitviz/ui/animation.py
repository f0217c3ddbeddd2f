"""A GIF through the layers, drawn by the engine while the window stays responsive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.atomic import write_bytes
from vitviz.engine import Context, Job
from vitviz.errors import InputError
from vitviz.figures.animate import frames_of, gif_bytes
from vitviz.figures.compose import Look
from vitviz.figures.save import PNG_SCALE
from vitviz.geometry import POOL
from vitviz.methods import METHODS
from vitviz.views.display import shown_heads, shown_query
from vitviz.views.state import ViewState

if TYPE_CHECKING:
    from vitviz.models.adapter import Model
    from vitviz.tracing import Trace


def animation(trace: Trace, state: ViewState, model: Model | None, path: Path) -> Job:
    """A job that writes what is on screen for every layer, and returns the path.

    It paints on images, which Qt allows in any thread. Raises InputError for a method
    that has no layers to go through.
    """

    def job(context: Context) -> Path:
        if not METHODS[state.method].is_layerwise:
            raise InputError(
                "{method} is one map over all layers; there is nothing to animate.",
                method=METHODS[state.method].title,
            )
        query = shown_query(trace, state.token)
        if query == POOL:
            raise InputError(
                "A pooling head looks at the last layer only; there is nothing to "
                "animate. Choose a patch or a special token."
            )
        frames = frames_of(
            trace,
            layers=tuple(range(trace.num_layers)),
            heads=(shown_heads(trace, state.heads),),
            token=query,
            look=Look(state.style, state.colormap, state.scale, state.fixed_range),
            method=state.method,
            model=model,
            options=state.method_options,
        )
        write_bytes(path, gif_bytes(frames, scale=PNG_SCALE, colormap=state.colormap))
        return path

    return job
