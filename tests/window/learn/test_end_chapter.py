"""The end: ten questions on this picture, the card as a file, the way to the Lab."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.learn.chapters import (
    ask_in,
    figures,
    made,
    plain,
    press,
    said,
    scores,
)
from vitviz.domain.heads import HeadChoice
from vitviz.lessons.guess import Verdict
from vitviz.pictures.references import REFERENCES
from vitviz.system import settings
from vitviz.ui.lab.panel import Tool
from vitviz.ui.learn.chapters.ch13_end import EndPage
from vitviz.ui.learn.guess import ChoiceGuess
from vitviz.ui.widgets.most_like import reference_name
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode

LAYER, QUERY = 3, 1 + 2 * 7 + 4


@pytest.fixture
def window(spoken: str, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


def opened(qtbot: QtBot, window: MainWindow) -> EndPage:
    click_patch(qtbot, window, 2, 4)
    page = ask_in(qtbot, window, Chapter.END)
    assert isinstance(page, EndPage)
    return page


def option(guess: ChoiceGuess, text: str) -> int:
    return next(n for n in range(3) if guess.button(n).text() == text)


def test_ten_questions_make_a_card(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.set(learn_done=(Chapter.COST.value,))
    page = opened(qtbot, window)
    press(qtbot, page.tokens.button(option(page.tokens, "50")))
    assert page.tokens.verdict() is Verdict.RIGHT
    assert "7 × 7 + 1" in plain(page.tokens.answer)
    press(qtbot, page.positions.button(1))
    assert page.positions.verdict() is Verdict.WRONG
    press(qtbot, page.halved.button(option(page.halved, f"{2 * 7 * 2 * 7:,}")))
    assert page.halved.verdict() is Verdict.RIGHT
    assert figures(page.halved.answer)[-2:] == ["14", "14"]
    press(qtbot, page.pairs.button(0))
    assert page.pairs.verdict() is Verdict.NEAR
    assert figures(page.pairs.answer)[-2:] == ["50", f"{50 * 50:,}"]
    press(qtbot, page.ones.button(0))
    assert "1.000" in plain(page.ones.answer)
    page.show_part(page.strongest)
    assert window.panes.picture.stage() is not None, "the map would tell"
    score = scores(window, LAYER, 0)[QUERY].clone()
    score[[0, QUERY]] = -np.inf
    click_patch(qtbot, window, *divmod(int(score.argmax()) - 1, 7))
    assert page.strongest.verdict() is Verdict.RIGHT
    assert window.panes.picture.stage() is None
    press(qtbot, page.divisor.button(0))
    assert page.divisor.verdict() is Verdict.WRONG
    width = made(window).capture(LAYER).q.shape[-1]
    assert figures(page.divisor.answer)[-2:] == [f"{width}", said(width**0.5)]
    press(qtbot, page.value.button(1))
    assert page.value.verdict() is Verdict.RIGHT
    heads, numbers = made(window).num_heads, made(window).capture(LAYER).v.shape[-1]
    assert figures(page.joined.question) == ["9", f"{heads}", f"{numbers}"]
    press(qtbot, page.joined.button(option(page.joined, f"{heads * numbers:,}")))
    assert page.joined.verdict() is Verdict.RIGHT
    assert not window.panes.learn.button(Chapter.END).isDone()
    press(qtbot, page.proof.button(2))
    assert window.panes.learn.button(Chapter.END).isDone()
    assert page.right() == 7
    page.show_part(page.card)
    wait_idle(qtbot, window)
    card = page.card.accessibleDescription()
    assert card.splitlines()[-3].count("7") == 1
    assert "4 ✓ 13 ✓" in card, "chapter 4 was done before"
    assert any(reference_name(name) in card for name in REFERENCES)
    target = tmp_path / "card.png"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(target), "PNG (*.png)")
    )
    press(qtbot, page.save)
    saved = np.asarray(PIL.Image.open(target).convert("RGB"))
    assert saved.shape == (640, 1280, 3)
    # a grey photograph would have no colour: the map is laid over it
    assert len(np.unique(saved[:, :640].reshape(-1, 3), axis=0)) > 500
    assert target.name in plain(page.saved)


def test_the_value_decides_as_the_run_says(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """Whether weight and contribution agree, over queries where they do and do not."""
    window = open_vitviz(photo)
    page = opened(qtbot, window)
    trace = made(window)
    places: dict[bool, tuple[int, int, int]] = {}
    for layer in range(trace.num_layers):
        for head in range(trace.num_heads):
            lengths = trace.capture(layer).v[head].double().norm(dim=1)
            weights = scores(window, layer, head).softmax(-1)
            agrees = weights.argmax(1) == (weights * lengths).argmax(1)
            for query in range(1, trace.num_tokens):
                places.setdefault(bool(agrees[query]), (layer, head, query))
    assert set(places) == {True, False}
    for agrees_here, (layer, head, query) in places.items():
        window.controller.change(layer=layer, heads=HeadChoice((head,)))
        click_patch(qtbot, window, *divmod(query - 1, 7))
        wait_idle(qtbot, window)
        page.value.restart()
        press(qtbot, page.value.button(2))
        assert page.value.verdict() is Verdict.WRONG
        said_here = "Here it does." if agrees_here else "Here it does not."
        assert plain(page.value.answer).endswith(said_here)


def test_no_answer_stands_under_why(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    page = opened(qtbot, open_vitviz(photo))
    for guess in page.questions():
        page.show_part(guess)
        assert page.why.isHidden()
        assert not guess.answer.isVisible()


def test_all_ten_are_answered_by_the_clicker(
    qtbot: QtBot, spoken: str, open_vitviz: OpenWindow, photo: Path
) -> None:
    """Forward shows each answer and turns on; keys alone choose an option."""
    window = open_vitviz(photo)
    page = opened(qtbot, window)
    for guess in page.questions():
        assert page.current_step().guess is guess
        assert guess.isOpen()
        if isinstance(guess, ChoiceGuess):
            guess.button(0).setFocus()
            qtbot.keyClick(guess.button(0), Qt.Key.Key_Space)
            assert guess.verdict() is not None
        else:
            qtbot.keyClick(window, Qt.Key.Key_PageDown)
        assert guess.isRevealed()
        # why it is so: the chapter, by its number
        assert re.search(r"(Chapter |第)\d", plain(guess.answer))
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
        wait_idle(qtbot, window)
    assert page.current_step().isAncestorOf(page.card)


def test_a_card_that_cannot_be_written_is_said(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    page = opened(qtbot, window)
    target = tmp_path / "no folder" / "card.png"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(target), "PNG (*.png)")
    )
    press(qtbot, page.save)
    assert not target.exists()
    assert plain(page.saved).strip()


def test_three_things_lead_to_their_tools(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    page = opened(qtbot, window)
    tools = (Tool.HIDE, Tool.HEADS, Tool.SOFTMAX)
    for button, tool in zip(page.tries, tools, strict=True):
        press(qtbot, button)
        assert window.controller.state.mode is Mode.LAB
        assert window.panes.lab.tool() is tool
        press(qtbot, window.top.modeButton(Mode.LEARN))
        wait_idle(qtbot, window)


def test_a_web_page_is_asked_for(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    page = opened(qtbot, window)
    asked: list[object] = []
    dialog = window.controller.export_dialog
    monkeypatch.setattr(dialog, "ask_page", lambda *args: asked.append(args))
    press(qtbot, page.page_button)
    assert len(asked) == 1
