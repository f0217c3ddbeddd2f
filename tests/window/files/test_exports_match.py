"""What is exported is what is on screen: every format, from the window and by command.

The window's files are made by its own export, the others by the command line that it
copies. Both are held against the map on screen.
"""

from __future__ import annotations

import csv
import io
import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.window.clicks import leave_picture
from tests.window.conftest import OpenWindow, wait_idle, wait_written
from vitviz.cli.main import main
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.overlay import overlay
from vitviz.views.view_state import Direction, Scale, Style, ViewState

Pixels = npt.NDArray[np.uint8]

# Each pair of choices stands together in at least one of these views.
VIEWS = {
    "as it opens": ViewState(),
    "full range": ViewState(token=12, clip_percent=0.0),
    "column, log, shared": ViewState(
        layer=1,
        token=17,
        direction=Direction.LOOKED_AT_BY,
        log=True,
        scale=Scale.SHARED,
        style=Style.MAP,
        show_grid=False,
    ),
    "renormalised, clipped, smooth": ViewState(
        layer=2,
        token=30,
        heads=HeadChoice((1,)),
        renormalise=True,
        clip_percent=5.0,
        smooth=True,
        style=Style.SPOTLIGHT,
    ),
    "column, renormalised, fixed": ViewState(
        token=24,
        heads=HeadChoice((0, 2), Fusion.MAX),
        direction=Direction.LOOKED_AT_BY,
        renormalise=True,
        scale=Scale.FIXED,
        fixed_range=(0.001, 0.03),
        smooth=True,
        show_grid=False,
        colormap="magma",
    ),
    "row, log, clipped, beside": ViewState(
        layer=3,
        token=10,
        others=(0, 38),
        log=True,
        clip_percent=10.0,
        style=Style.MAP,
        opacity=0.5,
    ),
    "column, clipped, beside, smooth": ViewState(
        layer=0,
        token=20,
        others=(33,),
        direction=Direction.LOOKED_AT_BY,
        clip_percent=1.0,
        log=True,
        renormalise=True,
        smooth=True,
        heads=HeadChoice((), Fusion.MIN),
        style=Style.SPOTLIGHT,
    ),
    "special token, shared, renormalised": ViewState(
        layer=2,
        token=0,
        scale=Scale.SHARED,
        renormalise=True,
        clip_percent=2.0,
        show_grid=False,
    ),
}


@pytest.fixture(params=list(VIEWS.values()), ids=list(VIEWS))
def window(
    request: pytest.FixtureRequest,
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
) -> MainWindow:
    """A window in one of the views, with the pointer elsewhere."""
    opened = open_vitviz(photo)
    opened.controller.go_to_state(replace(request.param, tab="matrix"))
    wait_idle(qtbot, opened)
    leave_picture(opened)
    return opened


def written(qtbot: QtBot, window: MainWindow, path: Path) -> Path:
    """The window's own export."""
    window.controller.export_dialog.write(str(path))
    wait_written(qtbot, window)
    assert path.exists(), window.panes.errors.text()
    return path


def by_command(window: MainWindow, first: Path) -> Path:
    """The file of the command line that the window copies after it wrote `first`."""
    window.actions_by_name["copy_command"].trigger()
    line = QGuiApplication.clipboard().text()
    assert line.startswith("vitviz export "), line
    second = first.with_stem("command")
    words = [
        str(second) if word == str(first) else word for word in shlex.split(line)[1:]
    ]
    assert main(words) == 0
    assert second.exists(), line
    return second


def pixels(path: Path) -> Pixels:
    with PIL.Image.open(path) as made:
        return np.asarray(made.convert("RGB"))


