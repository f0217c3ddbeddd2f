"""Controller of the window: holds the view state, submits jobs, updates the panes.

    user → `change`/`pin`/… → new ViewState in the history → `Screen.refresh`
    picture, model, interventions → `Runs` → a document → `Screen`
    engine → `Workers`, which drops outdated events → `Runs` and the pane controllers

`Steps` moves the view to the next patch, special token, layer or head.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, Signal

from vitviz.domain.geometry import POOL
from vitviz.domain.heads import strip_choices
from vitviz.domain.interventions import list_interventions, merge_active
from vitviz.domain.methods import MAPS
from vitviz.jobs.queue import JobKind
from vitviz.ui.base.document import Document
from vitviz.ui.base.threads import Workers
from vitviz.ui.compare import ComparedView, Comparison
from vitviz.ui.files.export import ExportDialog
from vitviz.ui.files.saved_views import SavedViews
from vitviz.ui.files.write_queue import LeftoverSweeper, WriteQueue
from vitviz.ui.window.progress import RunProgress
from vitviz.ui.window.runs import Runs
from vitviz.ui.window.screen import Screen
from vitviz.views.compare import linked_token
from vitviz.views.display import Display, Heat, shown_heads, shown_layer, shown_query
from vitviz.views.session import ModelChoice, RunOptions, Session
from vitviz.views.view_state import MAX_OTHERS, Direction, History, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.jobs.runs import RunDone
    from vitviz.models.model import Model
    from vitviz.pictures.folder import PictureCache
    from vitviz.ui.window.layout import Panes


class Controller(QObject):
    """What the window shows and runs; in the main thread, with the worker threads."""

    # Picture, model or trace changed: titles and menus follow.
    documentChanged = Signal()
    stateChanged = Signal()
    # There is a picture and no model.
    modelNeeded = Signal()

    def __init__(self, panes: Panes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.panes = panes
        self.history = History()
        self.document = Document()
        self.saved_views = SavedViews(self)
        self.workers = Workers(self)
        self.sweeper = LeftoverSweeper(self.workers)
        self.comparison = Comparison(panes.compare, panes.picture, self.workers)
        self.write_queue = WriteQueue(self.workers, self.sweeper)
        self.progress = RunProgress(
            self, panes.rail, panes.status, self.workers, self.write_queue
        )
        self.runs = Runs(self, panes.errors, self.workers, self.progress)
        self.screen = Screen(self, panes, self.workers, self.comparison, self.progress)
        self.steps = Steps(self)
        self.export_dialog = ExportDialog(self)
        self._join()
        self.refresh()

    def _join(self) -> None:
        """Connect the signals of the parts with those of the controller."""
        self.documentChanged.connect(self.screen.show_sizes)
        self.runs.documentChanged.connect(self.documentChanged)
        self.runs.stateChanged.connect(self.stateChanged)
        self.runs.modelNeeded.connect(self.modelNeeded)
        self.progress.modelNeeded.connect(self.modelNeeded)

    @property
    def state(self) -> ViewState:
        """What the user wants to see."""
        return self.history.present

    @property
    def model(self) -> Model | None:
        """The model that pictures are run through."""
        return self.runs.model

    @property
    def options(self) -> RunOptions:
        """How a picture is brought to the model."""
        return self.runs.options

    @property
    def choice(self) -> ModelChoice:
        """How the model was asked for."""
        return self.runs.choice

    @property
    def asked(self) -> ModelChoice:
        """How the model that is being loaded was asked for."""
        return self.runs.asked

    @property
    def picture_cache(self) -> PictureCache:
        """Pictures that are likely to be opened next."""
        return self.runs.picture_cache

    @property
    def heat(self) -> Heat | None:
        """The map over the picture."""
        return self.screen.heat

    @property
    def display(self) -> Display | None:
        """Everything on screen for the pinned token."""
        return self.screen.display

    def method_heats(self, trace: Trace) -> list[Heat]:
        """Return the maps of methods that were computed of a run."""
        return self.screen.method_heats(trace)

    @property
    def untouched(self) -> Trace | None:
        """The trace of the baseline run, without the Lab's changes."""
        return self.runs.untouched

    @property
    def is_loading(self) -> bool:
        """Whether a model is being loaded, or will be once the window is there."""
        return self.runs.is_loading

    @property
    def is_running(self) -> bool:
        """Whether a model is being loaded or run."""
        return self.workers.is_awaited(JobKind.RUN, JobKind.MODEL)

    @property
    def has_jobs(self) -> bool:
        """Whether the worker threads have jobs."""
        return self.workers.has_jobs()

    def attach(self, panes: Panes) -> None:
        """Use other panes: the window was built anew, in another language.

        Document, view, results and running jobs stay.
        """
        self.panes = panes
        self.progress.attach(panes.rail, panes.status)
        self.runs.attach(panes.errors)
        self.screen.attach(panes)
        self.comparison.attach(panes.compare, panes.picture)
        self.progress.say()
        self.refresh()
        self.documentChanged.emit()
        self.stateChanged.emit()

    def shutdown(self, patience_ms: int | None = None) -> bool:
        """Stop the worker threads; see `Workers.shutdown`."""
        self.runs.stop()
        have_ended = self.workers.shutdown(patience_ms)
        self.sweeper.end()
        return have_ended

    # -- picture, model, run -------------------------------------------------------

    def open_picture(self, source: str | Path | bytes, name: str | None = None) -> None:
        """Read a picture, show it, and run the model on it."""
        self.runs.read_picture(source, name)

    def choose_model(
        self, name: str, *, device: str = "auto", patch_size: int | None = None
    ) -> None:
        """Load a model and run it on the current picture.

        name : "" for the embedded model that suits this machine.
        """
        self.runs.load(name, device, patch_size)

    def adopt(self, what: Trace | Model) -> None:
        """Show a trace that was made elsewhere, or use a model that is in memory."""
        if hasattr(what, "captures"):
            trace = cast("Trace", what)
            changed = replace(
                self.state, changes=list_interventions(trace.interventions)
            )
            self.put(changed, merge=True)
            self.runs.settle_on(Document(trace.setup.picture, trace))
        else:
            self.runs.adopt(what)

    def keep_untouched(self, done: RunDone) -> None:
        """Store a run without changes as the baseline of changed ones."""
        self.runs.keep_untouched(done)

    def restore(self, session: Session, *, device: str = "auto") -> None:
        """Restore a session's picture, model and view."""
        self.runs.propose(session.options)
        self.saved_views.set(session.views)
        self.go_to_state(session.state)
        self.runs.restore(session, device)

    def choose_options(self, options: RunOptions) -> None:
        """Run the model with other options for its input."""
        self.runs.choose_options(options)

    def cancel(self) -> None:
        """Cancel all jobs and files that wait; layers that have arrived stay."""
        self.write_queue.forget()
        self.runs.cancel_load()
        self.workers.cancel()

    def escape(self) -> None:
        """Cancel what is under way; with nothing under way, show attention again."""
        if self.has_jobs or self.state.method == "raw":
            self.cancel()
        else:
            self.change(method="raw")

    def show_document(self, document: Document) -> None:
        """Show a picture, and its trace if there is one, in place of the one before."""
        is_other_picture = document.image is not self.document.image
        self.document = document
        self.screen.begin(is_other_picture=is_other_picture)
        self.documentChanged.emit()

    def refresh(self) -> None:
        """Bring everything on screen up to date with document and view state."""
        self.screen.refresh()

    # -- the view ------------------------------------------------------------------

    def change(self, *, merge: bool = False, **changes: Any) -> None:  # noqa: ANN401
        """Set fields of the ViewState; `merge` without a step of undo.

        A layer or head that the method on screen does not look at brings raw attention
        back.
        """
        if self._is_without(changes):
            return
        method = MAPS[self.state.method]
        is_elsewhere = ("layer" in changes and "layer" not in method.options) or (
            "heads" in changes and "head" not in method.options
        )
        if is_elsewhere:
            changes.setdefault("method", "raw")
        self._go_to(self.history.push(replace(self.state, **changes), merge=merge))

    def go_to_state(self, state: ViewState) -> None:
        """Show another view; undo returns to this one."""
        self._go_to(self.history.push(state))

    def put(self, state: ViewState, *, merge: bool = False) -> None:
        """Set the view of the document shown next; nothing is refreshed until then."""
        self.history = self.history.push(state, merge=merge)

    def undo(self) -> None:
        """Show the view before the last change."""
        self._go_to(self.history.undo())

    def redo(self) -> None:
        """Show the view after the change that was undone."""
        self._go_to(self.history.redo())

    def pin(self, token: int, beside: bool = False) -> None:
        """Pin a token, or one beside it, of which the newest `MAX_OTHERS` stay."""
        self.panes.errors.settle(JobKind.MODEL)  # who clicks on has read it
        self.panes.errors.clear()
        if self._is_dropped(token):
            return
        if token == POOL:
            self.change(token=POOL, direction=Direction.LOOKS_AT)
            return
        if not beside:
            self.change(token=token)
            return
        others = tuple(one for one in self.state.others if one != token)
        if len(others) == len(self.state.others):
            others = (*others, token)[-MAX_OTHERS:]
        self.change(others=others)

    def choose_beside(self, index: int, unpin: bool) -> None:
        """Exchange the query and one that is pinned beside it, or unpin that one.

        index : of its small map.
        """
        display = self.screen.display
        if display is None or index >= len(display.beside):
            return
        chosen, now = display.beside[index][0], self.state.token
        if unpin:
            self.pin(chosen, beside=True)
            return
        others = tuple(now if one == chosen else one for one in self.state.others)
        # the pool has no row of its own that could stand beside
        others = tuple(one for one in others if one not in (POOL, chosen))
        self.change(token=chosen, others=others)

    def keep(self) -> None:
        """Keep the view on screen, to compare others with it."""
        self.comparison.keep(self._present())

    def swap(self) -> None:
        """Exchange the live view and the compared one."""
        kept, now = self.comparison.kept, self._present()
        if kept is None or now is None:
            return
        self.runs.take(kept.model, kept.choice, kept.options)
        self.put(kept.state)
        self.comparison.keep(now)
        self.runs.settle_on(Document(kept.image, kept.trace, kept.seconds))
        self.stateChanged.emit()

    def pin_linked(self, token: int) -> None:
        """Pin the token that corresponds to a token of the compared view."""
        kept, trace = self.comparison.kept, self.document.trace
        if kept is None or trace is None:
            return
        if not self.comparison.shows_difference:  # which is on the live view's grid
            token = linked_token(token, kept.trace.setup, trace.setup)
        self.pin(token)

    def _is_dropped(self, token: int) -> bool:
        """Return whether the run goes on without this patch, with a message."""
        trace = self.document.trace
        if trace is None or token not in trace.dropped:
            return False
        cell = trace.setup.grid.cell(token)
        assert cell is not None
        text = self.tr(
            "The Lab has dropped patch ({row}, {col}): it is no token of this run, and "
            "looks nowhere."
        )
        self.panes.errors.showMessage(text.format(row=cell[0], col=cell[1]))
        return True

    def _is_without(self, changes: dict[str, Any]) -> bool:
        """Return whether a pooling head's query lacks what is asked, with a message."""
        trace = self.document.trace
        token = changes.get("token", self.state.token)
        if trace is None or shown_query(trace, token) != POOL:
            return False
        last = trace.num_layers - 1
        text = ""
        if changes.get("layer", last) not in (-1, last):
            text = self.tr(
                "The pooling head reads the last layer only. Choose a patch or a "
                "special token to see the others."
            )
        elif changes.get("direction") is Direction.LOOKED_AT_BY:
            text = self.tr(
                "Nothing looks at the query of a pooling head: it is no token."
            )
        if text:
            self.panes.errors.showMessage(text)
            self.refresh()
        return bool(text)

    def _present(self) -> ComparedView | None:
        """Return the view on screen, or None where its run is not complete."""
        document = self.document
        if document.trace is None or not document.trace.is_complete or self.is_running:
            return None
        return ComparedView(
            document.image,
            document.trace,
            document.seconds,
            self.model,
            self.choice,
            self.options,
            self.state,
        )

    def _go_to(self, history: History) -> None:
        if history is not self.history:
            previous, self.history = self.history.present, history
            if merge_active(history.present.changes) != merge_active(previous.changes):
                self.runs.start()
            self.refresh()
            self.stateChanged.emit()


