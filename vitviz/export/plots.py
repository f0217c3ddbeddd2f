"""Figures of numbers, without the photograph: matrix, statistics, tokens, curves.

    content, FigureSettings ── matrix_figure, statistics_figure, … ──► Figure

Each has its drawing, a colour bar if its values share one, and a caption below. All
sizes are in figure units, 1/96 inch, at type of `TYPE_PT`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from vitviz.domain.geometry import Bins
from vitviz.domain.number_text import format_value
from vitviz.export import draw_marks
from vitviz.export.captions import tr
from vitviz.export.draw_figure import (
    GAP,
    LINE_HEIGHT,
    MARGIN,
    PICTURE_SIDE,
    caption_height,
    paint_caption,
)
from vitviz.export.figure import laid_out
from vitviz.export.figure_settings import FigureSettings, Tones
from vitviz.export.save import Figure, ensure_application
from vitviz.export.table import block_columns
from vitviz.views.colour import Array, Bytes, Levels, Meaning, rgb
from vitviz.views.tokens import TokenCells
from vitviz.views.view_state import Look, Style

SPACE = 4.0
# Strips beside the matrix that mark its special tokens.
STRIP = 5.0
CURVES_ASPECT = 0.62
# Of the colour of a band of random orders.
BAND_SHARE = 0.25
# Luminance of a colour above which black text has more contrast than white: √(1.05 ·
# 0.05) − 0.05 (WCAG 2.2, relative luminance and contrast ratio).
DARK_TEXT_FROM = 0.179


@dataclass(frozen=True, slots=True)
class About:
    """What every figure of numbers says of itself."""

    title: str
    # Statements of the caption; the first that are needed without one, too.
    said: tuple[str, ...]
    always: tuple[str, ...]
    colormap: str


@dataclass(frozen=True, slots=True, eq=False)
class MatrixContent:
    """A pooled attention matrix, (num_bins, num_bins); rows are queries."""

    values: Array
    bins: Bins
    levels: Levels
    # Value of every cell if attention were even.
    uniform: float
    # Token whose row, or column, is marked; None for none.
    query: int | None
    is_row: bool


@dataclass(frozen=True, slots=True, eq=False)
class StatisticContent:
    """One number of every head: (H,) by layer."""

    values: Mapping[int, Array]
    num_layers: int
    num_heads: int
    levels: Levels
    # The head, or heads, on screen: (layer, head).
    current: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class CurvesContent:
    """Scores along deletion and insertion, with those of random orders.

    shares, deletion, insertion : (S,).
    random : of deletion and of insertion, (R, S) each.
    """

    shares: Array
    deletion: Array
    insertion: Array
    random: tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class _Plate:
    """Where a drawing, its bar and its caption lie, in figure units."""

    width: float
    height: float
    content: QRectF
    bar: QRectF | None
    lines: tuple[str, ...]
    caption_top: float


def matrix_figure(
    content: MatrixContent, about: About, settings: FigureSettings
) -> Figure:
    """Return the figure of an attention matrix."""
    ensure_application()
    lead = above = LINE_HEIGHT + 2 * STRIP
    plate = _plate(1.0, about, settings, content.levels, lead=lead, above=above)

    def paint(painter: QPainter) -> None:
        _paint_matrix(painter, plate.content, content, about.colormap, settings.tones)

    clipped = int((content.values > content.levels.high * (1 + 1e-6)).sum())
    return _figure(
        plate, paint, about, settings, content.levels, content.uniform, clipped
    )


def statistics_figure(
    content: StatisticContent, about: About, settings: FigureSettings
) -> Figure:
    """Return the figure of a statistic: layers as rows, heads as columns."""
    ensure_application()
    labels = [str(layer) for layer in range(content.num_layers)]
    widest = max(draw_marks.text_width(text, draw_marks.SMALL_PX) for text in labels)
    lead, above = widest + LINE_HEIGHT + 8, 2 * LINE_HEIGHT
    aspect = 0.62 * content.num_layers / max(content.num_heads, 1)
    plate = _plate(aspect, about, settings, content.levels, lead=lead, above=above)

    def paint(painter: QPainter) -> None:
        _paint_statistic(painter, plate.content, content, about.colormap, settings)

    return _figure(plate, paint, about, settings, content.levels, None, 0)


def tokens_figure(
    content: TokenCells, about: About, settings: FigureSettings
) -> Figure:
    """Return the figure of the tokens' small maps, each with its label below."""
    ensure_application()
    cells = content.cells
    rows, cols = cells[0].values.shape[:2]
    columns = block_columns(len(cells), cols / rows)
    count_rows = math.ceil(len(cells) / columns)
    # of a map and its label, where the whole is one wide
    cell = (1 - (columns - 1) * SPACE / PICTURE_SIDE) / columns
    label = (LINE_HEIGHT + SPACE) * settings.type_scale / PICTURE_SIDE
    if settings.width is not None:
        label = (LINE_HEIGHT + SPACE) / settings.width
    aspect = count_rows * (cell * rows / cols + label)
    plate = _plate(aspect, about, settings, content.levels)

    def paint(painter: QPainter) -> None:
        area = plate.content
        width = (area.width() - (columns - 1) * SPACE) / columns
        height = area.height() / count_rows - LINE_HEIGHT - SPACE
        side = min(width, height * cols / rows)
        painter.setFont(draw_marks.font(draw_marks.SMALL_PX))
        for index, one in enumerate(cells):
            row, col = divmod(index, columns)
            box = QRectF(
                area.left() + col * (width + SPACE),
                area.top() + row * (height + LINE_HEIGHT + SPACE),
                side,
                side * rows / cols,
            )
            _draw_cells(painter, box, _token_colours(one.values, content, about))
            painter.setPen(QColor(settings.tones.text))
            below = QRectF(box.left(), box.bottom(), box.width(), LINE_HEIGHT)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, one.label)

    return _figure(plate, paint, about, settings, content.levels, None, 0)


