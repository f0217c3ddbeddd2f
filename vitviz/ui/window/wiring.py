"""Wiring of the window: connects signals and actions with what handles them.

`Connections` are those of one set of contents. `ViewHandlers` set fields of the
ViewState for the panes and controls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from vitviz.domain.heads import HeadChoice
from vitviz.ui.files.write_queue import OF_FILES
from vitviz.ui.inspect.colour_bar import ask_range
from vitviz.ui.learn.ribbon import RibbonController
from vitviz.ui.window.pane_menus import PaneMenus
from vitviz.views.chapters import Chapter
from vitviz.views.tokens import LAID_BY
from vitviz.views.view_state import (
    CLIP_PERCENT,
    Direction,
    LearnView,
    Mode,
    Reading,
    Scale,
    Style,
)

if TYPE_CHECKING:
    from vitviz.errors import VitvizError
    from vitviz.ui.base.preferences import Preferences
    from vitviz.ui.files.export_sheet import Export
    from vitviz.ui.files.folder import Files
    from vitviz.ui.files.open import OpenDialogs
    from vitviz.ui.files.sessions import Sessions
    from vitviz.ui.input.input_options import InputOptions
    from vitviz.ui.lab.lab import Lab
    from vitviz.ui.learn.learn import LearnController
    from vitviz.ui.models.open_model import ModelDialogs
    from vitviz.ui.present.present import Present
    from vitviz.ui.window.controller import Controller
    from vitviz.ui.window.hints import Hints
    from vitviz.ui.window.layout import Contents, Panes


@dataclass(frozen=True, slots=True)
class Features:
    """What handles the requests of the window's contents."""

    files: Files
    open_dialogs: OpenDialogs
    model_dialogs: ModelDialogs
    sessions: Sessions
    input_options: InputOptions
    preferences: Preferences
    present: Present
    lab: Lab
    learn: LearnController
    hints: Hints
    view_handlers: ViewHandlers


class WindowActions(Protocol):
    """What the window itself does."""

    def open_path(self, path: str) -> None: ...
    def paste(self) -> None: ...
    def choose_model(self, name: str, patch: object = None) -> None: ...
    def copy(self) -> None: ...
    def export(self) -> None: ...
    def export_as(self, what: Export | None) -> None: ...
    def export_page(self) -> None: ...
    def copy_command_line(self) -> None: ...
    def save_view(self) -> None: ...
    def step(self, by: int) -> None: ...
    def toggle_compare(self) -> None: ...
    def toggle_theme(self) -> None: ...


