"""Picture pane: the picture with a map over it, to hover, click and zoom.

An inset in its corner shows small maps of the queries pinned beside; a line below it
says what the map shows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import (
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.geometry import PatchGrid
from vitviz.domain.placement import Placement
from vitviz.ui.base import theme
from vitviz.ui.inspect.inset import Inset
from vitviz.ui.inspect.picture_items import GridItem, PhotoItem, RingItem, qrect
from vitviz.ui.inspect.picture_line import PictureLine
from vitviz.ui.inspect.wipe_item import REACH_PX, WipeItem
from vitviz.ui.widgets.chip import Chip
from vitviz.ui.widgets.map_image import STALE_OPACITY
from vitviz.views.colour import Meaning
from vitviz.views.view_state import MAX_OTHERS

Bytes = npt.NDArray[np.uint8]

_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
# Margin around a fitted picture, as a share of its size.
FIT_MARGIN = 0.02
# Least width of a picture alone, and of one of two; and its least height.
ALONE_PX, BESIDE_PX, LEAST_HEIGHT_PX = 240, 120, 200


class PicturePane(QWidget):
    """A picture in source pixels with its patch grid, a map and rings.

    Setters emit nothing.
    """

    # The token under the pointer (int), or None when it leaves the grid.
    tokenHovered = Signal(object)
    # The token, and whether shift was held.
    tokenClicked = Signal(int, bool)
    # A click on a patch that no other part of the window has claimed.
    tokenChosen = Signal(int, bool)
    # What is to be said of a click.
    messaged = Signal(str)
    # The user moved or zoomed: the part in view, in fractions of the picture.
    rangeChanged = Signal(QRectF)
    # The user asked for the whole picture.
    fitted = Signal()
    # The picture lies elsewhere in the widget, or has another size there.
    viewMoved = Signal()
    # (rows, cols) to move the query by.
    arrowPressed = Signal(int, int)
    # The divider of a wipe was moved: the share of the width at its left.
    wipeMoved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._claim: Callable[[int, bool], bool] | None = None
        self._placement: Placement | None = None
        self._grid: PatchGrid | None = None
        self._source_size: tuple[int, int] | None = None
        self._hovered: int | None = None
        self._pinned: int | None = None
        self._is_zoomed = False
        self._pixels: Bytes | None = None
        self._pointer = QPoint()

        self._view = pg.GraphicsView(self, useOpenGL=False)
        self._view.setFrameShape(self._view.Shape.NoFrame)
        self._box = pg.ViewBox(
            lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0
        )
        self._view.setCentralItem(self._box)
        self._photo = PhotoItem()
        self._heat = pg.ImageItem(axisOrder="row-major")
        # What a chapter of Learn shows in place of the map.
        self._stage = pg.ImageItem(axisOrder="row-major")
        self._stage.hide()
        self._wipe = WipeItem()
        self._is_dragging = False
        self._lines = GridItem()
        self._key_ring = RingItem(Meaning.KEY.value, width_px=2.5)
        self._other_rings = tuple(
            RingItem(Meaning.QUERY.value, dashed=True) for _ in range(MAX_OTHERS)
        )
        self._query_ring = RingItem(Meaning.QUERY.value)
        self._hover_ring = RingItem("#FFFFFF", width_px=1.5)
        items = (
            self._photo,
            self._heat,
            self._stage,
            self._wipe,
            self._lines,
            self._key_ring,
            *self._other_rings,
            self._query_ring,
            self._hover_ring,
        )
        for height, item in enumerate(items):
            item.setZValue(10 * height)
            self._box.addItem(item, ignoreBounds=True)
        self._box.sigRangeChangedManually.connect(self._on_range_changed)
        self._box.sigResized.connect(self._on_resized)
        self._box.sigTransformChanged.connect(self._on_transform)
        scene = self._view.scene()
        scene.sigMouseMoved.connect(self._on_moved)
        scene.sigMouseClicked.connect(self._on_clicked)
        self._view.viewport().installEventFilter(self)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Picture"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._view, 1)
        self.line = PictureLine()
        layout.addWidget(self.line)
        self._chip = Chip(self)
        self.setBeside(False)
        self.inset = Inset(self._view)
        self.refreshTheme()

    def refreshTheme(self) -> None:
        """Use the surround of the application's theme."""
        surround = theme.colours().surround
        self._view.setBackground(surround)
        self.line.refreshTheme()

    def setPicture(self, pixels: Bytes | None, copies: tuple[Bytes, ...] = ()) -> None:
        """Show (H, W, 3) uint8; remove map, grid and rings of the picture before it.

        copies : the result of `screen_copies`, if it has been computed already.
        """
        self._photo.setPixels(pixels, copies)
        self._pixels = pixels
        size = None if pixels is None else (pixels.shape[1], pixels.shape[0])
        is_same_size = size == self._source_size
        self._source_size = size
        self.setPlacement(None, None)
        self.setHeat(None)
        if not is_same_size:
            self.fitView()

    def showPixels(self, pixels: Bytes | None) -> None:
        """Show a picture as `setPicture` does, unless it is on screen already."""
        if pixels is not self._pixels:
            self.setPicture(pixels)

    def setRange(self, fractions: QRectF) -> None:
        """Show a part of the picture, in fractions of its size; emits nothing."""
        if self._source_size is None:
            return
        width, height = self._source_size
        rect = QRectF(
            fractions.x() * width,
            fractions.y() * height,
            fractions.width() * width,
            fractions.height() * height,
        )
        self._box.setRange(rect, padding=0, disableAutoRange=True)
        self._is_zoomed = True

    def shownRange(self) -> QRectF | None:
        """Return the part that the user zoomed to, in fractions; None for the whole."""
        if not self._is_zoomed or self._source_size is None:
            return None
        (left, right), (top, bottom) = self._box.viewRange()
        width, height = self._source_size
        return QRectF(
            left / width,
            top / height,
            (right - left) / width,
            (bottom - top) / height,
        )

    def setPlacement(self, placement: Placement | None, grid: PatchGrid | None) -> None:
        """Set where the model's input is on the picture; clicks need it."""
        if (placement, grid) == (self._placement, self._grid):
            return
        self._placement, self._grid = placement, grid
        self._lines.setPlacement(placement, grid)
        for ring in (
            self._key_ring,
            *self._other_rings,
            self._query_ring,
            self._hover_ring,
        ):
            ring.setCell(None)
        if not self._is_zoomed:
            self.fitView()

    def setHeat(self, rgba: Bytes | None) -> None:
        """Lay (h, w, 4) uint8 over the model's input; None removes it."""
        self._wipe.setLive(rgba)
        if rgba is None or self._placement is None:
            self._heat.clear()
            return
        self._heat.setImage(rgba, levels=None, autoLevels=False)
        self._heat.setRect(qrect(self._placement.input_rect()))

    def setStage(self, rgba: Bytes | None) -> None:
        """Show (h, w, 4) uint8 in place of the map; None shows the map again."""
        is_shown = rgba is not None and self._placement is not None
        if is_shown and self._placement is not None:
            self._stage.setImage(rgba, levels=None, autoLevels=False)
            self._stage.setRect(qrect(self._placement.input_rect()))
        self._stage.setVisible(is_shown)
        self._heat.setVisible(not is_shown)
        self.line.setWordsVisible(not is_shown)  # they are on the map

    def stage(self) -> Bytes | None:
        """Return what is shown in place of the map, if anything."""
        return self._stage.image if self._stage.isVisible() else None

    def setUnseenLight(self, share: float) -> None:
        """Set how much of the light is left outside of what the model sees, [0, 1]."""
        self._lines.setUnseenLight(share)

    def setStale(self, is_stale: bool) -> None:
        """Draw the map faintly: another is on its way."""
        for item in (self._heat, self._wipe):
            item.setOpacity(STALE_OPACITY if is_stale else 1.0)

    def setWipe(
        self, rgba: Bytes | None, photo: Bytes | None, names: tuple[str, str]
    ) -> None:
        """Show another map at the right of a divider, this one at its left.

        rgba : (h, w, 4), the other map; None while it is computed.
        photo : (H, W, 3), the other picture; None where it is this one.
        names : of what is at the left and at the right.
        """
        if self._placement is None:
            return
        area = qrect(self._placement.input_rect())
        self._wipe.setOther(rgba, photo, area, names)
        self._set_wiping(True)

    def endWipe(self) -> None:
        """Show one map again."""
        self._set_wiping(False)

    def setWipeShare(self, share: float) -> None:
        """Set what share of the width is at the left of the divider; emits nothing."""
        self._wipe.setShare(share)

    def dividerAt(self) -> QPointF | None:
        """Return the middle of a wipe's divider in this widget; None without one."""
        if not self._wipe.isVisible():
            return None
        middle = QPointF(self._wipe.divider(), self._wipe.boundingRect().center().y())
        scene = self._box.mapViewToScene(middle)
        return QPointF(self._view.mapTo(self, self._view.mapFromScene(scene)))

    def _set_wiping(self, is_wiping: bool) -> None:
        self._wipe.setVisible(is_wiping)
        self._heat.setVisible(not is_wiping)
        if not is_wiping:
            self._is_dragging = False
            self._view.viewport().unsetCursor()

    def setBeside(self, is_beside: bool) -> None:
        """Set whether another picture stands beside: then it may be narrower."""
        self.setMinimumSize(BESIDE_PX if is_beside else ALONE_PX, LEAST_HEIGHT_PX)

    def setValue(self, text: str) -> None:
        """Show a value beside the pointer; "" shows none."""
        if text:
            at = self._view.viewport().mapTo(self, self._pointer)
            self._chip.say(text, at)
        else:
            self._chip.hide()

    def valueText(self) -> str:
        """Return the value beside the pointer; "" where there is none."""
        return "" if self._chip.isHidden() else self._chip.text()

    def claimClicks(self, claim: Callable[[int, bool], bool]) -> None:
        """Ask `claim` first whether a click on a patch is for it.

        claim : called with the token and whether Shift is held; returns whether the
            click chooses no query.
        """
        self._claim = claim

    def setShowsGrid(self, shows: bool) -> None:
        """Set whether the lines between patches are drawn."""
        self._lines.setShowsLines(shows)

    def setPinned(
        self, token: int | None, others: tuple[int, ...], meaning: Meaning
    ) -> None:
        """Ring the pinned tokens in the colour of a query or of a key.

        Special tokens have no place on the picture.
        """
        self._pinned = token
        for ring in (self._query_ring, *self._other_rings):
            ring.setColour(meaning.value)
        self._query_ring.setCell(self._cell(token))
        for index, ring in enumerate(self._other_rings):
            has_one = index < len(others)
            ring.setCell(self._cell(others[index]) if has_one else None)

    def setKey(self, token: int | None) -> None:
        """Ring a key, such as the one hovered in the matrix."""
        self._key_ring.setCell(self._cell(token))

    def fitView(self) -> None:
        """Show the whole picture and the whole model input.

        In Present, show only the model input, as large as possible.
        """
        self._is_zoomed = False
        if self._source_size is None:
            return
        rect = QRectF(0, 0, *self._source_size)
        if self._placement is not None:
            seen = qrect(self._placement.input_rect())
            # Present: the last row of the audience has to see what is explained.
            rect = seen if theme.presents() else rect.united(seen)
        self._box.setRange(rect, padding=FIT_MARGIN, disableAutoRange=True)
        pad = 4.0
        rect = rect.united(QRectF(0, 0, *self._source_size))
        whole = rect.adjusted(
            -pad * rect.width(),
            -pad * rect.height(),
            pad * rect.width(),
            pad * rect.height(),
        )
        self._box.setLimits(
            xMin=whole.left(),
            xMax=whole.right(),
            yMin=whole.top(),
            yMax=whole.bottom(),
            minXRange=4,
            minYRange=4,
        )

    def zoomBy(self, factor: float) -> None:
        """Enlarge by `factor` about the middle."""
        self._box.scaleBy((1 / factor, 1 / factor))
        self._on_range_changed()

    def scenePointOf(self, token: int) -> QPointF | None:
        """Return the middle of a patch in this widget; for tests and pictures."""
        rect = self._cell(token)
        if rect is None:
            return None
        point = self._box.mapViewToScene(rect.center())
        return QPointF(self._view.mapTo(self, self._view.mapFromScene(point)))

    def inputRect(self) -> QRectF | None:
        """Return the rectangle of the model's input in this widget's coordinates."""
        if self._placement is None:
            return None
        rect = qrect(self._placement.input_rect())
        corners = (
            QPointF(self._view.mapTo(self, self._view.mapFromScene(point)))
            for point in (
                self._box.mapViewToScene(rect.topLeft()),
                self._box.mapViewToScene(rect.bottomRight()),
            )
        )
        return QRectF(*corners)

    def addLayer(self, item: pg.GraphicsObject, *, above_heat: bool) -> None:
        """Add an item, drawn in source pixels above the map or below it."""
        below = self._lines if above_heat else self._photo
        item.setZValue(below.zValue() + 5)
        self._box.addItem(item, ignoreBounds=True)

    def cellAt(self, point: QPointF) -> tuple[int, int] | None:
        """Return (row, col) of the patch under a point of the viewport."""
        if self._placement is None or self._grid is None:
            return None
        scene = self._view.mapToScene(point.toPoint())
        place = self._box.mapSceneToView(scene)
        return self._placement.cell_at(place.x(), place.y(), self._grid)

    def pinnedCell(self) -> tuple[int, int] | None:
        """Return (row, col) of the pinned token, None for a special one."""
        grid, token = self._grid, self._pinned
        if grid is None or token is None or not 0 <= token < grid.num_tokens:
            return None
        return grid.cell(token)

    def gridSize(self) -> tuple[int, int]:
        """Return the rows and columns of patches; (0, 0) without a model input."""
        return (0, 0) if self._grid is None else (self._grid.rows, self._grid.cols)

    def viewport(self) -> QWidget:
        """Return the widget that receives the mouse."""
        viewport: QWidget = self._view.viewport()
        return viewport

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Emit `arrowPressed` for the arrow keys."""
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.arrowPressed.emit(*step)

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        """End a preview when the pointer leaves; take the focus on a click."""
        if event.type() == QEvent.Type.Leave:
            self._set_hovered(None)
        elif event.type() == QEvent.Type.MouseButtonPress:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._wipe.isVisible() and isinstance(event, QMouseEvent):
            return self._drag(event)
        return False

    def _drag(self, event: QMouseEvent) -> bool:
        """Move the divider of a wipe with the pointer; return whether it is for it."""
        x = event.position().x()
        divider = self.dividerAt()
        assert divider is not None
        at = self._view.viewport().mapFrom(self, divider.toPoint()).x()
        is_near = abs(x - at) <= REACH_PX
        kind, left = event.type(), Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonPress:
            self._is_dragging = is_near and event.button() == left
        elif kind == QEvent.Type.MouseButtonRelease and self._is_dragging:
            self._is_dragging = False
            return True
        elif kind == QEvent.Type.MouseMove and self._is_dragging:
            scene = self._view.mapToScene(event.position().toPoint())
            share = self._wipe.shareAt(self._box.mapSceneToView(scene).x())
            self._wipe.setShare(share)
            self.wipeMoved.emit(share)
        elif kind == QEvent.Type.MouseMove:
            cursor = (
                Qt.CursorShape.SplitHCursor if is_near else Qt.CursorShape.ArrowCursor
            )
            self._view.viewport().setCursor(cursor)
        return self._is_dragging

    def _cell(self, token: int | None) -> QRectF | None:
        if token is None or self._placement is None or self._grid is None:
            return None
        if not 0 <= token < self._grid.num_tokens:
            return None
        cell = self._grid.cell(token)
        if cell is None:
            return None
        return qrect(self._placement.cell_rect(*cell, self._grid))

    def _token_at(self, scene_point: QPointF) -> int | None:
        if self._placement is None or self._grid is None:
            return None
        point = self._box.mapSceneToView(scene_point)
        cell = self._placement.cell_at(point.x(), point.y(), self._grid)
        return None if cell is None else self._grid.token(*cell)

    def _on_moved(self, scene_point: QPointF) -> None:
        self._pointer = self._view.mapFromScene(scene_point)
        if self.valueText():
            self.setValue(self._chip.text())
        self._set_hovered(self._token_at(scene_point))

    def _set_hovered(self, token: int | None) -> None:
        if token == self._hovered:
            return
        self._hovered = token
        self._hover_ring.setCell(self._cell(token))
        self.tokenHovered.emit(token)

    def endHover(self) -> None:
        """Ring no patch under the pointer until it moves to another; emit nothing."""
        self._hover_ring.setCell(None)

    def _on_clicked(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.double():
            self.fitView()
            self.fitted.emit()
            return
        token = self._token_at(event.scenePos())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if token is not None:
            self.tokenClicked.emit(token, shift)
            if self._claim is None or not self._claim(token, shift):
                self.tokenChosen.emit(token, shift)
        elif self._placement is not None:
            self.messaged.emit(
                self.tr("The model did not see this part of the picture.")
            )

    def _on_resized(self, _box: object) -> None:
        """Show the whole picture again unless the user has zoomed."""
        if not self._is_zoomed:
            self.fitView()

    def _on_transform(self, _box: object) -> None:
        self.viewMoved.emit()

    def _on_range_changed(self, _sides: object = None) -> None:
        self._is_zoomed = True
        shown = self.shownRange()
        if shown is not None:
            self.rangeChanged.emit(shown)