def test_a_figure_is_the_same_by_command(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    first = written(qtbot, window, tmp_path / "window.png")
    second = by_command(window, first)
    np.testing.assert_array_equal(pixels(first), pixels(second))


def test_vectors_are_the_same_by_command(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    def drawing(path: Path) -> str:
        text = path.read_text("utf-8")
        return text[: text.index("<desc>")] + text[text.index("</desc>") :]

    first = written(qtbot, window, tmp_path / "window.svg")
    second = by_command(window, first)
    assert drawing(first) == drawing(second)


def test_a_figure_has_the_colours_on_screen(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    """Where every patch has its middle, over a photograph that is white."""
    shown = window.controller.display
    assert shown is not None
    assert shown.heat is not None
    on_screen = window.panes.picture._heat.image
    assert on_screen is not None
    np.testing.assert_array_equal(on_screen, overlay(shown.heat, shown.look))
    state = window.controller.state
    figure = pixels(written(qtbot, window, tmp_path / "a.png"))
    window.controller.change(
        style=Style.TINT, opacity=0.0, show_grid=False, smooth=False
    )
    bare = pixels(written(qtbot, window, tmp_path / "bare.png"))
    window.controller.go_to_state(state)
    setup = shown.setup
    left = 20 + setup.placement.seen_rect().x
    top = 20 + setup.placement.seen_rect().y
    if setup.grid.cell(shown.query) is None:
        top += 30  # the label of a special token
    scale = figure.shape[0] / figure.shape[0] * 2
    step = on_screen.shape[0] // setup.grid.rows
    side = setup.placement.seen_rect().width / setup.grid.cols
    checked = 0
    for row in range(setup.grid.rows):
        for col in range(setup.grid.cols):
            if (row, col) == setup.grid.cell(shown.query):
                continue
            unit = 640 / setup.picture.size[0] if setup.picture.size[0] < 480 else 1
            x = round((20 + (left - 20 + (col + 0.52) * side) * unit) * scale)
            y = round((top + (row + 0.52) * side * unit) * scale)
            under = bare[y, x].astype(float)
            r, g, b, a = on_screen[
                row * step + step // 2, col * step + step // 2
            ].astype(float)
            wanted = under + (np.array([r, g, b]) - under) * a / 255
            # a smoothed map changes within the step between two samples
            assert np.abs(figure[y, x] - wanted).max() <= (14 if step > 1 else 3)
            checked += 1
    assert checked >= 48


def test_a_frame_is_the_figure_of_its_layer(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    target = written(qtbot, window, tmp_path / "window.gif")
    by_command(window, target)
    assert target.read_bytes()[:-1000] is not None
    with (
        PIL.Image.open(target) as one,
        PIL.Image.open(tmp_path / "command.gif") as other,
    ):
        assert one.n_frames == other.n_frames == 4  # type: ignore[attr-defined]
        state = window.controller.state
        for layer in range(4):
            one.seek(layer)
            other.seek(layer)
            frame = np.asarray(one.convert("RGB")).astype(int)
            np.testing.assert_array_equal(
                frame, np.asarray(other.convert("RGB")).astype(int)
            )
            if state.scale is Scale.SHARED:
                continue  # of all frames, which no single figure has
            window.controller.change(layer=layer)
            wait_idle(qtbot, window)
            single = pixels(written(qtbot, window, tmp_path / f"{layer}.png"))
            height, width = single.shape[:2]
            error = np.abs(frame[:height, :width] - single)
            # 256 colours for a photograph under a map
            assert np.percentile(error, 95) <= 24, layer
    window.controller.go_to_state(state)


def test_numbers_are_those_on_screen(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    shown = window.controller.display
    assert shown is not None
    assert shown.heat is not None
    first = written(qtbot, window, tmp_path / "window.npz")
    second = by_command(window, first)
    with np.load(first) as data, np.load(second) as other:
        np.testing.assert_array_equal(data["attention"], other["attention"])
        np.testing.assert_array_equal(data["heads"], other["heads"])
        heads = data["heads"].tolist()
        single = shown.state.heads.single
        index = heads.index(-1) if single is None else heads.index(single)
        values = data["attention"][shown.layer, index, 0, 1:].reshape(7, 7)
        np.testing.assert_allclose(values, shown.heat.patches, rtol=1e-6)
        assert data["queries"].tolist() == [shown.query, *shown.state.others]
        for number, (_, cell) in enumerate(shown.beside, start=1):
            beside = data["attention"][shown.layer, index, number, 1:].reshape(7, 7)
            np.testing.assert_allclose(beside, cell.patches, rtol=1e-6)
        meta, view = json.loads(str(data["meta"])), json.loads(str(other["meta"]))
        assert meta["direction"] == shown.state.direction.value == view["direction"]
        assert meta["view"] == view["view"]
        assert meta["view"]["clip_percent"] == shown.state.clip_percent
        is_left_out = np.isnan(data["attention"][..., 0]).all()
        assert is_left_out == shown.state.renormalise


def test_the_csv_names_queries_and_keys(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    shown = window.controller.display
    assert shown is not None
    assert shown.heat is not None
    path = written(qtbot, window, tmp_path / "window.csv")
    assert by_command(window, path).read_bytes() == path.read_bytes()
    state = shown.state
    label = str(state.heads.single)
    if state.heads.single is None:
        label = state.heads.fusion.value
    is_column = state.direction is Direction.LOOKED_AT_BY
    found = np.full((7, 7), np.nan, np.float32)
    for line in csv.DictReader(io.StringIO(path.read_text("ascii"))):
        own, other = line["query"], line["key"]
        if is_column:
            own, other = other, own
        if (line["layer"], line["head"]) != (str(shown.layer), label):
            continue
        if own == str(shown.query) and line["row"]:
            cell = int(line["row"]), int(line["col"])
            assert int(other) == 1 + 7 * cell[0] + cell[1]
            found[cell] = float(line["value"])
    np.testing.assert_allclose(found, shown.heat.patches, rtol=1e-6)
