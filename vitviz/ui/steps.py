"""Steps from what is on screen to what lies beside it: patch, token, layer, head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vitviz.selection import HeadChoice
from vitviz.views.display import (
    FUSED_CHOICES,
    shown_heads,
    shown_layer,
    shown_token,
)

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
        cell = grid.cell(shown_token(trace, self._control.state.token))
        if cell is None:
            cell = (grid.rows // 2, grid.cols // 2)
        else:
            row = min(max(cell[0] + rows, 0), grid.rows - 1)
            col = min(max(cell[1] + cols, 0), grid.cols - 1)
            cell = (row, col)
        self._control.pin(grid.token(*cell))

    def cycle_special(self) -> None:
        """The next special token, beginning with the first."""
        trace = self._control.scene.trace
        if trace is None or not trace.num_prefix_tokens:
            return
        token = shown_token(trace, self._control.state.token)
        is_special = token < trace.num_prefix_tokens
        next_one = (token + 1) % trace.num_prefix_tokens if is_special else 0
        self._control.pin(next_one)

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
        cells = [*FUSED_CHOICES, *(HeadChoice((h,)) for h in range(trace.num_heads))]
        now = shown_heads(trace, self._control.state.heads)
        index = cells.index(now) if now in cells else 0
        wanted = cells[min(max(index + step, 0), len(cells) - 1)]
        self._control.change(heads=wanted)
