"""Compare, by real clicks: linked query, zoom and scale, swap, difference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import QUICK, OpenWindow, wait_idle
from vitviz.domain.heads import HeadChoice
from vitviz.ui.models.dialog import ModelDialog
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.colour import DIVERGING, Levels, lookup_table, rgb
from vitviz.views.compare import difference, linked_token
from vitviz.views.session import RunOptions
from vitviz.views.view_state import Mode, Style


@pytest.fixture
def window(qtbot: QtBot, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    """A window that keeps layer 1, mean of heads, of a patch."""
    opened = open_vitviz(photo)
    opened.controller.change(layer=1)
    opened.controller.pin(10)
    qtbot.keyClick(opened, Qt.Key.Key_K)
    wait_idle(qtbot, opened)
    return opened


def click(qtbot: QtBot, window: MainWindow, token: int) -> None:
    """Click a patch of the left picture."""
    pane = window.panes.picture
    place = pane.scenePointOf(token)
    assert place is not None
    point = pane.viewport().mapFrom(pane, place.toPoint())
    qtbot.mouseClick(pane.viewport(), Qt.MouseButton.LeftButton, pos=point)
    wait_idle(qtbot, window)


def test_a_click_moves_both_queries_and_the_scale_is_shared(
    qtbot: QtBot, window: MainWindow
) -> None:
    control = window.controller
    control.change(layer=3, heads=HeadChoice((1,)))
    trace = control.document.trace
    assert trace is not None
    for token in (5, 33):
        click(qtbot, window, token)
        kept = control.comparison.heat
        assert kept is not None
        expected = trace.patch_map(trace.row(1, token).mean(0))
        np.testing.assert_allclose(kept.patches, expected, rtol=1e-6)
        assert control.heat is not None
        own = trace.patch_map(trace.row(3, token)[1])
        np.testing.assert_allclose(control.heat.patches, own, rtol=1e-6)
        high = max(float(np.percentile(one, 99)) for one in (expected, own))
        for bar in (window.panes.bar, window.panes.compare.bar):
            assert bar._levels is not None
            assert bar._levels.high == pytest.approx(high)
    qtbot.mouseClick(window.panes.compare.same_scale, Qt.MouseButton.LeftButton)
    levels = window.panes.compare.bar._levels
    assert levels is not None
    assert levels.high == pytest.approx(float(np.percentile(expected, 99)))


def test_a_click_on_the_kept_picture_moves_the_live_query(
    qtbot: QtBot, window: MainWindow
) -> None:
    pane = window.panes.compare.picture
    place = pane.scenePointOf(20)
    assert place is not None
    point = pane.viewport().mapFrom(pane, place.toPoint())
    qtbot.mouseClick(pane.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert window.controller.state.token == 20


def test_swap_brings_the_kept_view_back_without_a_run(
    qtbot: QtBot, window: MainWindow, other_photo: Path
) -> None:
    control = window.controller
    first = control.document
    window.open_path(str(other_photo))
    wait_idle(qtbot, window)
    second = control.document
    assert second.image is not first.image
    qtbot.mouseClick(window.panes.compare.swap, Qt.MouseButton.LeftButton)
    assert control.document.trace is first.trace
    assert control.state.layer == 1
    assert control.comparison.kept is not None
    assert control.comparison.kept.trace is second.trace
    assert not control.workers.has_jobs() or not control.is_running


def test_the_difference_is_one_map_less_the_other(
    qtbot: QtBot, window: MainWindow
) -> None:
    control = window.controller
    control.change(layer=2)
    qtbot.mouseClick(window.panes.compare.difference, Qt.MouseButton.LeftButton)
    trace = control.document.trace
    assert trace is not None
    wanted = trace.patch_map(trace.row(2, 10).mean(0) - trace.row(1, 10).mean(0))
    levels = window.panes.compare.bar._levels
    assert levels is not None
    assert levels.high == pytest.approx(float(np.abs(wanted).max()), rel=1e-5)
    assert levels.low == -levels.high
    shown = window.panes.compare.picture._heat.image
    strongest = np.unravel_index(np.abs(wanted).argmax(), wanted.shape)
    end = 255 if wanted[strongest] > 0 else 0
    assert shown[strongest][:3].tolist() == lookup_table(DIVERGING)[end].tolist()
    faintest = np.unravel_index(np.abs(wanted).argmin(), wanted.shape)
    assert shown[faintest][3] <= 8


def test_both_pictures_stand_at_one_height(qtbot: QtBot, window: MainWindow) -> None:
    """Side by side, and each under a line that says what it is of."""
    window.resize(1280, 720)
    panes = window.panes
    wait_idle(qtbot, window)

    def place(pane: QWidget) -> tuple[int, int]:
        return pane.mapTo(window, QPoint(0, 0)).y(), pane.height()

    assert place(panes.compare.picture) == place(panes.picture)
    window.controller.change(layer=2)
    assert panes.compare.caption().startswith("Kept: ")
    head = panes.compare.head
    assert any(one.text().startswith("Now: ") for one in head.findChildren(QLabel))
    qtbot.keyClick(window, Qt.Key.Key_K)
    assert not head.isVisible()


def test_zoom_is_linked(qtbot: QtBot, window: MainWindow) -> None:
    panes = window.panes

    def middle(pane: object) -> tuple[float, float]:
        (left, right), (top, bottom) = pane._box.viewRange()  # type: ignore[attr-defined]
        return (left + right) / 2, (top + bottom) / 2

    panes.picture._box.setRange(xRange=(60, 120), yRange=(40, 90), padding=0)
    panes.picture._on_range_changed()
    assert middle(panes.compare.picture) == pytest.approx(middle(panes.picture), abs=2)
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert not panes.compare.picture._is_zoomed


def test_another_grid_is_compared_in_multiples_of_uniform(
    qtbot: QtBot, window: MainWindow
) -> None:
    control = window.controller
    kept = control.comparison.kept
    assert kept is not None
    control.choose_options(RunOptions(224))
    wait_idle(qtbot, window)
    trace, one, other = control.document.trace, control.heat, control.comparison.heat
    assert trace is not None
    assert one is not None
    assert other is not None
    assert trace.grid == (14, 14)
    live, held = window.panes.bar._levels, window.panes.compare.bar._levels
    assert live is not None
    assert held is not None
    counts = trace.num_tokens, kept.trace.num_tokens
    multiples = live.high * counts[0], held.high * counts[1]
    assert multiples[0] == pytest.approx(multiples[1])
    ends = [float(np.percentile(shown.patches, 99)) for shown in (one, other)]
    most = max(ends[0] * counts[0], ends[1] * counts[1])
    assert multiples[0] == pytest.approx(float(most))
    found = difference(one, trace.setup, other, kept.trace.setup)
    assert found.is_relative
    # both see the same square, so each patch of the one is a quarter of the other's
    coarse = np.kron(other.patches * kept.trace.num_tokens, np.ones((2, 2)))
    expected = one.patches * trace.num_tokens - coarse
    np.testing.assert_allclose(found.patches, expected, rtol=1e-4, atol=1e-4)


def test_the_query_stays_in_place_when_the_grid_changes(
    qtbot: QtBot, window: MainWindow
) -> None:
    control = window.controller
    before = control.document.trace
    assert before is not None
    cell = before.setup.grid.cell(control.state.token)
    assert cell is not None
    control.choose_options(RunOptions(224))
    wait_idle(qtbot, window)
    after = control.document.trace
    assert after is not None
    now = after.setup.grid.cell(control.state.token)
    assert now is not None
    assert (now[0] // 2, now[1] // 2) == cell  # a quarter of the former patch
    assert linked_token(0, before.setup, after.setup) == 0


def test_ending_the_comparison_gives_the_room_back(
    qtbot: QtBot, window: MainWindow
) -> None:
    assert window.panes.compare.isVisible()
    assert not window.panes.strip.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_K)
    assert not window.panes.compare.isVisible()
    assert window.panes.strip.isVisible()
    assert window.controller.comparison.kept is None


@pytest.mark.parametrize("mode", [Mode.LEARN, Mode.LAB])
def test_choosing_a_mode_shows_its_panel_beside_the_comparison(
    qtbot: QtBot, window: MainWindow, mode: Mode
) -> None:
    panes = window.panes
    assert not panes.side.isVisible()
    button = window.top.modeButton(mode)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    assert panes.side.isVisible()
    assert panes.side.mode() is mode
    assert panes.compare.isVisible()
    assert window.controller.comparison.kept is not None
    qtbot.keyClick(window, Qt.Key.Key_3)
    assert panes.matrix.isVisible()
    assert panes.compare.isVisible()
    # two pictures get the room back by the key of the panel
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert not panes.side.isVisible()


@pytest.mark.usefixtures("spoken")
def test_two_pictures_and_a_panel_fit_the_least_window(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    for token in (9, 12, 17, 30, 41):
        window.controller.pin(token, beside=token != 9)
    qtbot.keyClick(window, Qt.Key.Key_K)
    window.resize(800, 560)
    for key in (Qt.Key.Key_F3, Qt.Key.Key_F4, *map(Qt.Key, range(0x31, 0x38))):
        qtbot.keyClick(window, key)
        wait_idle(qtbot, window)
        window.resize(800, 560)
        hint = window.minimumSizeHint()
        assert (hint.width() <= 800, hint.height() <= 560) == (True, True), key
        inset = window.panes.picture.inset
        parent = inset.parentWidget()
        assert parent is not None
        assert inset.width() <= parent.width()
        assert inset.height() <= parent.height() / 2


def test_a_pane_chosen_by_its_key_unfolds_the_panel(
    qtbot: QtBot, window: MainWindow
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K)
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert not window.panes.side.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert window.panes.strip.isVisible()


def test_the_clip_mark_stands_where_values_lie_beyond_the_shared_scale(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """On one scale, the map with the smaller values has nothing beyond its end."""
    window = open_vitviz(photo)
    control, panes = window.controller, window.panes
    control.change(layer=1, token=17, clip_percent=2.0)
    control.keep()
    beyond = [1, 1]
    for layer in (0, 2, 3):  # until the maps are of two sizes
        control.change(layer=layer)
        wait_idle(qtbot, window)
        live, kept = control.heat, control.comparison.heat
        assert live is not None
        assert kept is not None
        high = max(live.levels.high, kept.levels.high) * (1 + 1e-6)
        beyond = [int((one.patches > high).sum()) for one in (live, kept)]
        if sorted(count > 0 for count in beyond) == [False, True]:
            break
    assert sorted(count > 0 for count in beyond) == [False, True]
    bars = panes.bar, panes.compare.bar
    assert [bar._clipped for bar in bars] == beyond
    said = [panes.compare._live_caption.text(), panes.compare.caption()]
    assert ["beyond the scale" in text for text in said] == [c > 0 for c in beyond]
    assert ("beyond the bar" in panes.status.text()) == (beyond[0] > 0)
    panes.compare.same_scale.click()
    assert all(bar._clipped > 0 for bar in bars)


def test_queries_beside_follow_to_a_finer_grid(
    qtbot: QtBot, window: MainWindow
) -> None:
    """The old map is still compared when they have moved to the new run's tokens."""
    control = window.controller
    control.change(others=(49, 48))
    control.choose_options(RunOptions(224))
    wait_idle(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    assert trace.setup.grid.rows == 14
    assert min(control.state.others) > 50
    assert control.comparison.heat is not None


def test_only_the_side_with_values_beyond_the_bar_says_so(
    qtbot: QtBot, window: MainWindow
) -> None:
    """Clipped, on one scale: each side counts its own patches beyond that scale."""
    control, panes = window.controller, window.panes
    control.change(layer=3, heads=HeadChoice((1,)))
    counts = set()
    for token in (5, 19, 33, 41):
        click(qtbot, window, token)
        for percent in (1.0, 0.0, 1.0):
            control.change(clip_percent=percent)
            control.screen.hover(None)
            live, kept = control.heat, control.comparison.heat
            assert live is not None
            assert kept is not None
            high = panes.bar._levels.high  # type: ignore[union-attr]
            assert panes.compare.bar._levels.high == high  # type: ignore[union-attr]
            beyond = [int((one.patches > high * 1.0001).sum()) for one in (live, kept)]
            assert [panes.bar._clipped, panes.compare.bar._clipped] == beyond
            counts.add(tuple(n > 0 for n in beyond))
            texts = panes.compare._live_caption.text(), panes.compare.caption()
            for text, number in (*zip(texts, beyond, strict=True),):
                assert ("beyond" in text) == (number > 0), text
            assert ("beyond" in panes.status.text()) == (beyond[0] > 0)
    assert (True, False) in counts or (False, True) in counts


def test_it_opens_with_what_to_do_next(
    qtbot: QtBot,
    window: MainWindow,
    other_photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    control, pane = window.controller, window.panes.compare
    wanted = "Kept. Now change picture, model or layer on the left."
    assert pane.caption() == wanted
    control.change(layer=2)
    assert pane.caption().startswith("Kept: ")
    control.change(layer=1)
    assert pane.caption() == wanted
    given = ([str(other_photo)], "any")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: given)
    first = control.document.trace
    qtbot.mouseClick(pane.another_picture, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: control.document.trace is not first)
    wait_idle(qtbot, window)
    assert control.document.image is not None
    assert control.document.image.name == other_photo.name
    assert control.comparison.kept is not None
    assert control.comparison.kept.trace is first
    qtbot.mouseClick(pane.another_model, Qt.MouseButton.LeftButton)
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, ModelDialog)]
    assert any(dialog.isVisible() for dialog in dialogs)
    for dialog in dialogs:
        dialog.close()
    assert not pane.patches.isVisible(), "a model of one patch size"


