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


def test_the_whole_picture_is_offered_where_much_is_left_out(
    qtbot: QtBot, open_vitviz: OpenWindow, tmp_path: Path, photo: Path
) -> None:
    """Above an aspect of 1.8, in one line; accepted by a click, once, or dismissed."""
    paths = {}
    for name, size in (("tall", (100, 230)), ("mild", (170, 100)), ("long", (400, 80))):
        paths[name] = tmp_path / f"{name}.png"
        picture = PIL.Image.linear_gradient("L").resize(size).convert("RGB")
        picture.save(paths[name])
    window = open_vitviz(paths["tall"])
    offer = window.contents().offer

    def is_open(name: str) -> bool:
        image = window.controller.document.image
        return image is not None and image.name == name

    assert offer.isVisible()
    assert "middle 44 %" in offer.text()  # 112 of 256 rows
    window.files.open([str(paths["mild"])])
    qtbot.waitUntil(lambda: is_open("mild.png"))
    wait_idle(qtbot, window)
    assert not offer.isVisible()
    window.files.open([str(paths["long"])])
    qtbot.waitUntil(lambda: is_open("long.png"))
    wait_idle(qtbot, window)
    assert "middle 20 %" in offer.text()
    assert offer.isVisible()
    offer.acceptButton().click()
    wait_idle(qtbot, window)
    assert window.controller.options.fit is Fit.WHOLE
    assert not offer.isVisible()
    window.controller.choose_options(RunOptions())
    wait_idle(qtbot, window)
    assert offer.isVisible()
    offer._close.click()
    window.controller.choose_options(RunOptions(size=80))
    wait_idle(qtbot, window)
    assert not offer.isVisible()
