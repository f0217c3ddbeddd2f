"""Fills the Lab's panel from the trace, the state and the untouched run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.domain.interventions import Axis, Off
from vitviz.errors import ExactnessError
from vitviz.export.captions import heads_text
from vitviz.ui.error_bar import sentence
from vitviz.ui.fillers.view import Filler, View
from vitviz.ui.lab.panel import LabPanel
from vitviz.ui.panes import Panes
from vitviz.ui.status_line import token_name
from vitviz.views.compare import BeforeAfter, before_after
from vitviz.views.display import is_in_force, shown_heads

if TYPE_CHECKING:
    from vitviz.ui.controller import Controller


class LabFiller(Filler):
    """Two rows are read and compared at once; runs are the controller's."""

    def __init__(self, panel: LabPanel, control: Controller) -> None:
        super().__init__(control)
        self.panel = panel
        self._control = control

    def attach(self, panes: Panes) -> None:
        """Fill the new panel."""
        self.panel = panes.lab

    def clear(self) -> None:
        """The next run fills the panel; until then it stays, so that nothing jumps."""

    def refresh(self, view: View) -> None:
        """Controls and list follow the state, maps and answers the complete run."""
        state, trace, panel = view.state, view.trace, self.panel
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
        before = self._control.untouched
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
        shown = None
        if before is not None and not note:
            try:
                shown = before_after(before, trace, state, view.layer)
            except ExactnessError as error:
                note = sentence(error)
        place = "" if shown is None else self._place(view, shown)
        panel.view.setShown(shown, place, state.colormap, note)

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
        return self.tr("Layer {layer}, {heads}, query {query}").format(
            layer=shown.layer,
            heads=heads_text(shown_heads(view.trace, view.state.heads, shown.token)),
            query=token_name(shown.token, setup.grid, setup.prefix_names),
        )
