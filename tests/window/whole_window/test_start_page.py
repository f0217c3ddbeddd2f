"""Start page: samples show their map, recent files a thumbnail, nothing is blocked."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QImage
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QToolButton
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.system import settings
from vitviz.system.paths import resource
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.start_page import SampleButton, sample_maps
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode

PACKAGING = Path(__file__).parents[3] / "packaging"


def pixels(button: QToolButton) -> np.ndarray:  # type: ignore[type-arg]
    """What the button's icon shows."""
    image = button.icon().pixmap(button.iconSize()).toImage()
    kept = image.convertToFormat(QImage.Format.Format_RGBX8888)
    flat = np.frombuffer(kept.constBits(), np.uint8)
    rows = flat.reshape(kept.height(), kept.bytesPerLine())[:, : 4 * kept.width()]
    return rows.reshape(kept.height(), kept.width(), 4)[..., :3].astype(int)


def sample(window: MainWindow, name: str) -> SampleButton:
    found = window.start.findChild(SampleButton, name)
    assert isinstance(found, SampleButton)
    return found


def point_at(button: SampleButton) -> None:
    middle = QPointF(button.rect().center())
    QApplication.sendEvent(button, QEnterEvent(middle, middle, middle))


def test_tab_goes_through_the_page_as_it_is_read(
    qtbot: QtBot, open_vitviz: OpenWindow, tmp_path: Path
) -> None:
    places = []
    for name in ("one.png", "two.png"):
        PIL.Image.new("RGB", (40, 30)).save(tmp_path / name)
        places.append(str(tmp_path / name))
    settings.set(recent=places)
    window = open_vitviz(wait=False)
    with qtbot.waitActive(window):
        window.activateWindow()
    for _ in range(2):  # also once the recent files have been listed anew
        window.start.recent.refresh()
        sample(window, "kingfisher").setFocus(Qt.FocusReason.TabFocusReason)
        seen = []
        for _ in range(10):
            focus = QApplication.focusWidget()
            assert isinstance(focus, QToolButton | QPushButton)
            seen.append(focus)
            qtbot.keyClick(focus, Qt.Key.Key_Tab)
        spots = [one.mapTo(window, QPoint(0, 0)) for one in seen]
        read = sorted(range(10), key=lambda i: (spots[i].y(), spots[i].x()))
        assert read == list(range(10)), [one.text() for one in seen]
        assert [one.property("path") for one in seen[-2:]] == places


def test_a_sample_shows_its_map_while_it_is_pointed_at_or_has_the_focus(
    qtbot: QtBot, open_vitviz: OpenWindow
) -> None:
    window = open_vitviz(wait=False)
    button = sample(window, "kingfisher")
    other = sample(window, "citrus")
    other.setFocus()
    plain = pixels(button)
    point_at(button)
    assert button.showsMap()
    shown = pixels(button)
    changed = np.abs(shown - plain).max(axis=-1) > 20
    # some patches, and not all: a map says something
    assert 0.01 < changed.mean() < 0.6
    # where the map says so: its strongest patch is among what has changed
    one = sample_maps()["kingfisher"]
    row, col = np.unravel_index(int(one.fraction.argmax()), one.fraction.shape)
    with PIL.Image.open(resource("samples", "kingfisher.jpg")) as photo:
        width, height = photo.size
    height_px, width_px = plain.shape[:2]
    unit = max(width_px / width, height_px / height)
    left, top = (width * unit - width_px) / 2, (height * unit - height_px) / 2
    x = (one.rect.x() + (col + 0.5) * one.rect.width() / 16) * unit - left
    y = (one.rect.y() + (row + 0.5) * one.rect.height() / 16) * unit - top
    assert changed[round(y), round(x)]
    QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
    np.testing.assert_array_equal(pixels(button), plain)
    with qtbot.waitActive(window):
        window.activateWindow()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.showsMap)
    np.testing.assert_array_equal(pixels(button), shown)


def test_the_maps_are_those_of_the_recipe_and_of_the_shipped_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(PACKAGING)
    recipe = importlib.import_module("sample_maps")
    content = json.loads(resource("samples", "maps.json").read_text("utf-8"))
    assert not recipe.differs(content, recipe.made())


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("size", [(800, 560), (1280, 720), (1920, 1080), (3840, 2160)])
def test_samples_grow_with_the_page_and_none_is_cut(
    open_vitviz: OpenWindow, size: tuple[int, int], tmp_path: Path
) -> None:
    settings.set(recent=tuple(str(tmp_path / f"{n}.png") for n in range(5)))
    window = open_vitviz(wait=False)
    window.resize(*size)
    QApplication.processEvents()
    buttons = window.start.findChildren(SampleButton)
    page = window.start.rect()
    for button in buttons:
        left = button.mapTo(window.start, QPoint(0, 0)).x()
        assert left >= 0
        assert left + button.width() <= page.width()
    side = buttons[0].iconSize().width()
    assert side >= size[0] // 12
    area = window.start.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    assert area.verticalScrollBar().maximum() == 0, "all of it is seen at once"


def test_recent_files_get_thumbnails_and_folders_an_icon(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    folder, gone = tmp_path / "album", tmp_path / "gone.png"
    folder.mkdir()
    settings.set(recent=(str(photo), str(folder), str(gone)))
    window = open_vitviz(wait=False)
    tiles = window.start.recent.findChildren(QToolButton)
    assert [one.property("path") for one in tiles] == [
        str(photo),
        str(folder),
        str(gone),
    ]
    icons = [one.icon().cacheKey() for one in tiles]
    qtbot.waitUntil(lambda: tiles[0].icon().cacheKey() != icons[0], timeout=30_000)
    # the thumbnail is the photograph, by another decoder
    found = pixels(tiles[0])
    with PIL.Image.open(photo) as image:
        unit = min(found.shape[1] / image.width, found.shape[0] / image.height)
        inside = round(image.width * unit), round(image.height * unit)
        wanted = np.asarray(image.convert("RGB").resize(inside)).astype(int)
    left = (found.shape[1] - inside[0]) // 2
    top = (found.shape[0] - inside[1]) // 2
    found = found[top : top + inside[1], left : left + inside[0]]
    assert np.abs(found - wanted).mean() < 12
    qtbot.waitUntil(lambda: not window.controller.has_jobs, timeout=30_000)
    # what cannot be read keeps its icon
    assert [one.icon().cacheKey() for one in tiles[1:]] == icons[1:]
    qtbot.mouseClick(tiles[0], Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)


def test_ninety_seconds_open_the_first_chapter(
    qtbot: QtBot, open_vitviz: OpenWindow
) -> None:
    window = open_vitviz(wait=False)
    button = window.start.findChild(QPushButton, "lesson")
    assert isinstance(button, QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    state = window.controller.state
    assert state.mode is Mode.LEARN
    assert state.learn.chapter is next(iter(Chapter))


def test_the_start_page_has_no_empty_cells(open_vitviz: OpenWindow) -> None:
    window = open_vitviz(wait=False)
    for pane in (window.panes.rail, window.panes.side, window.panes.controls):
        assert pane.isHidden()
    assert window.start.size().width() >= window.width() - QSize(8, 8).width()
