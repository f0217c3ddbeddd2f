"""The window where memory is short: of an accelerator, or for a model's weights."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from torch import nn

from tests.window.conftest import OpenWindow, wait_idle
from tests.window.input.test_input_options import action
from vitviz.ui.window.main_window import MainWindow


def wait_for_device(qtbot: QtBot, window: MainWindow, device: str) -> None:
    def is_there() -> bool:
        trace = window.controller.document.trace
        is_done = trace is not None and trace.is_complete
        return (
            trace is not None
            and is_done
            and trace.setup.model.device == device
            and not window.controller.has_jobs
        )

    qtbot.waitUntil(is_there, timeout=60_000)


def test_the_cpu_makes_the_run_and_the_window_says_so(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)  # there is no CUDA
    window = open_vitviz(photo)
    control = window.controller
    model, expected = control.model, control.document.trace
    assert model is not None
    assert expected is not None
    block = model.adapter.blocks[2]
    is_short = [True]

    def fail(part: nn.Module, *_arguments: object) -> None:
        if part is block and is_short[0]:
            raise torch.OutOfMemoryError("CUDA out of memory")

    block.register_forward_pre_hook(fail)
    control.adopt(replace(model, info=replace(model.info, device="cuda")))
    wait_for_device(qtbot, window, "cpu")
    trace, status = control.document.trace, window.panes.status
    assert trace is not None
    for layer in range(trace.num_layers):
        assert np.array_equal(trace.row(layer, 3), expected.row(layer, 3))
    said = window.panes.errors.text()
    assert "cuda did not have enough memory for 112×112 px (50 tokens, about " in said
    assert re.search(r"lacks \d+(\.\d)? [kM]B", status.fallback())
    assert "cuda" in status.fallback()
    assert status.runText().endswith(", cpu")

    # what needs the model goes on with the copy that made the trace
    window.panes.controls.methodChosen.emit("relevance")
    qtbot.waitUntil(
        lambda: control.heat is not None and control.heat.method == "relevance",
        timeout=60_000,
    )
    control.change(method="raw")

    # a run that the accelerator can hold is made there again
    is_short[0] = False
    window.panes.errors.dismiss()
    action(window, "224 px").trigger()
    wait_for_device(qtbot, window, "cuda")
    assert status.fallback() == ""
    assert status.runText().endswith(", cuda")
    window.panes.errors.dismiss()

    # one that neither can hold leaves the last one on screen
    is_short[0] = True
    monkeypatch.setattr(
        "vitviz.attention.cpu_fallback.free_bytes", lambda _device: 1000
    )
    shown = control.document.trace
    action(window, "112 px").trigger()
    qtbot.waitUntil(lambda: "nor is there on the CPU" in window.panes.errors.text())
    assert control.document.trace is shown
    assert status.runText().endswith(", cuda")
    window.panes.errors.dismiss()
    qtbot.keyClick(window, Qt.Key.Key_BracketLeft)
    wait_idle(qtbot, window)


def test_a_model_too_large_leaves_the_former_one(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    model, shown = control.model, control.document.trace
    folder = tmp_path / "large"
    shutil.copytree(model_folder, folder)
    monkeypatch.setattr(
        "vitviz.models.checkpoints.checks.free_bytes", lambda _device: 1000
    )
    control.choose_model(str(folder))
    qtbot.waitUntil(lambda: "parameters of large take" in window.panes.errors.text())
    assert "a precision of 16 bits" in window.panes.errors.text()
    assert control.document.trace is shown
    assert control.model is model
    window.panes.errors.dismiss()
    wait_idle(qtbot, window)
