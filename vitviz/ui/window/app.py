"""Start of the program with a window: Qt, process signals, and files from the desktop.

The desktop hands files to the running program on macOS.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, NoReturn, cast

import pyqtgraph as pg
from pyqtgraph.util.garbage_collector import GarbageCollector
from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QSize,
    QSocketNotifier,
    QThread,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

from vitviz.errors import EnvironmentFault, InputError, VitvizError
from vitviz.models.catalogue.embedded import EMBEDDED_NAMES, embedded_path
from vitviz.system import logs, settings
from vitviz.system.atomic_files import sweep
from vitviz.system.environment import failed_import
from vitviz.system.paths import resource
from vitviz.system.printable import printable
from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import language, theme
from vitviz.ui.window import window_state
from vitviz.ui.window.layout import START_SIZE
from vitviz.ui.window.log_window import log_qt_messages
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import SUFFIX

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace

_log = logging.getLogger(__name__)
# Calls of an unexpected error that are shown under Details; the log has all of them.
SHOWN_CALLS = 5
# How long a closed program waits for what cannot be cancelled.
PATIENCE_MS = 700
_collector: GarbageCollector | None = None
# Windows opened from a notebook: without a reference they would be deleted.
_kept_windows: list[MainWindow] = []


class SignalBridge(QObject):
    """SIGINT, SIGTERM and SIGHUP, which close the window.

    A Python handler does not run inside `app.exec()`, so the signal wakes the event
    loop through a socket.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # The window to close; a signal that comes earlier waits for the event loop.
        self.window: MainWindow | None = None
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._previous_fd = signal.set_wakeup_fd(self._writer.fileno())
        self._previous_handlers = {
            number: signal.signal(number, _noop) for number in _closing_signals()
        }
        self._notifier = QSocketNotifier(
            self._reader.fileno(), QSocketNotifier.Type.Read, self
        )
        self._notifier.activated.connect(self._on_signal)

    def restore(self) -> None:
        """Restore the signal handlers from before."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._previous_fd)
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)
        self._reader.close()
        self._writer.close()

    def _on_signal(self) -> None:
        self._reader.recv(64)
        if self.window is not None:
            self.window.close_guard.end()


def _closing_signals() -> list[signal.Signals]:
    """Return the signals that close the window.

    One that is ignored stays so: `nohup` asks for that, so that a terminal which is
    closed does not take the program with it.
    """
    numbers = [signal.SIGINT, signal.SIGTERM]
    hang_up: signal.Signals | None = getattr(signal, "SIGHUP", None)
    if hang_up is not None and signal.getsignal(hang_up) != signal.SIG_IGN:
        numbers.append(hang_up)
    return numbers


def _leave(status: int) -> NoReturn:
    """End the process at once.

    An import or a block that still runs cannot be interrupted, and Qt aborts where a
    thread outlives its object. Nothing is lost: files being written have been waited
    for.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a GUI script has none on Windows
            stream.flush()
    os._exit(status)


