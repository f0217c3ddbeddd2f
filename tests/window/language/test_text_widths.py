"""No text is wider or higher than its widget: in both languages, on desk and in rooms.

What can be scrolled to is not cut; in Present nothing but lists may be scrolled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QVBoxLayout, QWidget
from pytestqt.exceptions import TimeoutError as QtTimeoutError
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from tests.window.words import cut_off
from vitviz.domain.interventions import Interventions, ListedIntervention
from vitviz.ui.lab.panel import Tool
from vitviz.ui.learn.panel import LearnPanel
from vitviz.ui.widgets.bar_list import Bar, BarList
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode

TABS = ("strip", "matrix", "heads", "classes", "tokens", "map_test", "views")
FLAT = ListedIntervention(Interventions(temperature=2.0))
SMALL, LARGE = (1280, 720), (1920, 1080)
OLD_PROJECTOR = 1024, 768
SIZES = [
    pytest.param(SMALL, id="1280×720"),
    pytest.param(LARGE, id="1920×1080", marks=pytest.mark.long),
]


def cut_off_when_still(qtbot: QtBot, root: QWidget, where: str) -> set[str]:
    """What is cut off once the layout has come to rest."""
    try:
        qtbot.waitUntil(lambda: not cut_off(root), timeout=1500)
    except QtTimeoutError:
        return {f"{where}: {what}" for what in cut_off(root)}
    return set()


def scenes(window: MainWindow) -> Iterator[str]:
    """Everything the window shows, one after the other."""
    control, panes = window.controller, window.panes
    for tab in TABS:
        control.change(mode=Mode.INSPECT, tab=tab)
        yield tab
    control.change(mode=Mode.LEARN)
    for chapter in Chapter:
        panes.learn.chapterChosen.emit(chapter)
        yield f"chapter {chapter.number}"
    control.change(mode=Mode.LAB, changes=(FLAT,))
    tools = [tool for tool in Tool if panes.lab.offers(tool)]
    assert len(tools) >= 4
    for tool in tools:
        panes.lab.toolButton(tool).click()
        yield f"lab {tool.name}"
    control.change(mode=Mode.INSPECT, tab="matrix", changes=())
    control.keep()
    yield "compare"
    control.comparison.keep(None)


def parted(learn: LearnPanel) -> list[str]:
    """What of the chapter's step is not in sight."""
    page = learn.page()
    assert page is not None
    hidden = page.area.verticalScrollBar().maximum()
    return [f"{page.counter()}: {hidden} px out of sight"] if hidden else []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off_on_a_desk(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    spoken: str,
    size: tuple[int, int],
) -> None:
    window = open_vitviz(photo)
    window.resize(*size)
    found = set[str]()
    for scene in scenes(window):
        wait_idle(qtbot, window)
        found |= cut_off_when_still(qtbot, window, scene)
    window.controller.change(method="relevance")
    wait_idle(qtbot, window)
    found |= cut_off_when_still(qtbot, window, "method")
    assert window.width() == size[0], "the window grew with its texts"
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("size", [*SIZES, pytest.param(OLD_PROJECTOR, id="1024×768")])
def test_nothing_is_cut_off_in_a_room(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    spoken: str,
    size: tuple[int, int],
) -> None:
    window = open_vitviz(photo)
    window.resize(*size)
    window.present.begin(full_screen=False)
    window.resize(*size)  # which may be less than a desk needs
    found = set[str]()
    learn = window.panes.learn
    for scene in scenes(window):
        wait_idle(qtbot, window)
        found |= cut_off_when_still(qtbot, window, scene)
        page = learn.page()
        if not scene.startswith("chapter") or page is None:
            continue
        for index in range(len(page.all_steps())):
            page.show_step(index)
            where = f"{scene}, step {index + 1}"
            found |= cut_off_when_still(qtbot, window, where)
            with suppress(QtTimeoutError):  # a step follows what is on it
                qtbot.waitUntil(lambda: not parted(learn), timeout=1500)
            found |= {f"{where}: {what}" for what in parted(learn)}
    assert (window.width(), window.height()) == size
    window.present.end()
    assert not found, "\n".join(sorted(found))


def test_nothing_is_cut_off_in_a_dialog(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, spoken: str
) -> None:
    window = open_vitviz(photo)
    found = set[str]()
    for name in ("settings", "about", "log_window", "models"):
        window.actions_by_name[name].trigger()
        dialogs = [d for d in window.findChildren(QDialog) if d.isVisible()]
        assert len(dialogs) == 1, name
        found |= cut_off_when_still(qtbot, dialogs[0], name)
        dialogs[0].close()
        qtbot.waitUntil(lambda: not window.findChildren(QDialog) or not visible(window))
    asking: dict[str, Callable[[], object]] = {
        "size": window.input_options.ask_size,
        "preprocessing": window.input_options.ask_preprocessing,
        "values": window.input_options.ask_values,
        "range": window.view_handlers.on_fixed_range,
    }
    for name, ask in asking.items():
        seen: list[str] = []

        def look(name: str = name, seen: list[str] = seen) -> None:
            dialog = QApplication.activeModalWidget()
            assert isinstance(dialog, QDialog)
            seen.append(name)
            found.update(f"{name}: {what}" for what in cut_off(dialog))
            dialog.reject()

        QTimer.singleShot(300, look)
        ask()
        assert seen == [name]
    assert not found, "\n".join(sorted(found))


def visible(window: MainWindow) -> list[QDialog]:
    return [one for one in window.findChildren(QDialog) if one.isVisible()]


def test_what_is_cut_off_is_found(qtbot: QtBot) -> None:
    """A label too narrow, one too low, a text painted beyond the edge or shortened."""
    box = QWidget()
    qtbot.addWidget(box)
    column = QVBoxLayout(box)
    narrow, low = QLabel("far too many words for so little room"), QLabel("one " * 30)
    narrow.setFixedWidth(60)
    low.setWordWrap(True)
    low.setFixedSize(120, 20)
    bars = BarList()
    for widget in (narrow, low, bars):
        column.addWidget(widget)
    name = "a name that is much longer than the list is wide"
    bars.setBars((Bar(0, name, 0.5, "0.5"),))
    box.resize(200, 300)
    box.show()
    qtbot.waitExposed(box)
    found = cut_off(box)
    assert [what.split()[0] for what in found] == ["QLabel", "QLabel", "BarList"]
    for widget in (narrow, low, bars):
        widget.setFixedSize(600, 60)
    qtbot.waitUntil(lambda: not cut_off(box))
