"""Halves of files that a killed process left where the user had it write.

before a file is written → its folder is noted in the settings, and on the disk
orderly end → the note is removed; next start after a kill → the folder is swept
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from vitviz.jobs.pictures import sweep_folders
from vitviz.jobs.queue import Kind
from vitviz.system import settings
from vitviz.ui.work import Work


class Tidying(QObject):
    """Lives in the main thread; folders, which may be slow, are another's work."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._work = work
        self._own: set[str] = set()
        work.on_result(Kind.TIDY, self._on_swept)

    def begin(self) -> None:
        """Have the folders swept that a killed process had noted."""
        folders = settings.get().written_to
        if folders:
            self._work.submit(Kind.TIDY, sweep_folders(folders))

    def expect(self, folder: Path) -> None:
        """A file is to be written there, once `settings.wait` has returned."""
        place = str(folder.absolute())
        settings.refresh("written_to")  # another window may have ended meanwhile
        noted = settings.get().written_to
        self._own.add(place)
        if place not in noted:
            settings.set(written_to=(*noted, place))

    def end(self) -> None:
        """All has been written that was begun here."""
        self._forget(self._own)
        self._own = set()

    def _on_swept(self, folders: Sequence[str]) -> None:
        self._forget(set(folders) - self._own)

    def _forget(self, places: set[str]) -> None:
        if places:
            settings.refresh("written_to")
            noted = settings.get().written_to
            settings.set(written_to=tuple(one for one in noted if one not in places))
