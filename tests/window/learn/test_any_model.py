"""Chapters on models with registers or another patch size, and before a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import vitviz
from tests.models.by_hand import timm
from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, held_back, wait_idle
from tests.window.learn.chapters import go_to, made, plain, press
from vitviz.ui.learn.chapters.ch1_sequence import SequencePage
from vitviz.ui.learn.chapters.ch3_patch_size import ScalePage
from vitviz.ui.learn.chapters.ch8_output import OutputPage
from vitviz.ui.learn.text import Prose
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


def show_registers(qtbot: QtBot, window: MainWindow) -> None:
    """Show a model with CLS and four registers on a picture of noise."""
    network = timm("registers")
    noise = np.random.default_rng(0).integers(0, 256, (*network.size, 3), np.uint8)
    window.controller.adopt(vitviz.trace(network.model, noise))
    wait_idle(qtbot, window)


def test_the_slider_stands_on_the_only_patch_size(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = go_to(qtbot, window, Chapter.PATCH_SIZE)
    assert isinstance(page, ScalePage)
    assert made(window).setup.model.patch_size == (16, 16)
    assert not page.slider.isEnabled()
    assert page.slider.value() == 2, "8, 14, 16, …"
    assert page.slider.isVisible()


def test_a_patch_can_be_found_though_a_special_token_gives_most(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitviz.ui.learn.chapters.ch8_output.MOST", 3)
    show_registers(qtbot, window)
    run = made(window)
    layer = run.num_layers - 1
    capture = run.capture(layer)
    scores = capture.q.double() @ capture.k.double().transpose(-1, -2)
    weights = (scores / capture.q.shape[-1] ** 0.5).softmax(-1)
    lengths = weights * capture.v.double().norm(dim=-1)[:, None]
    # (H, N): how many of the three largest are special tokens
    special = (lengths.argsort(dim=-1, descending=True)[..., :3] < 5).sum(-1)
    head, query = divmod(int(special.argmax()), special.shape[1])
    order = lengths[head, query].argsort(descending=True).tolist()
    assert order[0] < 5, "else nothing is tried"
    page = go_to(qtbot, window, Chapter.OUTPUT)
    assert isinstance(page, OutputPage)
    press(qtbot, page.chips.chip(head))
    window.controller.pin(query)
    keys = [bar.key for bar in page.parts.bars()]
    assert keys[0] == order[0]
    patches = [token for token in order if token >= 5]
    assert patches[0] in keys
    assert "no place on the picture" in plain(page.share)
    index = keys.index(patches[0])
    spot = page.parts.rowRect(index).center().toPoint()
    qtbot.mouseClick(page.parts, LEFT, pos=spot)
    assert window.controller.state.learn.key == patches[0]


def test_registers_have_their_names_in_the_sequence(
    qtbot: QtBot, window: MainWindow
) -> None:
    show_registers(qtbot, window)
    page = go_to(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(page, SequencePage)
    page.show_step(0)
    page.slider.setValue(page.slider.maximum())
    assert page.falling.isVisible()
    names = page.falling.accessibleDescription().split(", ")
    assert names[0] == "CLS"
    assert len(set(names)) == 5, "no register is called CLS"
    shown = page.falling.grab().toImage()
    cells = [page.falling.tileRect(token).toRect() for token in (1, 4)]
    assert shown.copy(cells[0]) != shown.copy(cells[1]), "each by its own name"


def test_the_patch_that_stands_in_for_cls_is_ringed(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = go_to(qtbot, window, Chapter.SEQUENCE)
    assert isinstance(page, SequencePage)
    picture = window.panes.picture
    middle = picture._cell(1 + 3 * 7 + 3)
    assert middle is not None
    assert picture._key_ring.boundingRect().contains(middle.center())
    assert "(3, 3)" in plain(page.place)
    page.slider.setValue(page.slider.maximum())
    assert page.ringed() == 1 + 3 * 7 + 3
    click_tile = page.falling.tileRect(1 + 2 * 7 + 5).center().toPoint()
    qtbot.mouseClick(page.falling, LEFT, pos=click_tile)
    wait_idle(qtbot, window)
    assert picture._key_ring.boundingRect().isNull(), "the query is a patch itself"
    page.slider.setValue(0)
    click_patch(qtbot, window, 3, 3)
    press(qtbot, window.top.modeButton(Mode.INSPECT))
    assert picture._key_ring.boundingRect().isNull()


def test_a_picture_that_is_being_read_is_not_asked_for(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(wait=False)
    press(qtbot, window.top.modeButton(Mode.LEARN))
    panel = window.panes.learn

    def said() -> str:
        widget = panel._stack.currentWidget()
        return plain(widget) if isinstance(widget, Prose) else ""

    assert "Open a picture first" in said()
    qtbot.waitUntil(lambda: window.controller.model is not None, timeout=30_000)
    gate = held_back(window)
    window.open_path(str(photo))
    qtbot.waitUntil(lambda: window.controller.document.image is not None)
    qtbot.waitUntil(lambda: window.controller.is_running, timeout=30_000)
    assert "reading this picture" in said()
    window.rebuild()
    panel = window.panes.learn
    assert "reading this picture" in said()
    gate.set()
    wait_idle(qtbot, window)
    assert not said()
