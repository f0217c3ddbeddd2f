"""From a trace and what is wanted of it to a figure that can be saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from vitviz.domain.heads import HeadChoice
from vitviz.domain.methods import METHODS
from vitviz.export import draw_figure, table
from vitviz.export.captions import (
    caption,
    changed_words,
    head_label,
    layer_text,
    method_title,
    table_caption,
)
from vitviz.export.draw_figure import FigureOptions
from vitviz.export.draw_picture import hidden_patches
from vitviz.export.save import Figure, ensure_application
from vitviz.views.colour import Levels
from vitviz.views.display import Heat, heat, maps_of, method_heat, values_of
from vitviz.views.state import USUAL, MethodOptions, Scale, Style, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.explain.gradients import Gradients
    from vitviz.models.model import Model

OPAQUE = 1.0
DEFAULT_OPACITY = 0.85


@dataclass(frozen=True, slots=True)
class Look:
    """What a figure is to look like."""

    style: Style = Style.TINT
    colormap: str = "viridis"
    scale: Scale = Scale.OWN
    fixed_range: tuple[float, float] = (0.0, 0.05)
    caption: bool = False
    """What was changed of a model is said below the figure without it too."""

    @property
    def opacity(self) -> float:
        """A map hides the photograph, tint and spotlight let it through."""
        return OPAQUE if self.style is Style.MAP else DEFAULT_OPACITY


def figure_of(
    trace: Trace,
    *,
    layers: tuple[int, ...],
    heads: tuple[HeadChoice, ...],
    token: int,
    look: Look,
    method: str = "raw",
    gradients: Gradients | None = None,
    model: Model | None = None,
    target: int | None = None,
    method_options: MethodOptions = USUAL,
    description: str = "",
) -> Figure:
    """One map, or a table of maps for several layers or heads.

    A shared scale runs from 0 to the largest value among all heads of the layer for
    one map, and to the largest among the maps shown for a table.

    Raises InputError for a trace without a picture, ExactnessError.
    """
    ensure_application()
    asked = _Asked(token, look, method, gradients, model, target, method_options)
    rows = tuple(_heats(trace, layer, heads, asked) for layer in layers)
    options = FigureOptions(
        style=look.style,
        colormap=look.colormap,
        opacity=look.opacity,
        prefix_names=trace.setup.prefix_names,
        caption=changed_words(trace.setup.interventions),
    )
    if len(layers) == len(heads) == 1:
        one = rows[0][0]
        if look.caption:
            options = replace(options, caption=caption(one, trace.setup, look.scale))
        return figure_of_heat(one, trace.setup, options, description=description)
    if look.scale is Scale.SHARED:
        levels = Levels(0.0, max(h.peak_value for row in rows for h in row) or 1e-12)
        rows = tuple(tuple(replace(h, levels=levels) for h in row) for row in rows)
    if look.caption:
        lines = table_caption(rows, trace.setup, look.scale)
        options = replace(options, caption=lines)
    panel = table.Panel(
        heats=rows,
        row_labels=tuple(layer_text(layer) for layer in layers),
        col_labels=tuple(head_label(choice) for choice in heads),
        shared=look.scale is not Scale.OWN,
    )
    return _panel_figure(panel, trace.setup, options, description)


def peak_of(
    trace: Trace,
    layer: int,
    heads: tuple[HeadChoice, ...],
    token: int,
    method: str,
    gradients: Gradients | None,
    model: Model | None,
    options: MethodOptions,
) -> float:
    """Largest value on the grid among the maps of some heads."""
    asked = _Asked(token, Look(), method, gradients, model, None, options)
    return max(one.peak_value for one in _heats(trace, layer, heads, asked))


def figure_of_heat(
    one: Heat, setup: Setup, options: FigureOptions, *, description: str = ""
) -> Figure:
    """The figure of a map that is already there. Raises InputError."""
    ensure_application()
    image, placement, grid = setup.picture, setup.placement, setup.grid
    options = replace(options, hidden=hidden_patches(setup))
    parts = draw_figure.frame(one, placement, grid, options)

    def paint(painter: QPainter, rect: QRectF) -> None:
        draw_figure.paint(painter, one, image, placement, grid, options, rect)

    what = METHODS[one.method]
    is_layered = "layer" in what.options
    where = layer_text(one.layer) if is_layered else method_title(one.method)
    title = f"{image.name}: {setup.model.name}, {where}"
    return Figure(parts.width, parts.height, paint, title, description)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all maps of a figure have in common."""

    token: int
    look: Look
    method: str
    gradients: Gradients | None
    model: Model | None
    target: int | None
    options: MethodOptions


def _heats(
    trace: Trace, layer: int, heads: tuple[HeadChoice, ...], asked: _Asked
) -> tuple[Heat, ...]:
    state = ViewState(
        layer=layer,
        token=asked.token,
        method=asked.method,
        method_options=asked.options,
        target=asked.target,
        scale=asked.look.scale,
        fixed_range=asked.look.fixed_range,
    )
    if asked.method == "raw":
        maps = maps_of(trace, state, layer)
        return tuple(heat(trace, state, maps, heads=choice) for choice in heads)
    states = tuple(replace(state, heads=choice) for choice in heads)
    return tuple(
        method_heat(
            trace,
            one,
            values_of(trace, one, layer, asked.gradients, model=asked.model),
        )
        for one in states
    )


def _panel_figure(
    panel: table.Panel, setup: Setup, options: FigureOptions, description: str
) -> Figure:
    image, placement, grid = setup.picture, setup.placement, setup.grid
    options = replace(options, hidden=hidden_patches(setup))
    parts = table.panel_frame(panel, placement, grid, options)

    def paint(painter: QPainter, rect: QRectF) -> None:
        table.paint_panel(painter, panel, image, placement, grid, options, rect)

    title = f"{image.name}: {setup.model.name}"
    return Figure(parts.width, parts.height, paint, title, description)
