"""Views the user has saved, and stepping through them."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from vitviz.views.session import SavedView
from vitviz.views.state import ViewState


class Stage(Protocol):
    """Where views are shown."""

    @property
    def state(self) -> ViewState:
        """The view on screen."""

    def go_to_state(self, state: ViewState) -> None:
        """Show another view; undo comes back."""


class SavedViews(QObject):
    """A list of views with names; lives in the main thread."""

    changed = Signal()
    """Views or the current one."""

    def __init__(self, stage: QObject) -> None:
        super().__init__(stage)
        self._stage: Stage = stage  # type: ignore[assignment]
        self.views: tuple[SavedView, ...] = ()

    @property
    def current(self) -> int | None:
        """The saved view that is on screen, if it is one."""
        state = self._stage.state
        found = (i for i, view in enumerate(self.views) if view.state == state)
        return next(found, None)

    def set(self, views: tuple[SavedView, ...]) -> None:
        """Other views, as of a session that was opened."""
        self.views = views
        self.changed.emit()

    def save(self, name: str) -> None:
        """Keep the view on screen, after the current one."""
        now = self.current
        at = len(self.views) if now is None else now + 1
        view = SavedView(name, self._stage.state)
        self.set((*self.views[:at], view, *self.views[at:]))

    def show(self, index: int) -> None:
        """Go to a view."""
        if 0 <= index < len(self.views):
            self._stage.go_to_state(self.views[index].state)
            self.changed.emit()

    def step(self, step: int) -> None:
        """The view so many further; from elsewhere the first or the last."""
        if not self.views:
            return
        now = self.current
        if now is None:
            now = -1 if step > 0 else len(self.views)
        self.show(min(max(now + step, 0), len(self.views) - 1))

    def rename(self, index: int, name: str) -> None:
        """Give a view another name."""
        if 0 <= index < len(self.views):
            view = replace(self.views[index], name=name)
            self.set((*self.views[:index], view, *self.views[index + 1 :]))

    def remove(self, index: int) -> None:
        """Forget a view."""
        if 0 <= index < len(self.views):
            self.set((*self.views[:index], *self.views[index + 1 :]))

    def move(self, index: int, step: int) -> None:
        """Exchange a view with its neighbour."""
        other = index + step
        if 0 <= index < len(self.views) and 0 <= other < len(self.views):
            views = list(self.views)
            views[index], views[other] = views[other], views[index]
            self.set(tuple(views))
