"""Saved views: their pane, their list to step through, and names for them.

A name is a view in a few words, such as `layer 5 · head mean · (7, 3)`.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.methods import MAPS
from vitviz.errors import ExactnessError
from vitviz.export.captions import head_label, layer_text
from vitviz.export.token_names import token_name
from vitviz.ui.base import theme
from vitviz.ui.widgets.flow_layout import Flow
from vitviz.ui.widgets.inputs import action_button
from vitviz.ui.widgets.map_image import heat_image
from vitviz.views.display import heat as attention
from vitviz.views.display import in_range, maps_of, shown_layer
from vitviz.views.session import SavedView
from vitviz.views.view_state import Direction, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.views.display import Display, Heat


# Side of the small map beside a view's name.
THUMBNAIL_PX = 40


class ViewsPane(QWidget):
    """The list of saved views with its buttons; setters emit nothing."""

    saveRequested = Signal()
    viewChosen = Signal(int)
    renamed = Signal(int, str)
    removeRequested = Signal(int)
    # (index, step).
    moveRequested = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views: tuple[SavedView, ...] = ()
        self._list = QListWidget()
        self._list.setToolTip(
            self.tr("Saved views: a click shows one (Page Up, Page Down)")
        )
        self._list.setAccessibleName(self.tr("Saved views"))
        self._list.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self._list.setStyleSheet("QListWidget::item { padding: 4px; }")
        self._list.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self._list.itemClicked.connect(self._on_clicked)
        self._list.itemActivated.connect(self._on_clicked)
        self._list.itemChanged.connect(self._on_changed)
        self._hint = QLabel(
            self.tr(
                "Save views to come back to and to step through with Page Up and "
                "Page Down. A session keeps them in a file."
            )
        )
        self._hint.setFont(theme.font("small"))
        self._hint.setWordWrap(True)
        self._save = action_button(
            self.tr("Save this view"), self.tr("Keep what is on screen now (Ctrl+D)")
        )
        self._up = action_button(self.tr("Up"), self.tr("Earlier in the list"))
        self._down = action_button(self.tr("Down"), self.tr("Later in the list"))
        self._remove = action_button(self.tr("Remove"), self.tr("Forget this view"))
        self._save.clicked.connect(self.saveRequested)
        self._up.clicked.connect(self._on_up)
        self._down.clicked.connect(self._on_down)
        self._remove.clicked.connect(self._on_remove)
        row = Flow(4)
        for button in (self._save, self._up, self._down, self._remove):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._hint)
        self.setMinimumSize(200, 160)
        self.setViews((), None)

    def setViews(self, views: tuple[SavedView, ...], current: int | None) -> None:
        """List views; `current` is on screen."""
        with QSignalBlocker(self._list):
            if views != self._views:
                self._views = views
                self._list.clear()
                for view in views:
                    item = QListWidgetItem(view.name)
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                    self._list.addItem(item)
            self._list.setCurrentRow(-1 if current is None else current)
        for button in (self._up, self._down, self._remove):
            button.setEnabled(bool(views))

    def setThumbnails(self, images: Sequence[QImage | None]) -> None:
        """Set a small map beside each name; None where it is not known."""
        with QSignalBlocker(self._list):
            for index, image in enumerate(images):
                icon = QIcon()
                if image is not None:
                    size = QSize(THUMBNAIL_PX, THUMBNAIL_PX)
                    how = Qt.AspectRatioMode.KeepAspectRatio
                    icon.addPixmap(QPixmap.fromImage(image.scaled(size, how)))
                self._list.item(index).setIcon(icon)

    def setCanSave(self, can_save: bool) -> None:
        """Set whether there is a view on screen to save."""
        self._save.setEnabled(can_save)

    def list(self) -> QListWidget:
        """Return the list widget."""
        return self._list

    def saveButton(self) -> QToolButton:
        """Return the button that saves the view on screen."""
        return self._save

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self.viewChosen.emit(self._list.row(item))

    def _on_changed(self, item: QListWidgetItem) -> None:
        self.renamed.emit(self._list.row(item), item.text())

    def _on_remove(self) -> None:
        self.removeRequested.emit(self._list.currentRow())

    def _on_up(self) -> None:
        self.moveRequested.emit(self._list.currentRow(), -1)

    def _on_down(self) -> None:
        self.moveRequested.emit(self._list.currentRow(), 1)


class ViewHost(Protocol):
    """What shows the views."""

    @property
    def state(self) -> ViewState:
        """The view on screen."""

    def go_to_state(self, state: ViewState) -> None:
        """Show another view; undo returns to this one."""


class SavedViews(QObject):
    """A list of views with names; lives in the main thread."""

    # The views, or which of them is current.
    changed = Signal()

    def __init__(self, host: QObject) -> None:
        super().__init__(host)
        self._host: ViewHost = host  # type: ignore[assignment]
        self.views: tuple[SavedView, ...] = ()
        # Of the setup that the images were made of.
        self._images: dict[ViewState, QImage] = {}
        self._setup: Setup | None = None

    @property
    def current(self) -> int | None:
        """The saved view that is on screen, if it is one."""
        state = self._host.state
        found = (i for i, view in enumerate(self.views) if view.state == state)
        return next(found, None)

    def set(self, views: tuple[SavedView, ...]) -> None:
        """Replace all views, as when a session was opened."""
        self.views = views
        self.changed.emit()

    def save(self, name: str) -> None:
        """Add the view on screen at the end, unless it is saved already.

        A name that is taken gets a number: the two differ in what a name does not say,
        such as the colours.
        """
        if self.current is not None:
            return
        taken = {view.name for view in self.views}
        names = (f"{name} ({n})" if n > 1 else name for n in itertools.count(1))
        free = next(one for one in names if one not in taken)
        self.set((*self.views, SavedView(free, self._host.state)))

    def images(
        self, trace: Trace | None, shown: Display | None
    ) -> tuple[QImage | None, ...]:
        """Return a small map of each view, of the picture on screen.

        None where it would have to be computed first, as a method's is: it is known
        once it has been on screen.

        shown : what is on screen.
        """
        # before its last layer, a view may show another one than it asks for
        if trace is None or not trace.is_complete:
            return (None,) * len(self.views)
        if trace.setup is not self._setup:
            self._setup = trace.setup
            self._images.clear()
        state = self._host.state
        heat = None if shown is None or shown.setup is not trace.setup else shown.heat
        if shown is not None and heat is not None and heat.method == state.method:
            self._images[state] = heat_image(heat, shown.look.colormap)
        return tuple(self._image(trace, view.state) for view in self.views)

    def _image(self, trace: Trace, state: ViewState) -> QImage | None:
        is_row = state.method == "raw" and state.direction is Direction.LOOKS_AT
        layer = shown_layer(trace, state)
        if state not in self._images and is_row and layer is not None:
            with contextlib.suppress(ExactnessError):
                now = in_range(state, trace, layer)
                one = attention(trace, now, maps_of(trace, now, layer))
                self._images[state] = heat_image(one, state.look.colormap)
        return self._images.get(state)

    def show(self, index: int) -> None:
        """Go to a view."""
        if 0 <= index < len(self.views):
            self._host.go_to_state(self.views[index].state)
            self.changed.emit()

    def step(self, step: int) -> None:
        """Go `step` views further; from an unsaved view, to the first or last."""
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
        """Remove a view."""
        if 0 <= index < len(self.views):
            self.set((*self.views[:index], *self.views[index + 1 :]))

    def move(self, index: int, step: int) -> None:
        """Exchange a view with the one `step` places further."""
        other = index + step
        if 0 <= index < len(self.views) and 0 <= other < len(self.views):
            views = list(self.views)
            views[index], views[other] = views[other], views[index]
            self.set(tuple(views))


def view_name(heat: Heat, setup: Setup, method_title: str) -> str:
    """Return a name for what a map shows: method, layer, head and query.

    method_title : of the map's method, as in the window's menu.
    """
    options = MAPS[heat.method].options
    parts = []
    if heat.method != "raw":
        parts.append(method_title)
    if "layer" in options:
        parts.append(layer_text(heat.layer))
    if "head" in options:
        parts.append(head_label(heat.heads))
    parts.append(token_name(heat.token, setup.grid, setup.prefix_names))
    return " · ".join(parts)
