"""Label and check box whose text ends in “…” where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from vitviz.ui.base.text import show_plainly, tip

# Characters of a shortened text, at least.
LEAST_CHARS = 6


class ElidedCheckBox(QCheckBox):
    """A check box that may be too narrow for its text; the tooltip has all of it."""

    def __init__(self, words: str, what_it_does: str) -> None:
        super().__init__()
        self._words = words
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(f"{words}\n{what_it_does}")
        self.setAccessibleName(words)
        self.setText(words)

    def words(self) -> str:
        """Return the whole text, whether it fits or not."""
        return self._words

    def minimumSizeHint(self) -> QSize:
        """Return a size of no width, so that the layout may narrow it."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the text to the new width."""
        super().resizeEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(
            QStyle.SubElement.SE_CheckBoxContents, option, self
        )
        mode = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._words, mode, room.width()))


class ElidedLabel(QLabel):
    """A label that may be too narrow for its text; the tooltip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        show_plainly(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show a text, shortened where it does not fit."""
        self._whole = text
        self.setToolTip(tip(text))
        self.setAccessibleName(text)
        self._elide()

    def words(self) -> str:
        """Return the whole text, whether it fits or not."""
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the text to the new width."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = self.contentsRect().width()
        mode = Qt.TextElideMode.ElideRight
        metrics = self.fontMetrics()
        shown = metrics.elidedText(self._whole, mode, room)
        if shown != self._whole and room < LEAST_CHARS * metrics.averageCharWidth():
            shown = ""  # a letter or two and “…” say nothing
        super().setText(shown)