class Connections(QObject):
    """Connections of one set of contents, deleted before another replaces it."""

    def __init__(
        self,
        window: WindowActions,
        contents: Contents,
        control: Controller,
        features: Features,
    ) -> None:
        super().__init__(contents)
        self._window, self._control, self._features = window, control, features
        self._contents, self._panes = contents, contents.panes
        self._connect()
        self._connect_messages()
        self.menus = PaneMenus(window, contents, control)
        self.ribbon = RibbonController(contents.ribbon, control, features.learn)

    def _connect(self) -> None:
        window, panes, control = self._window, self._panes, self._control
        contents, features = self._contents, self._features
        top = contents.top
        panes.picture.tokenHovered.connect(control.screen.hover)
        panes.picture.tokenChosen.connect(control.pin)
        panes.picture.line.previewToggled.connect(features.view_handlers.toggle_hover)
        panes.picture.inset.chosen.connect(control.choose_beside)
        panes.picture.messaged.connect(panes.status.setText)
        panes.picture.arrowPressed.connect(control.steps.move_query)
        panes.rail.cancelRequested.connect(control.cancel)
        for pane in (panes.picture, panes.rail, panes.strip, panes.matrix):
            control.progress.staleChanged.connect(pane.setStale)
        panes.matrix.tokenPinned.connect(control.pin)
        panes.matrix.left.connect(control.screen.leave_matrix)
        panes.matrix.visibleRangeChanged.connect(control.screen.refine_matrix)
        panes.controls.specialChosen.connect(control.pin)
        top.openRequested.connect(features.open_dialogs.open_dialog)
        top.folderRequested.connect(features.open_dialogs.folder_dialog)
        top.recentCleared.connect(features.files.forget)
        top.labelsRequested.connect(features.input_options.ask_labels)
        top.pasteRequested.connect(window.paste)
        top.pathChosen.connect(window.open_path)
        top.modelChosen.connect(window.choose_model)
        top.modelsRequested.connect(features.model_dialogs.all_models)
        top.modelFolderRequested.connect(features.model_dialogs.model_folder)
        top.modelFileRequested.connect(features.model_dialogs.model_file)
        top.networkRequested.connect(features.model_dialogs.another_network)
        panes.errors.networkRequested.connect(features.model_dialogs.which_network)
        top.modeChosen.connect(self._on_mode)
        top.exportRequested.connect(window.export)
        top.copyRequested.connect(window.copy)
        top.undoRequested.connect(control.undo)
        top.redoRequested.connect(control.redo)
        control.stateChanged.connect(self._on_history)
        self._on_history()
        top.themeRequested.connect(window.toggle_theme)
        top.keysRequested.connect(contents.keys.toggle)
        contents.start.pathChosen.connect(window.open_path)
        contents.start.openRequested.connect(features.open_dialogs.open_dialog)
        contents.start.lessonRequested.connect(self._on_lesson)
        compare = panes.compare
        compare.pictureRequested.connect(features.open_dialogs.open_dialog)
        compare.modelRequested.connect(features.model_dialogs.all_models)
        compare.patchChosen.connect(self._on_patch)
        compare.wipeToggled.connect(self._on_wipe)
        compare.wipeMoved.connect(control.comparison.move_wipe)
        panes.picture.wipeMoved.connect(control.comparison.move_wipe)
        compare.differenceToggled.connect(self._on_difference)
        compare.sameScaleToggled.connect(self._on_same_scale)
        compare.swapRequested.connect(control.swap)
        compare.keepRequested.connect(control.keep)
        compare.closeRequested.connect(window.toggle_compare)
        compare.picture.tokenClicked.connect(self._on_kept_clicked)
        compare.picture.rangeChanged.connect(panes.picture.setRange)
        compare.picture.fitted.connect(panes.picture.fitView)
        panes.picture.rangeChanged.connect(compare.picture.setRange)
        panes.picture.fitted.connect(compare.picture.fitView)
        top.compareRequested.connect(window.toggle_compare)
        top.presentRequested.connect(features.present.toggle)
        views, saved = panes.views, control.saved_views
        views.saveRequested.connect(window.save_view)
        views.viewChosen.connect(saved.show)
        views.renamed.connect(saved.rename)
        views.removeRequested.connect(saved.remove)
        views.moveRequested.connect(saved.move)

    def _connect_messages(self) -> None:
        """Connect the messages on files, options and settings with what shows them."""
        control, features = self._control, self._features
        sessions, options = features.sessions, features.input_options
        for said in (sessions.said, control.export_dialog.said):
            said.connect(self._on_said)
        for refused in (sessions.refused, control.export_dialog.refused):
            refused.connect(self._on_refused)
        for warned in (
            sessions.warned,
            features.files.warned,
            features.preferences.problemTold,
        ):
            warned.connect(self._on_warned)
        control.write_queue.asked.connect(self._on_write_asked)
        options.asked.connect(self._on_asked)
        for wanted in (features.files.focusWanted, features.present.focusWanted):
            wanted.connect(self._on_focus_wanted)
        options.precisionMeasured.connect(self._on_precision)
        features.open_dialogs.refused.connect(self._on_nothing_opened)
        features.model_dialogs.networkNamed.connect(self._on_network_named)
        features.present.said.connect(self._on_said_to_audience)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return the function of each action by name, except the window's own."""
        window, control, picture = self._window, self._control, self._panes.picture
        features, view_handlers = self._features, self._features.view_handlers
        return {
            "open": features.open_dialogs.open_dialog,
            "models": features.model_dialogs.all_models,
            "open_folder": features.open_dialogs.folder_dialog,
            "paste": window.paste,
            "picture_back": lambda: features.files.step(-1),
            "picture_on": lambda: features.files.step(1),
            "film_strip": features.files.toggle_strip,
            "copy": window.copy,
            "export": window.export,
            "export_page": window.export_page,
            "copy_command": window.copy_command_line,
            "cls": control.steps.choose_cls,
            "special": control.steps.cycle_special,
            "direction": view_handlers.flip_direction,
            "layer_back": lambda: control.steps.step_layer(-1),
            "layer_on": lambda: control.steps.step_layer(1),
            "head_back": lambda: control.steps.step_head(-1),
            "head_on": lambda: control.steps.step_head(1),
            "second": lambda: control.change(others=()),
            "cancel": control.escape,
            "style": view_handlers.next_style,
            "log": lambda: view_handlers.on_log(not control.state.log),
            "grid": lambda: view_handlers.on_grid(not control.state.show_grid),
            "smooth": lambda: view_handlers.on_smooth(not control.state.smooth),
            "hover": view_handlers.toggle_hover,
            "fit": self._fit,
            "zoom_in": lambda: picture.zoomBy(1.25),
            "zoom_out": lambda: picture.zoomBy(0.8),
            "compare": window.toggle_compare,
            "panel": self._toggle_panel,
            **self._mode_handlers(),
            "restore": features.lab.restore,
            "tab_strip": lambda: view_handlers.on_tab("strip"),
            "tab_matrix": lambda: view_handlers.on_tab("matrix"),
            "tab_heads": lambda: view_handlers.on_tab("heads"),
            "tab_classes": lambda: view_handlers.on_tab("classes"),
            "tab_tokens": lambda: view_handlers.on_tab("tokens"),
            "tab_map_test": lambda: view_handlers.on_tab("map_test"),
            "tab_views": lambda: view_handlers.on_tab("views"),
            "save_session": features.sessions.save,
            "save_session_as": features.sessions.save_elsewhere,
            "save_view": window.save_view,
            "view_on": lambda: window.step(1),
            "view_back": lambda: window.step(-1),
            "undo": control.undo,
            "redo": control.redo,
            "theme": window.toggle_theme,
            "hints": features.hints.show_again,
            "language": features.preferences.switch_language,
            "present": features.present.toggle,
            "keys": self._contents.keys.toggle,
        }

    def _mode_handlers(self) -> dict[str, Callable[[], object]]:
        """Return a function for the key of each mode."""
        return {
            f"mode_{mode.value}": partial(self._on_mode, mode)
            for mode in self._panes.side.modes()
        }

    # -- reactions to signals ------------------------------------------------------

    def _on_history(self) -> None:
        history = self._control.history
        self._contents.top.setHistory(
            can_undo=bool(history.past), can_redo=bool(history.future)
        )

    def _on_said(self, text: str) -> None:
        self._panes.status.setText(text)

    def _on_said_to_audience(self, text: str) -> None:
        self._contents.line.setText(text)

    def _on_refused(self, error: VitvizError) -> None:
        self._panes.errors.showError(error)

    def _on_warned(self, error: VitvizError) -> None:
        self._panes.errors.showError(error, stays=True)

    def _on_nothing_opened(self, text: str) -> None:
        self._panes.errors.showMessage(text)

    def _on_write_asked(self) -> None:
        self._panes.errors.settle(*OF_FILES)
        self._panes.errors.clear()

    def _on_asked(self) -> None:
        self._panes.errors.clear()

    def _on_network_named(self) -> None:
        self._panes.errors.dismiss()

    def _on_focus_wanted(self) -> None:
        self._panes.picture.setFocus()

    def _on_precision(self, moved: float | None) -> None:
        self._panes.status.setPrecision(moved)

    def _on_difference(self, on: bool) -> None:
        self._control.comparison.show(difference=on)

    def _on_wipe(self, on: bool) -> None:
        self._control.comparison.show(wipe=on)

    def _on_patch(self, size: int) -> None:
        """Run the embedded model on screen with patches of another size."""
        model = self._control.model
        if model is not None:
            self._window.choose_model(model.info.name, size)

    def _on_same_scale(self, on: bool) -> None:
        self._control.comparison.same_scale = on
        self._control.comparison.changed.emit()

    def _on_kept_clicked(self, token: int, _shift: bool) -> None:
        self._control.pin_linked(token)

    def _on_mode(self, mode: object) -> None:
        """Show the panel of a mode, also beside two pictures that are compared."""
        self._control.change(mode=mode)
        self._features.view_handlers.show_panel()

    def _on_lesson(self, path: str) -> None:
        """Open a picture and the first chapter beside it."""
        self._window.open_path(path)
        view = LearnView(next(iter(Chapter)))
        self._control.change(mode=Mode.LEARN, learn=view)

    def _fit(self) -> None:
        self._panes.picture.fitView()
        self._panes.compare.picture.fitView()

    def _toggle_panel(self) -> None:
        self._panes.side.setVisible(not self._panes.side.isVisible())


