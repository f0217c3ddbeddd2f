"""Fills what a click changes at once: picture, colour bar, head strip, status line.

What the controller remembers of methods: one result, and one backward pass.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal

from vitviz.domain.geometry import POOL
from vitviz.domain.methods import METHODS
from vitviz.domain.number_text import format_value
from vitviz.jobs import maps
from vitviz.jobs.maps import Explained
from vitviz.jobs.queue import Job, JobKind
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.text import token_name
from vitviz.ui.base.threads import Workers
from vitviz.views.colour import Levels
from vitviz.views.display import (
    Heat,
    LayerMaps,
    MapCell,
    chosen_options,
    heat,
    maps_of,
    method_heat,
    rail_cell,
    shown_heads,
    shown_query,
    shown_target,
    strip,
)
from vitviz.views.overlay import overlay_rgba, smoothed
from vitviz.views.state import Direction

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.domain.geometry import PatchGrid
    from vitviz.explain.gradients import Gradients
    from vitviz.models.model import Model
    from vitviz.ui.inspect.colour_bar import ColourBar
    from vitviz.ui.inspect.head_strip import HeadStrip
    from vitviz.ui.inspect.picture_pane import PicturePane
    from vitviz.ui.inspect.query_bar import QueryBar
    from vitviz.views.colour import Array
    from vitviz.views.state import ViewState


SMOOTH_FACTOR = 8


class HeatStatus(Protocol):
    """The line that says what is under the pointer."""

    def setText(self, text: str) -> None: ...

    def setHeat(
        self,
        heat: Heat,
        grid: PatchGrid,
        prefix_names: tuple[str, ...],
        *,
        hovered: int | None,
    ) -> None: ...


class HeatPanes(Protocol):
    """What a click changes at once."""

    @property
    def picture(self) -> PicturePane: ...
    @property
    def bar(self) -> ColourBar: ...
    @property
    def strip(self) -> HeadStrip: ...
    @property
    def status(self) -> HeatStatus: ...
    @property
    def controls(self) -> QueryBar: ...


class HeatController(PaneController[HeatPanes]):
    """One layer's maps of one token; rows cost less than a frame."""

    arrived = Signal()
    """The engine has computed the map of a method."""

    def __init__(self, panes: HeatPanes, workers: Workers) -> None:
        super().__init__(workers)
        self.panes = panes
        self.heat: Heat | None = None
        """What lies over the picture; None while the engine computes it."""
        self.levels: Levels | None = None
        """Of attention itself, whatever method is on the picture."""
        self.strip: tuple[MapCell, ...] | None = None
        self.previews_on_hover = True
        self.holds_query = False
        self.hovered: int | None = None
        self._workers = workers
        self._view: View | None = None
        self._maps: LayerMaps | None = None
        self._painted: Levels | None = None
        self._methods = MethodCache()
        workers.on_result(JobKind.METHOD, self._on_explained)

    def attach(self, pane: HeatPanes) -> None:
        """Fill another window's panes."""
        self.panes = pane
        self.hovered = None

    def clear(self) -> None:
        """Forget maps, results, and what was under the pointer."""
        self.heat, self.strip, self._maps, self._view = None, None, None, None
        self.hovered = None
        self._methods.clear()

    def forget_question(self) -> None:
        """A method's job that failed or was dropped may be asked for again."""
        self._methods.forget_question()

    def refresh(self, view: View) -> None:
        """Read the layer's maps. Raises ExactnessError where its check failed."""
        trace, state = view.trace, view.state
        self._view = view
        self._maps = maps_of(trace, state, view.layer)
        self.strip = strip(trace, state, self._maps)
        pane = self.panes.strip
        pane.setColormap(state.colormap)
        pane.setNumHeads(len(self._maps.values))
        pane.setCells(self.strip)
        pane.setChoice(shown_heads(trace, state.heads, self._maps.token))
        self.refresh_heat()
        self._refresh_others(view)

    def refresh_heat(self) -> None:
        """What a hover changes: heat map, colour bar, status line."""
        view, maps = self._view, self._maps
        if view is None or maps is None:
            return
        trace, state, hovered = view.trace, view.state, self.hovered
        is_raw = state.method == "raw" or view.is_running
        previews = self.previews_on_hover and not self.holds_query
        is_preview = previews and hovered is not None and is_raw
        if is_preview and not _lacks_columns(view):
            maps = maps_of(trace, state, maps.layer, token=hovered)
        raw = heat(trace, state, maps)
        self.levels = raw.levels
        shown = raw if is_raw else self._method_heat(view)
        self.heat = shown
        self._paint(view, shown)
        if shown is not None:
            self.panes.status.setHeat(
                shown,
                trace.setup.grid,
                trace.setup.prefix_names,
                hovered=None if is_preview else hovered,
            )

    def show_levels(self, levels: Levels | None) -> None:
        """Paint the map again on a scale it shares with another; None: on its own."""
        if self._view is not None and self.heat is not None:
            wanted = levels or self.heat.levels
            if wanted != self._painted:
                self._paint(self._view, replace(self.heat, levels=wanted))

    def _paint(self, view: View, shown: Heat | None) -> None:
        state, bar = view.state, self.panes.bar
        self._painted = None if shown is None else shown.levels
        if shown is None:
            self.panes.picture.setHeat(None)
            bar.setLevels(None)
            return
        patches = shown.patches
        if state.smooth:
            patches = smoothed(patches, SMOOTH_FACTOR)
        self.panes.picture.setHeat(
            overlay_rgba(
                patches, shown.levels, state.style, state.colormap, state.opacity
            )
        )
        bar.setColormap(state.colormap)
        bar.setStyleKind(state.style, state.opacity)
        bar.setLevels(shown.levels)
        bar.setUniform(shown.uniform, shown.uniform_text)
        bar.setClipped(shown.num_clipped)

    def _method_heat(self, view: View) -> Heat | None:
        """The map of the chosen method, or None while the engine computes it."""
        values = self._methods.values(view.trace, view.state, view.layer)
        if values is not None:
            return method_heat(view.trace, view.state, values)
        job = self._methods.job(view.trace, view.state, view.layer, view.model)
        if job is not None:
            self._workers.submit(JobKind.METHOD, job)
        title = self.panes.controls.method.title(view.state.method)
        self.panes.status.setText(self.tr("Computing {name} …").format(name=title))
        return None

    def _on_explained(self, explained: Explained) -> None:
        if self._view is not None:
            self._methods.receive(explained, self._view.trace, self._view.state)
        self.refresh_heat()
        self.arrived.emit()

    def _refresh_others(self, view: View) -> None:
        """The small maps of tokens pinned beside, on one scale with one another."""
        trace, state = view.trace, view.state
        setup, cells = trace.setup, []
        for token in state.others:
            if token >= trace.num_tokens:
                continue
            maps = maps_of(trace, state, view.layer, token=token)
            cell = rail_cell(trace, state, maps)
            name = token_name(token, setup.grid, setup.prefix_names)
            ratio = format_value(cell.peak_ratio)
            label = self.tr("{name} · {ratio}×").format(name=name, ratio=ratio)
            cells.append(replace(cell, label=label))
        if cells:
            widest = max((cell.levels for cell in cells), key=lambda one: one.high)
            cells = [replace(cell, levels=widest) for cell in cells]
        self.panes.picture.inset.setCells(tuple(cells), state.colormap)


