"""Runs: from a picture and a model to a trace on screen.

    picture read, model loaded, or another set of interventions → `start`
    layer after layer → the document with a growing trace → `_store_last_good`

When a run completes, picture and trace become the document to return to; a failed open,
load or run leaves it as it was. The baseline run of the picture is kept while the Lab
changes the model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from vitviz.domain.interventions import merge_active
from vitviz.domain.number_text import bytes_text
from vitviz.errors import (
    BudgetError,
    Cancelled,
    SelectionError,
    UnsupportedModelError,
    VitvizError,
)
from vitviz.jobs import runs
from vitviz.jobs.models import load
from vitviz.jobs.pictures import read_picture
from vitviz.jobs.queue import JobKind, bound
from vitviz.jobs.runs import LayerArrived, RunDone
from vitviz.pictures.folder import PictureCache
from vitviz.system import settings
from vitviz.ui.base.document import Document, LastGood
from vitviz.ui.base.text import sentence
from vitviz.ui.files.write_queue import OF_FILES
from vitviz.views.compare import linked_token
from vitviz.views.session import ModelChoice, RunOptions, Session

if TYPE_CHECKING:
    from vitviz.attention.price import Price
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage
    from vitviz.ui.base.threads import Workers
    from vitviz.ui.widgets.error_bar import ErrorBar
    from vitviz.ui.window.progress import RunProgress
    from vitviz.views.view_state import ViewState


# Layers that arrive faster than this are shown together.
FRAME_MS = 16
# Tokens of a run that a file asks for, at most: a larger one takes minutes, which only
# a person can decide.
MOST_UNASKED = 20_000
# Jobs whose failure is told until the user has read it: nothing else shows that a model
# or a file was not had.
TOLD_UNTIL_READ = {JobKind.MODEL, *OF_FILES}
# Jobs computed from a trace, which are of no use for the next one.
OF_A_TRACE = tuple(kind for kind in JobKind if kind.is_of_trace)


class RunHost(Protocol):
    """What is shown and chosen, and what is done when a run changes it."""

    document: Document

    @property
    def state(self) -> ViewState:
        """The view state."""

    def show_document(self, document: Document) -> None:
        """Show a picture, and its trace if there is one, in place of the one before."""

    def refresh(self) -> None:
        """Bring everything on screen up to date with document and view state."""

    def change(self, *, merge: bool = False, **changes: object) -> None:
        """Set fields of the ViewState; `merge` without a step of undo."""

    def put(self, state: ViewState, *, merge: bool = False) -> None:
        """Set the view of the document shown next; nothing is refreshed until then."""


class Runs(QObject):
    """The model, the options of its input, and the runs; lives in the main thread."""

    # The model, or the trace on screen, has changed.
    documentChanged = Signal()
    # The view is again what it was before a run that failed.
    stateChanged = Signal()
    # There is a picture and no model.
    modelNeeded = Signal()

    def __init__(
        self,
        host: RunHost,
        errors: ErrorBar,
        workers: Workers,
        progress: RunProgress,
    ) -> None:
        super().__init__(workers)
        # What made the trace on screen, or is to make it.
        self.model: Model | None = None
        # The same, unless an accelerator lacked the memory: what is tried first.
        self.loaded: Model | None = None
        self.options = RunOptions()
        # How `model` was asked for.
        self.choice = ModelChoice()
        # How the model that is being loaded was asked for, and for which device.
        self.asked, self._device = self.choice, "auto"
        # Whether to load an embedded model, once, where a model is refused and there
        # is no other.
        self.has_spare = False
        # Whether a model will be asked for as soon as the window is there.
        self._is_expected = False
        # Pictures that are likely to be opened next.
        self.picture_cache = PictureCache()
        self._host, self._errors, self._progress = host, errors, progress
        self._last_good = LastGood()
        # Whether the query on screen is already that of the run to come.
        self._is_restoring = False
        # What a session asks for and nobody has agreed to.
        self._proposed: RunOptions | None = None
        self._proposed_patch: int | None = None
        self._untouched: BaselineRun | None = None
        # How many messages there had been when the picture was asked for.
        self._num_messages = 0
        self._workers = workers
        workers.on_result(JobKind.PICTURE, self._on_picture)
        workers.on_result(JobKind.MODEL, self._on_model_loaded)
        workers.on_part(JobKind.RUN, self._on_layer)
        workers.on_result(JobKind.RUN, self._on_run_done)
        workers.failed.connect(self._on_failed)
        self._frame = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._frame.timeout.connect(host.refresh)

    def attach(self, errors: ErrorBar) -> None:
        """Use the error bar of a window that was built anew."""
        self._errors = errors

    @property
    def untouched(self) -> Trace | None:
        """The trace of the baseline run, without the Lab's changes."""
        kept, image = self._untouched, self._host.document.image
        if kept is None or not kept.is_of(image, self.model, self.options):
            return None
        return kept.trace

    def read_picture(self, source: str | Path | bytes, name: str | None = None) -> None:
        """Read a picture, show it, and run the model on it."""
        self._num_messages = self._errors.count()
        self._workers.submit(
            JobKind.PICTURE,
            bound(read_picture, source, name, self.picture_cache, self.options.reading),
        )

    @property
    def is_loading(self) -> bool:
        """Whether a model is being loaded, or expected to be asked for at once."""
        return self._is_expected or self._workers.is_awaited(JobKind.MODEL)

    def expect(self, name: str) -> None:
        """Say that a model is being loaded: it will be, after the first paint."""
        self._is_expected, self.asked = True, ModelChoice(name)
        self._progress.begin()

    def cancel_load(self) -> None:
        """Wait no longer for a model that is being loaded; keep the one before.

        The loading itself cannot be interrupted: its result is dropped.
        """
        if self.is_loading:
            self._is_expected, self.asked = False, self.choice
            self._workers.drop(JobKind.MODEL)
            self._progress.end()
            self._progress.say_cancelled()

    def load(self, name: str, device: str, patch_size: int | None) -> None:
        """Load a model and run it on the current picture.

        name : "" for the embedded model that suits this machine.
        """
        self._is_expected = False
        self._device, self._proposed_patch = device, None
        self.asked = ModelChoice(name, patch_size)
        # Preprocessing that was set for another model is not for this one.
        if self.choice.name and self.choice.name != name:
            self.options = replace(self.options, preprocessing=None)
        wanted = settings.get()
        job = bound(
            load,
            name,
            device=device,
            patch_size=patch_size,
            dtype=wanted.precision.value,
            threads=wanted.threads,
        )
        self._workers.submit(JobKind.MODEL, job)
        self._progress.begin()

    def adopt(self, model: Model) -> None:
        """Run a model that is in memory."""
        self.choice = ModelChoice()
        self._on_model(model)

    def choose_options(self, options: RunOptions) -> None:
        """Run the model with other options for its input."""
        self._proposed = None
        if options == self.options:
            return
        is_read_anew = options.reading != self.options.reading
        self.options = options
        image = self._host.document.image
        if is_read_anew and image is not None and image.path is not None:
            self.read_picture(image.path)  # the run follows
        else:
            self.start()

    def propose(self, options: RunOptions) -> None:
        """Take the options of a session, whose price nobody has seen."""
        self.options = self._proposed = options

    def restore(self, session: Session, device: str) -> None:
        """Load a session's model and picture, unless they are there already."""
        self._is_restoring = True
        if session.model.name and session.model != self.choice:
            self.load(session.model.name, device, session.model.patch_size)
            self._proposed_patch = session.model.patch_size
            self.propose(session.options)
        if session.picture is not None:
            self.read_picture(session.picture)

    def take(
        self, model: Model | None, choice: ModelChoice, options: RunOptions
    ) -> None:
        """Use a model that has run before; drop all jobs for the one before."""
        self._workers.drop(JobKind.RUN, JobKind.MODEL, *OF_A_TRACE)
        self.model, self.choice, self.options = model, choice, options
        self.loaded = model

    def settle_on(self, document: Document) -> None:
        """Show a complete document; a failure goes back to it."""
        self._host.show_document(document)
        self._store_last_good()

    def start(self) -> None:
        """Run the model with the view's changes; without any, show a known run."""
        image, model = self._host.document.image, self.model
        if image is None or model is None:
            return
        if self._refuse_what_nobody_asked_for(image, model):
            return
        self._workers.drop(*OF_A_TRACE)
        changed, kept = merge_active(self._host.state.changes), self._untouched
        if kept is not None and not kept.is_of(image, model, self.options):
            self._untouched = kept = None
        if not changed and kept is not None:
            self._workers.drop(JobKind.RUN)
            self.settle_on(Document(image, kept.trace, kept.seconds))
            return
        first = self.loaded or model
        self._workers.submit(
            JobKind.RUN, bound(runs.run, first, image, self.options, changed)
        )
        self._progress.begin()

    def _refuse_what_nobody_asked_for(self, image: SourceImage, model: Model) -> bool:
        """Run in the model's own way where what a session asks for costs too much.

        Return whether the model is loaded anew for that, so that no run is begun.
        """
        proposed, patch = self._proposed, self._proposed_patch
        if proposed is None or proposed != self.options:
            return False
        if patch != self.choice.patch_size:
            patch = None  # the session's model could not be loaded, or was replaced
        # from what the session asks for to what the model does by itself
        cheaper = [replace(proposed, size=None)]
        cheaper.append(replace(cheaper[-1], fit=None))
        cheaper.append(replace(cheaper[-1], preprocessing=None))
        if patch is None and proposed == cheaper[-1]:
            return False
        try:
            price = runs.price_on(model, image, proposed)
            if not _is_dear(price):
                return False
            options = next(
                (o for o in cheaper if not _is_dear(runs.price_on(model, image, o))),
                None,
            )
        except SelectionError:  # the run itself says it
            return False
        if options is None and patch is not None:
            error = BudgetError(
                "The session asks for patches of {patch} px ({tokens:,} tokens), "
                "which would take about {needed} of memory. The model's own patches "
                "are used instead.",
                patch=patch,
                tokens=price.num_tokens,
                needed=bytes_text(price.peak_bytes),
            )
            self._errors.showError(error, stays=True)
            self.load(self.choice.name, self._device, None)
            return True
        options = options or cheaper[-1]
        if options == proposed:
            return False
        self.options = self._proposed = options
        width, height = price.size
        error = BudgetError(
            "The session asks for a run at {width}×{height} px ({tokens:,} tokens), "
            "which would take about {needed} of memory. The model's own size is used.",
            width=width,
            height=height,
            tokens=price.num_tokens,
            needed=bytes_text(price.peak_bytes),
        )
        self._errors.showError(error, stays=True)
        return False

    def keep_untouched(self, done: RunDone) -> None:
        """Store a run without changes as the baseline of changed ones."""
        image = self._host.document.image
        self._untouched = BaselineRun(
            image, self.model, self.options, done.trace, done.elapsed_s
        )

    def stop(self) -> None:
        """Stop the timers: nothing that is still to come is shown."""
        self._frame.stop()
        self._progress.stop()

    # -- reactions to jobs ---------------------------------------------------------

    def _on_picture(self, image: SourceImage) -> None:
        self._workers.drop(JobKind.RUN, *OF_A_TRACE)
        if self._errors.count() == self._num_messages:
            self._errors.clear()  # otherwise it is of something that was asked later
        self._host.show_document(Document(image))
        if self.model is not None:
            self.start()
        elif not self.is_loading:
            self.modelNeeded.emit()

    def _on_model_loaded(self, model: Model) -> None:
        # the machine may have had the choice between the embedded models
        self.choice = replace(self.asked, name=self.asked.name or model.info.name)
        self._on_model(model)

    def _on_model(self, model: Model) -> None:
        self._is_expected = False
        self.model = self.loaded = model
        self._errors.settle(JobKind.MODEL, JobKind.RUN, JobKind.METHOD)
        self.documentChanged.emit()
        self.start()
        self._progress.say()

    def _on_layer(self, arrived: LayerArrived) -> None:
        host = self._host
        shown = host.document.trace
        if shown is None or shown.setup is not arrived.trace.setup:
            self._stay_in_place(arrived.trace)
            host.show_document(Document(host.document.image, arrived.trace))
        host.document = replace(host.document, trace=arrived.trace)
        self._progress.say_left(arrived)
        if not self._frame.isActive():
            self._frame.start()

    def _stay_in_place(self, trace: Trace) -> None:
        """Move the query to the same place of the picture when the grid has changed."""
        previous = self._last_good.document.trace
        if previous is None or self._is_restoring:
            return
        here, there, state = previous.setup, trace.setup, self._host.state
        if here.grid == there.grid or state.token >= previous.num_tokens:
            return
        kept = (one for one in state.others if one < previous.num_tokens)
        others = tuple(dict.fromkeys(linked_token(t, here, there) for t in kept))
        token = linked_token(state.token, here, there)
        self._host.change(token=token, others=others, merge=True)

    def _on_run_done(self, done: RunDone) -> None:
        host = self._host
        self._frame.stop()
        host.document = Document(host.document.image, done.trace, done.elapsed_s)
        self.model = done.model or self.loaded or self.model
        if not done.trace.interventions:
            self.keep_untouched(done)
        self._store_last_good()
        host.refresh()
        self.documentChanged.emit()
        if done.trace.setup.fallback is not None:
            self._errors.showMessage(sentence(done.trace.setup.fallback))

    def _on_failed(self, kind: JobKind, error: VitvizError) -> None:
        if isinstance(error, Cancelled):
            self._on_cancelled(kind)
            return
        is_bare = kind is JobKind.MODEL and self.model is None
        has_spare = is_bare and self.has_spare
        # the panes of tokens and classes and the export sheet show their own errors
        says_itself = kind in (JobKind.STATES, JobKind.PREVIEW, JobKind.LIKENESS)
        # and a chapter says what it cannot show of this model
        is_refused = isinstance(error, UnsupportedModelError)
        if not says_itself and not (kind is JobKind.LESSON and is_refused):
            # while the spare model loads and runs, it is about nothing that is settled
            about = None if has_spare else kind
            self._errors.showError(error, stays=kind in TOLD_UNTIL_READ, about=about)
        if kind is JobKind.RUN:
            self._go_back()
        shown = self._host.document.image
        if kind is JobKind.PICTURE and shown is not None:
            # the picture that stays was read in this way
            self.options = replace(self.options, reading=shown.reading)
        if has_spare:
            self.has_spare = False
            self.load("", "auto", None)  # the device may have been what failed
        self._progress.say_result()

    def _on_cancelled(self, kind: JobKind) -> None:
        trace = self._host.document.trace
        if kind is JobKind.RUN and (trace is None or not any(trace.captures)):
            self._go_back()
        self._progress.say_cancelled()

    def _store_last_good(self) -> None:
        """Store what is shown now, for a failure to go back to."""
        host = self._host
        self._last_good = LastGood(
            host.document,
            self.model,
            self.loaded,
            self.options,
            self.choice,
            host.state.changes,
        )
        self._is_restoring = False

    def _go_back(self) -> None:
        """Show what was there before the run that failed."""
        last_good, host = self._last_good, self._host
        if last_good.document.trace is not None:
            self.model, self.loaded = last_good.model, last_good.loaded
            self.choice = last_good.choice
            self.options = last_good.options
        host.put(replace(host.state, changes=last_good.changes), merge=True)
        # before any run has worked the picture stays, with the message and the menus
        is_first = last_good.document.trace is None
        shown = Document(host.document.image) if is_first else last_good.document
        host.show_document(shown)
        self.stateChanged.emit()


def _is_dear(price: Price) -> bool:
    """Return whether a run costs more than may be begun without asking."""
    is_large = price.is_large and not price.falls_back
    return is_large or price.num_tokens > MOST_UNASKED


@dataclass(frozen=True, slots=True, eq=False)
class BaselineRun:
    """A run without any change, and what it was a run of."""

    image: SourceImage | None
    model: Model | None
    options: RunOptions
    trace: Trace
    seconds: float | None

    def is_of(
        self, image: SourceImage | None, model: Model | None, options: RunOptions
    ) -> bool:
        """Return whether another run of these would give the same trace."""
        same = self.image is image and self.model == model
        return same and image is not None and self.options == options
