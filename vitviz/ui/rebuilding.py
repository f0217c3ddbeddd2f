"""What a window that is built anew takes over from its former self.

What the user sees is in the controller's view state; here is what only widgets know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QScrollArea, QSplitter

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow


def remembered(window: MainWindow) -> Callable[[], None]:
    """What brings back sizes, scroll positions, the zoom, and a message on screen."""
    panes = window.panes
    zoom = panes.picture.shownRange()
    error, stays = panes.errors.error(), panes.errors.stays()
    has_focus = panes.picture.hasFocus()
    had_keys = window.keys.isVisible()
    had_side = not panes.side.isHidden()
    splits = [one.sizes() for one in window.findChildren(QSplitter)]
    scrolled = [
        (area.horizontalScrollBar().value(), area.verticalScrollBar().value())
        for area in window.findChildren(QScrollArea)
    ]

    def restore() -> None:
        now = window.panes
        now.side.setVisible(had_side)
        for split, sizes in zip(window.findChildren(QSplitter), splits, strict=False):
            split.setSizes(sizes)
        areas = window.findChildren(QScrollArea)
        for area, (x, y) in zip(areas, scrolled, strict=False):
            area.horizontalScrollBar().setValue(x)
            area.verticalScrollBar().setValue(y)
        if zoom is not None:
            now.picture.setRange(zoom)
            now.compare.picture.setRange(zoom)
        if error is not None:
            now.errors.showError(error, stays=stays)
        if has_focus:
            now.picture.setFocus()
        if had_keys:
            window.keys.toggle()

    return restore