def test_another_patch_size_is_a_click_away(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo, model=QUICK)
    qtbot.keyClick(window, Qt.Key.Key_K)
    wait_idle(qtbot, window)
    pane, control = window.panes.compare, window.controller
    assert pane.patches.isVisible()
    kept = control.document.trace
    assert kept is not None
    size = 8 if kept.setup.model.patch_size[0] != 8 else 16
    qtbot.mouseClick(pane.patches.button(size), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: control.document.trace is not kept, timeout=60_000)
    wait_idle(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    assert trace.setup.model.patch_size == (size, size)
    assert control.comparison.kept is not None
    assert control.comparison.kept.trace is kept
    assert pane.patches.button(size).isChecked()


def colour_at(window: MainWindow, token: int) -> tuple[int, int, int]:
    """The colour of the picture at the left in the middle of a patch."""
    pane = window.panes.picture
    point = pane.scenePointOf(token)
    assert point is not None
    at = pane.viewport().mapFrom(pane, point.toPoint())
    colour = pane.viewport().grab().toImage().pixelColor(at)
    return colour.red(), colour.green(), colour.blue()


def test_a_wipe_shows_the_kept_map_right_of_the_divider(
    qtbot: QtBot, window: MainWindow
) -> None:
    """Against the colours that each map has alone, on the scale of both."""
    control, panes = window.controller, window.panes
    control.change(style=Style.MAP, layer=3, heads=HeadChoice((1,)))
    wait_idle(qtbot, window)
    window.controller.screen.hover(None)
    trace, one, other = control.document.trace, control.heat, control.comparison.heat
    assert trace is not None
    assert one is not None
    assert other is not None
    qtbot.mouseClick(panes.compare.wipe, Qt.MouseButton.LeftButton)
    assert not panes.compare.isVisible()
    assert panes.compare.head.isVisible()
    high = max(float(np.percentile(shown.patches, 99)) for shown in (one, other))
    for share in (0.5, 0.1, 0.9):
        panes.compare.slider.setValue(round(100 * share))
        for cell in ((3, 0), (3, 2), (5, 4), (2, 6)):
            middle = (cell[1] + 0.5) / 7
            shown = one if middle < share else other
            fraction = Levels(0, high).fraction(shown.patches[cell])
            wanted = rgb(np.asarray(fraction), "viridis")
            found = colour_at(window, trace.token(cell))
            difference = np.abs(wanted.astype(int) - found).max()
            assert difference <= 30, (share, cell, wanted, found)
    qtbot.mouseClick(panes.compare.wipe, Qt.MouseButton.LeftButton)
    assert panes.compare.isVisible()
    assert panes.picture.dividerAt() is None


def test_the_divider_is_dragged_and_a_click_beside_it_chooses_a_patch(
    qtbot: QtBot, window: MainWindow
) -> None:
    panes, control = window.panes, window.controller
    qtbot.mouseClick(panes.compare.wipe, Qt.MouseButton.LeftButton)
    viewport = panes.picture.viewport()
    before = control.state.token
    divider = panes.picture.dividerAt()
    assert divider is not None
    start = viewport.mapFrom(panes.picture, divider.toPoint())
    area = panes.picture.inputRect()
    assert area is not None
    end = QPoint(
        round(
            viewport.mapFrom(panes.picture, area.topLeft().toPoint()).x()
            + 0.25 * area.width()
        ),
        start.y(),
    )
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(viewport, end)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    assert panes.compare.slider.value() == pytest.approx(25, abs=1)
    moved = panes.picture.dividerAt()
    assert moved is not None
    assert moved.x() == pytest.approx(area.left() + 0.25 * area.width(), abs=2)
    assert control.state.token == before, "the drag chose no patch"
    click(qtbot, window, 33)
    assert control.state.token == 33
    panes.compare.slider.setFocus()
    qtbot.keyClick(panes.compare.slider, Qt.Key.Key_Right)
    assert panes.compare.slider.value() == pytest.approx(26, abs=1)
    now = panes.picture.dividerAt()
    assert now is not None
    assert now.x() > moved.x()


def test_pictures_that_lie_differently_stay_side_by_side(
    qtbot: QtBot, window: MainWindow, other_photo: Path
) -> None:
    panes = window.panes
    qtbot.mouseClick(panes.compare.wipe, Qt.MouseButton.LeftButton)
    assert not panes.compare.isVisible()
    window.open_path(str(other_photo))
    wait_idle(qtbot, window)
    assert panes.compare.isVisible()
    assert panes.compare.caption().startswith("No wipe: ")
    assert panes.picture.dividerAt() is None
    qtbot.keyClick(window, Qt.Key.Key_K)
    assert not panes.compare.head.isVisible()
