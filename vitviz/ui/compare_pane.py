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
from vitviz.ui.widgets.elided_label import ElidedLabel
from vitviz.ui.widgets.flow import Flow


class ComparePane(QWidget):
    """Setters never emit; every signal is something the user did.

    Its `head`, buttons and a line for either half, has a place of its own above both
    halves, so that the two pictures stand at one height.
    """

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
        self._live_caption, self._caption = self._line(), self._line()
        self._text = ""
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
        self.head = self._head()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.picture, 1)
        row.addWidget(self.bar)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def setVisible(self, visible: bool) -> None:
        """Show or hide it with its head."""
        self.head.setVisible(visible)
        super().setVisible(visible)

    def setCaption(self, text: str) -> None:
        """Say what is shown."""
        self._text = text
        self._caption.setText(text)
        self._caption.setToolTip(tip(text))

    def setLiveCaption(self, text: str) -> None:
        """Say what the other half shows."""
        self._live_caption.setText(text)
        self._live_caption.setToolTip(tip(text))

    def caption(self) -> str:
        """What is said to be shown."""
        return self._text

    def setDifference(self, on: bool) -> None:
        """Show whether the difference is on screen."""
        self.difference.setChecked(on)

    def refreshTheme(self) -> None:
        """Take over the application's theme."""
        self.picture.refreshTheme()

    def _head(self) -> QWidget:
        buttons = Flow(2)
        for widget in (self.difference, self.same_scale, self.swap, self.keep):
            buttons.addWidget(widget)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setContentsMargins(8, 4, 4, 0)
        first.setSpacing(2)
        first.addLayout(buttons, 1)
        first.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        second.setContentsMargins(12, 0, 8, 2)
        second.setSpacing(12)
        second.addWidget(self._live_caption, 1)
        second.addWidget(self._caption, 1)
        head = QWidget()
        layout = QVBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(first)
        layout.addLayout(second)
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        return head

    def _line(self) -> QLabel:
        """A line of words; in Present as many as it takes."""
        label = QLabel() if theme.presents() else ElidedLabel()
        show_plainly(label)
        label.setFont(theme.font("small"))
        label.setWordWrap(theme.presents())
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return label

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button
