"""The picture and its maps by real clicks and keys, against unfused attention."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QImage, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
)
from pytestqt.qtbot import QtBot

from tests.window.clicks import click_patch, heat_on_screen, leave_picture
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.attention import independent_check
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Axis, Interventions, ListedIntervention
from vitviz.domain.number_text import format_value
from vitviz.ui.base import theme
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.view_state import Direction, Scale, Style

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


def eager_attention(folder: Path, window: MainWindow) -> npt.NDArray[np.float32]:
    """(L, H, N, N): what the same network's unfused path computes for the picture."""
    from transformers import ViTModel

    from vitviz.pictures.preprocessing import prepare

    trace = window.controller.document.trace
    assert trace is not None
    setup = trace.setup
    assert setup.image is not None
    pixels = torch.from_numpy(
        prepare(setup.image, setup.placement, setup.preprocessing)
    )
    model = ViTModel.from_pretrained(
        folder, attn_implementation="eager", add_pooling_layer=False
    ).eval()
    with torch.no_grad():
        out = model(pixels[None], output_attentions=True)
    return torch.cat(out.attentions).numpy()


def test_click_shows_the_models_own_attention_row(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window = open_vitviz(photo)
    reference = eager_attention(model_folder, window)
    sharpest = reference.max(axis=-1).max()
    assert sharpest > 0.3, "flat attention would make this comparison pass for nothing"
    click_patch(qtbot, window, 2, 5)
    leave_picture(window)
    token = 1 + 2 * 7 + 5
    expected = reference[-1].mean(axis=0)[token, 1:].reshape(7, 7)
    np.testing.assert_allclose(heat_on_screen(window), expected, atol=1e-5)
    assert window.controller.state.token == token
    cells = window.controller.screen.strip
    assert cells is not None
    assert len(cells) == 3 + 3
    np.testing.assert_allclose(
        cells[1].patches.ravel(), reference[-1].max(axis=0)[token, 1:], atol=1e-5
    )
    np.testing.assert_allclose(
        cells[4].patches.ravel(), reference[-1][1, token, 1:], atol=1e-5
    )
    assert not window.controller.screen.rail  # the picture does not wait for it
    qtbot.waitUntil(lambda: len(window.controller.screen.rail) == 4)
    for layer in range(4):
        np.testing.assert_allclose(
            window.controller.screen.rail[layer].patches.ravel(),
            reference[layer].mean(axis=0)[token, 1:],
            atol=1e-5,
        )


def test_hover_previews_and_leaving_restores_the_pinned_row(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    click_patch(qtbot, window, 1, 1)
    leave_picture(window)
    pinned = heat_on_screen(window).copy()
    strip = window.controller.screen.strip
    picture = window.panes.picture
    point = picture.scenePointOf(1 + 5 * 7 + 5)
    assert point is not None
    spot = picture.viewport().mapFrom(picture, point.toPoint())

    def has_previewed() -> bool:
        # pyqtgraph drops moves within 10 ms of another, as of the click just before
        qtbot.mouseMove(picture.viewport(), spot)
        return not np.array_equal(heat_on_screen(window), pinned)

    qtbot.waitUntil(has_previewed)
    assert window.controller.screen.strip is strip, (
        "a hover changes heat and status only"
    )
    assert "(5, 5)" in window.panes.status.text()
    leave_picture(window)
    np.testing.assert_array_equal(heat_on_screen(window), pinned)


def test_shift_click_pins_a_second_query_and_outside_says_so(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    click_patch(qtbot, window, 1, 1)
    click_patch(qtbot, window, 3, 4, SHIFT)
    assert window.controller.state.token == 1 + 7 + 1
    assert window.controller.state.others == (1 + 3 * 7 + 4,)
    assert window.panes.picture.inset.isVisible()
    trace = window.controller.document.trace
    assert trace is not None
    seen = trace.setup.placement.seen_rect()
    assert seen.x > 5, "the picture's left margin is not seen by the model"
    picture = window.panes.picture
    inside = picture.scenePointOf(1 + 3 * 7)
    assert inside is not None
    rect = trace.setup.placement.cell_rect(3, 0, trace.setup.grid)
    px_per_cell = picture.scenePointOf(1 + 3 * 7 + 1).x() - inside.x()  # type: ignore[union-attr]
    margin_px = px_per_cell * (rect.x + rect.width / 2) / rect.width
    outside = QPoint(round(inside.x() - margin_px + 3), round(inside.y()))
    viewport = picture.viewport()
    qtbot.mouseClick(viewport, LEFT, pos=viewport.mapFrom(picture, outside))
    assert "did not see" in window.panes.status.text()
    assert window.controller.state.token == 1 + 7 + 1


def press(qtbot: QtBot, window: MainWindow, keys: str) -> None:
    """Press a shortcut as the window receives it."""
    qtbot.keySequence(window, QKeySequence(keys))


def test_keys_move_layer_head_query_and_style(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    control = window.controller
    press(qtbot, window, "[")
    assert control.heat is not None
    assert control.heat.layer == 2
    press(qtbot, window, "]")
    assert control.heat.layer == 3
    for _ in range(3):
        press(qtbot, window, ".")
    assert control.state.heads == HeadChoice((0,))
    press(qtbot, window, ",")
    assert control.state.heads == HeadChoice((), Fusion.MIN)
    window.panes.picture.setFocus()
    qtbot.keyClick(window.panes.picture, Qt.Key.Key_Right)
    assert control.state.token == 1 + 3 * 7 + 3
    qtbot.keyClick(window.panes.picture, Qt.Key.Key_Up)
    assert control.state.token == 1 + 2 * 7 + 3
    press(qtbot, window, "C")
    assert control.state.token == 0
    press(qtbot, window, "V")
    assert control.state.style is Style.MAP
    press(qtbot, window, "L")
    assert control.heat.levels.log
    press(qtbot, window, "X")
    assert control.state.direction is Direction.LOOKED_AT_BY
    wait_idle(qtbot, window)
    before = control.state
    press(qtbot, window, "Ctrl+Z")
    assert control.state == replace(before, direction=Direction.LOOKS_AT)
    press(qtbot, window, "Ctrl+Shift+Z")
    assert control.state == before


def test_looked_at_by_shows_the_column(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window = open_vitviz(photo)
    reference = eager_attention(model_folder, window)
    window.controller.change(direction=Direction.LOOKED_AT_BY)
    click_patch(qtbot, window, 4, 4)
    leave_picture(window)
    wait_idle(qtbot, window)
    token = 1 + 4 * 7 + 4
    expected = reference[-1].mean(axis=0)[1:, token].reshape(7, 7)
    np.testing.assert_allclose(heat_on_screen(window), expected, atol=1e-5)


@pytest.mark.parametrize("axis", list(Axis))
def test_columns_are_checked_beside_the_windows_thread(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    axis: Axis,
) -> None:
    """The check of a layer's columns takes longer than a frame."""
    window = open_vitviz(photo)
    if axis is not Axis.KEYS:
        change = (ListedIntervention(Interventions(axis=axis)),)
        window.controller.change(changes=change)
        wait_idle(qtbot, window)
    threads = []
    measure = independent_check.columns_error

    def recorded(*args: Any) -> float:  # noqa: ANN401
        threads.append(threading.current_thread())
        return measure(*args)

    monkeypatch.setattr(independent_check, "columns_error", recorded)
    window.controller.change(direction=Direction.LOOKED_AT_BY)
    wait_idle(qtbot, window)
    assert window.controller.heat is not None
    assert threads
    assert threading.main_thread() not in threads


def test_matrix_is_the_models_and_its_cross_hair_links_to_the_picture(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, model_folder: Path
) -> None:
    window = open_vitviz(photo)
    window.controller.change(tab="matrix")
    wait_idle(qtbot, window)
    reference = eager_attention(model_folder, window)
    matrix = window.panes.matrix
    values = matrix.values()
    assert values is not None
    np.testing.assert_allclose(values, reference[-1].mean(axis=0), atol=1e-5)
    spot = matrix.scenePointOf(30, 12).toPoint()
    with qtbot.waitSignal(matrix.hovered) as caught:
        qtbot.mouseMove(matrix.viewport(), spot)
    assert caught.args == [30, 12]
    qtbot.mouseClick(matrix.viewport(), LEFT, pos=spot)
    assert window.controller.state.token == 30


def test_head_strip_and_rail_choose_by_click(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    strip, rail = window.panes.strip, window.panes.rail
    qtbot.mouseClick(strip, LEFT, pos=strip.cellRect(4).center().toPoint())
    assert window.controller.state.heads == HeadChoice((1,))
    spot = strip.cellRect(5).center().toPoint()
    qtbot.mouseClick(strip, LEFT, SHIFT, spot)
    assert window.controller.state.heads == HeadChoice((1, 2))
    qtbot.mouseClick(rail, LEFT, pos=rail.cellRect(1).center().toPoint())
    assert window.controller.heat is not None
    assert window.controller.heat.layer == 1


def test_scale_policies(qtbot: QtBot, open_vitviz: OpenWindow, photo: Path) -> None:
    window = open_vitviz(photo)
    control = window.controller
    assert control.heat is not None
    high = float(np.percentile(control.heat.patches, 99))
    assert control.heat.levels.high == pytest.approx(high)
    chip = window.panes.controls.clipChip()
    assert chip.text() == "0–99 %"
    chip.click()
    assert chip.text() == "0–100 %"
    assert control.heat.levels.high == pytest.approx(control.heat.peak_value)
    control.change(scale=Scale.SHARED)
    trace = control.document.trace
    assert trace is not None
    assert control.heat.levels.high == pytest.approx(trace.row(3, 0)[:, 1:].max())
    control.change(scale=Scale.FIXED, fixed_range=(0.0, 0.01))
    assert control.heat.levels.high == 0.01
    assert control.heat.num_clipped == int((control.heat.patches > 0.01).sum())
    assert f"{control.heat.num_clipped} patches" in window.panes.status.text()


def test_several_queries_are_compared_on_one_scale(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    click_patch(qtbot, window, 1, 1)
    places = [(3, 4), (0, 5), (6, 2), (5, 5), (2, 2)]
    for row, col in places:
        click_patch(qtbot, window, row, col, SHIFT)
    trace = control.document.trace
    assert trace is not None
    tokens = [trace.token(place) for place in places]
    assert control.state.others == tuple(tokens[1:]), "four at most, the newest stay"
    cells = window.panes.picture.inset.cells()
    layer = trace.num_layers - 1
    maps = [trace.patch_map(trace.row(layer, t).mean(0)) for t in tokens[1:]]
    for cell, wanted in zip(cells, maps, strict=True):
        np.testing.assert_allclose(cell.patches, wanted, rtol=1e-6)
        high = max(float(np.percentile(m, 99)) for m in maps)
        assert cell.levels.high == pytest.approx(high)
    inset = window.panes.picture.inset
    inside = QRectF(inset.rect()).adjusted(3, 3, -3, -3)
    for index in range(len(cells)):  # its label touches neither map nor frame
        label, box = inset.labelRect(index), inset.mapRect(index)
        assert inside.contains(label)
        assert label.top() >= box.bottom() + 4
        assert label.height() >= QFontMetricsF(theme.font("small")).height()
    click_patch(qtbot, window, 0, 5, SHIFT)
    assert control.state.others == tuple(tokens[2:]), "a second shift-click lets go"
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    assert not control.state.others
    assert not window.panes.picture.inset.isVisible()


def test_a_small_map_beside_is_clicked_to_see_it_large(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control, inset = window.controller, window.panes.picture.inset
    click_patch(qtbot, window, 1, 1)
    for row, col in ((3, 4), (0, 5)):
        click_patch(qtbot, window, row, col, SHIFT)
    trace = control.document.trace
    assert trace is not None
    first, second, third = (trace.token(place) for place in ((1, 1), (3, 4), (0, 5)))
    place = inset.mapRect(1).center().toPoint()
    qtbot.mouseClick(inset, LEFT, pos=place)
    assert control.state.token == third, "it is the picture's now"
    assert control.state.others == (second, first), "which has taken its place"
    wanted = trace.patch_map(trace.row(trace.num_layers - 1, first).mean(0))
    np.testing.assert_allclose(inset.cells()[1].patches, wanted, rtol=1e-6)
    qtbot.mouseClick(inset, LEFT, pos=place)
    assert (control.state.token, control.state.others) == (first, (second, third))
    qtbot.mouseClick(inset, LEFT, SHIFT, pos=inset.mapRect(0).center().toPoint())
    assert control.state.token == first
    assert list(control.state.others) == [third], "Shift lets go"
    qtbot.mouseClick(inset, LEFT, pos=QPoint(2, 2))
    assert control.state.token == first, "between the maps nothing is chosen"


def test_the_colour_bar_grows_with_a_high_picture(
    open_vitviz: OpenWindow, photo: Path
) -> None:
    bar = open_vitviz(photo).panes.bar
    bar.resize(bar.width(), 600)
    assert bar.barRect().height() == 420
    bar.resize(bar.width(), 1800)
    assert bar.barRect().height() >= 0.5 * 1800


NO_RANGES = (
    ("²,3", "1"),
    ("0", "١٢"),
    ("0", "1e400"),
    ("nan", "1"),
    ("0", "nan"),
    ("inf", "1"),
    ("", "1"),
    ("0,1", "0,5"),
    ("0.5", "0.1"),
    ("-1", "1"),
    ("0", "2"),
    ("0", "5e-324"),
    ("0.3", "0.30000000001"),
    ("1_0e-3", "1"),
    ("0", "x" * 10_000),
)


@pytest.mark.parametrize("first", range(0, len(NO_RANGES), 5))
def test_a_range_of_what_is_no_number_is_told(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, first: int
) -> None:
    """The dialog stays and says what it takes; then it takes it."""
    window = open_vitviz(photo)
    before = window.controller.state
    cases = NO_RANGES[first : first + 5]
    seen: list[tuple[bool, bool]] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        fields = dialog.findChildren(QLineEdit)
        box = dialog.findChild(QDialogButtonBox)
        assert box is not None

        def try_out(*ends: str) -> None:
            for field, text in zip(fields, ends, strict=True):
                field.setText(text)
            qtbot.mouseClick(box.button(QDialogButtonBox.StandardButton.Ok), LEFT)
            said = any(
                label.isVisible() and "Two numbers from 0 to 1" in label.text()
                for label in dialog.findChildren(QLabel)
            )
            seen.append((dialog.isVisible(), said))

        try:
            for ends in cases:
                try_out(*ends)
            assert window.controller.state == before
            try_out("0", "0.25")
        finally:
            if dialog.isVisible():
                dialog.reject()

    QTimer.singleShot(0, answer)
    window.view_handlers.on_fixed_range()
    assert seen[:-1] == [(True, True)] * len(cases)
    assert window.controller.state.fixed_range == (0, 0.25)


class LayoutCounter(QObject):
    """Counts how often a widget is laid out."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


def test_a_click_lays_the_window_out_at_most_twice(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """Asking the top bar for its least width began another round: eight a click."""
    window = open_vitviz(photo)
    rounds = LayoutCounter(window)
    places = [(row, col) for row in range(1, 4) for col in range(1, 4)]
    for row, col in places:
        click_patch(qtbot, window, row, col)
        wait_idle(qtbot, window)
        qtbot.wait(1)  # what has been asked for is laid out in the loop's next turn
    assert rounds.count <= 2 * len(places)


@pytest.mark.parametrize("how", ["switched off", "Alt is held"])
def test_without_a_preview_the_pointer_reads_the_map(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    """A chip at the pointer says what the pinned query gives to the patch there."""
    window = open_vitviz(photo)
    control, picture = window.controller, window.panes.picture
    click_patch(qtbot, window, 1, 1)
    leave_picture(window)
    pinned = heat_on_screen(window)
    trace = control.document.trace
    assert trace is not None
    layer, token = trace.num_layers - 1, trace.token((4, 2))
    control.screen.hover(token)
    assert picture.valueText() == "", "a preview is under way"
    assert not np.array_equal(heat_on_screen(window), pinned)
    control.screen.hover(None)
    if how == "Alt is held":
        alt = Qt.KeyboardModifier.AltModifier
        monkeypatch.setattr(
            "vitviz.ui.inspect.map_controller.QGuiApplication.keyboardModifiers",
            lambda: alt,
        )
    else:
        window.actions_by_name["hover"].trigger()
    control.screen.hover(token)
    np.testing.assert_array_equal(heat_on_screen(window), pinned)
    value = float(trace.row(layer, trace.token((1, 1))).mean(0)[token])
    wanted = f"→ {format_value(value)} · {format_value(value * trace.num_tokens)} ×"
    assert picture.valueText() == wanted
    control.screen.hover(None)
    assert picture.valueText() == ""


def test_small_maps_say_where_the_picture_shows_another_method(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control, panes = window.controller, window.panes

    def drawn() -> list[QImage]:
        return [pane.grab().toImage() for pane in (panes.rail, panes.strip)]

    before = drawn()
    control.change(method="rollout")
    wait_idle(qtbot, window)
    assert control.heat is not None
    assert control.heat.method == "rollout"
    assert panes.rail.sign() == "raw attention"
    assert panes.strip.title().startswith("Raw attention, not the map on the picture")
    assert all(a != b for a, b in zip(drawn(), before, strict=True))
    control.change(method="raw")
    wait_idle(qtbot, window)
    assert panes.rail.sign() == ""
    assert drawn() == before
