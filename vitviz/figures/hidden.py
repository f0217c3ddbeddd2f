"""Patches that a changed run did not get to see, drawn where the photograph has them.

Without it a figure would show an eye that the model never saw.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from vitviz.domain.geometry import PatchGrid, Placement, Rect
from vitviz.figures.picture import cell_box, mapped
from vitviz.views.colour import Bytes, Meaning

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup

HATCH_STEP = 6.0
"""Figure units between two diagonals."""


@dataclass(frozen=True, slots=True, eq=False)
class HiddenPatches:
    """What stands in the photograph's place, and where."""

    cells: tuple[tuple[int, int], ...]
    pixels: Bytes | None
    """(h, w, 4) of the model's input, clear elsewhere; None where tokens are dropped
    and the picture stays as it is."""


def hidden_patches(setup: Setup) -> HiddenPatches | None:
    """What a run hid; None for one that saw the whole picture."""
    cells = {cell for one in setup.interventions.hidden for cell in one.patches}
    if not cells:
        return None
    from vitviz.attention.prepare import hidden_rgba

    return HiddenPatches(tuple(sorted(cells)), hidden_rgba(setup))


def draw_stand_in(
    painter: QPainter,
    hidden: HiddenPatches | None,
    placement: Placement,
    part: Rect,
    box: QRectF,
) -> None:
    """The pixels that the model got, over `part` of the photograph drawn in `box`."""
    if hidden is None or hidden.pixels is None:
        return
    data = np.ascontiguousarray(hidden.pixels)
    height, width = data.shape[:2]
    image = QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(mapped(part, box, placement.input_rect()), image)
    painter.restore()


def draw_hatch(
    painter: QPainter,
    hidden: HiddenPatches | None,
    placement: Placement,
    grid: PatchGrid,
    part: Rect,
    box: QRectF,
) -> None:
    """An outline and diagonals over each hidden patch, in the colour of the Lab."""
    if hidden is None:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(Meaning.WARNING.value), 1.0))
    for cell in hidden.cells:
        area = cell_box(placement, grid, cell, part, box)
        painter.drawRect(area)
        painter.drawLines(list(_diagonals(area)))
    painter.restore()


def _diagonals(area: QRectF) -> Iterable[QLineF]:
    """Rising lines within `area`: patterns do not survive in SVG."""
    reach = HATCH_STEP
    while reach < area.width() + area.height():
        left = max(0.0, reach - area.height())
        right = min(reach, area.width())
        yield QLineF(
            area.left() + left,
            area.top() + reach - left,
            area.left() + right,
            area.top() + reach - right,
        )
        reach += HATCH_STEP
