"""Present: the window for an audience, in large type and on full screen.

begin → large type, the window built anew with the same view, full screen
clicker → steps in Learn, else saved views, else layers; `.` and B blank the screen
end → everything as before
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QScreen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QLayout,
    QLineEdit,
    QSpinBox,
    QSplitter,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.present.overlay import PresentOverlay
from vitviz.ui.present.speaker_window import SpeakerWindow
from vitviz.views.view_state import Mode

if TYPE_CHECKING:
    from vitviz.ui.files.saved_views import SavedViews
    from vitviz.ui.learn.learn import LearnController
    from vitviz.views.view_state import ViewState

# Height of the smallest text in a window of `BASE_SIZE`; more in a larger one.
SMALLEST_PX = 24.0
BASE_SIZE = (1280, 720)
# Delay before the text on the view is updated: panels follow the state first.
SAY_AFTER_MS = 50
# Share of the width for the picture: a panel with sentences needs half of it.
PICTURE_SHARE = {Mode.INSPECT: 0.56, Mode.LEARN: 0.5, Mode.LAB: 0.5}
assert PICTURE_SHARE.keys() == {*Mode}
# Sum of the sizes given to a splitter: Qt scales them, and their shares remain.
LARGE = 10_000
_FIELDS = QLineEdit | QAbstractSpinBox
_PAGES = (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
_TYPES = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)


class PresentWindow(Protocol):
    """What a window shows, and how it is built anew in another size of type."""

    @property
    def keys(self) -> QWidget:
        """The overlay that lists all keys."""

    def contents(self) -> QWidget:
        """Return everything in the window; another widget once it is built anew."""

    def splitter(self) -> QSplitter:
        """Return the splitter of picture and side panel."""

    def picture_place(self) -> QRect:
        """Return the rectangle of the picture in the window."""

    def words_on_screen(self) -> str:
        """Return what the map shows, in a few words; empty when there is none."""

    def rebuild(self) -> None:
        """Make everything with text anew; what is shown and what runs stays."""

    def remembered(self) -> Callable[[], None]:
        """Return a function that restores sizes, scroll positions, zoom and message."""


class PresentedView(Protocol):
    """The view state, and the saved views to step through."""

    @property
    def state(self) -> ViewState: ...
    @property
    def saved_views(self) -> SavedViews: ...
    def change(self, *, merge: bool = False, **changes: object) -> None: ...


class Present(QObject):
    """Present, on or off; lives in the main thread and outlives the window's panes."""

    # A line for the audience on what is on screen.
    said = Signal(str)
    # The number of layers to move by.
    layerStepped = Signal(int)
    # The picture is to take the keyboard focus.
    focusWanted = Signal()

    def __init__(
        self,
        window: QWidget,
        host: PresentWindow,
        view: PresentedView,
        learn: LearnController,
    ) -> None:
        """Create the mode, off; `host` is the window, as far as Present needs it."""
        super().__init__(window)
        self._window, self._host = window, host
        self._view, self._learn = view, learn
        self._is_on = False
        self._restore: Callable[[], None] | None = None
        self._previous_state = window.windowState()
        self._previous_place = QRect()
        # The mode for which picture and panel have got their shares of the width.
        self._placed: Mode | None = None
        # Pointer halo, pressed keys and the blank screen, over the window.
        self.stage: PresentOverlay | None = None
        # Notes on another screen, where there is one.
        self.speaker: SpeakerWindow | None = None
        self._steps = {
            Qt.Key.Key_PageDown: self.next,
            Qt.Key.Key_Right: self.next,
            Qt.Key.Key_PageUp: self.back,
            Qt.Key.Key_Left: self.back,
            Qt.Key.Key_Period: self.blank,
            Qt.Key.Key_B: self.blank,
            Qt.Key.Key_Escape: self.toggle,
            Qt.Key.Key_F5: self.toggle,
        }
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._on_soon)
        self._later = QTimer(self, singleShot=True, interval=SAY_AFTER_MS)
        self._later.timeout.connect(self._say)
        learn.turned.connect(self.follow)

    @property
    def is_on(self) -> bool:
        """Whether the window is shown to an audience."""
        return self._is_on

    def follow(self) -> None:
        """Update the text on the view, once panels have followed the state too."""
        if self._is_on:
            self._later.start()

    def toggle(self) -> None:
        """Begin or end, once the key that asks for it has been handled.

        Building the window anew deletes the action and the widget that handle the key.
        """
        self._soon.start()

    def _on_soon(self) -> None:
        if self._is_on:
            self.end()
        else:
            self.begin()

    def begin(self, *, full_screen: bool = True) -> None:
        """Show the window to an audience; on another screen if there is one."""
        window = self._window
        if self._is_on:
            return
        self._is_on = True
        self._restore = self._host.remembered()
        self._previous_state = window.windowState()
        self._previous_place = window.geometry()
        here = window.screen()
        audience = self._audience_screen(here)
        size = audience.geometry().size() if full_screen else window.size()
        scale = min(size.width() / BASE_SIZE[0], size.height() / BASE_SIZE[1])
        self._host.contents().hide()  # or its large type would widen the window
        theme.present(self._app(), SMALLEST_PX * max(scale, 1.0))
        if full_screen:
            if audience is not here:
                window.setWindowState(Qt.WindowState.WindowNoState)
                window.setScreen(audience)
                window.setGeometry(audience.geometry())
            window.showFullScreen()
        self._host.rebuild()
        self.stage = PresentOverlay(window, self._host.picture_place)
        if audience is not here:
            self.speaker = SpeakerWindow()
            for asked, slot in (
                (self.speaker.nextRequested, self.next),
                (self.speaker.backRequested, self.back),
                (self.speaker.blankRequested, self.blank),
                (self.speaker.endRequested, self.toggle),
            ):
                asked.connect(slot)
            self.speaker.showOn(here)
        self._app().installEventFilter(self)
        self.focusWanted.emit()
        self._say()
        self._later.start()

    def end(self) -> None:
        """Show the window as it was before."""
        if not self._is_on:
            return
        window = self._window
        self._is_on = False
        self._app().removeEventFilter(self)
        for part in (self.stage, self.speaker):
            if part is not None:
                part.close()
                part.deleteLater()
        self.stage = self.speaker = None
        theme.present(self._app(), None)
        window.setWindowState(self._previous_state)
        is_free = self._previous_state == Qt.WindowState.WindowNoState
        if is_free:
            window.setGeometry(self._previous_place)
        self._host.rebuild()
        if self._restore is not None:
            self._restore()
        self._restore = None

    def next(self) -> None:
        """Go one step on."""
        self._step(1)

    def back(self) -> None:
        """Go one step back."""
        self._step(-1)

    def blank(self) -> None:
        """Blank the screen, or show the picture again."""
        if self.stage is not None:
            self.stage.setBlank(not self.stage.isBlank())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the clicker's keys before any widget does; show other keys."""
        if event.type() not in _TYPES or not isinstance(watched, QWidget):
            return False
        if self._host.keys.isVisible():
            return False  # the overlay of keys turns its own pages
        assert isinstance(event, QKeyEvent)
        act = self._act_of(event, watched)
        if act is None:
            if event.type() == QEvent.Type.ShortcutOverride and self.stage is not None:
                self.stage.showKey(event.keyCombination())
            return False
        event.accept()  # so that no shortcut of the same key is triggered
        if event.type() == QEvent.Type.KeyPress:
            if (popup := QApplication.activePopupWidget()) is not None:
                popup.close()
            if isinstance(QApplication.focusWidget(), _FIELDS):
                self.focusWanted.emit()  # so that the next keys are not typed there
            if not event.isAutoRepeat() or Qt.Key(event.key()) in _PAGES:
                act()
        return True

    def _act_of(self, event: QKeyEvent, watched: QWidget) -> Callable[[], None] | None:
        """Return what a key of the clicker does; None where it is for another widget.

        The keys that turn pages are the clicker's wherever the focus is: the speaker
        may have clicked into a field and forgotten it.
        """
        plain = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        key, focus = Qt.Key(event.key()), QApplication.focusWidget()
        act = self._steps.get(key) if event.modifiers() in plain else None
        if QApplication.activePopupWidget() is not None:
            return act if key in _PAGES else None  # the menu handles Esc and arrows
        if not isinstance(watched.window(), type(self._window) | SpeakerWindow):
            return None  # a dialog handles its own keys
        if act is None or not isinstance(focus, _FIELDS):
            return act
        if key in (*_PAGES, Qt.Key.Key_F5):
            return act
        if key == Qt.Key.Key_Escape:  # leaves the field first
            return None if _is_editor(focus) else _nothing
        # Neither a period nor a letter is typed into a field of whole numbers.
        is_whole = isinstance(focus, QSpinBox)
        return act if is_whole and key in (Qt.Key.Key_Period, Qt.Key.Key_B) else None

    def _step(self, by: int) -> None:
        saved = self._view.saved_views
        if self.stage is not None:
            self.stage.setBlank(False)
        if self._view.state.mode is Mode.LEARN:
            self._learn.panel.turn(by)
        elif saved.views:
            saved.step(by)
        else:
            self.layerStepped.emit(by)

    def rebuilt(self) -> None:
        """React to a window that was built anew, in Present or in another language."""
        host = self._host
        # Sizes computed before pages were chosen must not widen the window.
        for layout in host.contents().findChildren(QLayout):
            layout.invalidate()
        host.splitter().refresh()
        if self._is_on:  # replaces the sizes from outside Present
            self._placed = None
            self._share_width()
        if self.stage is not None:
            self.stage.raise_()
        self._later.start()

    def _share_width(self) -> None:
        """Give picture and side panel their shares, if the mode has changed."""
        mode = self._view.state.mode
        if mode is not self._placed:
            self._placed = mode
            picture = round(LARGE * PICTURE_SHARE[mode])
            self._host.splitter().setSizes([picture, LARGE - picture])

    def _say(self) -> None:
        """Describe what is on screen, and show the speaker what comes next."""
        if not self._is_on:
            return
        self._share_width()
        words = self._host.words_on_screen()
        # A pair such as (7, 3) is not to be broken.
        self.said.emit(words.replace(", ", ",\N{NO-BREAK SPACE}"))
        if self.speaker is None:
            return
        learn, saved = self._learn.panel, self._view.saved_views
        if self._view.state.mode is Mode.LEARN:
            page = learn.page()
            notes = "" if page is None else page.notes.text.text()
            title = f"{learn.title()}   {learn.place()}".rstrip()
            self.speaker.say(title, notes, learn.following())
            return
        following = ""
        if saved.views:
            index = -1 if saved.current is None else saved.current
            if index + 1 < len(saved.views):
                following = saved.views[index + 1].name
        self.speaker.say(words, "", following)

    def _app(self) -> QApplication:
        return cast("QApplication", QApplication.instance())

    def _audience_screen(self, here: QScreen) -> QScreen:
        """Return another screen than the one the window is on, if there is one."""
        others = [one for one in QGuiApplication.screens() if one is not here]
        return others[0] if others else here


def _is_editor(field: QWidget) -> bool:
    """Return whether a field edits a line of a list, which ends with Esc."""
    parent = field.parentWidget()
    return parent is not None and isinstance(parent.parent(), QAbstractItemView)


def _nothing() -> None:
    """Do nothing: the key has had its effect, the focus has left the field."""
