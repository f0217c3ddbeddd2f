"""The one controller: wishes in, jobs out, results to the panes.

    user → `change`/`pin`/… → new ViewState in the history → `refresh`
    engine → `Work`, which drops what is out of date → `refresh`

`refresh` hands (trace, state) to the fillers, each of which pushes what differs to its
pane. A picture and its trace become the scene to return to when their run completes; a
failed open, load or run leaves the former scene as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, QTimer, Signal

from vitviz import jobs, settings
from vitviz.engine import Kind
from vitviz.errors import Cancelled, ExactnessError, ImageError, VitvizError
from vitviz.figures.captions import caption
from vitviz.figures.compose import figure_of_heat
from vitviz.figures.render import FigureOptions
from vitviz.figures.save import save
from vitviz.folders import Ahead
from vitviz.jobs import LayerArrived, RunDone
from vitviz.methods import METHODS
from vitviz.selection import HeadChoice
from vitviz.ui.animation import animation
from vitviz.ui.comparing import Comparing, Kept
from vitviz.ui.error_bar import sentence
from vitviz.ui.fillers.heads import HeadsFiller
from vitviz.ui.fillers.heat import HeatFiller, needs_columns
from vitviz.ui.fillers.matrix import MatrixFiller
from vitviz.ui.fillers.prediction import PredictionFiller
from vitviz.ui.fillers.rail import RailFiller
from vitviz.ui.fillers.tokens import TokensFiller
from vitviz.ui.fillers.trial import TrialFiller
from vitviz.ui.fillers.view import Filler, StillFiller, View
from vitviz.ui.saved_views import SavedViews
from vitviz.ui.untouched import Untouched
from vitviz.ui.work import Work
from vitviz.views.changes import Changes, active, listed
from vitviz.views.colour import Meaning
from vitviz.views.compare import linked_token
from vitviz.views.display import (
    FUSED_CHOICES,
    Heat,
    MapCell,
    shown_heads,
    shown_layer,
    shown_token,
)
from vitviz.views.session import ModelChoice, RunOptions, Session
from vitviz.views.state import MAX_OTHERS, Direction, History, Mode, ViewState

if TYPE_CHECKING:
    from vitviz.images import SourceImage
    from vitviz.models.adapter import Model
    from vitviz.tracing import Trace
    from vitviz.ui.panes import Panes

FRAME_MS = 16
"""Layers that arrive faster than this are shown together."""
SHOW_PROGRESS_AFTER_S = 1.0
OF_A_TRACE = tuple(Kind)[Kind.COLUMN : Kind.EXPORT]
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
    choice: ModelChoice = ModelChoice()
    """What `model` was asked for as."""
    changes: Changes = ()


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
        self.choice = ModelChoice()
        """What the model was asked for as."""
        self._asked = self.choice
        self.ahead = Ahead()
        """Pictures that are likely to be opened next."""
        self.saved_views = SavedViews(self)
        self._settled = Settled()
        self._is_restoring = False
        """Whether the query on screen is already that of the run to come."""
        self._untouched: Untouched | None = None
        self.work = work = Work(self)
        self._heat = HeatFiller(panes, work)
        self.comparing = Comparing(panes.compare, work)
        self.comparing.changed.connect(self._refresh_lines)
        self._rail = RailFiller(panes.rail, work)
        self._matrix = MatrixFiller(panes.matrix, work)
        self._tabs: dict[str, Filler] = {
            "matrix": self._matrix,
            "heads": HeadsFiller(panes.heads, work),
            "classes": PredictionFiller(panes.classes, work),
            "tokens": TokensFiller(panes.tokens, work),
            "trial": TrialFiller(panes.trial, work, lambda: self.heat),
            "views": StillFiller(work),
        }
        self._modes: dict[Mode, Filler] = {}
        self._fillers: tuple[Filler, ...] = (
            self._heat,
            self._rail,
            *self._tabs.values(),
        )
        work.on_result(Kind.PICTURE, self._on_picture)
        work.on_result(Kind.MODEL, self._on_model_loaded)
        work.on_part(Kind.RUN, self._on_layer)
        work.on_result(Kind.RUN, self._on_run_done)
        work.on_result(Kind.COLUMN, self._on_columns)
        work.on_result(Kind.EXPORT, self._on_exported)
        self._heat.arrived.connect(self.refresh)
        work.failed.connect(self._on_failed)
        work.advanced.connect(self._on_advanced)
        self._frame = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._frame.timeout.connect(self.refresh)
        self._patience = QTimer(
            self, singleShot=True, interval=round(1000 * SHOW_PROGRESS_AFTER_S)
        )
        self._patience.timeout.connect(self._offer_to_cancel)
        self.refresh()

    @property
    def state(self) -> ViewState:
        """What the user wants to see."""
        return self.history.present

    @property
    def heat(self) -> Heat | None:
        """What lies over the picture."""
        return self._heat.heat

    @property
    def strip(self) -> tuple[MapCell, ...] | None:
        """What the head strip shows."""
        return self._heat.strip

    @property
    def rail(self) -> dict[int, MapCell]:
        """What the layer rail shows, by layer."""
        return self._rail.cells

    @property
    def untouched(self) -> Trace | None:
        """What the model made of the picture before the Lab changed it."""
        kept, scene = self._untouched, self.scene
        if kept is None or not kept.is_of(scene.image, self.model, self.options):
            return None
        return kept.trace

    @property
    def previews_on_hover(self) -> bool:
        """Whether the patch under the pointer is previewed."""
        return self._heat.previews_on_hover

    @previews_on_hover.setter
    def previews_on_hover(self, on: bool) -> None:
        self._heat.previews_on_hover = on

    @property
    def is_running(self) -> bool:
        """Whether a model loads or a run goes on."""
        return self.work.is_awaited(Kind.RUN, Kind.MODEL)

    @property
    def has_jobs(self) -> bool:
        """Whether anything is still to come from the worker threads."""
        return self.work.has_jobs()

    def add_mode(self, mode: Mode, filler: Filler) -> None:
        """Have a mode's panel filled while it is on screen."""
        self._modes[mode] = filler
        self._fillers = (*self._fillers, filler)

    def attach(self, panes: Panes) -> None:
        """Fill other panes: the window was built anew, in another language.

        Scene, view, results and running jobs stay.
        """
        self.panes = panes
        image = self.scene.image
        panes.picture.setPicture(None if image is None else image.pixels)
        self._show_setup()
        for filler in self._fillers:
            filler.attach(panes)
        self.comparing.attach(panes.compare)
        self._say_what_runs()
        self.refresh()
        self.sceneChanged.emit()
        self.stateChanged.emit()

    def shutdown(self, patience_ms: int | None = None) -> bool:
        """Stop the worker threads; see `Work.shutdown`."""
        self._frame.stop()
        self._patience.stop()
        return self.work.shutdown(patience_ms)

    # -- what the user does --------------------------------------------------------

    def open_picture(self, source: str | Path | bytes, name: str | None = None) -> None:
        """Read a picture, show it, and run the model on it."""
        self.work.submit(Kind.PICTURE, jobs.read_picture(source, name, self.ahead))

    def choose_model(
        self, name: str, *, device: str = "auto", patch_size: int | None = None
    ) -> None:
        """Load a model and run it on the picture at hand."""
        self._asked = ModelChoice(name, patch_size)
        if self.choice.name and self.choice.name != name:  # it was another model's
            self.options = replace(self.options, preprocessing=None)
        asked = settings.get()
        job = jobs.load(
            name,
            device=device,
            patch_size=patch_size,
            dtype=asked.precision.value,
            threads=asked.threads,
        )
        self.work.submit(Kind.MODEL, job)
        self._say_what_runs()
        self.busyChanged.emit(True)

    def adopt(self, what: Trace | Model) -> None:
        """Show a trace that was made elsewhere, or use a model that is in memory."""
        if hasattr(what, "captures"):
            trace = cast("Trace", what)
            changed = replace(self.state, changes=listed(trace.interventions))
            self.history = self.history.push(changed, merge=True)
            self._show_scene(Scene(trace.setup.image, trace))
            self._settle()
        else:
            self.choice = ModelChoice()
            self._on_model(what)

    def restore(self, session: Session, *, device: str = "auto") -> None:
        """Bring a session's picture, model and view back."""
        self.options = session.options
        self.saved_views.set(session.views)
        self.go_to_state(session.state)
        self._is_restoring = True
        if session.model.name and session.model != self.choice:
            patch = session.model.patch_size
            self.choose_model(session.model.name, device=device, patch_size=patch)
            self.options = session.options
        if session.picture is not None:
            self.open_picture(session.picture)

    def choose_options(self, options: RunOptions) -> None:
        """Bring the picture to the model in another way."""
        if options != self.options:
            self.options = options
            self._start_run()

    def cancel(self) -> None:
        """Stop what runs; layers that have arrived stay."""
        self.work.cancel()

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

    def go_to_state(self, state: ViewState) -> None:
        """Show another view; undo comes back."""
        self._go_to(self.history.push(state))

    def undo(self) -> None:
        """The view before the last change."""
        self._go_to(self.history.undo())

    def redo(self) -> None:
        """The view after the change that was undone."""
        self._go_to(self.history.redo())

    def pin(self, token: int, *, beside: bool = False) -> None:
        """Choose a token, or another one beside it: at most four, the newest stay."""
        self.panes.errors.clear()
        if not beside:
            self.change(token=token)
            return
        others = tuple(one for one in self.state.others if one != token)
        if len(others) == len(self.state.others):
            others = (*others, token)[-MAX_OTHERS:]
        self.change(others=others)

    def keep(self) -> None:
        """Keep the view on screen to compare others with it."""
        self.comparing.keep(self._present())

    def swap(self) -> None:
        """Exchange the live view and the kept one."""
        kept, now = self.comparing.kept, self._present()
        if kept is None or now is None:
            return
        self.work.drop(Kind.RUN, Kind.MODEL, *OF_A_TRACE)
        self.model, self.choice, self.options = kept.model, kept.choice, kept.options
        self.history = self.history.push(kept.state)
        self.comparing.keep(now)
        self._show_scene(Scene(kept.image, kept.trace, kept.seconds))
        self._settle()
        self.stateChanged.emit()

    def pin_linked(self, token: int) -> None:
        """Pin what answers to a token of the kept view."""
        kept, trace = self.comparing.kept, self.scene.trace
        if kept is None or trace is None:
            return
        if not self.comparing.shows_difference:  # else it is the live view's grid
            token = linked_token(token, kept.trace.setup, trace.setup)
        self.pin(token)

    def _present(self) -> Kept | None:
        """The view on screen, complete."""
        scene = self.scene
        if scene.trace is None or not scene.trace.is_complete or self.is_running:
            return None
        return Kept(
            scene.image,
            scene.trace,
            scene.seconds,
            self.model,
            self.choice,
            self.options,
            self.state,
        )

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
        if trace is None or layer is None:
            return
        wanted = layer + step
        while wanted in trace.setup.windowed:
            wanted += step
        if 0 <= wanted < trace.num_layers:
            self.change(layer=wanted)

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
            job = jobs.export_numbers(
                trace, self.state, shown.layer, self.model, Path(path)
            )
            self.work.submit(Kind.EXPORT, job)
            return
        state = self.state
        if path.lower().endswith(".gif"):
            self.work.submit(
                Kind.EXPORT, animation(trace, state, self.model, Path(path))
            )
            return
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
        if token != self._heat.hovered:
            self._heat.hovered = token
            self._refresh_heat()

    def hover_cell(self, query: int, key: int) -> None:
        """Preview the query under the pointer in the matrix, and ring its key."""
        self.hover(query)
        self.panes.picture.setKey(key)
        if self.heat is not None:
            self._matrix.show_lines(self.heat, (query, key))

    def leave_matrix(self) -> None:
        """The pointer has left the matrix."""
        self.panes.picture.setKey(None)
        self.hover(None)
        if self.heat is not None:
            self._matrix.show_lines(self.heat)

    def refine_matrix(self, ranges: tuple[range, range]) -> None:
        """Compute the single cells of the part of the matrix that is in view."""
        if self.heat is not None:
            self._matrix.refine(*ranges)

    # -- jobs and their events -----------------------------------------------------

    def _start_run(self) -> None:
        image, model = self.scene.image, self.model
        if image is None or model is None:
            return
        self.work.drop(*OF_A_TRACE)
        changed, kept = active(self.state.changes), self._untouched
        if kept is not None and not kept.is_of(image, model, self.options):
            self._untouched = kept = None
        if not changed and kept is not None:
            self.work.drop(Kind.RUN)
            self._show_scene(Scene(image, kept.trace, kept.seconds))
            self._settle()
            return
        self.work.submit(Kind.RUN, jobs.run(model, image, self.options, changed))
        self._say_what_runs()
        self.panes.rail.setProgress(None)
        self._patience.start()
        self.busyChanged.emit(True)

    def _say_what_runs(self) -> None:
        status = self.panes.status
        if self.work.is_awaited(Kind.MODEL):
            name = self._asked.name
            status.setRunText(self.tr("Loading {name} …").format(name=name))
        elif self.work.is_awaited(Kind.RUN):
            status.setRunText(self.tr("Running …"))
        elif self.scene.image is None and self.model is not None:
            status.setRunText(self.model.info.name)
        elif self.scene.image is not None and self.model is None:
            self.modelNeeded.emit()

    def _offer_to_cancel(self) -> None:
        """What takes long can be cancelled, also before its first result is there."""
        rail = self.panes.rail
        is_busy = self.work.is_awaited(Kind.RUN, Kind.METHOD)
        if is_busy and rail.cancelButton().isHidden():
            rail.setProgress(self.tr("Running …"))

    def _on_advanced(self) -> None:
        """An event has been handled: what depends on what is still awaited."""
        if not self.work.is_awaited(Kind.RUN, Kind.METHOD):
            self.panes.rail.setProgress(None)
        if not self.is_running:
            self.busyChanged.emit(False)

    def _on_picture(self, image: SourceImage) -> None:
        self.work.drop(Kind.RUN, *OF_A_TRACE)
        self.panes.errors.clear()
        if image.notes:
            self.panes.status.setText(" ".join(map(sentence, image.notes)))
        self._show_scene(Scene(image))
        if self.model is not None:
            self._start_run()
        elif not self.work.is_awaited(Kind.MODEL):
            self.modelNeeded.emit()

    def _on_model_loaded(self, model: Model) -> None:
        self.choice = self._asked
        self._on_model(model)

    def _on_model(self, model: Model) -> None:
        self.model = model
        if not isinstance(self.panes.errors.error(), ImageError):
            self.panes.errors.clear()
        self.sceneChanged.emit()
        self._start_run()
        self._say_what_runs()

    def _on_layer(self, arrived: LayerArrived) -> None:
        shown = self.scene.trace
        if shown is None or shown.setup is not arrived.trace.setup:
            self._stay_in_place(arrived.trace)
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

    def _stay_in_place(self, trace: Trace) -> None:
        """Keep the query at its place on the picture when the grid is another."""
        former = self._settled.scene.trace
        if former is None or self._is_restoring:
            return
        here, there, state = former.setup, trace.setup, self.state
        if here.grid == there.grid or state.token >= former.num_tokens:
            return
        kept = (one for one in state.others if one < former.num_tokens)
        others = tuple(dict.fromkeys(linked_token(t, here, there) for t in kept))
        token = linked_token(state.token, here, there)
        self.change(token=token, others=others, merge=True)

    def _on_run_done(self, done: RunDone) -> None:
        self._frame.stop()
        self.scene = Scene(self.scene.image, done.trace, done.elapsed_s)
        if not done.trace.interventions:
            self.keep_untouched(done)
        self._settle()
        self.refresh()
        self.sceneChanged.emit()

    def keep_untouched(self, done: RunDone) -> None:
        """Keep a run without changes, of what is on screen, beside changed ones."""
        self._untouched = Untouched(
            self.scene.image, self.model, self.options, done.trace, done.elapsed_s
        )

    def _on_columns(self, _layer: int) -> None:
        self.refresh()

    def _on_failed(self, kind: Kind, error: VitvizError) -> None:
        if kind is Kind.METHOD:
            self._heat.forget_question()
            self.change(method="raw")
        if isinstance(error, Cancelled):
            self._on_cancelled(kind)
            return
        if kind is not Kind.STATES:  # the pane of tokens says it itself
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
        self._settled = Settled(
            self.scene, self.model, self.options, self.choice, self.state.changes
        )
        self._is_restoring = False

    def _go_back(self) -> None:
        """Show what was there before the run that failed."""
        if self._settled.scene.trace is not None:
            self.model, self.choice = self._settled.model, self._settled.choice
            self.options = self._settled.options
        former = replace(self.state, changes=self._settled.changes)
        self.history = self.history.push(former, merge=True)
        self._show_scene(self._settled.scene)
        self.stateChanged.emit()

    # -- what is on screen ---------------------------------------------------------

    def _go_to(self, history: History) -> None:
        if history is not self.history:
            former, self.history = self.history.present, history
            if active(history.present.changes) != active(former.changes):
                self._start_run()
            self.refresh()
            self.stateChanged.emit()

    def _show_scene(self, scene: Scene) -> None:
        """Show a picture, and its trace if there is one, in place of the former."""
        image_changed = scene.image is not self.scene.image
        self.scene = scene
        for filler in self._fillers:
            filler.clear()
        if image_changed:
            image = scene.image
            self.panes.picture.setPicture(None if image is None else image.pixels)
        self._show_setup()
        self.refresh()
        self.sceneChanged.emit()

    def _show_setup(self) -> None:
        """What the panes are told of a picture's run once, or that there is none."""
        panes, trace = self.panes, self.scene.trace
        if trace is None:
            panes.picture.setHeat(None)
            panes.picture.inset.setCells((), self.state.colormap)
            panes.picture.setPlacement(None, None)
            panes.strip.setCells(None)
            panes.bar.setLevels(None)
            panes.matrix.setMatrix(None, None)
            panes.rail.setCells(())
        else:
            setup = trace.setup
            panes.picture.setPlacement(setup.placement, setup.grid)
            panes.rail.setNumLayers(trace.num_layers)
            panes.rail.setWindowed(trace.setup.windowed)
            panes.controls.setTokens(setup.prefix_names)

    def refresh(self) -> None:
        """Hand everything on screen to the fillers, which push what differs."""
        trace, state = self.scene.trace, self.state
        self.panes.picture.setShowsGrid(state.show_grid)
        self._show_controls(trace)
        self.panes.side.setMode(state.mode)
        self.panes.tabs.setCurrent(state.tab)
        # the navigator shows this layer's heads too, and needs the room
        self.panes.strip.setVisible(self.panes.tabs.current() != "heads")
        if trace is None:
            return
        layer = shown_layer(trace, state)
        is_running = self.work.is_awaited(Kind.RUN)
        done = frozenset(i for i, c in enumerate(trace.captures) if c is not None)
        self.panes.rail.setCaptured(done)
        self.panes.rail.setRunning(is_running)
        self.panes.rail.setCurrent(layer)
        if layer is None:
            return
        view = View(trace, state, layer, self.model, is_running)
        if needs_columns(view):
            self.work.submit(Kind.COLUMN, jobs.columns(trace, layer))
            self.panes.status.setText(
                self.tr("Reading all rows of layer {n} …").format(n=layer)
            )
            return
        try:
            for filler in (self._heat, self._rail, self._side()):
                filler.refresh(view)
        except ExactnessError as error:
            self.panes.errors.showError(error)
            self.panes.picture.setHeat(None)
            return
        self._refresh_lines()

    def _side(self) -> Filler:
        """What fills the side panel, or its pane, on screen."""
        tab = self._tabs[self.panes.tabs.current()]
        return self._modes.get(self.panes.side.mode(), tab)

    def _refresh_heat(self) -> None:
        """What a hover changes."""
        self._heat.refresh_heat()
        self._refresh_lines()

    def _refresh_lines(self) -> None:
        if self._heat.levels is not None:
            self.panes.matrix.setLevels(self._heat.levels)
        if self.heat is not None:
            self._matrix.show_lines(self.heat)
        self._refresh_comparison()
        if self.work.is_awaited(Kind.METHOD) and not self._patience.isActive():
            self._patience.start()
        self._show_run_text()

    def _refresh_comparison(self) -> None:
        """The kept view beside the live one, and the scale they share."""
        comparing = self.comparing
        comparing.refresh(self.heat, self.scene.trace, self.state)
        shared = comparing.levels(self.heat)
        self._heat.show_levels(None if shared is None else shared[0])

    def _show_controls(self, trace: Trace | None) -> None:
        state, patch, special = self.state, None, -1
        if trace is not None:
            token = shown_token(trace, state.token)
            others = tuple(t for t in state.others if t < trace.num_tokens)
            cell = trace.setup.grid.cell(token)
            special = token if cell is None else -1
            patch = None if cell is None else f"({cell[0]}, {cell[1]})"
            is_row = state.direction is Direction.LOOKS_AT
            meaning = Meaning.QUERY if is_row else Meaning.KEY
            self.panes.picture.setPinned(token, others, meaning)
        self.panes.controls.setState(state, patch=patch, special=special)

    def _show_run_text(self) -> None:
        trace = self.scene.trace
        if trace is None or self.is_running:
            return
        info = trace.setup.model
        where = f"{info.name}, {info.device}"
        self.panes.status.setExactness(trace.max_error, self.scene.seconds, where)
