"""The pane of tokens, by real clicks, against the functions and plain arithmetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.conftest import CLASSES
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.domain.methods import Source
from vitviz.explain import token_states
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.colour import Levels, rgb
from vitviz.views.view_state import Reading


def click(qtbot: QtBot, window: MainWindow, widget: object) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)


def opened(qtbot: QtBot, window: MainWindow) -> MainWindow:
    click(qtbot, window, window.panes.tabs.button("tokens"))
    return window


def test_similarity_follows_the_query(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = opened(qtbot, open_vitviz(photo))
    pane, control = window.panes.tokens, window.controller
    click(qtbot, window, pane.button(Reading.SIMILARITY))
    click(qtbot, window, pane.sourceButton(Source.KEY))
    trace = control.document.trace
    assert trace is not None
    for token in (4, 11):
        control.pin(token)
        wait_idle(qtbot, window)
        cosines = []
        for layer in range(trace.num_layers):
            keys = trace.capture(layer).k.numpy()  # (H, N, D)
            flat = keys.transpose(1, 0, 2).reshape(trace.num_tokens, -1)
            unit = flat / np.linalg.norm(flat, axis=1, keepdims=True)
            cosines.append(unit @ unit[token])
        low = min(0.0, min(c.min() for c in cosines))
        wanted = rgb(Levels(low, 1.0).fraction(trace.patch_map(cosines[2])), "magma")
        image = pane.grid.image(2 // pane.grid.shape()[1], 2 % pane.grid.shape()[1])
        assert image is not None
        for row in range(trace.grid[0]):
            for col in range(trace.grid[1]):
                pixel = image.pixelColor(col, row)
                found = (pixel.red(), pixel.green(), pixel.blue())
                assert np.abs(wanted[row, col].astype(int) - found).max() <= 4


def test_the_lens_follows_the_class(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> None:
    window = opened(qtbot, open_vitviz(photo, model=classifier_folder))
    pane, control = window.panes.tokens, window.controller
    click(qtbot, window, pane.button(Reading.LENS))
    for target in (1, 4):
        control.change(target=target)
        wait_idle(qtbot, window)
        assert CLASSES[target] in pane.note()


def test_every_reading_is_shown_or_says_why_not(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = opened(qtbot, open_vitviz(photo))
    pane = window.panes.tokens
    for shows in Reading:
        click(qtbot, window, pane.button(shows))
        if shows is Reading.LENS:
            assert "no classifier" in pane.note()
            assert pane.grid.shape() == (0, 0)
        else:
            assert pane.grid.image(0, 0) is not None
    trace = window.controller.document.trace
    assert trace is not None
    click(qtbot, window, pane.button(Reading.COLOURS))
    place = pane.grid.cellRect(0, 1).center().toPoint()
    qtbot.mouseClick(pane.grid, Qt.MouseButton.LeftButton, pos=place)
    assert window.controller.state.layer == 1
    model = window.controller.model
    assert model is not None
    states = token_states.states(model, trace)
    found = token_states.colours(states, 1, trace.num_prefix_tokens).reshape(
        *trace.grid, 3
    )
    image = pane.grid.image(0, 1)
    assert image is not None
    pixel = image.pixelColor(3, 2)
    wanted = np.rint(255 * found[2, 3])
    assert (pixel.red(), pixel.green(), pixel.blue()) == tuple(wanted)


def test_a_trace_alone_has_no_states(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    first = open_vitviz(photo)
    window = open_vitviz(model=None, wait=False)
    trace = first.controller.document.trace
    assert trace is not None
    qtbot.waitUntil(lambda: window.controller.model is not None, timeout=30_000)
    window.controller.adopt(trace)
    opened(qtbot, window)
    assert "need the model" in window.panes.tokens.note()
