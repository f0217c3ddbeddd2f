"""The window: places the panes and connects them. Logic lives in the controller."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import shiboken6
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from vitviz.ui import actions, theme, window_place
from vitviz.ui.about import AboutDialog
from vitviz.ui.class_pane import ClassPane
from vitviz.ui.compare_pane import ComparePane
from vitviz.ui.controller import Controller
from vitviz.ui.dialogs import show_dialog
from vitviz.ui.error_bar import ErrorBar
from vitviz.ui.export_dialog import choose_and_export
from vitviz.ui.files import Files
from vitviz.ui.fillers.learn import LearnFiller
from vitviz.ui.film_strip import FilmStrip
from vitviz.ui.heads_pane import HeadsPane
from vitviz.ui.hints import Hints
from vitviz.ui.keys_overlay import KeysOverlay
from vitviz.ui.lab.filler import LabFiller
from vitviz.ui.lab.lab import Lab
from vitviz.ui.lab.panel import LabPanel
from vitviz.ui.learn.panel import LearnPanel
from vitviz.ui.log_window import LogWindow
from vitviz.ui.modes import SideModes
from vitviz.ui.opening import Opening
from vitviz.ui.panes import Panes
from vitviz.ui.picture_pane import PicturePane
from vitviz.ui.preferences import Preferences
from vitviz.ui.present import Present
from vitviz.ui.query_bar import QueryBar
from vitviz.ui.rebuilding import remembered
from vitviz.ui.running import Running
from vitviz.ui.sessions import Sessions
from vitviz.ui.settings_dialog import SettingsDialog
from vitviz.ui.start_page import StartPage
from vitviz.ui.status_line import StatusLine
from vitviz.ui.tokens_pane import TokensPane
from vitviz.ui.top_bar import TopBar
from vitviz.ui.trial_pane import TrialPane
from vitviz.ui.view_name import view_name
from vitviz.ui.view_wishes import ViewWishes
from vitviz.ui.views_pane import ViewsPane
from vitviz.ui.widgets.colour_bar import ColourBar
from vitviz.ui.widgets.current_stack import CurrentStack
from vitviz.ui.widgets.head_strip import HeadStrip
from vitviz.ui.widgets.layer_rail import LayerRail
from vitviz.ui.widgets.matrix_pane import MatrixPane
from vitviz.ui.widgets.side_tabs import SideTabs
from vitviz.views.state import Mode

START_SIZE = (1280, 720)
PANEL_SHARE = 0.38
"""Of the width, for the side panel; the picture keeps more than half."""


class MainWindow(QMainWindow):
    """Panes, their connections, and what a window does: drop, paste, close."""

    def __init__(self, device: str = "auto") -> None:
        super().__init__()
        self.device = device
        self.patience_ms: int | None = None
        """How long closing waits for the worker threads; None: until they end."""
        self.offers_hints = False
        """Whether hints that were not dismissed are shown."""
        self.setWindowTitle("vitviz")
        self.setAcceptDrops(True)
        self._make()
        self.controller = Controller(self.panes, self)
        self.learn = LearnFiller(self.panes, self.controller)
        self.controller.add_mode(Mode.LEARN, self.learn)
        self.controller.add_mode(Mode.LAB, LabFiller(self.panes.lab, self.controller))
        self.opening = Opening(self)
        self.sessions = Sessions(self)
        self.preferences = Preferences(self)
        self.files = Files(self)
        self.running = Running(self)
        self.present = Present(self)
        self._follow()
        self._join()
        self._anew = QTimer(self, singleShot=True, interval=0)
        self._anew.timeout.connect(self.rebuild)
        self.resize(*START_SIZE)

    def _make(self) -> None:
        """Everything that shows words, in the program's language."""
        self.panes = Panes(
            picture=PicturePane(),
            bar=ColourBar(),
            side=SideModes(),
            learn=LearnPanel(),
            lab=LabPanel(),
            strip=HeadStrip(),
            tabs=SideTabs(),
            matrix=MatrixPane(),
            heads=HeadsPane(),
            classes=ClassPane(),
            tokens=TokensPane(),
            trial=TrialPane(),
            views=ViewsPane(),
            compare=ComparePane(),
            rail=LayerRail(),
            controls=QueryBar(),
            status=StatusLine(),
            errors=ErrorBar(),
        )
        self.film = FilmStrip()
        self.line = QLabel()
        self.line.setContentsMargins(12, 2, 12, 6)
        self.line.setMinimumWidth(1)
        self.line.hide()
        self.top = TopBar()
        self.start = StartPage()
        self._place()
        self.top.setModes(self._mode_names())
        self.keys = KeysOverlay(self._central)

    def _join(self) -> None:
        """Connect what `_make` has made with the controller."""
        self.lab = Lab(self)
        self.wishes = ViewWishes(self)
        self.hints = Hints(self)
        self.files.join()
        self.running.join()
        self._connect()
        self.actions_by_name = actions.build(self, self._handlers())
        self.top.setProgramActions(
            [self.actions_by_name[name] for name in actions.OF_THE_PROGRAM]
        )
        self.refresh_controls()
        self._update_mode()

    def rebuild(self) -> None:
        """Make everything with words anew; what is shown and what runs stays.

        Called when the program's language changes: no text can be forgotten that way.
        """
        restore = remembered(self)
        former = self._central
        self.takeCentralWidget()
        # at once: what hears the controller must not hear it for widgets that go
        for one in (*self.actions_by_name.values(), self.lab, self.wishes, self.hints):
            shiboken6.delete(one)
        self._make()
        self.controller.attach(self.panes)
        self._join()
        self.opening.rebuild()
        former.deleteLater()
        restore()

    # -- layout --------------------------------------------------------------------

    def _place(self) -> None:
        panes = self.panes
        self._picture = picture = QWidget()
        row = QHBoxLayout(picture)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(panes.picture, 1)
        row.addWidget(panes.bar, 0)
        row.addWidget(panes.compare, 1)
        panes.compare.hide()
        self._stack = CurrentStack()
        self._stack.addWidget(self.start)
        self._stack.addWidget(picture)
        left = QWidget()
        beside = QHBoxLayout(left)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        column = QVBoxLayout()
        column.setSpacing(0)
        beside.addWidget(self.film)
        beside.addLayout(column, 1)
        column.addWidget(panes.errors)
        column.addWidget(self._stack, 1)
        self._panel = QSplitter(Qt.Orientation.Vertical)
        self._panel.addWidget(panes.strip)
        panes.tabs.setPanes(self._tabs())
        self._panel.addWidget(panes.tabs)
        self._panel.setChildrenCollapsible(False)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(left)
        panes.side.addPanel(Mode.INSPECT, self._panel)
        panes.side.addPanel(Mode.LEARN, panes.learn)
        panes.side.addPanel(Mode.LAB, panes.lab)
        self._split.addWidget(panes.side)
        self._split.setChildrenCollapsible(False)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        width, height = START_SIZE
        panel = round(width * PANEL_SHARE)
        self._split.setSizes([width - panel, panel])
        self._panel.setSizes([height // 2, height // 2])
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget, stretch in (
            (self.top, 0),
            (self._split, 1),
            (panes.rail, 0),
            (panes.controls, 0),
            (panes.status, 0),
            (self.line, 0),
        ):
            layout.addWidget(widget, stretch)
        self._central = central
        if theme.presents():
            self._reduce()
        self.setCentralWidget(central)

    def _reduce(self) -> None:
        """For a room: picture, rail, one side panel, and a line of words."""
        for part in (self.top, self.panes.controls, self.panes.status, self.film):
            part.hide()
        self.line.show()
        self.start.setMinimumSize(1, 1)  # its pictures must not widen the window
        self.panes.tabs.setShowsNames(False)
        for split in self.splitters():  # halves, at any size to come
            split.setStretchFactor(0, 1)
            split.setStretchFactor(1, 1)
            split.setSizes([START_SIZE[0] // 2, START_SIZE[0] // 2])

    def _mode_names(self) -> list[tuple[Mode, str, str]]:
        """(mode, text, tooltip) of the modes that have a panel."""
        names = {
            Mode.INSPECT: (
                self.tr("Inspect"),
                self.tr("See where each patch looks (F2)"),
            ),
            Mode.LEARN: (
                self.tr("Learn"),
                self.tr("How a Vision Transformer works, on this picture (F3)"),
            ),
            Mode.LAB: (
                self.tr("Lab"),
                self.tr("Change the running model and see what follows (F4)"),
            ),
        }
        return [(mode, *names[mode]) for mode in self.panes.side.modes()]

    def _tabs(self) -> list[tuple[str, str, str, QWidget]]:
        panes = self.panes
        return [
            (
                "matrix",
                self.tr("Matrix"),
                self.tr("Every query against every key (1)"),
                panes.matrix,
            ),
            (
                "heads",
                self.tr("All heads"),
                self.tr("Every head of every layer, as maps or statistics (2)"),
                panes.heads,
            ),
            (
                "classes",
                self.tr("Class"),
                self.tr("What the model takes the picture for (3)"),
                panes.classes,
            ),
            (
                "tokens",
                self.tr("Tokens"),
                self.tr("What tokens carry from layer to layer (4)"),
                panes.tokens,
            ),
            (
                "trial",
                self.tr("Test"),
                self.tr("Put the map on screen to the test (5)"),
                panes.trial,
            ),
            (
                "views",
                self.tr("Views"),
                self.tr("Views you have saved (6)"),
                panes.views,
            ),
        ]

    # -- connections ---------------------------------------------------------------

    def _connect(self) -> None:
        panes, control, top = self.panes, self.controller, self.top
        panes.picture.tokenHovered.connect(control.hover)
        panes.picture.tokenClicked.connect(self._on_token_clicked)
        panes.picture.outsideClicked.connect(self._on_outside)
        panes.picture.arrowPressed.connect(control.move_query)
        panes.rail.cancelRequested.connect(control.cancel)
        panes.matrix.tokenPinned.connect(control.pin)
        panes.matrix.left.connect(control.leave_matrix)
        panes.matrix.visibleRangeChanged.connect(control.refine_matrix)
        panes.controls.specialChosen.connect(control.pin)
        top.openRequested.connect(self.opening.open_dialog)
        top.pasteRequested.connect(self.paste)
        top.pathChosen.connect(self.open_path)
        top.modelChosen.connect(self.choose_model)
        top.modelsRequested.connect(self.opening.all_models)
        top.modelFolderRequested.connect(self.opening.model_folder)
        top.modelFileRequested.connect(self.opening.model_file)
        top.modeChosen.connect(self._on_mode)
        top.exportRequested.connect(self.export)
        top.copyRequested.connect(self.copy)
        top.themeRequested.connect(self.toggle_theme)
        top.keysRequested.connect(self.keys.toggle)
        self.start.pathChosen.connect(self.open_path)
        self.start.openRequested.connect(self.opening.open_dialog)
        compare = panes.compare
        compare.differenceToggled.connect(self._on_difference)
        compare.sameScaleToggled.connect(self._on_same_scale)
        compare.swapRequested.connect(control.swap)
        compare.keepRequested.connect(control.keep)
        compare.closeRequested.connect(self.toggle_compare)
        compare.picture.tokenClicked.connect(self._on_kept_clicked)
        compare.picture.rangeChanged.connect(panes.picture.setRange)
        compare.picture.fitted.connect(panes.picture.fitView)
        panes.picture.rangeChanged.connect(compare.picture.setRange)
        panes.picture.fitted.connect(compare.picture.fitView)
        top.compareRequested.connect(self.toggle_compare)
        views, saved = panes.views, control.saved_views
        views.saveRequested.connect(self.save_view)
        views.viewChosen.connect(saved.show)
        views.renamed.connect(saved.rename)
        views.removeRequested.connect(saved.remove)
        views.moveRequested.connect(saved.move)

    def _follow(self) -> None:
        """Connect the controller with this window, once."""
        control = self.controller
        control.comparing.changed.connect(self._update_compare)
        control.saved_views.changed.connect(self._update_views)
        control.stateChanged.connect(self._update_views)
        control.stateChanged.connect(self._update_mode)
        control.sceneChanged.connect(self.refresh_controls)
        control.modelNeeded.connect(self._on_model_needed)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        control, picture = self.controller, self.panes.picture
        wishes = self.wishes
        return {
            "open": self.opening.open_dialog,
            "models": self.opening.all_models,
            "open_folder": self.opening.folder_dialog,
            "paste": self.paste,
            "picture_back": lambda: self.files.step(-1),
            "picture_on": lambda: self.files.step(1),
            "film_strip": self.files.toggle_strip,
            "copy": self.copy,
            "export": self.export,
            "quit": self.close,
            "cls": lambda: control.pin(0),
            "special": control.cycle_special,
            "direction": wishes.flip_direction,
            "layer_back": lambda: control.step_layer(-1),
            "layer_on": lambda: control.step_layer(1),
            "head_back": lambda: control.step_head(-1),
            "head_on": lambda: control.step_head(1),
            "second": lambda: control.change(others=()),
            "cancel": control.cancel,
            "style": wishes.next_style,
            "log": lambda: wishes.on_log(not control.state.log),
            "grid": lambda: wishes.on_grid(not control.state.show_grid),
            "smooth": lambda: wishes.on_smooth(not control.state.smooth),
            "hover": wishes.toggle_hover,
            "fit": self._fit,
            "zoom_in": lambda: picture.zoomBy(1.25),
            "zoom_out": lambda: picture.zoomBy(0.8),
            "compare": self.toggle_compare,
            "panel": self._toggle_panel,
            **self._mode_handlers(),
            "restore": self.lab.restore,
            "tab_matrix": lambda: wishes.on_tab("matrix"),
            "tab_heads": lambda: wishes.on_tab("heads"),
            "tab_classes": lambda: wishes.on_tab("classes"),
            "tab_tokens": lambda: wishes.on_tab("tokens"),
            "tab_trial": lambda: wishes.on_tab("trial"),
            "tab_views": lambda: wishes.on_tab("views"),
            "save_session": self.sessions.save,
            "save_view": self.save_view,
            "view_on": lambda: self.step(1),
            "view_back": lambda: self.step(-1),
            "undo": control.undo,
            "redo": control.redo,
            "theme": self.toggle_theme,
            "settings": self.show_settings,
            "log_window": self.show_log,
            "about": self.show_about,
            "hints": self.hints.show_again,
            "language": self.preferences.switch_language,
            "present": self.present.toggle,
            "full_screen": self._toggle_full_screen,
            "keys": self.keys.toggle,
        }

    def _mode_handlers(self) -> dict[str, Callable[[], object]]:
        """A key for every mode."""
        return {
            f"mode_{mode.value}": partial(self._on_mode, mode)
            for mode in self.panes.side.modes()
        }

    # -- opening -------------------------------------------------------------------

    def open_path(self, path: str) -> None:
        """Open a picture, a folder or a session by its path."""
        self.files.open([path])

    def paste(self) -> None:
        """Open the picture or the file on the clipboard."""
        self.opening.open_mime(
            QGuiApplication.clipboard().mimeData(), self.tr("pasted")
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and pictures."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        event.acceptProposedAction()
        self.opening.open_mime(event.mimeData(), self.tr("dropped"))

    # -- what signals ask for ------------------------------------------------------

    def _on_token_clicked(self, token: int, second: bool) -> None:
        if not self.learn.takes_click(token, second):
            self.controller.pin(token, beside=second)

    def _on_outside(self) -> None:
        self.panes.status.setText(
            self.tr("The model did not see this part of the picture.")
        )

    def toggle_compare(self) -> None:
        """Keep the view on screen beside the live one, or let go of it."""
        control = self.controller
        if control.comparing.kept is None:
            control.keep()
        else:
            control.comparing.keep(None)

    def _update_compare(self) -> None:
        is_comparing = self.controller.comparing.kept is not None
        if is_comparing == self.panes.compare.isHidden():
            self.panes.compare.setVisible(is_comparing)
            self.panes.side.setVisible(not is_comparing)  # two pictures need the room
        self.top.setComparing(is_comparing)

    def _on_difference(self, on: bool) -> None:
        self.controller.comparing.shows_difference = on
        self.controller.comparing.changed.emit()

    def _on_same_scale(self, on: bool) -> None:
        self.controller.comparing.same_scale = on
        self.controller.comparing.changed.emit()

    def _on_kept_clicked(self, token: int, _shift: bool) -> None:
        self.controller.pin_linked(token)

    def choose_model(self, name: str, patch: object) -> None:
        """Load a model by name, file or folder."""
        size = patch if isinstance(patch, int) else None
        self.controller.choose_model(name, device=self.device, patch_size=size)

    def _on_model_needed(self) -> None:
        self.panes.status.setRunText(self.tr("Choose a model"))

    def step(self, by: int) -> None:
        """Go on or back: in Learn among the chapters, else among the saved views."""
        if self.controller.state.mode is Mode.LEARN:
            self.panes.learn.step(by)
        else:
            self.controller.saved_views.step(by)

    def _on_mode(self, mode: object) -> None:
        self.controller.change(mode=mode)

    def _fit(self) -> None:
        self.panes.picture.fitView()
        self.panes.compare.picture.fitView()

    def _toggle_panel(self) -> None:
        self.panes.side.setVisible(not self.panes.side.isVisible())

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_theme(self) -> None:
        """From light to dark and back."""
        is_light = theme.colours() is theme.LIGHT
        choice = theme.ThemeChoice.DARK if is_light else theme.ThemeChoice.LIGHT
        self.preferences.set(theme=choice)

    def show_settings(self) -> None:
        """Open the settings, or bring them to the front."""
        show_dialog(self, SettingsDialog)

    def show_log(self) -> None:
        """Open the log, or bring it to the front."""
        show_dialog(self, LogWindow)

    def show_about(self) -> None:
        """Say what the program is made of."""
        show_dialog(self, AboutDialog)

    def contents(self) -> QWidget:
        """Everything in the window; another widget once it is built anew."""
        return self._central

    def splitters(self) -> tuple[QSplitter, QSplitter]:
        """(picture and side panel, the parts of the side panel)."""
        return self._split, self._panel

    def copy(self) -> None:
        """Put the picture with its heat map on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._picture.grab())

    def export(self) -> None:
        """Ask for a file and write figure or numbers into it."""
        choose_and_export(self, self.controller)

    def save_view(self) -> None:
        """Keep the view on screen, named by what it shows."""
        name = self.words_on_screen()
        if name:
            self.controller.saved_views.save(name)

    def words_on_screen(self) -> str:
        """What lies over the picture, in a few words; empty when nothing does."""
        heat, trace = self.controller.heat, self.controller.scene.trace
        if heat is None or trace is None:
            return ""
        title = self.panes.controls.method.title(heat.method)
        return view_name(heat, trace.setup, title)

    def _update_mode(self) -> None:
        self.top.setMode(self.panes.side.mode())

    def _update_views(self) -> None:
        saved = self.controller.saved_views
        self.panes.views.setViews(saved.views, saved.current)

    def refresh_controls(self) -> None:
        """Show which picture, model and options are in use."""
        control = self.controller
        self.top.setModel(control.model, control.options)
        self.top.setHasTrace(control.scene.trace is not None)
        self.panes.views.setCanSave(control.scene.trace is not None)
        image = control.scene.image
        self.setWindowTitle("vitviz" if image is None else f"{image.name} – vitviz")
        text = (
            "" if image is None else f"{image.name}   {image.size[0]}×{image.size[1]}"
        )
        self.top.setTitle(text)
        if image is not None:
            self._stack.setCurrentIndex(1)

    def changeEvent(self, event: QEvent) -> None:
        """Another language: once all translators are in place, build anew."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._anew.start()

    # -- closing -------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hide at once; what runs ends after its block."""
        self.present.end()
        window_place.remember(self)
        self.hide()
        self.controller.shutdown(self.patience_ms)
        event.accept()
