"""Opening of files and folders, steps through a folder's pictures, and recent files.

open(paths) → the first is shown, a worker lists the others
step(±1)    → the neighbour, which has been read ahead
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from vitviz.errors import Cancelled, InputError, VitvizError
from vitviz.jobs.pictures import Thumbnail, list_pictures, make_thumbnails, read_ahead
from vitviz.jobs.queue import JobKind, bound
from vitviz.pictures.folder import Listing
from vitviz.system import settings
from vitviz.system.paths import resource
from vitviz.system.printable import printable
from vitviz.ui.base import theme
from vitviz.ui.files.start_folder import start_folder
from vitviz.views.session import SUFFIX

if TYPE_CHECKING:
    from vitviz.pictures.folder import PictureCache
    from vitviz.pictures.source import SourceImage
    from vitviz.ui.base.document import Document
    from vitviz.ui.base.preferences import Preferences
    from vitviz.ui.base.threads import Workers
    from vitviz.ui.files.film_strip import FilmStrip
    from vitviz.ui.files.sessions import Sessions
    from vitviz.ui.widgets.error_bar import ErrorBar
    from vitviz.views.session import RunOptions

# How long a picture is on screen before its neighbours are read: not while stepping on.
AHEAD_MS = 200


class FilesHost(Protocol):
    """What is on screen, and what opens another picture."""

    @property
    def document(self) -> Document: ...
    @property
    def options(self) -> RunOptions: ...
    @property
    def picture_cache(self) -> PictureCache: ...
    def open_picture(self, source: Path) -> None: ...


class Files(QObject):
    """The pictures to step through; lives in the main thread, as long as the window."""

    # A VitvizError that stays until it is dismissed.
    warned = Signal(object)
    # The picture that was opened is on screen, and takes the keyboard focus.
    focusWanted = Signal()

    def __init__(
        self,
        host: FilesHost,
        sessions: Sessions,
        preferences: Preferences,
        workers: Workers,
    ) -> None:
        super().__init__(workers)
        self._host, self._workers = host, workers
        self._sessions, self._preferences = sessions, preferences
        self.listing = Listing()
        # Index of the picture requested last; -1 when it is not in the list.
        self.index = -1
        # Whether the list was opened as such, rather than found around one file.
        self.was_asked_for = False
        # Whether the first picture of the list to come has to be opened.
        self._is_new = False
        # A file that was opened by itself, added to the recent ones once it is shown.
        self._asked: Path | None = None
        # Whether the next picture takes the keyboard focus.
        self._takes_focus = False
        self._shown: SourceImage | None = None
        self._pause = QTimer(self, singleShot=True, interval=AHEAD_MS)
        self._pause.timeout.connect(self._read_ahead)
        self._workers.on_result(JobKind.FOLDER, self._on_listing)
        self._workers.on_failure(JobKind.FOLDER, self._on_failed)
        self._workers.on_failure(JobKind.PICTURE, self._on_picture_failed)
        self._workers.on_part(JobKind.THUMBNAILS, self._on_thumbnail)
        preferences.changed.connect(self._on_settings)
        sessions.used.connect(self.remember)

    def attach(self, film: FilmStrip, errors: ErrorBar) -> None:
        """Use another film strip, since it is made anew with the window's language.

        errors : the bar that shows whether a session was opened without a message.
        """
        self._film, self._errors = film, errors
        film.chosen.connect(self.go_to)
        film.thumbnailsWanted.connect(self.request_thumbnails)
        self._show_list()

    def open(self, paths: Sequence[str | Path]) -> None:
        """Open pictures, folders, or a session."""
        chosen = [Path(path) for path in paths]
        if not chosen:
            return
        self._takes_focus = True
        session = next((p for p in chosen if p.name.lower().endswith(SUFFIX)), None)
        if session is not None:
            self._sessions.open(session)
            if len(chosen) > 1 and self._errors.isHidden():
                note = InputError(
                    "A session brings its own picture: {name} was opened, and nothing "
                    "else.",
                    name=printable(session.name),
                )
                self.warned.emit(note)
        elif len(chosen) == 1 and not os.path.isdir(chosen[0]):
            self._asked = chosen[0]
            self._is_new = False
            self._host.open_picture(chosen[0])
            # With a picture on screen, its list stays until the new picture is read.
            if self._host.document.image is None:
                self._find(chosen[0].absolute())
        else:
            self._asked = None
            self._is_new = True
            self._workers.submit(JobKind.FOLDER, bound(list_pictures, chosen))

    def folder(self) -> Path:
        """Return the folder in which dialogs begin."""
        return start_folder(self._host.document.image)

    def step(self, by: int) -> None:
        """Open the picture `by` places further, at most the list's first or last."""
        paths = self.listing.paths
        if self.index < 0 or not paths:
            return
        self.go_to(min(max(self.index + by, 0), len(paths) - 1))

    def go_to(self, index: int) -> None:
        """Open a picture of the list."""
        if index != self.index and 0 <= index < len(self.listing.paths):
            self.index = index
            self._host.open_picture(self.listing.paths[index])
            self._show_list()

    def request_thumbnails(self, paths: Sequence[Path], side_px: int) -> None:
        """Submit a job for these thumbnails; it replaces one that is not done."""
        self._workers.submit(JobKind.THUMBNAILS, bound(make_thumbnails, paths, side_px))

    def toggle_strip(self) -> None:
        """Show the film strip, also of the folder around one file, or hide it."""
        is_hidden = self._film.isHidden()
        self.was_asked_for = self.was_asked_for or is_hidden
        self._preferences.set(show_film_strip=is_hidden)
        self._show_list()

    def forget(self) -> None:
        """Empty the list of recent files, also of those that another window noted."""
        settings.refresh("recent")
        self._preferences.set(recent=())

    def remember(self, path: Path) -> None:
        """Put a file or folder at the head of the recent ones."""
        place = str(path.absolute())
        if not settings.get().keep_recent or place.startswith(str(resource("samples"))):
            return
        settings.refresh("recent")
        now = settings.get()
        others = tuple(one for one in now.recent if one != place)
        self._preferences.set(recent=(place, *others)[: now.max_recent])

    def on_document(self) -> None:
        """React to another picture on screen: remember it, and list those beside it."""
        image = self._host.document.image
        if image is self._shown:
            return
        self._shown = image
        if self._takes_focus:
            self._takes_focus = False
            self.focusWanted.emit()
        path = None if image is None else image.path
        if path is None:
            self.index = -1
            self._show_list()
            return
        if path == self._asked:
            self._asked = None
            self.remember(path)
        if not self._is_at(path.absolute()):
            self._find(path.absolute())
        self._pause.start()

    def _on_listing(self, found: Listing) -> None:
        self.listing = found
        self.was_asked_for = self._is_new
        if self._is_new:
            self._is_new = False
            self.index = -1
            self.go_to(found.start)
            self.remember(found.folder or found.paths[0])
        else:
            self.index = found.start
            self._show_list()
        self._pause.start()

    def _on_failed(self, _error: VitvizError) -> None:
        self._is_new = False

    def _on_picture_failed(self, error: VitvizError) -> None:
        """Mark what is on screen if the picture to come was cancelled.

        One that cannot be read stays marked, so that the next step leads past it.
        """
        image, paths = self._host.document.image, self.listing.paths
        path = None if image is None or image.path is None else image.path.absolute()
        if isinstance(error, Cancelled) and path in paths:
            self.index = paths.index(path)
            self._show_list()

    def _on_thumbnail(self, made: Thumbnail) -> None:
        self._film.setThumbnail(made.path, made.pixels)

    def _on_settings(self, names: frozenset[str]) -> None:
        if "show_film_strip" in names:
            self._show_list()

    def _show_list(self) -> None:
        film, paths = self._film, self.listing.paths
        is_wanted = settings.get().show_film_strip and self.was_asked_for
        film.setListing(paths, self.index)
        has_room = not theme.presents()  # an audience sees only what is explained
        film.setVisible(is_wanted and len(paths) > 1 and has_room)

    def _is_at(self, place: Path) -> bool:
        paths = self.listing.paths
        return 0 <= self.index < len(paths) and paths[self.index] == place

    def _find(self, place: Path) -> None:
        """Set a picture's index in the list, or submit a job that lists its folder."""
        if place in self.listing.paths and not self._workers.is_awaited(JobKind.FOLDER):
            self.index = self.listing.paths.index(place)
            self._show_list()
        elif not self._is_new:
            self._workers.submit(JobKind.FOLDER, bound(list_pictures, [place]))

    def _read_ahead(self) -> None:
        if self.index >= 0:
            all_paths = self.listing.paths
            near = (self.index + 1, self.index - 1)
            paths = [all_paths[i] for i in near if 0 <= i < len(all_paths)]
            self._workers.submit(
                JobKind.AHEAD,
                bound(
                    read_ahead,
                    self._host.picture_cache,
                    paths,
                    self._host.options.reading,
                ),
            )
