"""Pictures from the clipboard and dropped on the window."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.jobs.pictures import read_picture
from vitviz.pictures.source import SourceImage


def test_paste_and_drop_open_pictures(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, other_photo: Path
) -> None:
    window = open_vitviz(photo)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(other_photo))])
    QGuiApplication.clipboard().setMimeData(mime)
    window.paste()
    qtbot.waitUntil(lambda: window.windowTitle().startswith("cat.png"))
    wait_idle(qtbot, window)
    QGuiApplication.clipboard().setImage(QImage(str(photo)))
    window.paste()
    qtbot.waitUntil(lambda: window.windowTitle().startswith("pasted"))
    wait_idle(qtbot, window)
    assert window.controller.document.image is not None
    assert window.controller.document.image.size == (240, 180)


def test_a_pasted_picture_is_encoded_beside_the_window(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 12 megapixels that takes seconds; a see-through one comes on white."""
    window = open_vitviz(photo)
    threads: list[threading.Thread] = []
    made = read_picture

    def noted(*arguments: object, **options: object) -> SourceImage:
        threads.append(threading.current_thread())
        return made(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("vitviz.ui.files.open.read_picture", noted)
    image = QImage(32, 24, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    image.setPixelColor(3, 2, QColor(10, 200, 30))
    mime = QMimeData()
    mime.setImageData(image)
    window.open_dialogs.open_mime(mime, "pasted")
    qtbot.waitUntil(lambda: window.windowTitle().startswith("pasted"))
    assert threads[0] is not threading.main_thread()
    shown = window.controller.document.image
    assert shown is not None
    assert shown.pixels[2, 3].tolist() == [10, 200, 30]
    assert shown.pixels[0, 0].tolist() == [255, 255, 255]
    wait_idle(qtbot, window)
