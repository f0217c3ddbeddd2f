"""The program's folders: the platform's for settings and cache, and the shipped data.

`resource` finds the shipped data in a checkout, a wheel and a frozen bundle alike.
"""

from __future__ import annotations

import enum
import sys
from pathlib import Path


class FolderKind(enum.Enum):
    """The purpose of a folder of the platform; the value is platformdirs' function."""

    SETTINGS = "user_config_path"
    # For what can be fetched again.
    CACHE = "user_cache_path"


def own_folder(place: FolderKind) -> Path:
    """Return the platform's folder for vitviz; it need not exist.

    The path is not absolute for an account without a home: nothing may be written
    there, or a folder named "~" would be made.
    """
    import platformdirs  # not needed for --help

    try:
        folder: Path = getattr(platformdirs, place.value)("vitviz", appauthor=False)
    except RuntimeError:  # since platformdirs 4.14; older ones leave "~" as it is
        return Path("~")
    return folder


def is_bundle() -> bool:
    """Return whether this is a frozen bundle, into which nothing can be installed."""
    return bool(getattr(sys, "frozen", False))


def resource(*parts: str) -> Path:
    """Return the path of a shipped file or folder; it need not exist."""
    package = Path(__file__).resolve().parents[1]
    bundle = getattr(sys, "_MEIPASS", None)
    candidates = [package / "resources", package.parent / "resources"]
    if bundle is not None:
        candidates.insert(0, Path(bundle) / "vitviz" / "resources")
    root = next((c for c in candidates if c.is_dir()), candidates[-1])
    return root.joinpath(*parts)
