"""Scatter plot of a head statistic against layer depth, a dot for each head."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QWidget

from vitviz.ui.base import theme
from vitviz.views.colour import Array, Levels, Meaning
from vitviz.views.heads_order import Place

MARK_PX = 7


class DepthPlot(pg.PlotWidget):  # type: ignore[misc]
    """Dots that can be clicked, and a line through the means of the layers."""

    # (layer, head).
    headChosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        # 1e-12 as a multiple would be written into the axis' label
        item.getAxis("left").enableAutoSIPrefix(False)
        # the topmost number stands half above its tick
        half = round(QFontMetricsF(theme.font("small")).height() / 2)
        item.layout.setContentsMargins(4, half + 4, 12, 4)
        self._dots = pg.ScatterPlotItem(size=MARK_PX, pxMode=True)
        self._dots.sigClicked.connect(self._on_dot)
        self._means = pg.PlotCurveItem()
        item.addItem(self._means)
        item.addItem(self._dots)
        self.refreshTheme()

    def setDots(self, values: Mapping[int, Array], current: frozenset[Place]) -> None:
        """Show (H,) values by layer; the heads on screen stand out."""
        tone = theme.colours()
        spots = []
        for layer, ofheads in values.items():
            for head, value in enumerate(ofheads):
                is_current = (layer, head) in current
                colour = Meaning.QUERY.value if is_current else tone.text
                spots.append(
                    {
                        "pos": (layer, float(value)),
                        "data": (layer, head),
                        "brush": QColor(colour),
                        "pen": None,
                        "size": MARK_PX * (1.7 if is_current else 1.0),
                    }
                )
        self._dots.setData(spots)
        layers = sorted(values)
        self._means.setData(layers, [float(np.mean(values[x])) for x in layers])

    def setScales(self, num_layers: int, levels: Levels, name: str) -> None:
        """Set the number of layers, the values' range and the statistic's name."""
        tone, item = theme.colours(), self.getPlotItem()
        item.setLabel("bottom", self.tr("layer"), color=tone.text)
        item.setLabel("left", name, color=tone.text)
        item.getAxis("bottom").setTicks([[(x, str(x)) for x in range(num_layers)]])
        item.setXRange(-0.5, num_layers - 0.5, padding=0)
        item.setYRange(levels.low, levels.high, padding=0.05)
        has_values = len(self._dots.points()) > 0
        # without values there is no scale: numbers would be those of none
        item.getAxis("left").setStyle(showValues=has_values)

    def refreshTheme(self) -> None:
        """Adopt the application's theme."""
        tone = theme.colours()
        self.setBackground(tone.panel)
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(tone.line)
            axis.setTextPen(tone.text)
            axis.setStyle(tickFont=theme.font("small"))
        self._means.setPen(pg.mkPen(tone.faint, width=1.5))

    def _on_dot(self, _item: object, points: list[pg.SpotItem]) -> None:
        self.headChosen.emit(*points[0].data())
