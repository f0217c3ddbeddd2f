"""What the window does with its settings when it starts."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vitviz.__main__ import main
from vitviz.system import settings
from vitviz.ui.window.main_window import MainWindow


def start(qapp: QApplication, *arguments: str) -> str:
    """Run the program until its picture is there; returns what its bar says then."""
    texts: list[str] = []

    def close_when_done() -> None:
        windows = [w for w in qapp.topLevelWidgets() if isinstance(w, MainWindow)]
        window = next(w for w in windows if w.isVisible())
        trace = window.controller.document.trace
        if trace is not None and trace.is_complete:
            poll.stop()
            texts.append(window.panes.errors.text())
            window.close()

    poll = QTimer(interval=20)
    poll.timeout.connect(close_when_done)
    poll.start()
    assert main(list(arguments)) == 0
    return texts[0]


def test_bad_settings_are_said_and_stay_said(
    qtbot: QtBot, qapp: QApplication, photo: Path, model_folder: Path
) -> None:
    path = settings.settings_path()
    assert path is not None
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"threads": -1, "model": str(model_folder)}))
    left = path.with_name(".vitviz-999999999-00000000.tmp")
    left.write_bytes(b"half")
    text = start(qapp, str(photo))
    assert "threads" in text
    assert "settings-old-1.json" in text
    assert not left.exists()
    assert start(qapp, str(photo)) == ""


def test_reset_settings_starts_afresh(
    qtbot: QtBot,
    qapp: QApplication,
    photo: Path,
    model_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.set(model="no such model", threads=7)
    main_text = start(
        qapp, str(photo), "--model", str(model_folder), "--reset-settings"
    )
    assert main_text == ""
    assert settings.get().threads == 0
    assert settings.load() == settings.get()
    assert "settings-old-1.json" in capsys.readouterr().err


def test_a_refused_model_leaves_the_embedded_one_and_its_reason(
    qtbot: QtBot, qapp: QApplication, photo: Path, tmp_path: Path
) -> None:
    """A remembered file that has gone, a name on the command line, and a device."""
    settings.set(model=str(tmp_path / "gone.safetensors"))
    assert "gone.safetensors" in start(qapp, str(photo))
    settings.set(model="")
    assert "vit_of_nobody" in start(qapp, str(photo), "--model", "vit_of_nobody")
    assert "cuda:77" in start(qapp, str(photo), "--device", "cuda:77")


@pytest.mark.alone
def test_a_slow_disk_does_not_hold_the_window_up(
    qtbot: QtBot,
    qapp: QApplication,
    photo: Path,
    model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A setting changed with a disk that takes a second for each file."""
    waited: list[float] = []
    sync = os.fsync

    def slow(file: int) -> None:
        time.sleep(1)
        sync(file)

    def change_when_done() -> None:
        windows = [w for w in qapp.topLevelWidgets() if isinstance(w, MainWindow)]
        window = next(w for w in windows if w.isVisible())
        trace = window.controller.document.trace
        if trace is not None and trace.is_complete:
            poll.stop()
            monkeypatch.setattr(os, "fsync", slow)
            began = time.perf_counter()
            window.preferences.set(hover_preview=False)
            waited.append(time.perf_counter() - began)
            window.close()

    poll = QTimer(interval=20)
    poll.timeout.connect(change_when_done)
    poll.start()
    assert main([str(photo), "--model", str(model_folder)]) == 0
    assert waited[0] < 0.5
    assert settings.load().hover_preview is False, "written before the program ended"
    assert settings.get().window_place is not None
