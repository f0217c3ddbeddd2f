"""The right half of Compare: the view that was kept, or the difference to it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.ui import theme
from vitviz.ui.picture_pane import PicturePane
from vitviz.ui.plain_text import show_plainly, tip
from vitviz.ui.widgets.colour_bar import ColourBar
from vitviz.ui.widgets.flow import Flow


class ComparePane(QWidget):
    """Setters never emit; every signal is something the user did."""

    differenceToggled = Signal(bool)
    sameScaleToggled = Signal(bool)
    swapRequested = Signal()
    keepRequested = Signal()
    closeRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = PicturePane()
        self.picture.setAccessibleName(self.tr("Kept view"))
        self.bar = ColourBar()
        self._caption = QLabel()
        show_plainly(self._caption)
        self._caption.setFont(theme.font("small"))
        self._caption.setWordWrap(theme.presents())
        self._caption.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.difference = self._button(
            self.tr("Difference"), self.tr("The view at the left less the kept one")
        )
        self.same_scale = self._button(
            self.tr("Same scale"),
            self.tr(
                "One colour scale for both maps; in multiples of uniform where they "
                "have another number of tokens"
            ),
        )
        for button in (self.difference, self.same_scale):
            button.setCheckable(True)
        self.same_scale.setChecked(True)
        self.difference.clicked.connect(self.differenceToggled)
        self.same_scale.clicked.connect(self.sameScaleToggled)
        self.swap = self._button(
            self.tr("Swap"), self.tr("Exchange the two views, to change the other one")
        )
        self.keep = self._button(
            self.tr("Keep this"), self.tr("Keep what is at the left now instead")
        )
        self.close_button = self._button("✕", self.tr("End the comparison (K)"))
        self.swap.clicked.connect(self.swapRequested)
        self.keep.clicked.connect(self.keepRequested)
        self.close_button.clicked.connect(self.closeRequested)
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 4, 0)
        head.setSpacing(2)
        buttons = Flow(2)
        for widget in (
            self.difference,
            self.same_scale,
            self.swap,
            self.keep,
        ):
            buttons.addWidget(widget)
        head.addLayout(buttons, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.picture, 1)
        row.addWidget(self.bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        note = QHBoxLayout()
        note.setContentsMargins(12, 0, 8, 2)
        note.addWidget(self._caption)
        layout.addLayout(note)
        layout.addLayout(row, 1)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def setCaption(self, text: str) -> None:
        """Say what is shown."""
        self._caption.setText(text)
        self._caption.setToolTip(tip(text))

    def caption(self) -> str:
        """What is said to be shown."""
        return self._caption.text()

    def setDifference(self, on: bool) -> None:
        """Show whether the difference is on screen."""
        self.difference.setChecked(on)

    def refreshTheme(self) -> None:
        """Take over the application's theme."""
        self.picture.refreshTheme()

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button