def curves_figure(
    content: CurvesContent, about: About, settings: FigureSettings
) -> Figure:
    """Return the figure of deletion and insertion curves with their random orders."""
    ensure_application()
    lead, above = 44.0, LINE_HEIGHT
    below = 2 * LINE_HEIGHT
    plate = _plate(
        CURVES_ASPECT, about, settings, None, lead=lead, above=above, below=below
    )

    def paint(painter: QPainter) -> None:
        # half of the last number stands at the right of the axis
        area = plate.content.adjusted(0, 0, -MARGIN / 2, 0)
        _paint_curves(painter, area, content, settings.tones)

    return _figure(plate, paint, about, settings, None, None, 0)


def _plate(
    aspect: float,
    about: About,
    settings: FigureSettings,
    levels: Levels | None,
    *,
    lead: float = 0.0,
    above: float = 0.0,
    below: float = 0.0,
) -> _Plate:
    """Return the places of a drawing `aspect` times as high as it is wide.

    lead, above, below : room for labels at its left, above and below it.
    """
    room = 0.0 if levels is None else GAP + draw_marks.bar_width(levels)
    width = PICTURE_SIDE / settings.type_scale
    if settings.width is not None:
        width = max(24.0, settings.width - 2 * MARGIN - lead - room)
    content = QRectF(MARGIN + lead, MARGIN + above, width, width * aspect)
    bar = None
    if levels is not None:
        bar = QRectF(
            content.right() + GAP,
            content.top() + 1,
            room - GAP,
            max(content.height() - 2, 60.0),
        )
    total = content.right() + room + MARGIN
    lines = about.said if settings.has_caption else about.always
    wrapped = draw_marks.wrapped(list(lines), draw_marks.SMALL_PX, total - 2 * MARGIN)
    bottom = content.bottom() + below
    if bar is not None:
        bottom = max(bottom, bar.bottom())
    height = bottom + MARGIN + caption_height(wrapped)
    return _Plate(total, height, content, bar, tuple(wrapped), bottom)


def _figure(
    plate: _Plate,
    draw: Callable[[QPainter], None],
    about: About,
    settings: FigureSettings,
    levels: Levels | None,
    uniform: float | None,
    num_clipped: int,
) -> Figure:
    """Return a plate with its drawing, bar and caption as a figure."""

    def paint(painter: QPainter, rect: QRectF) -> None:
        scale = min(rect.width() / plate.width, rect.height() / plate.height)
        painter.save()
        painter.translate(rect.topLeft())
        painter.scale(scale, scale)
        painter.save()
        draw(painter)
        painter.restore()
        if plate.bar is not None and levels is not None:
            draw_marks.draw_bar(
                painter,
                plate.bar,
                levels,
                uniform=uniform,
                num_clipped=num_clipped,
                look=Look(Style.MAP, about.colormap, 1.0),
                tones=settings.tones,
            )
        paint_caption(painter, plate.lines, plate.caption_top, settings.tones)
        painter.restore()

    made = Figure(plate.width, plate.height, paint, about.title)
    return laid_out(made, settings, about.said)


