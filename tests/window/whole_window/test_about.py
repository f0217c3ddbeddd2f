"""What the program is made of, to read and to copy."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
)
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz._version import __version__
from vitviz.system import settings
from vitviz.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def dialog_of(window: MainWindow, name: str) -> QDialog:
    found = window.findChild(QDialog, name)
    assert isinstance(found, QDialog)
    return found


def test_about_names_versions_device_and_licences(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    import PIL
    import torch

    window = open_vitviz(photo)
    window.actions_by_name["about"].trigger()
    dialog = dialog_of(window, "about")
    tabs = dialog.findChild(QTabWidget)
    assert isinstance(tabs, QTabWidget)
    views = [tabs.widget(i) for i in range(tabs.count())]
    texts = [v.toPlainText() for v in views if isinstance(v, QPlainTextEdit)]
    torch_version = torch.__version__.split("+")[0]
    for word in (
        f"vitviz {__version__}",
        f"torch {torch_version}",
        f"pillow {PIL.__version__}",
        "device: cpu",
        str(settings.settings_path()),
    ):
        assert word in texts[0]
    for word in ("GNU Lesser General", "PyTorch", "viridis", "CC0", "DINOv2"):
        assert word in texts[1]
    button = next(b for b in dialog.findChildren(QPushButton) if "Copy" in b.text())
    qtbot.mouseClick(button, LEFT)
    assert QGuiApplication.clipboard().text() == texts[0]
