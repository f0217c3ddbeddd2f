"""Line icons in the text's colour, sharp at every scale.

`dress` gives a button or an action its icon; `refresh` draws the icons again after the
palette or the pixels of the screen have changed.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QColor,
    QGuiApplication,
    QIcon,
    QPainter,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

from vitviz.system.paths import resource
from vitviz.ui.base import theme

# Side of an icon beside text, in logical px.
SIZE = 18
_PROPERTY = "vitviz_icon"


def names() -> list[str]:
    """Return the names of all icons except the program's own."""
    found = (path.stem for path in resource("icons").glob("*.svg"))
    return sorted(name for name in found if name != "vitviz")


def icon(name: str) -> QIcon:
    """Return an icon in the colours of the current palette.

    Raises FileNotFoundError.
    """
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
        for ratio in _ratios():
            made.addPixmap(_drawn(name, colour, ratio), when, on)
    return made


def dress(what: QAbstractButton | QAction, name: str) -> None:
    """Set the icon of a button or an action, and remember its name for `refresh`."""
    what.setProperty(_PROPERTY, name)
    what.setIcon(icon(name))
    if isinstance(what, QAbstractButton) and theme.enlarged() > 1:
        side = round(SIZE * theme.enlarged())
        what.setIconSize(QSize(side, side))


def refresh(root: QWidget) -> None:
    """Draw the icons of everything in `root` again, for the current palette."""
    found: list[QAbstractButton | QAction] = [*root.findChildren(QAbstractButton)]
    for one in (*found, *root.findChildren(QAction)):
        name = one.property(_PROPERTY)
        if name:
            one.setIcon(icon(name))


def _ratios() -> set[float]:
    """Return the device pixels for each logical pixel of all screens there are."""
    return {screen.devicePixelRatio() for screen in QGuiApplication.screens()}


def _drawn(name: str, colour: QColor, ratio: float) -> QPixmap:
    side = round(SIZE * theme.enlarged() * ratio)
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
