"""Menus of the right mouse button and of the menu key: copy, or export, what is there.

Picture, head strip, layer rail, matrix, all heads and tokens have one each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from vitviz.export.figure_settings import FigureKind
from vitviz.ui.base import icons
from vitviz.views.colour import Array
from vitviz.views.number_tables import (
    layers_table,
    maps_table,
    square_table,
    statistic_table,
    strip_table,
)
from vitviz.views.view_state import Mode

if TYPE_CHECKING:
    from vitviz.ui.files.export_sheet import Export
    from vitviz.ui.window.controller import Controller
    from vitviz.ui.window.layout import Contents

Table = Callable[[], str]


class ExportAction(Protocol):
    """What opens the export sheet."""

    def export_as(self, what: Export | None) -> None: ...


class PaneMenus(QObject):
    """The menus of the panes of one set of contents; lives in the main thread."""

    def __init__(
        self, window: ExportAction, contents: Contents, control: Controller
    ) -> None:
        super().__init__(contents)
        self._window, self._control = window, control
        self._area = contents.pictureArea()
        self._panes = panes = contents.panes
        # Each with its name, what is copied as a picture, its numbers, its figure.
        self._of: dict[QWidget, tuple[QWidget, Table, FigureKind]] = {
            panes.picture: (self._area, self._map, FigureKind.PICTURE),
            panes.strip: (panes.strip, self._strip, FigureKind.HEADS),
            panes.rail: (panes.rail, self._layers, FigureKind.WALL),
            panes.matrix: (panes.matrix, self._matrix, FigureKind.MATRIX),
            panes.heads: (panes.heads, self._heads, FigureKind.WALL),
            panes.tokens: (panes.tokens, self._tokens, FigureKind.TOKENS),
        }
        for pane in self._of:
            pane.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            pane.customContextMenuRequested.connect(self._on_requested)

    def menu(self, pane: QWidget) -> QMenu | None:
        """Return the menu of a pane, to be shown; None where there is nothing yet."""
        shown = self._control.display
        if shown is None or shown.heat is None:
            return None
        source, table, kind = self._of[pane]
        if pane is self._panes.heads and self._panes.heads.statistic() is not None:
            kind = FigureKind.STATISTICS
        elif pane is self._panes.picture and self._control.comparison.kept is not None:
            kind = FigureKind.COMPARISON
        menu = QMenu(pane)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        clipboard = QGuiApplication.clipboard()
        for name, text, icon, act in (
            (
                "copy_picture",
                self.tr("Copy picture"),
                "copy",
                lambda: clipboard.setPixmap(source.grab()),
            ),
            (
                "copy_numbers",
                self.tr("Copy numbers"),
                "copy",
                lambda: clipboard.setText(table()),
            ),
            (
                "export_this",
                self.tr("Export…"),
                "export",
                lambda: self._window.export_as(kind),
            ),
        ):
            action = menu.addAction(text, act)
            action.setObjectName(name)
            icons.dress(action, icon)
        return menu

    def _on_requested(self, place: QPoint) -> None:
        pane = self.sender()
        assert isinstance(pane, QWidget)
        # there the right button erases what was painted
        is_painted = self._control.state.mode is Mode.LAB
        if pane is self._panes.picture and is_painted:
            return
        menu = self.menu(pane)
        if menu is not None:
            menu.popup(pane.mapToGlobal(place))

    # -- numbers -------------------------------------------------------------------

    def _map(self) -> str:
        heat = self._control.heat
        return "" if heat is None else square_table(heat.patches)

    def _strip(self) -> str:
        return strip_table(self._control.screen.strip or ())

    def _layers(self) -> str:
        return layers_table(self._control.screen.query_numbers)

    def _matrix(self) -> str:
        values = self._panes.matrix.values()
        return "" if values is None else square_table(values)

    def _tokens(self) -> str:
        maps: dict[str, Array] = {}
        for cell in self._panes.tokens.cells():
            if cell.values.ndim == 2:
                maps[cell.label] = cell.values
                continue
            for index, component in enumerate(("red", "green", "blue")):
                maps[f"{cell.label} {component}"] = cell.values[..., index]
        return maps_table(maps, "state") if maps else ""

    def _heads(self) -> str:
        pane = self._panes.heads
        if pane.statistic() is not None:
            return statistic_table(pane.values())
        maps = {
            f"{layer}.{head}": cell.patches
            for layer, cells in sorted(pane.maps().items())
            for head, cell in enumerate(cells)
        }
        return maps_table(maps, "layer.head") if maps else ""
