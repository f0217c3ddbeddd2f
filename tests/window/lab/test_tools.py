"""The Lab as its user meets it: real clicks, drags and keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.lab.test_changes import output
from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import (
    Axis,
    Cut,
    HeadsOff,
    Hide,
    Interventions,
    Off,
    merge_active,
)
from vitviz.ui.lab.panel import LabPanel, Tool
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.colour import Meaning
from vitviz.views.view_state import Mode

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PLAIN = Qt.KeyboardModifier.NoModifier


def open_lab(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tool: Tool | None = None
) -> tuple[MainWindow, LabPanel]:
    window = open_vitviz(photo)
    qtbot.keyClick(window, Qt.Key.Key_F4)
    panel = window.lab.panel
    assert panel.isVisible()
    if tool is not None:
        qtbot.mouseClick(panel.toolButton(tool), LEFT)
        assert panel.tool() is tool
    return window, panel


def spot(window: MainWindow, row: int, col: int) -> QPoint:
    trace = window.controller.document.trace
    assert trace is not None
    picture = window.panes.picture
    point = picture.scenePointOf(trace.setup.grid.token(row, col))
    assert point is not None
    return picture.viewport().mapFrom(picture, point.toPoint())


def drag(
    qtbot: QtBot,
    window: MainWindow,
    start: tuple[int, int],
    end: tuple[int, int],
    button: Qt.MouseButton = LEFT,
) -> None:
    viewport = window.panes.picture.viewport()
    qtbot.mousePress(viewport, button, PLAIN, spot(window, *start))
    qtbot.mouseMove(viewport, spot(window, *end))
    qtbot.mouseRelease(viewport, button, PLAIN, spot(window, *end))
    wait_idle(qtbot, window)


def hidden(window: MainWindow) -> set[tuple[int, int]]:
    found = merge_active(window.controller.state.changes).hidden
    return {cell for one in found for cell in one.patches}


def expected(folder: Path, photo: Path, changed: Interventions) -> vitviz.Trace:
    model = vitviz.load_model(str(folder))
    return vitviz.trace(model, photo, interventions=changed)


def test_temperature_scaling_and_axis(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo)
    assert "Change something above" in panel.view.note()
    before = output(window)
    tool = panel.softmax
    tool.slider.setFocus()
    for _ in range(3):
        qtbot.keyClick(tool.slider, Qt.Key.Key_Right)
    wait_idle(qtbot, window)
    temperature = merge_active(window.controller.state.changes).temperature
    assert temperature == pytest.approx(10 ** (15 / 50), rel=5e-3)
    qtbot.mouseClick(tool.scaling, LEFT, PLAIN, QPoint(8, tool.scaling.height() // 2))
    wait_idle(qtbot, window)
    qtbot.mouseClick(tool.axis.button(Axis.HEADS), LEFT)
    wait_idle(qtbot, window)
    changed = Interventions(temperature=temperature, is_scaled=False, axis=Axis.HEADS)
    assert merge_active(window.controller.state.changes) == changed
    found = expected(model_folder, photo, changed)
    np.testing.assert_array_equal(output(window), found.output)
    assert window.lab.mark.text() == "Lab: 3 changes"
    shown = panel.view.shown()
    assert shown is not None
    assert "not to 1" in panel.view.numbers()
    assert shown.row_sum[1] == pytest.approx(found.row(3, 0).mean(0).sum(), rel=1e-4)
    for _ in range(3):  # each change is one step of undo, the keys' steps too
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        wait_idle(qtbot, window)
    assert tool.scaling.isChecked()
    qtbot.mouseClick(panel.restore, LEFT)
    wait_idle(qtbot, window)
    np.testing.assert_array_equal(output(window), before)
    assert tool.slider.value() == 0
    assert not window.lab.mark.isVisible()


def test_heads_of_the_layer_on_screen(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.HEADS)
    window.controller.change(layer=1)
    qtbot.mouseClick(panel.heads.button(2), LEFT)
    qtbot.mouseClick(panel.heads.button(0), LEFT)
    window.controller.change(layer=2)
    assert not panel.heads.button(2).isChecked()
    qtbot.mouseClick(panel.heads.button(1), LEFT)
    qtbot.mouseClick(panel.heads.fill.button(Off.MEAN), LEFT)
    wait_idle(qtbot, window)
    changed = Interventions(
        heads_off=(HeadsOff(1, (0, 2)), HeadsOff(2, (1,), Off.MEAN))
    )
    assert merge_active(window.controller.state.changes) == changed
    np.testing.assert_array_equal(
        output(window), expected(model_folder, photo, changed).output
    )
    qtbot.mouseClick(panel.heads.button(1), LEFT)
    wait_idle(qtbot, window)
    assert len(window.controller.state.changes) == 1


def test_patches_are_hidden_by_painting(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.HIDE)
    token = window.controller.state.token
    drag(qtbot, window, (1, 1), (1, 5))
    assert hidden(window) == {(1, col) for col in range(1, 6)}
    assert window.controller.state.token == token, "painting chooses no query"
    assert window.lab.painting.shown(Meaning.WARNING) == 5
    drag(qtbot, window, (1, 4), (1, 5), RIGHT)
    assert hidden(window) == {(1, col) for col in range(1, 4)}
    qtbot.mouseClick(panel.hide_tool.brush.button(3), LEFT)
    drag(qtbot, window, (5, 5), (5, 5))
    assert len(hidden(window)) == 3 + 9
    qtbot.mouseClick(panel.hide_tool.how.button(Hide.DROP), LEFT)
    wait_idle(qtbot, window)
    changed = merge_active(window.controller.state.changes)
    assert [one.how for one in changed.hidden] == [Hide.DROP]
    found = expected(model_folder, photo, changed)
    np.testing.assert_array_equal(output(window), found.output)
    assert window.controller.heat is not None
    assert window.controller.heat.patches[5, 5] == 0
    window.controller.pin(1 + 3 * 7)
    window.panes.picture.setFocus()
    qtbot.keyClick(window.panes.picture, Qt.Key.Key_Space)
    wait_idle(qtbot, window)
    assert {(2, 0), (3, 1), (4, 0)} <= hidden(window)
    qtbot.mouseClick(panel.hide_tool.clear, LEFT)
    wait_idle(qtbot, window)
    assert window.controller.state.changes == ()
    qtbot.keyClick(window, Qt.Key.Key_F2)
    viewport = window.panes.picture.viewport()
    qtbot.mouseClick(viewport, LEFT, PLAIN, spot(window, 4, 4))
    assert window.controller.state.token == 1 + 4 * 7 + 4, "the brush is put down"


def test_what_hides_patches_is_seen(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """The pixels that the model got lie on the picture, in any mode."""
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.HIDE)
    qtbot.mouseClick(panel.hide_tool.how.button(Hide.MEAN), LEFT)
    drag(qtbot, window, (2, 2), (2, 2))
    qtbot.keyClick(window, Qt.Key.Key_F2)
    window.controller.change(opacity=0.0, show_grid=False)
    image = window.panes.picture.grab().toImage()
    ratio = image.devicePixelRatio()
    colours = set()
    for row, col in ((2, 2), (4, 4)):
        point = window.panes.picture.scenePointOf(1 + row * 7 + col)
        assert point is not None
        x, y = round(point.x() * ratio), round(point.y() * ratio)
        around = {
            image.pixelColor(x + dx, y + dy).name()
            for dx in range(-4, 5)
            for dy in range(-4, 5)
        }
        colours.add(len(around))
    assert min(colours) <= 12 < max(colours)  # one colour and a hatch; a photograph


def test_edges_are_cut_between_painted_patches(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.CUT)
    tool = panel.cut
    assert not tool.cut.isEnabled()
    drag(qtbot, window, (3, 3), (3, 4))
    qtbot.mouseClick(tool.special(Meaning.QUERY, 0), LEFT)
    qtbot.mouseClick(tool.side.button(Meaning.KEY), LEFT)
    drag(qtbot, window, (0, 0), (2, 0))
    assert window.lab.painting.shown(Meaning.QUERY) == 2
    assert window.lab.painting.shown(Meaning.KEY) == 3
    assert window.controller.state.changes == ()
    tool.first.setValue(1)
    tool.last.setValue(2)
    qtbot.mouseClick(tool.cut, LEFT)
    wait_idle(qtbot, window)
    changed = merge_active(window.controller.state.changes)
    cut = Cut(("cls", (3, 3), (3, 4)), ((0, 0), (1, 0), (2, 0)), 1, 2, (7, 7))
    assert changed.cuts == (cut,)
    np.testing.assert_array_equal(
        output(window), expected(model_folder, photo, changed).output
    )
    trace = window.controller.document.trace
    assert trace is not None
    row = trace.patch_map(trace.row(1, (3, 3)))
    assert not row[:, :3, 0].any()
    assert trace.patch_map(trace.row(0, (3, 3)))[:, :3, 0].any()
    qtbot.mouseClick(tool.clear, LEFT)
    assert window.lab.painting.shown(Meaning.KEY) == 0


def test_the_list_switches_and_removes_single_changes(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo)
    before = output(window)
    qtbot.mouseClick(panel.softmax.axis.button(Axis.QUERIES), LEFT)
    wait_idle(qtbot, window)
    over_queries = output(window)
    qtbot.mouseClick(panel.toolButton(Tool.HEADS), LEFT)
    qtbot.mouseClick(panel.heads.button(1), LEFT)
    wait_idle(qtbot, window)
    box = panel.checkBox(1)
    assert box.text() == "layer 3, head off: 1"
    qtbot.mouseClick(box, LEFT, PLAIN, QPoint(8, box.height() // 2))
    wait_idle(qtbot, window)
    np.testing.assert_array_equal(output(window), over_queries)
    assert window.lab.mark.text() == "Lab: 1 change"
    qtbot.mouseClick(panel.removeButton(0), LEFT)
    wait_idle(qtbot, window)
    np.testing.assert_array_equal(output(window), before)
    assert len(window.controller.state.changes) == 1
    assert not window.controller.state.changes[0].is_on


def test_before_and_after_of_a_classifier(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, classifier_folder: Path
) -> None:
    """Maps, entropy and probabilities against numpy."""
    window = open_vitviz(photo, model=classifier_folder)
    control = window.controller
    qtbot.keyClick(window, Qt.Key.Key_F4)
    control.change(heads=HeadChoice((2,)), layer=1, token=4)
    panel = window.lab.panel
    panel.softmax.slider.setFocus()
    for _ in range(5):
        qtbot.keyClick(panel.softmax.slider, Qt.Key.Key_Right)
    wait_idle(qtbot, window)
    changed = merge_active(control.state.changes)
    model = vitviz.load_model(str(classifier_folder))
    traces = [
        vitviz.trace(model, photo),
        vitviz.trace(model, photo, interventions=changed),
    ]
    shown = panel.view.shown()
    assert shown is not None
    rows = [trace.row(1, 4)[2].astype(np.float64) for trace in traces]
    for cell, row in zip(shown.maps, (*rows, rows[1] - rows[0]), strict=True):
        np.testing.assert_allclose(cell.patches.ravel(), row[1:], atol=1e-6)
    seen = [row[row > 0] for row in rows]
    entropies = [-(row * np.log(row)).sum() / np.log(26) for row in seen]
    assert shown.entropy == pytest.approx(entropies, abs=1e-5)
    assert entropies[1] > entropies[0] + 0.05
    for one in shown.classes:
        shares = []
        for trace in traces:
            assert trace.logits is not None
            exp = np.exp(trace.logits.astype(np.float64))
            shares.append(exp[one.index] / exp.sum())
        assert (one.before, one.after) == pytest.approx(shares, abs=1e-5)
        assert abs(one.before - one.after) > 0
    assert len(shown.classes) == 4


def test_links_to_compare_and_to_the_test_of_the_map(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo)
    assert not panel.compare.isEnabled()
    untouched = window.controller.document.trace
    qtbot.mouseClick(panel.softmax.axis.button(Axis.HEADS), LEFT)
    wait_idle(qtbot, window)
    qtbot.mouseClick(panel.compare, LEFT)
    kept = window.controller.comparison.kept
    assert kept is not None
    assert kept.trace is untouched
    assert not window.lab.kept_mark.isVisible()
    assert window.lab.mark.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_K)
    qtbot.mouseClick(panel.map_test, LEFT)
    assert window.panes.side.mode() == Mode.INSPECT
    assert window.panes.tabs.current() == "map_test"
    qtbot.mouseClick(window.lab.mark, LEFT)
    assert window.panes.side.mode() == Mode.LAB


def test_the_lab_outlives_another_language(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """The window is built anew: panel, list, mark and brush are all there again."""
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.HIDE)
    drag(qtbot, window, (1, 1), (1, 3))
    assert window.top.modeButton(Mode.LAB).isVisible()
    qtbot.mouseClick(panel.hide_tool.brush.button(3), LEFT)
    window.rebuild()
    wait_idle(qtbot, window)
    assert window.lab.panel is not panel
    assert window.lab.panel.isVisible()
    assert window.top.modeButton(Mode.LAB).isChecked()
    assert window.lab.mark.text() == "Lab: 1 change"
    assert window.lab.panel.checkBox(0).text() == "3 patches blurred"
    assert window.lab.panel.view.shown() is not None
    assert window.lab.painting.shown(Meaning.WARNING) == 3
    qtbot.mouseClick(window.lab.panel.toolButton(Tool.HIDE), LEFT)
    assert window.lab.panel.hide_tool.brush.button(3).isChecked()
    drag(qtbot, window, (5, 2), (5, 3))
    assert len(hidden(window)) == 3 + 3 * 4, "as wide as it was"


def test_a_wide_brush_stays_wide_after_a_cut(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.HIDE)
    qtbot.mouseClick(panel.hide_tool.brush.button(3), LEFT)
    for tool in (Tool.CUT, Tool.HIDE):
        qtbot.mouseClick(panel.toolButton(tool), LEFT)
    drag(qtbot, window, (3, 3), (3, 4))
    assert len(hidden(window)) == 3 * 4


def test_a_kept_view_stays_blurred_in_another_language(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window, _ = open_lab(qtbot, open_vitviz, photo, Tool.HIDE)
    drag(qtbot, window, (1, 1), (1, 3))
    wait_idle(qtbot, window)
    window.controller.keep()
    window.controller.change(changes=())
    wait_idle(qtbot, window)

    def shown() -> npt.NDArray[np.uint8] | None:
        pixels: npt.NDArray[np.uint8] | None = window.lab.kept_patches._pixels.image
        return pixels

    before = shown()
    assert before is not None
    window.rebuild()
    wait_idle(qtbot, window)
    after = shown()
    assert after is not None
    np.testing.assert_array_equal(after, before)


def test_a_cut_that_is_not_made_yet_outlives_another_language(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window, panel = open_lab(qtbot, open_vitviz, photo, Tool.CUT)
    drag(qtbot, window, (3, 3), (3, 4))
    qtbot.mouseClick(panel.cut.special(Meaning.QUERY, 0), LEFT)
    qtbot.mouseClick(panel.cut.side.button(Meaning.KEY), LEFT)
    panel.cut.last.setValue(2)
    window.rebuild()
    wait_idle(qtbot, window)
    tool = window.lab.panel.cut
    assert window.lab.panel.tool() is Tool.CUT
    assert window.lab.painting.shown(Meaning.QUERY) == 2
    assert tool.special(Meaning.QUERY, 0).isChecked()
    drag(qtbot, window, (0, 0), (2, 0))  # the brush still paints keys
    assert window.lab.painting.shown(Meaning.KEY) == 3
    qtbot.mouseClick(tool.cut, LEFT)
    wait_idle(qtbot, window)
    changed = merge_active(window.controller.state.changes)
    cut = Cut(("cls", (3, 3), (3, 4)), ((0, 0), (1, 0), (2, 0)), 0, 2, (7, 7))
    assert changed.cuts == (cut,)
