"""What the window says and shows while something is on its way, and its least size."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, held_back, wait_idle
from vitviz.jobs.models import load
from vitviz.models.model import Model
from vitviz.ui.window import runs
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import RunOptions
from vitviz.views.view_state import Mode

LEFT = Qt.MouseButton.LeftButton
LEAST = 800, 560


@pytest.fixture
def other_model(model_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(model_folder, tmp_path / "another-model")


@pytest.fixture
def slow_load(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Models are loaded once this is set."""
    gate = threading.Event()

    def wait_and_load(*arguments: object, **options: object) -> Model:
        assert gate.wait(60)
        return load(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "load", wait_and_load)
    yield gate
    gate.set()


def drawn(window: MainWindow) -> list[QImage]:
    """Picture, layers and heads as they are on screen."""
    panes = window.panes
    parts = (panes.picture.viewport(), panes.rail, panes.strip)
    return [part.grab().toImage() for part in parts]


def test_the_loading_of_a_model_is_said_and_can_be_cancelled(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_model: Path,
    slow_load: threading.Event,
) -> None:
    slow_load.set()
    window = open_vitviz(photo)
    control, panes = window.controller, window.panes
    model, trace, before = control.model, control.document.trace, drawn(window)
    slow_load.clear()
    window.choose_model(str(other_model))
    assert panes.status.runText() == "Loading another-model …"
    qtbot.waitUntil(panes.rail.cancelButton().isVisible)
    faint = drawn(window)
    assert all(a != b for a, b in zip(faint, before, strict=True)), "old: drawn faintly"
    qtbot.mouseClick(panes.rail.cancelButton(), LEFT)
    assert panes.status.runText() == "Cancelled"
    assert not panes.rail.cancelButton().isVisible()
    assert not control.is_running
    assert drawn(window) == before
    slow_load.set()
    qtbot.waitUntil(lambda: not control.has_jobs, timeout=60_000)
    assert control.model is model, "what comes too late is not taken"
    assert control.document.trace is trace
    window.choose_model(str(other_model))
    wait_idle(qtbot, window)
    assert control.model is not model


def test_a_result_that_is_about_to_be_replaced_is_drawn_faintly(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    before = drawn(window)
    gate = held_back(window)
    window.controller.choose_options(RunOptions(size=96))
    assert drawn(window)[2] == before[2], "not for what takes no time"
    qtbot.waitUntil(window.panes.rail.cancelButton().isVisible)
    faint = drawn(window)
    assert all(a != b for a, b in zip(faint, before, strict=True))
    gate.set()
    wait_idle(qtbot, window)
    window.controller.choose_options(RunOptions())
    wait_idle(qtbot, window)
    assert drawn(window)[2] == before[2], "the same run looks as it did"


def test_the_bar_stays_while_one_wait_follows_another(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_model: Path,
    slow_load: threading.Event,
) -> None:
    slow_load.set()
    window = open_vitviz(photo)
    control, rail = window.controller, window.panes.rail
    gate = held_back(window)
    slow_load.clear()
    window.choose_model(str(other_model))
    qtbot.waitUntil(rail.cancelButton().isVisible)
    # a run of the model before begins while the other one is being loaded
    control.choose_options(RunOptions(size=96))
    assert rail.cancelButton().isVisible()
    seen = []

    def is_there() -> bool:
        seen.append(rail.cancelButton().isVisible())
        return control.model is not None and control.model.info.name == "another-model"

    gate.set()
    slow_load.set()
    qtbot.waitUntil(is_there, timeout=60_000)
    assert all(seen), "nor does it vanish while the first run goes on"
    wait_idle(qtbot, window)
    assert not rail.cancelButton().isVisible()


def test_the_first_seconds_name_the_model_that_is_coming(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_model: Path,
    slow_load: threading.Event,
) -> None:
    window = open_vitviz(photo, model=other_model, wait=False)
    control, status = window.controller, window.panes.status
    said = {status.runText()}

    def has_picture() -> bool:
        said.add(status.runText())
        return control.document.image is not None

    qtbot.waitUntil(has_picture)
    qtbot.waitUntil(window.panes.rail.cancelButton().isVisible)
    said.add(status.runText())
    assert said == {"Loading another-model …"}
    slow_load.set()
    wait_idle(qtbot, window)
    assert "Loading" not in status.runText()


def test_the_window_is_usable_at_its_least_size(
    qtbot: QtBot, spoken: str, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(wait=False)
    window.resize(*LEAST)
    assert window.size().toTuple() == LEAST, "the start page"
    qtbot.waitUntil(lambda: window.controller.model is not None, timeout=30_000)
    window.open_path(str(photo))
    wait_idle(qtbot, window)
    control = window.controller
    tabs = ("strip", "heads", "matrix", "tokens", "classes", "map_test", "views")
    for place in (*tabs, *Mode):
        if isinstance(place, Mode):
            control.change(mode=place)
        else:
            control.change(tab=place)
        wait_idle(qtbot, window)
        window.resize(LEAST[0] + 50, LEAST[1] + 50)
        window.resize(*LEAST)
        hint = window.minimumSizeHint()
        assert (hint.width() <= LEAST[0], hint.height() <= LEAST[1]) == (True, True)
        assert window.size().toTuple() == LEAST, (spoken, place)
        shown = window.panes.picture
        assert shown.width() >= 0.4 * LEAST[0], (spoken, place)
