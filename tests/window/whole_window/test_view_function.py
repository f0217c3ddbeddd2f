"""`vitviz.view` on modules unlike others, and what the window makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

import vitviz
from tests.unit.models.adapters.test_refusals import sam
from tests.window.conftest import wait_idle
from vitviz.explain.gradients import prepared_pixels
from vitviz.ui.window import app as ui
from vitviz.ui.window.main_window import MainWindow

SQUARE = 40, 30, 136, 126
"""Of the photograph, as large as the model's input: no pixel is resampled."""


@pytest.fixture
def viewed(qtbot: QtBot) -> Iterator[list[MainWindow]]:
    """Windows that `vitviz.view` opens, closed and waited for afterwards."""
    windows = ui._kept_windows
    yield windows
    for window in list(windows):
        window.close()
        assert not any(t.isRunning() for t in window.findChildren(QThread))
    windows.clear()


def view(what: object, qtbot: QtBot, windows: list[MainWindow]) -> MainWindow:
    """As in a notebook, where an event loop runs already: returns at once."""
    before = len(windows)
    QTimer.singleShot(0, QApplication.instance(), lambda: vitviz.view(what))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(windows) > before)
    window = windows[-1]
    window.show()
    return window


class Pixels(nn.Module):
    """Sharp attention over patches of 8 px, with two tokens in front; any size."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.cut = nn.Conv2d(3, 24, 8, 8)
        self.first = nn.Parameter(torch.randn(1, 2, 24))
        self.layers = nn.Sequential(*(Layer() for _ in range(3)))

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.cut(pixels).flatten(2).transpose(1, 2)
        x = self.layers(torch.cat([self.first, x], 1))
        logits: Tensor = x[:, 0]
        return logits


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attend = nn.MultiheadAttention(24, 3, batch_first=True)
        with torch.no_grad():
            self.attend.in_proj_weight.mul_(4)
        self.mix = nn.Linear(24, 24)

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = x + self.mix(x + self.attend(x, x, x, need_weights=False)[0])
        return mixed


def test_a_trace(qtbot: QtBot, viewed: list[MainWindow], photo: Path) -> None:
    trace = vitviz.trace(vitviz.wrap(Pixels(), size=96), photo)
    window = view(trace, qtbot, viewed)
    qtbot.waitUntil(lambda: window.controller.heat is not None)
    assert window.controller.document.trace is trace
    assert trace.setup.prefix_names == ("cls", "reg0")
    assert trace.grid == (12, 12)


def test_a_trace_of_a_prepared_tensor_lies_on_its_picture(
    qtbot: QtBot, viewed: list[MainWindow], photo: Path
) -> None:
    """A square of the tensor's colours, not the page of the start."""
    model = vitviz.wrap(Pixels(), size=96)
    of_picture = vitviz.trace(model, PIL.Image.open(photo).convert("RGB").crop(SQUARE))
    window = view(vitviz.trace(model, prepared_pixels(of_picture)), qtbot, viewed)
    control = window.controller
    qtbot.waitUntil(lambda: control.heat is not None)
    assert window.panes.picture.isVisible()
    image = control.document.image
    assert image is not None
    np.testing.assert_array_equal(image.pixels, of_picture.setup.picture.pixels)
    assert control.document.trace is not None
    assert control.document.trace.setup.image is None, (
        "8 bits are not the tensor's values"
    )


def test_a_model_runs_on_the_picture_that_is_opened(
    qtbot: QtBot, viewed: list[MainWindow], photo: Path
) -> None:
    window = view(vitviz.wrap(Pixels(), size=96), qtbot, viewed)
    window.open_path(str(photo))
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.setup.model.name == "Pixels"
    assert trace.max_error < 1e-5


def test_a_path(qtbot: QtBot, viewed: list[MainWindow], photo: Path) -> None:
    window = view(photo, qtbot, viewed)
    wait_idle(qtbot, window)
    assert window.controller.document.image is not None


def test_windowed_layers_are_marked_and_passed_over(
    qtbot: QtBot, viewed: list[MainWindow], photo: Path
) -> None:
    module = sam()
    window = view(vitviz.wrap(module), qtbot, viewed)
    window.open_path(str(photo))
    wait_idle(qtbot, window)
    control = window.controller
    assert control.heat is not None
    assert control.heat.layer == 1
    assert window.panes.rail._windowed == {0, 2}
    assert set(control.screen.rail) == {1}
    control.change(layer=0)
    assert control.heat.layer == 1
    control.steps.step_layer(1)
    assert control.heat.layer == 1
    for tab in ("heads", "tokens", "matrix", "classes"):
        control.change(tab=tab)
        wait_idle(qtbot, window)


def test_methods_across_layers_say_why_they_cannot(
    qtbot: QtBot, viewed: list[MainWindow], photo: Path
) -> None:
    window = view(vitviz.wrap(sam()), qtbot, viewed)
    window.open_path(str(photo))
    wait_idle(qtbot, window)
    window.controller.change(method="rollout")
    qtbot.waitUntil(lambda: window.panes.errors.isVisible())
    assert "within small windows" in window.panes.errors.text()
    assert window.controller.heat is not None


def test_what_cannot_be_shown_is_refused_in_the_window(
    qtbot: QtBot, viewed: list[MainWindow], photo: Path
) -> None:
    class Manual(Pixels):
        def forward(self, pixels: Tensor) -> Tensor:
            x = self.cut(pixels).flatten(2).transpose(1, 2)
            for layer in self.layers:
                assert isinstance(layer, Layer)
                x = layer.mix(torch.softmax(x @ x.mT, -1) @ x)
            first: Tensor = x[:, 0]
            return first

    window = view(vitviz.wrap(Manual(), size=96), qtbot, viewed)
    window.open_path(str(photo))
    qtbot.waitUntil(lambda: window.panes.errors.isVisible())
    assert "Manual" in window.panes.errors.text() or "blocks" in (
        window.panes.errors.text()
    )
    assert window.controller.heat is None
