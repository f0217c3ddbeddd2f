"""Folder in which a dialog for files begins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.system import settings
from vitviz.system.paths import resource

if TYPE_CHECKING:
    from vitviz.pictures.source import SourceImage


def start_folder(image: SourceImage | None) -> Path:
    """Return the picture's folder, or that of what was opened last.

    The home folder where there is neither.
    """
    places = [] if image is None or image.path is None else [image.path.absolute()]
    places += [Path(place) for place in settings.get().recent]
    for place in places:
        folder = place if os.path.isdir(place) else place.parent
        if folder != resource("samples") and os.path.isdir(folder):
            return folder
    return Path(os.path.expanduser("~"))
