"""Marks on and beside the picture of a figure: ring, label, colour bar, text."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QLinearGradient,
    QPainter,
    QPen,
    QPolygonF,
)

from vitviz.export.figure_settings import TONES, FigureTheme, Tones
from vitviz.views.colour import Levels, lookup_table
from vitviz.views.colour_bar import (
    COMPONENT_GAP,
    COMPONENTS,
    bar_text,
    tick_labels,
)
from vitviz.views.view_state import Look, Style

SMALL_PX = 12
BAR_WIDTH = 14.0
TICK_LENGTH = 5.0


def font(size_px: int, *, bold: bool = False) -> QFont:
    """Return the system's font without hinting, sized in figure units."""
    chosen = QFont()
    chosen.setPixelSize(size_px)
    chosen.setBold(bold)
    chosen.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return chosen


def text_width(text: str, size_px: int) -> float:
    """Return the width of one line, in figure units."""
    return QFontMetricsF(font(size_px)).horizontalAdvance(text)


def wrapped(parts: list[str], size_px: int, width: float) -> list[str]:
    """Return parts joined by " · " into lines no wider than `width` where possible.

    size_px, width : height of the font and width of a line, in figure units.
    """
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and text_width(longer, size_px) <= width:
            lines[-1] = longer
        else:
            lines.extend(_words(part, size_px, width))
    return lines


def draw_ring(
    painter: QPainter, cell: QRectF, colour: str, *, dashed: bool = False
) -> None:
    """Draw a ring just outside a cell: colour between a dark and a light line.

    dashed : for a token pinned beside the query.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    around = cell.adjusted(-2.0, -2.0, 2.0, 2.0)
    rings = ((QColor("#1A1A1A"), 6.0), (QColor("white"), 4.5), (QColor(colour), 2.5))
    for shade, width in rings:
        pen = QPen(shade, width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dashed and width == rings[-1][1]:
            pen.setDashPattern([2.0, 1.5])
        painter.setPen(pen)
        painter.drawRect(around)
    painter.restore()


def draw_chip(
    painter: QPainter, left: float, middle: float, text: str, colour: str
) -> None:
    """Draw a small rounded label from its left edge and vertical middle."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font(SMALL_PX, bold=True))
    width = painter.fontMetrics().horizontalAdvance(text) + 16
    box = QRectF(left, middle - 10, width, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(box, 10, 10)
    painter.setPen(QColor("#1A1A1A"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def bar_width(levels: Levels) -> float:
    """Return the width of a colour bar with its text, in figure units."""
    texts = ["1/N", *tick_labels(levels.ticks())]
    widest = max(text_width(text, SMALL_PX) for text in texts)
    return BAR_WIDTH + TICK_LENGTH + 4 + widest


def draw_bar(
    painter: QPainter,
    box: QRectF,
    levels: Levels,
    *,
    uniform: float | None,
    uniform_text: str = "1/N",
    num_clipped: int = 0,
    look: Look,
    tones: Tones = TONES[FigureTheme.LIGHT],
) -> None:
    """Draw a colour bar at the left of `box`, its numbers to the right of it.

    uniform : as in `bar_text`; `uniform_text` is written beside its mark.
    num_clipped : values above the upper end; if there are any, a ▲ stands there.
    """
    text_colour, quiet = QColor(tones.text), QColor(tones.quiet)
    bar = QRectF(box.left(), box.top(), BAR_WIDTH, box.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    table = lookup_table(look.colormap)
    # opaque colours and no gradient of opacity, which Qt's PDF draws black
    if look.style is Style.SPOTLIGHT:
        light = 1 - look.opacity * np.linspace(1, 0, 256)[:, None]
        surround = QColor(tones.surround)
        grey = (surround.red(), surround.green(), surround.blue())
        table = np.rint(light * grey).astype(np.uint8)
    column = np.ascontiguousarray(table[::-1, None, :])
    image = QImage(column.data, 1, 256, 3, QImage.Format.Format_RGB888)
    painter.drawImage(bar, image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(quiet, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)
    if num_clipped:
        middle = bar.center().x()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(text_colour)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(middle - 5, bar.top() - 3),
                    QPointF(middle + 5, bar.top() - 3),
                    QPointF(middle, bar.top() - 10),
                ]
            )
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(font(SMALL_PX))
        painter.setPen(text_colour)
        _draw_beside(painter, middle + 9, bar.top() - 7, str(num_clipped))
    text = bar_text(levels, uniform, box.height(), line=SMALL_PX + 3)
    painter.setFont(font(SMALL_PX))
    for y, label in text.ticks:
        painter.setPen(QPen(quiet, 1))
        start = QPointF(bar.right(), box.top() + y)
        painter.drawLine(start, start + QPointF(TICK_LENGTH, 0))
        painter.setPen(text_colour)
        _draw_beside(painter, bar.right() + TICK_LENGTH + 4, box.top() + y, label)
    if text.uniform is not None:
        y = box.top() + text.uniform
        for shade, width in ((QColor("white"), 4.0), (QColor("#1A1A1A"), 2.0)):
            pen = QPen(shade, width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLine(
                QPointF(bar.left(), y), QPointF(bar.right() + TICK_LENGTH, y)
            )
        painter.setPen(text_colour)
        painter.setFont(font(SMALL_PX, bold=True))
        _draw_beside(painter, bar.right() + TICK_LENGTH + 4, y, uniform_text)
    painter.restore()


def draw_components(
    painter: QPainter, box: QRectF, tones: Tones = TONES[FigureTheme.LIGHT]
) -> None:
    """Draw what red, green and blue stand for, a ramp each, at the left of `box`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font(SMALL_PX))
    height = box.height() / len(COMPONENTS)
    for index, (name, colour) in enumerate(COMPONENTS):
        top = box.top() + index * height
        place = QRectF(box.left(), top, BAR_WIDTH, height - COMPONENT_GAP)
        ramp = QLinearGradient(place.bottomLeft(), place.topLeft())
        ramp.setColorAt(0, QColor(Qt.GlobalColor.black))
        ramp.setColorAt(1, QColor(colour))
        painter.fillRect(place, ramp)
        painter.setPen(QPen(QColor(tones.quiet), 1))
        painter.drawRect(place)
        painter.setPen(QColor(tones.text))
        _draw_beside(painter, place.right() + 6, place.center().y(), name)
    painter.restore()


def _draw_beside(painter: QPainter, x: float, middle: float, text: str) -> None:
    """Draw one line of text whose digits are centred vertically on `middle`."""
    if text:
        metrics = QFontMetricsF(painter.font())
        painter.drawText(QPointF(x, middle + metrics.capHeight() / 2), text)


def _words(text: str, size_px: int, width: float) -> list[str]:
    """Return a text broken into lines between words, or within one that is too long."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size_px) <= width:
            lines[-1] = longer
            continue
        rest = word
        while len(rest) > 1 and text_width(rest, size_px) > width:
            fits = len(rest)
            while fits > 1 and text_width(rest[:fits], size_px) > width:
                fits -= 1
            lines.append(rest[:fits])
            rest = rest[fits:]
        lines.append(rest)
    return lines
