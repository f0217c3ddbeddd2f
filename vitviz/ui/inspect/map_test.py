"""Map test: deletion and insertion curves of the map on screen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from vitviz.domain.number_text import format_value
from vitviz.errors import VitvizError
from vitviz.jobs import maps
from vitviz.jobs.maps import MapTestResult
from vitviz.jobs.queue import JobKind, bound
from vitviz.ui.base import theme
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.text import percent
from vitviz.ui.base.threads import Workers
from vitviz.ui.widgets.inputs import action_button
from vitviz.views.colour import Array, Meaning
from vitviz.views.display import Heat, shown_target


class MapTestPane(QWidget):
    """Curves with a button that starts the test; setters emit nothing."""

    startRequested = Signal()
    cancelRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_running = False
        self._start = action_button(
            "", self.tr("Run the model with more and more patches hidden, then shown")
        )
        self._start.clicked.connect(self._on_start)
        self._note = QLabel()
        self._note.setFont(theme.font("small"))
        self._note.setWordWrap(True)
        self._note.setTextFormat(Qt.TextFormat.RichText)
        self._plot = pg.PlotWidget()
        self._plot.setAccessibleName(self.tr("Deletion and insertion curves"))
        item = self._plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        # The numbers of the last ticks are shown too, and need space at two edges.
        item.setContentsMargins(0, 8, 12, 0)
        item.getAxis("bottom").setStyle(hideOverlappingLabels=False)
        row = QVBoxLayout()
        row.setContentsMargins(8, 2, 8, 0)
        row.setSpacing(4)
        corner = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        row.addWidget(self._start, 0, corner)
        row.addWidget(self._note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._plot, 1)
        self.setMinimumSize(200, 160)
        self.refreshTheme()
        self.setProgress(None)
        self.clear()

    def refreshTheme(self) -> None:
        """Use the colours of the application's theme."""
        tone = theme.colours()
        self._plot.setBackground(tone.panel)
        for side in ("left", "bottom"):
            axis = self._plot.getPlotItem().getAxis(side)
            axis.setPen(tone.line)
            axis.setTextPen(tone.text)
            axis.setStyle(tickFont=theme.font("small"))

    def setProgress(self, share: float | None) -> None:
        """Show how much of the test is done, in [0, 1]; None while nothing runs."""
        self._is_running = share is not None
        self._start.setText(
            self.tr("Test this map") if share is None else self.tr("Cancel")
        )
        if share is not None:
            text = self.tr("Testing … {percent}").format(percent=percent(share))
            self._note.setText(text)

    def setCanStart(self, can_start: bool) -> None:
        """Set whether there is a map and a model to test it with."""
        self._start.setEnabled(can_start)

    def clear(self) -> None:
        """Remove the curves."""
        self._plot.getPlotItem().clear()
        self._note.setText(
            self.tr(
                "A map shows weights, not reasons. Hide patches in its order: the "
                "score should fall faster than in random order."
            )
        )

    def setCurves(
        self,
        shares: Array,
        deletion: Array,
        insertion: Array,
        random: tuple[Array, Array],
        note: str,
    ) -> None:
        """Show the curves of the map, (S,), and of random orders, (8, S) each."""
        tone = theme.colours()
        item = self._plot.getPlotItem()
        item.clear()
        for values, others, meaning in (
            (deletion, random[0], Meaning.WARNING),
            (insertion, random[1], Meaning.VALUE),
        ):
            low, high = others.min(axis=0), others.max(axis=0)
            edges = [pg.PlotCurveItem(shares, edge, pen=None) for edge in (low, high)]
            colour = pg.mkColor(meaning.value)
            colour.setAlpha(60)
            for edge in edges:
                item.addItem(edge)
            item.addItem(pg.FillBetweenItem(*edges, brush=colour))
            mean = others.mean(axis=0)
            dashed = pg.mkPen(
                meaning.value, width=theme.drawn(1.5), style=Qt.PenStyle.DashLine
            )
            item.plot(shares, mean, pen=dashed)
            item.plot(
                shares, values, pen=pg.mkPen(meaning.value, width=theme.drawn(2.5))
            )
        item.setLabel("bottom", self.tr("share of patches"), color=tone.text)
        item.setLabel("left", self.tr("score"), color=tone.text)
        lowest = min(float(np.min(a)) for a in (deletion, insertion, *random))
        highest = max(float(np.max(a)) for a in (deletion, insertion, *random))
        item.setXRange(0, 1, padding=0.02)
        item.setYRange(min(0.0, lowest), highest, padding=0.05)
        self._note.setText(note)

    def areaText(
        self, name: str, area: float, random: Array, meaning: Meaning, aim: str
    ) -> str:
        """Return a sentence on the area under one curve."""
        text = self.tr("{name}: area {area}, random {mean} ± {spread} ({wish})")
        line = text.format(
            name=name,
            area=format_value(area),
            mean=format_value(float(random.mean())),
            spread=format_value(float(f"{random.std():.1g}")),
            wish=aim,
        )
        return f'<span style="color:{meaning.value}">■</span> {line}'

    def note(self) -> str:
        """Return the text above the curves."""
        return self._note.text()

    def startButton(self) -> QToolButton:
        """Return the button that starts and cancels the test."""
        return self._start

    def _on_start(self) -> None:
        signal = self.cancelRequested if self._is_running else self.startRequested
        signal.emit()


