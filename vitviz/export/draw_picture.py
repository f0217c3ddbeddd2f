"""Picture of a figure: the photograph, the map over it, grid and hidden patches.

    draw_photo ─ draw_stand_in ─ draw_heat ─ draw_hatch ─ draw_unseen ─ draw_grid

Each draws into one box, in the order of the line above. Patches that the run hid are
drawn as the model got them: the figure would otherwise show an eye that the model
never saw. `part` is always the rectangle of the picture, in source pixels, that is
drawn in `box`, in figure units.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import PIL.Image
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from vitviz.domain.geometry import PatchGrid, Rect
from vitviz.domain.placement import Placement
from vitviz.pictures.source import SourceImage
from vitviz.views.colour import Bytes, Meaning
from vitviz.views.overlay import (
    GRID_ALPHA,
    HATCH,
    grid_strength,
    unseen_light,
)
from vitviz.views.view_state import Look


def shown_rect(placement: Placement) -> Rect:
    """Return the rectangle around picture and model input, in source pixels."""
    width, height = placement.source_size
    whole = placement.input_rect()
    left, top = min(0.0, whole.x), min(0.0, whole.y)
    right = max(float(width), whole.x + whole.width)
    bottom = max(float(height), whole.y + whole.height)
    return Rect(left, top, right - left, bottom - top)


def draw_photo(painter: QPainter, image: SourceImage, part: Rect, box: QRectF) -> None:
    """Draw `part` of the picture into `box`; nothing beyond the picture's edges."""
    width, height = image.size
    scale_x, scale_y = box.width() / part.width, box.height() / part.height
    left, top = max(part.x, 0.0), max(part.y, 0.0)
    right = min(part.x + part.width, float(width))
    bottom = min(part.y + part.height, float(height))
    target = QRectF(
        box.left() + (left - part.x) * scale_x,
        box.top() + (top - part.y) * scale_y,
        (right - left) * scale_x,
        (bottom - top) * scale_y,
    )
    device = abs(painter.deviceTransform().m11())
    pixels = _reduced(image.pixels, target.width() * device)
    photo = QImage(
        pixels.data,
        pixels.shape[1],
        pixels.shape[0],
        pixels.strides[0],
        QImage.Format.Format_RGB888,
    )
    factor_x, factor_y = photo.width() / width, photo.height() / height
    source = QRectF(
        left * factor_x,
        top * factor_y,
        (right - left) * factor_x,
        (bottom - top) * factor_y,
    )
    enlarged = target.width() * device / max(source.width(), 1e-9)
    painter.setRenderHint(
        QPainter.RenderHint.SmoothPixmapTransform, enlarged < 4 or enlarged % 1 != 0
    )
    painter.drawImage(target, photo, source)


def draw_heat(
    painter: QPainter, cells: Bytes, placement: Placement, part: Rect, box: QRectF
) -> None:
    """Draw a map over `part` of the picture, each cell on its patch's pixels.

    cells : as `views.overlay` returns them, (R, C, 4) uint8 or finer.

    The overlay is sampled at the middle of every device pixel, so that edges between
    cells are sharp and lie where the model's patches lie, to the pixel.
    """
    device = painter.deviceTransform()
    pixels = device.mapRect(box)
    left, top = round(pixels.left()), round(pixels.top())
    right, bottom = round(pixels.right()), round(pixels.bottom())
    columns = _index(
        left,
        right,
        pixels.left(),
        pixels.width(),
        part.x,
        part.width,
        0,
        placement,
        cells.shape[1],
    )
    rows = _index(
        top,
        bottom,
        pixels.top(),
        pixels.height(),
        part.y,
        part.height,
        1,
        placement,
        cells.shape[0],
    )
    # a cell as one number, and the longer axis last: ten times as quick
    packed = np.ascontiguousarray(cells).view(np.uint32)[..., 0]
    sampled = packed[:, columns.clip(0)][rows.clip(0)]
    sampled[rows < 0] = 0
    sampled[:, columns < 0] = 0
    height, width = sampled.shape
    image = QImage(
        sampled.view(np.uint8).data,
        width,
        height,
        4 * width,
        QImage.Format.Format_RGBA8888,
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    target = QRectF(left, top, right - left, bottom - top)
    painter.drawImage(device.inverted()[0].mapRect(target), image)
    painter.restore()


def draw_unseen(
    painter: QPainter, placement: Placement, part: Rect, box: QRectF, look: Look
) -> None:
    """Darken and hatch what the model did not see; hatch the padding it saw instead.

    look : of the map, which tells how dark the darkest patch can be.
    """
    picture = _path(part, box, Rect(0.0, 0.0, *map(float, placement.source_size)))
    seen = _path(part, box, placement.seen_rect())
    whole = _path(part, box, placement.input_rect())
    unseen, padding = picture.subtracted(seen), whole.subtracted(picture)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    if not _is_sliver(unseen):
        painter.setBrush(QColor(0, 0, 0, round(255 * (1 - unseen_light(look)))))
        painter.drawPath(unseen)
        painter.save()
        painter.setClipPath(unseen)
        grey, alpha = HATCH
        _hatch(painter, unseen.boundingRect(), QColor(grey, grey, grey, alpha))
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.strokePath(seen, QPen(QColor(255, 255, 255, 200), 1))
    if not _is_sliver(padding):
        painter.save()
        painter.fillPath(padding, QColor("#E6E6E6"))
        painter.setClipPath(padding)
        _hatch(painter, padding.boundingRect(), QColor("#AAAAAA"))
        painter.restore()
    painter.restore()


def draw_grid(
    painter: QPainter, placement: Placement, grid: PatchGrid, part: Rect, box: QRectF
) -> None:
    """Draw thin lines between patches, as on screen; small cells have none."""
    whole = mapped(part, box, placement.input_rect())
    strength = grid_strength(whole.width() / grid.cols)
    if strength == 0:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(255, 255, 255, round(GRID_ALPHA * strength)), 0.75))
    for col in range(grid.cols + 1):
        x = whole.left() + col * whole.width() / grid.cols
        painter.drawLine(QLineF(x, whole.top(), x, whole.bottom()))
    for row in range(grid.rows + 1):
        y = whole.top() + row * whole.height() / grid.rows
        painter.drawLine(QLineF(whole.left(), y, whole.right(), y))
    painter.restore()


