"""Rehearsal: the program uses its own window once (open, wait, click, export, close).

It runs in a process of its own (see `system.subprocesses`), for `vitviz self-test` and
for the start-up times of `vitviz bench`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from vitviz.errors import EnvironmentFault, VitvizError
from vitviz.system import subprocesses
from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import theme
from vitviz.ui.window.app import application, open_window
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.start_page import sample_paths

# How long the window may take for all of it.
SECONDS = 60
POLL_MS = 20


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Times of a window's steps since the start of its process, and its exports."""

    picture_s: float
    # When the first map of the embedded model was painted.
    attention_s: float
    # Names of the files that it exported.
    files: tuple[str, ...]


def rehearse() -> Rehearsed:
    """Start the program in a process of its own and use its window.

    The user's own settings are neither read nor written. Raises EnvironmentFault with
    what went wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        own = {"VITVIZ_SETTINGS": str(Path(folder, "settings.toml"))}
        # as a start is for a user: without the compiled files each costs 0.3 s more
        own["PYTHONDONTWRITEBYTECODE"] = ""
        began = time.time()
        try:
            done = subprocesses.run("window", seconds=2 * SECONDS, environment=own)
        except subprocess.TimeoutExpired:
            raise EnvironmentFault(
                "The window did not close within {seconds} seconds.",
                seconds=2 * SECONDS,
            ) from None
    said = done.stderr.decode(errors="replace").strip().splitlines()
    try:
        told = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        reason = said[-1] if said else f"it ended with code {done.returncode}"
        raise EnvironmentFault(
            "The window failed: {reason}.", reason=reason.rstrip(".")
        ) from None
    return Rehearsed(
        told["picture"] - began, told["attention"] - began, tuple(told["files"])
    )


def serve() -> None:
    """Open the window as the program does, use it, write the times of its steps.

    Raises VitvizError with the first step that failed.
    """
    app = application(["vitviz"], lang="en")
    theme.apply(app, ThemeChoice.SYSTEM)
    with tempfile.TemporaryDirectory() as folder:
        window = open_window([str(sample_paths()[0])])
        user = _User(window, Path(folder))
        app.exec()
        window.controller.shutdown()
        user.stamps["files"] = sorted(path.name for path in Path(folder).iterdir())
    if user.is_at:
        raise VitvizError("{step} did not happen.", step=user.is_at)
    sys.stdout.write(json.dumps(user.stamps) + "\n")
    sys.stdout.flush()
    os._exit(0)  # like the program itself: torch needs a second to shut down


class _User(QTimer):
    """A timer that takes the next step as soon as the window is ready for it."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        super().__init__(window, interval=POLL_MS)
        self.stamps: dict[str, object] = {}
        # The step that is awaited; empty when all have been taken.
        self.is_at = "The picture"
        self._window, self._control = window, window.controller
        self._folder = folder
        self._token = 0
        self._end = time.monotonic() + SECONDS
        self._control.documentChanged.connect(self._note)
        self.timeout.connect(self._go_on)
        self.start()

    def _note(self) -> None:
        """Store when the picture and the first map were painted."""
        if "picture" not in self.stamps and self._control.document.image is not None:
            self._window.repaint()
            self.stamps["picture"] = time.time()
            self.is_at = "The first map"
        if "attention" not in self.stamps and self._control.heat is not None:
            self._window.repaint()
            self.stamps["attention"] = time.time()

    def _go_on(self) -> None:
        if time.monotonic() > self._end or self._take_steps():
            self.stop()
            self._window.close()

    def _take_steps(self) -> bool:
        """Take the next step if it is due; return whether all have been taken."""
        trace = self._control.document.trace
        if trace is None or not trace.is_complete or self._control.has_jobs:
            return False
        if not self._token:
            self._token = trace.setup.grid.token(2, 3)
            self.is_at = "The click on a patch"
            self._click(self._token)
            return False
        if self._control.state.token != self._token:
            return False
        figure, numbers = self._folder / "view.png", self._folder / "view.npz"
        self.is_at = "The export"
        if not figure.exists():
            self._control.export_dialog.write(str(figure))
            self._control.export_dialog.write(str(numbers))
        if figure.exists() and numbers.exists():
            self.is_at = ""
        return not self.is_at

    def _click(self, token: int) -> None:
        picture = self._window.panes.picture
        point = picture.scenePointOf(token)
        if point is None:
            return
        viewport = picture.viewport()
        spot = QPointF(viewport.mapFrom(picture, point.toPoint()))
        button = Qt.MouseButton.LeftButton
        for kind, held in (
            (QEvent.Type.MouseMove, Qt.MouseButton.NoButton),
            (QEvent.Type.MouseButtonPress, button),
            (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
        ):
            _send(viewport, kind, spot, held)


def _send(
    widget: QWidget, kind: QEvent.Type, spot: QPointF, held: Qt.MouseButton
) -> None:
    moved = kind is QEvent.Type.MouseMove
    event = QMouseEvent(
        kind,
        spot,
        QPointF(widget.mapToGlobal(spot)),
        Qt.MouseButton.NoButton if moved else Qt.MouseButton.LeftButton,
        held,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)
