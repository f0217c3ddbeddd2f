"""Row of controls below the layer rail: query, direction, method, style and scale."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
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
from vitviz.ui.base.text import percent_of
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
    # A name in COLORMAPS, or None for that of the style.
    colormapChosen = Signal(object)
    opacityChanged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._has_pool = False
        self._is_clipped = True
        self._is_narrow = False
        self._outer = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._outer.setContentsMargins(12, 4, 12, 4)
        self._outer.setSpacing(4)
        self._outer.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        # Query and method at the left, look at the right; one below the other where
        # the window is narrow.
        self._halves = QWidget(), QWidget()
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
        self._clip_chip = QToolButton()
        self._clip_chip.clicked.connect(self._on_clip_chip)
        self._colour_button = QToolButton()
        self._colour_button.setText(self.tr("Colours ▾"))
        self._colour_button.setToolTip(self.tr("Colour map, grid and smoothing"))
        self._colour_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._colour_button.setMenu(self._build_colour_menu())
        self._direction.valueChosen.connect(self.directionChosen)
        self._style.valueChosen.connect(self.styleChosen)
        query = (
            self._query_label,
            self._specials,
            self._patch,
            self._direction,
            self.method,
            self.method_options,
        )
        look = (
            self._style,
            self._opacity,
            self._clip_chip,
            self._scale_button,
            self._colour_button,
        )
        for half, widgets in zip(self._halves, (query, look), strict=True):
            row = QHBoxLayout(half)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(8)
            for widget in widgets:
                row.addWidget(widget)
        self._outer.addWidget(self._halves[0])
        self._outer.addStretch(1)
        self._outer.addWidget(self._halves[1])
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._fill_segments()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the two halves below one another where the width ends."""
        super().resizeEvent(event)
        self._arrange()

    def sizeHint(self) -> QSize:
        """Return the size of the halves as they are placed."""
        left, right = (half.sizeHint() for half in self._halves)
        margins = self._outer.contentsMargins()
        around = QSize(
            margins.left() + margins.right(), margins.top() + margins.bottom()
        )
        gap = self._outer.spacing()
        if self._is_narrow:
            height = left.height() + gap + right.height()
            return QSize(max(left.width(), right.width()), height) + around
        height = max(left.height(), right.height())
        return QSize(left.width() + 2 * gap + right.width(), height) + around

    def minimumSizeHint(self) -> QSize:
        """Return the width of the wider half, and the height as they are placed."""
        width = max(half.sizeHint().width() for half in self._halves) + 24
        return QSize(width, self.sizeHint().height())

    def _arrange(self) -> None:
        margins = self._outer.contentsMargins()
        needed = sum(half.sizeHint().width() for half in self._halves)
        needed += margins.left() + margins.right() + 3 * self._outer.spacing()
        is_narrow = self.width() < needed
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            direction = QBoxLayout.Direction
            self._outer.setDirection(
                direction.TopToBottom if is_narrow else direction.LeftToRight
            )
            align = Qt.AlignmentFlag.AlignLeft if is_narrow else Qt.AlignmentFlag(0)
            for half in self._halves:
                self._outer.setAlignment(half, align)
            self.updateGeometry()

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
        sheet = f"color: {colour}; font-weight: bold;"
        if sheet != self._patch.styleSheet():  # it would lay out the window again
            self._patch.setStyleSheet(sheet)
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
            action.setChecked((action.data() or None) == state.colormap)
        self._show_clip(state)
        # colours of principal components are no values with a scale
        has_scale = state.method != "token-colours"
        for button in (self._clip_chip, self._scale_button):
            button.setEnabled(has_scale)
        words = [self._scale_words()[state.scale]]
        words += [self.tr("log")] if state.log else []
        self._scale_button.setText(
            self.tr("Scale: {words} ▾").format(words=", ".join(words))
        )

    def clipChip(self) -> QToolButton:
        """Return the button that says where the scale ends, and changes that."""
        return self._clip_chip

    def _show_clip(self, state: ViewState) -> None:
        """Say where the scale ends: at a percentile, or at the largest value."""
        percent, is_fixed = state.clip_percent, state.scale is Scale.FIXED
        self._clip_chip.setVisible(not is_fixed)
        self._is_clipped = percent > 0
        self._clip_chip.setText(percent_of(f"0–{100 - percent:g}"))
        tip = self.tr(
            "The bar ends at the largest value: one strong patch may hide all others. "
            "Click to let the largest 1 % lie beyond it (▲)."
        )
        if percent:
            tip = self.tr(
                "The largest {n} % lie beyond the bar (▲), so that one strong patch, "
                "often the query itself, does not hide all others. Click for the full "
                "range."
            ).format(n=f"{percent:g}")
        self._clip_chip.setToolTip(tip)
        self._clip_chip.setAccessibleName(tip)

    def _on_clip_chip(self) -> None:
        self.clipToggled.emit(not self._is_clipped)

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
            Scale.OWN: self.tr("Own: for this map alone"),
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
            menu, self.tr("Up to 99 % of the values, not the largest"), self.clipToggled
        )
        menu.addSeparator()
        self._renormalise = self._toggle(
            menu,
            self.tr("Leave out special tokens, rescale to 1"),
            self.renormaliseToggled,
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
        of_style = self.tr("Of the style: magma, viridis for a map")
        for name, text in (("", of_style), *((one, one) for one in COLORMAPS)):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData(name)
            self._colormaps.addAction(action)
        self._colormaps.triggered.connect(self._on_colormap)
        menu.addSeparator()
        self._grid = self._toggle(menu, self.tr("Patch grid (G)"), self.gridToggled)
        self._smooth = self._toggle(
            menu, self.tr("Smooth between patches (M)"), self.smoothToggled
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
        self.colormapChosen.emit(action.data() or None)

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
