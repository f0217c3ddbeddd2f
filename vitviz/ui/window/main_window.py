"""Main window: makes and connects its parts, takes drops, opens dialogs, and closes.

`CloseGuard` delays closing until a file is written. `show_dialog` shows the dialogs of
which a window has at most one of a kind.
"""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from vitviz.errors import InputError
from vitviz.system import settings
from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import theme
from vitviz.ui.base.preferences import Preferences
from vitviz.ui.base.text import sentence
from vitviz.ui.files.export_sheet import Export
from vitviz.ui.files.folder import Files
from vitviz.ui.files.open import OpenDialogs
from vitviz.ui.files.saved_views import view_name
from vitviz.ui.files.sessions import Sessions
from vitviz.ui.input.input_options import InputOptions
from vitviz.ui.lab.lab import Lab, LabController
from vitviz.ui.learn.learn import LearnController
from vitviz.ui.models.open_model import ModelDialogs
from vitviz.ui.present.present import Present
from vitviz.ui.window import actions, window_state
from vitviz.ui.window.about import AboutDialog
from vitviz.ui.window.controller import Controller
from vitviz.ui.window.hints import Hints
from vitviz.ui.window.layout import START_SIZE, Contents
from vitviz.ui.window.log_window import LogWindow
from vitviz.ui.window.settings_dialog import SettingsDialog
from vitviz.ui.window.start_page import RecentThumbnails
from vitviz.ui.window.wiring import Connections, Features, ViewHandlers
from vitviz.views.session import Session
from vitviz.views.view_state import Mode

# Settings with which a model is loaded.
OF_THE_MODEL = {"device", "precision", "threads"}