class ViewHandlers(QObject):
    """Handlers of the panes' signals, which change the view; in the main thread."""

    def __init__(
        self,
        window: QWidget,
        panes: Panes,
        control: Controller,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._window, self._panes = window, panes
        self._control, self._preferences = control, preferences
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
        panes.tokens.mapChosen.connect(self.on_token_map)
        panes.picture.line.attentionRequested.connect(self.on_attention)
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
        self._control.change(tab=name, mode=Mode.INSPECT, merge=True)
        self.show_panel()

    def show_panel(self) -> None:
        """Show the side panel if it is folded away and there is something to show."""
        if self._control.document.image is not None:
            self._panes.side.show()

    def on_heads_view(self, view: object) -> None:
        self._control.change(heads_view=view, merge=True)

    def on_head(self, layer: int, head: int) -> None:
        changes: dict[str, Any] = {}
        # What the wall shows is attention, and what is clicked is to be on the picture.
        if self._control.state.heads_view.shows is None:
            changes["method"] = "raw"
        self._control.change(layer=layer, heads=HeadChoice((head,)), **changes)

    def on_token_map(self, shows: Reading, layer: int | None, after: bool) -> None:
        """Lay a small map of what tokens carry over the picture."""
        state = self._control.state
        options = replace(
            state.method_options, after=after, source=state.tokens_view.source
        )
        changes: dict[str, Any] = {} if layer is None else {"layer": layer}
        self._control.change(
            method=LAID_BY[shows],
            method_options=options,
            direction=Direction.LOOKS_AT,
            **changes,
        )

    def on_attention(self) -> None:
        self._control.change(method="raw")

    def on_tokens_view(self, view: object) -> None:
        self._control.change(tokens_view=view, merge=True)

    def on_target(self, target: object) -> None:
        self._control.change(target=target)

    def on_method_options(self, options: object) -> None:
        self._control.change(method_options=options)

    def on_matrix_hovered(self, query: int, key: int) -> None:
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
        self._control.change(clip_percent=CLIP_PERCENT if on else 0.0)

    def on_renormalise(self, on: bool) -> None:
        self._control.change(renormalise=on)

    def on_smooth(self, on: bool) -> None:
        self._control.change(smooth=on)

    def on_grid(self, on: bool) -> None:
        self._control.change(show_grid=on)

    def on_colormap(self, name: object) -> None:
        self._control.change(colormap=name)

    def on_opacity(self, value: float) -> None:
        self._control.change(opacity=value, merge=True)

    def toggle_hover(self) -> None:
        on = not self._control.screen.previews_on_hover
        self._preferences.set(hover_preview=on)
        self._panes.status.setText(
            self.tr("Preview on hover: on") if on else self.tr("Preview on hover: off")
        )
