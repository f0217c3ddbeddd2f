"""Controls of the chapters: ticks, wheel, sliders, and what a click chooses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.learn.chapters import go_to, press, turn_to
from vitviz.jobs.lessons import Timed
from vitviz.lessons.cost import Timing
from vitviz.system import settings
from vitviz.ui.learn.chapters.ch4_cost import CostPage
from vitviz.ui.learn.chapters.ch5_query_key import PairPage
from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
from vitviz.ui.learn.chapters.ch8_output import OutputPage
from vitviz.ui.learn.slider_labels import Marks
from vitviz.ui.widgets.inputs import Slider
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    return open_vitviz(photo)


def takes_wheel(widget: QWidget, at: QPoint) -> bool:
    """Whether one notch over a widget ends there, and scrolls nothing around it."""
    spot = widget.mapToGlobal(at)
    event = QWheelEvent(
        QPointF(at),
        QPointF(spot),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    widget.event(event)
    return event.isAccepted()


def test_ticks_move_no_chapter(qtbot: QtBot, window: MainWindow) -> None:
    panel = window.panes.learn
    go_to(qtbot, window, Chapter.SEQUENCE)
    places = [panel.button(one).geometry() for one in Chapter]
    bare = panel.button(Chapter.CODE).grab().toImage()
    tops = {place.top() for place in places}
    assert len(tops) == 1, "the numbers stand in one line"
    settings.set(learn_done=tuple(one.value for one in Chapter))
    panel.setDone(frozenset(Chapter))
    QApplication.processEvents()
    assert [panel.button(one).geometry() for one in Chapter] == places
    ticked = panel.button(Chapter.CODE).grab().toImage()
    differs = changed_part(bare, ticked)
    assert not differs.isNull(), "a tick is seen"
    number = panel.button(Chapter.CODE).fontMetrics().horizontalAdvance("9")
    ratio = ticked.devicePixelRatio()
    assert differs.left() > ratio * (places[-1].width() + number) / 2 - 1


def changed_part(one: QImage, other: QImage) -> QRect:
    """Where two pictures differ."""
    found = [
        QPoint(x, y)
        for x in range(one.width())
        for y in range(one.height())
        if one.pixel(x, y) != other.pixel(x, y)
    ]
    rect = QRect()
    for point in found:
        rect |= QRect(point, point)
    return rect


def test_the_wheel_changes_no_control_it_is_over(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = go_to(qtbot, window, Chapter.COST)
    assert isinstance(page, CostPage)
    pair = (Timing(14, 14, 197, 0.01, 0.05), Timing(14, 28, 393, 0.04, 0.12))
    page._show(Timed((pair,), own_time=True), is_done=True)
    people = page.people.value()
    assert not takes_wheel(page.people, QPoint(40, 4))
    assert page.people.value() == people
    turn_to(page.chart)
    qtbot.waitUntil(page.chart.isVisible)
    middle = page.chart.mapToGlobal(page.chart.rect().center())
    under = QApplication.widgetAt(middle)
    assert under is page.chart, "the plot in it would keep the wheel"
    assert not takes_wheel(page.chart, page.chart.rect().center())


def test_a_slider_goes_where_it_is_clicked(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    slider = Slider(box)
    slider.setRange(0, 4)
    marks = Marks(slider, ("8", "14", "16", "28", "32"), box)
    slider.resize(400, 24)
    marks.setGeometry(0, 30, 400, 16)
    box.resize(400, 60)
    box.show()
    qtbot.waitExposed(box)
    y = slider.height() // 2
    for x, value in ((392, 4), (8, 0), (230, 2), (130, 1), (290, 3), (335, 3)):
        qtbot.mouseClick(slider, LEFT, pos=QPoint(x, y))
        assert slider.value() == value
    qtbot.mouseClick(marks, LEFT, pos=QPoint(200, 8))
    assert slider.value() == 2
    # a press beside the handle can be dragged on
    slider.setRange(0, 1000)
    qtbot.mousePress(slider, LEFT, pos=QPoint(100, y))
    assert slider.value() == pytest.approx(240, abs=15)
    qtbot.mouseMove(slider, QPoint(300, y))
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(300, y))
    assert slider.value() == pytest.approx(755, abs=20)


def test_the_query_s_map_stays_while_a_key_is_looked_for(
    qtbot: QtBot, window: MainWindow
) -> None:
    click_patch(qtbot, window, 3, 2)
    query = 1 + 3 * 7 + 2
    page = go_to(qtbot, window, Chapter.QUERY_KEY)
    assert isinstance(page, PairPage)
    point_at(window, 5, 5)
    assert shown_query(window) == query
    assert "(5, 5)" in window.panes.status.text(), "its weight is still told"
    press(qtbot, page.click.button("query"))
    point_at(window, 4, 4)
    assert shown_query(window) == 1 + 4 * 7 + 4
    press(qtbot, page.click.button("key"))
    press(qtbot, window.top.modeButton(Mode.INSPECT))
    point_at(window, 1, 5)
    assert shown_query(window) == 1 + 1 * 7 + 5, "elsewhere it is previewed again"


def point_at(window: MainWindow, row: int, col: int) -> None:
    window.controller.screen.hover(None)
    window.controller.screen.hover(1 + row * 7 + col)


def shown_query(window: MainWindow) -> int:
    heat = window.controller.screen.heat
    assert heat is not None
    return heat.token


def test_between_both_neither_scaling_is_marked(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = go_to(qtbot, window, Chapter.SCALING)
    assert isinstance(page, ScalingPage)
    trained, off = page.switch.button(True), page.switch.button(False)
    assert (trained.isChecked(), off.isChecked()) == (True, False)
    press(qtbot, off)
    assert (trained.isChecked(), off.isChecked()) == (False, True)
    qtbot.keyClick(page.slider, Qt.Key.Key_End)
    assert (trained.isChecked(), off.isChecked()) == (False, False)
    press(qtbot, trained)
    assert (trained.isChecked(), off.isChecked()) == (True, False)
    wait_idle(qtbot, window)


def test_another_query_brings_its_own_contribution(
    qtbot: QtBot, window: MainWindow
) -> None:
    click_patch(qtbot, window, 2, 2)
    page = go_to(qtbot, window, Chapter.OUTPUT)
    assert isinstance(page, OutputPage)
    last = page.parts.bars()[-1].key
    spot = page.parts.rowRect(len(page.parts.bars()) - 1).center().toPoint()
    qtbot.mouseClick(page.parts, LEFT, pos=spot)
    assert window.controller.state.learn.key == last
    click_patch(qtbot, window, 6, 1)
    assert window.controller.state.learn.key is None
    assert page.lesson is not None
    assert page.lesson.key in [bar.key for bar in page.parts.bars()]
    _, part, whole = page.bars.vectors()
    assert part.top == whole.top, "how much of the output it is can be seen"
    assert part.top is not None
    assert part.top >= max(np.abs(part.values).max(), np.abs(whole.values).max())


def test_a_key_is_let_go_of_with_its_grid(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    go_to(qtbot, window, Chapter.QUERY_KEY)
    click_patch(qtbot, window, 6, 6)
    assert window.controller.state.learn.key == 49
    options = replace(window.controller.options, size=(176, 176))
    window.controller.choose_options(options)
    wait_idle(qtbot, window)
    assert window.controller.state.learn.key is None
