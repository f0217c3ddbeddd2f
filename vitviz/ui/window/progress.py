"""What the window says of work that goes on, and the offer to cancel it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from vitviz.jobs.queue import JobKind
from vitviz.ui.base.text import percent, sentence

if TYPE_CHECKING:
    from vitviz.jobs.runs import LayerArrived
    from vitviz.ui.window.controller import Controller

SHOW_PROGRESS_AFTER_S = 1.0


class RunProgress(QObject):
    """Speaks in the layer rail and the status line; lives in the main thread."""

    def __init__(self, control: Controller) -> None:
        super().__init__(control)
        self._control = control
        self._workers = control.workers
        self._patience = QTimer(
            self, singleShot=True, interval=round(1000 * SHOW_PROGRESS_AFTER_S)
        )
        self._patience.timeout.connect(self._offer_to_cancel)
        self._workers.advanced.connect(self._on_advanced)

    def begin(self) -> None:
        """A run has been asked for."""
        self._control.panes.rail.setProgress(None)
        self._patience.start()
        self.say()

    def wait_for_method(self) -> None:
        """A method's map may be awaited: after a while it can be cancelled."""
        if self._workers.is_awaited(JobKind.METHOD) and not self._patience.isActive():
            self._patience.start()

    def wait_for_file(self) -> None:
        """A file is being written: after a while it can be cancelled."""
        if not self._patience.isActive():
            self._patience.start()

    def say_written(self, share: float) -> None:
        """How much of a file is done, once it has been said that it takes long."""
        rail = self._control.panes.rail
        if not rail.cancelButton().isHidden() and not self._is_busy():
            rail.setProgress(self.tr("Writing: {n}").format(n=percent(share)))

    def stop(self) -> None:
        """Say nothing more."""
        self._patience.stop()

    def say(self) -> None:
        """What loads or runs, or what is missing for that."""
        control, status = self._control, self._control.panes.status
        if self._workers.is_awaited(JobKind.MODEL):
            name = control.runs.asked.name
            status.setRunText(self.tr("Loading {name} …").format(name=name))
        elif self._workers.is_awaited(JobKind.RUN):
            status.setRunText(self.tr("Running …"))
        elif control.document.image is None and control.model is not None:
            status.setRunText(control.model.info.name)
        elif control.document.image is not None and control.model is None:
            control.modelNeeded.emit()

    def say_result(self) -> None:
        """How exact the trace on screen is, and how long it took."""
        control, document = self._control, self._control.document
        if control.is_running:
            return
        if document.trace is None:
            control.panes.status.setRunText("")
            self.say()
            return
        info = document.trace.setup.model
        where = f"{info.name}, {info.device}"
        status, fallback = control.panes.status, document.trace.setup.fallback
        status.setExactness(document.trace.max_error, document.seconds, where)
        if fallback is None:
            status.setFallback("", "", "")
        else:
            device, needed = (str(fallback.values[n]) for n in ("device", "needed"))
            status.setFallback(device, needed, sentence(fallback))

    def say_cancelled(self) -> None:
        """What ran was asked to end."""
        self._control.panes.status.setRunText(self.tr("Cancelled"))

    def say_left(self, arrived: LayerArrived) -> None:
        """How long the layers to come will take, where that is long."""
        done = arrived.layer + 1
        left = arrived.elapsed_s / done * (arrived.trace.num_layers - done)
        if arrived.elapsed_s + left > SHOW_PROGRESS_AFTER_S and left > 0:
            text = self.tr("{n} s left").format(n=f"{left:.0f}" if left >= 1 else "<1")
            self._control.panes.rail.setProgress(text)

    def _offer_to_cancel(self) -> None:
        """What takes long can be cancelled, also before its first result is there."""
        rail = self._control.panes.rail
        if not rail.cancelButton().isHidden():
            return
        if self._is_busy():
            rail.setProgress(self.tr("Running …"))
        elif self._control.write_queue.is_busy():
            rail.setProgress(self.tr("Writing …"))

    def _is_busy(self) -> bool:
        return self._workers.is_awaited(JobKind.RUN, JobKind.METHOD)

    def _on_advanced(self) -> None:
        """An event has been handled: perhaps nothing is left to cancel."""
        if not self._is_busy() and not self._control.write_queue.is_busy():
            self._control.panes.rail.setProgress(None)
