"""Where the window stood when it was closed, brought back within the screens of now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication

from vitviz import settings

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow

TITLE_PX = 32
"""Height of the strip at the top by which a window can be taken hold of."""
GRIP_PX = 120
"""How much of that strip has to be on one screen."""


def fitted(place: QRect, screens: Sequence[QRect]) -> QRect:
    """`place` if it can be reached on these screens, else moved and shrunk onto one.

    screens : areas that windows may use, the main one first; logical px.
    """
    grip = QRect(place.x(), place.y() - TITLE_PX, place.width(), 2 * TITLE_PX)
    for screen in screens:
        seen = screen.intersected(grip)
        if seen.width() >= min(GRIP_PX, place.width()) and seen.height() >= TITLE_PX:
            size = place.size().boundedTo(screen.size())
            return place if size == place.size() else _inside(place, size, screen)
    main = screens[0]
    return _inside(place, place.size().boundedTo(main.size()), main)


def restore(window: MainWindow, usual: QSize) -> None:
    """Give the window the place it had, or its usual size on a small screen."""
    remembered = settings.get()
    screens = _screens()
    if remembered.window_place is None:
        if screens:
            frame = QSize(0, TITLE_PX)
            window.resize(usual.boundedTo(screens[0].size() - frame))
    else:
        place = QRect(*remembered.window_place)
        least = window.minimumSizeHint()
        place.setSize(place.size().expandedTo(least))
        window.setGeometry(fitted(place, screens) if screens else place)
    if remembered.window_maximised:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)
    for split, sizes in zip(
        window.splitters(),
        (remembered.split_sizes, remembered.panel_sizes),
        strict=True,
    ):
        if len(sizes) == split.count() and min(sizes) >= 0 and any(sizes):
            split.setSizes(list(sizes))


def remember(window: MainWindow) -> None:
    """Keep the window's place for the next start."""
    place = window.normalGeometry()
    outer, panel = (tuple(split.sizes()) for split in window.splitters())
    changes: dict[str, object] = {
        "window_maximised": window.isMaximized(),
        # a hidden part has no size worth keeping
        "split_sizes": outer if all(outer) else settings.get().split_sizes,
        "panel_sizes": panel if all(panel) else settings.get().panel_sizes,
    }
    if place.isValid() and not window.isFullScreen():
        changes["window_place"] = (
            place.x(),
            place.y(),
            place.width(),
            place.height(),
        )
    settings.set(**changes)


def _screens() -> list[QRect]:
    main = QGuiApplication.primaryScreen()
    others = [one for one in QGuiApplication.screens() if one is not main]
    return [one.availableGeometry() for one in (main, *others) if one is not None]


def _inside(place: QRect, size: QSize, screen: QRect) -> QRect:
    """`place` with another size, moved as little as needed onto the screen."""
    x = min(max(place.x(), screen.x()), screen.x() + screen.width() - size.width())
    y = min(max(place.y(), screen.y()), screen.y() + screen.height() - size.height())
    return QRect(x, y, size.width(), size.height())
