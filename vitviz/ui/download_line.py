"""The line below the models: a quiet word, a download, or what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from vitviz.errors import VitvizError
from vitviz.models.catalogue.download import Progress
from vitviz.models.catalogue.entries import Entry
from vitviz.ui import model_words, theme
from vitviz.ui.error_bar import ErrorBar, sentence

HEIGHT_PX = 48
"""At least; the same for all three, so that nothing jumps."""


class DownloadLine(QStackedWidget):
    """Setters never emit; `cancelRequested` is what the user did."""

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
        """Ends a download."""
        return self._cancel

    def text(self) -> str:
        """What is on screen."""
        texts = (self._hint.text, self._progress.text, self._errors.text)
        return str(texts[self.currentIndex()]())

    def say(self, text: str = "") -> None:
        """A quiet word; the usual one for no text."""
        usual = self.tr("Nothing is downloaded unless you ask for it.")
        self._hint.setText(text or usual)
        self.setCurrentWidget(self._hint)

    def clearError(self) -> None:
        """Take an error off; anything else stays."""
        if self.currentWidget() is self._errors:
            self.say()

    def showError(self, error: VitvizError) -> None:
        """An error's sentence."""
        self._errors.showMessage(sentence(error))
        self.setCurrentWidget(self._errors)

    def showProgress(self, progress: Progress, entry: Entry) -> None:
        """How far the download of `entry` is."""
        # in thousandths: bytes do not fit a progress bar's 32 bits
        self._bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self._bar.setValue(1000 * progress.done // progress.total)
        text = model_words.progress_text(
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
            name=model_words.title(entry), progress=text
        )
        self._progress.setText(text)
        self._progress.setToolTip(text)
        self.setCurrentWidget(self._running)
