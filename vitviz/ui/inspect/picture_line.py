"""Line below the picture: what the map shows, the way back, the preview's switch."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from vitviz.ui.base import icons, theme
from vitviz.ui.base.text import show_plainly, tip
from vitviz.ui.widgets.elided import ElidedLabel
from vitviz.ui.widgets.inputs import action_button


class PictureLine(QWidget):
    """One line of words and two buttons; setters emit nothing."""

    # The preview of the patch under the pointer is wanted, or no longer.
    previewToggled = Signal()
    # Attention is to be shown again, in place of another map.
    attentionRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._said = ""
        self._words = ElidedLabel()
        self._words.setContentsMargins(12, 2, 12, 4)
        self._words.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self._sign = QLabel()
        show_plainly(self._sign)
        self._sign.setContentsMargins(12, 2, 0, 4)
        bold = self._sign.font()
        bold.setBold(True)
        self._sign.setFont(bold)
        self._sign.hide()
        self._back = action_button(
            self.tr("Back to attention"), self.tr("Show attention again (Esc)")
        )
        self._back.setObjectName("back")
        self._back.setFont(theme.font("small"))
        self._back.clicked.connect(self.attentionRequested)
        self._preview = QToolButton()
        self._preview.setObjectName("preview")
        self._preview.setAccessibleName(self.tr("Preview on hover"))
        self._preview.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._preview.setToolTip(
            self.tr(
                "On: the patch under the pointer shows its own map. Off, or while Alt "
                "is held, the pointer reads this map's value at the patch. (H)"
            )
        )
        self._preview.clicked.connect(self.previewToggled)
        self._preview.hide()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        below = QHBoxLayout(self)
        below.setContentsMargins(0, 0, 4, 0)
        below.setSpacing(0)
        below.addWidget(self._sign)
        below.addWidget(self._words, 1)
        below.addWidget(self._back)
        below.addWidget(self._preview)
        # The line keeps its height, so that the picture does not move.
        self.setFixedHeight(self._back.sizeHint().height() + 2)
        self._back.hide()
        self.hide()
        self.refreshTheme()

    def refreshTheme(self) -> None:
        """Use the surround of the application's theme."""
        surround = theme.colours().surround
        self.setStyleSheet(f"PictureLine {{ background: {surround}; }}")

    def setPreviews(self, on: bool) -> None:
        """Offer the preview of the patch under the pointer, and show if it is on."""
        # The icon tells on from off: a checked button would outshine the caption.
        name = self.tr("Preview on hover: on") if on else None
        self._preview.setAccessibleName(name or self.tr("Preview on hover: off"))
        icons.dress(self._preview, "preview" if on else "preview_off")
        self._preview.show()

    def setWords(self, text: str) -> None:
        """Say below the picture, in a line, what the map shows."""
        self._said = text
        self._words.setText(text)
        self._words.setToolTip(tip(text))

    def words(self) -> str:
        """Return the line below the picture."""
        return self._said

    def setSign(self, text: str) -> None:
        """Name what is shown in place of attention, with the way back; "": nothing."""
        if text == self.sign():
            return
        self._sign.setText(f"{text} ·" if text else "")
        self._sign.setVisible(bool(text))
        self._back.setVisible(bool(text))

    def sign(self) -> str:
        """Return what is named as shown in place of attention; "" for attention."""
        return self._sign.text().removesuffix(" ·")

    def setWordsVisible(self, is_visible: bool) -> None:
        """Show the words, or the two buttons alone."""
        self._words.setVisible(is_visible)
