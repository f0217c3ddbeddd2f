"""Present: the same window for a room. One key there, the same key back.

begin → large type, the window built anew with what is being explained, full screen
clicker → chapters in Learn, else saved views, else layers; `.` and B blank
end → everything as before
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QScreen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from vitviz.ui.base import theme
from vitviz.ui.present.overlay import PresentOverlay
from vitviz.ui.present.speaker_window import SpeakerWindow
from vitviz.ui.window.window_state import remembered
from vitviz.views.state import Mode, Style

if TYPE_CHECKING:
    from vitviz.ui.window.main_window import MainWindow

SMALLEST_PX = 24.0
"""Of a picture 1280×720 large; more on a larger screen."""
BASE_SIZE = (1280, 720)
SAY_AFTER_MS = 50
PICTURE_SHARE = {Mode.INSPECT: 0.56, Mode.LEARN: 0.5, Mode.LAB: 0.5}
"""Of the width, for the picture: a panel with sentences needs half of it."""
assert PICTURE_SHARE.keys() == {*Mode}
LARGE = 10_000
"""Of all parts of a split together: Qt makes them fit, each in its share."""
OPACITY = 0.55
"""Of the spotlight's shadow: what is out of the light stays visible on a projector."""
_FIELDS = QLineEdit | QAbstractSpinBox
_PAGES = (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
_TYPES = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)


