"""Speaker window of Present: notes, what comes next, and the clock."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTime, QTimer, Signal
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from vitviz.ui.base import theme


class SpeakerWindow(QWidget):
    """A window on the screen that the audience does not see."""

    nextRequested = Signal()
    backRequested = Signal()
    blankRequested = Signal()
    endRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Notes – vitviz"))
        self._title, self._notes, self._following = QLabel(), QLabel(), QLabel()
        self._clock = QLabel()
        self._title.setFont(theme.font("title"))
        self._clock.setFont(theme.font("title"))
        for label in (self._title, self._notes, self._following):
            label.setWordWrap(True)
        self._notes.setTextFormat(Qt.TextFormat.RichText)
        self._notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._since = QElapsedTimer()
        self._since.start()
        tick = QTimer(self, interval=1000)
        tick.timeout.connect(self._show_time)
        tick.start()
        buttons = QHBoxLayout()
        for text, tip, signal in (
            (self.tr("Back"), self.tr("Step before (Page Up)"), self.backRequested),
            (self.tr("Next"), self.tr("Next step (Page Down)"), self.nextRequested),
            (self.tr("Blank"), self.tr("Blank the screen (B)"), self.blankRequested),
            (self.tr("End"), self.tr("End Present (Esc)"), self.endRequested),
        ):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setProperty("outlined", True)
            button.clicked.connect(signal)
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._clock)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addWidget(self._title)
        column.addWidget(self._notes, 1)
        column.addWidget(self._following)
        column.addLayout(buttons)
        self._show_time()

    def showOn(self, screen: QScreen) -> None:
        """Show the window in the middle of a screen."""
        area = screen.availableGeometry()
        self.resize(area.width() * 3 // 4, area.height() * 3 // 4)
        self.move(area.center() - self.rect().center())
        self.show()

    def say(self, title: str, notes: str, following: str) -> None:
        """Show what the audience sees, the notes on it, and what comes next."""
        self._title.setText(title)
        self._notes.setText(notes or self.tr("No notes for this view."))
        text = self.tr("Next: {what}").format(what=following)
        self._following.setText(text if following else self.tr("Next: the end"))

    def texts(self) -> tuple[str, str, str]:
        """Return (title, notes, what comes next), as they are shown."""
        return self._title.text(), self._notes.text(), self._following.text()

    def clock(self) -> str:
        """Return the time of day and the time that has passed, as shown."""
        return self._clock.text()

    def _show_time(self) -> None:
        seconds = self._since.elapsed() // 1000
        gone = f"{seconds // 60}:{seconds % 60:02d}"
        now = QTime.currentTime().toString("HH:mm")
        self._clock.setText(self.tr("{now}   {gone} gone").format(now=now, gone=gone))
