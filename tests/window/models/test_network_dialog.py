"""A file that does not tell which network it holds: asked, and chosen otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.models.test_timm_files import made, require_same, write
from tests.window.conftest import OpenWindow
from vitviz.ui.window.main_window import MainWindow

GELU, QUICK = "vit_base_patch32_clip_224", "vit_base_patch32_clip_quickgelu_224"


def once_asked(answer: Callable[[QDialog], None]) -> None:
    """Do something with the next dialog that waits for an answer."""

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            answer(dialog)
        else:
            QTimer.singleShot(20, look)

    QTimer.singleShot(20, look)


def choosing(qtbot: QtBot, name: str, before: str) -> Callable[[QDialog], None]:
    """Type `name` where `before` stands, and go on."""

    def answer(dialog: QDialog) -> None:
        box, buttons = dialog.findChild(QComboBox), dialog.findChild(QDialogButtonBox)
        assert isinstance(box, QComboBox)
        assert isinstance(buttons, QDialogButtonBox)
        assert box.currentText() == before
        opened = buttons.button(QDialogButtonBox.StandardButton.Open)
        box.clearEditText()
        assert not opened.isEnabled()
        qtbot.keyClicks(box.lineEdit(), name)
        qtbot.mouseClick(opened, Qt.MouseButton.LeftButton)

    return answer


def ready(window: MainWindow, name: str) -> bool:
    model = window.controller.model
    is_done = not window.controller.has_jobs
    return is_done and model is not None and model.info.source.startswith(name)


def test_a_file_that_was_taken_for_another(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    module = made(QUICK, num_classes=0, depth=1, img_size=64)
    write(module, tmp_path / "mine.safetensors")
    window = open_vitviz(photo, model=tmp_path / "mine.safetensors")
    tip = window.top.modelButton().toolTip()
    assert "GELU" in tip
    assert "Choose architecture…" in tip
    menu = window.top.modelButton().menu()
    action = next(one for one in menu.actions() if one.text() == "Choose architecture…")
    assert action.isEnabled()
    once_asked(choosing(qtbot, QUICK, before=""))
    action.trigger()
    qtbot.waitUntil(lambda: ready(window, f"timm:{QUICK}="), timeout=20_000)
    model = window.controller.model
    assert model is not None
    require_same(model, module, 64, 64)
    assert "Assumed" not in window.top.modelButton().toolTip()
    once_asked(choosing(qtbot, GELU, before=QUICK))
    action = next(one for one in menu.actions() if one.text() == "Choose architecture…")
    action.trigger()
    qtbot.waitUntil(lambda: ready(window, f"timm:{GELU}="), timeout=20_000)


def test_a_file_that_is_refused(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    """Names of Perception Encoder's own; timm knows them once it is said."""
    from tests.unit.models.checkpoints.test_timm_match import openai_state

    name = "vit_pe_core_tiny_patch16_384"
    state = openai_state(made(name, num_classes=5, img_size=64))
    for end in ("weight", "bias"):
        parts = [state.pop(f"visual.attn_pool.{part}.{end}") for part in ("q", "kv")]
        state[f"visual.attn_pool.attn.in_proj_{end}"] = torch.cat(parts)
    torch.save(state, tmp_path / "mine.pth")
    window = open_vitviz(photo, model=tmp_path / "mine.pth", wait=False)
    bar = window.panes.errors
    qtbot.waitUntil(lambda: bar.error() is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not window.controller.has_jobs, timeout=20_000)
    assert "open it as timm:NAME=mine.pth" in bar.text()
    button = next(
        one
        for one in bar.findChildren(QToolButton)
        if one.text() == "Choose architecture…"
    )
    assert button.isVisible()
    once_asked(lambda dialog: dialog.reject())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bar.error() is not None
    once_asked(choosing(qtbot, f"timm:{name}", before=""))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ready(window, f"timm:{name}="), timeout=20_000)
    assert not bar.isVisible()


def test_other_errors_and_models_ask_nothing(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "broken.pth").write_bytes(b"")
    window = open_vitviz(photo, model=tmp_path / "broken.pth", wait=False)
    bar = window.panes.errors
    qtbot.waitUntil(lambda: bar.error() is not None)
    qtbot.waitUntil(lambda: not window.controller.has_jobs)
    assert not any(
        one.isVisible()
        for one in bar.findChildren(QToolButton)
        if one.text() == "Choose architecture…"
    )
    menu = window.top.modelButton().menu()
    action = next(one for one in menu.actions() if one.text() == "Choose architecture…")
    assert not action.isEnabled()
