"""The mark on the picture while the model is a changed one. Nobody shall mistake it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QWidget

from vitviz.domain.interventions import Interventions
from vitviz.export.captions import change_words
from vitviz.views.colour import Meaning

MARGIN_PX = 8


class ChangedMark(QToolButton):
    """Lies over the picture's corner, so that a copied view has it too."""

    labRequested = Signal()

    def __init__(self, picture: QWidget) -> None:
        super().__init__(picture)
        self.setStyleSheet(
            f"QToolButton {{ background: {Meaning.WARNING.value}; color: white;"
            " font-weight: bold; border-radius: 4px; padding: 3px 10px; }"
            "QToolButton:hover, QToolButton:focus { border-color: white; }"
        )
        self.clicked.connect(self.labRequested)
        self.move(MARGIN_PX, MARGIN_PX)
        self.hide()

    def setInterventions(self, interventions: Interventions) -> None:
        """Say how much is changed; nothing for the untouched model."""
        parts = interventions.parts()
        self.setVisible(bool(parts))
        one, several = self.tr("Lab: 1 change"), self.tr("Lab: {n} changes")
        text = one if len(parts) == 1 else several.format(n=len(parts))
        words = "\n".join(change_words(part) for part in parts)
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(
            self.tr("The model is changed:") + f"\n{words}\n" + self.tr("R restores it")
        )
        self.adjustSize()
        self.raise_()
