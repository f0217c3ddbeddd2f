"""Painting of patches on the picture: hidden ones, and the two sides of a cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from vitviz.domain.geometry import PatchGrid
from vitviz.domain.interventions import Cell, Cut, Hidden, Hide, Interventions, Token
from vitviz.domain.placement import Placement
from vitviz.ui.inspect.picture_items import CellsItem, qrect
from vitviz.ui.inspect.picture_pane import PicturePane
from vitviz.ui.lab.panel import LabPanel, Tool
from vitviz.views.colour import Bytes, Meaning
from vitviz.views.view_state import Mode

if TYPE_CHECKING:
    from vitviz.ui.base.document import Document
    from vitviz.views.view_state import ViewState


Cells = frozenset[Cell]
NOTHING: Cells = frozenset()


@dataclass(frozen=True, slots=True)
class Strokes:
    """A cut that has been begun, for a window that is built anew meanwhile."""

    tool: Tool
    # The side that the brush paints, query or key.
    side: Meaning
    sides: tuple[tuple[Meaning, Cells], ...]
    specials: tuple[tuple[Meaning, frozenset[str]], ...]
    # (first, last).
    layers: tuple[int, int]
    # Rows and columns of the grid.
    painted_on: Cell | None
    # Width of the brush that hides, in patches.
    brush: int


class PaintingHost(Protocol):
    """What is painted on."""

    @property
    def document(self) -> Document: ...
    @property
    def state(self) -> ViewState: ...


class Painting(QObject):
    """The brush and what it has painted, which becomes parts of interventions."""

    # The patches hidden now, as Interventions; untouched when none is.
    changed = Signal(object)
    # A new cut, as Interventions.
    cut = Signal(object)

    def __init__(
        self, picture: PicturePane, panel: LabPanel, host: PaintingHost
    ) -> None:
        super().__init__(panel)
        self._panel, self._host = panel, host
        self.brush = Brush(picture)
        self._pixels = pg.ImageItem(axisOrder="row-major")
        picture.addLayer(self._pixels, above_heat=False)
        self._items = {
            meaning: CellsItem(meaning.value)
            for meaning in (Meaning.WARNING, Meaning.QUERY, Meaning.KEY)
        }
        for item in self._items.values():
            picture.addLayer(item, above_heat=True)
        # Hidden patches during a stroke; otherwise the view state has them.
        self._hidden: Cells | None = None
        self._sides: dict[Meaning, Cells] = {
            Meaning.QUERY: NOTHING,
            Meaning.KEY: NOTHING,
        }
        self._specials: dict[Meaning, frozenset[str]] = {
            Meaning.QUERY: frozenset(),
            Meaning.KEY: frozenset(),
        }
        self._side = Meaning.QUERY
        self._painted_on: Cell | None = None
        self.brush.painted.connect(self._on_painted)
        self.brush.strokeEnded.connect(self._on_stroke_ended)
        panel.toolChosen.connect(self.refresh)
        panel.hide_tool.howChosen.connect(self._on_how)
        panel.hide_tool.seedChosen.connect(self._on_how)
        panel.hide_tool.brushChosen.connect(self.refresh)
        panel.hide_tool.clearRequested.connect(self._on_show_all)
        panel.cut.sideChosen.connect(self._on_side)
        panel.cut.specialToggled.connect(self._on_special)
        panel.cut.cutRequested.connect(self._on_cut)
        panel.cut.clearRequested.connect(self._on_clear)

    def strokes(self) -> Strokes:
        """Return the cut that has been begun."""
        return Strokes(
            self._panel.tool(),
            self._side,
            tuple(self._sides.items()),
            tuple(self._specials.items()),
            (self._panel.cut.first.value(), self._panel.cut.last.value()),
            self._painted_on,
            self._panel.hide_tool.brushSide(),
        )

    def go_on_with(self, strokes: Strokes) -> None:
        """Take over the cut that was begun in another panel."""
        panel = self._panel
        if panel.offers(strokes.tool):
            panel.setTool(strokes.tool)
        panel.hide_tool.setBrushSide(strokes.brush)
        panel.cut.side.setValue(strokes.side)
        self._side = strokes.side
        trace = self._host.document.trace
        if trace is not None and strokes.painted_on == trace.grid:
            self._painted_on = strokes.painted_on
            self._sides = dict(strokes.sides)
            self._specials = dict(strokes.specials)
            if any(self._specials.values()):
                panel.cut.setSpecials(trace.setup.prefix_names)
                panel.cut.setChecked(self._specials)
            panel.cut.setLayers(trace.num_layers)
            for box, layer in zip(
                (panel.cut.first, panel.cut.last), strokes.layers, strict=True
            ):
                box.setValue(layer)
        self.refresh()

    def refresh(self, _tool: object = None) -> None:
        """Take or release the brush, and show what is painted."""
        trace = self._host.document.trace
        in_lab = self._host.state.mode is Mode.LAB
        tool = self._panel.tool()
        paints = tool in (Tool.CUT, Tool.HIDE)
        self.brush.hold(in_lab and paints and self._panel.isEnabled())
        is_wide = tool is Tool.HIDE
        self.brush.setSide(self._panel.hide_tool.brushSide() if is_wide else 1)
        placement, grid = self._place()
        if trace is None or not trace.interventions.hidden:
            self._pixels.clear()
        if grid is not None and self._painted_on != (grid.rows, grid.cols):
            # Another grid has other patches, so what was painted is discarded.
            self._painted_on = (grid.rows, grid.cols)
            self._sides = dict.fromkeys(self._sides, NOTHING)
        shows_cut = in_lab and tool is Tool.CUT
        self._items[Meaning.WARNING].setCells(self._shown_hidden(), placement, grid)
        for side, cells in self._sides.items():
            shown = cells if shows_cut else NOTHING
            self._items[side].setCells(shown, placement, grid)
        counts = (
            len(self._sides[side]) + len(self._specials[side]) for side in self._sides
        )
        self._panel.cut.setPainted(*counts)

    def show_hidden(self, pixels: Bytes | None, placement: Placement) -> None:
        """Show on the picture what the model got in place of hidden patches."""
        if pixels is None:
            self._pixels.clear()
            return
        self._pixels.setImage(pixels, levels=None, autoLevels=False)
        self._pixels.setRect(qrect(placement.input_rect()))

    def shown(self, meaning: Meaning) -> int:
        """Return how many patches are marked in one colour; for tests."""
        return self._items[meaning].numCells()

    def _place(self) -> tuple[Placement | None, PatchGrid | None]:
        trace = self._host.document.trace
        if trace is None:
            return None, None
        return trace.setup.placement, trace.setup.grid

    def _of_state(self) -> Cells:
        """Return the patches of this grid that the view state hides."""
        grid = self._place()[1]
        if grid is None:
            return NOTHING
        own = (grid.rows, grid.cols)
        hidden = (
            one
            for change in self._host.state.changes
            if change.is_on
            for one in change.what.hidden
            if one.grid in (None, own)
        )
        return frozenset(cell for one in hidden for cell in one.patches)

    def _shown_hidden(self) -> Cells:
        return self._of_state() if self._hidden is None else self._hidden

    def _on_painted(self, cells: Cells, erases: bool) -> None:
        if self._panel.tool() is Tool.HIDE:
            now = self._shown_hidden()
            self._hidden = now - cells if erases else now | cells
        else:
            now = self._sides[self._side]
            self._sides[self._side] = now - cells if erases else now | cells
        self.refresh()

    def _on_stroke_ended(self) -> None:
        cells, self._hidden = self._hidden, None
        if cells is not None:
            self._hide(cells)
        self.refresh()

    def _on_how(self, _chosen: object) -> None:
        cells = self._of_state()
        if cells:
            self._hide(cells)

    def _on_show_all(self) -> None:
        self._hide(NOTHING)

    def _hide(self, cells: Cells) -> None:
        grid = self._place()[1]
        if grid is None:
            return
        tool = self._panel.hide_tool
        seed = tool.seed.value() if tool.chosen() is Hide.NOISE else 0
        hidden = Hidden(
            tuple(sorted(cells)), tool.chosen(), seed, (grid.rows, grid.cols)
        )
        self.changed.emit(Interventions(hidden=(hidden,) if cells else ()))

    def _on_side(self, side: Meaning) -> None:
        self._side = side

    def _on_special(self, side: Meaning, index: int, is_in: bool) -> None:
        trace = self._host.document.trace
        if trace is not None:
            name = frozenset({trace.setup.prefix_names[index]})
            now = self._specials[side]
            self._specials[side] = now | name if is_in else now - name
            self.refresh()

    def _on_cut(self, first: int, last: int) -> None:
        trace, grid = self._host.document.trace, self._place()[1]
        if trace is None or grid is None:
            return
        queries, keys = self._tokens(Meaning.QUERY), self._tokens(Meaning.KEY)
        last = -1 if last == trace.num_layers - 1 else last
        cut = Cut(queries, keys, first, last, (grid.rows, grid.cols))
        self.cut.emit(Interventions(cuts=(cut,)))

    def _tokens(self, side: Meaning) -> tuple[Token, ...]:
        return (*sorted(self._specials[side]), *sorted(self._sides[side]))

    def _on_clear(self) -> None:
        self._sides = dict.fromkeys(self._sides, NOTHING)
        self._specials = dict.fromkeys(self._specials, frozenset())
        self.refresh()


# Points sampled along each piece of a stroke, so that no patch is skipped.
SAMPLES = 24


class Brush(QObject):
    """A brush on the picture; while it is held, a drag paints and pins no query."""

    # (frozenset of (row, col), whether to erase them).
    painted = Signal(object, bool)
    strokeEnded = Signal()

    def __init__(self, picture: PicturePane) -> None:
        super().__init__(picture)
        self._picture = picture
        self._is_held = False
        self._side = 1
        self._last: QPointF | None = None
        self._erases = False
        picture.viewport().installEventFilter(self)
        picture.installEventFilter(self)

    @property
    def is_held(self) -> bool:
        """Whether a drag paints."""
        return self._is_held

    def hold(self, is_held: bool) -> None:
        """Take the brush or release it."""
        if is_held != self._is_held:
            self._is_held = is_held
            self._last = None
            viewport = self._picture.viewport()
            if is_held:
                viewport.setCursor(Qt.CursorShape.CrossCursor)
            else:
                viewport.unsetCursor()

    def setSide(self, side: int) -> None:
        """Set the width of the brush in patches, an odd number."""
        self._side = side

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paint with the mouse; with Space, paint the pinned patch."""
        if not self._is_held:
            return False
        if watched is self._picture:
            return isinstance(event, QKeyEvent) and self._on_key(event)
        if isinstance(event, QMouseEvent):
            return self._on_mouse(event)
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Space:
            return False
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            cell = self._picture.pinnedCell()
            if cell is not None:
                shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self.painted.emit(self._around(cell), shift)
                self.strokeEnded.emit()
        return True

    def _on_mouse(self, event: QMouseEvent) -> bool:
        kind, button = event.type(), event.button()
        is_ours = button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
        presses = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        if kind in presses and is_ours:
            if self._picture.cellAt(event.position()) is None:
                return False
            self._picture.setFocus(Qt.FocusReason.MouseFocusReason)
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._erases = bool(shift) or button == Qt.MouseButton.RightButton
            self._last = event.position()
            self._paint_to(event.position())
            return True
        if kind == QEvent.Type.MouseMove and self._last is not None:
            self._paint_to(event.position())
            return True
        if kind == QEvent.Type.MouseButtonRelease and self._last is not None:
            self._last = None
            self.strokeEnded.emit()
            return True
        return False

    def _paint_to(self, point: QPointF) -> None:
        assert self._last is not None
        step = (point - self._last) / SAMPLES
        places = [self._last + step * index for index in range(SAMPLES + 1)]
        self._last = point
        cells: frozenset[Cell] = frozenset()
        for cell in {self._picture.cellAt(place) for place in places}:
            if cell is not None:
                cells |= self._around(cell)
        if cells:
            self.painted.emit(cells, self._erases)

    def _around(self, cell: Cell) -> frozenset[Cell]:
        """Return the cells under the brush."""
        reach = self._side // 2
        steps = range(-reach, reach + 1)
        rows, cols = self._picture.gridSize()
        return frozenset(
            (cell[0] + down, cell[1] + across)
            for down in steps
            for across in steps
            if 0 <= cell[0] + down < rows and 0 <= cell[1] + across < cols
        )
