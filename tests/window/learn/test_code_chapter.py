"""The code of the last chapter: every term opens, also by the mouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.learn.chapters import (
    LEFT,
    go_to,
    is_done,
    made,
    plain,
    press,
    scores,
    turn_to,
)
from vitviz.domain.interventions import Interventions, ListedIntervention
from vitviz.ui.lab.panel import Tool
from vitviz.ui.learn.chapters.ch12_code import CodePage
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode


@pytest.fixture
def window(spoken: str, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


@pytest.fixture
def in_english(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    """For what no language changes."""
    return open_vitviz(photo)


def test_every_term_of_the_code_opens(qtbot: QtBot, window: MainWindow) -> None:
    click_patch(qtbot, window, 5, 1)
    page = go_to(qtbot, window, Chapter.CODE)
    assert isinstance(page, CodePage)
    press(qtbot, page.chips.chip(1))
    query = window.controller.state.token
    capture = made(window).capture(3)
    score = scores(window, 3, 1)[query]
    weights = score.softmax(-1)
    expected: dict[str, tuple[tuple[int, ...], torch.Tensor | None]] = {
        "Q": ((1, 3, 50, 16), capture.q[1, query]),
        "K": ((1, 3, 50, 16), None),
        "transpose": ((1, 3, 16, 50), None),
        "root": ((), None),
        "attn": ((1, 3, 50, 50), score),
        "softmax": ((1, 3, 50, 50), score),
        "weights": ((1, 3, 50, 50), weights),
        "V": ((1, 3, 50, 16), None),
        "out": ((1, 3, 50, 16), weights @ capture.v[1].double()),
    }
    for index, (term, (shape, values)) in enumerate(expected.items()):
        assert is_done(page) == (index >= 5)
        if term in page.formula.terms():
            turn_to(page.formula)
            spot = page.formula.termRect(term).center().toPoint()
            qtbot.mouseClick(page.formula, LEFT, pos=spot)
        else:
            page.code.linkActivated.emit(term)
        assert page.shape == shape
        if shape:
            sizes = ", ".join(map(str, shape))
            assert f"({sizes})" in plain(page.name)
            assert plain(page.said) == plain(page.name)
        if values is not None:
            shown = page.bars.vectors()[0].values
            np.testing.assert_allclose(shown, values.numpy(), atol=1e-5)
    for text in ("B = 1", "H = 3", "N = 50", "= 16", "16 = 48/3"):
        assert text in plain(page.letters)
    press(qtbot, page.lab)
    assert window.controller.state.mode is Mode.LAB
    assert window.panes.lab.tool() is Tool.HIDE, "as the sentence above it says"


def painted(rows: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Return the colours of rows that are alike, by numpy's singular values."""
    centred = rows - rows.mean(axis=0)
    scores = centred @ np.linalg.svd(centred, full_matrices=False)[2][:3].T
    scores *= np.sign(scores[np.abs(scores).argmax(axis=0), [0, 1, 2]])
    low, high = np.quantile(scores, (0.02, 0.98), axis=0)
    return np.asarray(255 * np.clip((scores - low) / (high - low), 0, 1))


def test_a_term_s_value_is_painted(qtbot: QtBot, in_english: MainWindow) -> None:
    window = in_english
    click_patch(qtbot, window, 5, 1)
    page = go_to(qtbot, window, Chapter.CODE)
    assert isinstance(page, CodePage)
    press(qtbot, page.chips.chip(1))
    wait_idle(qtbot, window)
    query, capture = window.controller.state.token, made(window).capture(3)
    q, k, v = (part[1].double().numpy() for part in (capture.q, capture.k, capture.v))
    score = scores(window, 3, 1).numpy()
    outputs = torch.from_numpy(score).softmax(-1).numpy() @ v
    for term, rows in (("Q", q), ("K", k), ("V", v), ("out", outputs)):
        page.code.linkActivated.emit(term)
        wait_idle(qtbot, window)
        stage = window.panes.picture.stage()
        assert stage is not None
        shown = stage[..., :3].reshape(-1, 3)
        np.testing.assert_allclose(shown, painted(rows[1:]), atol=2, err_msg=term)
    page.code.linkActivated.emit("attn")
    stage = window.panes.picture.stage()
    assert stage is not None
    order = np.abs(score[query, 1:]).argsort()
    assert (np.diff(stage[..., 3].ravel()[order].astype(int)) >= -1).all()
    page.code.linkActivated.emit("weights")
    assert window.panes.picture.stage() is None, "the map is the weights' row"
    page.code.linkActivated.emit("Q")
    page.show_step(-1)
    assert window.panes.picture.stage() is None


def test_the_copied_code_makes_the_numbers_on_screen(
    qtbot: QtBot, in_english: MainWindow, capsys: pytest.CaptureFixture[str]
) -> None:
    window = in_english
    click_patch(qtbot, window, 5, 1)
    page = go_to(qtbot, window, Chapter.CODE)
    assert isinstance(page, CodePage)
    press(qtbot, page.chips.chip(2))
    wait_idle(qtbot, window)
    press(qtbot, page.copy)
    page.code.linkActivated.emit("out")
    names: dict[str, Any] = {}
    exec(QGuiApplication.clipboard().text(), names)
    query = window.controller.state.token
    shown = page.bars.vectors()[0].values
    np.testing.assert_allclose(names["out"][0, 2, query].numpy(), shown, atol=1e-5)
    page.code.linkActivated.emit("weights")
    shown = page.bars.vectors()[0].values
    # the code's scores are of 32 bits, those on screen of 64
    np.testing.assert_allclose(names["weights"][0, 2, query], shown, atol=1e-5)
    assert "tensor" in capsys.readouterr().out
    kind = Interventions(temperature=2)
    window.controller.change(changes=(ListedIntervention(kind),))
    wait_idle(qtbot, window)
    assert not page.copy.isEnabled(), "the three lines would make other numbers"


def test_code_is_clicked_with_the_mouse(qtbot: QtBot, in_english: MainWindow) -> None:
    window = in_english
    page = go_to(qtbot, window, Chapter.CODE)
    assert isinstance(page, CodePage)
    first_line = page.code.fontMetrics().height() // 2
    with qtbot.waitSignal(page.code.linkActivated) as clicked:
        qtbot.mouseClick(page.code, LEFT, pos=QPoint(6, first_line))
    assert clicked.args == ["attn"]
    assert page.shape == (1, 3, 50, 50)
