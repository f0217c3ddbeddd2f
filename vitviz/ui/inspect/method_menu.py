"""The button that chooses a method, with what is to be known of each.

The button beside the method: what of it may be chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from vitviz.domain.heads import Fusion
from vitviz.domain.interventions import Fill
from vitviz.domain.methods import METHODS
from vitviz.export.captions import method_words
from vitviz.ui.base.text import percent
from vitviz.views.state import MethodOptions

NOT_OFFERED = frozenset({"received"})
"""Chosen by the direction instead."""


class MethodButton(QToolButton):
    """Names the method on screen; its menu offers all, its tip says what it is."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(self.tr("Method"))
        self._titles = self._title_texts()
        self._caveats = self._caveat_texts()
        self._costs = self._cost_texts()
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._group = QActionGroup(self)
        for name in METHODS:
            if name in NOT_OFFERED:
                continue
            action = menu.addAction(self._titles[name])
            action.setCheckable(True)
            action.setData(name)
            action.setToolTip(self._tip(name))
            self._group.addAction(action)
            if name == "raw":
                menu.addSeparator()
        self._group.triggered.connect(self._on_triggered)
        self.setMenu(menu)
        self.setMethod("raw")

    def setMethod(self, name: str) -> None:
        """Show which method is on screen."""
        for action in self._group.actions():
            action.setChecked(action.data() == name)
        self.setText(self.tr("Method: {name} ▾").format(name=self._titles[name]))
        self.setToolTip(self._tip(name))

    def title(self, name: str) -> str:
        """A method's name as on screen."""
        return self._titles[name]

    def action(self, name: str) -> QAction:
        """The entry of a method in the menu."""
        return next(a for a in self._group.actions() if a.data() == name)

    def _on_triggered(self, action: QAction) -> None:
        self.chosen.emit(str(action.data()))

    def _tip(self, name: str) -> str:
        method = METHODS[name]
        note = self.tr("A map is a hint at what counts, not an explanation.")
        cost = self.tr("Costs {cost}.").format(cost=self._costs[name])
        formula, source = method_words(method.formula), method_words(method.source)
        lines = (formula, source, cost, self._caveats[name], note)
        rich = "".join(f"<p>{line}</p>" for line in lines)
        return f"<qt>{rich}</qt>"

    def _title_texts(self) -> dict[str, str]:
        return {
            "raw": self.tr("attention"),
            "received": self.tr("attention received"),
            "value-weighted": self.tr("attention × value"),
            "mass-mask": self.tr("60 % mass"),
            "rollout": self.tr("rollout"),
            "relevance": self.tr("relevance"),
            "gradient-rollout": self.tr("gradient rollout"),
            "grad-cam": self.tr("grad-CAM"),
            "norm-based": self.tr("size of what is sent"),
            "legrad": self.tr("LeGrad"),
            "occlusion": self.tr("occlusion"),
        }

    def _cost_texts(self) -> dict[str, str]:
        row, walk = self.tr("one row"), self.tr("about a forward pass")
        return {
            "raw": row,
            "received": self.tr("all rows once, then one column"),
            "value-weighted": row,
            "norm-based": self.tr("one row, and a forward pass the first time"),
            "mass-mask": row,
            "rollout": walk,
            "relevance": self.tr("about four forward passes"),
            "gradient-rollout": self.tr("about four forward passes"),
            "grad-cam": self.tr("a forward and a backward pass"),
            "legrad": self.tr("about four forward passes"),
            "occlusion": self.tr("a forward pass for each patch"),
        }

    def _caveat_texts(self) -> dict[str, str]:
        return {
            "raw": self.tr("Max and min over heads do not sum to 1."),
            "received": self.tr("A column does not sum to 1."),
            "value-weighted": self.tr(
                "Leaves out the projection after the heads, which changes sizes too."
            ),
            "mass-mask": self.tr(
                "A set, not a measure: a patch just outside may differ by nothing."
            ),
            "rollout": self.tr(
                "Assumes that residual and attention count alike and that values do "
                "not cancel; the same for every class."
            ),
            "relevance": self.tr(
                "For the class chosen under Class, or without a head for the model's "
                "own feature. Negative contributions are dropped."
            ),
            "gradient-rollout": self.tr(
                "The gradients are small beside the identity, so the map is faint "
                "away from the query."
            ),
            "grad-cam": self.tr("Looks at one layer only; often nearly empty."),
            "norm-based": self.tr(
                "Before the residual and layer scale, which may undo what is sent."
            ),
            "legrad": self.tr(
                "One map for all queries; how attention would have to change, not "
                "what it is."
            ),
            "occlusion": self.tr(
                "One map for all queries, a forward pass for each patch. What stands "
                "in for a patch is a picture too. Negative where hiding helps."
            ),
        }


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
