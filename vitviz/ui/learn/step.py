"""A step of a chapter: one screen, the same on the desk and in Present."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.learn.guess import Guess
from vitviz.ui.learn.text import Drawn, Prose
from vitviz.ui.widgets.flow_layout import Flow

# Gap between two parts of a step.
TIGHT_PX, WIDE_PX = 5, 8


class Step(QWidget):
    """A control, its effect and few words; the rest is said by `why`."""

    def __init__(self, why: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # What is folded away under “Why?”; empty where there is nothing to add.
        self.why = why
        # What is to be guessed before the step goes on, if anything.
        self.guess: Guess | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 4, 12, 4)
        self.setTight(theme.presents())
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setTight(self, is_tight: bool) -> None:
        """Set whether gaps are narrow and, outside Present, figures are less high."""
        self._column.setSpacing(TIGHT_PX if is_tight else WIDE_PX)
        for figure in self.findChildren(Drawn):
            figure.setTight(is_tight and not theme.presents())

    def add(self, widget: QWidget, *, is_centred: bool = False) -> None:
        """Add a widget at the end."""
        self._column.addWidget(widget)
        if is_centred:
            self._column.setAlignment(widget, Qt.AlignmentFlag.AlignHCenter)
        if isinstance(widget, Guess):
            self.guess = widget

    def add_row(self, *widgets: QWidget) -> None:
        """Add widgets side by side at the end, from the left."""
        line = Flow(8)
        for widget in widgets:
            line.addWidget(widget)
        self._column.addLayout(line)


class Fold(QWidget):
    """A button with an arrow that opens a text; `text` is laid out by its owner."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fold = QToolButton()
        self.fold.setText(name)
        self.fold.setToolTip(tip)
        self.fold.setAccessibleName(name)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setArrowType(Qt.ArrowType.RightArrow)
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self._on_toggled)
        # the arrow shows that it is unfolded, not the look of a pressed button
        self.fold.setStyleSheet(
            "QToolButton, QToolButton:checked { background: transparent;"
            " color: palette(window-text); }"
        )
        self.text = Prose()
        self.text.setContentsMargins(12, 4, 12, 4)
        self.text.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.fold)

    def _on_toggled(self, is_open: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
        self.fold.setArrowType(arrow)
