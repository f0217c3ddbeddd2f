"""Steps from what is on screen to what lies beside it: patch, token, layer, head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vitviz.domain.geometry import POOL
from vitviz.domain.heads import HeadChoice
from vitviz.views.display import FUSED_CHOICES, shown_heads, shown_layer, shown_query

if TYPE_CHECKING:
    from vitviz.ui.controller import Controller


class Steps(QObject):
    """What keys ask for; without a trace there is nothing to step through."""

    def __init__(self, control: Controller) -> None:
        super().__init__(control)
        self._control = control

    def move_query(self, rows: int, cols: int) -> None:
        """Move the pinned patch; from a special token, to the middle of the grid."""
        trace = self._control.scene.trace
        if trace is None:
            return
        grid = trace.setup.grid
        cell = grid.cell(shown_query(trace, self._control.state.token))
        if cell is None:
            cell = (grid.rows // 2, grid.cols // 2)
        else:
            row = min(max(cell[0] + rows, 0), grid.rows - 1)
            col = min(max(cell[1] + cols, 0), grid.cols - 1)
            cell = (row, col)
        self._control.pin(grid.token(*cell))

    def choose_cls(self) -> None:
        """CLS, or what reads all tokens in its place: the pooling head."""
        trace = self._control.scene.trace
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
        """The next special token, beginning with the first; then a pooling head."""
        trace = self._control.scene.trace
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
        """The layer `step` further, within the model's."""
        trace = self._control.scene.trace
        layer = None if trace is None else shown_layer(trace, self._control.state)
        if trace is None or layer is None:
            return
        wanted = layer + step
        while wanted in trace.setup.windowed:
            wanted += step
        if 0 <= wanted < trace.num_layers:
            self._control.change(layer=wanted)

    def step_head(self, step: int) -> None:
        """The next cell of the head strip: mean, max, min, then the heads."""
        trace = self._control.scene.trace
        if trace is None or not trace.num_heads:
            return
        query = shown_query(trace, self._control.state.token)
        count = trace.num_heads_of(query)
        cells = [*FUSED_CHOICES, *(HeadChoice((h,)) for h in range(count))]
        now = shown_heads(trace, self._control.state.heads, query)
        index = cells.index(now) if now in cells else 0
        wanted = cells[min(max(index + step, 0), len(cells) - 1)]
        self._control.change(heads=wanted)
