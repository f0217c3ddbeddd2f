"""Values, bands and frames of a picture: chosen in the window, kept in a session."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle, wait_written
from tests.window.input.test_input_options import action, in_dialog, press
from vitviz.pictures.reading import AS_IT_IS, StretchKind
from vitviz.pictures.source import load_image
from vitviz.ui.input.values_dialog import ValuesDialog
from vitviz.ui.widgets.inputs import SpinBox
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import read

tifffile = pytest.importorskip("tifffile")


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    bands = rng.integers(0, 4000, (120, 130, 6)).astype(np.uint16)
    path = tmp_path / "scene.tif"
    tifffile.imwrite(path, bands, photometric="minisblack", planarconfig="contig")
    return path


def entry(window: MainWindow) -> QAction | None:
    menu = window.top.sizes
    menu.aboutToShow.emit()
    return next((a for a in menu.actions() if a.text().startswith("Values of")), None)


def test_bands_and_stretch_are_chosen_and_kept(
    qtbot: QtBot, open_vitviz: OpenWindow, scene: Path, tmp_path: Path
) -> None:
    window = open_vitviz(scene)
    control = window.controller
    image = control.document.image
    assert image is not None
    assert "Bands 1, 2, 3 of 6" in " ".join(map(str, image.notes))

    def choose(dialog: ValuesDialog) -> None:
        kinds, colours, _plane = dialog.findChildren(QComboBox)[:3]
        kinds.setCurrentIndex(kinds.findData(StretchKind.PERCENTILES))
        colours.setCurrentIndex(colours.findData(3))
        for band, number in zip(dialog.findChildren(SpinBox), (4, 3, 2)):
            band.setValue(number)
        press(dialog, "Run")

    in_dialog(ValuesDialog, choose)
    action(window, "Values of the picture").trigger()
    wait_idle(qtbot, window)
    shown = control.document.image
    assert shown is not None
    assert control.document.trace is not None
    wanted = load_image(scene, stretch="2-98", bands=(4, 3, 2))
    np.testing.assert_array_equal(shown.pixels, wanted.pixels)
    assert control.document.trace.setup.picture is shown
    line = control.export_dialog.command_line(None)
    assert "--stretch=2-98 --bands 4,3,2" in line
    path = tmp_path / "a.vitviz"
    window.sessions.save_as(path)
    wait_written(qtbot, window)
    session, bad = read(path)
    assert not bad
    assert session.options.reading == wanted.reading


def test_an_ordinary_picture_offers_no_choice(
    open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    assert entry(window) is None
    assert window.controller.options.reading == AS_IT_IS
