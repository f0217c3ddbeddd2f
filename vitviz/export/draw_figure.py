"""Figure of one map: picture, map, query, colour bar, small maps beside, caption.

    Heat, grid, FigureOptions ── frame ──► sizes, places ── paint ──► QPainter

All sizes are in figure units, 1/96 inch; `paint` scales them to any device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from vitviz.domain.geometry import PatchGrid
from vitviz.domain.placement import Placement
from vitviz.export import draw_marks
from vitviz.export.draw_picture import (
    HiddenPatches,
    cell_box,
    draw_grid,
    draw_hatch,
    draw_heat,
    draw_photo,
    draw_stand_in,
    draw_unseen,
    shown_rect,
)
from vitviz.export.figure_settings import FigureSettings, Tones
from vitviz.export.token_names import token_name
from vitviz.pictures.source import SourceImage
from vitviz.views.colour import Bytes, Meaning, rgb
from vitviz.views.display import Heat, MapCell
from vitviz.views.overlay import overlay
from vitviz.views.view_state import Direction, Look

# Longer side of the picture in figure units, unless its own is near to it.
PICTURE_SIDE = 640
MARGIN = 20.0
GAP = 14.0
CHIP_HEIGHT = 30.0
LINE_HEIGHT = 19.0
# Longer side of the map of a token pinned beside the query.
BESIDE_SIDE = 120.0


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """How a figure looks, and what stands beside its picture."""

    look: Look = Look()
    # Names of the special tokens, for the label of a query that is one of them.
    prefix_names: tuple[str, ...] = ()
    # Statements below the picture, joined and wrapped; empty for no caption.
    caption: tuple[str, ...] = ()
    show_bar: bool = True
    show_query: bool = True
    # Patches that the run hid; None where the model saw the whole picture.
    hidden: HiddenPatches | None = None
    # (token, map) of the tokens pinned beside the first, each with its label.
    beside: tuple[tuple[int, MapCell], ...] = ()
    settings: FigureSettings = FigureSettings()
    # Width of the colour bar with its numbers, if they need less.
    bar_room: float = 0.0
    # In place of the map's own colours, as `views.overlay` returns them.
    cells: Bytes | None = None

    @property
    def tones(self) -> Tones:
        """Colours of the theme."""
        return self.settings.tones


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the parts of a figure lie, in figure units."""

    width: float
    height: float
    picture: QRectF
    bar: QRectF | None
    chip_middle: float | None
    lines: tuple[str, ...]
    beside: tuple[tuple[QRectF, MapCell], ...]


def frame(
    heat: Heat, placement: Placement, grid: PatchGrid, options: FigureOptions
) -> Frame:
    """Return the figure's size and the places of its parts."""
    shown = shown_rect(placement)
    longest = max(shown.width, shown.height)
    # a picture that is not far from the usual size is shown pixel for pixel
    unit = 1.0 if 480 <= longest <= 800 else PICTURE_SIDE / longest
    unit /= options.settings.type_scale
    room = 0.0
    if options.show_bar:
        room = max(draw_marks.bar_width(heat.levels), options.bar_room)
    if options.settings.width is not None:
        beside_picture = 2 * MARGIN + (GAP + room if room else 0.0)
        unit = (options.settings.width - beside_picture) / shown.width
    width = max(24.0, round(shown.width * unit))
    height = max(24.0, round(shown.height * unit))
    has_chip = options.show_query and grid.cell(heat.token) is None
    top = MARGIN + (CHIP_HEIGHT if has_chip else 0.0)
    picture = QRectF(MARGIN, top, width, height)
    bar = None
    total_width = width + 2 * MARGIN
    if options.show_bar:
        # half a line above and below, for the numbers at the bar's ends
        bar_height = max(height - 2.0, 120.0)
        bar = QRectF(picture.right() + GAP, top + 1, room, bar_height)
        total_width += GAP + room
    bottom = max(picture.bottom(), bar.bottom() if bar is not None else 0.0)
    beside = _beside(picture, bottom, options) if options.beside else ()
    for area, _ in beside:
        bottom = max(bottom, area.bottom() + LINE_HEIGHT)
        total_width = max(total_width, area.right() + MARGIN)
    if options.caption and options.settings.width is None:
        total_width = max(total_width, 320.0)
    lines = draw_marks.wrapped(
        list(options.caption), draw_marks.SMALL_PX, total_width - 2 * MARGIN
    )
    total_height = bottom + MARGIN + caption_height(lines)
    middle = MARGIN + 10 if has_chip else None
    return Frame(total_width, total_height, picture, bar, middle, tuple(lines), beside)


def _beside(
    picture: QRectF, top: float, options: FigureOptions
) -> tuple[tuple[QRectF, MapCell], ...]:
    """Return the places of the maps of the tokens pinned beside: a row below."""
    rows, cols = options.beside[0][1].patches.shape
    unit = BESIDE_SIDE / max(rows, cols)
    placed = []
    for index, (_, cell) in enumerate(options.beside):
        left = picture.left() + index * (BESIDE_SIDE + GAP)
        placed.append((QRectF(left, top + GAP, cols * unit, rows * unit), cell))
    return tuple(placed)


