"""Writes the view on screen into a file the user names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog

if TYPE_CHECKING:
    from vitviz.ui.controller import Controller
    from vitviz.ui.main_window import MainWindow


def choose_and_export(window: MainWindow, controller: Controller) -> None:
    """Ask for a name; its ending says what is written."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("ExportDialog", text)

    if controller.scene.trace is None or controller.heat is None:
        return
    path, _ = QFileDialog.getSaveFileName(
        window,
        tr("Export"),
        "attention.png",
        ";;".join(
            (
                tr("Figure") + " (*.png *.svg *.pdf)",
                tr("Animation through the layers") + " (*.gif)",
                tr("Numbers, this query") + " (*.npz *.csv)",
            )
        ),
    )
    if path:
        controller.export(path)
