"""Buttons that choose a method and its options, with an explanation of each method."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from vitviz.domain.methods import (
    MAPS,
    METHODS,
    OPTIONS,
    Choice,
    MethodOption,
    MethodOptions,
)
from vitviz.export.captions import method_words
from vitviz.ui.base.text import percent

# Methods that are not in the menu: the direction chooses them.
NOT_OFFERED = frozenset({"received"})


class MethodButton(QToolButton):
    """A button with the method on screen, its menu, and an explanation as tooltip."""

    # MethodOptions.
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(self.tr("Method"))
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._group = QActionGroup(self)
        last = list(METHODS)[-1]  # maps of what tokens carry follow
        for name in MAPS:
            if name in NOT_OFFERED:
                continue
            action = menu.addAction(self.title(name))
            action.setCheckable(True)
            action.setData(name)
            action.setToolTip(self._tip(name))
            self._group.addAction(action)
            if name in ("raw", last):
                menu.addSeparator()
        self._group.triggered.connect(self._on_triggered)
        self.setMenu(menu)
        self.setMethod("raw")

    def setMethod(self, name: str) -> None:
        """Show which method is on screen."""
        for action in self._group.actions():
            action.setChecked(action.data() == name)
        self.setText(self.tr("Method: {name} ▾").format(name=self.title(name)))
        self.setToolTip(self._tip(name))

    def title(self, name: str) -> str:
        """Return a method's name as on screen."""
        return method_words(MAPS[name].title)

    def action(self, name: str) -> QAction:
        """Return the entry of a method in the menu."""
        return next(a for a in self._group.actions() if a.data() == name)

    def _on_triggered(self, action: QAction) -> None:
        self.chosen.emit(str(action.data()))

    def _tip(self, name: str) -> str:
        method = MAPS[name]
        note = self.tr("A map is a hint at what counts, not an explanation.")
        cost = self.tr("Costs {cost}.").format(cost=method_words(method.cost))
        formula, source = method_words(method.formula), method_words(method.source)
        lines = (formula, source, cost, method_words(method.caveat), note)
        rich = "".join(f"<p>{line}</p>" for line in lines)
        return f"<qt>{rich}</qt>"


# The largest number of layers in a menu.
MOST_LAYERS = 48


class MethodOptionsButton(QToolButton):
    """A menu of the options of the method on screen; hidden where it has none."""

    # MethodOptions.
    chosen = Signal(object)

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
        """Set the number of the model's layers, for options that choose a layer."""
        self._num_layers = count

    def setOptions(self, method: str, options: MethodOptions) -> None:
        """Offer the options of `method`, with their current values."""
        shown = (method, options, self._num_layers)
        if shown == self._shown:
            return
        self._shown, self._options = shown, options
        names = MAPS[method].options
        menu = self.menu()
        menu.clear()
        for one in self._menus:  # clearing a menu does not delete the menus in it
            one.deleteLater()
        self._menus.clear()
        for option in OPTIONS.values():
            if option.name in names:
                self._offer(option)
        self.setVisible(bool(menu.actions()))

    def _offer(self, option: MethodOption) -> None:
        """Add a menu with the choices of one option."""
        menu = self.menu().addMenu(method_words(option.label))
        self._menus.append(menu)
        group = QActionGroup(menu)
        for choice in option.choices or self._layers():
            action = menu.addAction(choice_text(option, choice))
            action.setCheckable(True)
            action.setChecked(getattr(self._options, option.name) == choice.value)
            action.setData((option.name, choice.value))
            group.addAction(action)
        group.triggered.connect(self._on_triggered)

    def _layers(self) -> tuple[Choice, ...]:
        count = min(self._num_layers, MOST_LAYERS)
        return tuple(Choice(layer, str(layer)) for layer in range(count))

    def _on_triggered(self, action: QAction) -> None:
        field, value = action.data()
        self.chosen.emit(replace(self._options, **{field: value}))


def choice_text(option: MethodOption, choice: Choice) -> str:
    """Return the text of a choice in a menu: a share in percent, else its own text."""
    if option.is_share and isinstance(choice.value, float):
        return percent(choice.value)
    return method_words(choice.text)
