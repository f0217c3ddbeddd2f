"""What fails, is refused or is cancelled leaves what was there before."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from torch.nn.functional import scaled_dot_product_attention

import vitviz
from tests.unit.attention.test_tap import Network
from tests.window.clicks import click_patch, heat_on_screen
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.domain.placement import Fit
from vitviz.jobs.queue import JobKind
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import RunOptions

LEFT = Qt.MouseButton.LeftButton


def test_a_failed_open_keeps_picture_and_result(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    trace, image = window.controller.document.trace, window.controller.document.image
    before = heat_on_screen(window)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"<html>not a picture</html>")
    window.open_path(str(broken))
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert "broken.jpg" in window.panes.errors.text()
    assert window.controller.document.trace is trace
    assert window.controller.document.image is image
    np.testing.assert_array_equal(heat_on_screen(window), before)


def test_a_failed_model_keeps_the_former_one(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    model, trace = window.controller.model, window.controller.document.trace
    window.controller.choose_model(str(tmp_path))
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert "config.json" in window.panes.errors.text()
    assert window.controller.model is model
    assert window.controller.document.trace is trace
    click_patch(qtbot, window, 2, 2)
    assert not window.panes.errors.isVisible()


def _grid(window: MainWindow) -> tuple[int, int] | None:
    trace = window.controller.document.trace
    return None if trace is None else trace.grid


@pytest.mark.parametrize("held", [0, 2])
def test_a_long_run_shows_progress_and_can_be_cancelled(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, held: int
) -> None:
    window = open_vitviz(photo)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    control, rail = window.controller, window.panes.rail
    assert control.model is not None
    before = control.document.trace
    gate = threading.Event()
    block = control.model.adapter.blocks[held]
    hook = block.register_forward_pre_hook(lambda *_: gate.wait(60) and None)
    control.choose_options(RunOptions(size=448))
    qtbot.waitUntil(rail.cancelButton().isVisible, timeout=30_000)
    trace = control.document.trace
    assert trace is not None
    if held:
        qtbot.waitUntil(lambda: _grid(window) == (28, 28))
        trace = control.document.trace
        assert trace is not None
        assert not trace.is_complete
    else:
        assert trace is before, "nothing has arrived: the old view stays"
    qtbot.mouseClick(rail.cancelButton(), LEFT)
    gate.set()
    qtbot.waitUntil(lambda: not control.is_running, timeout=60_000)
    hook.remove()
    assert "Cancelled" in window.panes.status.runText()
    assert not rail.cancelButton().isVisible()
    trace = control.document.trace
    assert trace is not None
    side = 28 if held else 7
    if held:
        assert not trace.is_complete
        assert any(trace.captures), "layers that have arrived stay"
    click_patch(qtbot, window, side // 2, side // 2)
    assert control.heat is not None
    assert control.heat.patches.shape == (side, side)
    control.choose_options(RunOptions())
    wait_idle(qtbot, window)
    assert control.document.trace is not None
    assert control.document.trace.grid == (7, 7)
    assert control.document.trace.max_error <= 1e-5


def test_a_size_beyond_the_limit_keeps_the_former_result(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    trace = window.controller.document.trace
    window.controller.choose_options(RunOptions(size=8000, fit=Fit.WHOLE))
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert "too large" in window.panes.errors.text()
    assert window.controller.document.trace is trace
    assert window.controller.options == RunOptions()
    click_patch(qtbot, window, 3, 3)
    assert heat_on_screen(window).shape == (7, 7)


def test_a_model_whose_attention_is_not_tapped_keeps_the_former_one(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, other_photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    model, trace = control.model, control.document.trace
    control.adopt(vitviz.wrap(Network(scaled_dot_product_attention)))
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert "without calling" in window.panes.errors.text()
    assert control.model is model
    assert control.document.trace is trace
    window.open_path(str(other_photo))
    qtbot.waitUntil(lambda: window.windowTitle().startswith("cat.png"))
    wait_idle(qtbot, window)


def test_a_model_file_is_opened_and_a_bad_one_keeps_the_former(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from timm.models.vision_transformer import VisionTransformer

    window = open_vitviz(photo)
    control = window.controller
    former = control.document.trace
    module = VisionTransformer(
        img_size=64, patch_size=16, embed_dim=192, depth=2, num_heads=3, num_classes=5
    )
    good, bad = tmp_path / "good.pth", tmp_path / "bad.pth"
    torch.save(module.state_dict(), good)
    bad.write_bytes(b"<html>not found</html>")
    for path in (bad, good):
        monkeypatch.setattr(
            "vitviz.ui.models.open_model.QFileDialog.getOpenFileName",
            lambda *_args, path=path: (str(path), ""),
        )
        window.top.modelFileRequested.emit()
        if path is bad:
            qtbot.waitUntil(window.panes.errors.isVisible)
            assert "web page" in window.panes.errors.text()
            assert control.document.trace is former
            window.panes.errors.dismiss()
    qtbot.waitUntil(lambda: control.document.trace is not former, timeout=20_000)
    wait_idle(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    assert trace.setup.model.name == "good"
    assert trace.grid == (4, 4)


def test_what_is_cancelled_while_it_waits_is_over(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    assert control.model is not None
    gate = threading.Event()
    block = control.model.adapter.blocks[0]
    hook = block.register_forward_pre_hook(lambda *_: gate.wait(60) and None)
    control.choose_options(RunOptions(size=224))
    qtbot.waitUntil(lambda: control.workers.is_awaited(JobKind.RUN))
    control.choose_model(str(model_folder))  # waits behind the run
    control.cancel()
    gate.set()
    qtbot.waitUntil(lambda: not control.has_jobs)
    hook.remove()
    assert not control.is_running


def test_a_first_model_that_cannot_run_leaves_picture_and_menus(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    """It loads, and its run fails: the picture stays, and another can be chosen."""
    import transformers

    folder = photo.parent / "five_channels"
    config = transformers.ViTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=64,
        num_channels=5,
    )
    transformers.ViTModel(config).save_pretrained(folder)
    window = open_vitviz(photo, model=folder, wait=False)
    qtbot.waitUntil(window.panes.errors.isVisible, timeout=60_000)
    assert "five_channels" in window.panes.errors.text()
    document = window.controller.document
    assert document.image is not None
    assert document.trace is None
    assert window.top.modelButton().isEnabled()
    window.controller.choose_model(str(model_folder))
    wait_idle(qtbot, window)
    assert window.controller.document.trace is not None
    assert not window.panes.errors.isVisible()
