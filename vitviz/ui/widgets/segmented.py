"""Segmented control: a row of flat buttons of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QLayout,
    QToolButton,
    QWidget,
)

from vitviz.ui.widgets.flow_layout import Flow


class Segmented(QWidget):
    """A row of buttons of which one is chosen; setters emit nothing."""

    valueChosen = Signal(object)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        wraps: bool = False,
        is_tight: bool = False,
    ) -> None:
        """Create an empty row.

        wraps : continue on the next line where the buttons do not fit in one.
        is_tight : narrower buttons, for many of them.
        """
        super().__init__(parent)
        if is_tight:
            self.setStyleSheet("QToolButton { padding-left: 1px; padding-right: 1px; }")
        self._values: list[object] = []
        self._title: QLabel | None = None
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self._on_clicked)
        self._row: QLayout = Flow(2, self) if wraps else QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)

    def setTitle(self, text: str) -> None:
        """Show a title before the buttons; to be called before `setOptions`."""
        self._title = QLabel(text)
        self._title.setContentsMargins(0, 0, 8, 0)
        self._row.addWidget(self._title)

    def setOptions(self, options: Sequence[tuple[object, str, str]]) -> None:
        """Set the buttons, (value, text, tooltip) of each."""
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.deleteLater()
        self._values = [value for value, _, _ in options]
        for index, (_, text, tip) in enumerate(options):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(text)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button, index)
            self._row.addWidget(button)
            if self._title is not None:  # so that its text aligns with theirs
                self._title.setFixedHeight(button.sizeHint().height())

    def setValue(self, value: object) -> None:
        """Show which button is chosen; None is none, unless a button has it."""
        with QSignalBlocker(self._group):
            if value in self._values:
                self._group.button(self._values.index(value)).setChecked(True)
            elif value is None and (button := self._group.checkedButton()):
                # an exclusive group does not let its checked button be unchecked
                self._group.setExclusive(False)
                button.setChecked(False)
                self._group.setExclusive(True)

    def lineWidth(self) -> int:
        """Return the width of all buttons in a single line, in px."""
        buttons = self._group.buttons()
        wide = sum(button.sizeHint().width() for button in buttons)
        return wide + self._row.spacing() * max(len(buttons) - 1, 0)

    def button(self, value: object) -> QToolButton:
        """Return the button of a value."""
        button = self._group.button(self._values.index(value))
        assert isinstance(button, QToolButton)
        return button

    def _on_clicked(self, index: int) -> None:
        self.valueChosen.emit(self._values[index])
