"""Sizes with their price, preprocessing, labels, precision: asked for in the window."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDoubleSpinBox,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.conftest import CLASSES
from tests.window.conftest import OpenWindow, wait_idle, wait_written
from vitviz.system import settings
from vitviz.system.settings import Precision
from vitviz.ui.input.preprocessing_dialog import PreprocessingDialog
from vitviz.ui.input.size import SizeDialog
from vitviz.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def action(window: MainWindow, start: str) -> QAction:
    """The action of the Size menu that begins so, as it is when the menu opens."""
    menu = window.top.sizes
    menu.aboutToShow.emit()
    return next(one for one in menu.actions() if one.text().startswith(start))


def in_dialog(kind: type[QDialog], do: Callable[..., object]) -> None:
    """Do something in the modal dialog that opens next."""

    def when_there() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, kind):
            poll.stop()
            poll.deleteLater()
            do(dialog)

    poll = QTimer(QApplication.instance(), interval=10)
    poll.timeout.connect(when_there)
    poll.start()


def press(dialog: QDialog, text: str) -> None:
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == text)
    button.click()


def test_the_price_stands_beside_each_size(
    open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    text = action(window, "224 px").text()
    assert "14×14 = 196 · " in text
    assert "454 kB" in text, "197 tokens × 48 × (q, k, v) × 4 layers × 4 bytes"
    assert "≈" in text, "a run has been measured"
    assert action(window, "112 px").isChecked()


def test_another_size_with_its_price(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    said: list[str] = []

    def fill(dialog: SizeDialog) -> None:
        width, height = dialog.findChildren(QSpinBox)
        width.setValue(160)
        height.setValue(101)
        said.append(dialog._price.text())
        press(dialog, "Run")

    in_dialog(SizeDialog, fill)
    action(window, "Another size").trigger()
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.grid == (6, 10)
    assert "160×96 px: 6×10 patches, 61 tokens" in said[0]
    assert action(window, "160×101 px").isChecked()
    button = next(b for b in window.top.findChildren(QToolButton) if "160" in b.text())
    assert button.text() == "160×101 px ▾"


@pytest.mark.parametrize("answer", ["Run anyway", "smaller", "Cancel"])
def test_more_than_half_of_the_memory_is_asked_about(
    answer: str,
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    peak = window.input_options.price_of(action(window, "448 px").data()).peak_bytes
    monkeypatch.setattr(
        "vitviz.attention.price.free_bytes", lambda _device: round(1.5 * peak)
    )
    assert "⚠" in action(window, "448 px").text()
    said: list[str] = []

    def reply(box: QMessageBox) -> None:
        said.append(box.text())
        wanted = [b for b in box.buttons() if b.text().startswith("Run at")]
        if answer != "smaller":
            wanted = [b for b in box.buttons() if answer in b.text().replace("&", "")]
        wanted[0].click()

    in_dialog(QMessageBox, reply)
    action(window, "448 px").trigger()
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert "448×448 px" in said[0]
    side = trace.setup.placement.model_size[0]
    if answer == "Run anyway":
        assert side == 448
    elif answer == "Cancel":
        assert side == 112
    else:
        assert 112 < side < 448


def test_too_much_is_refused_and_the_view_stays(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    before = window.controller.document.trace
    with monkeypatch.context() as patch:
        patch.setattr("vitviz.attention.price.free_bytes", lambda _device: 1_000_000)
        action(window, "448 px").trigger()
        qtbot.waitUntil(lambda: window.panes.errors.isVisible())
        assert "1.0 MB are free" in window.panes.errors.text()
        assert window.controller.document.trace is before
    action(window, "224 px").trigger()
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.grid == (14, 14)


@pytest.mark.parametrize("block", [0, 3])
def test_out_of_memory_during_a_run_leaves_the_window_able_to_go_on(
    block: int, qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    before = control.document.trace
    assert control.model is not None
    assert before is not None

    def fail(*_arguments: object) -> None:
        raise MemoryError

    handle = control.model.adapter.blocks[block].register_forward_pre_hook(fail)
    action(window, "224 px").trigger()
    qtbot.waitUntil(lambda: window.panes.errors.isVisible())
    assert "not enough memory" in window.panes.errors.text()
    assert control.document.trace is before
    handle.remove()
    action(window, "224 px").trigger()
    wait_idle(qtbot, window)
    action(window, "112 px").trigger()
    wait_idle(qtbot, window)
    after = control.document.trace
    assert after is not None
    for layer in range(after.num_layers):
        np.testing.assert_array_equal(after.row(layer, 3), before.row(layer, 3))


def test_preprocessing_is_shown_and_can_be_changed(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    before = window.controller.document.trace
    assert before is not None
    own = before.setup.preprocessing

    def change(dialog: PreprocessingDialog) -> None:
        boxes = dialog.findChildren(QDoubleSpinBox)
        assert [round(box.value(), 4) for box in boxes] == [*own.mean, *own.std]
        boxes[0].setValue(0.125)
        press(dialog, "Run")

    in_dialog(PreprocessingDialog, change)
    action(window, "Preprocessing").trigger()
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.setup.preprocessing.mean == (0.125, *own.mean[1:])
    assert np.abs(trace.row(0, 1) - before.row(0, 1)).max() > 1e-5
    assert action(window, "Preprocessing").text() == "Preprocessing (changed)…"
    session = tmp_path / "a.vitviz"
    window.sessions.save_as(session)
    wait_written(qtbot, window)
    other = open_vitviz(session, model=None)
    again = other.controller.document.trace
    assert again is not None
    assert again.setup.preprocessing == trace.setup.preprocessing

    def restore(dialog: PreprocessingDialog) -> None:
        press(dialog, "Reset to model defaults")
        press(dialog, "Run")

    in_dialog(PreprocessingDialog, restore)
    action(window, "Preprocessing").trigger()
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.setup.preprocessing == own


def test_classes_get_the_names_of_a_file(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    classifier_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo, model=classifier_folder)
    path = tmp_path / "names.txt"
    names = [f"kind {index}" for index in range(len(CLASSES))]
    path.write_text("\n".join(names), "utf-8")
    monkeypatch.setattr(
        "vitviz.ui.input.input_options.QFileDialog.getOpenFileName",
        lambda *_arguments: (str(path), ""),
    )
    window.top.labelsRequested.emit()
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.setup.model.labels == tuple(names)


def test_a_lower_precision_says_what_it_loses(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    settings.set(precision=Precision.BFLOAT16)
    window = open_vitviz(photo)
    status = window.panes.status
    assert status._precision.isVisible()
    assert status._precision.text().endswith("% off float32")
    window.preferences.set(precision=Precision.FLOAT32)
    wait_idle(qtbot, window)
    assert not status._precision.isVisible()


def test_without_a_picture_there_is_room_for_layers_and_heads(
    qtbot: QtBot, open_vitviz: OpenWindow
) -> None:
    window = open_vitviz(wait=False)
    qtbot.waitUntil(lambda: window.controller.model is not None, timeout=30_000)
    model, panes = window.controller.model, window.panes
    assert model is not None
    assert window.controller.document.trace is None
    assert (model.info.num_layers, model.info.num_heads) == (4, 3)
    assert panes.rail._num_layers == 4
    assert panes.strip._num_heads == 3


# Processors of folders, by what the window says of them.
PROCESSORS: dict[str, tuple[dict[str, Any], str]] = {
    "squeeze": (
        {
            "image_processor_type": "ViTImageProcessor",
            "size": {"height": 112, "width": 112},
            "rescale_factor": 1 / 127.5,
        },
        "Whole picture, squeezed to a square",
    ),
    "crop": (
        {
            "image_processor_type": "CLIPImageProcessor",
            "size": {"shortest_edge": 126},
            "crop_size": {"height": 112, "width": 112},
        },
        "Centre, cropped to a square",
    ),
    "letterbox": (
        {
            "image_processor_type": "SamImageProcessor",
            "size": {"longest_edge": 112},
            "pad_size": {"height": 112, "width": 112},
        },
        "Whole picture, padded to a square",
    ),
    "near": (
        {
            "image_processor_type": "DPTImageProcessor",
            "size": {"height": 112, "width": 112},
            "keep_aspect_ratio": True,
            "ensure_multiple_of": 16,
        },
        "Whole picture, at its own aspect",
    ),
}


@pytest.mark.parametrize("fit", PROCESSORS)
def test_the_preprocessing_shown_is_what_was_fed_bit_for_bit(
    fit: str,
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
) -> None:
    """The numbers in the dialog, through numpy and Pillow alone, make the input.

    What was fed is what reaches the network, of a square, a wide and a tall picture.
    """
    values, called = PROCESSORS[fit]
    folder = tmp_path / "processed"
    shutil.copytree(model_folder, folder)
    statistics = {
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
        "resample": 2,
    }
    text = json.dumps({**values, **statistics})
    (folder / "preprocessor_config.json").write_text(text)
    window = open_vitviz(photo, model=folder)
    model = window.controller.model
    assert model is not None
    fed: list[np.ndarray[Any, Any]] = []

    def keep(_module: object, args: object, kwargs: dict[str, torch.Tensor]) -> None:
        fed.append(kwargs["pixel_values"][0].numpy().copy())

    model.adapter.module.register_forward_pre_hook(keep, with_kwargs=True)
    for name, size in {
        "square": (90, 90),
        "wide": (200, 91),
        "tall": (83, 240),
    }.items():
        path = tmp_path / f"{name}.png"
        picture = PIL.Image.open(photo).convert("RGB").resize(size)
        picture.save(path)
        window.open_path(str(path))
        wait_idle(qtbot, window)
        trace = window.controller.document.trace
        assert trace is not None
        shown: dict[str, list[float]] = {}
        said: list[str] = []

        def read(
            dialog: PreprocessingDialog,
            shown: dict[str, list[float]] = shown,
            said: list[str] = said,
        ) -> None:
            boxes = dialog.findChildren(QDoubleSpinBox)
            numbers = [float(box.text()) for box in boxes]
            shown["mean"], shown["std"] = numbers[:3], numbers[3:]
            said.append(dialog._interpolation.currentText())
            said.append(dialog._fit.text())
            press(dialog, "Cancel")

        in_dialog(PreprocessingDialog, read)
        action(window, "Preprocessing").trigger()
        assert said == ["bilinear", called]
        mean, std = (np.array(shown[key], np.float32) for key in ("mean", "std"))
        colours = np.asarray(placed(fit, picture), np.float32) / np.float32(255)
        expected = ((colours - mean) / std).transpose(2, 0, 1)
        height, width = fed[-1].shape[-2:]
        assert (height, width) == trace.setup.placement.model_size[::-1]
        rows, cols = (min(a, b) for a, b in zip(expected.shape[1:], (height, width)))
        np.testing.assert_array_equal(fed[-1][:, :rows, :cols], expected)
        # padding is the mean, which is 0
        assert not fed[-1][:, rows:].any()
        assert not fed[-1][:, :, cols:].any()
        # the map lies on what the model saw of the picture
        seen = trace.setup.placement.seen_rect()
        if fit == "crop":
            assert max(seen.width, seen.height) == pytest.approx(
                112 * min(size) / 126, rel=0.02
            )
        else:
            assert (seen.width, seen.height) == pytest.approx(size, rel=0.02)


def placed(fit: str, picture: PIL.Image.Image) -> PIL.Image.Image:
    """The picture as the processor of that name places it."""
    bilinear = PIL.Image.Resampling.BILINEAR
    width, height = picture.size
    if fit == "squeeze":
        return picture.resize((112, 112), bilinear)
    if fit == "crop":
        short = min(picture.size)
        whole = int(126 * width / short), int(126 * height / short)
        left, top = ((side - 112) // 2 for side in whole)
        across, down = width / whole[0], height / whole[1]
        box = (left * across, top * down, (left + 112) * across, (top + 112) * down)
        return picture.resize((112, 112), bilinear, box=box)
    if fit == "letterbox":
        scale = 112 / max(picture.size)
        return picture.resize(
            (int(width * scale + 0.5), int(height * scale + 0.5)), bilinear
        )
    scales = 112 / width, 112 / height
    scale = scales[0] if abs(1 - scales[0]) < abs(1 - scales[1]) else scales[1]
    return picture.resize(
        (round(scale * width / 16) * 16, round(scale * height / 16) * 16), bilinear
    )
