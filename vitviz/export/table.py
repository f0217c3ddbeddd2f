"""Figure of many maps: layers as rows and heads as columns, or one of them wrapped.

    Panel, grid ── panel_frame ──► sizes, places ── paint_panel ──► QPainter

All sizes are in figure units, 1/96 inch; `paint_panel` scales them to any device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from vitviz.domain.geometry import PatchGrid
from vitviz.domain.placement import Placement
from vitviz.export import draw_marks
from vitviz.export.captions import components_text, own_scales_text
from vitviz.export.draw_figure import (
    GAP,
    MARGIN,
    FigureOptions,
    caption_height,
    chip_text,
    paint_legend,
    query_colour,
)
from vitviz.export.draw_picture import (
    cell_box,
    draw_grid,
    draw_hatch,
    draw_heat,
    draw_photo,
    draw_stand_in,
)
from vitviz.pictures.source import SourceImage
from vitviz.views.colour import Meaning
from vitviz.views.display import Heat
from vitviz.views.overlay import overlay

SPACE = 6.0
LABEL_HEIGHT = 20.0


@dataclass(frozen=True, slots=True)
class Panel:
    """A table of maps of one picture and one query.

    heats : rows of equally many maps.
    row_labels, col_labels : col_labels may be empty when there is one column,
        row_labels when there is one row.
    shared : whether all maps have the same levels.
    """

    heats: tuple[tuple[Heat, ...], ...]
    row_labels: tuple[str, ...]
    col_labels: tuple[str, ...]
    shared: bool
    # Share of the largest values that lie beyond the scales, in percent.
    clip_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class PanelFrame:
    """Size of a panel and places of its parts, in figure units."""

    width: float
    height: float
    cells: tuple[tuple[QRectF, Heat], ...]
    texts: tuple[tuple[QRectF, Qt.AlignmentFlag, str], ...]
    bar: QRectF | None
    # Left edge and middle of the query's label.
    chip: tuple[float, float] | None
    lines: tuple[str, ...]
    caption_top: float


def panel_frame(
    panel: Panel, placement: Placement, grid: PatchGrid, options: FigureOptions
) -> PanelFrame:
    """Return the panel's size and the places of its parts."""
    first = panel.heats[0][0]
    has_chip = options.show_query and grid.cell(first.token) is None
    top = MARGIN + (30.0 if has_chip else 0.0)
    count = sum(len(row) for row in panel.heats)
    width, height = _cell_size(placement, count)
    width, height = (side / options.settings.type_scale for side in (width, height))
    columns = block_columns(count, width / (height + LABEL_HEIGHT))
    is_wrapped = min(len(panel.heats), len(panel.heats[0])) == 1
    if options.settings.width is not None:
        lead, gap, number = _label_room(panel), SPACE, len(panel.heats[0])
        if is_wrapped:
            lead, gap, number = 0.0, 2 * SPACE, columns
        room = options.settings.width - 2 * MARGIN - lead - (number - 1) * gap
        if panel.shared:
            room -= GAP + draw_marks.bar_width(first.levels)
        wide = max(8.0, math.floor(room / number))
        width, height = wide, wide * height / width
    if is_wrapped:
        cells, texts = _wrapped_cells(panel, width, height, top, columns)
    else:
        cells, texts = _table_cells(panel, width, height, top)
    right = max(box.right() for box, _ in cells)
    bottom = max(box.bottom() for box, _ in cells)
    bar = None
    if panel.shared:
        room = draw_marks.bar_width(first.levels)
        start = min(box.top() for box, _ in cells)
        bar = QRectF(
            right + GAP, start + 1, room, max(min(bottom - start - 2, 480), 100)
        )
        right, bottom = bar.right(), max(bottom, bar.bottom())
    if options.settings.width is None:
        right = max(right, MARGIN + 280)
    statements = list(options.caption)
    if first.colours is not None:
        statements.append(components_text())
    elif not panel.shared:
        statements.append(own_scales_text(panel.clip_percent))
    lines = draw_marks.wrapped(statements, draw_marks.SMALL_PX, right - MARGIN)
    total = bottom + MARGIN + caption_height(lines)
    chip = (MARGIN, MARGIN + 10) if has_chip else None
    return PanelFrame(
        right + MARGIN, total, cells, texts, bar, chip, tuple(lines), bottom
    )


