"""Dialogs of which a window has at most one of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
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
        # its key is heard in the window that is in front, and in no other
        dialog.addAction(window.actions_by_name["language"])
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    return dialog


def make_anew(window: MainWindow, *kinds: type[QWidget]) -> None:
    """Make the open dialogs of these kinds anew where they stand: other words."""
    for kind in kinds:
        former = window.findChild(kind)
        if isinstance(former, kind) and former.isVisible():
            place = former.geometry()
            shiboken6.delete(former)  # closing it would only do so later
            show_dialog(window, kind).setGeometry(place)