def _draw_cells(painter: QPainter, box: QRectF, colours: Bytes) -> None:
    """Draw (R, C, 3) uint8 into a box, each cell a crisp rectangle."""
    height, width = colours.shape[:2]
    padded = np.full((height, width, 4), 255, np.uint8)
    padded[..., :3] = colours
    image = QImage(padded.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(box, image, QRectF(0, 0, width, height))


def _paint_matrix(
    painter: QPainter,
    box: QRectF,
    content: MatrixContent,
    colormap: str,
    tones: Tones,
) -> None:
    colours = rgb(content.levels.fraction(content.values), colormap)
    _draw_cells(painter, box, colours)
    bins = content.bins
    unit = box.width() / bins.num_bins
    if bins.num_prefix_tokens:
        length = max(bins.num_prefix_tokens * unit, 0.012 * box.width())
        painter.fillRect(
            QRectF(box.left() - 1.4 * STRIP, box.top(), STRIP, length),
            QColor(Meaning.SPECIAL.value),
        )
        painter.fillRect(
            QRectF(box.left(), box.top() - 1.4 * STRIP, length, STRIP),
            QColor(Meaning.SPECIAL.value),
        )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if content.query is not None and content.query < bins.num_tokens:
        at = (bins.bin_of(content.query) + 0.5) * unit
        meaning = Meaning.QUERY if content.is_row else Meaning.KEY
        painter.setPen(QPen(QColor(meaning.value), 1.5))
        if content.is_row:
            y = box.top() + at
            painter.drawLine(QLineF(box.left(), y, box.right(), y))
        else:
            x = box.left() + at
            painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
    painter.setFont(draw_marks.font(draw_marks.SMALL_PX))
    painter.setPen(QColor(tones.text))
    top = QRectF(box.left(), box.top() - LINE_HEIGHT - 1.6 * STRIP, box.width(), 16)
    painter.drawText(top, Qt.AlignmentFlag.AlignLeft, tr("key →"))
    _draw_upright(
        painter, box.left() - 1.6 * STRIP - 4, box, tr("query ↓"), from_top=True
    )


def _draw_upright(
    painter: QPainter, x: float, box: QRectF, text: str, *, from_top: bool = False
) -> None:
    """Draw a text turned by a quarter at the left of a box.

    from_top : downwards from the box's top, else upwards and in its middle.
    """
    painter.save()
    width = draw_marks.text_width(text, draw_marks.SMALL_PX)
    if from_top:
        painter.translate(x - 8, box.top())
        painter.rotate(90)
    else:
        painter.translate(x, box.center().y() + width / 2)
        painter.rotate(-90)
    painter.drawText(QPointF(0, 0), text)
    painter.restore()


def _paint_statistic(
    painter: QPainter,
    box: QRectF,
    content: StatisticContent,
    colormap: str,
    settings: FigureSettings,
) -> None:
    tones = settings.tones
    wide, high = box.width() / content.num_heads, box.height() / content.num_layers
    painter.setFont(draw_marks.font(draw_marks.SMALL_PX))
    texts = {
        (layer, head): format_value(float(value))
        for layer, values in content.values.items()
        for head, value in enumerate(values)
    }
    widest = max(
        (draw_marks.text_width(text, draw_marks.SMALL_PX) for text in texts.values()),
        default=0.0,
    )
    # Numbers in all cells or in none: a few would look like a choice.
    has_numbers = widest + 4 <= wide and high >= LINE_HEIGHT - 4
    middle = Qt.AlignmentFlag.AlignCenter
    for layer, values in content.values.items():
        colours = rgb(content.levels.fraction(values), colormap)
        for head, colour in enumerate(colours):
            cell = QRectF(
                box.left() + head * wide, box.top() + layer * high, wide, high
            ).adjusted(0.5, 0.5, -0.5, -0.5)
            shade = QColor(*(int(part) for part in colour))
            painter.fillRect(cell, shade)
            if has_numbers:
                is_light = _luminance(shade) > DARK_TEXT_FROM
                painter.setPen(QColor("#111111" if is_light else "#FFFFFF"))
                painter.drawText(cell, middle, texts[layer, head])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for layer, head in content.current if len(content.current) == 1 else ():
        cell = QRectF(box.left() + head * wide, box.top() + layer * high, wide, high)
        painter.setPen(QPen(QColor(tones.text), 1.5))
        painter.drawRect(cell)
    painter.setPen(QColor(tones.text))
    every = max(1, math.ceil(22 / wide))
    for head in range(0, content.num_heads, every):
        area = QRectF(
            box.left() + head * wide, box.top() - LINE_HEIGHT, wide, LINE_HEIGHT - 3
        )
        painter.drawText(area, middle | Qt.TextFlag.TextDontClip, str(head))
    every = max(1, math.ceil((LINE_HEIGHT - 5) / high))
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for layer in range(0, content.num_layers, every):
        y = box.top() + (layer + 0.5) * high - LINE_HEIGHT / 2
        area = QRectF(MARGIN, y, box.left() - MARGIN - 6, LINE_HEIGHT)
        painter.drawText(area, right, str(layer))
    painter.setPen(QColor(tones.quiet))
    top = QRectF(box.left(), box.top() - 2 * LINE_HEIGHT, box.width(), LINE_HEIGHT)
    painter.drawText(top, middle, tr("head"))
    _draw_upright(painter, MARGIN + 10, box, tr("layer"))


def _luminance(colour: QColor) -> float:
    """Return the relative luminance of a colour, in [0, 1]."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _token_colours(values: Array, content: TokenCells, about: About) -> Bytes:
    """Return (R, C, 3) uint8 of a token map: values, or colours in [0, 1]."""
    if values.ndim == 3:
        return np.rint(255 * values).astype(np.uint8)
    levels = content.levels
    if levels is None:
        high = float(values.max())
        levels = Levels(0.0, high if high > 0 else 1e-12)
    return rgb(levels.fraction(values), about.colormap)


def _paint_curves(
    painter: QPainter, box: QRectF, content: CurvesContent, tones: Tones
) -> None:
    everything = (content.deletion, content.insertion, *content.random)
    low = min(0.0, *(float(np.min(part)) for part in everything))
    high = max(float(np.max(part)) for part in everything)
    high = high if high > low else low + 1e-12
    scale = Levels(low, high)

    def at(share: float, score: float) -> QPointF:
        return QPointF(
            box.left() + share * box.width(),
            box.bottom() - (score - low) / (high - low) * box.height(),
        )

    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(draw_marks.font(draw_marks.SMALL_PX))
    painter.setPen(QPen(QColor(tones.quiet), 1))
    painter.drawLine(box.bottomLeft(), box.bottomRight())
    painter.drawLine(box.bottomLeft(), box.topLeft())
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for tick in scale.ticks():
        y = at(0, tick).y()
        painter.drawLine(QLineF(box.left() - 4, y, box.left(), y))
        area = QRectF(MARGIN, y - 10, box.left() - MARGIN - 7, 20)
        painter.drawText(area, right, format_value(tick))
    centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
    for percent in (0, 25, 50, 75, 100):
        x = at(percent / 100, low).x()
        painter.drawLine(QLineF(x, box.bottom(), x, box.bottom() + 4))
        area = QRectF(x - 40, box.bottom() + 6, 80, LINE_HEIGHT)
        painter.drawText(area, centre, f"{percent} %")
    area = QRectF(box.left(), box.bottom() + 4 + LINE_HEIGHT, box.width(), LINE_HEIGHT)
    painter.drawText(area, centre, tr("share of patches hidden, or shown"))
    painter.drawText(QPointF(box.left() - 30, box.top() - 8), tr("score"))
    names = (
        (content.deletion, content.random[0], Meaning.WARNING, tr("deletion")),
        (content.insertion, content.random[1], Meaning.VALUE, tr("insertion")),
    )

    def line(values: Array) -> list[QPointF]:
        pairs = zip(content.shares, values, strict=True)
        return [at(float(share), float(value)) for share, value in pairs]

    # all bands below all lines: none may hide another's
    painter.setPen(Qt.PenStyle.NoPen)
    for _, random, meaning, _ in names:
        painter.setBrush(_mixed(QColor(meaning.value), QColor(tones.page), BAND_SHARE))
        upper, lower = line(random.max(axis=0)), line(random.min(axis=0))
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for values, random, meaning, _ in names:
        dashed = QPen(QColor(meaning.value), 1.2)
        dashed.setDashPattern([4.0, 3.0])
        painter.setPen(dashed)
        painter.drawPolyline(QPolygonF(line(random.mean(axis=0))))
        painter.setPen(QPen(QColor(meaning.value), 2.2))
        painter.drawPolyline(QPolygonF(line(values)))
    x = box.left() + 40
    for _, _, meaning, name in names:
        painter.fillRect(QRectF(x, box.top() - 16, 9, 9), QColor(meaning.value))
        painter.setPen(QColor(tones.text))
        painter.drawText(QPointF(x + 13, box.top() - 8), name)
        x += 28 + draw_marks.text_width(name, draw_marks.SMALL_PX)
    painter.setPen(QColor(tones.quiet))
    painter.drawText(QPointF(x, box.top() - 8), tr("dashed: random orders"))


def _mixed(colour: QColor, page: QColor, share: float) -> QColor:
    """Return a colour on the page: opaque, since PDF viewers differ in the rest."""
    return QColor(
        round(share * colour.red() + (1 - share) * page.red()),
        round(share * colour.green() + (1 - share) * page.green()),
        round(share * colour.blue() + (1 - share) * page.blue()),
    )
