"""Figures of what is on screen: one map, or a table of maps.

    Display ─────────► figure_of ──► Figure ──► PNG, SVG, PDF, a frame of a GIF
    rows of Display ──► table_of ──────┘

A figure is made of a Display and nothing else, so that it shows what is on screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from vitviz.domain.methods import MAPS
from vitviz.domain.number_text import format_value
from vitviz.errors import InputError
from vitviz.export import draw_figure, table
from vitviz.export.captions import (
    caption,
    changed_words,
    head_label,
    layer_text,
    method_title,
    table_caption,
    token_text,
)
from vitviz.export.draw_figure import FigureOptions
from vitviz.export.draw_picture import HiddenPatches
from vitviz.export.figure_settings import USUAL_FIGURE, FigureSettings
from vitviz.export.plot_captions import difference_caption
from vitviz.export.save import Figure, ensure_application
from vitviz.views.colour import DIVERGING
from vitviz.views.compare import Difference
from vitviz.views.display import Display, Heat
from vitviz.views.overlay import tinted_difference
from vitviz.views.view_state import Scale, Style

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup


def figure_of(
    shown: Display,
    *,
    settings: FigureSettings = USUAL_FIGURE,
    hidden: HiddenPatches | None = None,
    description: str = "",
    bar_room: float = 0.0,
) -> Figure:
    """Return the figure of what is on screen.

    settings : changes of the model are named without a caption, too.
    hidden : patches that the run hid from the model.
    description : JSON, for the file's metadata.
    bar_room : width of the colour bar with its numbers, if they need less.

    Raises InputError if the map is not computed yet.
    """
    ensure_application()
    one, setup = _heat(shown), shown.setup
    said = caption(one, setup, shown.state)
    lines = said if settings.has_caption else changed_words(setup.interventions)
    options = replace(_options(shown, lines, hidden, settings), bar_room=bar_room)
    image, placement, grid = setup.picture, setup.placement, setup.grid
    parts = draw_figure.frame(one, placement, grid, options)

    def paint(painter: QPainter, rect: QRectF) -> None:
        draw_figure.paint(painter, one, image, placement, grid, options, rect)

    is_layered = "layer" in MAPS[one.method].options
    where = layer_text(one.layer) if is_layered else method_title(one.method)
    title = f"{image.name}: {setup.model.name}, {where}"
    made = Figure(parts.width, parts.height, paint, title, description)
    return laid_out(made, settings, said)


def table_of(
    rows: tuple[tuple[Display, ...], ...],
    *,
    settings: FigureSettings = USUAL_FIGURE,
    hidden: HiddenPatches | None = None,
    description: str = "",
) -> Figure:
    """Return one figure of several displays: layers as rows, heads as columns.

    A single display becomes the figure of `figure_of`, whose parameters the others are.

    Raises InputError if a map is not computed yet.
    """
    first = rows[0][0]
    if len(rows) == len(rows[0]) == 1:
        return figure_of(
            first, settings=settings, hidden=hidden, description=description
        )
    ensure_application()
    heats = tuple(tuple(_heat(one) for one in row) for row in rows)
    setup = first.setup
    said = table_caption(heats, setup, first.state)
    lines = said if settings.has_caption else changed_words(setup.interventions)
    options = replace(_options(first, lines, hidden, settings), beside=())
    panel = table.Panel(
        heats=heats,
        row_labels=tuple(layer_text(row[0].layer) for row in rows),
        col_labels=tuple(head_label(one.state.heads) for one in rows[0]),
        shared=first.state.scale is not Scale.OWN,
        clip_percent=first.state.clip_percent,
    )
    image, placement, grid = setup.picture, setup.placement, setup.grid
    parts = table.panel_frame(panel, placement, grid, options)

    def paint(painter: QPainter, rect: QRectF) -> None:
        table.paint_panel(painter, panel, image, placement, grid, options, rect)

    title = f"{image.name}: {setup.model.name}"
    made = Figure(parts.width, parts.height, paint, title, description)
    return laid_out(made, settings, said)


def difference_figure(
    shown: Display,
    found: Difference,
    settings: FigureSettings = USUAL_FIGURE,
    *,
    bar_room: float = 0.0,
) -> Figure:
    """Return the figure of the difference between a map and another.

    shown : the first of the two, over whose picture it is drawn.
    """
    ensure_application()
    setup = shown.setup
    one = replace(_heat(shown), patches=found.patches, levels=found.levels)
    one = replace(one, uniform=None)
    said = difference_caption(one, setup, is_relative=found.is_relative)
    # a tint: a difference of zero lets the picture through
    look = replace(shown.look, style=Style.TINT, colormap=DIVERGING)
    options = FigureOptions(
        look=look,
        prefix_names=setup.prefix_names,
        caption=said if settings.has_caption else (),
        settings=settings,
        bar_room=bar_room,
        cells=tinted_difference(found.patches, found.levels, shown.look.opacity),
    )
    image, placement, grid = setup.picture, setup.placement, setup.grid
    parts = draw_figure.frame(one, placement, grid, options)

    def paint(painter: QPainter, rect: QRectF) -> None:
        draw_figure.paint(painter, one, image, placement, grid, options, rect)

    made = Figure(parts.width, parts.height, paint, image.name)
    return laid_out(made, settings, said)


def side_by_side(figures: Sequence[Figure]) -> Figure:
    """Return one figure of several in a row, each as it is."""
    first = figures[0]

    def paint(painter: QPainter, rect: QRectF) -> None:
        left = rect.left()
        scale = rect.width() / sum(one.width for one in figures)
        for one in figures:
            one.paint(
                painter,
                QRectF(left, rect.top(), one.width * scale, one.height * scale),
            )
            left += one.width * scale

    return replace(
        first,
        width=sum(one.width for one in figures),
        height=max(one.height for one in figures),
        paint=paint,
        title=" | ".join(one.title for one in figures),
        caption="\n".join(one.caption for one in figures),
    )


def laid_out(
    figure: Figure, settings: FigureSettings, said: Sequence[str] = ()
) -> Figure:
    """Return a layout at the width, type size and theme that were asked for.

    said : the statements of its caption, also where it shows none.
    """
    factor = settings.type_scale
    if settings.width is not None:
        # what cannot be made so narrow is reduced
        factor *= settings.width / figure.width
    return replace(
        figure,
        width=figure.width * factor,
        height=figure.height * factor,
        background=settings.tones.page,
        caption=" · ".join(said),
    )


def _options(
    shown: Display,
    lines: tuple[str, ...],
    hidden: HiddenPatches | None,
    settings: FigureSettings,
) -> FigureOptions:
    setup = shown.setup
    named = tuple(
        (token, replace(cell, label=_beside_label(token, cell.peak_ratio, setup)))
        for token, cell in shown.beside
    )
    return FigureOptions(
        look=shown.look,
        # a query has no part in a map that is the same for all
        show_query=MAPS[shown.state.method].is_per_query,
        prefix_names=setup.prefix_names,
        caption=lines,
        hidden=hidden,
        beside=named if MAPS[shown.state.method].is_per_query else (),
        settings=settings,
    )


def _beside_label(token: int, ratio: float, setup: Setup) -> str:
    """Return the name of a token and its strongest patch: "(2, 3) · 4.1×"."""
    return f"{token_text(token, setup)} · {format_value(ratio)}×"


def _heat(shown: Display) -> Heat:
    if shown.heat is None:
        raise InputError("The map is not computed yet. Wait until it is on screen.")
    return shown.heat
