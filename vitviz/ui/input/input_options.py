"""Input options of a run: size, fit, preprocessing and labels, and their price."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget

from vitviz.domain.number_text import bytes_text
from vitviz.domain.placement import Fit
from vitviz.errors import SelectionError
from vitviz.jobs import runs
from vitviz.jobs.models import label
from vitviz.jobs.queue import JobKind, bound
from vitviz.ui.input.preprocessing_dialog import PreprocessingDialog
from vitviz.ui.input.size import SizeDialog
from vitviz.ui.input.values_dialog import ValuesDialog
from vitviz.views.session import RunOptions

if TYPE_CHECKING:
    from vitviz.attention.price import Calibration, Price
    from vitviz.attention.trace import Trace
    from vitviz.explain.precision import PrecisionError
    from vitviz.models.model import Model, ModelInfo
    from vitviz.ui.base.document import Document
    from vitviz.ui.base.threads import Workers
    from vitviz.ui.input.size import SizeMenu
    from vitviz.ui.input.whole_offer import WholeOffer


class InputHost(Protocol):
    """What is run, on which picture, with which options."""

    @property
    def document(self) -> Document: ...
    @property
    def model(self) -> Model | None: ...
    @property
    def options(self) -> RunOptions: ...
    def choose_options(self, options: RunOptions) -> None: ...


class InputOptions(QObject):
    """Link between the Size menu, its dialogs and the runs, in the main thread."""

    # Other options were requested.
    asked = Signal()
    # Options were chosen, perhaps others than those that were requested.
    chosen = Signal()
    # Share of attention that a lower precision moves, a float; None: unknown.
    precisionMeasured = Signal(object)

    def __init__(self, window: QWidget, host: InputHost, workers: Workers) -> None:
        super().__init__(window)
        self._window, self._host, self._workers = window, host, workers
        self._offer: WholeOffer | None = None
        self._calibrations: dict[ModelInfo, Calibration] = {}
        # The last trace for which the precision was requested.
        self._measured: Trace | None = None
        self._precision: tuple[Trace, PrecisionError] | None = None
        workers.on_result(JobKind.PRICE, self._on_calibrated)
        workers.on_result(JobKind.PRECISION, self._on_precision)

    def attach(self, sizes: SizeMenu, offer: WholeOffer) -> None:
        """Use another Size menu and offer, made anew with the window's language."""
        self._offer = offer
        offer.accepted.connect(self._on_whole)
        self._show_offer()
        sizes.setPrices(self.price_of)
        sizes.optionsChosen.connect(self.choose)
        sizes.customRequested.connect(self.ask_size)
        sizes.preprocessingRequested.connect(self.ask_preprocessing)
        sizes.valuesRequested.connect(self.ask_values)
        self._show_precision()

    def price_of(self, options: RunOptions) -> Price:
        """Return the price of a run on the picture, or on a square without one."""
        from vitviz.pictures.preprocessing import placement_for

        model, image = self._host.model, self._host.document.image
        assert model is not None
        calibration = self._calibrations.get(model.info)
        size: int | tuple[int, int] | None = options.size
        if image is not None:
            placed = placement_for(
                image.size,
                model.preprocessing,
                model.info.patch_size,
                size=options.size,
                fit=options.fit,
            )
            size = placed.model_size
        return runs.price_of(model, size, calibration)

    def choose(self, options: object) -> None:
        """Run with these options; if memory is short, ask for smaller ones first."""
        wanted = cast("RunOptions", options)
        host = self._host
        self.asked.emit()
        if host.model is not None and wanted != host.options:
            with contextlib.suppress(SelectionError):  # the run itself says it
                price = self.price_of(wanted)
                if price.is_large and not price.is_too_much:
                    wanted = self._agreed(wanted, price)
        host.choose_options(wanted)
        self.chosen.emit()

    def ask_size(self) -> None:
        """Ask for any width and height, and run with them."""
        model, options = self._host.model, self._host.options
        if model is None:
            return
        dialog = SizeDialog(
            self._window,
            options,
            own=options.preprocessing or model.preprocessing,
            patch=model.info.patch_size,
            price_of=self.price_of,
        )
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.choose(dialog.options())
        dialog.deleteLater()

    def ask_preprocessing(self) -> None:
        """Show how the picture is prepared, and run with what was changed."""
        model, options = self._host.model, self._host.options
        if model is None:
            return
        from vitviz.pictures.preprocessing import with_fit

        own = model.preprocessing
        now = options.preprocessing or own
        dialog = PreprocessingDialog(
            self._window, with_fit(now, options.fit or now.fit), own, model.info.name
        )
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.choose(replace(options, preprocessing=dialog.chosen()))
        dialog.deleteLater()

    def ask_values(self) -> None:
        """Show what the picture's file holds, and run with what was chosen of it."""
        image, options = self._host.document.image, self._host.options
        if image is None:
            return
        dialog = ValuesDialog(self._window, options.reading, image.values, image.name)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.choose(replace(options, reading=dialog.chosen()))
        dialog.deleteLater()

    def ask_labels(self) -> None:
        """Ask for a file that names the classes."""
        path, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Choose a file of labels"),
            "",
            self.tr("Labels") + " (*.txt *.json);;" + self.tr("All files") + " (*)",
        )
        model = self._host.model
        if path and model is not None:
            self._workers.submit(JobKind.MODEL, bound(label, model, Path(path)))

    def _agreed(self, wanted: RunOptions, price: Price) -> RunOptions:
        """Ask what to run with, where it takes more than half of the free memory."""
        host = self._host
        assert host.model is not None
        assert price.free_bytes is not None
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(
            self.tr(
                "A run at {width}×{height} px would take about {needed} of the {free} "
                "of memory that are free."
            ).format(
                width=price.size[0],
                height=price.size[1],
                needed=bytes_text(price.peak_bytes),
                free=bytes_text(price.free_bytes),
            )
        )
        anyway = box.addButton(
            self.tr("Run anyway"), QMessageBox.ButtonRole.DestructiveRole
        )
        smaller = runs.affordable_size(host.model, price.size)
        less = None
        if smaller is not None:
            text = self.tr("Run at {width}×{height} px")
            less = box.addButton(
                text.format(width=smaller[0], height=smaller[1]),
                QMessageBox.ButtonRole.AcceptRole,
            )
            box.setDefaultButton(less)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        if clicked is anyway:
            return wanted
        if less is not None and clicked is less and smaller is not None:
            side = min(smaller)
            is_one = isinstance(wanted.size, int) or wanted.size is None
            return replace(wanted, size=side if is_one else smaller)
        return host.options

    # -- measurements of a run -----------------------------------------------------

    def on_document(self) -> None:
        """React to a complete run: calibrate prices, measure the precision's error."""
        self._show_offer()
        document, model = self._host.document, self._host.model
        trace, seconds = document.trace, document.seconds
        if model is None or trace is None or seconds is None:
            return
        if not trace.is_complete or trace.setup.model != model.info:
            return
        if model.info not in self._calibrations and not trace.interventions:
            self._workers.submit(
                JobKind.PRICE, bound(runs.calibrate, model, trace.num_tokens, seconds)
            )
        if model.info.dtype != "float32" and trace is not self._measured:
            self._measured = trace
            if trace.setup.image is not None:
                self._workers.submit(
                    JobKind.PRECISION, bound(runs.precision, model, trace)
                )
        self._show_precision()

    def _show_offer(self) -> None:
        """Offer the whole picture where much of a long one is left out."""
        document = self._host.document
        trace = document.trace
        placement = None if trace is None else trace.setup.placement
        if self._offer is not None:
            self._offer.setOffer(document.image, placement, self._host.options)

    def _on_whole(self) -> None:
        self.choose(self._host.options.of_fit(Fit.WHOLE))

    def _on_calibrated(self, found: tuple[ModelInfo, Calibration]) -> None:
        info, calibration = found
        self._calibrations[info] = calibration

    def _on_precision(self, found: tuple[Trace, PrecisionError]) -> None:
        self._precision = found
        self._show_precision()

    def _show_precision(self) -> None:
        known, trace = self._precision, self._host.document.trace
        error = None
        if known is not None and trace is not None and known[0] is trace:
            error = known[1].moved
        self.precisionMeasured.emit(error)
