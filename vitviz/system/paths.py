"""Where the platform wants a program's own files.

Where shipped data lies: in a checkout, a wheel and a frozen bundle alike.
"""

from __future__ import annotations

import enum
import sys
from pathlib import Path


class FolderKind(enum.Enum):
    """What a folder is for."""

    SETTINGS = "user_config_path"
    CACHE = "user_cache_path"
    """What can be fetched again."""


def own_folder(place: FolderKind) -> Path:
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


def is_bundle() -> bool:
    """Whether this is a bundle, into which nobody can install a library."""
    return bool(getattr(sys, "frozen", False))


def resource(*parts: str) -> Path:
    """Path of a shipped file or folder; it need not exist."""
    package = Path(__file__).resolve().parents[1]
    bundle = getattr(sys, "_MEIPASS", None)
    candidates = [package / "resources", package.parent / "resources"]
    if bundle is not None:
        candidates.insert(0, Path(bundle) / "vitviz" / "resources")
    root = next((c for c in candidates if c.is_dir()), candidates[-1])
    return root.joinpath(*parts)
