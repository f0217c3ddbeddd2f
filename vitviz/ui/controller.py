"""The one controller: wishes in, jobs out, results to the panes.

    user → `change`/`pin`/… → new ViewState in the history → `_refresh`
    engine → event with its token → dropped unless current → `_refresh`

`_refresh` resolves what is on screen from (trace, state) and pushes only what differs.
A picture and its trace become the scene to return to when their run completes; a
failed open, load or run leaves the former scene as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from vitviz import jobs
from vitviz.engine import Event, Failed, Finished, Job, Kind, Progressed, Started
from vitviz.errors import Cancelled, ExactnessError, VitvizError
from vitviz.figures.compose import caption, figure_of_heat
from vitviz.figures.render import FigureOptions
from vitviz.figures.save import save
from vitviz.jobs import (
    Explained,
    LayerArrived,
    MatrixPart,
    RailPart,
    Refined,
    RunDone,
    RunOptions,
)
from vitviz.methods import METHODS
from vitviz.selection import Bins, HeadChoice
from vitviz.ui.explaining import Explaining
from vitviz.ui.status_line import token_name
from vitviz.ui.worker import EngineThread
from vitviz.views.colour import Meaning, format_value
from vitviz.views.display import (
    FUSED_CHOICES,
    Heat,
    LayerMaps,
    MapCell,
    heat,
    maps_of,
    method_heat,
    rail_cell,
    shown_heads,
    shown_layer,
    shown_token,
    strip,
)
from vitviz.views.overlay import overlay_rgba, smoothed
from vitviz.views.state import Direction, History, ViewState

if TYPE_CHECKING:
    from vitviz.images import SourceImage
    from vitviz.models.adapter import Model
    from vitviz.tracing import Trace
    from vitviz.ui.panes import Panes

FRAME_MS = 16
"""Layers that arrive faster than this are shown together."""
RAIL_AT_ONCE = 12 * 400
"""Layers × tokens up to which the rail is computed with the click itself."""
MATRIX_BINS = 512
SMOOTH_FACTOR = 8
SHOW_PROGRESS_AFTER_S = 1.0
OF_A_TRACE = (Kind.COLUMN, Kind.METHOD, Kind.RAIL, Kind.MATRIX, Kind.REFINE)
"""What is computed from a trace, and is of no use for the next one."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture and what the model made of it."""

    image: SourceImage | None = None
    trace: Trace | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """What a failed open, load or run goes back to."""

    scene: Scene = Scene()
    model: Model | None = None
    options: RunOptions = RunOptions()


