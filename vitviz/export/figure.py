"""Figures of what is on screen: one map, or a table of maps.

    Display ─────────► figure_of ──► Figure ──► PNG, SVG, PDF, a frame of a GIF
    rows of Display ──► table_of ──────┘

A figure is made of a Display and nothing else, so that it shows what is on screen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from vitviz.domain.methods import METHODS
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
from vitviz.export.save import Figure, ensure_application
from vitviz.views.display import Display, Heat
from vitviz.views.view_state import Scale

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup


def figure_of(
    shown: Display,
    *,
    has_caption: bool = True,
    hidden: HiddenPatches | None = None,
    description: str = "",
) -> Figure:
    """Return the figure of what is on screen.

    has_caption : whether a caption describes the map; changes of the model are named
        without it too.
    hidden : patches that the run hid from the model.
    description : JSON, for the file's metadata.

    Raises InputError if the map is not computed yet.
    """
    ensure_application()
    one, setup = _heat(shown), shown.setup
    lines = changed_words(setup.interventions)
    if has_caption:
        lines = caption(one, setup, shown.state)
    options = _options(shown, lines, hidden)
    image, placement, grid = setup.picture, setup.placement, setup.grid
    parts = draw_figure.frame(one, placement, grid, options)

    def paint(painter: QPainter, rect: QRectF) -> None:
        draw_figure.paint(painter, one, image, placement, grid, options, rect)

    is_layered = "layer" in METHODS[one.method].options
    where = layer_text(one.layer) if is_layered else method_title(one.method)
    title = f"{image.name}: {setup.model.name}, {where}"
    return Figure(parts.width, parts.height, paint, title, description)


def table_of(
    rows: tuple[tuple[Display, ...], ...],
    *,
    has_caption: bool = True,
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
            first, has_caption=has_caption, hidden=hidden, description=description
        )
    ensure_application()
    heats = tuple(tuple(_heat(one) for one in row) for row in rows)
    setup = first.setup
    lines = changed_words(setup.interventions)
    if has_caption:
        lines = table_caption(heats, setup, first.state)
    options = replace(_options(first, lines, hidden), beside=())
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
    return Figure(parts.width, parts.height, paint, title, description)


def of_width(figure: Figure, width_mm: float) -> Figure:
    """Return the figure scaled to a width on paper, in millimetres."""
    factor = width_mm / 25.4 * 96 / figure.width
    return replace(figure, width=figure.width * factor, height=figure.height * factor)


def _options(
    shown: Display, lines: tuple[str, ...], hidden: HiddenPatches | None
) -> FigureOptions:
    setup = shown.setup
    named = tuple(
        (token, replace(cell, label=_beside_label(token, cell.peak_ratio, setup)))
        for token, cell in shown.beside
    )
    return FigureOptions(
        look=shown.look,
        prefix_names=setup.prefix_names,
        caption=lines,
        hidden=hidden,
        beside=named,
    )


def _beside_label(token: int, ratio: float, setup: Setup) -> str:
    """Return the name of a token and its strongest patch: "(2, 3) · 4.1×"."""
    return f"{token_text(token, setup)} · {format_value(ratio)}×"


def _heat(shown: Display) -> Heat:
    if shown.heat is None:
        raise InputError("The map is not computed yet. Wait until it is on screen.")
    return shown.heat
