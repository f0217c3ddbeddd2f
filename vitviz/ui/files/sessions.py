"""Saving a session into a file, and opening one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from vitviz.errors import InputError, VitvizError
from vitviz.jobs.queue import Context, Job, JobKind
from vitviz.system.atomic_files import printable, write_bytes
from vitviz.views.session import SUFFIX, Session, read, written

if TYPE_CHECKING:
    from vitviz.ui.window.main_window import MainWindow


class Sessions(QObject):
    """Knows the file that the window's session came from or went to."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._path: Path | None = None
        self._asked: Path | None = None
        """Where it is being written, unless another has been opened since."""
        self._unknown: dict[str, object] = {}

    def save(self) -> None:
        """Write into the session's file, or ask for one."""
        if self._path is None:
            self.save_elsewhere()
        else:
            self.save_as(self._path)

    def save_elsewhere(self) -> None:
        """Ask for a file and write into it; it is the session's from then on."""
        title = self.tr("Save session")
        kind = self.tr("vitviz session") + f" (*{SUFFIX})"
        offered = self._path or self._window.files.folder() / f"session{SUFFIX}"
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, str(offered), kind)
        if chosen:
            path = Path(chosen)
            if path.suffix != SUFFIX:
                path = path.with_name(path.name + SUFFIX)
            self.save_as(path)

    def save_as(self, path: Path) -> None:
        """Have it written into `path`; an error is shown."""
        control = self._window.controller
        image = control.document.image
        if image is None or image.path is None:
            error = InputError(
                "A session comes back to its picture, and this one has no file. "
                "Save the picture as a file and open that."
            )
            self._window.panes.errors.showError(error)
            return
        session = Session(
            picture=image.path,
            model=control.choice,
            options=control.options,
            state=control.state,
            views=control.saved_views.views,
            unknown=self._unknown,
        )
        self._asked = path
        control.write_queue.write(
            JobKind.WRITE, path, _saved(session, path), self._on_saved
        )

    def _on_saved(self, path: Path) -> None:
        if path == self._asked:
            self._path = path
        self._window.files.remember(path)
        text = self.tr("Saved {name}").format(name=printable(path.name))
        self._window.panes.status.setText(text)

    def open(self, path: Path) -> None:
        """Bring a session back; what cannot be used is named."""
        panes, control = self._window.panes, self._window.controller
        try:
            session, bad = read(path)
        except VitvizError as error:
            panes.errors.showError(error)
            return
        self._path, self._asked = path, None
        self._unknown = dict(session.unknown)
        self._window.files.remember(path)
        control.restore(session, device=self._window.device)
        if bad:
            problem = InputError(
                "Not everything in {name} could be used: {parts}.",
                name=printable(path.name),
                parts=", ".join(bad),
            )
            panes.errors.showError(problem, stays=True)


def _saved(session: Session, path: Path) -> Job:
    """A job that writes a session and returns its path. Raises OutputError."""

    def job(_context: Context) -> Path:
        write_bytes(path, written(session, path).encode())
        return path

    return job