def needs_columns(view: View) -> bool:
    """Whether the layer's columns have to be prepared by the engine first."""
    is_pool = shown_query(view.trace, view.state.token) == POOL  # it has no column
    return not is_pool and _lacks_columns(view)


def _lacks_columns(view: View) -> bool:
    is_column = view.state.direction is Direction.LOOKED_AT_BY
    return is_column and not view.trace.has_normalisers(view.layer)


class MethodCache:
    """Finds a method's values, or makes the job that computes them."""

    def __init__(self) -> None:
        self._result: Explained | None = None
        self._asked: tuple[object, ...] | None = None
        self._gradients: tuple[Setup, int | None, Gradients] | None = None

    def values(self, trace: Trace, state: ViewState, layer: int) -> Array | None:
        """(N,) values that are there already, else None."""
        key = _key(trace, state, layer)
        if self._result is not None and self._result.key == key:
            return self._result.values
        return None

    def job(
        self, trace: Trace, state: ViewState, layer: int, model: Model | None
    ) -> Job | None:
        """The job that computes what is on screen; None if it is under way."""
        key = _key(trace, state, layer)
        if key == self._asked:
            return None
        self._asked = key
        known = None
        target = shown_target(trace, state)
        if self._gradients is not None:
            setup, of_class, gradients = self._gradients
            if setup is trace.setup and of_class == target:
                known = gradients
        return maps.explain(trace, state, layer, key, model=model, gradients=known)

    def receive(self, explained: Explained, trace: Trace, state: ViewState) -> None:
        """Keep what a job has returned."""
        self._result, self._asked = explained, None
        if explained.gradients is not None:
            target = shown_target(trace, state)
            self._gradients = (trace.setup, target, explained.gradients)

    def forget_question(self) -> None:
        """A job that failed or was dropped may be asked again."""
        self._asked = None

    def clear(self) -> None:
        """Let go of results of a scene that has gone."""
        self._result = self._asked = self._gradients = None


def _key(trace: Trace, state: ViewState, layer: int) -> tuple[object, ...]:
    """What a method's values depend on."""
    method = METHODS[state.method]
    return (
        id(trace.setup),
        state.method,
        shown_query(trace, state.token) if method.is_per_query else None,
        *chosen_options(trace, state, layer),
    )
