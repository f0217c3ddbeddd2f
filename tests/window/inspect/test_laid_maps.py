"""Small maps laid large over the picture, by real clicks, against plain arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import cosine_similarity
from transformers import ViTForImageClassification

from tests.window.clicks import heat_on_screen, leave_picture
from tests.window.conftest import OpenWindow, wait_idle, wait_written
from vitviz.domain.methods import Source
from vitviz.models.load import load_model
from vitviz.pictures.preprocessing import placement_for, prepare
from vitviz.pictures.source import load_image
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import read
from vitviz.views.view_state import HeadsView, Reading, Statistic, Style, TokensView

Floats = npt.NDArray[np.floating]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def states(classifier_folder: Path, photo: Path) -> list[Floats]:
    """(N, D) by layer: what enters each layer and what leaves the last, by hooks."""
    model, image = load_model(classifier_folder), load_image(photo)
    placement = placement_for(image.size, model.preprocessing, model.info.patch_size)
    pixels = torch.from_numpy(prepare(image, placement, model.preprocessing))[None]
    module: Any = ViTForImageClassification.from_pretrained(classifier_folder).eval()
    layers = getattr(module.vit, "layers", None) or module.vit.encoder.layer
    found: list[Floats] = []

    def keep(_module: object, _args: object, output: Any) -> None:  # noqa: ANN401
        first = output[0] if isinstance(output, tuple) else output
        found.append(first.detach().reshape(-1, first.shape[-1]).numpy())

    for layer in layers:
        layer.register_forward_hook(keep)
    with torch.no_grad():
        entering = module.vit.embeddings(pixels)[0].numpy()
        module(pixels)
    return [entering, *found]


def back_button(window: MainWindow) -> QToolButton:
    button = window.panes.picture.findChild(QToolButton, "back")
    assert isinstance(button, QToolButton)
    return button


@pytest.fixture
def window(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> MainWindow:
    window = open_vitviz(photo, model=classifier_folder)
    window.controller.pin(9)
    window.controller.change(tab="tokens")
    wait_idle(qtbot, window)
    return window


def show(
    qtbot: QtBot, window: MainWindow, shows: Reading, source: Source = Source.STATE
) -> None:
    window.controller.change(tokens_view=TokensView(shows, source))
    wait_idle(qtbot, window)


def lay(qtbot: QtBot, window: MainWindow, index: int) -> None:
    """Click the small map with this number."""
    grid = window.panes.tokens.grid
    spot = grid.cellRect(*divmod(index, grid.shape()[1])).center().toPoint()
    qtbot.mouseClick(grid, LEFT, pos=spot)
    wait_idle(qtbot, window)
    leave_picture(window)


@pytest.mark.parametrize("layer", [1, 3])
def test_norms_are_laid_over_the_picture(
    qtbot: QtBot, window: MainWindow, states: list[Floats], layer: int
) -> None:
    """The last small map, 3 of a model of 3 layers, is what leaves the last."""
    show(qtbot, window, Reading.NORMS)
    lay(qtbot, window, layer)
    control, panes = window.controller, window.panes
    wanted = np.linalg.norm(states[layer], axis=1)[1:].reshape(5, 5)
    np.testing.assert_allclose(heat_on_screen(window), wanted, rtol=1e-5)
    assert control.state.layer == min(layer, 2)
    assert panes.picture.line.sign() == "Token norms"
    assert panes.picture.line.words().startswith("Length of each state")
    assert ("leaves" in panes.picture.line.words()) == (layer == 3)
    assert panes.tokens.grid.current() == {divmod(layer, panes.tokens.grid.shape()[1])}
    control.screen.hover(control.document.trace.token((4, 2)))  # type: ignore[union-attr]
    assert float(panes.picture.valueText()) == pytest.approx(wanted[4, 2], rel=1e-2)


def test_colours_are_laid_over_the_picture(
    qtbot: QtBot, window: MainWindow, states: list[Floats]
) -> None:
    show(qtbot, window, Reading.COLOURS)
    window.controller.change(style=Style.MAP)
    lay(qtbot, window, 2)
    scores = PCA(3, svd_solver="full").fit_transform(states[2][1:])
    farthest = np.abs(scores).argmax(axis=0)
    scores = scores * np.sign(scores[farthest, np.arange(3)])
    low, high = np.percentile(scores, (2, 98), axis=0)
    wanted = np.clip((scores - low) / (high - low), 0, 1).reshape(5, 5, 3)
    control = window.controller
    trace = control.document.trace
    assert trace is not None
    control.screen.hover(trace.token((3, 1)))
    red, green, blue = (round(100 * part) for part in wanted[3, 1])
    text = window.panes.picture.valueText()
    assert text == f"red {red} · green {green} · blue {blue} %"
    control.screen.hover(None)
    pane = window.panes.picture
    picture, spot = (
        pane.viewport().grab().toImage(),
        pane.scenePointOf(trace.token((3, 1))),
    )
    assert spot is not None
    at = pane.viewport().mapFrom(pane, spot.toPoint())
    shown = picture.pixelColor(at)
    found = np.array([shown.red(), shown.green(), shown.blue()]) / 255
    np.testing.assert_allclose(found, wanted[3, 1], atol=0.02)
    assert not window.panes.controls.clipChip().isEnabled()


def test_similarity_follows_the_query_on_the_picture(
    qtbot: QtBot, window: MainWindow, states: list[Floats]
) -> None:
    show(qtbot, window, Reading.SIMILARITY)
    lay(qtbot, window, 1)
    for token in (9, 4, 0):
        window.controller.pin(token)
        wait_idle(qtbot, window)
        wanted = cosine_similarity(states[1])[token, 1:].reshape(5, 5)
        np.testing.assert_allclose(heat_on_screen(window), wanted, atol=1e-5)
    window.controller.steps.step_layer(1)
    wait_idle(qtbot, window)
    wanted = cosine_similarity(states[2])[0, 1:].reshape(5, 5)
    np.testing.assert_allclose(heat_on_screen(window), wanted, atol=1e-5)


def test_vectors_of_keys_are_those_of_the_layer(
    qtbot: QtBot, window: MainWindow
) -> None:
    show(qtbot, window, Reading.SIMILARITY, Source.KEY)
    lay(qtbot, window, 2)
    trace = window.controller.document.trace
    assert trace is not None
    keys = trace.capture(2).k.numpy().transpose(1, 0, 2).reshape(26, -1)
    wanted = cosine_similarity(keys)[9, 1:].reshape(5, 5)
    np.testing.assert_allclose(heat_on_screen(window), wanted, atol=1e-5)


@pytest.mark.parametrize("shows", [Reading.LENS, Reading.POSITIONS])
def test_what_is_clicked_is_what_the_picture_shows(
    qtbot: QtBot, window: MainWindow, shows: Reading
) -> None:
    """The small map and the large one have the same values up to their colours."""
    show(qtbot, window, shows)
    lay(qtbot, window, 0)
    image = window.panes.tokens.grid.image(0, 0)
    assert image is not None
    small = np.array(
        [[image.pixelColor(x, y).lightness() for x in range(5)] for y in range(5)]
    )
    large = heat_on_screen(window)
    assert np.corrcoef(small.ravel(), large.ravel())[0, 1] > 0.8
    assert (
        window.panes.picture.line.sign()
        == {
            Reading.LENS: "Lens",
            Reading.POSITIONS: "Position similarity",
        }[shows]
    )


@pytest.mark.parametrize("way", ["key", "button", "undo", "head"])
def test_the_way_back_to_attention(qtbot: QtBot, window: MainWindow, way: str) -> None:
    control, picture = window.controller, window.panes.picture
    before = heat_on_screen(window)
    show(qtbot, window, Reading.NORMS)
    lay(qtbot, window, 2)
    assert picture.line.sign() == "Token norms"
    assert not np.allclose(heat_on_screen(window), before)
    if way == "key":
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    elif way == "button":
        qtbot.mouseClick(back_button(window), LEFT)
    elif way == "undo":
        control.undo()
    else:
        control.steps.step_head(1)
    wait_idle(qtbot, window)
    assert picture.line.sign() == ""
    assert not back_button(window).isVisible()
    if way == "undo":
        control.redo()
        wait_idle(qtbot, window)
        assert picture.line.sign() == "Token norms"
    elif way != "head":
        np.testing.assert_array_equal(heat_on_screen(window), before)


def test_a_head_of_the_wall_is_laid_over_the_picture(
    qtbot: QtBot, window: MainWindow
) -> None:
    """Its map is one of attention, whatever the picture showed before."""
    control, grid = window.controller, window.panes.heads.grid
    control.change(tab="heads", method="value-weighted")
    wait_idle(qtbot, window)
    place = next(
        (row, col)
        for row, places in enumerate(window.panes.heads.places())
        for col, place in enumerate(places)
        if place == (1, 2)
    )
    qtbot.mouseClick(grid, LEFT, pos=grid.cellRect(*place).center().toPoint())
    wait_idle(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    leave_picture(window)
    wanted = trace.patch_map(trace.row(1, 9)[2])
    np.testing.assert_array_equal(heat_on_screen(window), wanted)
    assert control.state.method == "raw"
    control.change(
        method="value-weighted", heads_view=HeadsView(shows=Statistic.ENTROPY)
    )
    wait_idle(qtbot, window)
    qtbot.mouseClick(grid, LEFT, pos=grid.cellRect(0, 0).center().toPoint())
    wait_idle(qtbot, window)
    assert control.state.method == "value-weighted", "no map was clicked"


def test_a_session_brings_the_laid_map_back(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    show(qtbot, window, Reading.SIMILARITY)
    lay(qtbot, window, 3)
    path = tmp_path / "a.vitviz"
    window.sessions.save_as(path)
    wait_written(qtbot, window)
    session, bad = read(path)
    assert not bad
    assert session.state.method == "token-similarity"
    assert session.state.method_options.after
    wanted = heat_on_screen(window)
    window.controller.change(method="raw")
    window.open_path(str(path))
    wait_idle(qtbot, window)
    np.testing.assert_array_equal(heat_on_screen(window), wanted)


def test_the_states_take_one_pass_for_pane_and_picture(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vitviz.explain import token_states

    passes = []
    states = token_states.states

    def counted(*args: object, **options: object) -> object:
        passes.append(args)
        return states(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(token_states, "states", counted)
    for shows in (Reading.NORMS, Reading.COLOURS, Reading.SIMILARITY):
        show(qtbot, window, shows)
        for index in (0, 2):
            lay(qtbot, window, index)
    assert len(passes) <= 1, "the pane had read them before"


def test_what_is_exported_is_what_is_on_screen(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    """The command line that is copied writes the same figure, bit for bit."""
    import shlex

    from vitviz.cli.main import main

    show(qtbot, window, Reading.COLOURS)
    lay(qtbot, window, 3)
    dialog = window.controller.export_dialog
    ours, theirs = tmp_path / "ours.png", tmp_path / "theirs.png"
    dialog.write(str(ours))
    wait_written(qtbot, window)
    words = shlex.split(dialog.command_line(None))
    assert "token-colours" in words
    assert "after=true" in words
    words[words.index("-o") + 1] = str(theirs)
    assert main([*words[1:]]) == 0
    with PIL.Image.open(ours) as one, PIL.Image.open(theirs) as other:
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
        assert "token-colours" in str(one.info)
