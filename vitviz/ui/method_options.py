"""The button beside the method: what of it may be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from vitviz.domain.heads import Fusion
from vitviz.domain.interventions import Fill
from vitviz.domain.methods import METHODS
from vitviz.ui.percent import percent
from vitviz.views.state import MethodOptions

DISCARDS = (0.0, 0.5, 0.8, 0.9, 0.95)
MASSES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
MOST_LAYERS = 48


class MethodOptionsButton(QToolButton):
    """Offers what the method on screen has; hidden where that is nothing."""

    chosen = Signal(object)
    """MethodOptions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = MethodOptions()
        self._num_layers = 12
        self._shown: tuple[object, ...] = ()
        self._menus: list[QMenu] = []
        self.setText(self.tr("Options ▾"))
        self.setToolTip(self.tr("What may be chosen of this method"))
        self.setAccessibleName(self.tr("Options of the method"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(QMenu(self))
        self.hide()

    def setNumLayers(self, count: int) -> None:
        """How many layers there are to begin with."""
        self._num_layers = count

    def setOptions(self, method: str, options: MethodOptions) -> None:
        """Offer the options of `method`, with what is chosen of them."""
        shown = (method, options, self._num_layers)
        if shown == self._shown:
            return
        self._shown, self._options = shown, options
        names = METHODS[method].options
        menu = self.menu()
        menu.clear()
        for one in self._menus:  # clearing a menu does not delete the menus in it
            one.deleteLater()
        self._menus.clear()
        if "fusion" in names:
            texts = {
                Fusion.MEAN: self.tr("mean of heads"),
                Fusion.MAX: self.tr("max of heads, rows renormalised"),
                Fusion.MIN: self.tr("min of heads, rows renormalised"),
            }
            self._offer(self.tr("Heads"), "fusion", list(texts.items()))
        if "discard" in names:
            values = [(d, percent(d)) for d in DISCARDS]
            self._offer(self.tr("Drop the smallest of each row"), "discard", values)
        if "start_layer" in names:
            layers = [(x, str(x)) for x in range(min(self._num_layers, MOST_LAYERS))]
            self._offer(self.tr("First layer"), "start_layer", layers)
        if "mass" in names:
            masses = [(m, percent(m)) for m in MASSES]
            self._offer(self.tr("Share of attention"), "mass", masses)
        if "fill" in names:
            fills = {
                Fill.BLUR: self.tr("blurred"),
                Fill.MEAN: self.tr("mean colour"),
                Fill.NOISE: self.tr("noise"),
            }
            self._offer(self.tr("Hidden by"), "fill", list(fills.items()))
        if "cells" in names:
            squares = [(n, f"{n} × {n}") for n in (1, 2, 3, 4)]
            self._offer(self.tr("Patches at once"), "cells", squares)
        self.setVisible(bool(menu.actions()))

    def _offer(
        self, title: str, field: str, values: Sequence[tuple[object, str]]
    ) -> None:
        menu = self.menu().addMenu(title)
        self._menus.append(menu)
        group = QActionGroup(menu)
        for value, text in values:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(getattr(self._options, field) == value)
            action.setData((field, value))
            group.addAction(action)
        group.triggered.connect(self._on_triggered)

    def _on_triggered(self, action: QAction) -> None:
        field, value = action.data()
        self.chosen.emit(replace(self._options, **{field: value}))
