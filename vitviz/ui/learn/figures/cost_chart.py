"""Chart of the time of a pass against its number of tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vitviz.lessons.cost import Timing, predicted
from vitviz.ui.base import theme
from vitviz.ui.learn.text import FONT_EVENTS, Drawn
from vitviz.views.colour import Meaning

CHART_LINES, CHART_LINES_ON_SLIDE = 13.0, 9.5
ATTENTION, REST = Meaning.WARNING.value, Meaning.KEY.value


class CostChart(Drawn):
    """A chart of time against tokens: measured dots, lines predicted from one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timings: tuple[Timing, ...] = ()
        self._plot = pg.PlotWidget()
        # the chart does not react to the pointer, and the wheel has to scroll the page
        self._plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plot.setAccessibleName(self.tr("Time against the number of tokens"))
        item = self._plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.setContentsMargins(0, 4, 12, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._dress()

    def setTimings(self, timings: Sequence[Timing], base: Timing | None) -> None:
        """Show measured times, and what `base` predicts for other numbers of tokens."""
        self._timings = tuple(timings)
        item = self._plot.getPlotItem()
        item.clear()
        if not timings:
            return
        tokens = np.array([one.num_tokens for one in timings], float)
        for colour, values in (
            (ATTENTION, [1000 * one.attention_s for one in timings]),
            (REST, [1000 * one.rest_s for one in timings]),
        ):
            item.addItem(
                pg.ScatterPlotItem(
                    tokens, values, size=theme.drawn(9), brush=colour, pen=None
                )
            )
        top = 1000 * max(max(one.attention_s, one.rest_s) for one in timings)
        if base is not None and len(timings) > 1:
            along = np.linspace(tokens.min(), tokens.max(), 100)
            lines = [predicted(base, int(n)) for n in along]
            for colour, part in ((ATTENTION, 0), (REST, 1)):
                pen = pg.mkPen(
                    colour, width=theme.drawn(1.5), style=Qt.PenStyle.DashLine
                )
                item.plot(along, [1000 * one[part] for one in lines], pen=pen)
            top = max(top, 1000 * max(lines[-1]))
        item.setXRange(0, float(tokens.max()), padding=0.04)
        item.setYRange(0, top, padding=0.06)

    def timings(self) -> tuple[Timing, ...]:
        """Return the times that are shown."""
        return self._timings

    def setTight(self, is_tight: bool) -> None:
        """Set whether the chart is less high."""
        super().setTight(is_tight)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's theme and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, *FONT_EVENTS):
            self._dress()

    def _dress(self) -> None:
        tone = theme.colours()
        font = theme.font("small")
        self._plot.setBackground(tone.panel)
        item = self._plot.getPlotItem()
        for side, text in (
            ("left", self.tr("milliseconds")),
            ("bottom", self.tr("tokens")),
        ):
            axis = item.getAxis(side)
            axis.setPen(tone.line)
            axis.setTextPen(tone.text)
            axis.setStyle(tickFont=font)
            axis.label.setFont(font)
            item.setLabel(side, text, color=tone.text)
        high = CHART_LINES_ON_SLIDE if theme.presents() else CHART_LINES
        self.setFixedHeight(round(self.lines(high)))
