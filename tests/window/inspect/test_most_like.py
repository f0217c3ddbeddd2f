"""*Most like* in the window: the pane of classes and the Lab, without labels."""

from __future__ import annotations

import copy
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.attention.prepare import set_up
from vitviz.pictures.references import REFERENCES, reference_path
from vitviz.ui.lab.panel import Tool
from vitviz.ui.widgets.most_like import reference_name
from vitviz.views.view_state import Mode

LEFT = Qt.MouseButton.LeftButton


def answers(folder: Path, *pictures: Path) -> np.ndarray[Any, Any]:
    """Return features of pictures by transformers alone, (n, C)."""
    import PIL.Image
    from transformers import ViTImageProcessorPil, ViTModel

    processor = ViTImageProcessorPil.from_pretrained(folder)
    module = ViTModel.from_pretrained(folder, add_pooling_layer=False).eval()
    found = []
    with torch.no_grad():
        for path in pictures:
            picture = PIL.Image.open(path).convert("RGB")
            entered = processor(picture, return_tensors="pt")
            found.append(module(**entered).last_hidden_state[0, 0].double().numpy())
    return np.stack(found)


def likenesses(
    references: np.ndarray[Any, Any], own: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    mean = references.mean(axis=0)
    a, b = references - mean, own - mean
    return a @ b / np.sqrt((a * a).sum(axis=1) * (b @ b))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def features(model_folder: Path) -> np.ndarray[Any, Any]:
    return answers(model_folder, *map(reference_path, REFERENCES))


def test_a_model_without_labels_says_what_it_finds_most_like(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    model_folder: Path,
    features: np.ndarray[Any, Any],
) -> None:
    window = open_vitviz(photo)
    pane = window.panes.classes
    assert not window.controller.screen.references._found, "not before it is asked for"
    qtbot.mouseClick(window.panes.tabs.button("classes"), LEFT)
    assert "Looking for the pictures" in pane.note()
    wait_idle(qtbot, window)
    assert "most like yours" in pane.note()
    row = pane.most_like
    assert row.isVisible()
    shown = row.likeness()
    assert shown is not None
    expected = likenesses(features, answers(model_folder, photo)[0])
    np.testing.assert_allclose(shown.cosines, expected, atol=2e-3)
    assert np.ptp(expected) > 0.3
    # every picture is in sight, and in a usual window can be recognised
    for size, least in (((1400, 900), 76), ((800, 560), 30)):
        window.resize(*size)
        wait_idle(qtbot, window)
        last = row.cellRect(len(REFERENCES) - 1)
        assert last.width() >= least
        assert last.bottom() + row._below_px() <= row.height() + 1
        assert row.mapTo(pane, QPoint(0, row.height())).y() <= pane.height()
    order = [REFERENCES[i] for i in np.argsort(-shown.cosines)]
    lines = row.accessibleDescription().split("; ")
    assert len(lines) == 12
    for line, name in zip(lines, order, strict=True):
        value = shown.cosines[REFERENCES.index(name)]
        text = f"{reference_name(name)} {value:.2f}".replace("-", "\N{MINUS SIGN}")
        assert line == text
    # all twelve are in sight, one beside the other, none over another
    qtbot.waitUntil(lambda: row.height() >= row.heightForWidth(row.width()))
    rects = [row.cellRect(place) for place in range(12)]
    whole = row.rect().toRectF().adjusted(-0.01, -0.01, 0.01, 0.01)
    assert all(whole.contains(rect) for rect in rects)
    assert not pane.searchField().isVisible(), "there is no class to find"
    assert not any(
        one.intersects(other) for i, one in enumerate(rects) for other in rects[:i]
    )
    spot = rects[2].center().toPoint()
    help_ = QHelpEvent(QEvent.Type.ToolTip, spot, row.mapToGlobal(spot))
    QApplication.sendEvent(row, help_)
    assert QToolTip.text() == lines[2]
    QToolTip.hideText()


def test_the_reference_pictures_are_run_on_the_engine_and_only_once(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, other_photo: Path
) -> None:
    window = open_vitviz(photo)
    model = window.controller.model
    assert model is not None
    threads = []

    def count(*_args: object) -> None:
        threads.append(threading.get_ident())

    hook = model.adapter.blocks[0].register_forward_pre_hook(count)
    qtbot.mouseClick(window.panes.tabs.button("classes"), LEFT)
    wait_idle(qtbot, window)
    assert len(threads) == 12
    assert threading.get_ident() not in threads
    first = window.panes.classes.most_like.lines()
    window.controller.open_picture(other_photo)
    wait_idle(qtbot, window)
    hook.remove()
    assert len(threads) == 13, "only the other picture"
    assert window.panes.classes.most_like.lines() != first


def test_a_new_run_does_not_wait_for_the_reference_pictures(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, other_photo: Path
) -> None:
    window = open_vitviz(photo)
    model = window.controller.model
    assert model is not None
    passes: list[int] = []
    gate = threading.Event()

    def hold(*_args: object) -> None:
        passes.append(1)
        if len(passes) == 3:
            gate.wait(60)

    hook = model.adapter.blocks[0].register_forward_pre_hook(hold)
    qtbot.mouseClick(window.panes.tabs.button("classes"), LEFT)
    qtbot.waitUntil(lambda: len(passes) == 3)
    window.controller.open_picture(other_photo)
    picture = window.controller.document.image
    qtbot.waitUntil(lambda: window.controller.document.image is not picture)
    gate.set()
    wait_idle(qtbot, window)
    hook.remove()
    assert len(passes) == 13, "three, the other picture, and the nine that were left"
    assert window.panes.classes.most_like.isVisible()


def test_the_lab_shows_how_the_order_moves(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    model_folder: Path,
    features: np.ndarray[Any, Any],
) -> None:
    window = open_vitviz(photo)
    window.resize(1280, 720)
    panel = window.panes.lab
    window.controller.change(mode=Mode.LAB, layer=2)
    qtbot.mouseClick(panel.toolButton(Tool.HEADS), LEFT)
    qtbot.mouseClick(panel.heads.button(1), LEFT)
    wait_idle(qtbot, window)
    row = panel.view.most_like
    assert row.isVisible()
    now = row.likeness()
    assert now is not None
    from transformers import ViTModel

    module: Any = ViTModel.from_pretrained(model_folder, add_pooling_layer=False).eval()
    entered = set_up(vitviz.load_model(str(model_folder)), photo)[1]
    changed = copy.deepcopy(module)
    with torch.no_grad():
        layers = (
            changed.encoder.layer if hasattr(changed, "encoder") else changed.layers
        )
        projection = next(
            part
            for name, part in layers[2].named_modules()
            if name.endswith(("output.dense", "o_proj")) and part.in_features == 48
        )
        projection.weight[:, 16:32] = 0
        both = [
            m(entered).last_hidden_state[0, 0].double().numpy()
            for m in (module, changed)
        ]
    before, after = (likenesses(features, one) for one in both)
    np.testing.assert_allclose(now.cosines, after, atol=2e-3)
    assert np.abs(after - before).max() > 0.02
    lines = row.lines()
    for place, index in enumerate(np.argsort(-now.cosines)):
        texts = row._texts(int(index), place)
        was = int(np.argsort(np.argsort(-before))[index])
        moved = was - place
        wanted = f"{'▲' if moved > 0 else '▼'}{abs(moved)}" if moved else "="
        assert texts[1][0] == wanted
        assert f"{before[index]:.2f}".replace("-", "−")[:-1] in lines[place]
    assert any(row._texts(i, p)[1][0] != "=" for p, i in enumerate(now.order()))
    assert "Most like" in row.accessibleName()
    assert row.lines()[0] in panel.view.accessibleDescription()
    assert panel.view.rect().contains(row.geometry())
