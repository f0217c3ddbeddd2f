"""The navigator: every head of every layer, chosen and ordered by real clicks."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPicture
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.domain.heads import HeadChoice
from vitviz.explain.perturbation import head_effects
from vitviz.ui.base import theme
from vitviz.ui.base.contrast import CONTRAST, contrast
from vitviz.ui.widgets.cell_grid import CellGrid, GridLabels
from vitviz.ui.widgets.depth_plot import DepthPlot
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.colour import levels_for, lookup_table, rgb
from vitviz.views.view_state import HeadsView, Statistic

# Of lines and shapes with what is behind them, by WCAG.
CONTRAST_OF_SHAPES = 3.0


@pytest.fixture
def window(qtbot: QtBot, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    opened = open_vitviz(photo)
    button = opened.panes.tabs.button("heads")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, opened)
    return opened


def show(qtbot: QtBot, window: MainWindow, statistic: Statistic | None) -> None:
    button = window.panes.heads.button(statistic)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)


def colour(window: MainWindow, row: int, col: int) -> tuple[int, int, int]:
    image = window.panes.heads.grid.image(row, col)
    assert image is not None
    return _rgb(image, 0, 0)


def _rgb(image: QImage, x: int, y: int) -> tuple[int, int, int]:
    pixel = image.pixelColor(x, y)
    return pixel.red(), pixel.green(), pixel.blue()


def cell_of(window: MainWindow, layer: int, head: int) -> tuple[int, int]:
    """(row, col) where a head is shown, in either orientation of the wall."""
    for row, places in enumerate(window.panes.heads.places()):
        if (layer, head) in places:
            return row, places.index((layer, head))
    raise AssertionError((layer, head))


@pytest.mark.parametrize(
    ("size", "is_upright"), [((1000, 1000), True), ((1500, 620), False)]
)
def test_the_wall_fills_what_room_there_is(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int], is_upright: bool
) -> None:
    """Layers as rows or as columns, whichever makes the maps larger."""
    if not is_upright:
        window.splitter().setSizes([500, 1000])
    window.resize(*size)
    qtbot.waitUntil(lambda: (cell_of(window, 3, 0) == (3, 0)) == is_upright)
    grid = window.panes.heads.grid
    rows, cols = grid.shape()
    side = grid.cellRect(0, 0).width()
    other = min(grid.width() / rows, grid.height() / cols)
    assert side > other - 24, "the other way round maps would be larger"


def test_the_wall_shows_the_query_in_every_head(
    qtbot: QtBot, window: MainWindow
) -> None:
    trace = window.controller.document.trace
    assert trace is not None
    grid = window.panes.heads.grid
    assert sorted(grid.shape()) == sorted((trace.num_heads, trace.num_layers))
    for token in (0, trace.num_tokens - 1):
        window.controller.pin(token)
        wait_idle(qtbot, window)
        for layer in range(trace.num_layers):
            for head in range(trace.num_heads):
                image = grid.image(*cell_of(window, layer, head))
                assert image is not None
                whole = trace.matrix(layer, head)[token]
                patches = trace.patch_map(whole)
                wanted = rgb(
                    levels_for(patches, clip_percent=1.0).fraction(patches), "magma"
                )
                shown = np.array(
                    [
                        _rgb(image, x, y)
                        for y in range(image.height())
                        for x in range(image.width())
                    ]
                )
                difference = np.abs(shown - wanted.reshape(-1, 3).astype(int))
                assert difference.max() <= 2, (layer, head)


def test_a_click_goes_to_the_head_and_a_label_to_the_layer(
    qtbot: QtBot, window: MainWindow
) -> None:
    grid, control = window.panes.heads.grid, window.controller
    place = grid.cellRect(*cell_of(window, 1, 2)).center().toPoint()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=place)
    wait_idle(qtbot, window)
    assert control.heat is not None
    assert (control.heat.layer, control.heat.heads) == (1, HeadChoice((2,)))
    middle = grid.cellRect(*cell_of(window, 3, 0)).center()
    is_upright = cell_of(window, 3, 0) == (3, 0)
    label = QPointF(14, middle.y()) if is_upright else QPointF(middle.x(), 6)
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=label.toPoint())
    wait_idle(qtbot, window)
    assert control.heat.layer == 3


def test_statistics_are_drawn_from_what_whole_matrices_say(
    qtbot: QtBot, window: MainWindow
) -> None:
    trace = window.controller.document.trace
    assert trace is not None
    show(qtbot, window, Statistic.ENTROPY)
    found = {}
    for layer in range(trace.num_layers):
        for head in range(trace.num_heads):
            whole = trace.matrix(layer, head).astype(float)
            logs = np.where(whole > 0, np.log(np.maximum(whole, 1e-300)), 0)
            entropy = -(whole * logs).sum(1).mean() / np.log(trace.num_tokens)
            found[layer, head] = entropy
    # from the smallest to the largest, and no less than a tenth of 0 to 1
    high = max(found.values())
    low = min(*found.values(), high - 0.1)
    for place, entropy in found.items():
        share = np.array([(entropy - low) / (high - low)], np.float32)
        wanted = rgb(share, "magma")[0]
        shown = colour(window, *cell_of(window, *place))
        assert np.abs(np.array(shown) - wanted.astype(int)).max() <= 6
    legend = window.panes.heads.note()
    for end in (low, high):
        assert f" {end:.3g}" in legend, legend


def test_numbers_stand_in_cells_that_have_room(
    qtbot: QtBot, window: MainWindow
) -> None:
    """Black on light cells and white on dark ones; none where they would be cut."""
    show(qtbot, window, Statistic.SPECIAL)
    trace = window.controller.document.trace
    assert trace is not None
    grid = window.panes.heads.grid
    window.resize(1400, 900)
    qtbot.waitUntil(grid.showsTexts)
    shot = grid.grab().toImage()
    seen = set()
    for layer in range(trace.num_layers):
        for head in range(trace.num_heads):
            place = cell_of(window, layer, head)
            share = trace.matrix(layer, head)[:, : trace.num_prefix_tokens]
            value = float(share.sum(1).mean())
            assert float(grid.text(*place)) == pytest.approx(value, abs=0.006)
            ground = QColor(*colour(window, *place))
            rect = grid.cellRect(*place).adjusted(3, 3, -3, -3).toRect()
            inks = [
                shot.pixelColor(x, y)
                for x in range(rect.left(), rect.right())
                for y in range(rect.top(), rect.bottom())
            ]
            best = max(inks, key=lambda ink: contrast(ink, ground))
            assert contrast(best, ground) >= CONTRAST, (layer, head)
            seen.add(best.lightness() > ground.lightness())
    assert seen == {True, False}
    grid.setFixedSize(160, 100)
    qtbot.waitUntil(lambda: not grid.showsTexts())


@pytest.mark.parametrize("size", [(1000, 1000), (1500, 620)])
def test_colours_of_a_statistic_fill_the_pane(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int]
) -> None:
    """Maps keep their shape; colours have none to keep."""
    show(qtbot, window, Statistic.ENTROPY)
    window.resize(*size)
    wait_idle(qtbot, window)
    grid = window.panes.heads.grid
    rows, cols = grid.shape()
    assert min(rows, cols) > 1
    last = grid.cellRect(rows - 1, cols - 1)
    assert grid.width() - 12 - cols <= last.right() <= grid.width() - 12
    assert grid.height() - 8 - rows <= last.bottom() <= grid.height() - 8


def test_a_pale_colour_of_the_legend_is_outlined(
    qtbot: QtBot, window: MainWindow
) -> None:
    """The highest value's colour is nearly that of the panel in the light theme."""
    show(qtbot, window, Statistic.ENTROPY)
    found = re.findall(r"base64,([^\"]+)", window.panes.heads.note())
    assert len(found) == 2
    ground = QColor(theme.colours().panel)
    for code in found:
        image = QImage.fromData(QByteArray.fromBase64(QByteArray(code.encode())))
        edge = [image.pixelColor(0, y) for y in range(image.height())]
        assert min(contrast(one, ground) for one in edge) >= CONTRAST_OF_SHAPES
    highest = image.pixelColor(image.rect().center())
    expected = QColor(*lookup_table("magma")[255].tolist())
    assert highest == expected


