"""The chapters of Learn as a viewer reaches and reads them."""

from __future__ import annotations

import html
import re

import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import wait_idle
from vitviz.attention.trace import Trace
from vitviz.domain.number_text import written_out
from vitviz.ui.learn.page import Page
from vitviz.ui.learn.text import Prose
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode

LEFT = Qt.MouseButton.LeftButton


def press(qtbot: QtBot, button: QWidget) -> None:
    turn_to(button)
    assert button.isEnabled()
    qtbot.mouseClick(button, LEFT)


def go_to(qtbot: QtBot, window: MainWindow, chapter: Chapter) -> Page:
    """Open a chapter; a guess that it opens with is passed over."""
    page = ask_in(qtbot, window, chapter)
    guess = page.open_guess()
    if guess is not None:
        guess.reveal()
    return page


def ask_in(qtbot: QtBot, window: MainWindow, chapter: Chapter) -> Page:
    """Open a chapter, at its guess where it opens with one."""
    press(qtbot, window.top.modeButton(Mode.LEARN))
    press(qtbot, window.panes.learn.button(chapter))
    wait_idle(qtbot, window)
    page = window.panes.learn.page()
    assert page is not None
    assert page.isVisible()
    return page


def turn_to(widget: QWidget) -> None:
    """Turn a chapter to the step that a widget is on, if it is on one."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, Page):
            above.show_part(widget)
        above = above.parentWidget()


def bring_into_view(window: MainWindow, widget: QWidget) -> None:
    """Go as far as a viewer would."""
    turn_to(widget)
    for area in window.panes.learn.findChildren(QScrollArea):
        if area.isAncestorOf(widget):
            area.ensureWidgetVisible(widget)


def made(window: MainWindow) -> Trace:
    found = window.controller.document.trace
    assert found is not None
    return found


def plain(prose: Prose) -> str:
    """What is read: no marks, one kind of space."""
    text = re.sub(r"<[^>]+>", " ", prose.source())
    return re.sub(r"\s+", " ", html.unescape(text))


def figures(prose: Prose) -> list[str]:
    """Every number that stands in a text."""
    text = plain(prose).replace("\N{MINUS SIGN}", "-")
    return re.findall(r"(?:≈ )?-?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?", text)


def said(value: float) -> str:
    return written_out(value).replace("\N{MINUS SIGN}", "-")


def scores(window: MainWindow, layer: int, head: int) -> torch.Tensor:
    """(N, N) scaled scores, by torch."""
    capture = made(window).capture(layer)
    q, k = capture.q[head].double(), capture.k[head].double()
    found: torch.Tensor = q @ k.T / q.shape[-1] ** 0.5
    return found


def is_done(page: Page) -> bool:
    assert page.task is not None
    return page.task.isDone()
