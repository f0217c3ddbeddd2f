"""Window state that only widgets know, and the window's place on the screens.

`remembered` carries sizes, scroll positions and focus over to contents that are built
anew; what the user sees is in the controller's view state. `remember` and `restore`
keep the place of the window from one start to the next, within the current screens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QScrollArea, QScrollBar, QSplitter, QWidget

from vitviz.system import settings

if TYPE_CHECKING:
    from vitviz.ui.window.layout import Contents


# Time by which a page that is filled anew has its final height.
SETTLED_MS = 1000


class Scrolling(QObject):
    """A scroll bar held at a share of its range while its page gets its height."""

    def __init__(self, bar: QScrollBar, share: float) -> None:
        super().__init__(bar)
        self._bar, self._share = bar, share
        bar.rangeChanged.connect(self._scroll)
        bar.actionTriggered.connect(self.deleteLater)  # the user has scrolled
        QTimer.singleShot(SETTLED_MS, self, self.deleteLater)
        self._scroll()

    def _scroll(self) -> None:
        self._bar.setValue(round(self._share * self._bar.maximum()))


def _scroll_bars(window: QWidget) -> dict[str, tuple[QScrollBar, QScrollBar]]:
    """Return (horizontal, vertical) bars of each scroll area, by the types in it.

    In Learn, the type of the area's widget is that of a chapter's page.
    """
    return {
        f"{type(area.parent()).__name__}.{type(area.widget()).__name__}": (
            area.horizontalScrollBar(),
            area.verticalScrollBar(),
        )
        for area in window.findChildren(QScrollArea)
    }


def _visible(window: QWidget, kind: type[QWidget]) -> list[QWidget]:
    """Return all visible widgets of a kind, in the order in which they were made."""
    return [one for one in window.findChildren(kind) if one.isVisible()]


def _focus(window: QWidget) -> tuple[type[QWidget], int] | None:
    """Return the kind of the widget with the focus, and its index among those."""
    widget = window.focusWidget()
    if widget is None or not widget.isVisible():
        return None
    return type(widget), _visible(window, type(widget)).index(widget)


def _set_focus(
    window: QWidget, picture: QWidget, kind: type[QWidget], index: int
) -> None:
    """Set the focus on the widget of that kind and index, or on the picture."""
    likes = _visible(window, kind)
    (likes[index] if index < len(likes) else picture).setFocus()


def remembered(window: QWidget, contents: Callable[[], Contents]) -> Callable[[], None]:
    """Return a function that restores sizes, scroll positions, zoom, message and focus.

    contents : returns what is in the window; other contents once it is built anew.
    """
    previous = contents()
    panes = previous.panes
    zoom = panes.picture.shownRange()
    messages = panes.errors.messages()
    focus = _focus(window)
    had_keys = previous.keys.isVisible()
    had_side = not panes.side.isHidden()
    splits = [one.sizes() for one in window.findChildren(QSplitter)]
    scrolled = {
        name: [bar.value() / bar.maximum() if bar.maximum() else 0.0 for bar in bars]
        for name, bars in _scroll_bars(window).items()
    }

    def restore() -> None:
        now = contents().panes
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
        if messages:
            now.errors.showMessages(messages)
        if focus is not None:  # set later, when the panel on screen has been filled
            place_focus = partial(_set_focus, window, now.picture, *focus)
            QTimer.singleShot(0, now.picture, place_focus)
        if had_keys:
            contents().keys.toggle()

    return restore


# Height of the title bar, by which a window can be moved.
TITLE_PX = 32
# Share of the screen that the first start takes.
FIRST_SHARE = 0.8
# Least size at which everything is in reach.
LEAST_SIZE = (800, 560)
# How much of the title bar has to be on one screen.
GRIP_PX = 120


def fitted(place: QRect, screens: Sequence[QRect]) -> QRect:
    """Return `place`, moved and shrunk onto one screen where it cannot be reached.

    place : of the contents; the title bar is above it.
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


def restore(window: QWidget, splitter: QSplitter, usual: QSize) -> None:
    """Move the window to its place at the last start, or give it its first size.

    The first start takes most of the screen.

    splitter : of picture and side panel.
    usual : where there is no screen to ask.
    """
    remembered = settings.get()
    screens = _screens()
    if remembered.window_place is None:
        window.resize(first_size(screens[0]) if screens else usual)
    else:
        place = QRect(*remembered.window_place)
        least = window.minimumSizeHint()
        place.setSize(place.size().expandedTo(least))
        window.setGeometry(fitted(place, screens) if screens else place)
    if remembered.window_maximised:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)
    sizes = remembered.split_sizes
    if len(sizes) == splitter.count() and min(sizes) >= 0 and any(sizes):
        splitter.setSizes(list(sizes))


def first_size(screen: QRect) -> QSize:
    """Return the size of the window at the first start, on a screen, without frame."""
    size = QSize(
        round(FIRST_SHARE * screen.width()),
        round(FIRST_SHARE * screen.height()) - TITLE_PX,
    )
    most = QSize(screen.width(), screen.height() - TITLE_PX)
    return size.expandedTo(QSize(*LEAST_SIZE)).boundedTo(most)


def remember(window: QWidget, splitter: QSplitter) -> None:
    """Store the window's place for the next start."""
    place = window.normalGeometry()
    sizes = tuple(splitter.sizes())
    changes: dict[str, object] = {
        "window_maximised": window.isMaximized(),
        # A hidden part has the size 0, which is not to be restored.
        "split_sizes": sizes if all(sizes) else settings.get().split_sizes,
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
    """Return `place` with another size, moved as little as needed into an area."""
    x = min(max(place.x(), room.x()), room.x() + room.width() - size.width())
    y = min(max(place.y(), room.y()), room.y() + room.height() - size.height())
    return QRect(x, y, size.width(), size.height())
