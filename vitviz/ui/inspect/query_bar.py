"""Row of controls below the layer rail: query, direction, method, style and scale."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from vitviz.domain.geometry import POOL
from vitviz.export.token_names import pool_name, special_name
from vitviz.ui.base import theme
from vitviz.ui.base.contrast import readable
from vitviz.ui.inspect.method_menu import MethodButton, MethodOptionsButton
from vitviz.ui.widgets.inputs import Slider
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.colour import COLORMAPS, Meaning
from vitviz.views.view_state import Direction, Scale, Style, ViewState


class QueryBar(QWidget):
    """Controls of the view; setters emit nothing."""

    # The index of a special token, or POOL.
    specialChosen = Signal(int)
    directionChosen = Signal(object)
    methodChosen = Signal(str)
    # MethodOptions.
    methodOptionsChosen = Signal(object)
    styleChosen = Signal(object)
    scaleChosen = Signal(object)
    fixedRangeRequested = Signal()
    logToggled = Signal(bool)
    clipToggled = Signal(bool)
    renormaliseToggled = Signal(bool)
    smoothToggled = Signal(bool)
    gridToggled = Signal(bool)
    colormapChosen = Signal(str)
    opacityChanged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._has_pool = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(8)
        self._query_label = QLabel(self.tr("Query"))
        self._patch = QLabel("–")
        self._patch.setMinimumWidth(self.fontMetrics().horizontalAdvance("(000, 000)"))
        self._specials = QWidget()
        self._special_row = QHBoxLayout(self._specials)
        self._special_row.setContentsMargins(0, 0, 0, 0)
        self._special_row.setSpacing(2)
        self._special_group = QButtonGroup(self)
        self._special_group.setExclusive(False)
        self._special_group.idClicked.connect(self._on_special)
        self._direction = Segmented()
        self._direction.setAccessibleName(self.tr("Direction"))
        self.method = MethodButton()
        self.method.chosen.connect(self.methodChosen)
        self.method_options = MethodOptionsButton()
        self.method_options.chosen.connect(self.methodOptionsChosen)
        self._style = Segmented()
        self._style.setAccessibleName(self.tr("Style"))
        self._opacity = Slider()
        self._opacity.setRange(0, 100)
        self._opacity.setFixedWidth(80)
        self._opacity.setAccessibleName(self.tr("Opacity"))
        self._opacity.setToolTip(self.tr("How strongly attention covers the picture"))
        self._opacity.valueChanged.connect(self._on_opacity)
        self._scale_button = QToolButton()
        self._scale_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._scale_button.setMenu(self._build_scale_menu())
        self._colour_button = QToolButton()
        self._colour_button.setText(self.tr("Colours ▾"))
        self._colour_button.setToolTip(self.tr("Colour map, grid and smoothing"))
        self._colour_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._colour_button.setMenu(self._build_colour_menu())
        self._direction.valueChosen.connect(self.directionChosen)
        self._style.valueChosen.connect(self.styleChosen)
        for widget in (self._query_label, self._specials, self._patch):
            layout.addWidget(widget)
        layout.addWidget(self._direction)
        layout.addWidget(self.method)
        layout.addWidget(self.method_options)
        layout.addStretch(1)
        for widget in (
            self._style,
            self._opacity,
            self._scale_button,
            self._colour_button,
        ):
            layout.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._fill_segments()

    def setTokens(self, names: tuple[str, ...], *, has_pool: bool = False) -> None:
        """Show a button for each special token of the model and its pooling head."""
        if (names, has_pool) == (self._names, self._has_pool):
            return
        self._names, self._has_pool = names, has_pool
        for button in self._special_group.buttons():
            self._special_group.removeButton(button)
            self._special_row.removeWidget(button)
            button.deleteLater()
        for index, name in enumerate(names):
            self._add_special(index, special_name(name), self._special_tip(name))
        if has_pool:
            tip = self.tr(
                "The query of the pooling head, which makes one feature of all tokens: "
                "no token, but it looks as one, in the last layer (S)"
            )
            self._add_special(len(names), pool_name(), tip)

    def _add_special(self, index: int, name: str, tip: str) -> None:
        button = QToolButton()
        button.setText(name)
        button.setCheckable(True)
        button.setStyleSheet(
            f"QToolButton {{ border-bottom: 2px solid {Meaning.SPECIAL.value}; }}"
        )
        button.setAccessibleName(name)
        button.setToolTip(tip)
        self._special_group.addButton(button, index)
        self._special_row.addWidget(button)

    def setState(
        self, state: ViewState, *, patch: str | None, special: int | None
    ) -> None:
        """Show a state.

        patch : name of the pinned patch; None for another token.
        special : index of the pinned special token, or POOL; None for a patch.
        """
        is_pool = special == POOL
        pressed = len(self._names) if is_pool else special
        for button in self._special_group.buttons():
            with QSignalBlocker(button):
                button.setChecked(self._special_group.id(button) == pressed)
        self._patch.setText(patch or "–")
        is_row = state.direction is Direction.LOOKS_AT or is_pool
        meaning = Meaning.QUERY if is_row else Meaning.KEY
        colour = readable(meaning).name() if patch else theme.colours().faint
        self._patch.setStyleSheet(f"color: {colour}; font-weight: bold;")
        self._query_label.setText(self.tr("Query") if is_row else self.tr("Key"))
        self._direction.setValue(Direction.LOOKS_AT if is_pool else state.direction)
        self.method.setMethod(state.method)
        self.method_options.setOptions(state.method, state.method_options)
        self._style.setValue(state.style)
        with QSignalBlocker(self._opacity):
            self._opacity.setValue(round(100 * state.look.opacity))
        for action, value in (
            (self._log, state.log),
            (self._clip, state.clip_percent > 0),
            (self._renormalise, state.renormalise),
            (self._smooth, state.smooth),
            (self._grid, state.show_grid),
        ):
            with QSignalBlocker(action):
                action.setChecked(value)
        for action in self._scales.actions():
            action.setChecked(action.data() is state.scale)
        for action in self._colormaps.actions():
            action.setChecked(action.data() == state.colormap)
        words = [self._scale_words()[state.scale]]
        words += [self.tr("log")] if state.log else []
        self._scale_button.setText(
            self.tr("Scale: {words} ▾").format(words=", ".join(words))
        )

    def _fill_segments(self) -> None:
        self._direction.setOptions(
            [
                (
                    Direction.LOOKS_AT,
                    self.tr("looks at"),
                    self.tr("Where the chosen token looks: a row, which sums to 1 (X)"),
                ),
                (
                    Direction.LOOKED_AT_BY,
                    self.tr("looked at by"),
                    self.tr("Who looks at the chosen token: a column (X)"),
                ),
            ]
        )
        self._style.setOptions(
            [
                (
                    Style.TINT,
                    self.tr("tint"),
                    self.tr("Colour covers the picture where attention is high (V)"),
                ),
                (Style.MAP, self.tr("map"), self.tr("An opaque map (V)")),
                (
                    Style.SPOTLIGHT,
                    self.tr("spotlight"),
                    self.tr("The picture darkens where attention is low (V)"),
                ),
            ]
        )

    def _scale_words(self) -> dict[Scale, str]:
        return {
            Scale.SHARED: self.tr("shared"),
            Scale.OWN: self.tr("own"),
            Scale.FIXED: self.tr("fixed"),
        }

    def _build_scale_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._scales = QActionGroup(self)
        texts = {
            Scale.SHARED: self.tr("Shared by all heads of the layer"),
            Scale.OWN: self.tr("Own: to the largest value of this map"),
            Scale.FIXED: self.tr("Fixed range…"),
        }
        assert set(texts) == set(Scale)
        for scale, text in texts.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData(scale)
            self._scales.addAction(action)
        self._scales.triggered.connect(self._on_scale)
        menu.addSeparator()
        self._log = self._toggle(menu, self.tr("Logarithmic (L)"), self.logToggled)
        self._clip = self._toggle(
            menu, self.tr("Clip the largest 1 % of values"), self.clipToggled
        )
        menu.addSeparator()
        self._renormalise = self._toggle(
            menu, self.tr("Patches only, renormalised"), self.renormaliseToggled
        )
        self._renormalise.setToolTip(
            self.tr("Leave special tokens out and divide by the sum of the patches")
        )
        self._scale_button.setToolTip(
            self.tr("Which values the ends of the colour bar stand for")
        )
        return menu

    def _build_colour_menu(self) -> QMenu:
        menu = QMenu(self)
        self._colormaps = QActionGroup(self)
        for name in COLORMAPS:
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setData(name)
            self._colormaps.addAction(action)
        self._colormaps.triggered.connect(self._on_colormap)
        menu.addSeparator()
        self._grid = self._toggle(menu, self.tr("Patch grid (G)"), self.gridToggled)
        self._smooth = self._toggle(
            menu, self.tr("Smoothed between patches (M)"), self.smoothToggled
        )
        return menu

    def _toggle(self, menu: QMenu, text: str, signal: object) -> QAction:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.toggled.connect(signal)
        return action

    def _on_special(self, index: int) -> None:
        self.specialChosen.emit(POOL if index == len(self._names) else index)

    def _on_scale(self, action: QAction) -> None:
        if action.data() is Scale.FIXED:
            self.fixedRangeRequested.emit()
        else:
            self.scaleChosen.emit(action.data())

    def _on_colormap(self, action: QAction) -> None:
        self.colormapChosen.emit(action.data())

    def _on_opacity(self, value: int) -> None:
        self.opacityChanged.emit(value / 100)

    def _special_tip(self, name: str) -> str:
        if name == "cls":
            return self.tr("The class token: the one whose final state is read out (C)")
        if name.startswith("reg"):
            return self.tr("A register: a spare token the model may write to (S)")
        if name == "dist":
            return self.tr("The distillation token, taught by another network (S)")
        return self.tr("A special token (S)")
