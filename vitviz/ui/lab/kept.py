"""What the kept view's run hid, on the picture in the right half of Compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg

from vitviz.ui.lab.brush import CellsItem
from vitviz.ui.picture_items import qrect
from vitviz.ui.picture_pane import PicturePane
from vitviz.views.colour import Bytes, Meaning

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup


class KeptPatches:
    """The stand-in's pixels and the hatch, as on the live picture."""

    def __init__(self, picture: PicturePane) -> None:
        self._pixels = pg.ImageItem(axisOrder="row-major")
        self._cells = CellsItem(Meaning.WARNING.value)
        picture.addLayer(self._pixels, above_heat=False)
        picture.addLayer(self._cells, above_heat=True)

    def show(self, setup: Setup | None, pixels: Bytes | None) -> None:
        """Show what a run hid; nothing without one.

        pixels : (h, w, 4) of its input, clear elsewhere; None where they are not known.
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
        """How many patches are marked."""
        return self._cells.numCells()

    def hasPixels(self) -> bool:
        """Whether something stands in for them."""
        return self._pixels.image is not None
