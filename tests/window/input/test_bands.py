"""A network of many channels in the window: it takes the bands of a TIFF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from PySide6.QtWidgets import QComboBox, QDialog, QDoubleSpinBox, QLabel
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch, heat_on_screen
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.input.test_input_options import action, in_dialog
from vitviz.ui.input.preprocessing_dialog import PreprocessingDialog
from vitviz.ui.input.values_dialog import ValuesDialog

SIDE, CHANNELS = 64, 5


@pytest.fixture
def five(tmp_path: Path) -> Path:
    """A folder of a network of five channels, its weights sharpened."""
    import transformers

    config = transformers.ViTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=SIDE,
        num_channels=CHANNELS,
    )
    torch.manual_seed(0)
    network = transformers.ViTModel(config)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "norm" not in name:
                parameter.normal_(0, 0.4)
    network.save_pretrained(tmp_path / "five")
    return tmp_path / "five"


def eager_row(folder: Path, eights: np.ndarray, query: int) -> np.ndarray:
    """The last layer's row, mean of the heads, by the library's eager path."""
    import transformers

    network = transformers.ViTModel.from_pretrained(folder, attn_implementation="eager")
    values = torch.from_numpy((eights / 255 - 0.5) / 0.5).float()
    with torch.inference_mode():
        made = network(values.permute(2, 0, 1)[None], output_attentions=True)
    row: np.ndarray = made.attentions[-1][0].mean(dim=0)[query].numpy()
    return row


def test_it_runs_on_a_scene_and_says_what_it_took(
    qtbot: QtBot, open_vitviz: OpenWindow, five: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, 256, (SIDE, SIDE, 7)).astype(np.uint8)
    scene = tmp_path / "scene.tif"
    tifffile.imwrite(scene, values, photometric="minisblack", planarconfig="contig")
    window = open_vitviz(scene, model=five)
    click_patch(qtbot, window, 1, 2)
    qtbot.waitUntil(lambda: window.controller.state.token == 1 + 4 + 2)
    expected = eager_row(five, values[..., :CHANNELS], 1 + 4 + 2)
    np.testing.assert_allclose(
        heat_on_screen(window).ravel(), expected[1:], rtol=1e-4, atol=1e-6
    )

    seen: list[str] = []

    def look(dialog: QDialog) -> None:
        seen.extend(one.text() for one in dialog.findChildren(QLabel))
        assert not any(one.isVisible() for one in dialog.findChildren(QDoubleSpinBox))
        dialog.reject()

    in_dialog(PreprocessingDialog, look)
    action(window, "Preprocessing").trigger()
    assert "5 bands of the file, a mean and a deviation each" in seen


def test_bands_of_the_command_line_stay_in_the_dialog(
    qtbot: QtBot, open_vitviz: OpenWindow, five: Path, tmp_path: Path
) -> None:
    """As from a session: five bands in an order that three boxes cannot show."""
    from dataclasses import replace

    rng = np.random.default_rng(4)
    values = rng.integers(0, 256, (SIDE, SIDE, 7)).astype(np.uint8)
    scene = tmp_path / "scene.tif"
    tifffile.imwrite(scene, values, photometric="minisblack", planarconfig="contig")
    window = open_vitviz(scene, model=five)
    control = window.controller
    order = (7, 1, 6, 2, 5)
    reading = replace(control.options.reading, bands=order)
    window.input_options.choose(replace(control.options, reading=reading))
    wait_idle(qtbot, window)

    def accept(dialog: QDialog) -> None:
        texts = [one.currentText() for one in dialog.findChildren(QComboBox)]
        assert "bands 7, 1, 6, 2, 5" in texts
        dialog.accept()

    in_dialog(ValuesDialog, accept)
    action(window, "Values of the picture").trigger()
    assert control.options.reading.bands == order
    click_patch(qtbot, window, 0, 3)
    qtbot.waitUntil(lambda: control.state.token == 1 + 3)
    expected = eager_row(five, values[..., [one - 1 for one in order]], 1 + 3)
    np.testing.assert_allclose(
        heat_on_screen(window).ravel(), expected[1:], rtol=1e-4, atol=1e-6
    )
