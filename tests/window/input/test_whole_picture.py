"""The whole picture has one side to choose, the shorter: window and API.

The command line refuses two of them too (tests/cli/test_commands.py), and a session
that names two is told of (tests/unit/views/test_session.py).
"""

from __future__ import annotations

from pathlib import Path

import PIL.Image
import pytest
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.input.test_input_options import action, in_dialog, press
from vitviz.domain.placement import Fit
from vitviz.errors import SelectionError
from vitviz.ui.input.size import SizeDialog
from vitviz.views.session import RunOptions


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    path = tmp_path / "wide.png"
    PIL.Image.linear_gradient("L").resize((300, 150)).convert("RGB").save(path)
    return path


def test_api_refuses_two_sides(model_folder: Path, wide: Path) -> None:
    model = vitviz.load_model(model_folder)
    with pytest.raises(SelectionError, match="as 96 px, and not 160×96") as raised:
        vitviz.trace(model, wide, size=(160, 96), fit="whole")
    assert str(raised.value).count(".") == 1
    for size in (96, (96, 96)):
        assert vitviz.trace(model, wide, size=size, fit="whole").grid == (6, 12)
    assert vitviz.trace(model, wide, size=(160, 96)).grid == (6, 10)


def test_the_window_asks_for_the_shorter_side_alone(
    qtbot: QtBot, open_vitviz: OpenWindow, wide: Path
) -> None:
    window = open_vitviz(wide)
    action(window, "Whole picture, at its own aspect").trigger()
    wait_idle(qtbot, window)
    said: list[str] = []

    def fill(dialog: SizeDialog) -> None:
        (side,) = dialog.findChildren(QSpinBox)
        assert side.accessibleName() == "Shorter side in pixels"
        side.setValue(96)
        said.append(dialog._price.text())
        press(dialog, "Run")

    in_dialog(SizeDialog, fill)
    action(window, "Another size").trigger()
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.grid == (6, 12)
    assert "192×96 px: 6×12 patches, 73 tokens" in said[0]


def test_two_sides_become_one_when_the_whole_picture_is_chosen(
    qtbot: QtBot, open_vitviz: OpenWindow, wide: Path
) -> None:
    window = open_vitviz(wide)
    window.controller.choose_options(RunOptions((160, 96)))
    wait_idle(qtbot, window)
    action(window, "Whole picture, at its own aspect").trigger()
    wait_idle(qtbot, window)
    assert window.controller.options == RunOptions(96, Fit.WHOLE)
    assert action(window, "96 px").isChecked()
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.grid == (6, 12)
