"""What the controls ask of the view: each sets fields of the ViewState."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vitviz.domain.heads import HeadChoice
from vitviz.ui.range_dialog import ask_range
from vitviz.views.state import Direction, Scale, Style

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow


class ViewWishes(QObject):
    """Connected to the panes' signals; lives in the main thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._panes = window.panes
        self._control = window.controller
        self._connect()

    def _connect(self) -> None:
        panes = self._panes
        panes.rail.layerChosen.connect(self.on_layer)
        panes.strip.chosen.connect(self.on_heads)
        panes.matrix.hovered.connect(self.on_matrix_hovered)
        panes.tabs.paneChosen.connect(self.on_tab)
        panes.heads.viewChosen.connect(self.on_heads_view)
        panes.heads.headChosen.connect(self.on_head)
        panes.heads.layerChosen.connect(self.on_layer)
        panes.tokens.viewChosen.connect(self.on_tokens_view)
        panes.tokens.layerChosen.connect(self.on_layer)
        panes.classes.targetChosen.connect(self.on_target)
        panes.bar.scaleRequested.connect(self.on_fixed_range)
        bar = panes.controls
        bar.directionChosen.connect(self.on_direction)
        bar.methodChosen.connect(self.on_method)
        bar.methodOptionsChosen.connect(self.on_method_options)
        bar.styleChosen.connect(self.on_style)
        bar.scaleChosen.connect(self.on_scale)
        bar.fixedRangeRequested.connect(self.on_fixed_range)
        bar.logToggled.connect(self.on_log)
        bar.clipToggled.connect(self.on_clip)
        bar.renormaliseToggled.connect(self.on_renormalise)
        bar.smoothToggled.connect(self.on_smooth)
        bar.gridToggled.connect(self.on_grid)
        bar.colormapChosen.connect(self.on_colormap)
        bar.opacityChanged.connect(self.on_opacity)

    def on_layer(self, layer: int) -> None:
        self._control.change(layer=layer)

    def on_heads(self, choice: object) -> None:
        self._control.change(heads=choice)

    def on_tab(self, name: str) -> None:
        self._control.change(tab=name, merge=True)

    def on_heads_view(self, view: object) -> None:
        self._control.change(heads_view=view, merge=True)

    def on_head(self, layer: int, head: int) -> None:
        self._control.change(layer=layer, heads=HeadChoice((head,)))

    def on_tokens_view(self, view: object) -> None:
        self._control.change(tokens_view=view, merge=True)

    def on_target(self, target: object) -> None:
        self._control.change(target=target)

    def on_method_options(self, options: object) -> None:
        self._control.change(method_options=options)

    def on_matrix_hovered(self, query: int, key: int, _value: float) -> None:
        self._control.screen.hover_cell(query, key)

    def on_direction(self, direction: object) -> None:
        self._control.change(direction=direction, method="raw")

    def on_method(self, method: str) -> None:
        self._control.change(method=method, direction=Direction.LOOKS_AT)

    def flip_direction(self) -> None:
        is_row = self._control.state.direction is Direction.LOOKS_AT
        self.on_direction(Direction.LOOKED_AT_BY if is_row else Direction.LOOKS_AT)

    def on_style(self, style: object) -> None:
        self._control.change(style=style)

    def next_style(self) -> None:
        styles = list(Style)
        index = styles.index(self._control.state.style)
        self.on_style(styles[(index + 1) % len(styles)])

    def on_scale(self, scale: object) -> None:
        self._control.change(scale=scale)

    def on_fixed_range(self) -> None:
        state = self._control.state
        heat = self._control.heat
        now = state.fixed_range
        if state.scale is not Scale.FIXED and heat is not None:
            now = (heat.levels.low, heat.levels.high)
        chosen = ask_range(self._window, now)
        if chosen is not None:
            self._control.change(scale=Scale.FIXED, fixed_range=chosen)
        else:
            self._control.stateChanged.emit()

    def on_log(self, on: bool) -> None:
        self._control.change(log=on)

    def on_clip(self, on: bool) -> None:
        self._control.change(clip_percent=1.0 if on else 0.0)

    def on_renormalise(self, on: bool) -> None:
        self._control.change(renormalise=on)

    def on_smooth(self, on: bool) -> None:
        self._control.change(smooth=on)

    def on_grid(self, on: bool) -> None:
        self._control.change(show_grid=on)

    def on_colormap(self, name: str) -> None:
        self._control.change(colormap=name)

    def on_opacity(self, value: float) -> None:
        self._control.change(opacity=value, merge=True)

    def toggle_hover(self) -> None:
        on = not self._control.screen.previews_on_hover
        self._window.preferences.set(hover_preview=on)
        self._panes.status.setText(
            self.tr("Preview on hover: on") if on else self.tr("Preview on hover: off")
        )
