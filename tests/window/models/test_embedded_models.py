"""The two embedded models: which one opens, and the switch between them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import PIL.Image
import pytest
import torch
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from tests.window.conftest import QUICK, OpenWindow, wait_idle
from vitviz.models.adapters import embedded
from vitviz.system.paths import resource
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.start_page import (
    StartPage,
    sample_name,
    sample_paths,
    shown_sample_paths,
)


def entry(window: MainWindow, text: str) -> QAction:
    """The line of the model button's menu that begins so."""
    found = [
        action
        for menu in window.top.findChildren(QMenu)
        for action in menu.actions()
        if action.text() == text
    ]
    assert len(found) == 1, text
    return found[0]


def name_and_patch(window: MainWindow) -> tuple[str, int]:
    trace = window.controller.document.trace
    assert trace is not None
    info = trace.setup.model
    return info.name, info.patch_size[0]


def test_the_trained_one_opens_and_one_click_switches(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedded, "estimated_pass_s", lambda: 0.4)
    window = open_vitviz(photo, model=None)
    assert name_and_patch(window) == ("vitviz-small", 14)
    assert window.controller.choice.name == "vitviz-small"
    assert entry(window, "vitviz-small").isChecked()
    assert entry(window, "patches of 14 px").isChecked()
    entry(window, "vitviz-flexi").trigger()
    wait_idle(qtbot, window)
    assert name_and_patch(window) == ("vitviz-flexi", 14)
    assert entry(window, "vitviz-flexi").isChecked()
    assert not entry(window, "vitviz-small").isChecked()
    entry(window, "patches of 32 px").trigger()
    wait_idle(qtbot, window)
    assert name_and_patch(window) == ("vitviz-flexi", 32)
    entry(window, "vitviz-small").trigger()
    wait_idle(qtbot, window)
    assert name_and_patch(window) == ("vitviz-small", 32)


def test_the_quick_one_opens_where_a_pass_would_be_slow(
    open_vitviz: OpenWindow, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "estimated_pass_s", lambda: 0.6)
    window = open_vitviz(photo, model=None)
    assert name_and_patch(window) == ("vitviz-flexi", 16)
    assert window.controller.choice.name == "vitviz-flexi"


def test_from_a_model_of_another_kind_a_patch_size_takes_the_default(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    assert not any(entry(window, n).isChecked() for n in ("vitviz-small", QUICK))
    entry(window, QUICK).trigger()
    wait_idle(qtbot, window)
    assert name_and_patch(window) == (QUICK, 16)


@pytest.mark.parametrize(
    ("seconds", "missing", "device", "name"),
    [
        pytest.param(0.4, (), "cpu", "vitviz-small", id="quick"),
        pytest.param(0.6, (), "cpu", "vitviz-flexi", id="slow"),
        pytest.param(0.6, (), "cuda", "vitviz-small", id="accelerator"),
        pytest.param(0.4, ("vitviz-small",), "cpu", "vitviz-flexi", id="no small"),
        pytest.param(0.6, ("vitviz-flexi",), "cpu", "vitviz-small", id="no flexi"),
    ],
)
def test_which_one_suits_a_machine(
    seconds: float,
    missing: tuple[str, ...],
    device: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedded, "estimated_pass_s", lambda: seconds)
    monkeypatch.setattr(embedded, "has_embedded", lambda one: one not in missing)
    assert embedded.name_for_this_machine(torch.device(device)) == name


@pytest.mark.alone
def test_the_estimate_is_near_a_real_pass() -> None:
    """Within a factor of four, in processor time, by the quickest of several."""
    import time

    import vitviz

    model = vitviz.load_model("vitviz-small", device="cpu")
    pixels = torch.zeros(1, 3, 224, 224)
    times = []
    with torch.inference_mode():
        for _ in range(6):
            start = time.process_time()
            model.adapter.forward(pixels)
            times.append((time.process_time() - start) / torch.get_num_threads())
    guess = min(embedded.estimated_pass_s() for _ in range(3))
    assert 0.25 < guess / min(times) < 4


def test_the_start_page_shows_six_samples(
    qtbot: QtBot, open_vitviz: OpenWindow, spoken: str
) -> None:
    window = open_vitviz(model=QUICK, wait=False)
    page = window.findChild(StartPage)
    assert page is not None
    names = ["kingfisher", "citrus", "street", "facade", "wall", "night"]
    buttons = [b for b in page.samples.findChildren(QToolButton) if b.property("path")]
    assert sorted(b.objectName() for b in buttons) == sorted(names)
    assert [path.stem for path in shown_sample_paths()] == names
    # those that the tests, the lessons and the documentation use are samples too
    every = {path.stem for path in sample_paths()}
    assert every == {*names, "cat", "coffee", "rocket"}
    said = {sample_name(path) for path in sample_paths()}
    assert len(said) == len(every)
    if spoken == "ja":
        assert all(not name.isascii() for name in said), said
    qtbot.waitUntil(lambda: not window.controller.has_jobs, timeout=60_000)


def test_samples_are_small_files_of_enough_pixels_with_their_licence() -> None:
    licences = resource("samples", "LICENSE.md").read_text(encoding="utf-8")
    for path in shown_sample_paths():
        assert path.stat().st_size <= 200_000, path.stem
        with PIL.Image.open(path) as picture:
            assert min(picture.size) >= 500, path.stem
    for path in sample_paths():
        (line,) = (n for n in licences.splitlines() if n.startswith(f"| `{path.name}`"))
        assert "CC0" in line or "public domain" in line, path.stem


@pytest.mark.parametrize("size", [(800, 560), (1280, 720), (1920, 1080)])
def test_all_six_samples_are_whole_on_the_start_page(
    qtbot: QtBot, open_vitviz: OpenWindow, size: tuple[int, int]
) -> None:
    """None reaches over the page or another; what lies below is scrolled to."""
    window = open_vitviz(model=QUICK, wait=False)
    window.resize(*size)
    page = window.findChild(StartPage)
    assert page is not None
    grid = page.samples
    qtbot.waitUntil(lambda: grid.height() >= grid.minimumSizeHint().height())
    buttons = [b for b in grid.findChildren(QToolButton) if b.property("path")]
    places = [b.geometry() for b in buttons]
    assert all(grid.rect().contains(place) for place in places)
    assert not any(a.intersects(b) for a, b in combinations(places, 2))
    columns = {place.left() for place in places}
    assert len(columns) == 3, "two rows of three"
    qtbot.waitUntil(lambda: not window.controller.has_jobs, timeout=60_000)
