"""The Lab: connects its tools and panel with the view state and the runs.

tool → new list of changes → the host's view state → a run of the changed model
complete run → `_read` → the baseline run beside it, and what hides patches
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol
from weakref import ref

from PySide6.QtCore import QObject

from vitviz.domain.geometry import POOL
from vitviz.domain.interventions import (
    UNTOUCHED,
    Axis,
    HeadsOff,
    InterventionList,
    Interventions,
    Off,
    add_intervention,
    kind_of,
    remove_intervention,
    replace_kind,
    toggle_intervention,
)
from vitviz.errors import ExactnessError
from vitviz.export.captions import heads_text
from vitviz.export.token_names import token_name
from vitviz.jobs import runs
from vitviz.jobs.queue import JobKind, bound
from vitviz.jobs.runs import LabRead, RunDone
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.references import References
from vitviz.ui.base.text import sentence
from vitviz.ui.compare import ComparedView
from vitviz.ui.lab.painting import Painting, Strokes
from vitviz.ui.lab.panel import LabPanel
from vitviz.ui.lab.picture_marks import ChangedMark, KeptPatches
from vitviz.views.colour import Bytes
from vitviz.views.compare import BeforeAfter, before_after, next_difference
from vitviz.views.display import is_in_force, shown_heads, shown_layer
from vitviz.views.view_state import Mode

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.likeness import ReferenceFeatures
    from vitviz.models.model import Model
    from vitviz.ui.base.document import Document
    from vitviz.ui.base.threads import Workers
    from vitviz.ui.compare import Comparison
    from vitviz.ui.inspect.picture_pane import PicturePane
    from vitviz.views.session import ModelChoice, RunOptions
    from vitviz.views.view_state import ViewState


@dataclass(frozen=True, slots=True, eq=False)
class LabMemory:
    """What a Lab has begun or read, for the one of a window that is built anew."""

    strokes: Strokes
    # What hides patches, by the id of a trace on screen.
    pixels: dict[int, Bytes | None]


class LabHost(Protocol):
    """What is run and shown, and what is done when the Lab changes it."""

    @property
    def document(self) -> Document: ...
    @property
    def state(self) -> ViewState: ...
    @property
    def model(self) -> Model | None: ...
    @property
    def choice(self) -> ModelChoice: ...
    @property
    def options(self) -> RunOptions: ...
    @property
    def untouched(self) -> Trace | None: ...
    @property
    def is_running(self) -> bool: ...
    def change(self, *, merge: bool = False, **changes: object) -> None: ...
    def keep_untouched(self, done: RunDone) -> None: ...
    def refresh(self) -> None: ...


class Lab(QObject):
    """Tools, marks and painting of the Lab; lives in the main thread.

    Its changes are a part of the host's view state.
    """

    def __init__(
        self,
        host: LabHost,
        picture: PicturePane,
        panel: LabPanel,
        comparison: Comparison,
        workers: Workers,
    ) -> None:
        super().__init__(panel)
        self._host, self._comparison, self._workers = host, comparison, workers
        self.panel = panel
        self.painting = Painting(picture, panel, host)
        kept = comparison.pane.picture
        self.mark = ChangedMark(picture)
        self.kept_mark = ChangedMark(kept)
        self.kept_patches = KeptPatches(kept)
        # What hides patches, by the id of a trace on screen.
        self._pixels: dict[int, Bytes | None] = {}
        for mark in (self.mark, self.kept_mark):
            mark.labRequested.connect(self._show)
        self._is_sliding = False
        self._asked: ref[Trace] | None = None
        self._answered: ref[Trace] | None = None
        panel.softmax.temperatureChosen.connect(self._on_temperature)
        panel.softmax.scalingChosen.connect(self._on_scaling)
        panel.softmax.axisChosen.connect(self._on_axis)
        panel.heads.headsChosen.connect(self._on_heads)
        panel.changeToggled.connect(partial(self._on_listed, toggle_intervention))
        panel.changeRemoved.connect(partial(self._on_listed, remove_intervention))
        panel.restoreRequested.connect(self.restore)
        panel.compareRequested.connect(self._compare)
        panel.mapTestRequested.connect(self._try)
        panel.view.layerRequested.connect(self._on_layer)
        self.painting.changed.connect(self._on_painted)
        self.painting.cut.connect(self._on_cut)
        workers.on_result(JobKind.LAB, self._on_read)
        comparison.changed.connect(self._refresh_marks)
        host.refresh()  # the window may have been built anew around a document
        self.refresh()

    def refresh(self) -> None:
        """React to another picture, trace or view state."""
        self._refresh_marks()
        self.painting.refresh()
        self._read()

    def remembered(self) -> LabMemory:
        """Return what has been begun or read."""
        return LabMemory(self.painting.strokes(), dict(self._pixels))

    def recall(self, memory: LabMemory) -> None:
        """Go on where another Lab was."""
        self._pixels = {**memory.pixels, **self._pixels}
        self.painting.go_on_with(memory.strokes)
        self._refresh_marks()

    def restore(self) -> None:
        """Remove every change; undo brings them back."""
        if self._host.state.changes:
            self._host.change(changes=())

    # -- reactions to the tools ----------------------------------------------------

    def _set(self, changes: InterventionList, *, merge: bool = False) -> None:
        self._host.change(changes=changes, merge=merge)

    def _set_only(
        self, part: Interventions, field: str, *, merge: bool = False
    ) -> None:
        changes = replace_kind(self._host.state.changes, field, part)
        self._set(changes, merge=merge)

    def _on_temperature(self, value: float, is_held: bool) -> None:
        """Change the temperature; a whole slide is one step of undo."""
        part = Interventions(temperature=value)
        self._set_only(part, "temperature", merge=self._is_sliding)
        self._is_sliding = is_held

    def _on_scaling(self, is_scaled: bool) -> None:
        self._set_only(Interventions(is_scaled=is_scaled), "is_scaled")

    def _on_axis(self, axis: Axis) -> None:
        self._set_only(Interventions(axis=axis), "axis")

    def _on_heads(self, heads: tuple[int, ...], off: Off) -> None:
        """Set which heads of the layer on screen are off; other layers stay as is."""
        trace, state = self._host.document.trace, self._host.state
        layer = None if trace is None else shown_layer(trace, state)
        if layer is None:
            return
        kept = tuple(
            change
            for change in state.changes
            if kind_of(change.what) != "heads_off"
            or change.what.heads_off[0].layer != layer
        )
        if heads:
            part = Interventions(heads_off=(HeadsOff(layer, heads, off),))
            kept = add_intervention(kept, part)
        self._set(kept)

    def _on_painted(self, part: Interventions) -> None:
        self._set_only(part, "hidden")

    def _on_cut(self, part: Interventions) -> None:
        self._set(add_intervention(self._host.state.changes, part))

    def _on_listed(self, make: object, index: int) -> None:
        assert callable(make)
        changes = self._host.state.changes
        if self.panel.changes() == changes:  # else the list is older than the click
            self._set(make(changes, index))

    def _show(self) -> None:
        self._host.change(mode=Mode.LAB)

    def _on_layer(self, layer: int) -> None:
        self._host.change(layer=layer)

    def _try(self) -> None:
        self._host.change(mode=Mode.INSPECT, tab="map_test")

    def _compare(self) -> None:
        """Show the view of the baseline run in the right half of the window."""
        host, trace = self._host, self._host.untouched
        if trace is None:
            return
        self._comparison.keep(
            ComparedView(
                host.document.image,
                trace,
                None,
                host.model,
                host.choice,
                host.options,
                replace(host.state, changes=()),
            )
        )

    # -- reactions to a run --------------------------------------------------------

    def _refresh_marks(self) -> None:
        trace, kept = self._host.document.trace, self._comparison.kept
        self.mark.setInterventions(UNTOUCHED if trace is None else trace.interventions)
        self.kept_mark.setInterventions(
            UNTOUCHED if kept is None else kept.trace.interventions
        )
        shown = {id(trace)} if kept is None else {id(trace), id(kept.trace)}
        self._pixels = {one: self._pixels[one] for one in self._pixels.keys() & shown}
        if kept is None or self._comparison.shows_difference:
            self.kept_patches.show(None, None)
        else:
            pixels = self._pixels.get(id(kept.trace))
            self.kept_patches.show(kept.trace.setup, pixels)

    def _read(self) -> None:
        """Submit a job for what is shown beside a changed run, once for each run."""
        host, trace = self._host, self._host.document.trace
        if trace is None or not trace.is_complete or host.is_running:
            return
        is_shown = host.state.mode is Mode.LAB
        model = host.model
        needs_untouched = (
            is_shown
            and host.untouched is None
            and bool(trace.interventions)
            and model is not None
            and model.info == trace.setup.model
        )
        this = ref(trace)
        needs_pixels = bool(trace.interventions.hidden) and self._answered != this
        if not needs_untouched and not needs_pixels:
            return
        if self._asked == this and self._workers.is_awaited(JobKind.LAB):
            return
        self._asked = this
        job = bound(
            runs.read_lab, trace, model, host.options, needs_untouched=needs_untouched
        )
        self._workers.submit(JobKind.LAB, job)

    def _on_read(self, read: LabRead) -> None:
        self._answered = self._asked
        if read.untouched is not None:
            self._host.keep_untouched(read.untouched)
        trace = self._host.document.trace
        if trace is not None:
            self._pixels[id(trace)] = read.hidden
            self.painting.show_hidden(read.hidden, trace.setup.placement)
        self._host.refresh()


class LabController(PaneController[LabPanel]):
    """Controller of the Lab's panel, which compares two rows without a job."""

    def __init__(
        self,
        panel: LabPanel,
        workers: Workers,
        untouched: Callable[[], Trace | None],
        references: References,
    ) -> None:
        """Control `panel`; `untouched` returns the trace of the baseline run."""
        super().__init__(workers)
        self.panel = panel
        self._untouched, self._references = untouched, references
        self._view: View | None = None
        references.arrived.connect(self._on_references)

    def attach(self, pane: LabPanel) -> None:
        """Use another panel."""
        self.panel = pane

    def clear(self) -> None:
        """Forget the run; the content stays until the next, so that nothing jumps."""
        self._view = None

    def _on_references(self) -> None:
        if self._view is not None and self._view.state.mode is Mode.LAB:
            self.refresh(self._view)

    def refresh(self, view: View) -> None:
        """Show the controls and the list; after a complete run, before and after."""
        state, trace, panel = view.state, view.trace, self.panel
        self._view = view
        has_model = view.model is not None and view.model.info == trace.setup.model
        panel.setUsable(has_model)
        self._show_controls(view)
        panel.setChanges(
            state.changes,
            tuple(
                one.is_on if view.is_running else is_in_force(one, trace)
                for one in state.changes
            ),
        )
        if view.is_running:
            return
        before = self._untouched()
        panel.setCanCompare(before is not None and bool(trace.interventions))
        note = ""
        if not has_model:
            note = self.tr("This trace came without its model: nothing can change.")
        elif not trace.interventions:
            note = self.tr(
                "Change something above: the untouched and the changed attention and "
                "prediction then stand here side by side."
            )
        elif before is None:
            note = self.tr("Running the untouched model …")
        shown = elsewhere = None
        if before is not None and not note:
            try:
                references = self._features(view)
                shown = before_after(before, trace, state, view.layer, references)
                if not shown.differs:
                    elsewhere = next_difference(before, trace, state, view.layer)
            except ExactnessError as error:
                note = sentence(error)
        place = "" if shown is None else self._place(view, shown)
        panel.view.setShown(
            shown, place, state.look.colormap, note, differs_next=elsewhere
        )

    def _features(self, view: View) -> ReferenceFeatures | None:
        """Return the reference pictures' features, for a model without labels."""
        if view.model is None or view.model.info.has_head:
            return None
        return self._references.of(view.model, view.trace)

    def _show_controls(self, view: View) -> None:
        panel, trace, changes = self.panel, view.trace, view.state.changes
        parts = [change.what for change in changes]
        temperature = next((p.temperature for p in parts if p.temperature != 1), 1.0)
        axes = [p.axis for p in parts if p.axis is not Axis.KEYS]
        panel.softmax.setValues(
            temperature,
            all(p.is_scaled for p in parts),
            axes[-1] if axes else Axis.KEYS,
        )
        off = [o for p in parts for o in p.heads_off if o.layer == view.layer]
        heads = frozenset(head for one in off for head in one.heads)
        how = off[-1].off if off else Off.ZERO
        panel.heads.setHeads(view.layer, trace.num_heads, heads, how)
        panel.cut.setLayers(trace.num_layers)
        panel.cut.setSpecials(trace.setup.prefix_names)
        hidden = [one for p in parts for one in p.hidden]
        tool = panel.hide_tool
        if hidden:
            last = hidden[-1]
            tool.setValues(len(last.patches), last.how, last.seed)
        else:
            tool.setValues(0, tool.chosen(), tool.seed.value())

    def _place(self, view: View, shown: BeforeAfter) -> str:
        setup = view.trace.setup
        choice = shown_heads(view.trace, view.state.heads, shown.token)
        off = view.trace.interventions.heads_off_in(shown.layer)
        counted = sorted(off & {*choice.heads} if choice.heads else off)
        heads = heads_text(choice)
        if counted and shown.token != POOL:
            numbers = ", ".join(map(str, counted))
            heads = self.tr("{heads} ({numbers} off)").format(
                heads=heads, numbers=numbers
            )
        return self.tr("Layer {layer}, {heads}, query {query}").format(
            layer=shown.layer,
            heads=heads,
            query=token_name(shown.token, setup.grid, setup.prefix_names),
        )