def test_ordered_by_what_goes_to_special_tokens(
    qtbot: QtBot, window: MainWindow
) -> None:
    trace = window.controller.document.trace
    assert trace is not None
    prefix = trace.num_prefix_tokens
    shares = {
        (layer, head): float(trace.matrix(layer, head)[:, :prefix].sum(1).mean())
        for layer in range(trace.num_layers)
        for head in range(trace.num_heads)
    }
    view = HeadsView(order=Statistic.SPECIAL, lowest_first=True, most=5)
    window.panes.heads.viewChosen.emit(view)
    wait_idle(qtbot, window)
    listed = [place for row in window.panes.heads.places() for place in row]
    assert listed == sorted(shares, key=shares.__getitem__)[:5]
    grid = window.panes.heads.grid
    place = grid.cellRect(0, 0).center().toPoint()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=place)
    assert window.controller.state.layer == listed[0][0]
    assert window.controller.state.heads == HeadChoice((listed[0][1],))


def test_the_plot_has_a_dot_for_each_head(qtbot: QtBot, window: MainWindow) -> None:
    trace = window.controller.document.trace
    assert trace is not None
    show(qtbot, window, Statistic.SINK)
    view = window.controller.state.heads_view
    window.panes.heads.viewChosen.emit(HeadsView(shows=view.shows, is_plot=True))
    wait_idle(qtbot, window)
    dots = next(i for i in window.panes.heads.plot().items if hasattr(i, "points"))
    found = {spot.data(): spot.pos().y() for spot in dots.points()}
    assert len(found) == trace.num_layers * trace.num_heads
    for (layer, head), value in found.items():
        sink = trace.matrix(layer, head).mean(axis=0).max()
        assert value == pytest.approx(sink, rel=1e-4)


