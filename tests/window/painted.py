"""What a widget paints as text: how large, and where.

Painted into an SVG, which writes down fonts and places whoever draws: Qt, we or
pyqtgraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from PySide6.QtCore import QBuffer, QPoint, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QRegion, QTransform
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

_MATRIX = re.compile(r"matrix\(([^)]*)\)")


@dataclass(frozen=True)
class Painted:
    """One text."""

    text: str
    px: float
    """Of its font, as it appears."""
    place: QRectF
    """Where it stands in the widget, from ascent to descent."""


def painted(widget: QWidget, *, with_children: bool = True) -> list[Painted]:
    """Every text that a widget paints."""
    buffer = QBuffer()
    made = QSvgGenerator()
    made.setOutputDevice(buffer)
    made.setSize(widget.size())
    made.setResolution(round(widget.logicalDpiX()))
    flags = QWidget.RenderFlag.DrawWindowBackground
    if with_children:
        flags |= QWidget.RenderFlag.DrawChildren
    painter = QPainter(made)
    widget.render(painter, QPoint(0, 0), QRegion(), flags)
    painter.end()
    root = ElementTree.fromstring(bytes(buffer.data().data()))
    return list(_texts(root, QTransform(), widget.logicalDpiX()))


def _texts(
    node: ElementTree.Element, outer: QTransform, dots: int
) -> Iterator[Painted]:
    found = _MATRIX.match(node.get("transform", ""))
    here = outer
    if found is not None:
        here = QTransform(*map(float, found[1].split(","))) * outer
    text = node.text or ""
    if node.tag.endswith("text") and text.strip():
        size = float(node.get("font-size", "nan"))
        families = node.get("font-family", "").split(",")
        font = QFont([name.strip("'\" ") for name in families])
        font.setPointSizeF(max(72 * size / dots, 1.0))
        font.setWeight(QFont.Weight(int(node.get("font-weight", "400"))))
        font.setItalic(node.get("font-style") == "italic")
        metrics = QFontMetricsF(font)
        x, y = float(node.get("x", "0")), float(node.get("y", "0"))
        wide = metrics.horizontalAdvance(text)
        box = QRectF(x, y - metrics.ascent(), wide, metrics.height())
        scale = (here.m11() ** 2 + here.m12() ** 2) ** 0.5
        yield Painted(text, size * scale, here.mapRect(box))
    for child in node:
        yield from _texts(child, here, dots)