class MainWindow(QMainWindow):
    """The window with its contents and features; what is shown is the controller's."""

    def __init__(self, device: str = "auto") -> None:
        super().__init__()
        self.device = device
        # How long closing waits for the worker threads; None: until they end.
        self.patience_ms: int | None = None
        # Whether hints that were not dismissed are shown.
        self.offers_hints = False
        self.setWindowTitle("vitviz")
        self.setAcceptDrops(True)
        self._make()
        self.controller = Controller(self.panes, self)
        workers = self.controller.workers
        self.learn = LearnController(self.panes, self.controller, workers)
        screen = self.controller.screen
        screen.add_mode(Mode.LEARN, self.learn, lambda panes: panes)
        lab = LabController(
            self.panes.lab,
            workers,
            lambda: self.controller.untouched,
            screen.references,
        )
        screen.add_mode(Mode.LAB, lab, lambda panes: panes.lab)
        self.sessions = Sessions(self, self.controller)
        self.preferences = Preferences(self)
        self.files = Files(self.controller, self.sessions, self.preferences, workers)
        self.open_dialogs = OpenDialogs(self, self.files, workers)
        self.model_dialogs = ModelDialogs(self, workers, lambda: self.controller.model)
        self.input_options = InputOptions(self, self.controller, workers)
        self.present = Present(self, self, self.controller, self.learn)
        self.close_guard = CloseGuard(self)
        self._follow()
        self._join()
        self._anew = QTimer(self, singleShot=True, interval=0)
        self._anew.timeout.connect(self.rebuild)
        self.resize(*START_SIZE)

    def _make(self) -> None:
        """Create everything that shows text, in the program's language."""
        self._contents = contents = Contents()
        self.panes = contents.panes
        self.top = contents.top
        self.film = contents.film
        self.line = contents.line
        self.start = contents.start
        self.keys = contents.keys
        self.setCentralWidget(contents)

    def _join(self) -> None:
        """Connect what `_make` has created with the controller."""
        control = self.controller
        self.lab = Lab(
            control,
            self.panes.picture,
            self.panes.lab,
            control.comparison,
            control.workers,
        )
        control.documentChanged.connect(self.lab.refresh)
        control.stateChanged.connect(self.lab.refresh)
        self.view_handlers = ViewHandlers(self, self.panes, control, self.preferences)
        self.hints = Hints(self, control, self._contents)
        control.documentChanged.connect(self.hints.on_document)
        control.stateChanged.connect(self.hints.on_state)
        self._connections = Connections(self, self._contents, control, self._features())
        self.files.attach(self.film, self.panes.errors)
        self.input_options.attach(self.top.sizes, self._contents.offer)
        self.start.recent.refresh()
        self._recent = RecentThumbnails(self.start.recent, control.workers)
        self.actions_by_name = named = actions.build(
            self, {**self._connections.handlers(), **self._handlers()}
        )
        self.top.setProgramActions([named[name] for name in actions.OF_THE_PROGRAM])
        self.top.setExportActions([named[name] for name in actions.OF_THE_EXPORT_MENU])
        self.refresh_controls()
        self._update_mode()

    def _features(self) -> Features:
        """Return everything that the contents are connected with."""
        return Features(
            files=self.files,
            open_dialogs=self.open_dialogs,
            model_dialogs=self.model_dialogs,
            sessions=self.sessions,
            input_options=self.input_options,
            preferences=self.preferences,
            present=self.present,
            lab=self.lab,
            learn=self.learn,
            hints=self.hints,
            view_handlers=self.view_handlers,
        )

    def _handlers(self) -> dict[str, Callable[[], object]]:
        """Return the functions of the window's own actions, by action name."""
        return {
            "settings": self.show_settings,
            "log_window": self.show_log,
            "about": self.show_about,
            "full_screen": self.toggle_full_screen,
            "quit": self.close,
        }

    def rebuild(self) -> None:
        """Make everything with text anew; what is shown and what runs stays.

        Called when the program's language changes: no text can be forgotten that way.
        """
        restore, lab = self.remembered(), self.lab.remembered()
        previous = self._contents
        self.takeCentralWidget()
        # Deleted at once: the controller's signals must not reach what belongs to
        # widgets that are about to be deleted.
        for one in (
            *self.actions_by_name.values(),
            self._connections,
            self.lab,
            self.view_handlers,
            self.hints,
        ):
            shiboken6.delete(one)
        self._make()
        self.controller.attach(self.panes)
        self._join()
        self.model_dialogs.rebuild()
        make_anew(self, AboutDialog, LogWindow)
        previous.deleteLater()
        restore()
        self.lab.recall(lab)
        self.present.rebuilt()

    def _follow(self) -> None:
        """Connect what outlives the contents, once."""
        control = self.controller
        control.screen.previews_on_hover = settings.get().hover_preview
        control.documentChanged.connect(self.files.on_document)
        control.documentChanged.connect(self.input_options.on_document)
        control.documentChanged.connect(self.learn.on_document)
        control.documentChanged.connect(self.present.follow)
        control.stateChanged.connect(self.learn.on_state)
        control.stateChanged.connect(self.present.follow)
        self.learn.queryHeld.connect(control.screen.hold_query)
        self.learn.pageRequested.connect(self.export_page)
        self.present.layerStepped.connect(control.steps.step_layer)
        control.comparison.changed.connect(self._update_compare)
        control.saved_views.changed.connect(self._update_views)
        control.stateChanged.connect(self._update_views)
        control.stateChanged.connect(self._update_mode)
        control.documentChanged.connect(self.refresh_controls)
        control.modelNeeded.connect(self._on_model_needed)
        self.preferences.changed.connect(self._on_settings)
        self.sessions.opened.connect(self._on_session)
        self.input_options.chosen.connect(self.refresh_controls)
        self.model_dialogs.modelChosen.connect(self.choose_model)

    # -- opening -------------------------------------------------------------------

    def open_path(self, path: str) -> None:
        """Open a picture, a folder or a session by its path."""
        self.files.open([path])

    def paste(self) -> None:
        """Open the picture or the file on the clipboard."""
        self.open_dialogs.open_mime(
            QGuiApplication.clipboard().mimeData(), self.tr("pasted")
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and pictures."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()
            self._contents.drop.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Stop showing that what was dragged could be opened."""
        super().dragLeaveEvent(event)
        self._contents.drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self._contents.drop.hide()
        event.acceptProposedAction()
        self.open_dialogs.open_mime(event.mimeData(), self.tr("dropped"))

    # -- actions -------------------------------------------------------------------

    def toggle_compare(self) -> None:
        """Keep the view on screen beside the live one, or end the comparison."""
        control = self.controller
        if control.comparison.kept is None:
            control.keep()
        else:
            control.comparison.keep(None)

    def _update_compare(self) -> None:
        is_comparing = self.controller.comparison.kept is not None
        if is_comparing != self.panes.compare.isComparing():
            for pane in (self.panes.picture, self.panes.compare.picture):
                pane.setBeside(is_comparing)
            self.panes.compare.setVisible(is_comparing)
            self.panes.side.setVisible(not is_comparing)  # two pictures need its space
        self.top.setComparing(is_comparing)

    def choose_model(self, name: str, patch: object = None) -> None:
        """Load a model by name, file or folder."""
        size = patch if isinstance(patch, int) else None
        self.controller.choose_model(name, device=self.device, patch_size=size)

    def _on_session(self, session: Session) -> None:
        self.controller.restore(session, device=self.device)

    def _on_settings(self, names: frozenset[str]) -> None:
        """React to changed settings of the picture, the model and the start page."""
        now, control = settings.get(), self.controller
        if "hover_preview" in names:
            control.screen.previews_on_hover = now.hover_preview
        if names & OF_THE_MODEL:
            self.device = now.device
            if control.choice.name:  # load the current model again, with them
                self.choose_model(control.choice.name, control.choice.patch_size)
        if names & {"recent", "keep_recent"}:
            self.start.recent.refresh()
            self._recent.begin()

    def _on_model_needed(self) -> None:
        self.panes.status.setRunText(self.tr("Choose a model"))

    def step(self, by: int) -> None:
        """Go on or back: in Learn step by step, else among the saved views."""
        if self.controller.state.mode is Mode.LEARN:
            self.panes.learn.turn(by)
        else:
            self.controller.saved_views.step(by)

    def toggle_full_screen(self) -> None:
        """Switch full screen on or off."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_theme(self) -> None:
        """Switch from light to dark, or back."""
        is_light = theme.colours() is theme.LIGHT
        choice = ThemeChoice.DARK if is_light else ThemeChoice.LIGHT
        self.preferences.set(theme=choice)

    def show_settings(self) -> None:
        """Open the settings, or bring them to the front."""
        show_dialog(self, SettingsDialog)

    def show_log(self) -> None:
        """Open the log, or bring it to the front."""
        show_dialog(self, LogWindow)

    def show_about(self) -> None:
        """Open the About dialog, or bring it to the front."""
        show_dialog(self, AboutDialog)

    def new_dialog(self, kind: type[QWidget]) -> QWidget:
        """Create a dialog of which there is at most one."""
        control = self.controller
        if kind is SettingsDialog:
            return SettingsDialog(self, self.preferences, lambda: control.choice.name)
        if kind is AboutDialog:
            model = control.model
            return AboutDialog(self, "–" if model is None else str(model.info.device))
        assert kind is LogWindow
        return LogWindow(self)

    @property
    def is_presenting(self) -> bool:
        """Whether the window is shown to an audience."""
        return self.present.is_on

    def contents(self) -> Contents:
        """Return everything in the window; another widget once it is built anew."""
        return self._contents

    def remembered(self) -> Callable[[], None]:
        """Return a function that restores sizes, scroll positions, zoom and message."""
        return window_state.remembered(self, self.contents)

    def picture_place(self) -> QRect:
        """Return the rectangle of the picture in the window."""
        picture = self.panes.picture
        return QRect(picture.mapTo(self, QPoint(0, 0)), picture.size())

    def splitter(self) -> QSplitter:
        """Return the splitter of picture and side panel."""
        return self._contents.splitter()

    def copy(self) -> None:
        """Put the picture with its map on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._contents.pictureArea().grab())

    def export(self) -> None:
        """Open the sheet that asks what is exported, and how."""
        self.export_as(None)

    def export_as(self, what: Export | None) -> None:
        """Open the export sheet on a kind of figure; None for what is on screen."""
        session = self.sessions.file_with(self.controller.state.changes)
        self.controller.export_dialog.ask(self, what, session)

    def export_page(self) -> None:
        """Ask what a web page is to hold, and for its file, and write it."""
        self.controller.export_dialog.ask_page(self, self.files.listing.paths)

    def copy_command_line(self) -> None:
        """Put the command line that writes what is on screen on the clipboard.

        It writes the file of the last export; before one, a figure.
        """
        try:
            session = self.sessions.file_with(self.controller.state.changes)
            text = self.controller.export_dialog.command_line(session)
        except InputError as error:
            self.panes.errors.showError(error)
            return
        QGuiApplication.clipboard().setText(text)
        self.panes.status.setText(self.tr("Copied: {text}").format(text=text))

    def save_view(self) -> None:
        """Save the view on screen, named by what it shows."""
        name = self.words_on_screen()
        saved = self.controller.saved_views
        if name and saved.current is None:
            saved.save(name)
        elif name:
            self.panes.status.setText(self.tr("This view is saved already."))

    def words_on_screen(self) -> str:
        """Return what the map shows, in a few words; empty when there is none."""
        heat, trace = self.controller.heat, self.controller.document.trace
        if heat is None or trace is None:
            return ""
        title = self.panes.controls.method.title(heat.method)
        return view_name(heat, trace.setup, title)

    def _update_mode(self) -> None:
        mode = self.panes.side.mode()
        self.top.setMode(mode)
        if mode is not Mode.INSPECT and self.controller.document.image is None:
            self._contents.showSide()

    def _update_views(self) -> None:
        saved = self.controller.saved_views
        self.panes.views.setViews(saved.views, saved.current)
        if saved.views:
            trace = self.controller.document.trace
            images = saved.images(trace, self.controller.display)
            self.panes.views.setThumbnails(images)
        has_map = self.controller.document.trace is not None
        self.panes.views.setCanSave(has_map and saved.current is None)

    def refresh_controls(self) -> None:
        """Show which picture, model and options are in use."""
        control = self.controller
        image = control.document.image
        is_file = image is not None and image.path is not None
        self.top.sizes.setFileValues(image.values if image and is_file else None)
        self.top.setModel(control.model, control.options)
        self.top.setHasTrace(control.document.trace is not None)
        self._update_views()
        self.setWindowTitle("vitviz" if image is None else f"{image.name} – vitviz")
        if image is None:
            self.top.setTitle("")
        else:
            size = f"{image.size[0]}×{image.size[1]}"
            notes = map(sentence, image.notes)
            self.top.setTitle("   ".join((image.name, size, *notes)))
        if image is not None:
            self._contents.showPicture()

    def changeEvent(self, event: QEvent) -> None:
        """React to another language: build anew once all translators are installed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._anew.start()

    # -- closing -------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hide at once, and stop the jobs; but write files first."""
        if not self.close_guard.may_close():
            event.ignore()
            return
        self.present.end()
        window_state.remember(self, self.splitter())
        self.hints.remember()
        self.hide()
        self.controller.shutdown(self.patience_ms)
        event.accept()


class CloseGuard(QObject):
    """The wait for files before a window is closed; lives in the main thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._is_waiting = False
        self._message = ""
        self._must_end = False
        window.controller.write_queue.settled.connect(self._on_settled)

    def may_close(self) -> bool:
        """Return whether to close now; if not, show what is waited for.

        A second request closes without waiting: what is being written is left as it
        was.
        """
        writing = self._window.controller.write_queue
        if self._is_waiting or not writing.is_busy():
            return True
        self._is_waiting = True
        text = self.tr(
            "{name} is being written, and the window closes when it is there. Close it "
            "again to leave without the file."
        )
        self._message = text.format(name=writing.name())
        self._window.panes.errors.showMessage(self._message)
        return False

    def end(self) -> None:
        """Close, whatever becomes of a file: the process has been asked to end."""
        self._must_end = True
        self._window.close()

    def _on_settled(self, is_there: bool) -> None:
        if not self._is_waiting:
            return
        if is_there or self._must_end:
            self._window.close()
            return
        self._is_waiting = False  # stay open, so that the error can be read
        errors = self._window.panes.errors
        if errors.text() == self._message:
            errors.clear()


def show_dialog(window: MainWindow, kind: type[QWidget]) -> QWidget:
    """Show the window's only dialog of a kind, made when needed, and return it."""
    dialog = window.findChild(kind)
    if not isinstance(dialog, kind):
        dialog = window.new_dialog(kind)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # The key of an action works in the active window only, so each needs it.
        dialog.addAction(window.actions_by_name["language"])
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    return dialog


def make_anew(window: MainWindow, *kinds: type[QWidget]) -> None:
    """Make the open dialogs of these kinds anew where they are, in another language."""
    for kind in kinds:
        previous = window.findChild(kind)
        if isinstance(previous, kind) and previous.isVisible():
            place = previous.geometry()
            shiboken6.delete(previous)  # closing would delete it only later
            show_dialog(window, kind).setGeometry(place)
