"""A file that does not tell which network it holds: asked, and chosen otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.models.test_timm_files import made, require_same, write
from tests.models.test_towers import two_towers
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.domain.number_text import format_value
from vitviz.domain.problem_type import ProblemType
from vitviz.models.catalogue.embedded import EMBEDDED_NAME
from vitviz.ui.models.network_dialog import NetworkDialog
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
        # leaving what was named before to the file again is a change, too
        assert opened.isEnabled() == bool(before)
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
    entry = next(one for one in menu.actions() if one.text() == "Choose architecture…")
    assert entry.isEnabled()
    once_asked(choosing(qtbot, QUICK, before=""))
    entry.trigger()
    qtbot.waitUntil(lambda: ready(window, f"timm:{QUICK}="), timeout=20_000)
    model = window.controller.model
    assert model is not None
    require_same(model, module, 64, 64)
    assert "Assumed" not in window.top.modelButton().toolTip()
    once_asked(choosing(qtbot, GELU, before=QUICK))
    action(window).trigger()
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
    assert not action(window).isEnabled()


def test_a_file_whose_parts_are_chosen_and_come_back_with_a_session(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = made("vit_tiny_patch16_224", num_classes=5, depth=2, img_size=64)
    torch.save(module.state_dict(), tmp_path / "mine.pth")
    window = open_vitviz(photo, model=tmp_path / "mine.pth")
    model = window.controller.model
    assert model is not None
    assert model.info.num_heads != 6
    assert model.info.problem is ProblemType.SINGLE_LABEL
    first = window.controller.document.trace
    assert first is not None

    def answer(dialog: QDialog) -> None:
        assert isinstance(dialog, NetworkDialog)
        opened = dialog.findChild(QDialogButtonBox).button(  # type: ignore[union-attr]
            QDialogButtonBox.StandardButton.Open
        )
        assert not opened.isEnabled()  # nothing has been changed
        for name, value in (
            ("Heads of a layer", "6"),
            ("Activation", "quick_gelu"),
            ("Last layer", "each class by itself (sigmoid)"),
        ):
            field = next(
                one
                for kind in (QComboBox, QSpinBox)
                for one in dialog.findChildren(kind)
                if one.accessibleName() == name
            )
            if isinstance(field, QSpinBox):
                field.selectAll()
                qtbot.keyClicks(field, value)
            else:
                assert isinstance(field, QComboBox)
                field.setCurrentText(value)
        qtbot.mouseClick(opened, Qt.MouseButton.LeftButton)

    once_asked(answer)
    action(window).trigger()
    name = f"heads=6,activation=quick_gelu,problem=multi_label:{tmp_path / 'mine.pth'}"
    qtbot.waitUntil(lambda: ready(window, name), timeout=20_000)
    require_chosen(window)
    now = window.controller.document.trace
    assert now is not None
    assert now.logits is not None
    assert first.logits is not None
    assert abs(now.logits - first.logits).max() > 1e-3
    qtbot.mouseClick(window.panes.tabs.button("classes"), Qt.MouseButton.LeftButton)
    pane = window.panes.classes
    assert (
        pane.bars.bars()[0].number == f"{100 / (1 + np.exp(-now.logits.max())):.1f} %"
    )
    assert "each by itself, by a sigmoid" in pane.note()
    path = tmp_path / "mine.vitviz"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_args: (str(path), "any")
    )
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(path.exists)
    window.controller.choose_model(EMBEDDED_NAME)
    wait_idle(qtbot, window)
    window.open_path(str(path))
    wait_idle(qtbot, window)
    assert window.controller.choice.name == name
    require_chosen(window)
    # the dialog shows what was chosen, and takes it back
    once_asked(taking_back)
    action(window).trigger()
    qtbot.waitUntil(lambda: ready(window, str(tmp_path / "mine.pth")), timeout=20_000)


def taking_back(dialog: QDialog) -> None:
    """Set every field to what is assumed."""
    assert isinstance(dialog, NetworkDialog)
    assert dialog.choices().heads == 6
    assert dialog.choices().activation == "quick_gelu"
    assert dialog.choices().problem == "multi_label"
    for box in dialog.findChildren(QComboBox):
        if box.itemText(0) == "as assumed":
            box.setCurrentIndex(0)
    for number in dialog.findChildren(QSpinBox):
        if number.accessibleName():
            number.setValue(0)
    dialog.accept()


def require_chosen(window: MainWindow) -> None:
    """Assert that the model has the heads and the last layer that were chosen."""
    model = window.controller.model
    assert model is not None
    assert model.info.num_heads == 6
    assert model.info.problem is ProblemType.MULTI_LABEL


def action(window: MainWindow) -> QAction:
    """Return the entry “Choose architecture…”."""
    menu = window.top.modelButton().menu()
    return next(one for one in menu.actions() if one.text() == "Choose architecture…")


def test_the_last_layer_of_a_folder_is_a_number(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> None:
    window = open_vitviz(photo, model=classifier_folder)

    def answer(dialog: QDialog) -> None:
        (box,) = (b for b in dialog.findChildren(QComboBox) if b.accessibleName())
        box.setCurrentText("a number (regression)")
        dialog.accept()

    once_asked(answer)
    action(window).trigger()
    name = f"problem=regression:{classifier_folder}"
    qtbot.waitUntil(lambda: ready(window, name), timeout=20_000)
    qtbot.mouseClick(window.panes.tabs.button("classes"), Qt.MouseButton.LeftButton)
    trace, pane = window.controller.document.trace, window.panes.classes
    assert trace is not None
    assert trace.logits is not None
    best = pane.bars.bars()[0]
    assert best.number == format_value(float(trace.logits.max()))
    assert best.share is None
    assert "%" not in " ".join(bar.number for bar in pane.bars.bars())


def test_another_tower_of_a_folder(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    """Of a model with two networks for pictures, the other one is shown."""
    folder = tmp_path / "both"
    towers = two_towers(folder)
    window = open_vitviz(photo, model=folder)
    require_weights_of(window, towers["left"])

    def answer(dialog: QDialog) -> None:
        (box,) = (
            one
            for one in dialog.findChildren(QComboBox)
            if one.accessibleName() == "Tower for pictures"
        )
        assert [box.itemText(i) for i in range(box.count())] == [
            "as assumed",
            "left",
            "right",
        ]
        box.setCurrentText("right")
        dialog.accept()

    once_asked(answer)
    action(window).trigger()
    qtbot.waitUntil(lambda: ready(window, f"tower=right:{folder}"), timeout=20_000)
    require_weights_of(window, towers["right"])


def require_weights_of(window: MainWindow, tower: torch.nn.Module) -> None:
    model = window.controller.model
    assert model is not None
    shown = model.adapter.module.state_dict()
    for name, tensor in tower.state_dict().items():
        torch.testing.assert_close(shown[name], tensor)
