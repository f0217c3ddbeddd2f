"""Dialogs of which a window has at most one of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow


def show_dialog(window: MainWindow, kind: type[QWidget]) -> QWidget:
    """The window's only dialog of a kind, made when needed, shown and in front."""
    dialog = window.findChild(kind)
    if not isinstance(dialog, kind):
        dialog = kind(window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    return dialog
