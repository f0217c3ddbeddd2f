"""Animations, and folders in every format: what is there already is left alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import (
    OpenWindow,
    save_sheet,
    wait_idle,
    wait_written,
)
from vitviz.cli.main import main
from vitviz.export.figure import figure_of
from vitviz.export.metadata import read_metadata
from vitviz.export.save import png_bytes
from vitviz.models.load import load_model
from vitviz.ui.files.export import named
from vitviz.views.colour import lookup_table
from vitviz.views.display import resolve
from vitviz.views.view_state import Scale, ViewState

FORMATS = ("png", "svg", "gif", "npz")


def export(model: Path, *arguments: str | Path) -> int:
    return main(["export", *map(str, arguments), "--model", str(model)])


def frames(path: Path) -> list[np.ndarray]:  # type: ignore[type-arg]
    with PIL.Image.open(path) as made:
        count = made.n_frames  # type: ignore[attr-defined]
        pages = []
        for index in range(count):
            made.seek(index)
            pages.append(np.asarray(made.convert("RGB")).astype(int))
        return pages


FIGURE, GIF = "Figure (*.png *.svg *.pdf)", "Animation through the layers (*.gif)"
NUMBERS = "Numbers, this query (*.npz *.csv)"


@pytest.mark.parametrize(
    ("typed", "kind", "written"),
    [
        pytest.param("a.svg", FIGURE, "a.svg", id="both agree"),
        pytest.param("a.csv", FIGURE, "a.csv", id="the name where no kind was chosen"),
        pytest.param("a.png", NUMBERS, "a.npz", id="the kind over the name offered"),
        pytest.param("a.CSV", NUMBERS, "a.CSV", id="capitals"),
        pytest.param("a", NUMBERS, "a.npz", id="no ending"),
        pytest.param("layer 0.5", GIF, "layer 0.5.gif", id="a number is no ending"),
        pytest.param("a.b", "", "a.b.png", id="no kind"),
    ],
)
def test_the_kind_that_was_chosen_completes_the_name(
    typed: str, kind: str, written: str
) -> None:
    assert named(Path(typed), kind) == Path(written)


def test_a_name_without_an_ending_is_completed_and_replaces_nothing(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    typed = tmp_path / "figure"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(typed), FIGURE))
    window.export()
    save_sheet(qtbot, window)
    made = tmp_path / "figure.png"
    wait_written(qtbot, window)
    before = made.read_bytes()
    window.controller.pin(3)
    window.export()
    save_sheet(qtbot, window)
    assert "figure.png is there already" in window.panes.errors.text()
    assert made.read_bytes() == before
    window.panes.errors.dismiss()


def test_a_frame_of_a_gif_is_the_figure_of_its_layer(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "layers.gif"
    options = ("--layer", "all", "--scale", "shared", "--query", "2,3", "--pixels", "1")
    assert export(model_folder, photo, "-o", target, *options) == 0
    pages = frames(target)
    trace = vitviz.trace(load_model(model_folder), photo)
    assert len(pages) == trace.num_layers
    token = trace.token((2, 3))
    rows = [trace.row(layer, token).mean(0) for layer in range(trace.num_layers)]
    high = max(float(trace.patch_map(row).max()) for row in rows)
    state = ViewState(token=token, scale=Scale.FIXED, fixed_range=(0.0, high))
    for layer, page in enumerate(pages):
        shown = resolve(replace(state, layer=layer), trace)
        assert shown is not None
        figure = figure_of(shown)
        single = tmp_path / "one.png"
        single.write_bytes(png_bytes(figure, scale=1))
        with PIL.Image.open(single) as made:
            wanted = np.asarray(made.convert("RGB")).astype(int)
        height, width = wanted.shape[:2]
        error = np.abs(page[:height, :width] - wanted)
        assert np.percentile(error, 95) <= 24, layer
    assert np.abs(pages[0] - pages[1]).max() > 60, "the frames are all alike"
    meta = read_metadata(target)
    assert meta["options"]["layer"] == "all"


def test_the_colour_bar_of_a_gif_keeps_its_colours(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "a.gif"
    assert export(model_folder, photo, "-o", target, "--colormap", "magma") == 0
    found = frames(target)[0].reshape(-1, 3)
    for colour in lookup_table("magma")[::16].astype(int):
        assert np.abs(found - colour).max(axis=1).min() <= 8


@pytest.mark.parametrize("kind", FORMATS)
def test_a_folder_goes_on_where_it_stopped(
    kind: str,
    photo: Path,
    other_photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    shutil.copy(photo, pictures)
    out = tmp_path / "maps"
    options = ("-o", f"{out}/", "--format", kind)
    assert export(model_folder, pictures, *options) == 0
    first = out / f"{photo.stem}.{kind}"
    made = first.read_bytes()
    stamp = first.stat().st_mtime_ns
    shutil.copy(other_photo, pictures)
    capsys.readouterr()
    assert export(model_folder, pictures, *options) == 0
    said = capsys.readouterr().err
    assert "1 of 2 were there already." in said
    assert "[1/2]" in said
    assert "[2/2]" not in said
    assert first.stat().st_mtime_ns == stamp
    assert (out / f"{other_photo.stem}.{kind}").exists()
    assert json.dumps(read_metadata(first)["options"])
    assert export(model_folder, pictures, *options, "--query", "1,1") == 0
    assert first.read_bytes() != made


def test_a_gif_from_the_window_leaves_it_responsive(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    target = tmp_path / "a.gif"
    window.controller.export_dialog.write(str(target))
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert len(frames(target)) == trace.num_layers
    assert target.name in window.panes.status.text()
    window.controller.change(method="rollout")
    wait_idle(qtbot, window)
    window.controller.export_dialog.write(str(tmp_path / "b.gif"))
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert "nothing to animate" in window.panes.errors.text()
    assert not (tmp_path / "b.gif").exists()
    window.panes.errors.dismiss()
