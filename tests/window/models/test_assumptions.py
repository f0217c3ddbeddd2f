"""What a file of weights does not say: shown where the model is, and exported."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz.cli.main import main


def written(folder: Path) -> Path:
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(2)
    module = VisionTransformer(
        img_size=32, patch_size=8, embed_dim=128, depth=2, num_heads=2, num_classes=3
    )
    state = {key: tensor.clone() for key, tensor in module.state_dict().items()}
    safetensors.torch.save_file(state, folder / "mine.safetensors")
    return folder / "mine.safetensors"


def test_what_was_assumed_is_said(
    open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    path = written(tmp_path)
    window = open_vitviz(photo, model=path)
    tip = window.top.modelButton().toolTip()
    assert "2 heads of 64 channels, GELU, norm before attention" in tip
    assert main(["export", str(photo), "-o", str(tmp_path / "a.npz"),
                 "--model", str(path)]) == 0  # fmt: skip
    with np.load(tmp_path / "a.npz") as numbers:
        meta = json.loads(str(numbers["meta"]))
    assert "2 heads (of 64 channels)" in meta["model"]["assumed"]


def test_a_model_that_is_refused_loads_no_longer(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pth"
    broken.write_bytes(b"")
    window = open_vitviz(photo, model=broken, wait=False)
    qtbot.waitUntil(lambda: window.panes.errors.error() is not None)
    qtbot.waitUntil(lambda: not window.controller.has_jobs)
    assert "broken.pth is empty" in str(window.panes.errors.error())
    assert "Loading" not in window.panes.status.runText()
