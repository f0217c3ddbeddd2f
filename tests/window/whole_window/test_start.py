"""The window as it opens: by the program, without a model, before torch, resized."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz.__main__ import main
from vitviz.ui.window.main_window import MainWindow


def test_main_opens_a_picture_and_exits_with_0(
    qtbot: QtBot, photo: Path, model_folder: Path, qapp: QApplication
) -> None:
    seen: list[bool] = []

    def close_when_done() -> None:
        windows = [w for w in qapp.topLevelWidgets() if isinstance(w, MainWindow)]
        window = next(w for w in windows if w.isVisible())
        trace = window.controller.document.trace
        if trace is not None and trace.is_complete:
            seen.append(window.windowTitle().startswith("coffee.png"))
            poll.stop()
            window.close()

    poll = QTimer(interval=50)
    poll.timeout.connect(close_when_done)
    poll.start()
    assert main([str(photo), "--model", str(model_folder)]) == 0
    assert seen == [True]


def test_a_picture_without_a_model_asks_for_one(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitviz.ui.window.app._has_embedded", lambda: False)
    window = open_vitviz(photo, model=None, wait=False)
    qtbot.waitUntil(lambda: window.controller.document.image is not None)
    assert "Choose a model" in window.panes.status.runText()
    assert window.controller.heat is None


def test_the_window_stands_before_torch_is_loaded() -> None:
    code = (
        "import sys, vitviz.ui.window.app, vitviz.ui.window.main_window;"
        "sys.exit(int('torch' in sys.modules or 'transformers' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_picture_and_panel_keep_their_shares_of_a_window_that_grows(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    split = window.splitter()
    for width, height in ((1280, 720), (1600, 1000)):
        window.resize(width, height)
        qtbot.wait(20)
        assert window.width() == width
        picture, panel = split.sizes()
        assert panel / (picture + panel) == pytest.approx(0.36, abs=0.01)
    split.setSizes([1000, 600])  # as a hand that drags the handle
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.width() == 1280)
    picture, panel = split.sizes()
    assert panel / (picture + panel) == pytest.approx(600 / 1600, abs=0.01)
