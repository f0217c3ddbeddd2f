"""Export sheet: its preview is the figure, and its command line makes the same file."""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from xml.dom import minidom

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle, wait_written
from vitviz.cli.main import main
from vitviz.export.figure_settings import FigureKind
from vitviz.export.metadata import read_metadata
from vitviz.ui.files.export_sheet import Export, ExportSheet, OtherFile
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.view_state import Direction, Style

Pixels = npt.NDArray[np.uint8]
# A letter of 9 pt is 12 figure units high.
TYPE_PX = 12


@pytest.fixture
def window(qtbot: QtBot, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    opened = open_vitviz(photo)
    opened.controller.change(token=17, layer=2, show_grid=True)
    wait_idle(qtbot, opened)
    return opened


def opened_sheet(qtbot: QtBot, window: MainWindow) -> ExportSheet:
    """The sheet as Ctrl+E opens it, with its first preview."""
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_E, control)
    sheet = window.controller.export_dialog.sheet()
    assert sheet is not None
    ready(qtbot, sheet)
    return sheet


def ready(qtbot: QtBot, sheet: ExportSheet) -> None:
    """Wait until the preview shows what is chosen."""
    qtbot.waitUntil(lambda: not sheet._rest.isActive(), timeout=5_000)
    qtbot.waitUntil(sheet.saveButton().isEnabled, timeout=120_000)


def number(sheet: ExportSheet, name: str) -> QDoubleSpinBox:
    every = sheet.findChildren(QDoubleSpinBox)
    return next(one for one in every if one.accessibleName() == name)


def check(sheet: ExportSheet, text: str) -> QCheckBox:
    return next(one for one in sheet.findChildren(QCheckBox) if one.text() == text)


def button(sheet: ExportSheet, text: str) -> QPushButton:
    return next(one for one in sheet.findChildren(QPushButton) if one.text() == text)


@pytest.fixture
def saved(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, window: MainWindow
) -> Callable[[ExportSheet, Path], Path]:
    """Presses Save, names the file, and waits until it is there."""

    def save(sheet: ExportSheet, path: Path) -> Path:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        ready(qtbot, sheet)
        sheet.saveButton().click()
        wait_written(qtbot, window)
        assert path.exists(), sheet.note()
        return path

    return save


def by_command(sheet: ExportSheet, path: Path) -> Path:
    """The file of the command line that the sheet copies."""
    button(sheet, "Copy command line").click()
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[:2] == ["vitviz", "export"], words
    words[words.index("-o") + 1] = str(path)
    assert main(words[1:]) == 0
    return path


def pixels(path: Path) -> Pixels:
    with PIL.Image.open(path) as made:
        return np.asarray(made.convert("RGB"))


def array(image: QImage) -> Pixels:
    kept = image.convertToFormat(QImage.Format.Format_RGBX8888)
    flat = np.frombuffer(kept.constBits(), np.uint8)
    rows = flat.reshape(kept.height(), kept.bytesPerLine())[:, : 4 * kept.width()]
    return rows.reshape(kept.height(), kept.width(), 4)[..., :3].copy()


KINDS = [kind for kind in FigureKind if kind is not FigureKind.COMPARISON]


@pytest.mark.parametrize("kind", KINDS, ids=[kind.value for kind in KINDS])
def test_preview_file_and_command_line_are_one_figure(
    qtbot: QtBot,
    window: MainWindow,
    saved: Callable[[ExportSheet, Path], Path],
    tmp_path: Path,
    kind: FigureKind,
) -> None:
    sheet = opened_sheet(qtbot, window)
    before = sheet.previewImage()
    sheet.choose(kind)
    number(sheet, "Width").setValue(100)
    number(sheet, "Type").setValue(7)
    number(sheet, "Resolution").setValue(127)
    ready(qtbot, sheet)
    first = saved(sheet, tmp_path / "window.png")
    made = pixels(first)
    assert made.shape[1] == 500  # 100 mm at 127 dpi
    # the preview is the file, smaller
    preview = sheet.previewImage()
    assert preview is not None
    assert preview is not before
    with PIL.Image.open(first) as image:
        reduced = image.convert("RGB").resize((preview.width(), preview.height()))
    error = np.abs(array(preview).astype(int) - np.asarray(reduced).astype(int))
    assert error.mean() < 9, "the preview shows another figure than the file"
    second = by_command(sheet, tmp_path / "command.png")
    np.testing.assert_array_equal(made, pixels(second))
    for path in (first, second):
        meta = read_metadata(path)
        assert meta["figure"]["kind"] == kind.value
        assert meta["figure"]["width_mm"] == 100
        assert meta["model"]["weights_sha256"]
        assert meta["caption"].startswith(meta["model"]["name"])
    button(sheet, "Copy caption").click()
    assert QGuiApplication.clipboard().text() == read_metadata(first)["caption"]