def _paint_beside(
    painter: QPainter, area: QRectF, cell: MapCell, options: FigureOptions
) -> None:
    """Draw a small map in a dashed frame, with its name below."""
    colours = np.full((*cell.patches.shape, 4), 255, np.uint8)
    colours[..., :3] = rgb(cell.levels.fraction(cell.patches), options.look.colormap)
    height, width = cell.patches.shape
    image = QImage(
        colours.data, width, height, 4 * width, QImage.Format.Format_RGBX8888
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(area, image)
    pen = QPen(QColor(Meaning.QUERY.value), 1.5)
    pen.setDashPattern([3.0, 2.0])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area.adjusted(-1, -1, 1, 1))
    painter.setFont(draw_marks.font(draw_marks.SMALL_PX))
    painter.setPen(QColor(options.tones.text))
    below = QRectF(area.left(), area.bottom(), BESIDE_SIDE + GAP, LINE_HEIGHT)
    painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, cell.label)
    painter.restore()


def paint(
    painter: QPainter,
    heat: Heat,
    image: SourceImage,
    placement: Placement,
    grid: PatchGrid,
    options: FigureOptions,
    rect: QRectF,
) -> None:
    """Draw the figure into `rect`, as large as it fits, on whatever is already there.

    Needs a QGuiApplication for its fonts; see `save.ensure_application`.
    """
    parts = frame(heat, placement, grid, options)
    scale = min(rect.width() / parts.width, rect.height() / parts.height)
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(scale, scale)
    shown, box = shown_rect(placement), parts.picture
    draw_photo(painter, image, shown, box)
    draw_stand_in(painter, options.hidden, placement, shown, box)
    cells = overlay(heat, options.look) if options.cells is None else options.cells
    draw_heat(painter, cells, placement, shown, box)
    draw_hatch(painter, options.hidden, placement, grid, shown, box)
    draw_unseen(painter, placement, shown, box, options.look)
    if options.look.show_grid:
        draw_grid(painter, placement, grid, shown, box)
    if options.show_query:
        _paint_query(painter, heat, placement, grid, options, parts)
    for area, cell in parts.beside:
        _paint_beside(painter, area, cell, options)
    below = max(box.bottom(), parts.bar.bottom() if parts.bar is not None else 0.0)
    for area, _ in parts.beside:
        below = max(below, area.bottom() + LINE_HEIGHT)
    clipped = heat.num_clipped
    paint_legend(
        painter, heat, parts.bar, parts.lines, below, options, num_clipped=clipped
    )
    painter.restore()


def paint_legend(
    painter: QPainter,
    heat: Heat,
    bar: QRectF | None,
    lines: Sequence[str],
    below: float,
    options: FigureOptions,
    *,
    num_clipped: int,
) -> None:
    """Draw the colour bar, if there is one, and the caption from `below` on.

    num_clipped : number of values above the upper end of the bar.
    """
    if bar is not None and heat.colours is not None:
        draw_marks.draw_components(painter, bar, options.tones)
    elif bar is not None:
        draw_marks.draw_bar(
            painter,
            bar,
            heat.levels,
            uniform=heat.uniform,
            uniform_text=heat.uniform_text,
            num_clipped=num_clipped,
            look=options.look,
            tones=options.tones,
        )
    paint_caption(painter, lines, below, options.tones)


def paint_caption(
    painter: QPainter, lines: Sequence[str], below: float, tones: Tones
) -> None:
    """Draw the lines of a caption, from `below` on."""
    painter.setFont(draw_marks.font(draw_marks.SMALL_PX))
    painter.setPen(QColor(tones.quiet))
    for number, line in enumerate(lines):
        y = below + GAP + draw_marks.SMALL_PX + number * LINE_HEIGHT
        painter.drawText(QPointF(MARGIN, y), line)


def caption_height(lines: Sequence[str]) -> float:
    """Return the height that the lines of a caption add to a figure."""
    return GAP - 4 + LINE_HEIGHT * len(lines) - LINE_HEIGHT / 3 if lines else 0.0


def query_colour(direction: Direction) -> str:
    """Return the colour of the chosen token: a row's query or a column's key."""
    meaning = Meaning.QUERY if direction is Direction.LOOKS_AT else Meaning.KEY
    return meaning.value


def _paint_query(
    painter: QPainter,
    heat: Heat,
    placement: Placement,
    grid: PatchGrid,
    options: FigureOptions,
    parts: Frame,
) -> None:
    for token, _ in options.beside:
        cell = grid.cell(token)
        if cell is not None:
            box = cell_box(placement, grid, cell, shown_rect(placement), parts.picture)
            draw_marks.draw_ring(
                painter, box, query_colour(heat.direction), dashed=True
            )
    cell = grid.cell(heat.token)
    if cell is not None:
        box = cell_box(placement, grid, cell, shown_rect(placement), parts.picture)
        draw_marks.draw_ring(painter, box, query_colour(heat.direction))
        return
    assert parts.chip_middle is not None
    draw_marks.draw_chip(
        painter,
        MARGIN,
        parts.chip_middle,
        chip_text(heat, grid, options.prefix_names),
        Meaning.SPECIAL.value,
    )


def chip_text(heat: Heat, grid: PatchGrid, prefix_names: tuple[str, ...]) -> str:
    """Return the label of a special token as query or key, such as "query: CLS"."""
    is_row = heat.direction is Direction.LOOKS_AT
    text = tr("query: {name}") if is_row else tr("key: {name}")
    return text.format(name=token_name(heat.token, grid, prefix_names))


def tr(text: str) -> str:
    """Return a text in the program's language; English without a window."""
    return QCoreApplication.translate("figures", text)