class Present(QObject):
    """Lives in the main thread, and outlives the window's panes."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._is_on = False
        self._restore: Callable[[], None] | None = None
        self._former_state = window.windowState()
        self._former_place = QRect()
        self._former_style = Style.TINT
        self._former_opacity: float | None = None
        self._placed: Mode | None = None
        """The mode that the picture has its share of the width for."""
        self.stage: PresentOverlay | None = None
        """Pointer halo, pressed keys and the blank, over the window."""
        self.speaker: SpeakerWindow | None = None
        """Notes on another screen, where there is one."""
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
        # panels follow the state first
        self._later = QTimer(self, singleShot=True, interval=SAY_AFTER_MS)
        self._later.timeout.connect(self._say)
        window.controller.stateChanged.connect(self._later.start)
        window.controller.documentChanged.connect(self._later.start)

    @property
    def is_on(self) -> bool:
        """Whether the window is shown to a room."""
        return self._is_on

    def toggle(self) -> None:
        """Begin, or end, when the key that asks for it has been dealt with.

        Building anew takes away the action and the widget that have the key now.
        """
        self._soon.start()

    def _on_soon(self) -> None:
        if self._is_on:
            self.end()
        else:
            self.begin()

    def begin(self, *, full_screen: bool = True) -> None:
        """Show the window to a room; on another screen if there is one."""
        window = self._window
        if self._is_on:
            return
        self._is_on = True
        self._restore = remembered(window)
        self._former_state = window.windowState()
        self._former_place = window.geometry()
        here = window.screen()
        audience = self._audience_screen(here)
        size = audience.geometry().size() if full_screen else window.size()
        scale = min(size.width() / BASE_SIZE[0], size.height() / BASE_SIZE[1])
        window.contents().hide()  # in large type it would widen the window
        theme.present(self._app(), SMALLEST_PX * max(scale, 1.0))
        state = window.controller.state
        self._former_style = state.style
        is_saved = window.controller.saved_views.current is not None
        if state.style is Style.TINT and not is_saved:  # who saved a view chose a style
            self._former_opacity = state.opacity
            window.controller.change(
                style=Style.SPOTLIGHT,
                opacity=min(state.look.opacity, OPACITY),
                merge=True,
            )
        if full_screen:
            if audience is not here:
                window.setWindowState(Qt.WindowState.WindowNoState)
                window.setScreen(audience)
                window.setGeometry(audience.geometry())
            window.showFullScreen()
        window.rebuild()
        self.stage = PresentOverlay(window, window.picture_place)
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
        window.panes.picture.setFocus()
        self._say()
        self._later.start()

    def end(self) -> None:
        """The window as it was before."""
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
        window.setWindowState(self._former_state)
        is_free = self._former_state == Qt.WindowState.WindowNoState
        if is_free:
            window.setGeometry(self._former_place)
        style = window.controller.state.style
        if style is Style.SPOTLIGHT and self._former_style is Style.TINT:
            window.controller.change(
                style=self._former_style, opacity=self._former_opacity, merge=True
            )
        window.rebuild()
        if self._restore is not None:
            self._restore()
        self._restore = None

    def next(self) -> None:
        """One step on."""
        self._step(1)

    def back(self) -> None:
        """One step back."""
        self._step(-1)

    def blank(self) -> None:
        """Nothing to look at but who speaks; again: the picture."""
        if self.stage is not None:
            self.stage.setBlank(not self.stage.isBlank())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The clicker's keys, before anything else has them; others are shown."""
        if event.type() not in _TYPES or not isinstance(watched, QWidget):
            return False
        if self._window.keys.isVisible():
            return False  # it turns its own pages
        assert isinstance(event, QKeyEvent)
        act = self._act_of(event, watched)
        if act is None:
            if event.type() == QEvent.Type.ShortcutOverride and self.stage is not None:
                self.stage.showKey(event.keyCombination())
            return False
        event.accept()  # a shortcut of the same key stays quiet
        if event.type() == QEvent.Type.KeyPress:
            if (popup := QApplication.activePopupWidget()) is not None:
                popup.close()
            if isinstance(QApplication.focusWidget(), _FIELDS):
                self._window.panes.picture.setFocus()  # so that all keys are back
            if not event.isAutoRepeat() or Qt.Key(event.key()) in _PAGES:
                act()
        return True

    def _act_of(self, event: QKeyEvent, watched: QWidget) -> Callable[[], None] | None:
        """What the clicker asks for; None where the key is somebody else's.

        The keys that turn pages are the clicker's wherever the focus is: who speaks
        has clicked into a field and forgotten it.
        """
        plain = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        key, focus = Qt.Key(event.key()), QApplication.focusWidget()
        act = self._steps.get(key) if event.modifiers() in plain else None
        if QApplication.activePopupWidget() is not None:
            return act if key in _PAGES else None  # Esc and arrows are the menu's
        if not isinstance(watched.window(), type(self._window) | SpeakerWindow):
            return None  # a dialog's
        if act is None or not isinstance(focus, _FIELDS):
            return act
        if key in (*_PAGES, Qt.Key.Key_F5):
            return act
        if key == Qt.Key.Key_Escape:  # first out of the field
            return None if _is_editor(focus) else _nothing
        is_whole = isinstance(focus, QSpinBox)  # in which no such key is typed
        return act if is_whole and key in (Qt.Key.Key_Period, Qt.Key.Key_B) else None

    def _step(self, by: int) -> None:
        window = self._window
        if self.stage is not None:
            self.stage.setBlank(False)
        if window.controller.state.mode is Mode.LEARN:
            window.panes.learn.turn(by)
            self._later.start()  # another slide is no other state
        elif window.controller.saved_views.views:
            window.controller.saved_views.step(by)
        else:
            window.controller.steps.step_layer(by)

    def rebuilt(self) -> None:
        """All panes are others, also those that another language has."""
        window = self._window
        # what was reckoned before pages were chosen must not widen the window
        for layout in window.contents().findChildren(QLayout):
            layout.invalidate()
        for split in window.splitters():
            split.refresh()
        if self._is_on:  # in place of what the desk had
            self._placed = None
            self._share_width()
            window.splitters()[1].setSizes([LARGE // 2, LARGE // 2])
        if self.stage is not None:
            self.stage.raise_()
        self._later.start()

    def _share_width(self) -> None:
        """Give picture and side panel their shares, where the mode is another."""
        mode = self._window.controller.state.mode
        if mode is not self._placed:
            self._placed = mode
            picture = round(LARGE * PICTURE_SHARE[mode])
            self._window.splitters()[0].setSizes([picture, LARGE - picture])

    def _say(self) -> None:
        """What is on screen, in a line; and what the speaker needs."""
        if not self._is_on:
            return
        window = self._window
        self._share_width()
        words = window.words_on_screen()
        window.line.setText(words.replace(", ", ",\N{NO-BREAK SPACE}"))  # (7, 3)
        if self.speaker is None:
            return
        learn, saved = window.panes.learn, window.controller.saved_views
        if window.controller.state.mode is Mode.LEARN:
            page = learn.page()
            notes = "" if page is None or page.notes is None else page.notes.text.text()
            title = f"{learn.title()}   {learn.place()}".rstrip()
            self.speaker.say(title, notes, learn.following())
            return
        following = ""
        if saved.views:
            index = -1 if saved.current is None else saved.current
            if index + 1 < len(saved.views):
                following = saved.views[index + 1].name
        self.speaker.say(window.words_on_screen(), "", following)

    def _app(self) -> QApplication:
        return cast("QApplication", QApplication.instance())

    def _audience_screen(self, here: QScreen) -> QScreen:
        """Another screen than the one the window is on, if there is one."""
        others = [one for one in QGuiApplication.screens() if one is not here]
        return others[0] if others else here


def _is_editor(field: QWidget) -> bool:
    """Whether it edits a line of a list, which ends with Esc."""
    parent = field.parentWidget()
    return parent is not None and isinstance(parent.parent(), QAbstractItemView)


def _nothing() -> None:
    """The key has had its effect: the focus has left the field."""