class Controller(QObject):
    """Lives in the main thread and owns both worker threads."""

    sceneChanged = Signal()
    """Picture, model or trace changed: titles and menus follow."""
    stateChanged = Signal()
    modelNeeded = Signal()
    """A picture is there and no model."""
    busyChanged = Signal(bool)

    def __init__(self, panes: Panes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.panes = panes
        self.history = History()
        self.scene = Scene()
        self.model: Model | None = None
        self.options = RunOptions()
        self.heat: Heat | None = None
        self.strip: tuple[MapCell, ...] | None = None
        self.rail: dict[int, MapCell] = {}
        self.previews_on_hover = True
        self._settled = Settled()
        self._hovered: int | None = None
        self._maps: LayerMaps | None = None
        self._tokens: dict[Kind, int] = {}
        self._matrix_key: tuple[object, ...] | None = None
        self._rail_key: tuple[object, ...] | None = None
        self._seconds_a_layer: float | None = None
        self._explaining = Explaining()
        self._was_shut_down = False
        self._reader = EngineThread("reader", self)
        self._engine = EngineThread("engine", self)
        self._handlers: dict[tuple[type[object], Kind], Callable[[Any], None]] = {
            (Finished, Kind.PICTURE): self._on_picture,
            (Finished, Kind.MODEL): self._on_model,
            (Progressed, Kind.RUN): self._on_layer,
            (Finished, Kind.RUN): self._on_run_done,
            (Progressed, Kind.RAIL): self._on_rail_part,
            (Finished, Kind.COLUMN): self._on_columns,
            (Finished, Kind.METHOD): self._on_explained,
            (Progressed, Kind.MATRIX): self._on_matrix_part,
            (Finished, Kind.REFINE): self._on_refined,
            (Finished, Kind.EXPORT): self._on_exported,
        }
        self._frame = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._frame.timeout.connect(self._refresh)
        self._patience = QTimer(
            self, singleShot=True, interval=round(1000 * SHOW_PROGRESS_AFTER_S)
        )
        self._patience.timeout.connect(self._offer_to_cancel)
        for thread in (self._reader, self._engine):
            thread.happened.connect(self._on_event)
            thread.start()
        self._refresh()

    @property
    def state(self) -> ViewState:
        """What the user wants to see."""
        return self.history.present

    @property
    def is_running(self) -> bool:
        """Whether a model loads or a run goes on."""
        return Kind.RUN in self._tokens or Kind.MODEL in self._tokens

    @property
    def has_jobs(self) -> bool:
        """Whether anything is still to come from the worker threads."""
        return bool(self._tokens)

    def shutdown(self, patience_ms: int | None = None) -> bool:
        """Stop both threads and wait; returns whether they have ended.

        patience_ms : how long to wait for what cannot be cancelled, such as a block
            or the import of a library; None waits for its end. A file that is being
            written is always waited for.
        """
        self._frame.stop()
        self._patience.stop()
        if Kind.EXPORT in self._tokens:
            patience_ms = None
        elif self._was_shut_down and patience_ms is not None:
            patience_ms = 0  # it has been waited for once
        self._was_shut_down = True
        self._tokens.clear()
        threads = (self._reader, self._engine)
        for thread in threads:
            thread.engine.stop()
        have_ended = [thread.finish(patience_ms) for thread in threads]
        return all(have_ended)

    # -- what the user does --------------------------------------------------------

    def open_picture(self, source: str | Path | bytes, name: str | None = None) -> None:
        """Read a picture, show it, and run the model on it."""
        self._submit(Kind.PICTURE, jobs.read_picture(source, name))

    def choose_model(
        self, name: str, *, device: str = "auto", patch_size: int | None = None
    ) -> None:
        """Load a model and run it on the picture at hand."""
        self._submit(Kind.MODEL, jobs.load(name, device=device, patch_size=patch_size))
        self.panes.status.setRunText(self.tr("Loading {name} …").format(name=name))
        self.busyChanged.emit(True)

    def adopt(self, what: Trace | Model) -> None:
        """Show a trace that was made elsewhere, or use a model that is in memory."""
        if hasattr(what, "captures"):
            trace = cast("Trace", what)
            self._show_scene(Scene(trace.setup.image, trace))
            self._settle()
        else:
            self._on_model(what)

    def choose_options(self, options: RunOptions) -> None:
        """Bring the picture to the model in another way."""
        if options != self.options:
            self.options = options
            self._start_run()

    def cancel(self) -> None:
        """Stop what runs; layers that have arrived stay."""
        self._engine.engine.cancel(*Kind)

    def change(self, *, merge: bool = False, **changes: Any) -> None:  # noqa: ANN401
        """Set fields of the ViewState; `merge` without a step of undo.

        Who asks for a layer or head that the method on screen does not look at asks
        for attention again.
        """
        method = METHODS[self.state.method]
        is_elsewhere = ("layer" in changes and "layer" not in method.options) or (
            "heads" in changes and "head" not in method.options
        )
        if is_elsewhere:
            changes.setdefault("method", "raw")
        self._go_to(self.history.push(replace(self.state, **changes), merge=merge))

    def undo(self) -> None:
        """The view before the last change."""
        self._go_to(self.history.undo())

    def redo(self) -> None:
        """The view after the change that was undone."""
        self._go_to(self.history.redo())

    def pin(self, token: int, *, second: bool = False) -> None:
        """Choose a token, or a second one beside it."""
        self.panes.errors.clear()
        if second:
            same = token == self.state.second_token
            self.change(second_token=None if same else token)
        else:
            self.change(token=token)

    def move_query(self, rows: int, cols: int) -> None:
        """Move the pinned patch; from a special token, to the middle of the grid."""
        trace = self.scene.trace
        if trace is None:
            return
        grid = trace.setup.grid
        cell = grid.cell(shown_token(trace, self.state.token))
        if cell is None:
            cell = (grid.rows // 2, grid.cols // 2)
        else:
            row = min(max(cell[0] + rows, 0), grid.rows - 1)
            col = min(max(cell[1] + cols, 0), grid.cols - 1)
            cell = (row, col)
        self.pin(grid.token(*cell))

    def cycle_special(self) -> None:
        """The next special token, beginning with the first."""
        trace = self.scene.trace
        if trace is None or not trace.num_prefix_tokens:
            return
        token = shown_token(trace, self.state.token)
        is_special = token < trace.num_prefix_tokens
        self.pin((token + 1) % trace.num_prefix_tokens if is_special else 0)

    def step_layer(self, step: int) -> None:
        """The layer `step` further, within the model's."""
        trace = self.scene.trace
        layer = None if trace is None else shown_layer(trace, self.state)
        if trace is not None and layer is not None:
            self.change(layer=min(max(layer + step, 0), trace.num_layers - 1))

    def step_head(self, step: int) -> None:
        """The next cell of the head strip: mean, max, min, then the heads."""
        trace = self.scene.trace
        if trace is None or not trace.num_heads:
            return
        cells = [*FUSED_CHOICES, *(HeadChoice((h,)) for h in range(trace.num_heads))]
        now = shown_heads(trace, self.state.heads)
        index = cells.index(now) if now in cells else 0
        self.change(heads=cells[min(max(index + step, 0), len(cells) - 1)])

    def export(self, path: str) -> None:
        """Write what is on screen: a figure now, numbers by the engine."""
        trace, shown = self.scene.trace, self.heat
        if trace is None or shown is None:
            return
        if path.lower().endswith((".npz", ".csv")):
            job = jobs.export_numbers(trace, shown.token, Path(path))
            self._submit(Kind.EXPORT, job)
            return
        state = self.state
        options = FigureOptions(
            style=state.style,
            colormap=state.colormap,
            opacity=state.opacity,
            prefix_names=trace.setup.prefix_names,
            caption=caption(shown, trace.setup, state.scale),
        )
        try:
            save(Path(path), figure_of_heat(shown, trace.setup, options))
        except VitvizError as error:
            self.panes.errors.showError(error)
        else:
            self._on_exported(Path(path))

    def _on_exported(self, path: Path) -> None:
        self.panes.errors.clear()
        self.panes.status.setText(self.tr("Saved {name}").format(name=path.name))

    def hover(self, token: int | None) -> None:
        """Preview a patch; None ends it."""
        if token != self._hovered:
            self._hovered = token
            self._refresh_heat()

    def hover_cell(self, query: int, key: int) -> None:
        """Preview the query under the pointer in the matrix, and ring its key."""
        self.hover(query)
        self.panes.picture.setKey(key)
        if self.heat is not None:
            self._show_matrix_lines(self.heat, (query, key))

    def leave_matrix(self) -> None:
        """The pointer has left the matrix."""
        self.panes.picture.setKey(None)
        self.hover(None)
        if self.heat is not None:
            self._show_matrix_lines(self.heat, None)

    def refine_matrix(self, ranges: tuple[range, range]) -> None:
        """Compute the single cells of the part of the matrix that is in view."""
        trace, shown = self.scene.trace, self.heat
        if trace is None or shown is None:
            return
        rows, cols = ranges
        job = jobs.refine(trace, shown.layer, shown.heads, rows, cols)
        self._submit(Kind.REFINE, job)

    # -- jobs and their events -----------------------------------------------------

    def _submit(self, kind: Kind, job: Job) -> None:
        thread = self._reader if kind is Kind.PICTURE else self._engine
        self._tokens[kind] = thread.engine.submit(kind, job)

    def _drop(self, *kinds: Kind) -> None:
        self._engine.engine.cancel(*kinds)
        for kind in kinds:
            self._tokens.pop(kind, None)

    def _start_run(self) -> None:
        image, model = self.scene.image, self.model
        if image is None or model is None:
            return
        self._drop(*OF_A_TRACE)
        self._submit(Kind.RUN, jobs.run(model, image, self.options))
        self.panes.status.setRunText(self.tr("Running …"))
        self.panes.rail.setProgress(None)
        self._patience.start()
        self.busyChanged.emit(True)

    def _offer_to_cancel(self) -> None:
        """What takes long can be cancelled, also before its first result is there."""
        rail = self.panes.rail
        is_busy = Kind.RUN in self._tokens or Kind.METHOD in self._tokens
        if is_busy and rail.cancelButton().isHidden():
            rail.setProgress(self.tr("Running …"))

    def _on_event(self, event: Event) -> None:
        """Receive an event in the main thread; old tokens are dropped here."""
        if self._tokens.get(event.kind) != event.token or isinstance(event, Started):
            return
        if isinstance(event, Finished | Failed):
            del self._tokens[event.kind]
        if isinstance(event, Failed):
            self._on_failed(event.kind, event.error)
        else:
            handler = self._handlers.get((type(event), event.kind))
            if handler is not None:
                handler(event.value)
        if not self.is_running:
            self.busyChanged.emit(False)

    def _on_picture(self, image: SourceImage) -> None:
        self._drop(Kind.RUN, *OF_A_TRACE)
        self.panes.errors.clear()
        if image.notes:
            self.panes.status.setText(" ".join(image.notes))
        self._show_scene(Scene(image))
        if self.model is not None:
            self._start_run()
        elif Kind.MODEL not in self._tokens:
            self.modelNeeded.emit()

    def _on_model(self, model: Model) -> None:
        self.model = model
        self.panes.errors.clear()
        self._seconds_a_layer = None
        self.sceneChanged.emit()
        if self.scene.image is not None:
            self._start_run()
        else:
            self.panes.status.setRunText(model.info.name)

    def _on_layer(self, arrived: LayerArrived) -> None:
        shown = self.scene.trace
        if shown is None or shown.setup is not arrived.trace.setup:
            self._show_scene(Scene(self.scene.image, arrived.trace))
        self.scene = replace(self.scene, trace=arrived.trace)
        done = arrived.layer + 1
        total = arrived.trace.num_layers
        left = arrived.elapsed_s / done * (total - done)
        if arrived.elapsed_s + left > SHOW_PROGRESS_AFTER_S and left > 0:
            text = self.tr("{n} s left").format(n=f"{left:.0f}" if left >= 1 else "<1")
            self.panes.rail.setProgress(text)
        if not self._frame.isActive():
            self._frame.start()

    def _on_run_done(self, done: RunDone) -> None:
        self._frame.stop()
        self.scene = Scene(self.scene.image, done.trace, done.elapsed_s)
        self._settle()
        self.panes.rail.setProgress(None)
        self._refresh()
        self.sceneChanged.emit()

    def _on_rail_part(self, part: RailPart) -> None:
        self.rail[part.layer] = part.cell
        self.panes.rail.setCell(part.layer, part.cell)

    def _on_columns(self, _layer: int) -> None:
        self._refresh()

    def _on_explained(self, explained: Explained) -> None:
        self._explaining.receive(explained, self.scene.trace)
        self.panes.rail.setProgress(None)
        self._refresh_heat()

    def _on_matrix_part(self, part: MatrixPart) -> None:
        matrix = self.panes.matrix
        if part.first == 0:
            blank = np.zeros((part.bins.num_bins,) * 2, np.float32)
            whole = part.values if part.is_preview else blank
            is_new = part.is_preview or part.bins.block == 1
            if is_new:
                matrix.setMatrix(whole, part.bins)
        if not part.is_preview:
            matrix.setRows(part.first, part.values)
        matrix.setBusy(part.is_preview)

    def _on_refined(self, refined: Refined) -> None:
        self.panes.matrix.setRefined(refined.values, refined.rows, refined.cols)

    def _on_failed(self, kind: Kind, error: VitvizError) -> None:
        self.panes.rail.setProgress(None)
        if kind is Kind.METHOD:
            self._explaining.forget_question()
            self.change(method="raw")
        if isinstance(error, Cancelled):
            self._on_cancelled(kind)
            return
        self.panes.errors.showError(error)
        if kind is Kind.RUN:
            self._go_back()
        self._show_run_text()

    def _on_cancelled(self, kind: Kind) -> None:
        trace = self.scene.trace
        if kind is Kind.RUN and (trace is None or not any(trace.captures)):
            self._go_back()
        self.panes.status.setRunText(self.tr("Cancelled"))

    def _settle(self) -> None:
        """What is shown now is what a failure goes back to."""
        self._settled = Settled(self.scene, self.model, self.options)

    def _go_back(self) -> None:
        """Show what was there before the run that failed."""
        if self._settled.scene.trace is not None:
            self.model, self.options = self._settled.model, self._settled.options
        self._show_scene(self._settled.scene)

    # -- what is on screen ---------------------------------------------------------

    def _go_to(self, history: History) -> None:
        if history is not self.history:
            self.history = history
            self._refresh()
            self.stateChanged.emit()

    def _show_scene(self, scene: Scene) -> None:
        """Show a picture, and its trace if there is one, in place of the former."""
        image_changed = scene.image is not self.scene.image
        self.scene = scene
        self.heat, self.strip, self.rail = None, None, {}
        self._maps = self._matrix_key = self._rail_key = None
        self._hovered = None
        self._explaining.clear()
        panes = self.panes
        if image_changed:
            panes.picture.setPicture(
                None if scene.image is None else scene.image.pixels
            )
        if scene.trace is None:
            panes.picture.setHeat(None)
            panes.picture.inset.setCell(None, self.state.colormap)
            panes.picture.setPlacement(None, None)
            panes.strip.setCells(None)
            panes.bar.setLevels(None)
            panes.matrix.setMatrix(None, None)
            panes.rail.setCells(())
        else:
            setup = scene.trace.setup
            panes.picture.setPlacement(setup.placement, setup.grid)
            panes.rail.setNumLayers(scene.trace.num_layers)
            panes.controls.setTokens(setup.prefix_names)
        self._refresh()
        self.sceneChanged.emit()

    def _refresh(self) -> None:
        """Resolve everything from (trace, state) and push what differs."""
        trace, state = self.scene.trace, self.state
        self.panes.picture.setShowsGrid(state.show_grid)
        if trace is None:
            self._show_controls(None)
            return
        layer = shown_layer(trace, state)
        done = frozenset(i for i, c in enumerate(trace.captures) if c is not None)
        self.panes.rail.setCaptured(done)
        self.panes.rail.setRunning(Kind.RUN in self._tokens)
        self.panes.rail.setCurrent(layer)
        self._show_controls(trace)
        if layer is None:
            return
        if self._needs_columns(layer):
            self._submit(Kind.COLUMN, jobs.columns(trace, layer))
            self.panes.status.setText(
                self.tr("Reading all rows of layer {n} …").format(n=layer)
            )
            return
        try:
            self._maps = maps_of(trace, state, layer)
        except ExactnessError as error:
            self.panes.errors.showError(error)
            self.panes.picture.setHeat(None)
            return
        self.strip = strip(trace, state, self._maps)
        self.panes.strip.setColormap(state.colormap)
        self.panes.strip.setNumHeads(trace.num_heads)
        self.panes.strip.setCells(self.strip)
        self.panes.strip.setChoice(shown_heads(trace, state.heads))
        self._refresh_heat()
        self._refresh_second(trace, layer)
        self._refresh_rail(trace, done)
        self._refresh_matrix(trace, layer)

    def _refresh_heat(self) -> None:
        """What a hover changes: heat map, colour bar, status line."""
        trace, state, maps = self.scene.trace, self.state, self._maps
        if trace is None or maps is None:
            return
        hovered = self._hovered
        is_raw = state.method == "raw" or Kind.RUN in self._tokens
        is_preview = self.previews_on_hover and hovered is not None and is_raw
        if is_preview and not self._needs_columns(maps.layer):
            maps = maps_of(trace, state, maps.layer, token=hovered)
        raw = heat(trace, state, maps)
        self.panes.matrix.setLevels(raw.levels)
        shown = raw if is_raw else self._method_heat(trace, maps.layer)
        self.heat = shown
        if shown is None:
            self.panes.picture.setHeat(None)
            self.panes.bar.setLevels(None)
            return
        patches = smoothed(shown.patches, SMOOTH_FACTOR) if state.smooth else None
        self.panes.picture.setHeat(
            overlay_rgba(
                shown.patches if patches is None else patches,
                shown.levels,
                state.style,
                state.colormap,
                state.opacity,
            )
        )
        bar = self.panes.bar
        bar.setColormap(state.colormap)
        bar.setStyleKind(state.style)
        bar.setLevels(shown.levels)
        bar.setUniform(shown.uniform)
        bar.setClipped(shown.num_clipped)
        setup = trace.setup
        self.panes.status.setHeat(
            shown,
            setup.grid,
            setup.prefix_names,
            hovered=None if is_preview else hovered,
        )
        self._show_matrix_lines(shown, None)
        self._show_run_text()

    def _method_heat(self, trace: Trace, layer: int) -> Heat | None:
        """The map of the chosen method, or None while the engine computes it."""
        values = self._explaining.values(trace, self.state, layer)
        if values is not None:
            return method_heat(trace, self.state, values)
        if Kind.RUN not in self._tokens:
            job = self._explaining.job(trace, self.state, layer, self.model)
            if job is not None:
                self._submit(Kind.METHOD, job)
                self._patience.start()
        title = self.panes.controls.method.title(self.state.method)
        self.panes.status.setText(self.tr("Computing {name} …").format(name=title))
        return None

    def _refresh_second(self, trace: Trace, layer: int) -> None:
        """The small map of the second query."""
        inset, state = self.panes.picture.inset, self.state
        token = state.second_token
        if token is None or token >= trace.num_tokens:
            inset.setCell(None, state.colormap)
            return
        cell = rail_cell(trace, state, maps_of(trace, state, layer, token=token))
        setup = trace.setup
        name = token_name(token, setup.grid, setup.prefix_names)
        ratio = format_value(cell.peak_ratio)
        label = self.tr("{name} · {ratio}×").format(name=name, ratio=ratio)
        inset.setCell(replace(cell, label=label), state.colormap)

    def _show_matrix_lines(self, shown: Heat, cell: tuple[int, int] | None) -> None:
        """Cross-hair: the cell under the pointer, or the line of the shown token."""
        is_row = shown.direction is Direction.LOOKS_AT
        pinned = (shown.token, None) if is_row else (None, shown.token)
        query, key = cell if cell is not None else pinned
        self.panes.matrix.setQuery(query)
        self.panes.matrix.setKey(key)

    def _refresh_rail(self, trace: Trace, done: frozenset[int]) -> None:
        """Maps of all layers: with the click when cheap, else by the engine."""
        state = self.state
        key = (id(trace.setup), *_rail_fields(trace, state))
        if key != self._rail_key:
            self._rail_key = key
            self.rail = {}
            self._drop(Kind.RAIL)
        missing = tuple(
            layer
            for layer in sorted(done - self.rail.keys())
            if (capture := trace.captures[layer]) is not None and capture.is_exact
        )
        self.panes.rail.setColormap(state.colormap)
        if not missing:
            return
        rows_only = state.direction is Direction.LOOKS_AT
        is_cheap = len(missing) * trace.num_tokens <= RAIL_AT_ONCE
        if rows_only and (is_cheap or Kind.RUN in self._tokens):
            for layer in missing:
                cell = rail_cell(trace, state, maps_of(trace, state, layer))
                self._on_rail_part(RailPart(layer, cell))
        elif Kind.RUN not in self._tokens:
            self._submit(Kind.RAIL, jobs.rail(trace, state, missing))

    def _refresh_matrix(self, trace: Trace, layer: int) -> None:
        """The pooled matrix of the chosen heads, by the engine."""
        heads = shown_heads(trace, self.state.heads)
        matrix = self.panes.matrix
        matrix.setColormap(self.state.colormap)
        key = (id(trace.setup), layer, heads)
        if key == self._matrix_key or Kind.RUN in self._tokens:
            return
        self._matrix_key = key
        prefix, total = trace.num_prefix_tokens, trace.num_tokens
        bins = Bins.fitting(total, prefix, MATRIX_BINS)
        matrix.setBusy(True)
        self._drop(Kind.REFINE)
        self._submit(Kind.MATRIX, jobs.matrix(trace, layer, heads, bins))

    def _needs_columns(self, layer: int) -> bool:
        trace = self.scene.trace
        assert trace is not None
        is_column = self.state.direction is Direction.LOOKED_AT_BY
        return is_column and not trace.has_normalisers(layer)

    def _show_controls(self, trace: Trace | None) -> None:
        state, patch, special = self.state, None, -1
        second = None
        if trace is not None:
            token = shown_token(trace, state.token)
            second = state.second_token
            if second is not None and second >= trace.num_tokens:
                second = None
            cell = trace.setup.grid.cell(token)
            special = token if cell is None else -1
            patch = None if cell is None else f"({cell[0]}, {cell[1]})"
            is_row = state.direction is Direction.LOOKS_AT
            meaning = Meaning.QUERY if is_row else Meaning.KEY
            self.panes.picture.setPinned(token, second, meaning)
        self.panes.controls.setState(state, patch=patch, special=special)

    def _show_run_text(self) -> None:
        trace = self.scene.trace
        if trace is None or self.is_running:
            return
        info = trace.setup.model
        where = f"{info.name}, {info.device}"
        self.panes.status.setExactness(trace.max_error, self.scene.seconds, where)


def _rail_fields(trace: Trace, state: ViewState) -> tuple[object, ...]:
    """What the rail's maps depend on."""
    return (
        shown_token(trace, state.token),
        shown_heads(trace, state.heads),
        state.direction,
        state.log,
        state.clip_percent,
        state.renormalise,
    )
