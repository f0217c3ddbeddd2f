"""The first start: three hints where they apply, each dismissed for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.system import settings
from vitviz.ui.window.hints import GAP_PX, About
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.view_state import Mode


@pytest.fixture
def window(qtbot: QtBot, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    opened = open_vitviz(photo, wait=False)
    opened.offers_hints = True
    wait_idle(qtbot, opened)
    return opened


def shown(window: MainWindow) -> set[About]:
    found = {about: window.hints.hint(about) for about in About}
    return {a for a, hint in found.items() if hint is not None and hint.isVisible()}


def test_three_hints_each_beside_what_it_is_about(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: shown(window) == set(About))
    central = window.centralWidget()
    assert central is not None
    for about in About:
        hint = window.hints.hint(about)
        assert hint is not None
        assert central.rect().contains(hint.geometry())
        assert hint.accessibleName()
    heads = window.hints.hint(About.HEADS)
    layers = window.hints.hint(About.LAYERS)
    assert heads is not None
    assert layers is not None
    strip, rail = window.panes.strip, window.panes.rail
    left = strip.mapTo(central, strip.rect().topLeft()).x()
    assert abs(heads.geometry().right() - left) < 12
    top = rail.mapTo(central, rail.rect().topLeft()).y()
    assert abs(layers.geometry().bottom() - top) < 12


def test_what_is_done_or_dismissed_does_not_come_again(
    qtbot: QtBot, window: MainWindow
) -> None:
    qtbot.waitUntil(lambda: shown(window) == set(About))
    hint = window.hints.hint(About.LAYERS)
    assert hint is not None
    qtbot.mouseClick(hint.closeButton(), Qt.MouseButton.LeftButton)
    click_patch(qtbot, window, 2, 2)
    qtbot.waitUntil(lambda: shown(window) == {About.HEADS})
    assert set(settings.get().dismissed_hints) == {"layers", "picture"}
    window.rebuild()
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: shown(window) == {About.HEADS})
    window.controller.change(mode=Mode.LEARN)
    qtbot.waitUntil(lambda: not shown(window))
    window.controller.change(mode=Mode.INSPECT)
    window.actions_by_name["hints"].trigger()
    qtbot.waitUntil(lambda: shown(window) == set(About))
    settings.set(dismissed_hints=())


def test_keys_do_what_a_hint_says_too(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: shown(window) == set(About))
    qtbot.keyClick(window, Qt.Key.Key_BracketLeft)
    qtbot.waitUntil(lambda: shown(window) == {About.PICTURE, About.HEADS})
    qtbot.keyClick(window, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: shown(window) == {About.PICTURE})
    assert set(settings.get().dismissed_hints) == {"layers", "heads"}
    settings.set(dismissed_hints=())


def test_hints_leave_the_colour_bar_in_sight(
    qtbot: QtBot, spoken: str, window: MainWindow
) -> None:
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: shown(window) == set(About))
    central, bar = window.centralWidget(), window.panes.bar
    assert central is not None
    scale = bar.barRect().toAlignedRect()
    scale.moveTopLeft(bar.mapTo(central, scale.topLeft()))
    for about in About:
        hint = window.hints.hint(about)
        assert hint is not None
        card = hint.geometry().adjusted(0, 0, -GAP_PX, -GAP_PX)  # its tip is beside
        assert not card.intersects(scale), (spoken, about)


def test_hints_are_for_one_start(
    qtbot: QtBot, window: MainWindow, open_vitviz: OpenWindow, photo: Path
) -> None:
    """Also those that were left where they were."""
    qtbot.waitUntil(lambda: shown(window) == set(About))
    window.close()
    settings.load()
    again = open_vitviz(photo, wait=False)
    again.offers_hints = True
    wait_idle(qtbot, again)
    click_patch(qtbot, again, 1, 1)
    assert not shown(again)
    again.actions_by_name["hints"].trigger()
    qtbot.waitUntil(lambda: shown(again) == set(About))


def test_a_window_that_is_no_first_start_has_none(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    click_patch(qtbot, window, 1, 1)
    assert not shown(window)
    assert not settings.get().dismissed_hints