def paint_panel(
    painter: QPainter,
    panel: Panel,
    image: SourceImage,
    placement: Placement,
    grid: PatchGrid,
    options: FigureOptions,
    rect: QRectF,
) -> None:
    """Draw the panel into `rect`, as large as it fits. Needs a QGuiApplication."""
    parts = panel_frame(panel, placement, grid, options)
    scale = min(rect.width() / parts.width, rect.height() / parts.height)
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(scale, scale)
    seen = placement.seen_rect()
    for box, heat in parts.cells:
        draw_photo(painter, image, seen, box)
        draw_stand_in(painter, options.hidden, placement, seen, box)
        draw_heat(painter, overlay(heat, options.look), placement, seen, box)
        draw_hatch(painter, options.hidden, placement, grid, seen, box)
        if options.look.show_grid:
            draw_grid(painter, placement, grid, seen, box)
        cell = grid.cell(heat.token)
        if cell is not None and options.show_query:
            ring = cell_box(placement, grid, cell, seen, box)
            _small_ring(painter, ring, query_colour(heat.direction))
    painter.setFont(draw_marks.font(draw_marks.SMALL_PX))
    painter.setPen(QColor(options.tones.text))
    for area, align, text in parts.texts:
        painter.drawText(area, align, text)
    first = panel.heats[0][0]
    if parts.chip is not None:
        text = chip_text(first, grid, options.prefix_names)
        draw_marks.draw_chip(painter, *parts.chip, text, Meaning.SPECIAL.value)
    clipped = sum(heat.num_clipped for _, heat in parts.cells)
    paint_legend(
        painter,
        first,
        parts.bar,
        parts.lines,
        parts.caption_top,
        options,
        num_clipped=clipped,
    )
    painter.restore()


def _cell_size(placement: Placement, count: int) -> tuple[float, float]:
    """Return (width, height) of one map, smaller where there are many."""
    seen = placement.seen_rect()
    side = 180.0 if count <= 16 else 112.0 if count <= 200 else 72.0
    unit = side / max(seen.width, seen.height)
    return max(8.0, round(seen.width * unit)), max(8.0, round(seen.height * unit))


Cells = tuple[tuple[QRectF, Heat], ...]
Texts = tuple[tuple[QRectF, Qt.AlignmentFlag, str], ...]


def _table_cells(
    panel: Panel, width: float, height: float, top: float
) -> tuple[Cells, Texts]:
    """Return a table of cells with row labels at the left, column labels above."""
    room = _label_room(panel)
    left, above = MARGIN + room, top + LABEL_HEIGHT
    cells, texts = [], []
    for col, label in enumerate(panel.col_labels):
        box = QRectF(left + col * (width + SPACE), top, width, LABEL_HEIGHT - 4)
        texts.append((box, Qt.AlignmentFlag.AlignCenter, label))
    align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for row, (label, heats) in enumerate(
        zip(panel.row_labels, panel.heats, strict=True)
    ):
        y = above + row * (height + SPACE)
        texts.append((QRectF(MARGIN, y, room - 10, height), align, label))
        for col, heat in enumerate(heats):
            cells.append((QRectF(left + col * (width + SPACE), y, width, height), heat))
    return tuple(cells), tuple(texts)


def _label_room(panel: Panel) -> float:
    """Return the width of the row labels at the left of a table."""
    texts = panel.row_labels
    return max(draw_marks.text_width(t, draw_marks.SMALL_PX) for t in texts) + 10


def _wrapped_cells(
    panel: Panel, width: float, height: float, top: float, columns: int
) -> tuple[Cells, Texts]:
    """Return a single row or column as a block of cells, each with its label above."""
    heats = [heat for row in panel.heats for heat in row]
    labels = panel.row_labels if len(panel.heats) > 1 else panel.col_labels
    cells, texts = [], []
    for index, (heat, label) in enumerate(zip(heats, labels, strict=True)):
        row, col = divmod(index, columns)
        x = MARGIN + col * (width + 2 * SPACE)
        y = top + row * (height + LABEL_HEIGHT + SPACE)
        area = QRectF(x, y, width, LABEL_HEIGHT - 4)
        texts.append((area, Qt.AlignmentFlag.AlignCenter, label))
        cells.append((QRectF(x, y + LABEL_HEIGHT, width, height), heat))
    return tuple(cells), tuple(texts)


def block_columns(count: int, aspect: float) -> int:
    """Return how many columns make a block of about 3:2 with a full last row."""
    ideal = math.sqrt(1.5 * count / aspect)
    candidates = range(1, count + 1)
    return min(
        candidates,
        key=lambda c: abs(math.log(c / ideal)) + 0.6 * (-count % c) / c,
    )


def _small_ring(painter: QPainter, cell: QRectF, colour: str) -> None:
    """Draw a thin ring around a cell of a small map."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    around = cell.adjusted(-1.0, -1.0, 1.0, 1.0)
    for shade, width in ((QColor("#1A1A1A"), 3.0), (QColor(colour), 1.6)):
        painter.setPen(QPen(shade, width))
        painter.drawRect(around)
    painter.restore()
