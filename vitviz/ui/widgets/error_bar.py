"""Error bar above the picture: one sentence, with Details and Copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.errors import AmbiguousCheckpointError, VitvizError
from vitviz.system.printable import escaped_lines
from vitviz.ui.base import theme
from vitviz.ui.base.text import representable, sentence, show_plainly
from vitviz.views.colour import Meaning

# Texts of operating systems that are English in every language and that errors pass on.
SYSTEM_REASONS = (
    QT_TRANSLATE_NOOP("errors", "Permission denied"),
    QT_TRANSLATE_NOOP("errors", "permission denied"),
    QT_TRANSLATE_NOOP("errors", "No such file or directory"),
    QT_TRANSLATE_NOOP("errors", "no such file or directory"),
    QT_TRANSLATE_NOOP("errors", "No space left on device"),
    QT_TRANSLATE_NOOP("errors", "Is a directory"),
    QT_TRANSLATE_NOOP("errors", "Not a directory"),
    QT_TRANSLATE_NOOP("errors", "Read-only file system"),
    QT_TRANSLATE_NOOP("errors", "File name too long"),
    QT_TRANSLATE_NOOP("errors", "Too many open files"),
    QT_TRANSLATE_NOOP("errors", "Input/output error"),
    QT_TRANSLATE_NOOP("errors", "Connection refused"),
    QT_TRANSLATE_NOOP("errors", "Connection reset by peer"),
)


# Messages that wait for others to be read; older ones are forgotten.
MAX_COVERED = 2


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the bar.

    text, details : what is shown of one without an error.
    error : shown in the language of the moment.
    stays : whether only the user, or `ErrorBar.settle`, takes it away.
    about : what it is about, such as the kind of job that failed.
    """

    text: str = ""
    details: str = ""
    error: VitvizError | None = None
    stays: bool = False
    about: object = None


class ErrorBar(QFrame):
    """A bar that shows the last problem until it is dismissed or something succeeds.

    A message that stays comes back when a later one that covered it has gone, unless
    there were many.
    """

    # The user wants to name the network of a file that does not say it: its error.
    networkRequested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # The last is on screen; those before it stay until they are dismissed.
        self._messages: list[Message] = []
        self._count = 0
        self._details = ""
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(
            QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred
        )
        self._more = QLabel()
        self._more.setWordWrap(True)
        self._more.setFont(theme.font("small"))
        self._more.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more.hide()
        show_plainly(self._text, self._more)
        self._network_button = self._button(
            self.tr("Choose architecture…"), self._ask_for_network
        )
        self._network_button.setToolTip(self.tr("Say which network the file holds"))
        self._details_button = self._button(self.tr("Details"), self._toggle_details)
        self._details_button.setCheckable(True)
        self._details_button.setToolTip(self.tr("What it was about, in detail"))
        self._copy_button = self._button(self.tr("Copy"), self._copy)
        self._copy_button.setToolTip(self.tr("Copy the message with its details"))
        self._close_button = self._button("✕", self.dismiss)
        self._close_button.setAccessibleName(self.tr("Dismiss"))
        self._close_button.setToolTip(self.tr("Dismiss"))
        row = QHBoxLayout()
        row.addWidget(self._text)
        for button in (
            self._network_button,
            self._details_button,
            self._copy_button,
            self._close_button,
        ):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 4, 4)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self._more)
        self.setStyleSheet(
            f"ErrorBar {{ border: 0; border-left: 4px solid {Meaning.WARNING.value}; }}"
        )
        self.setAccessibleName(self.tr("Message"))
        self.hide()

    def _button(self, text: str, slot: object) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.clicked.connect(slot)
        return button

    def showError(
        self, error: VitvizError, *, stays: bool = False, about: object = None
    ) -> None:
        """Show an error's sentence; its values are under Details.

        stays : the error is shown until it is dismissed.
        about : what it is about; it takes the place of an earlier one about the same.
        """
        self._add(Message(error=error, stays=stays, about=about))

    def showMessage(self, text: str, details: str = "") -> None:
        """Show a sentence."""
        self._add(Message(text, details))

    def showMessages(self, messages: Sequence[Message]) -> None:
        """Show the messages of another bar."""
        self._messages = list(messages)
        self._show_last()

    def clear(self) -> None:
        """Take the message on screen away, unless it stays until it is dismissed."""
        if self._messages and not self._messages[-1].stays:
            self.dismiss()

    def dismiss(self) -> None:
        """Take the message on screen away, whatever it is."""
        self._messages = self._messages[:-1]
        self._show_last()

    def settle(self, *about: object) -> None:
        """Take all messages about these away: they are no longer true."""
        self._messages = [one for one in self._messages if one.about not in about]
        self._show_last()

    def messages(self) -> tuple[Message, ...]:
        """Return the messages; the last is on screen."""
        return tuple(self._messages)

    def count(self) -> int:
        """Return how many messages have come so far."""
        return self._count

    def error(self) -> VitvizError | None:
        """Return the error on screen; None for none, and for any other message."""
        return self._messages[-1].error if self._messages else None

    def text(self) -> str:
        """Return the sentence on screen, empty when there is none."""
        return self._text.text()

    def _add(self, message: Message) -> None:
        """Show a message over those that stay."""
        self._count += 1
        self._messages = [
            one
            for one in self._messages
            if one.stays
            and (one.about is None or one.about != message.about)
            and (one.error is None or str(one.error) != str(message.error))
        ]
        self._messages = [*self._messages[-MAX_COVERED:], message]
        self._show_last()

    def _show_last(self) -> None:
        """Show the newest message; hide the bar where there is none."""
        if not self._messages:
            self.hide()
            self._text.clear()
            return
        message = self._messages[-1]
        text, details, error = message.text, message.details, message.error
        if error is not None:
            listed = (f"{name}: {value}" for name, value in error.values.items())
            values = escaped_lines("\n".join(listed))
            text = sentence(error)
            details = f"{type(error).__name__}\n{values}".strip()
        self._network_button.setVisible(isinstance(error, AmbiguousCheckpointError))
        self._text.setText(representable(text))
        self._details = representable(details)
        self._more.setText(self._details)
        self._details_button.setVisible(bool(details))
        self._details_button.setChecked(False)
        self._more.hide()
        self.show()

    def _ask_for_network(self) -> None:
        self.networkRequested.emit(self.error())

    def _toggle_details(self) -> None:
        self._more.setVisible(self._details_button.isChecked())

    def _copy(self) -> None:
        text = f"{self._text.text()}\n{self._details}".strip()
        QGuiApplication.clipboard().setText(text)
