"""What the model did not see is darker than all it saw, on screen and in figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.window.clicks import leave_picture
from tests.window.conftest import OpenWindow, wait_idle, wait_written
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.colour import COLORMAPS
from vitviz.views.view_state import Style

Pixels = npt.NDArray[np.float64]
SIZE = (300, 150)
"""A crop of 150 × 150 is seen; 75 pixels at either side are not."""


@pytest.fixture(params=[0, 255], ids=["black", "white"])
def window(
    request: pytest.FixtureRequest, open_vitviz: OpenWindow, tmp_path: Path
) -> MainWindow:
    path = tmp_path / "plain.png"
    PIL.Image.new("RGB", SIZE, (request.param,) * 3).save(path)
    opened = open_vitviz(path)
    leave_picture(opened)
    return opened


def light(pixels: npt.NDArray[np.uint8]) -> Pixels:
    """Luminance of RGB pixels, 0 to 255."""
    return np.asarray(pixels[..., :3] @ (0.2126, 0.7152, 0.0722), float)


def on_screen(window: MainWindow) -> tuple[Pixels, Pixels]:
    """(Seen, unseen) parts of the picture as it is painted."""
    pane = window.panes.picture
    seen = pane.inputRect()
    assert seen is not None
    image = pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    data = np.frombuffer(bytes(image.constBits()), np.uint8)
    rows = data.reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    box = seen.toAlignedRect()
    half = box.width() // 2
    left = QRect(box.topLeft() - QPoint(half, 0), box.bottomLeft() - QPoint(2, 0))
    parts = [
        light(pixels[part.top() + 2 : part.bottom() - 2, part.left() + 3 : end])
        for part, end in ((box, box.right() - 2), (left, box.left() - 3))
    ]
    return parts[0], parts[1]


def in_a_figure(qtbot: QtBot, window: MainWindow, path: Path) -> tuple[Pixels, Pixels]:
    window.controller.export_dialog.write(str(path))
    wait_written(qtbot, window)
    with PIL.Image.open(path) as made:
        pixels = light(np.asarray(made.convert("RGB")))
    unit = 640 / SIZE[0] * 2
    top, left = 40 + 60, 40  # margin, and the chip of a query that is CLS
    side = round(75 * unit)
    height = round(150 * unit)
    seen = pixels[top + 4 : top + height - 4, left + side + 6 : left + 3 * side - 6]
    return seen, pixels[top + 4 : top + height - 4, left + 4 : left + side - 6]


def darkest(seen: Pixels) -> float:
    """Mean light of the darkest of the 7 × 7 patches."""
    rows, cols = seen.shape[0] // 7 * 7, seen.shape[1] // 7 * 7
    blocks = seen[:rows, :cols].reshape(7, rows // 7, 7, cols // 7)
    return float(blocks.mean(axis=(1, 3)).min())


@pytest.mark.parametrize("style", Style)
def test_margins_are_darker_than_any_patch_and_hatched(
    qtbot: QtBot, window: MainWindow, style: Style, tmp_path: Path
) -> None:
    control = window.controller
    control.change(style=style, token=0, show_grid=False)
    for colormap in COLORMAPS if style is Style.MAP else ("viridis",):
        control.change(colormap=colormap)
        wait_idle(qtbot, window)
        for name, (seen, unseen) in {
            "screen": on_screen(window),
            "figure": in_a_figure(qtbot, window, tmp_path / f"{colormap}.png"),
        }.items():
            assert unseen.size > 1000
            # lines of the hatching: on a black picture nothing can be darker
            lines = np.percentile(unseen, 99) - np.median(unseen)
            assert lines >= 15, (name, colormap)
            is_lit = darkest(seen) > 30
            between = float(np.median(unseen))
            assert between <= darkest(seen) + 1, (name, colormap)
            if is_lit:
                assert unseen.mean() < darkest(seen), (name, colormap)
