"""Where the window stood when it was closed, brought back within the screens of now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication

from vitviz.system import settings

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow

TITLE_PX = 32
"""Height of the title bar, by which a window can be taken hold of."""
GRIP_PX = 120
"""How much of that strip has to be on one screen."""


def fitted(place: QRect, screens: Sequence[QRect]) -> QRect:
    """`place` if it can be reached on these screens, else moved and shrunk onto one.

    place : of the contents; the title bar lies above it.
    screens : areas that windows may use, the main one first; logical px.
    """
    grip = QRect(place.x(), place.y() - TITLE_PX, place.width(), TITLE_PX)
    rooms = [screen.adjusted(0, TITLE_PX, 0, 0) for screen in screens]
    for screen, room in zip(screens, rooms, strict=True):
        seen = screen.intersected(grip)
        is_seen = seen.height() >= TITLE_PX // 2  # many title bars are lower
        if is_seen and seen.width() >= min(GRIP_PX, place.width()):
            size = place.size().boundedTo(room.size())
            return place if size == place.size() else _inside(place, size, room)
    return _inside(place, place.size().boundedTo(rooms[0].size()), rooms[0])


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


def _inside(place: QRect, size: QSize, room: QRect) -> QRect:
    """`place` with another size, moved as little as needed into the room."""
    x = min(max(place.x(), room.x()), room.x() + room.width() - size.width())
    y = min(max(place.y(), room.y()), room.y() + room.height() - size.height())
    return QRect(x, y, size.width(), size.height())
