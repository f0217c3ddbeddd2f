"""Where shipped data lies: in a checkout, a wheel and a frozen bundle alike."""

from __future__ import annotations

import sys
from pathlib import Path


def is_bundle() -> bool:
    """Whether this is a bundle, into which nobody can install a library."""
    return bool(getattr(sys, "frozen", False))


def resource(*parts: str) -> Path:
    """Path of a shipped file or folder; it need not exist."""
    package = Path(__file__).resolve().parent
    bundle = getattr(sys, "_MEIPASS", None)
    candidates = [package / "resources", package.parent / "resources"]
    if bundle is not None:
        candidates.insert(0, Path(bundle) / "vitviz" / "resources")
    root = next((c for c in candidates if c.is_dir()), candidates[-1])
    return root.joinpath(*parts)