def numbers_of(plot: DepthPlot) -> list[tuple[str, QRectF]]:
    """(text, rectangle in the plot's view) of the numbers at the plot's left axis."""
    axis = plot.getPlotItem().getAxis("left")
    picture = QPicture()
    painter = QPainter(picture)
    painter.setFont(axis.style["tickFont"])
    texts = axis.generateDrawSpecs(painter)[2]
    painter.end()
    return [(text, axis.mapRectToScene(QRectF(box))) for box, _, text in texts]


def test_the_numbers_of_the_plot_are_whole_and_none_without_values(
    qtbot: QtBot, window: MainWindow
) -> None:
    """The topmost was cut in half, and an empty plot was said to go to 1e-12."""
    pane = window.panes.heads
    plot = pane.findChild(DepthPlot)
    assert isinstance(plot, DepthPlot)

    def has_whole_numbers() -> bool:
        found = [box for _, box in numbers_of(plot)]
        inside = QRectF(plot.viewport().rect())
        return len(found) > 2 and all(inside.contains(box) for box in found)

    for statistic in (Statistic.ENTROPY, Statistic.SINK):
        show(qtbot, window, statistic)
        view = HeadsView(shows=statistic, is_plot=True)
        pane.viewChosen.emit(view)
        wait_idle(qtbot, window)
        qtbot.waitUntil(has_whole_numbers)
    show(qtbot, window, Statistic.EFFECT)  # which is measured only by a button
    assert plot.isVisible()
    qtbot.waitUntil(lambda: numbers_of(plot) == [])
    label = plot.getPlotItem().getAxis("left").labelString()
    assert "Effect" in label
    assert "1e-" not in label


@pytest.mark.parametrize("width", [800, 280])
def test_numbers_below_cells_are_whole_or_not_there(qtbot: QtBot, width: int) -> None:
    """A list of heads in order names them, unless only “1…” would fit."""
    grid = CellGrid()
    qtbot.addWidget(grid)
    grid.resize(width, 300)
    names = tuple(tuple(f"1{col % 2}·{row}" for col in range(13)) for row in range(6))
    grid.setShape(6, 13, GridLabels(cells=names))
    line = QFontMetricsF(theme.font("small")).height()
    below = grid.cellRect(1, 0).top() - grid.cellRect(0, 0).bottom()
    assert (below >= line) == (width == 800)


def test_effects_are_measured_by_a_button_of_their_own(
    qtbot: QtBot, window: MainWindow
) -> None:
    pane, control = window.panes.heads, window.controller
    show(qtbot, window, Statistic.EFFECT)
    assert pane.grid.image(0, 0) is None, "nothing is run unasked"
    assert pane.measureButton().isVisible()
    qtbot.mouseClick(pane.measureButton(), Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    trace, model = control.document.trace, control.model
    assert trace is not None
    assert model is not None
    effects = head_effects(model, trace)
    low, high = float(effects.min()), float(effects.max())
    assert high - low > 0.1 * (high - min(low, 0.0)), "else the range is wider"
    for layer in range(trace.num_layers):
        for head in range(trace.num_heads):
            fraction = (effects[layer, head] - low) / (high - low)
            wanted = rgb(np.array([fraction], np.float32), "magma")[0]
            found = np.array(colour(window, *cell_of(window, layer, head)))
            assert np.abs(found - wanted.astype(int)).max() <= 2
    assert "twelve likenesses" in pane.note()


def test_measuring_can_be_cancelled(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = window.panes.heads
    show(qtbot, window, Statistic.EFFECT)
    gate = threading.Event()
    from vitviz.explain import perturbation

    whole = perturbation.head_effects

    def slow(*args: object, **options: object) -> object:
        check: Any = options.pop("check")

        def waiting() -> None:
            check()
            gate.wait(10)

        return whole(*args, check=waiting, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(perturbation, "head_effects", slow)
    qtbot.mouseClick(pane.measureButton(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "0 of 12" in pane.note())
    assert pane.measureButton().text() == "Cancel"
    qtbot.mouseClick(pane.measureButton(), Qt.MouseButton.LeftButton)
    gate.set()
    assert pane.measureButton().text() == "Measure"
    wait_idle(qtbot, window)
    assert pane.grid.image(0, 0) is None
