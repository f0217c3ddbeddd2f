"""Settings that take effect while the window is open."""

from __future__ import annotations

import logging
from typing import Any, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from vitviz.system import logs, settings
from vitviz.system.settings import Language, ThemeChoice
from vitviz.ui.base import language, theme

_log = logging.getLogger(__name__)


class Preferences(QObject):
    """The one way for a window to change a setting; lives in the main thread."""

    # Names of the settings that have changed, a frozenset of str.
    changed = Signal(object)
    # There is something to say of the file; emitted in any thread.
    problemFound = Signal()
    # What is wrong with the file of settings or the language, a VitvizError.
    problemTold = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.problemFound.connect(self.say_problems)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._on_system_scheme)

    def set(self, **changes: Any) -> None:  # noqa: ANN401
        """Change settings, save them, and have them take effect.

        Not to remember files is to forget those that were.
        """
        before = settings.get()
        if changes.get("keep_recent") is False:
            changes["recent"] = ()
        settings.set(**changes)
        self._follow(before)
        if "language" in changes:
            self._speak()

    def switch_language(self) -> None:
        """Switch to the other of the two languages."""
        is_japanese = language.current() == Language.JAPANESE.value
        self.set(language=Language.ENGLISH if is_japanese else Language.JAPANESE)

    def reset(self) -> None:
        """Set everything back; the old file is kept."""
        before = settings.get()
        settings.reset()
        self._follow(before)
        self._speak()

    def say_problems(self) -> None:
        """Show what is wrong with the file of settings or the language, once."""
        for problem in (
            *language.take_problems(),
            *settings.take_problems(),
            *logs.take_problems(),
        ):
            _log.warning("%s", problem)
            self.problemTold.emit(problem)

    def _follow(self, before: settings.Settings) -> None:
        now = settings.get()
        names = frozenset(
            name
            for name in settings.KNOWN
            if getattr(now, name) != getattr(before, name)
        )
        if "theme" in names:
            self.show_theme(now.theme)
        if "log_level" in names:
            logs.set_level(now.log_level.value)
        self.say_problems()
        if names:
            self.changed.emit(names)

    def _speak(self) -> None:
        """Speak the chosen language, also where the program was started in another."""
        chosen = settings.get().language
        code = chosen.value
        if chosen is Language.SYSTEM:
            code = language.system_language()
        if code != language.current():
            language.install(cast("QApplication", QApplication.instance()), code)

    def show_theme(self, choice: ThemeChoice) -> None:
        """Show a theme without remembering it."""
        theme.apply(cast("QApplication", QApplication.instance()), choice)
        for widget in self._window.findChildren(QWidget):
            refresh = getattr(widget, "refreshTheme", None)
            if refresh is not None:
                refresh()

    def _on_system_scheme(self) -> None:
        """React to the system, which has gone dark or light."""
        if settings.get().theme is ThemeChoice.SYSTEM:
            self.show_theme(ThemeChoice.SYSTEM)
