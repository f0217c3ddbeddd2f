"""Log window: the program's log, to read and to copy."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QMessageLogContext,
    QTimer,
    QtMsgType,
    QUrl,
    qInstallMessageHandler,
)
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.system.logs import KEPT_LINES, LAST_LINES, log_path
from vitviz.system.printable import printable
from vitviz.ui.base import theme
from vitviz.ui.base.text import show_plainly

LOOK_MS = 300
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
Handler = Callable[[QtMsgType, QMessageLogContext, str], Any]


class LogWindow(QDialog):
    """A dialog that follows the log while it is open."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("log")
        self.setWindowTitle(self.tr("Log"))
        self.resize(820, 420)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setMaximumBlockCount(KEPT_LINES)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self._text.setFont(fixed)
        self._text.setAccessibleName(self.tr("Log"))
        self._text.setPlaceholderText(self.tr("The log is empty."))
        self._text.setToolTip(self.tr("Settings choose how much is written down"))
        self._path = log_path()
        path = QLabel("–" if self._path is None else printable(str(self._path)))
        show_plainly(path)
        path.setFont(theme.font("small"))
        copy = self._button(self.tr("Copy all"), self._copy)
        copy.setToolTip(self.tr("Copy these lines, to send them with a question"))
        folder = self._button(self.tr("Open the folder"), self._open_folder)
        folder.setToolTip(self.tr("Show the file of the log in its folder"))
        folder.setEnabled(self._path is not None and self._path.parent.is_dir())
        close = self._button(self.tr("Close"), self.reject)
        close.setToolTip(self.tr("Close this window (Esc)"))
        row = QHBoxLayout()
        row.addWidget(path, 1)
        for button in (copy, folder, close):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(self._text, 1)
        layout.addLayout(row)
        self._count = 0
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._follow)
        self._look.start()
        self._follow()

    def text(self) -> str:
        """Return the text that is shown."""
        return self._text.toPlainText()

    def _button(self, text: str, slot: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _follow(self) -> None:
        self._count, lines = LAST_LINES.since(self._count)
        if lines:
            self._text.appendPlainText("\n".join(lines))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())

    def _open_folder(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))


def log_qt_messages() -> Callable[[], None]:
    """Log Qt's messages, too; return the function that ends that."""
    logger = logging.getLogger("qt")

    def handle(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        logger.log(_LEVELS[kind], "%s", text)
        if previous is not None:
            previous(kind, context, text)

    previous: Handler | None = qInstallMessageHandler(handle)

    def end() -> None:
        qInstallMessageHandler(previous)

    return end
