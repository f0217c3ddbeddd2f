"""Marks of the Lab over a picture: hidden patches, and a badge of a changed model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QWidget

from vitviz.domain.interventions import Interventions
from vitviz.export.captions import change_words
from vitviz.ui.inspect.picture_items import CellsItem, qrect
from vitviz.ui.inspect.picture_pane import PicturePane
from vitviz.views.colour import Bytes, Meaning

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup


class KeptPatches:
    """Hidden patches of the kept view, on the picture in the right half of Compare.

    They have the same replacement pixels and hatching as on the live picture.
    """

    def __init__(self, picture: PicturePane) -> None:
        self._pixels = pg.ImageItem(axisOrder="row-major")
        self._cells = CellsItem(Meaning.WARNING.value)
        picture.addLayer(self._pixels, above_heat=False)
        picture.addLayer(self._cells, above_heat=True)

    def show(self, setup: Setup | None, pixels: Bytes | None) -> None:
        """Show the patches that a run hid; none without a run.

        pixels : (h, w, 4) of the model's input, clear elsewhere; None where not known.
        """
        hidden = () if setup is None else setup.interventions.hidden
        cells = frozenset(cell for one in hidden for cell in one.patches)
        if setup is None or not cells:
            self._pixels.clear()
            self._cells.setCells(frozenset(), None, None)
            return
        self._cells.setCells(cells, setup.placement, setup.grid)
        if pixels is None:
            self._pixels.clear()
            return
        self._pixels.setImage(pixels, levels=None, autoLevels=False)
        self._pixels.setRect(qrect(setup.placement.input_rect()))

    def numCells(self) -> int:
        """Return the number of patches that are marked."""
        return self._cells.numCells()

    def hasPixels(self) -> bool:
        """Return whether replacement pixels are shown."""
        return self._pixels.image is not None


MARGIN_PX = 8


class ChangedMark(QToolButton):
    """A badge that keeps a changed model from being taken for the untouched one.

    It is placed over the picture's corner, so that a copied view contains it.
    """

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
        """Show the number of changes; hide the badge for the untouched model."""
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
