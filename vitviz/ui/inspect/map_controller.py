"""Controller of the map over the picture, colour bar, head strip and status line.

A click changes these at once. `MethodCache` remembers results and the last gradients of
the methods, so that neither is computed twice; a web page has all of these maps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication

from vitviz.domain.geometry import POOL
from vitviz.domain.methods import MAPS
from vitviz.domain.number_text import format_value
from vitviz.export.captions import sentence_of
from vitviz.export.token_names import token_name
from vitviz.jobs import maps
from vitviz.jobs.maps import Explained, StatesCache
from vitviz.jobs.queue import Job, JobKind, bound
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.text import percent_of
from vitviz.ui.base.threads import Workers
from vitviz.views.colour import Levels
from vitviz.views.display import (
    Display,
    Heat,
    chosen_options,
    is_query,
    method_heat,
    on_levels,
    preview,
    resolve,
    shown_query,
    shown_target,
)
from vitviz.views.overlay import overlay, unseen_light
from vitviz.views.view_state import Direction

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
    from vitviz.views.view_state import ViewState


# Maps of methods that are remembered of one run.
MAX_RESULTS = 24


class HeatStatus(Protocol):
    """The status line, as far as the controller writes into it."""

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
    """The panes that a click changes at once."""

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
    """Controller of one layer's maps of one token; a row is faster than a frame."""

    # The engine has computed the map of a method.
    arrived = Signal()

    def __init__(self, panes: HeatPanes, workers: Workers, cache: StatesCache) -> None:
        super().__init__(workers)
        self.panes = panes
        # The pinned token's, and the one on screen: while hovering, another token's.
        self.display: Display | None = None
        self.shown: Display | None = None
        self.previews_on_hover = True
        self.holds_query = False
        self.hovered: int | None = None
        self._workers = workers
        self._view: View | None = None
        # The scale shared with the compared view; None where each map has its own.
        self._shared: Levels | None = None
        self._methods = MethodCache(cache)
        workers.on_result(JobKind.METHOD, self._on_explained)

    @property
    def heat(self) -> Heat | None:
        """The map over the picture; None while it is computed."""
        return None if self.shown is None else self.shown.heat

    @property
    def on_screen(self) -> Display | None:
        """What is pinned, on the scale it is painted in."""
        return None if self.display is None else on_levels(self.display, self._shared)

    def method_heats(self, trace: Trace) -> list[Heat]:
        """Return the maps of methods that were computed of a run."""
        return self._methods.heats(trace)

    def attach(self, pane: HeatPanes) -> None:
        """Use the panes of another window."""
        self.panes = pane
        self.hovered = None

    def clear(self) -> None:
        """Forget maps, results, and the token under the pointer."""
        self.display = self.shown = self._view = self._shared = None
        self.hovered = None
        self._methods.clear()

    def forget_question(self) -> None:
        """Allow a method's job that failed or was dropped to be submitted again."""
        self._methods.forget_question()

    def refresh(self, view: View) -> None:
        """Resolve and show the view.

        Raises ExactnessError if the layer was not verified.
        """
        self._view = view
        state = view.state
        if view.is_running:  # a method needs the complete run
            state = replace(state, method="raw")
        values = None if state.method == "raw" else self._method_values(view)
        before = self.display
        self.display = display = resolve(state, view.trace, values=values)
        assert display is not None
        # Another query was chosen, perhaps by key while the pointer rests on a patch:
        # it is what is to be seen, until the pointer moves to another patch.
        if before is not None and before.query != display.query:
            self.hovered = None
            self.panes.picture.endHover()
        pane = self.panes.strip
        pane.setColormap(state.look.colormap)
        pane.setNumHeads(view.trace.num_heads_of(display.query))
        is_pool = display.query == POOL  # its heads are none of a layer
        off = view.trace.interventions.heads_off_in(view.layer)
        pane.setOff(frozenset() if is_pool else off)
        pane.setCells(display.strip)
        pane.setOther(display.state.method != "raw")
        pane.setChoice(display.state.heads)
        self._show_beside(display)
        self.refresh_heat()

    def refresh_heat(self) -> None:
        """Show what hovering changes: map, colour bar and status line."""
        view, display, hovered = self._view, self.display, self.hovered
        if view is None or display is None:
            return
        previews = self.previews_on_hover and not self.holds_query
        # With Alt the pointer reads the pinned query's map instead of another's.
        reads = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier
        is_preview = previews and hovered is not None and not reads
        is_preview = is_preview and display.state.method == "raw"
        if is_preview and hovered is not None:  # a dropped patch has no map
            is_preview = is_query(view.trace, hovered)
        self.shown = display
        if is_preview and hovered is not None and not _lacks_columns(view):
            self.shown = preview(display, view.trace, hovered)
        self._paint(hovered=None if is_preview else hovered)
        self._say_value(None if is_preview else hovered)

    def show_levels(self, levels: Levels | None) -> None:
        """Paint the map on a scale shared with another view; None: on its own."""
        if levels != self._shared:
            self._shared = levels
            if self.shown is not None and self.shown.heat is not None:
                self._paint(hovered=None)

    def _paint(self, *, hovered: int | None) -> None:
        """Show the map with its bar, and describe it in the status line.

        hovered : the token under the pointer, where it is not the one shown.
        """
        assert self.shown is not None
        shown, bar = on_levels(self.shown, self._shared), self.panes.bar
        look, one = shown.look, shown.heat
        self.panes.picture.setUnseenLight(unseen_light(look))
        self.panes.picture.line.setSign(self._sign(shown))
        if one is None:
            self.panes.picture.setHeat(None)
            self.panes.picture.line.setWords("")
            bar.setLevels(None)
            return
        self.panes.picture.line.setWords(sentence_of(one, shown.setup))
        self.panes.picture.setHeat(overlay(one, look))
        bar.setColormap(look.colormap)
        bar.setStyleKind(look.style, look.opacity)
        bar.setComponents(one.colours is not None)
        bar.setLevels(one.levels)
        bar.setUniform(one.uniform, one.uniform_text)
        bar.setClipped(one.num_clipped)
        setup = shown.setup
        self.panes.status.setHeat(one, setup.grid, setup.prefix_names, hovered=hovered)

    def _say_value(self, hovered: int | None) -> None:
        """Show the map's value at a patch beside the pointer; None shows nothing."""
        one = None if self.shown is None else self.shown.heat
        cell = None
        if self.shown is not None and hovered is not None and hovered >= 0:
            cell = self.shown.setup.grid.cell(hovered)
        if one is None or cell is None:
            self.panes.picture.setValue("")
            return
        if one.colours is not None:
            self.panes.picture.setValue(self._components(one.colours[cell]))
            return
        value = float(one.patches[cell])
        arrow = "→" if one.direction is Direction.LOOKS_AT else "←"
        if MAPS[one.method].reads_tokens:
            arrow = ""
        text = f"{arrow} {format_value(value)}".strip()
        if one.uniform is not None:
            text += f" · {format_value(value / one.uniform)} ×"
        self.panes.picture.setValue(text)

    def _components(self, colour: Array) -> str:
        """Return a colour by its parts, the first three components, in percent."""
        red, green, blue = (round(100 * float(part)) for part in colour)
        text = self.tr("red {r} · green {g} · blue {b}")
        return percent_of(text.format(r=red, g=green, b=blue))

    def _sign(self, shown: Display) -> str:
        """Return the name of what is on the picture in place of attention; else ""."""
        method, one = shown.state.method, shown.heat
        if method == "raw" or (one is not None and one.method == "raw"):
            return ""
        title = self.panes.controls.method.title(method)
        return title[:1].upper() + title[1:]

    def _method_values(self, view: View) -> Array | None:
        """Return the values of the chosen method; None while they are computed."""
        values = self._methods.values(view.trace, view.state, view.layer)
        if values is not None:
            return values
        job = self._methods.job(view.trace, view.state, view.layer, view.model)
        if job is not None:
            self._workers.submit(JobKind.METHOD, job)
        title = self.panes.controls.method.title(view.state.method)
        self.panes.status.setText(self.tr("Computing {name} …").format(name=title))
        return None

    def _on_explained(self, explained: Explained) -> None:
        if self._view is not None:
            self._methods.receive(explained, self._view.trace, self._view.state)
        self.arrived.emit()

    def _show_beside(self, display: Display) -> None:
        """Show the small maps of tokens pinned beside."""
        setup, cells = display.setup, []
        for token, cell in display.beside:
            name = token_name(token, setup.grid, setup.prefix_names)
            ratio = format_value(cell.peak_ratio)
            label = self.tr("{name} · {ratio}×").format(name=name, ratio=ratio)
            cells.append(replace(cell, label=label))
        self.panes.picture.inset.setCells(tuple(cells), display.state.look.colormap)


