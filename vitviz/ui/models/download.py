"""Downloads of weights, look-ups of names, and the line that shows their progress.

One download at a time, and one look-up, each in a thread of its own.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from vitviz.errors import VitvizError
from vitviz.jobs import models
from vitviz.jobs.queue import Event, Failed, Finished, Job, JobKind, Progressed, bound
from vitviz.models.catalogue.entries import Entry
from vitviz.models.catalogue.progress import DownloadProgress
from vitviz.ui.base import theme
from vitviz.ui.base.text import sentence
from vitviz.ui.base.threads import Workers, WorkerThread
from vitviz.ui.models import details
from vitviz.ui.widgets.error_bar import ErrorBar

# Least height, the same for all three pages, so that nothing jumps.
HEIGHT_PX = 48


class DownloadLine(QStackedWidget):
    """A line below the models: hint, download or error; setters emit nothing."""

    cancelRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = QLabel()
        self._hint.setWordWrap(True)
        self._hint.setFont(theme.font("small"))
        self._running = QWidget()
        row = QHBoxLayout(self._running)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(8)
        self._bar.setAccessibleName(self.tr("Download"))
        self._progress = QLabel()
        self._progress.setFixedWidth(480)
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setAccessibleName(self.tr("Cancel"))
        self._cancel.setToolTip(self.tr("End the download; what has arrived is kept"))
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.cancelRequested)
        row.addWidget(self._bar, 1)
        row.addWidget(self._progress)
        row.addWidget(self._cancel)
        self._errors = ErrorBar()
        for page in (self._hint, self._running, self._errors):
            self.addWidget(page)
        two_lines = 2 * self.fontMetrics().lineSpacing() + 16
        self.setFixedHeight(max(HEIGHT_PX, two_lines))
        self.say()

    def cancelButton(self) -> QPushButton:
        """Return the button that ends a download."""
        return self._cancel

    def text(self) -> str:
        """Return the text on screen."""
        texts = (self._hint.text, self._progress.text, self._errors.text)
        return str(texts[self.currentIndex()]())

    def say(self, text: str = "") -> None:
        """Show a hint; the usual one for no text."""
        usual = self.tr("Nothing is downloaded unless you ask for it.")
        self._hint.setText(text or usual)
        self.setCurrentWidget(self._hint)

    def clearError(self) -> None:
        """Remove an error; anything else stays."""
        if self.currentWidget() is self._errors:
            self.say()

    def showError(self, error: VitvizError) -> None:
        """Show an error's sentence."""
        self._errors.showMessage(sentence(error))
        self.setCurrentWidget(self._errors)

    def showProgress(self, progress: DownloadProgress, entry: Entry) -> None:
        """Show how far the download of `entry` is."""
        # In thousandths, since bytes do not fit a progress bar's 32 bits.
        self._bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self._bar.setValue(1000 * progress.done // progress.total)
        text = details.progress_text(
            progress.done, progress.total, progress.seconds_left
        )
        if progress.is_waiting:
            text = self.tr("another vitviz is fetching it, {progress}").format(
                progress=text
            )
        elif not progress.done and progress.total is None:
            site = entry.remote.site if entry.remote else ""
            text = self.tr("asking {site} …").format(site=site)
        text = self.tr("{name}: {progress}").format(
            name=details.title(entry), progress=text
        )
        self._progress.setText(text)
        self._progress.setToolTip(text)
        self.setCurrentWidget(self._running)


class Downloads(QObject):
    """Downloads and look-ups; lives in the main thread.

    A thread starts with the first request of its kind.
    """

    # A DownloadProgress.
    progressed = Signal(object)
    # The Entry whose weights are now on this computer.
    fetched = Signal(object)
    # The Entry of the name that was looked up.
    found = Signal(object)
    # A VitvizError; `Cancelled` when the download was cancelled.
    failed = Signal(object)

    def __init__(self, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = workers
        self._threads: dict[JobKind, WorkerThread] = {}
        self._tokens: dict[JobKind, int] = {}
        self._entry: Entry | None = None

    @property
    def entry(self) -> Entry | None:
        """The model that is being downloaded."""
        return self._entry if JobKind.DOWNLOAD in self._tokens else None

    @property
    def is_asking(self) -> bool:
        """Whether a name is being looked up."""
        return JobKind.LOOK_UP in self._tokens

    def fetch(self, entry: Entry) -> None:
        """Begin a download, or continue one; it replaces one that is running."""
        if entry.remote is not None:
            self._entry = entry
            self._submit(JobKind.DOWNLOAD, bound(models.fetch, entry.remote))

    def look_up(self, name: str) -> None:
        """Look up which model a name of timm's stands for."""
        self._submit(JobKind.LOOK_UP, bound(models.look_up, name))

    def cancel(self) -> None:
        """Cancel the download; the part that has arrived is kept."""
        if JobKind.DOWNLOAD in self._threads:
            self._threads[JobKind.DOWNLOAD].engine.cancel(JobKind.DOWNLOAD)

    def drop(self) -> None:
        """Cancel everything, and ignore events that still arrive."""
        for kind, thread in self._threads.items():
            thread.engine.cancel(kind)
        self._tokens.clear()

    def _submit(self, kind: JobKind, job: Job) -> None:
        if kind not in self._threads:
            thread = WorkerThread(kind.name.lower(), self)
            thread.happened.connect(self._on_event)
            self._workers.adopt(thread)
            self._threads[kind] = thread
            thread.start()
        self._tokens[kind] = self._threads[kind].engine.submit(kind, job)

    def _on_event(self, event: Event) -> None:
        """React to an event in the main thread; drop it if its token is not current."""
        if self._tokens.get(event.kind) != event.token:
            return
        if isinstance(event, Progressed):
            self.progressed.emit(event.value)
        elif isinstance(event, Finished):
            del self._tokens[event.kind]
            if event.kind is JobKind.DOWNLOAD:
                self.fetched.emit(self._entry)
            else:
                self.found.emit(event.value)
        elif isinstance(event, Failed):
            del self._tokens[event.kind]
            self.failed.emit(event.error)