@pytest.mark.parametrize("is_difference", [False, True], ids=["maps", "difference"])
def test_a_comparison_is_the_same_by_command(
    qtbot: QtBot,
    window: MainWindow,
    saved: Callable[[ExportSheet, Path], Path],
    tmp_path: Path,
    is_difference: bool,
) -> None:
    window.toggle_compare()
    window.controller.change(layer=0, style=Style.MAP, direction=Direction.LOOKED_AT_BY)
    wait_idle(qtbot, window)
    sheet = opened_sheet(qtbot, window)
    assert sheet.what() is FigureKind.COMPARISON
    check(sheet, "Difference").setChecked(is_difference)
    first = saved(sheet, tmp_path / "window.png")
    made = pixels(first)
    second = by_command(sheet, tmp_path / "command.png")
    np.testing.assert_array_equal(made, pixels(second))
    # two halves, which differ
    half = made.shape[1] // 2
    assert np.abs(made[:, :half].astype(int) - made[:, half : 2 * half]).mean() > 1
    assert ("left − right" in read_metadata(first)["caption"]) == is_difference


def test_without_a_kept_view_no_comparison_can_be_chosen(
    qtbot: QtBot, window: MainWindow
) -> None:
    sheet = opened_sheet(qtbot, window)
    row = sheet._row_of(FigureKind.COMPARISON)
    item = sheet._list.item(row)
    assert item.flags() == Qt.ItemFlag.NoItemFlags
    assert "Keep a view first" in item.toolTip()


def test_type_and_width_are_those_on_paper(
    qtbot: QtBot,
    window: MainWindow,
    saved: Callable[[ExportSheet, Path], Path],
    tmp_path: Path,
) -> None:
    sheet = opened_sheet(qtbot, window)
    number(sheet, "Width").setValue(85)
    number(sheet, "Type").setValue(6)
    boxes = sheet.findChildren(QComboBox)
    theme = next(one for one in boxes if one.accessibleName() == "Theme")
    theme.setCurrentIndex(1)
    path = saved(sheet, tmp_path / "a.svg")
    scene = minidom.parse(str(path))
    (root,) = scene.getElementsByTagName("svg")
    assert float(root.getAttribute("width").removesuffix("mm")) == pytest.approx(
        85, abs=0.3
    )
    text = path.read_text("utf-8")
    sizes = {float(found) for found in re.findall(r'font-size="([\d.]+)', text)}
    scales = [
        abs(float(found))
        for found in re.findall(r'transform="matrix\(([-\d.]+),', text)
    ]
    # 12 units of the layout are 6 pt, two thirds of their 9
    assert sizes <= {float(TYPE_PX), 6.0, 8.0}
    assert min(scales) == pytest.approx(6 / 9, abs=0.02)
    assert "#1e1e1e" in text.lower()
    assert "#ededed" in text.lower()


def test_a_pdf_says_what_made_it(
    qtbot: QtBot,
    window: MainWindow,
    saved: Callable[[ExportSheet, Path], Path],
    tmp_path: Path,
) -> None:
    sheet = opened_sheet(qtbot, window)
    data = saved(sheet, tmp_path / "a.pdf").read_bytes()
    found = re.search(rb"<x:xmpmeta.*</x:xmpmeta>", data, re.DOTALL)
    assert found is not None
    scene = minidom.parse(io.BytesIO(found[0]))
    (node,) = scene.getElementsByTagName("vitviz:metadata")
    meta = json.loads("".join(one.data for one in node.childNodes))  # type: ignore[union-attr]
    assert meta["figure"]["kind"] == "picture"
    model = window.controller.model
    assert model is not None
    assert meta["model"]["weights_sha256"] == model.info.weights_sha256
    (said,) = scene.getElementsByTagName("dc:description")
    words = said.getElementsByTagName("rdf:li")[0].firstChild
    assert words is not None
    assert words.data == meta["caption"]  # type: ignore[union-attr]


def test_the_folder_of_what_was_written_can_be_shown(
    qtbot: QtBot,
    window: MainWindow,
    saved: Callable[[ExportSheet, Path], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    sheet = opened_sheet(qtbot, window)
    assert not button(sheet, "Show in folder").isEnabled()
    saved(sheet, tmp_path / "a.png")
    button(sheet, "Show in folder").click()
    assert [Path(one.toLocalFile()) for one in opened] == [tmp_path]


@pytest.mark.parametrize(
    ("what", "ending"), [(OtherFile.ANIMATION, ".gif"), (OtherFile.NUMBERS, ".npz")]
)
def test_animation_and_numbers_are_written_from_the_sheet(
    qtbot: QtBot,
    window: MainWindow,
    saved: Callable[[ExportSheet, Path], Path],
    tmp_path: Path,
    what: Export,
    ending: str,
) -> None:
    sheet = opened_sheet(qtbot, window)
    sheet.choose(what)
    assert sheet.ending() == ending
    made = saved(sheet, tmp_path / f"a{ending}")
    second = by_command(sheet, tmp_path / f"b{ending}")
    if ending == ".npz":
        with np.load(made) as one, np.load(second) as other:
            np.testing.assert_array_equal(one["attention"], other["attention"])
    else:
        np.testing.assert_array_equal(pixels(made), pixels(second))


def test_a_sheet_that_is_closed_computes_no_longer(
    qtbot: QtBot, window: MainWindow
) -> None:
    """Curves take hundreds of passes; nobody waits for them any more."""
    sheet = opened_sheet(qtbot, window)
    sheet.choose(FigureKind.CURVES)
    qtbot.waitUntil(lambda: "Computing" in sheet.note())
    assert not sheet.saveButton().isEnabled()
    sheet.reject()
    assert window.controller.export_dialog.sheet() is None
    wait_idle(qtbot, window)
    window.controller.pin(3)
    wait_idle(qtbot, window)