def needs_columns(view: View) -> bool:
    """Return whether a job has to prepare the layer's columns first."""
    is_pool = shown_query(view.trace, view.state.token) == POOL  # it has no column
    return not is_pool and _lacks_columns(view)


def _lacks_columns(view: View) -> bool:
    is_column = view.state.direction is Direction.LOOKED_AT_BY
    return is_column and not view.trace.has_normalisers(view.layer)


class MethodCache:
    """Results of methods on one run, the last gradients, and jobs for other ones."""

    def __init__(self, states: StatesCache) -> None:
        self._states = states
        # The run that the results are of: while it is kept, no other has its identity.
        self._setup: Setup | None = None
        # By key, the last one last: the view that was asked for, and its values.
        self._results: dict[tuple[object, ...], tuple[ViewState, Array]] = {}
        self._asked: tuple[tuple[object, ...], ViewState] | None = None
        self._gradients: tuple[Setup, int | None, Gradients] | None = None

    def values(self, trace: Trace, state: ViewState, layer: int) -> Array | None:
        """Return the (N,) values if they have been computed, else None."""
        self._keep_those_of(trace.setup)
        found = self._results.get(_key(trace, state, layer))
        return None if found is None else found[1]

    def heats(self, trace: Trace) -> list[Heat]:
        """Return the maps that were computed of a run, the first computed first."""
        self._keep_those_of(trace.setup)
        return [method_heat(trace, *found) for found in self._results.values()]

    def job(
        self, trace: Trace, state: ViewState, layer: int, model: Model | None
    ) -> Job | None:
        """Return a job for the method on screen; None if it was returned before."""
        key = _key(trace, state, layer)
        if self._asked is not None and key == self._asked[0]:
            return None
        self._asked = key, state
        known = None
        target = shown_target(trace, state)
        if self._gradients is not None:
            setup, of_class, gradients = self._gradients
            if setup is trace.setup and of_class == target:
                known = gradients
        return bound(
            maps.explain,
            trace,
            state,
            layer,
            key,
            model=model,
            gradients=known,
            states=self._states.states(trace),
        )

    def receive(self, explained: Explained, trace: Trace, state: ViewState) -> None:
        """Store what a job has returned; of old results, the last `MAX_RESULTS`."""
        self._keep_those_of(trace.setup)
        asked, self._asked = self._asked, None
        of_view = asked[1] if asked and asked[0] == explained.key else state
        self._results.pop(explained.key, None)
        self._results[explained.key] = of_view, explained.values
        for key in list(self._results)[:-MAX_RESULTS]:
            del self._results[key]
        self._states.keep(trace, explained.states)
        if explained.gradients is not None:
            target = shown_target(trace, state)
            self._gradients = (trace.setup, target, explained.gradients)

    def forget_question(self) -> None:
        """Allow a job that failed or was dropped to be submitted again."""
        self._asked = None

    def clear(self) -> None:
        """Forget all results: their document was closed."""
        self._results = {}
        self._setup = self._asked = self._gradients = None

    def _keep_those_of(self, setup: Setup) -> None:
        """Forget the results of other runs."""
        if self._setup is not setup:
            self._setup, self._results = setup, {}


def _key(trace: Trace, state: ViewState, layer: int) -> tuple[object, ...]:
    """Return everything that a method's values depend on."""
    method = MAPS[state.method]
    return (
        id(trace.setup),
        state.method,
        shown_query(trace, state.token) if method.is_per_query else None,
        *chosen_options(trace, state, layer),
    )
