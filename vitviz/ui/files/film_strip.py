"""Film strip: a folder's pictures as a column of thumbnails beside the picture."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from vitviz.system.printable import printable
from vitviz.ui.base import theme
from vitviz.ui.base.text import tip

# Side of a thumbnail, in logical px.
SIDE = 88
MARGIN = 4
WIDTH = SIDE + 6 * MARGIN + 12
# Least number of thumbnails that stay in memory.
KEPT = 500
# How long scrolling has to rest before thumbnails are requested.
WANTED_MS = 40
Index = QModelIndex | QPersistentModelIndex


class _Pictures(QAbstractListModel):
    """List model of names and thumbnails."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.paths: tuple[Path, ...] = ()
        self.made: OrderedDict[Path, QPixmap | None] = OrderedDict()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.paths)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not 0 <= index.row() < len(self.paths):
            return None
        path = self.paths[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return printable(path.name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(printable(path.name))
        if role == Qt.ItemDataRole.DecorationRole:
            return self.made.get(path)
        return None


class _Painter(QStyledItemDelegate):
    """Delegate that draws a thumbnail above its name."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = option.fontMetrics.height()  # type: ignore[attr-defined]
        return QSize(SIDE + 2 * MARGIN, SIDE + height + 3 * MARGIN)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        tone = theme.colours()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        metrics = option.fontMetrics  # type: ignore[attr-defined]
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        picture = QRect(0, 0, SIDE, SIDE)
        picture.moveCenter(rect.center())
        picture.moveTop(rect.top() + MARGIN)
        made = index.data(Qt.ItemDataRole.DecorationRole)
        painter.save()
        if isinstance(made, QPixmap):
            size = made.deviceIndependentSize().toSize()
            place = QRect(picture.topLeft(), size)
            place.moveCenter(picture.center())
            painter.drawPixmap(place, made)
        else:
            place = picture.adjusted(8, 8, -8, -8)
            painter.setPen(QPen(QColor(tone.line), 1))
            painter.drawRect(place)
        if is_current:
            has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(QPen(QColor(tone.accent), 3 if has_focus else 2))
            painter.drawRect(place.adjusted(-2, -2, 2, 2))
        line = QRect(rect.left(), picture.bottom() + MARGIN, rect.width(), 0)
        line.setHeight(metrics.height())
        name = metrics.elidedText(
            index.data(), Qt.TextElideMode.ElideMiddle, line.width()
        )
        painter.setPen(QColor(tone.text if is_current else tone.faint))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()


class FilmStrip(QWidget):
    """A column of thumbnails, one of them current; setters emit nothing.

    Signals report what the user chose, and which thumbnails are missing.
    """

    # The index of a picture.
    chosen = Signal(int)
    # Paths, those in view first, and the side in device pixels.
    thumbnailsWanted = Signal(object, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Pictures(self)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setItemDelegate(_Painter(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFrameShape(QListView.Shape.NoFrame)
        self._list.setFont(theme.font("small"))
        self._list.setAccessibleName(self.tr("Pictures of the folder"))
        self._list.setToolTip(
            self.tr("The pictures of the folder (Ctrl+Left, Ctrl+Right; T hides them)")
        )
        self._count = QLabel()
        self._count.setFont(theme.font("small"))
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, MARGIN, 0, MARGIN)
        layout.setSpacing(MARGIN)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._count)
        self.setFixedWidth(WIDTH)
        self._selection = self._list.selectionModel()
        self._selection.currentChanged.connect(self._on_current)
        self._rest = QTimer(self, singleShot=True, interval=WANTED_MS)
        self._rest.timeout.connect(self._ask)
        self._list.verticalScrollBar().valueChanged.connect(self._rest.start)
        self.refreshTheme()
        self.hide()

    def refreshTheme(self) -> None:
        """Use the surround of the application's theme."""
        # A rule, not a palette: an application with a style sheet keeps a widget's
        # palette as it was first polished.
        surround = theme.colours().surround
        self._list.setStyleSheet(f"QListView {{ background: {surround}; }}")

    def setListing(self, paths: Sequence[Path], index: int) -> None:
        """Show these pictures and which of them is on screen; -1 for none."""
        if tuple(paths) != self._model.paths:
            self._model.beginResetModel()
            self._model.paths = tuple(paths)
            self._model.endResetModel()
        row = self._model.index(index, 0) if index >= 0 else QModelIndex()
        with QSignalBlocker(self._selection):
            flag = self._selection.SelectionFlag.ClearAndSelect
            self._selection.setCurrentIndex(row, flag)
        if row.isValid():
            self._list.scrollTo(row)
        self._list.viewport().update()
        place = f"{index + 1} / {len(paths)}" if index >= 0 else f"{len(paths)}"
        self._count.setText(place)
        self._rest.start()

    def setThumbnail(self, path: Path, pixels: npt.NDArray[np.uint8] | None) -> None:
        """Show a picture's thumbnail, (H, W, 3) uint8; None when it has none."""
        pixmap = None
        if pixels is not None:
            height, width = pixels.shape[:2]
            kind = QImage.Format.Format_RGB888
            image = QImage(pixels.data, width, height, 3 * width, kind)
            pixmap = QPixmap.fromImage(image)  # a copy: the array may be freed
            pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        made = self._model.made
        made[path] = pixmap
        made.move_to_end(path)
        while len(made) > max(KEPT, 4 * len(self._in_view())):
            made.popitem(last=False)
        self._list.viewport().update()

    def showEvent(self, event: Any) -> None:  # noqa: ANN401
        """Request the thumbnails that are in view now."""
        super().showEvent(event)
        self._rest.start()

    def _in_view(self) -> range:
        rows = len(self._model.paths)
        row_height = self._list.sizeHintForRow(0)
        if not rows or row_height <= 0:
            return range(0)
        top = self._list.verticalScrollBar().value() // row_height
        shown = self._list.viewport().height() // row_height + 2
        return range(max(0, min(top, rows)), min(rows, top + shown))

    def _ask(self) -> None:
        """Request the thumbnails in view, then as many below them."""
        if not self.isVisible():
            return
        seen = self._in_view()
        rows = [
            *seen,
            *range(seen.stop, min(seen.stop + len(seen), self._model.rowCount())),
        ]
        paths = [self._model.paths[row] for row in rows]
        missing = [path for path in paths if path not in self._model.made]
        if missing:
            side = round(SIDE * self.devicePixelRatioF())
            self.thumbnailsWanted.emit(missing, side)

    def resizeEvent(self, event: Any) -> None:  # noqa: ANN401
        """Request thumbnails: more of the strip may be in view."""
        super().resizeEvent(event)
        self._rest.start()

    def _on_current(self, current: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(current.row())