class MapTestController(PaneController[MapTestPane]):
    """Controller of the map test.

    A test takes hundreds of passes, so it begins only with its own button.
    """

    def __init__(
        self, pane: MapTestPane, workers: Workers, heat: Callable[[], Heat | None]
    ) -> None:
        super().__init__(workers)
        self.pane = pane
        self._workers = workers
        self._heat = heat
        self._view: View | None = None
        self._tested: tuple[Array, int | None] | None = None
        self._found: MapTestResult | None = None
        self._connect()
        workers.on_part(JobKind.MAP_TEST, self._on_progress)
        workers.on_result(JobKind.MAP_TEST, self._on_tested)
        workers.on_failure(JobKind.MAP_TEST, self._on_failed)

    def attach(self, pane: MapTestPane) -> None:
        """Use another pane; it shows the same curves or progress."""
        self.pane = pane
        self._connect()
        if self._workers.is_awaited(JobKind.MAP_TEST):
            self.pane.setProgress(0.0)
        elif self._found is not None:
            self._on_tested(self._found)

    def clear(self) -> None:
        """Forget the curves."""
        self._view = self._tested = self._found = None
        self.pane.setProgress(None)
        self.pane.clear()

    def refresh(self, view: View) -> None:
        """Remove the curves if they are those of another map."""
        self._view = view
        heat = self._heat()
        same_model = view.model is not None and (
            view.model.info == view.trace.setup.model
        )
        has_order = heat is not None and heat.colours is None  # colours have none
        self.pane.setCanStart(has_order and same_model and not view.is_running)
        if self._is_other(view, heat) and not self._workers.is_awaited(
            JobKind.MAP_TEST
        ):
            self._tested = self._found = None
            self.pane.clear()

    def _is_other(self, view: View, heat: Heat | None) -> bool:
        """Return whether the map on screen, or its class, was not the one tested."""
        if self._tested is None:
            return False
        patches, target = self._tested
        return (
            heat is None
            or target != shown_target(view.trace, view.state)
            or not np.array_equal(heat.patches, patches)
        )

    def _connect(self) -> None:
        self.pane.startRequested.connect(self._start)
        self.pane.cancelRequested.connect(self._cancel)

    def _start(self) -> None:
        view, heat = self._view, self._heat()
        if view is None or heat is None or view.model is None:
            return
        self._tested = heat.patches, shown_target(view.trace, view.state)
        self._found = None
        self.pane.setProgress(0.0)
        job = bound(maps.run_map_test, view.trace, view.state, view.model, heat)
        self._workers.submit(JobKind.MAP_TEST, job)

    def _cancel(self) -> None:
        self._workers.drop(JobKind.MAP_TEST)
        self.pane.setProgress(None)
        self.pane.clear()

    def _on_progress(self, share: float) -> None:
        self.pane.setProgress(share)

    def _on_tested(self, tested: MapTestResult) -> None:
        self._found = tested
        self.pane.setProgress(None)
        deletion, insertion = tested.deletion, tested.insertion
        lines = [
            self.pane.areaText(
                self.tr("Deletion"),
                deletion.area,
                deletion.random_areas,
                Meaning.WARNING,
                self.tr("lower is better"),
            ),
            self.pane.areaText(
                self.tr("Insertion"),
                insertion.area,
                insertion.random_areas,
                Meaning.VALUE,
                self.tr("higher is better"),
            ),
        ]
        beaten = [
            bool((deletion.area < deletion.random_areas).all()),
            bool((insertion.area > insertion.random_areas).all()),
        ]
        lines.append(f"<b>{self._verdict(*beaten)}</b>")
        has_head = self._view is not None and self._view.trace.setup.model.has_head
        if not has_head:
            lines.append(self.tr("Score: cosine to the whole picture's feature"))
        self.pane.setCurves(
            deletion.shares,
            deletion.values,
            insertion.values,
            (deletion.random, insertion.random),
            "<br>".join(lines),
        )

    def _verdict(self, hides_better: bool, shows_better: bool) -> str:
        """Return whether the map beats every random order, in a sentence.

        hides_better, shows_better : whether it does in the deletion and the insertion.
        """
        if hides_better and shows_better:
            return self.tr("Better than chance: it beats every random order.")
        if hides_better:
            return self.tr("Better than chance in the deletion only.")
        if shows_better:
            return self.tr("Better than chance in the insertion only.")
        return self.tr("No better than chance.")

    def _on_failed(self, _error: VitvizError) -> None:
        self.pane.setProgress(None)
        self.pane.clear()
