"""Line icons in the colour of the text, sharp at every scale.

`dress` gives a button or an action its icon; `refresh` draws them again when the
palette has changed.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

from vitviz.system.paths import resource
from vitviz.ui.base import theme

SIZE = 18
"""Of an icon beside text, in logical px."""
_PROPERTY = "vitviz_icon"
_RATIOS = (1, 1.25, 1.5, 2, 3)
"""Pixels of the device for a logical one; between them Qt scales."""


def names() -> list[str]:
    """All icons there are, without the program's own."""
    found = (path.stem for path in resource("icons").glob("*.svg"))
    return sorted(name for name in found if name != "vitviz")


def icon(name: str) -> QIcon:
    """An icon for the palette of now. Raises FileNotFoundError."""
    tone = theme.colours()
    faint = QColor(tone.faint)
    faint.setAlphaF(0.55)
    made = QIcon()
    mode, state = QIcon.Mode, QIcon.State
    for colour, when, on in (
        (QColor(tone.text), mode.Normal, state.Off),
        (QColor(tone.accent_text), mode.Normal, state.On),
        (QColor(tone.accent_text), mode.Selected, state.Off),
        (faint, mode.Disabled, state.Off),
    ):
        for ratio in _RATIOS:
            made.addPixmap(_drawn(name, colour, ratio), when, on)
    return made


def dress(what: QAbstractButton | QAction, name: str) -> None:
    """Give a button or an action this icon."""
    what.setProperty(_PROPERTY, name)
    what.setIcon(icon(name))


def refresh(root: QWidget) -> None:
    """Draw the icons of everything in `root` for the palette of now."""
    found: list[QAbstractButton | QAction] = [*root.findChildren(QAbstractButton)]
    for one in (*found, *root.findChildren(QAction)):
        name = one.property(_PROPERTY)
        if name:
            one.setIcon(icon(name))


def _drawn(name: str, colour: QColor, ratio: float) -> QPixmap:
    side = round(SIZE * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    svg = _source(name).replace("currentColor", colour.name())
    painter = QPainter(pixmap)
    painter.setOpacity(colour.alphaF())
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@cache
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text("utf-8")
