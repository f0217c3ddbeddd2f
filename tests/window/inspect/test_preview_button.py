"""The eye below the picture: preview on hover, or the value at the pointer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch, heat_on_screen
from tests.window.conftest import OpenWindow
from vitviz.system import settings
from vitviz.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def eye(window: MainWindow) -> QToolButton:
    found = window.panes.picture.findChild(QToolButton, "preview")
    assert isinstance(found, QToolButton)
    return found


def point_at(qtbot: QtBot, window: MainWindow, token: int) -> None:
    picture = window.panes.picture
    spot = picture.scenePointOf(token)
    assert spot is not None
    viewport = picture.viewport()
    qtbot.mouseMove(viewport, QPoint(1, 1))
    qtbot.mouseMove(viewport, viewport.mapFrom(picture, spot.toPoint()))


def test_the_eye_turns_the_pointer_into_a_reader_of_values(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    trace = window.controller.document.trace
    assert trace is not None
    assert eye(window).isVisible()
    assert eye(window).accessibleName() == "Preview on hover: on"
    before = eye(window).grab().toImage()
    click_patch(qtbot, window, 1, 1)
    query, key = trace.token((1, 1)), trace.token((4, 5))
    row = trace.row(trace.num_layers - 1, query).mean(0)
    point_at(qtbot, window, key)
    assert window.panes.picture.valueText() == "", "the patch shows its own map"
    qtbot.mouseClick(eye(window), LEFT)
    assert not settings.get().hover_preview
    assert eye(window).accessibleName() == "Preview on hover: off"
    assert eye(window).grab().toImage() != before
    point_at(qtbot, window, key)
    np.testing.assert_allclose(heat_on_screen(window), trace.patch_map(row), rtol=1e-6)
    said = window.panes.picture.valueText()
    value = float(said.removeprefix("→ ").split()[0])
    assert value == pytest.approx(float(row[key]), rel=0.02), said
    qtbot.keyClick(window, Qt.Key.Key_H)
    assert eye(window).accessibleName().endswith("on"), "the key does the same"


def test_of_two_pictures_that_are_compared_one_has_an_eye(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    qtbot.keyClick(window, Qt.Key.Key_K)
    other = window.panes.compare.picture.findChild(QToolButton, "preview")
    assert isinstance(other, QToolButton)
    assert not other.isVisible()
    assert eye(window).isVisible()
