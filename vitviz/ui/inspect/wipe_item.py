"""Wipe of the picture pane: two maps of one place, at either side of a divider.

PicturePane ── setOther, setLive, setShare ──► WipeItem, over the photograph
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from vitviz.ui.base import theme

Bytes = npt.NDArray[np.uint8]

# Half of the width in which the divider can be taken hold of.
REACH_PX = 8.0
# Height of the handle in the middle of the divider.
HANDLE_PX = 36.0


class WipeItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """Two maps of one place, in source pixels, with a divider between them."""

    def __init__(self) -> None:
        super().__init__()
        self._area = QRectF()
        self._photo_area = QRectF()
        self._pixels: Bytes | None = None
        self._photo: QImage | None = None
        self._maps: list[QImage | None] = [None, None]
        self._names = ("", "")
        self._share = 0.5
        self.setVisible(False)

    def setOther(
        self,
        rgba: Bytes | None,
        photo: Bytes | None,
        area: QRectF,
        names: tuple[str, str],
    ) -> None:
        """Set what is at the right of the divider.

        rgba : (h, w, 4), the map; None while it is computed.
        photo : (H, W, 3), the picture below it; None where it is the same.
        area : of the model's input, in source pixels.
        names : of the left and the right side.
        """
        self.prepareGeometryChange()
        self._area, self._names = area, names
        self._maps[1] = _image(rgba)
        if photo is not self._pixels:  # a picture takes longer than a map
            self._pixels, self._photo = photo, _photo(photo)
        height, width = (0, 0) if photo is None else photo.shape[:2]
        self._photo_area = QRectF(0, 0, width, height)
        self.update()

    def setLive(self, rgba: Bytes | None) -> None:
        """Set the map at the left of the divider, (h, w, 4)."""
        self._maps[0] = _image(rgba)
        self.update()

    def setShare(self, share: float) -> None:
        """Set where the divider is: what share of the width is at its left, [0, 1]."""
        self._share = min(1.0, max(0.0, share))
        self.update()

    def share(self) -> float:
        """Return what share of the width is at the left of the divider."""
        return self._share

    def shareAt(self, x: float) -> float:
        """Return the share at which the divider would lie at `x`, in source pixels."""
        share = (x - self._area.left()) / max(self._area.width(), 1e-9)
        return min(1.0, max(0.0, share))

    def divider(self) -> float:
        """Return where the divider is, in source pixels."""
        return self._area.left() + self._share * self._area.width()

    def boundingRect(self) -> QRectF:
        """Return the rectangle of both maps and the other picture."""
        return self._area.united(self._photo_area)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget
    ) -> None:
        """Draw both sides, the divider with its handle, and what each side is."""
        if self._area.isEmpty():
            return
        x = self.divider()
        whole = self.boundingRect()
        left, right = QRectF(whole), QRectF(whole)
        left.setRight(x)
        right.setLeft(x)
        for side, found in zip((left, right), self._maps, strict=True):
            painter.save()
            painter.setClipRect(side, Qt.ClipOperation.IntersectClip)
            if side is right and self._photo is not None:
                hint = QPainter.RenderHint.SmoothPixmapTransform
                painter.setRenderHint(hint, True)
                painter.drawImage(self._photo_area, self._photo)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            if found is not None:
                painter.drawImage(self._area, found)
            painter.restore()
        self._paint_divider(painter, x)

    def _paint_divider(self, painter: QPainter, x: float) -> None:
        """Draw the divider in pixels of the screen, whatever the zoom."""
        to_device = painter.worldTransform()
        top = to_device.map(QPointF(x, self._area.top()))
        bottom = to_device.map(QPointF(x, self._area.bottom()))
        painter.save()
        painter.resetTransform()
        for colour, width in ((QColor(0, 0, 0, 200), 4.0), (QColor("white"), 2.0)):
            painter.setPen(QPen(colour, theme.drawn(width)))
            painter.drawLine(top, bottom)
        middle = QPointF(top.x(), (top.y() + bottom.y()) / 2)
        handle = QRectF(0, 0, 2 * REACH_PX, HANDLE_PX)
        handle.moveCenter(middle)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(0, 0, 0, 200), 1))
        painter.setBrush(QColor("white"))
        painter.drawRoundedRect(handle, REACH_PX, REACH_PX)
        painter.setPen(QPen(QColor("#444444"), 1.5))
        for step in (-2.5, 2.5):
            painter.drawLine(middle + QPointF(step, -8), middle + QPointF(step, 8))
        self._paint_names(painter, top)
        painter.restore()

    def _paint_names(self, painter: QPainter, top: QPointF) -> None:
        font = theme.font("small")
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        for name, is_left in zip(self._names, (True, False), strict=True):
            width = metrics.horizontalAdvance(name) + 12
            x = top.x() - width - 6 if is_left else top.x() + 6
            box = QRectF(x, top.y() + 6, width, metrics.height() + 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 170))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor("white"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)


def _photo(pixels: Bytes | None) -> QImage | None:
    """Return (H, W, 3) as an image with bytes of its own."""
    if pixels is None:
        return None
    data = np.ascontiguousarray(pixels)
    height, width = data.shape[:2]
    kind = QImage.Format.Format_RGB888
    return QImage(data.data, width, height, 3 * width, kind).copy()


def _image(rgba: Bytes | None) -> QImage | None:
    """Return (h, w, 4) as an image with bytes of its own."""
    if rgba is None:
        return None
    data = np.ascontiguousarray(rgba)
    height, width = data.shape[:2]
    kind = QImage.Format.Format_RGBA8888
    return QImage(data.data, width, height, 4 * width, kind).copy()
