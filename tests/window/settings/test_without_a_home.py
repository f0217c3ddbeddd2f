"""An account that has no home folder, such as a container's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz.system import logs, settings
from vitviz.system.settings import ThemeChoice

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the system itself names the folders"
)


def test_everything_works_and_nothing_is_left_behind(
    qtbot: QtBot, homeless: Path, open_vitviz: OpenWindow, photo: Path
) -> None:
    logs.start("warning")
    window = open_vitviz(photo)
    assert settings.settings_path() is None
    assert logs.log_path() is None
    window.preferences.set(theme=ThemeChoice.LIGHT)
    for show in (window.show_log, window.show_about, window.model_dialogs.all_models):
        show()
    names = {one.objectName() for one in window.findChildren(QDialog)}
    assert {"log", "about"} <= names
    window.open_path(str(homeless / "none.png"))
    qtbot.waitUntil(lambda: "none.png" in window.panes.errors.text())
    assert not list(homeless.iterdir()), "no folder named “~”"
