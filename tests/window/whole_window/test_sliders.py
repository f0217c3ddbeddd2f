"""Every slider of the window goes where it is clicked, in one step of undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.domain.interventions import merge_active
from vitviz.ui.widgets.inputs import Slider
from vitviz.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


def at(slider: Slider, share: float) -> QPoint:
    """A place on the groove, counted from its beginning."""
    return QPoint(round(share * (slider.width() - 1)), slider.height() // 2)


def temperature(window: MainWindow) -> float:
    return merge_active(window.controller.state.changes).temperature


def test_there_is_no_slider_of_qt_s_own(open_vitviz: OpenWindow, photo: Path) -> None:
    sliders = open_vitviz(photo).findChildren(QSlider)
    assert len(sliders) == 3, "temperature, opacity, the wipe; chapters come later"
    assert all(isinstance(slider, Slider) for slider in sliders)


def test_the_temperature_goes_where_its_groove_is_clicked(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    qtbot.keyClick(window, Qt.Key.Key_F4)
    slider = window.lab.panel.softmax.slider
    # the groove runs from a tenth to ten, by decades
    for share, wanted in ((0.75, 10**0.5), (0.1, 10**-0.8), (0.5, 1.0)):
        qtbot.mouseClick(slider, LEFT, pos=at(slider, share))
        wait_idle(qtbot, window)
        assert temperature(window) == pytest.approx(wanted, rel=0.1)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    wait_idle(qtbot, window)
    assert temperature(window) == pytest.approx(10 ** (5 / 50), rel=0.05)


def test_a_click_that_is_dragged_on_is_one_step_of_undo(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    qtbot.keyClick(window, Qt.Key.Key_F4)
    slider = window.lab.panel.softmax.slider
    qtbot.mousePress(slider, LEFT, pos=at(slider, 0.8))
    for share in (0.85, 0.9, 0.95):
        qtbot.mouseMove(slider, at(slider, share))
    qtbot.mouseRelease(slider, LEFT, pos=at(slider, 0.95))
    wait_idle(qtbot, window)
    assert temperature(window) == pytest.approx(10**0.9, rel=0.15)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    wait_idle(qtbot, window)
    assert window.controller.state.changes == ()
    assert slider.value() == 0
    assert not slider.isSliderDown()


def test_the_opacity_goes_where_its_groove_is_clicked(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    (slider,) = window.panes.controls.findChildren(Slider)
    for share in (0.2, 0.9, 0.5):
        qtbot.mouseClick(slider, LEFT, pos=at(slider, share))
        assert window.controller.state.opacity == pytest.approx(share, abs=0.1)
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert slider.value() == round(100 * window.controller.state.look.opacity)
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert window.controller.state.opacity == 1.0
