"""Painting of small maps and their frames, alike wherever several are shown."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QImageWriter,
    QPainter,
    QPen,
)

from vitviz.domain.number_text import format_value
from vitviz.ui.base import theme
from vitviz.views.colour import Levels, rgb
from vitviz.views.display import Heat, MapCell

# Of maps that are about to be replaced.
STALE_OPACITY = 0.3


def map_image(cell: MapCell, colormap: str) -> QImage:
    """Return an image with one pixel for each patch."""
    colours = rgb(cell.levels.fraction(cell.patches), colormap)
    rows, cols = colours.shape[:2]
    # The screen's own format, 0xffRRGGBB in each word: Qt enlarges it 18 times as fast.
    parts = colours.astype(np.uint32)
    words = np.uint32(0xFF000000) | parts[..., 0] << 16 | parts[..., 1] << 8
    words = np.ascontiguousarray(words | parts[..., 2], np.uint32)
    image = QImage(words.data, cols, rows, 4 * cols, QImage.Format.Format_RGB32)
    return image.copy()  # a copy owns its bytes; `image` borrows those of `words`


def heat_image(heat: Heat, colormap: str) -> QImage:
    """Return the map over the picture as an image with one pixel for each patch."""
    if heat.colours is None:
        return map_image(MapCell("", heat.patches, heat.levels, 0.0), colormap)
    rows, cols = heat.patches.shape
    padded = np.full((rows, cols, 4), 255, np.uint8)
    padded[..., :3] = np.rint(255 * heat.colours)
    image = QImage(padded.data, cols, rows, 4 * cols, QImage.Format.Format_RGBX8888)
    return image.copy()


def fitted(image_size: tuple[int, int], into: QRectF) -> QRectF:
    """Return the largest rectangle of the image's aspect ratio, centred in `into`."""
    width, height = image_size
    scale = min(into.width() / width, into.height() / height)
    size = (width * scale, height * scale)
    left = into.center().x() - size[0] / 2
    top = into.center().y() - size[1] / 2
    return QRectF(left, top, *size)


def paint_map(painter: QPainter, image: QImage, into: QRectF) -> QRectF:
    """Draw a map with sharp patches, smoothed where a patch is smaller than a pixel."""
    target = fitted((image.width(), image.height()), into)
    ratio = painter.device().devicePixelRatioF()
    if target.width() * ratio >= image.width():
        # whole device pixels, so that no row of patches is thicker than another
        target = QRectF(
            round(target.x() * ratio) / ratio,
            round(target.y() * ratio) / ratio,
            round(target.width() * ratio) / ratio,
            round(target.height() * ratio) / ratio,
        )
        painter.drawImage(target, image)
    else:
        small = image.scaled(
            max(1, round(target.width() * ratio)),
            max(1, round(target.height() * ratio)),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter.drawImage(target, small)
    return target


def paint_frame(
    painter: QPainter,
    target: QRectF,
    *,
    is_chosen: bool,
    is_hovered: bool,
    is_other: bool = False,
) -> None:
    """Draw a frame around a map that is chosen, or a fainter one under the pointer.

    is_other : whether the picture shows something else than this map: then dashed.
    """
    tone = theme.colours()
    if is_chosen:
        pen = QPen(QColor(tone.text), 2 if is_other else 3)
        if is_other:
            pen.setDashPattern([2, 2])
        painter.setPen(pen)
    elif is_hovered:
        painter.setPen(QPen(QColor(tone.faint), 1.5))
    else:
        return
    painter.drawRect(target.adjusted(-1.5, -1.5, 1.5, 1.5))


def ends_text(levels: Levels, colormap: str) -> str:
    """Return the two ends of a scale as rich text, each value beside its colour."""
    ends = []
    for value in (levels.low, levels.high):
        fraction = levels.fraction(np.array([value], np.float32))
        r, g, b = (int(one) for one in rgb(fraction, colormap)[0])
        ends.append(f"{_swatch(QColor(r, g, b))} {format_value(value)}")
    return " … ".join(ends)


def _swatch(colour: QColor) -> str:
    """Return a square of a colour for rich text, outlined: pale ones need it."""
    metrics = QFontMetricsF(theme.font("small"))
    side = round(metrics.capHeight()) + 2
    # of more pixels than are shown on most screens, for fine ones
    large = QImage(4 * side, 4 * side, QImage.Format.Format_RGB32)
    large.fill(QColor(theme.colours().faint))
    painter = QPainter(large)
    painter.fillRect(large.rect().adjusted(4, 4, -4, -4), colour)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(large)
    code = bytes(data.toBase64().data()).decode("ascii")
    return f'<img src="data:image/png;base64,{code}" width="{side}" height="{side}">'