class Steps(QObject):
    """Steps through patches, special tokens, layers and heads; none without a trace."""

    def __init__(self, control: Controller) -> None:
        super().__init__(control)
        self._control = control

    def move_query(self, rows: int, cols: int) -> None:
        """Move the pinned patch; from a special token, go to the middle of the grid."""
        trace = self._control.document.trace
        if trace is None:
            return
        grid = trace.setup.grid
        cell = grid.cell(shown_query(trace, self._control.state.token))
        if cell is None:
            cell = (grid.rows // 2, grid.cols // 2)
        else:
            row = min(max(cell[0] + rows, 0), grid.rows - 1)
            col = min(max(cell[1] + cols, 0), grid.cols - 1)
            while grid.token(row, col) in trace.dropped:  # on, over what is not there
                row, col = row + rows, col + cols
                if not (0 <= row < grid.rows and 0 <= col < grid.cols):
                    return
            cell = (row, col)
        self._control.pin(grid.token(*cell))

    def choose_cls(self) -> None:
        """Pin CLS, or else the pooling head, which reads all tokens in its place."""
        trace = self._control.document.trace
        if trace is None:
            return
        names = trace.setup.prefix_names
        if "cls" in names:
            self._control.pin(names.index("cls"))
        elif trace.has_pool:
            self._control.pin(POOL)
        else:
            text = self.tr("{model} has no CLS token.")
            name = trace.setup.model.name
            self._control.panes.errors.showMessage(text.format(model=name))

    def cycle_special(self) -> None:
        """Pin the next special token; after the last, the pooling head, if any."""
        trace = self._control.document.trace
        if trace is None:
            return
        queries = list(range(trace.num_prefix_tokens))
        if trace.has_pool:
            queries.append(POOL)
        if not queries:
            return
        now = shown_query(trace, self._control.state.token)
        after = queries.index(now) + 1 if now in queries else 0
        self._control.pin(queries[after % len(queries)])

    def step_layer(self, step: int) -> None:
        """Show the layer `step` further that is not windowed, if there is one."""
        trace = self._control.document.trace
        layer = None if trace is None else shown_layer(trace, self._control.state)
        if trace is None or layer is None:
            return
        wanted = layer + step
        while wanted in trace.setup.windowed:
            wanted += step
        if 0 <= wanted < trace.num_layers:
            self._control.change(layer=wanted)

    def step_head(self, step: int) -> None:
        """Choose the head strip's cell `step` further: mean, max, min, then heads."""
        trace = self._control.document.trace
        if trace is None or not trace.num_heads:
            return
        query = shown_query(trace, self._control.state.token)
        count = trace.num_heads_of(query)
        cells = strip_choices(count)
        now = shown_heads(trace, self._control.state.heads, query)
        index = cells.index(now) if now in cells else 0
        wanted = cells[min(max(index + step, 0), len(cells) - 1)]
        self._control.change(heads=wanted)
