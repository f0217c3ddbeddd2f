"""Session files: saving the picture, model and view of a window, and opening them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from vitviz.errors import InputError, VitvizError
from vitviz.jobs.queue import Context, JobKind, bound
from vitviz.models.catalogue.entries import split_network
from vitviz.system import settings
from vitviz.system.atomic_files import write_bytes
from vitviz.system.printable import printable
from vitviz.ui.files.start_folder import start_folder
from vitviz.views.session import SUFFIX, Session, read, written

if TYPE_CHECKING:
    from vitviz.domain.interventions import ListedIntervention
    from vitviz.ui.base.document import Document
    from vitviz.ui.files.saved_views import SavedViews
    from vitviz.ui.files.write_queue import WriteQueue
    from vitviz.views.session import ModelChoice, RunOptions
    from vitviz.views.view_state import ViewState


class SessionHost(Protocol):
    """What a session consists of, and what writes it."""

    @property
    def document(self) -> Document: ...
    @property
    def choice(self) -> ModelChoice: ...
    @property
    def options(self) -> RunOptions: ...
    @property
    def state(self) -> ViewState: ...
    @property
    def saved_views(self) -> SavedViews: ...
    @property
    def write_queue(self) -> WriteQueue: ...


class Sessions(QObject):
    """Saving and opening of sessions, with the file of the current one."""

    # A Session to restore.
    opened = Signal(object)
    # The Path that a session was read from or written to.
    used = Signal(object)
    # What was written, as a sentence.
    said = Signal(str)
    # The VitvizError for which nothing is read or written.
    refused = Signal(object)
    # A VitvizError about what was read; it stays until it is dismissed.
    warned = Signal(object)

    def __init__(self, window: QWidget, host: SessionHost) -> None:
        super().__init__(window)
        self._window, self._host = window, host
        self._path: Path | None = None
        # The file being written; None if another session was opened since.
        self._asked: Path | None = None
        self._unknown: dict[str, object] = {}
        # Changes of the Lab in the session's file, and in the file being written.
        self._changes: tuple[ListedIntervention, ...] = ()
        self._writing: tuple[ListedIntervention, ...] = ()

    def file_with(self, changes: tuple[ListedIntervention, ...]) -> Path | None:
        """Return the session's file if it holds exactly these changes of the Lab."""
        return self._path if changes == self._changes else None

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
        folder = start_folder(self._host.document.image)
        offered = self._path or folder / f"session{SUFFIX}"
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, str(offered), kind)
        if chosen:
            path = Path(chosen)
            if path.suffix != SUFFIX:
                path = path.with_name(path.name + SUFFIX)
            self.save_as(path)

    def save_as(self, path: Path) -> None:
        """Write the session into `path`; an error is shown."""
        host = self._host
        image = host.document.image
        if image is None or image.path is None:
            error = InputError(
                "A session comes back to its picture, and this one has no file. "
                "Save the picture as a file and open that."
            )
            self.refused.emit(error)
            return
        session = Session(
            picture=image.path,
            model=host.choice,
            options=host.options,
            state=host.state,
            views=host.saved_views.views,
            unknown=self._unknown,
        )
        self._asked, self._writing = path, session.state.changes
        job = bound(_write, session, path)
        host.write_queue.write(JobKind.WRITE, path, job, self._on_saved)

    def _on_saved(self, path: Path) -> None:
        if path == self._asked:
            self._path, self._changes = path, self._writing
        self.used.emit(path)
        self.said.emit(self.tr("Saved {name}").format(name=printable(path.name)))

    def open(self, path: Path) -> None:
        """Read a session and emit it; what cannot be used is named in a warning.

        A model that a session of somebody else's brings along is asked about first. A
        session of which something was declined is not remembered: it stays unfamiliar.
        """
        is_familiar = str(path.absolute()) in settings.get().recent
        try:
            session, bad = read(path, is_familiar=is_familiar)
        except VitvizError as error:
            self.refused.emit(error)
            return
        is_declined = not {"picture", "model.name"}.isdisjoint(bad)
        place = None if is_familiar else self._unfamiliar_model(session)
        if place is not None:
            model = self._agreed(path, place, session.model)
            if model is None:
                return
            is_declined |= model != session.model
            session = replace(session, model=model)
        self._path, self._asked = path, None
        self._changes = session.state.changes
        self._unknown = dict(session.unknown)
        if not is_declined:
            self.used.emit(path)
        self.opened.emit(session)
        if bad:
            problem = InputError(
                "Not everything in {name} could be used: {parts}.",
                name=printable(path.name),
                parts=", ".join(bad),
            )
            self.warned.emit(problem)

    def _unfamiliar_model(self, session: Session) -> Path | None:
        """Return the file or folder of a model that a session brings along.

        None for a model of the list, and for one that is in use or is loaded at each
        start.
        """
        _, place = split_network(session.model.name)
        now = settings.get()
        if not os.path.exists(place):
            return None
        familiar = (
            split_network(self._host.choice.name)[1],
            split_network(now.model)[1],
        )
        real = os.path.realpath(place)
        is_familiar = real in (os.path.realpath(one) for one in familiar if one)
        return None if is_familiar else Path(real)

    def _agreed(
        self, path: Path, place: Path, model: ModelChoice
    ) -> ModelChoice | None:
        """Ask whether to load a model; return it, none at all, or None to stop."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(
            self.tr("{name} loads the model in {place}.").format(
                name=printable(path.name), place=printable(str(place))
            )
        )
        box.setInformativeText(
            self.tr(
                "It has not been opened with this session before. Nothing in a model "
                "is run as a program, but loading a large one takes time and memory."
            )
        )
        load = box.addButton(
            self.tr("Load this model"), QMessageBox.ButtonRole.AcceptRole
        )
        without = box.addButton(
            self.tr("Open without it"), QMessageBox.ButtonRole.DestructiveRole
        )
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(without)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        if clicked is load:
            return model
        return replace(model, name="", patch_size=None) if clicked is without else None


def _write(_context: Context, session: Session, path: Path) -> Path:
    """Write a session and return its path. Raises OutputError."""
    write_bytes(path, written(session, path).encode())
    return path
