"""Offer above the picture: the model sees only its middle, and could see all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from vitviz.domain.placement import Fit
from vitviz.ui.base import theme
from vitviz.ui.widgets.elided import ElidedLabel
from vitviz.views.colour import Meaning
from vitviz.views.session import RunOptions

if TYPE_CHECKING:
    from vitviz.domain.placement import Placement

# Longer side ÷ shorter side above which the offer is made.
ASPECT = 1.8


def unseen_share(placement: Placement) -> float:
    """Return the share of the picture that the model does not see, in [0, 1]."""
    width, height = placement.source_size
    seen = placement.seen_rect()
    return 1 - seen.width * seen.height / (width * height)


def is_due(placement: Placement, options: RunOptions) -> bool:
    """Return whether a crop leaves much of a long picture out."""
    width, height = placement.source_size
    aspect = max(width, height) / min(width, height)
    is_crop = options.fit in (None, Fit.CROP) and placement.fit is Fit.CROP
    return aspect > ASPECT and is_crop and unseen_share(placement) > 0.1


class WholeOffer(QFrame):
    """One line with a button; setters emit nothing."""

    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._declined: object = None
        self._about: object = None
        self._offered = ""
        self._text = ElidedLabel()
        self._text.setSizePolicy(
            QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred
        )
        self._accept = QToolButton()
        self._accept.setText(self.tr("Use the whole picture"))
        self._accept.setToolTip(
            self.tr("Run the model on all of it, at the picture's own aspect")
        )
        self._accept.setStyleSheet(
            f"QToolButton {{ border-bottom: 2px solid {Meaning.QUERY.value}; }}"
        )
        self._accept.clicked.connect(self.accepted)
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.clicked.connect(self._on_close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 4, 2)
        row.addWidget(self._text, 1)
        row.addWidget(self._accept)
        row.addWidget(self._close)
        self.setAccessibleName(self.tr("Whole picture"))
        self.hide()

    def setOffer(
        self, about: object, placement: Placement | None, options: RunOptions
    ) -> None:
        """Make the offer where it is due.

        about : the picture; an offer that was dismissed is not made for it again.
        placement : None where no run shows what the model sees.
        """
        self._about = about
        shows = (
            placement is not None
            and is_due(placement, options)
            and about is not self._declined
            and not theme.presents()
        )
        if shows and placement is not None:
            share = max(1, round(100 * (1 - unseen_share(placement))))
            text = self.tr("The model sees only the middle {n} % of this picture.")
            self._offered = text.format(n=share)
            self._text.setText(self._offered)
        self.setVisible(shows)

    def text(self) -> str:
        """Return the offer, whether it is shown or not."""
        return self._offered

    def acceptButton(self) -> QToolButton:
        """Return the button that accepts the offer."""
        return self._accept

    def _on_close(self) -> None:
        self._declined = self._about
        self.hide()
