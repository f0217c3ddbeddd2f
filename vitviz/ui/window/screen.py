"""Screen: hands the document and the view state to the pane controllers.

refresh → the pane controllers on screen, which update their panes where they differ
hover   → only the map, the colour bar, the status line and the matrix' lines
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject

from vitviz.domain.geometry import POOL
from vitviz.errors import ExactnessError, VitvizError
from vitviz.jobs import maps
from vitviz.jobs.maps import StatesCache
from vitviz.jobs.queue import JobKind, bound
from vitviz.ui.base.pane_controller import PaneController, StaticPaneController, View
from vitviz.ui.base.references import References
from vitviz.ui.inspect.classes import ClassesController
from vitviz.ui.inspect.heads_controller import HeadsController
from vitviz.ui.inspect.layer_rail import RailController
from vitviz.ui.inspect.map_controller import HeatController, needs_columns
from vitviz.ui.inspect.map_test import MapTestController
from vitviz.ui.inspect.matrix import MatrixController
from vitviz.ui.inspect.tokens import TokensController
from vitviz.views.colour import Meaning
from vitviz.views.display import (
    Display,
    Heat,
    MapCell,
    is_query,
    shown_layer,
    shown_query,
)
from vitviz.views.view_state import Direction, Mode

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model
    from vitviz.ui.base.document import Document
    from vitviz.ui.base.threads import Workers
    from vitviz.ui.compare import Comparison
    from vitviz.ui.window.layout import Panes
    from vitviz.ui.window.progress import RunProgress
    from vitviz.views.query_numbers import QueryNumbers
    from vitviz.views.view_state import ViewState


class ScreenHost(Protocol):
    """What is to be on screen."""

    @property
    def document(self) -> Document: ...
    @property
    def state(self) -> ViewState: ...
    @property
    def model(self) -> Model | None: ...
    def change(self, *, merge: bool = False, **changes: object) -> None: ...


class Screen(QObject):
    """Everything on screen, by its pane controllers; lives in the main thread."""

    def __init__(
        self,
        host: ScreenHost,
        panes: Panes,
        workers: Workers,
        comparison: Comparison,
        progress: RunProgress,
    ) -> None:
        super().__init__(workers)
        self._host, self._panes, self._workers = host, panes, workers
        self._comparison, self._progress = comparison, progress
        states = StatesCache()
        self.references = References(workers)
        self._heat = HeatController(panes, workers, states)
        self._rail = RailController(panes.rail, workers)
        self._matrix = MatrixController(panes.matrix, workers)
        self._tabs: dict[str, PaneController[Any]] = {
            "strip": StaticPaneController(workers),
            "matrix": self._matrix,
            "heads": HeadsController(panes.heads, workers),
            "classes": ClassesController(panes.classes, workers, self.references),
            "tokens": TokensController(panes.tokens, workers, states),
            "map_test": MapTestController(panes.map_test, workers, lambda: self.heat),
            "views": StaticPaneController(workers),
        }
        self._modes: dict[Mode, PaneController[Any]] = {}
        # Each with a function that returns its part of the panes of a new window.
        self._controllers: list[tuple[PaneController[Any], Callable[[Panes], Any]]] = [
            (self._heat, lambda panes: panes),
            (self._rail, lambda panes: panes.rail),
            *((one, attrgetter(name)) for name, one in self._tabs.items()),
        ]
        workers.on_result(JobKind.COLUMN, self._on_columns)
        workers.on_failure(JobKind.METHOD, self._on_method_failed)
        self._heat.arrived.connect(self.refresh)
        comparison.changed.connect(self.refresh_lines)

    @property
    def heat(self) -> Heat | None:
        """The map over the picture."""
        return self._heat.heat

    @property
    def display(self) -> Display | None:
        """What is on screen for the pinned token."""
        return self._heat.on_screen

    def method_heats(self, trace: Trace) -> list[Heat]:
        """Return the maps of methods that were computed of a run."""
        return self._heat.method_heats(trace)

    @property
    def strip(self) -> tuple[MapCell, ...] | None:
        """What the head strip shows."""
        shown = self._heat.display
        return None if shown is None else shown.strip

    @property
    def rail(self) -> dict[int, MapCell]:
        """What the layer rail shows, by layer."""
        return self._rail.cells

    @property
    def query_numbers(self) -> dict[int, QueryNumbers]:
        """What the lines beside the layer rail show, by layer."""
        return self._rail.numbers

    @property
    def previews_on_hover(self) -> bool:
        """Whether the patch under the pointer is previewed."""
        return self._heat.previews_on_hover

    @previews_on_hover.setter
    def previews_on_hover(self, on: bool) -> None:
        self._heat.previews_on_hover = on
        self._panes.picture.line.setPreviews(on)

    def hold_query(self, is_held: bool) -> None:
        """Set whether the pinned query's map stays, whatever is hovered."""
        self._heat.holds_query = is_held

    def add_mode(
        self,
        mode: Mode,
        controller: PaneController[Any],
        filled: Callable[[Panes], Any],
    ) -> None:
        """Add the controller of a mode's panel, used while the panel is on screen.

        filled : returns what the controller is attached to, of all panes.
        """
        self._modes[mode] = controller
        self._controllers.append((controller, filled))

    def attach(self, panes: Panes) -> None:
        """Use other panes, and show the same there."""
        self._panes = panes
        panes.picture.line.setPreviews(self.previews_on_hover)
        self._show_picture()
        self._show_setup()
        for controller, filled in self._controllers:
            controller.attach(filled(panes))

    # -- the document and its view -------------------------------------------------

    def begin(self, *, is_other_picture: bool) -> None:
        """Show another trace, or none: forget what was computed from the one before."""
        for controller, _ in self._controllers:
            controller.clear()
        if is_other_picture:
            self._show_picture()
        self._show_setup()
        self.refresh()

    def refresh(self) -> None:
        """Hand the view to the pane controllers, which update what differs."""
        host, panes = self._host, self._panes
        trace, state = host.document.trace, host.state
        panes.picture.setShowsGrid(state.show_grid)
        self._show_controls(trace)
        panes.side.setMode(state.mode)
        panes.tabs.setCurrent(state.tab)
        if trace is None:
            return
        layer = shown_layer(trace, state)
        is_running = self._workers.is_awaited(JobKind.RUN)
        done = frozenset(i for i, c in enumerate(trace.captures) if c is not None)
        panes.rail.setCaptured(done)
        panes.rail.setRunning(is_running)
        panes.rail.setCurrent(layer)
        if layer is None:
            self._show_no_map()
            return
        view = View(trace, state, layer, host.model, is_running)
        if needs_columns(view):
            self._workers.submit(JobKind.COLUMN, bound(maps.columns, trace, layer))
            text = self.tr("Reading all rows of layer {n} …").format(n=layer)
            panes.status.setText(text)
            return
        try:
            self._heat.refresh(view)
            view = replace(view, display=self._heat.display)
            for controller in (self._rail, self._side()):
                controller.refresh(view)
        except ExactnessError as error:
            panes.errors.showError(error)
            panes.picture.setHeat(None)
            return
        self.refresh_lines()

    def _show_no_map(self) -> None:
        """Show no map: no layer that could be shown has been captured yet."""
        panes = self._panes
        panes.picture.setHeat(None)
        panes.strip.setCells(None)
        panes.bar.setLevels(None)

    def refresh_lines(self) -> None:
        """Show the matrix' cross-hair, the compared view, and the run's result."""
        if self.heat is not None:
            self._matrix.show_lines(self.heat)
        self._refresh_comparison()
        self._progress.wait_for_method()
        self._progress.say_result()

    def _refresh_comparison(self) -> None:
        """Show the compared view beside the live one, and the scale they share."""
        host = self._host
        self._comparison.refresh(self.heat, host.document.trace, host.state)
        shared = self._comparison.levels(self.heat)
        self._heat.show_levels(None if shared is None else shared[0])

    def _side(self) -> PaneController[Any]:
        """Return the controller of the side panel, or of its pane, on screen."""
        panes = self._panes
        tab = self._tabs[panes.tabs.current()]
        return self._modes.get(panes.side.mode(), tab)

    def _show_picture(self) -> None:
        image, pane = self._host.document.image, self._panes.picture
        if image is None:
            pane.setPicture(None)
        else:
            pane.setPicture(image.pixels, image.copies)

    def _show_setup(self) -> None:
        """Set what panes need to know of a run once, or that there is none."""
        panes, trace = self._panes, self._host.document.trace
        if trace is None:
            panes.picture.setHeat(None)
            panes.picture.inset.setCells((), self._host.state.look.colormap)
            panes.picture.setPlacement(None, None)
            panes.strip.setCells(None)
            panes.bar.setLevels(None)
            panes.matrix.setMatrix(None, None)
            panes.rail.setCells(())
            self.show_sizes()
        else:
            setup = trace.setup
            panes.picture.setPlacement(setup.placement, setup.grid)
            panes.rail.setNumLayers(trace.num_layers)
            panes.rail.setWindowed(trace.setup.windowed)

    def show_sizes(self) -> None:
        """Reserve space for the model's layers and heads while there is no picture."""
        model = self._host.model
        if self._host.document.trace is None and model is not None:
            self._panes.rail.setNumLayers(model.info.num_layers)
            if model.info.num_heads:
                self._panes.strip.setNumHeads(model.info.num_heads)

    def _show_controls(self, trace: Trace | None) -> None:
        panes, state = self._panes, self._host.state
        patch, special = None, None
        if trace is not None:
            panes.controls.setTokens(trace.setup.prefix_names, has_pool=trace.has_pool)
            token = shown_query(trace, state.token)
            others = tuple(t for t in state.others if is_query(trace, t))
            cell = trace.setup.grid.cell(token)
            special = token if cell is None else None
            patch = None if cell is None else f"({cell[0]}, {cell[1]})"
            is_row = state.direction is Direction.LOOKS_AT or token == POOL
            meaning = Meaning.QUERY if is_row else Meaning.KEY
            panes.picture.setPinned(token, others, meaning)
        panes.controls.setState(state, patch=patch, special=special)

    def _on_columns(self, _layer: int) -> None:
        self.refresh()

    def _on_method_failed(self, _error: VitvizError) -> None:
        self._heat.forget_question()
        self._host.change(method="raw")

    # -- under the pointer ---------------------------------------------------------

    def hover(self, token: int | None) -> None:
        """Preview a patch; None ends it."""
        if token != self._heat.hovered:
            self._heat.hovered = token
            self._heat.refresh_heat()
            self.refresh_lines()

    def hover_cell(self, query: int, key: int) -> None:
        """Preview the query under the pointer in the matrix, and ring its key."""
        self.hover(query)
        self._panes.picture.setKey(key)
        self._panes.picture.setValue("")  # the pointer is not there
        if self.heat is not None:
            self._matrix.show_lines(self.heat, (query, key))
            text = self._matrix.show_value(query, key)
            if text:
                self._panes.status.setText(text)

    def leave_matrix(self) -> None:
        """React to the pointer leaving the matrix."""
        self._panes.picture.setKey(None)
        self.hover(None)
        if self.heat is not None:
            self._matrix.show_lines(self.heat)

    def refine_matrix(self, ranges: tuple[range, range]) -> None:
        """Submit a job for the single cells of the matrix that are in view."""
        if self.heat is not None:
            self._matrix.refine(*ranges)
