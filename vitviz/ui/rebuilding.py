"""What a window that is built anew takes over from its former self.

What the user sees is in the controller's view state; here is what only widgets know.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QScrollArea, QScrollBar, QSplitter, QWidget

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow


SETTLED_MS = 1000
"""A page that is filled anew has its height by then."""


class Scrolling(QObject):
    """Keeps a bar at a share of its range while its page gets its height."""

    def __init__(self, bar: QScrollBar, share: float) -> None:
        super().__init__(bar)
        self._bar, self._share = bar, share
        bar.rangeChanged.connect(self._scroll)
        bar.actionTriggered.connect(self.deleteLater)  # whoever scrolls knows better
        QTimer.singleShot(SETTLED_MS, self, self.deleteLater)
        self._scroll()

    def _scroll(self) -> None:
        self._bar.setValue(round(self._share * self._bar.maximum()))


def _scroll_bars(window: MainWindow) -> dict[str, tuple[QScrollBar, QScrollBar]]:
    """The bars of each area, by what it holds and where: in Learn a chapter's page."""
    return {
        f"{type(area.parent()).__name__}.{type(area.widget()).__name__}": (
            area.horizontalScrollBar(),
            area.verticalScrollBar(),
        )
        for area in window.findChildren(QScrollArea)
    }


def _visible(window: MainWindow, kind: type[QWidget]) -> list[QWidget]:
    """All widgets of a kind that are on screen, in the order they were made in."""
    return [one for one in window.findChildren(kind) if one.isVisible()]


def _focus(window: MainWindow) -> tuple[type[QWidget], int] | None:
    """What has the focus, by its kind and its place among those."""
    widget = window.focusWidget()
    if widget is None or not widget.isVisible():
        return None
    return type(widget), _visible(window, type(widget)).index(widget)


def _set_focus(window: MainWindow, kind: type[QWidget], index: int) -> None:
    """The like of what had it, or the picture."""
    likes = _visible(window, kind)
    (likes[index] if index < len(likes) else window.panes.picture).setFocus()


def remembered(window: MainWindow) -> Callable[[], None]:
    """What brings back sizes, scroll positions, the zoom, and a message on screen."""
    panes = window.panes
    zoom = panes.picture.shownRange()
    error, stays = panes.errors.error(), panes.errors.stays()
    focus = _focus(window)
    had_keys = window.keys.isVisible()
    had_side = not panes.side.isHidden()
    splits = [one.sizes() for one in window.findChildren(QSplitter)]
    scrolled = {
        name: [bar.value() / bar.maximum() if bar.maximum() else 0.0 for bar in bars]
        for name, bars in _scroll_bars(window).items()
    }

    def restore() -> None:
        now = window.panes
        now.side.setVisible(had_side)
        for split, sizes in zip(window.findChildren(QSplitter), splits, strict=False):
            split.setSizes(sizes)
        for name, bars in _scroll_bars(window).items():
            for bar, share in zip(bars, scrolled.get(name, ()), strict=False):
                if share:
                    Scrolling(bar, share)
        if zoom is not None:
            now.picture.setRange(zoom)
            now.compare.picture.setRange(zoom)
        if error is not None:
            now.errors.showError(error, stays=stays)
        if focus is not None:  # when the panel on screen has been filled
            QTimer.singleShot(0, now.picture, partial(_set_focus, window, *focus))
        if had_keys:
            window.keys.toggle()

    return restore
