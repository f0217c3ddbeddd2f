"""How long moves on screen take; none where motion is to be reduced."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from vitviz.system import settings

# The longest move that only shows where something has gone.
LONGEST_MS = 250


def is_reduced() -> bool:
    """Return whether motion is to be reduced, by our setting or by the system's.

    Qt 6.11 tells only on Windows: elsewhere its effects are off whatever is set.
    """
    if settings.get().reduce_motion:
        return True
    animate = Qt.UIEffect.UI_AnimateMenu
    return sys.platform == "win32" and not QApplication.isEffectEnabled(animate)


def duration_ms(wanted: int = LONGEST_MS) -> int:
    """Return how long a move takes: as long as wanted, or 0 where motion is reduced."""
    return 0 if is_reduced() else wanted
