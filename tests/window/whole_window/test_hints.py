"""The first start: three hints where they apply, each dismissed for good."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.system import settings
from vitviz.ui.window.hints import GAP_PX, About, Hint
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


def is_alone(window: MainWindow, about: About) -> bool:
    return shown(window) == {about}


def is_on_what_is_seen(window: MainWindow, hint: Hint) -> bool:
    picture, central = window.panes.picture, window.centralWidget()
    assert central is not None
    seen = picture.inputRect()
    place = picture.mapFrom(central, hint.geometry().topLeft())
    return seen is not None and seen.contains(QPointF(place))


def test_three_hints_one_at_a_time_each_beside_what_it_is_about(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(1280, 720)
    central, panes = window.centralWidget(), window.panes
    assert central is not None
    for about in About:
        qtbot.waitUntil(partial(is_alone, window, about))
        hint = window.hints.hint(about)
        assert hint is not None
        assert central.rect().contains(hint.geometry())
        assert hint.accessibleName()
        if about is About.PICTURE:  # on what the model sees, not on a shaded margin
            qtbot.waitUntil(partial(is_on_what_is_seen, window, hint))
        elif about is About.LAYERS:
            top = panes.rail.mapTo(central, panes.rail.rect().topLeft()).y()
            assert abs(hint.geometry().bottom() - top) < 12
        else:
            left = panes.bar.mapTo(central, panes.bar.rect().topLeft()).x()
            assert abs(hint.geometry().right() - left) < 12
        qtbot.mouseClick(hint.closeButton(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not shown(window))
    settings.set(dismissed_hints=())


def test_what_is_done_or_dismissed_does_not_come_again(
    qtbot: QtBot, window: MainWindow
) -> None:
    qtbot.waitUntil(lambda: shown(window) == {About.PICTURE})
    click_patch(qtbot, window, 2, 2)
    qtbot.waitUntil(lambda: shown(window) == {About.LAYERS})
    hint = window.hints.hint(About.LAYERS)
    assert hint is not None
    qtbot.mouseClick(hint.closeButton(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown(window) == {About.HEADS})
    assert set(settings.get().dismissed_hints) == {"layers", "picture"}
    window.rebuild()
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: shown(window) == {About.HEADS})
    window.controller.change(mode=Mode.LEARN)
    qtbot.waitUntil(lambda: not shown(window))
    window.controller.change(mode=Mode.INSPECT)
    window.actions_by_name["hints"].trigger()
    qtbot.waitUntil(lambda: shown(window) == {About.PICTURE})
    settings.set(dismissed_hints=())


def test_keys_do_what_a_hint_says_too(qtbot: QtBot, window: MainWindow) -> None:
    """Also before its hint: who has chosen a layer need not be told how."""
    qtbot.waitUntil(lambda: shown(window) == {About.PICTURE})
    qtbot.keyClick(window, Qt.Key.Key_BracketLeft)
    qtbot.keyClick(window, Qt.Key.Key_Period)
    assert set(settings.get().dismissed_hints) == {"layers", "heads"}
    click_patch(qtbot, window, 2, 2)
    qtbot.waitUntil(lambda: not shown(window))
    settings.set(dismissed_hints=())


def test_hints_leave_the_colour_bar_in_sight(
    qtbot: QtBot, spoken: str, window: MainWindow
) -> None:
    window.resize(1280, 720)
    central, bar = window.centralWidget(), window.panes.bar
    assert central is not None
    for about in About:
        qtbot.waitUntil(partial(is_alone, window, about))
        hint = window.hints.hint(about)
        assert hint is not None
        scale = bar.barRect().toAlignedRect()
        scale.moveTopLeft(bar.mapTo(central, scale.topLeft()))
        card = hint.geometry().adjusted(0, 0, -GAP_PX, -GAP_PX)  # its tip is beside
        assert not card.intersects(scale), (spoken, about)
        qtbot.mouseClick(hint.closeButton(), Qt.MouseButton.LeftButton)
    settings.set(dismissed_hints=())


def test_hints_are_for_one_start(
    qtbot: QtBot, window: MainWindow, open_vitviz: OpenWindow, photo: Path
) -> None:
    """Also one that was left where it was; the next start goes on with the next."""
    qtbot.waitUntil(lambda: shown(window) == {About.PICTURE})
    window.close()
    settings.load()
    again = open_vitviz(photo, wait=False)
    again.offers_hints = True
    wait_idle(qtbot, again)
    qtbot.waitUntil(lambda: shown(again) == {About.LAYERS})
    again.actions_by_name["hints"].trigger()
    qtbot.waitUntil(lambda: shown(again) == {About.PICTURE})


def test_a_window_that_is_no_first_start_has_none(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    click_patch(qtbot, window, 1, 1)
    assert not shown(window)
    assert not settings.get().dismissed_hints