def _noop(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: with a handler, Python writes a byte to the wake-up socket."""


def application(argv: list[str], lang: str | None = None) -> QApplication:
    """Return the QApplication, created at the first call, in the given language."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = _started(argv)
    app.setApplicationName("vitviz")
    app.setApplicationDisplayName("vitviz")
    app.setDesktopFileName("vitviz")
    app.setWindowIcon(QIcon(str(resource("icons", "vitviz.svg"))))
    # -1: pyqtgraph drops moves that follow one another within 10 ms by default, and the
    # last one before the pointer stops must not be dropped.
    pg.setConfigOptions(imageAxisOrder="row-major", antialias=True, mouseRateLimit=-1)
    language.install(app, lang)
    theme.suit_screen(app)
    _keep_collection_here()
    return app


def _started(argv: list[str]) -> QApplication:
    """Return a new QApplication; where Qt finds no screen, say so and end with 2.

    Qt aborts the process where its platform cannot start: a display that refuses the
    user, a missing library, a platform for other hardware. Some platforms start and
    have no screen. What Qt said before is the reason.
    """
    said: list[str] = []

    def hear(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind is QtMsgType.QtFatalMsg:
            # of a display that refuses, Qt's last words are about reinstalling
            is_general = text.startswith("This application failed to start")
            _refuse_platform(said[0] if is_general and said else text)
        said.append(text)
        if previous is not None:
            previous(kind, context, text)

    previous = qInstallMessageHandler(hear)
    try:
        app = QApplication(argv)
    finally:
        qInstallMessageHandler(previous)
    if QApplication.primaryScreen() is None:
        _refuse_platform(said[-1] if said else "there is no screen")
    if previous is None and sys.stderr is not None:
        sys.stderr.writelines(f"{text.rstrip()}\n" for text in said)
    return app


def _refuse_platform(reason: str) -> NoReturn:
    """Say in one line why Qt cannot open a window here, and end the process."""
    error = EnvironmentFault(
        "Qt cannot open a window here: {reason}. Check DISPLAY and QT_QPA_PLATFORM, or "
        "use “vitviz export”, which needs no display.",
        reason=printable(reason.strip()[:200].rstrip(".")),
    )
    if sys.stderr is not None:
        text = f"vitviz: {error}\n"
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
    _leave(error.exit_code)


def _keep_collection_here() -> None:
    """Have Python collect cycles in this thread alone.

    A collection begins in whichever thread allocates. In a worker it would delete
    widgets that only a cycle still held, such as those of a window that was built anew,
    and Qt then crashes when it next styles them.
    """
    global _collector
    if _collector is None:
        _collector = GarbageCollector()


def run(
    paths: list[str],
    *,
    model: str | None = None,
    device: str = "auto",
    lang: str | None = None,
    theme_choice: ThemeChoice = ThemeChoice.SYSTEM,
    presents: bool = False,
) -> int:
    """Open the window and return the process's exit code when it has closed."""
    app = application(sys.argv[:1], lang)
    theme.apply(app, theme_choice)
    logs.start(settings.get().log_level.value)
    end_of_qt = log_qt_messages()
    bridge, events = SignalBridge(app), OpenEvents(app)
    window = bridge.window = open_window(paths, model=model, device=device)
    events.hand_to(window)
    window.patience_ms = PATIENCE_MS
    _tidy(window)
    logs.on_problem = window.preferences.problemFound.emit
    window.offers_hints = True
    if presents:
        window.present.begin()
    previous_hook = sys.excepthook
    sys.excepthook = _show_exception(window)
    try:
        with settings.saving_behind(window.preferences.problemFound.emit):
            status = int(app.exec())
    finally:
        sys.excepthook = previous_hook
        bridge.restore()
        events.hand_to(None)
        end_of_qt()
        logs.on_problem = None
        logs.stop()
    if not window.controller.shutdown(PATIENCE_MS):
        _leave(status)
    return status


def _tidy(window: MainWindow) -> None:
    """Remove what a killed process left; report problems with the settings."""
    path = settings.settings_path()
    if path is not None:
        sweep(path.parent)
    window.controller.sweeper.begin()
    window.preferences.say_problems()


def open_window(
    paths: list[str],
    *,
    model: str | None = None,
    device: str = "auto",
    needs_model: bool = True,
) -> MainWindow:
    """Return a shown window; it opens the picture first, then loads the model."""
    window = MainWindow(device)
    has_default = _has_embedded()
    if needs_model and (model or has_default):
        window.controller.runs.expect(model or "")
    window_state.restore(window, window.splitter(), QSize(*START_SIZE))
    window.show()
    is_session = any(path.lower().endswith(SUFFIX) for path in paths)
    if paths and not is_session:
        window.files.open(paths)

    def start() -> None:
        control = window.controller
        control.runs.has_spare = has_default
        if is_session:
            window.files.open(paths)
        if model is not None:
            control.choose_model(model, device=device)
        elif has_default and control.model is None and not control.is_running:
            control.choose_model("", device=device)

    if needs_model:
        # After the first paint, since importing torch blocks the interpreter.
        starter = QTimer(window, singleShot=True, interval=50)
        starter.timeout.connect(start)
        starter.start()
    return window


def view_object(what: object) -> None:
    """Open the window on a trace, a model or a path; see `vitviz.view`."""
    had_loop = (
        QApplication.instance() is not None and QThread.currentThread().loopLevel()
    )
    app = application(["vitviz"])
    theme.apply(app, ThemeChoice.SYSTEM)
    is_path = isinstance(what, str | Path)
    if not is_path and not hasattr(what, "captures") and not hasattr(what, "adapter"):
        raise InputError(
            "view takes a trace, a model (of load_model or wrap) or the path of a "
            "picture, not {kind}.",
            kind=type(what).__name__,
        )
    window = open_window([str(what)] if is_path else [], needs_model=is_path)
    if not is_path:
        window.controller.adopt(cast("Trace", what))
    _kept_windows.append(window)
    if not had_loop:
        app.exec()
        _kept_windows.remove(window)


def _has_embedded() -> bool:
    return any(embedded_path(name).is_file() for name in EMBEDDED_NAMES)


def _show_exception(
    window: MainWindow,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def hook(
        kind: type[BaseException],
        error: BaseException,
        place: TracebackType | None,
    ) -> None:
        _log.error("unexpected", exc_info=(kind, error, place))
        lines = traceback.format_exception(kind, error, place, limit=-SHOWN_CALLS)
        window.panes.errors.showError(
            failed_import(error)
            or VitvizError(
                "Something went wrong inside vitviz ({reason}). Details are in the "
                "log.",
                reason=f"{kind.__name__}: {error}"[:200],
                where="".join(lines)[-4000:],
            )
        )
        # Python keeps the last error for a debugger, and with it whole frames: a
        # picture, a trace, a model
        for name in ("last_exc", "last_value", "last_traceback"):
            vars(sys).pop(name, None)

    return hook


# How long the next of several files is waited for.
TOGETHER_MS = 50


class OpenEvents(QObject):
    """Requests of the desktop to open files, such as a double click on one.

    Events that come before there is a window wait for it. Several files come as an
    event each, and are opened together.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._window: MainWindow | None = None
        self._waiting: list[str] = []
        self._soon = QTimer(self, singleShot=True, interval=TOGETHER_MS)
        self._soon.timeout.connect(self._open)
        app.installEventFilter(self)

    def hand_to(self, window: MainWindow | None) -> None:
        """Open files in this window from now on; None: wait for a window."""
        self._window = window
        self._open()

    def _open(self) -> None:
        if self._window is None or not self._waiting:
            return
        paths, self._waiting = self._waiting, []
        self._window.files.open(paths)
        self._window.raise_()
        self._window.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the events that name a file of this machine."""
        if event.type() != QEvent.Type.FileOpen or not isinstance(
            event, QFileOpenEvent
        ):
            return False
        path = event.file()
        if not path:
            return False  # an address on the network, which is not fetched unasked
        self._waiting.append(path)
        self._soon.start()
        return True