def cell_box(
    placement: Placement,
    grid: PatchGrid,
    cell: tuple[int, int],
    part: Rect,
    box: QRectF,
) -> QRectF:
    """Return the rectangle of a patch within `box`."""
    return mapped(part, box, placement.cell_rect(*cell, grid))


def _index(
    first: int,
    last: int,
    start: float,
    length: float,
    part_start: float,
    part_length: float,
    axis: int,
    placement: Placement,
    num_cells: int,
) -> npt.NDArray[np.int64]:
    """Return the cell under each device pixel's middle along one axis; −1 if unseen.

    first, last : device pixels, the last not included.
    start, length : of the box, in device pixels.
    part_start, part_length : of the part of the picture, in source pixels.
    axis : 0 for x, 1 for y.
    """
    middle = np.arange(first, last) + 0.5
    source = part_start + (middle - start) * part_length / length
    resized, size = placement.resized_size[axis], placement.source_size[axis]
    model = source * resized / size - placement.offset[axis]
    index = np.floor(model * num_cells / placement.model_size[axis]).astype(np.int64)
    index[(index < 0) | (index >= num_cells)] = -1
    index[(source < 0) | (source >= size)] = -1
    return index


def _reduced(pixels: Bytes, wanted_px: float) -> Bytes:
    """Return a picture halved until it is at most twice as wide as wanted.

    By Pillow, which lets other threads go on meanwhile; Qt from Python does not.

    pixels : (h, w, 3) uint8.
    """
    data = np.ascontiguousarray(pixels)
    height, width = data.shape[:2]
    target = width
    while target > 2 * wanted_px and target > 1:
        target = (target + 1) // 2
    if target == width:
        return data
    size = target, max(1, round(height * target / width))
    photo = PIL.Image.frombuffer("RGB", (width, height), data)
    return np.asarray(photo.resize(size, PIL.Image.Resampling.BOX))


def mapped(part: Rect, box: QRectF, rect: Rect) -> QRectF:
    """Return where a rectangle of source pixels lies in `box`."""
    scale_x, scale_y = box.width() / part.width, box.height() / part.height
    return QRectF(
        box.left() + (rect.x - part.x) * scale_x,
        box.top() + (rect.y - part.y) * scale_y,
        rect.width * scale_x,
        rect.height * scale_y,
    )


def _path(part: Rect, box: QRectF, rect: Rect) -> QPainterPath:
    path = QPainterPath()
    path.addRect(mapped(part, box, rect).intersected(box))
    return path


def _is_sliver(path: QPainterPath) -> bool:
    """Return whether no part is half a unit wide: a rounding error, not a margin."""
    return all(
        min(p.boundingRect().width(), p.boundingRect().height()) < 0.5
        for p in path.toSubpathPolygons()
    )


def _hatch(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """Draw thin diagonals 8 units apart: lines, since Qt's SVG has no patterns."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1))
    x = area.left() - area.height()
    while x < area.right():
        painter.drawLine(
            round(x), round(area.bottom()), round(x + area.height()), round(area.top())
        )
        x += 8


# Figure units between two diagonals of a hidden patch.
HATCH_STEP = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class HiddenPatches:
    """Patches that a run hid from the model, and what the model got in their place."""

    cells: tuple[tuple[int, int], ...]
    # (h, w, 4) uint8 of the model's input, transparent elsewhere; None where tokens are
    # dropped and the picture stays as it is.
    pixels: Bytes | None


def draw_stand_in(
    painter: QPainter,
    hidden: HiddenPatches | None,
    placement: Placement,
    part: Rect,
    box: QRectF,
) -> None:
    """Draw the pixels that the model got over the patches that were hidden."""
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
    """Draw an outline and diagonals over each hidden patch, in the Lab's colour."""
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
    """Yield rising lines within `area`, since Qt's SVG has no brush patterns."""
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
