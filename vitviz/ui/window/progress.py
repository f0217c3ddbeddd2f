"""Progress of runs and files in layer rail and status line, with a Cancel button."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from vitviz.jobs.queue import JobKind
from vitviz.system.printable import printable
from vitviz.ui.base.text import percent, sentence

if TYPE_CHECKING:
    from vitviz.jobs.runs import LayerArrived
    from vitviz.models.model import Model
    from vitviz.ui.base.document import Document
    from vitviz.ui.base.threads import Workers
    from vitviz.ui.files.write_queue import WriteQueue
    from vitviz.ui.inspect.layer_rail import LayerRail
    from vitviz.ui.window.status_line import StatusLine
    from vitviz.views.session import ModelChoice

# What takes longer is said, with a bar and a Cancel button.
SHOW_PROGRESS_AFTER_S = 0.3


class ProgressHost(Protocol):
    """What is shown, and which model is being loaded."""

    @property
    def document(self) -> Document: ...
    @property
    def model(self) -> Model | None: ...
    @property
    def asked(self) -> ModelChoice: ...
    @property
    def is_loading(self) -> bool: ...
    @property
    def is_running(self) -> bool: ...


class RunProgress(QObject):
    """Progress in the layer rail and the status line; lives in the main thread."""

    # There is a picture and no model.
    modelNeeded = Signal()
    # Whether what is on screen is about to be replaced, and has been for a while.
    staleChanged = Signal(bool)

    def __init__(
        self,
        host: ProgressHost,
        rail: LayerRail,
        status: StatusLine,
        workers: Workers,
        write_queue: WriteQueue,
    ) -> None:
        super().__init__(workers)
        self._host, self._workers, self._write_queue = host, workers, write_queue
        self._rail, self._status = rail, status
        self._is_stale = False
        self._patience = QTimer(
            self, singleShot=True, interval=round(1000 * SHOW_PROGRESS_AFTER_S)
        )
        self._patience.timeout.connect(self._offer_to_cancel)
        workers.advanced.connect(self._on_advanced)
        write_queue.begun.connect(self._wait_for_file)
        write_queue.advanced.connect(self._say_written)

    def attach(self, rail: LayerRail, status: StatusLine) -> None:
        """Use the rail and status line of a window that was built anew."""
        self._rail, self._status = rail, status

    def begin(self) -> None:
        """React to the start of a run, or of the loading of a model.

        What is on offer to be cancelled stays on offer, and says what it is now.
        """
        if not self._rail.cancelButton().isHidden():
            self._rail.setProgress(self._busy_text())
        self._patience.start()
        self.say()

    def wait_for_method(self) -> None:
        """Offer to cancel the map of a method, if it takes long."""
        if self._workers.is_awaited(JobKind.METHOD) and not self._patience.isActive():
            self._patience.start()

    def stop(self) -> None:
        """Stop the timer: nothing more is offered."""
        self._patience.stop()

    def say(self) -> None:
        """Show what is being loaded or run, or what is missing for a run."""
        host, status = self._host, self._status
        if host.is_loading:
            status.setRunText(self._loading_text())
        elif self._workers.is_awaited(JobKind.RUN):
            status.setRunText(self.tr("Running …"))
        elif host.document.image is None and host.model is not None:
            status.setRunText(host.model.info.name)
        elif host.document.image is not None and host.model is None:
            self.modelNeeded.emit()

    def say_result(self) -> None:
        """Show how exact the trace on screen is, and how long it took."""
        document, status = self._host.document, self._status
        if self._host.is_running:
            return
        if document.trace is None:
            status.setRunText("")
            self.say()
            return
        info = document.trace.setup.model
        where = f"{info.name}, {info.device}"
        fallback = document.trace.setup.fallback
        status.setExactness(document.trace.max_error, document.seconds, where)
        if fallback is None:
            status.setFallback("", "", "")
        else:
            device, needed = (str(fallback.values[n]) for n in ("device", "needed"))
            status.setFallback(device, needed, sentence(fallback))

    def end(self) -> None:
        """React to the end of what was waited for, where no event tells of it."""
        self._patience.stop()
        self._on_advanced()

    def say_cancelled(self) -> None:
        """Show that a run was cancelled."""
        self._status.setRunText(self.tr("Cancelled"))

    def say_left(self, arrived: LayerArrived) -> None:
        """Show how long the remaining layers will take, if that is long."""
        self._set_stale(False)
        done = arrived.layer + 1
        left = arrived.elapsed_s / done * (arrived.trace.num_layers - done)
        if arrived.elapsed_s + left > SHOW_PROGRESS_AFTER_S and left > 0:
            text = self.tr("{n} s left").format(n=f"{left:.0f}" if left >= 1 else "<1")
            self._rail.setProgress(text, done / arrived.trace.num_layers)

    def _wait_for_file(self) -> None:
        """Offer to cancel the writing of a file, if it takes long."""
        if not self._patience.isActive():
            self._patience.start()

    def _say_written(self, share: float) -> None:
        """Show how much of a file is written, while the Cancel button is offered."""
        if not self._rail.cancelButton().isHidden() and not self._is_busy():
            text = self.tr("Writing: {n}").format(n=percent(share))
            self._rail.setProgress(text, share)

    def _offer_to_cancel(self) -> None:
        """Offer to cancel what takes long, also before its first result has arrived."""
        trace = self._host.document.trace
        is_old = trace is not None and trace.is_complete
        self._set_stale(is_old and self._host.is_running)
        if self._host.is_loading:
            self._rail.setProgress(self._busy_text())
            return
        if not self._rail.cancelButton().isHidden():
            return
        if self._is_busy():
            self._rail.setProgress(self._busy_text())
        elif self._write_queue.is_busy():
            self._rail.setProgress(self.tr("Writing …"))

    def _is_busy(self) -> bool:
        waited_for = JobKind.RUN, JobKind.METHOD
        return self._host.is_loading or self._workers.is_awaited(*waited_for)

    def _busy_text(self) -> str:
        """Return what the bar says while no share of it is known."""
        return self._loading_text() if self._host.is_loading else self.tr("Running …")

    def _loading_text(self) -> str:
        name = self._host.asked.name
        short = printable(Path(name).name or name) or self.tr("the model")
        return self.tr("Loading {name} …").format(name=short)

    def _set_stale(self, is_stale: bool) -> None:
        if is_stale != self._is_stale:
            self._is_stale = is_stale
            self.staleChanged.emit(is_stale)

    def _on_advanced(self) -> None:
        """Hide the Cancel button after an event if nothing is left to cancel."""
        if not self._host.is_running:
            self._set_stale(False)
        if not self._is_busy() and not self._write_queue.is_busy():
            self._rail.setProgress(None)
