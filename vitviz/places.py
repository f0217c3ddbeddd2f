"""Where the platform wants a program's own files."""

from __future__ import annotations

import enum
from pathlib import Path


class Place(enum.Enum):
    """What a folder is for."""

    SETTINGS = "user_config_path"
    CACHE = "user_cache_path"
    """What can be fetched again."""


def own_folder(place: Place) -> Path:
    """The platform's folder for vitviz; it need not exist.

    It is not absolute where the account has no home: nothing may be written there, or
    a folder named "~" would arise.
    """
    import platformdirs  # not needed for --help

    try:
        folder: Path = getattr(platformdirs, place.value)("vitviz", appauthor=False)
    except RuntimeError:  # since platformdirs 4.14; older ones leave "~" as it is
        return Path("~")
    return folder
