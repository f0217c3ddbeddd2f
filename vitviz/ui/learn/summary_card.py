"""The summary card of the end of Learn: what was seen on this picture, as one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from vitviz.ui.base import theme
from vitviz.ui.learn.text import Drawn
from vitviz.views.chapters import Chapter
from vitviz.views.colour import Bytes, Meaning

# Of the file; the card on screen is the same, smaller.
CARD_SIZE = QSize(1280, 640)
MARGIN_PX = 32
PAPER, INK, FAINT = QColor("#FFFFFF"), QColor("#1A1A1A"), QColor("#6B6B6B")
# Heights of letters, px of the file.
TITLE_PX, TEXT_PX, SMALL_PX = 40, 27, 22


@dataclass(frozen=True, slots=True, eq=False)
class CardContent:
    """What stands on a card.

    picture : (H, W, 3) uint8, what the model saw of the picture.
    overlay : (h, w, 4) uint8, the map that is laid over it.
    lines : below the title, one each.
    """

    title: str
    picture: Bytes
    overlay: Bytes
    lines: tuple[str, ...]
    done: frozenset[Chapter]
    closing: str


def card_image(content: CardContent) -> QImage:
    """Return a card as an image of `CARD_SIZE`, dark on white in every theme."""
    image = QImage(CARD_SIZE, QImage.Format.Format_RGB32)
    image.fill(PAPER)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = CARD_SIZE.height() - 2 * MARGIN_PX
    height, width = content.picture.shape[:2]
    scale = side / max(height, width)
    place = QRectF(0, 0, width * scale, height * scale)
    place.moveCenter(QRectF(MARGIN_PX, MARGIN_PX, side, side).center())
    painter.drawImage(place, _image(content.picture, QImage.Format.Format_RGB888))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place, _image(content.overlay, QImage.Format.Format_RGBA8888))
    left = side + 2 * MARGIN_PX
    area = QRectF(left, MARGIN_PX, CARD_SIZE.width() - left - MARGIN_PX, side)
    _paint_text(painter, area, content)
    painter.end()
    return image


def png(image: QImage) -> bytes:
    """Return an image as the bytes of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # as PySide takes it
    return bytes(buffer.data().data())


def _image(pixels: Bytes, form: QImage.Format) -> QImage:
    whole = np.ascontiguousarray(pixels)
    height, width, channels = whole.shape
    return QImage(whole.data, width, height, width * channels, form).copy()


def _paint_text(painter: QPainter, area: QRectF, content: CardContent) -> None:
    top = area.top()
    font = theme.font("body")

    def line(text: str, px: int, colour: QColor, *, is_bold: bool = False) -> None:
        nonlocal top
        font.setPixelSize(px)
        font.setBold(is_bold)
        painter.setFont(font)
        painter.setPen(colour)
        box = QRectF(area.left(), top, area.width(), area.bottom() - top)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        painter.drawText(box, int(flags), text)
        used = painter.boundingRect(box, int(flags), text)
        top = used.bottom() + px * 0.45

    line(content.title, TITLE_PX, INK, is_bold=True)
    for text in content.lines:
        line(text, TEXT_PX, INK)
    top += SMALL_PX / 2
    _paint_ticks(painter, QRectF(area.left(), top, area.width(), 72), content.done)
    font.setPixelSize(TEXT_PX)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(INK)
    bottom = Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
    painter.drawText(area, int(bottom), content.closing)


def _paint_ticks(painter: QPainter, area: QRectF, done: frozenset[Chapter]) -> None:
    """Draw each chapter's number, and a tick below those that are done."""
    chapters = list(Chapter)
    wide = area.width() / len(chapters)
    font = theme.font("body")
    font.setPixelSize(SMALL_PX)
    for index, chapter in enumerate(chapters):
        font.setBold(chapter in done)
        painter.setFont(font)
        cell = QRectF(area.left() + index * wide, area.top(), wide, area.height() / 2)
        painter.setPen(INK if chapter in done else FAINT)
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(chapter.number))
        if chapter in done:
            painter.setPen(QColor(Meaning.VALUE.value).darker(150))
            below = cell.translated(0, cell.height())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "✓")


class CardView(Drawn):
    """The card, as wide as the panel."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("Summary card"))

    def setContent(self, content: CardContent) -> None:
        """Show another card."""
        self._image = card_image(content)
        ticked = sorted(chapter.number for chapter in content.done)
        texts = (content.title, *content.lines, " ".join(f"{n} ✓" for n in ticked))
        self.setAccessibleDescription("\n".join((*texts, content.closing)))
        self.update()

    def image(self) -> QImage:
        """Return the card as it is saved."""
        return self._image

    def sizeHint(self) -> QSize:
        """Return the size in a usual panel."""
        return QSize(400, self.heightForWidth(400))

    def minimumSizeHint(self) -> QSize:
        """Return a smaller size of the same shape."""
        return QSize(200, self.heightForWidth(200))

    def hasHeightForWidth(self) -> bool:
        """Return True."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of a card of that width."""
        return round(width * CARD_SIZE.height() / CARD_SIZE.width())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card."""
        if self._image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._image.size().scaled(
            self.size(), Qt.AspectRatioMode.KeepAspectRatio
        )
        place = QRectF(0, 0, size.width(), size.height())
        painter.drawImage(place, self._image)
        painter.setPen(QColor(theme.colours().line))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
