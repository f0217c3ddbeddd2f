"""Files that were opened before, in the Open menu and on the start page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from vitviz.system import settings
from vitviz.system.atomic_files import printable
from vitviz.ui import theme
from vitviz.ui.plain_text import tip

ON_START_PAGE = 5
NAME_CHARS = 48


def label(place: str) -> str:
    """A path as it stands in a menu: its name, and the folder it lies in."""
    path = Path(place)
    name = printable(path.name or place)
    if len(name) > NAME_CHARS:
        half = NAME_CHARS // 2
        name = f"{name[: half - 1]}…{name[-half:]}"
    folder = printable(path.parent.name)
    return f"{name}   –   {folder}" if folder else name


class RecentActions(QObject):
    """The end of a menu, filled each time it opens; their data are the paths."""

    cleared = Signal()

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        self._menu = menu
        self._added: list[QAction] = []
        menu.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        for action in self._added:
            self._menu.removeAction(action)
            action.deleteLater()
        self._added.clear()
        settings.refresh("recent")
        now = settings.get()
        if not now.keep_recent or not now.recent:
            return
        self._added.append(self._menu.addSection(self.tr("Recent")))
        for place in now.recent[: now.max_recent]:
            action = self._menu.addAction(label(place).replace("&", "&&"))
            action.setToolTip(tip(printable(place)))
            action.setData(place)
            self._added.append(action)
        clear = self._menu.addAction(self.tr("Forget these"))
        clear.setToolTip(self.tr("Empty this list; settings can turn it off"))
        clear.triggered.connect(self.cleared)
        self._added.append(clear)


class RecentList(QWidget):
    """The newest of them as buttons; hidden when there are none."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        heading = QLabel(self.tr("Opened before"))
        heading.setFont(theme.font("small"))
        self._column.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        self._buttons: list[QToolButton] = []
        self.hide()

    def refresh(self) -> None:
        """Show the settings' list as it is now."""
        for button in self._buttons:
            self._column.removeWidget(button)
            button.deleteLater()
        now = settings.get()
        places = now.recent[:ON_START_PAGE] if now.keep_recent else ()
        self._buttons = [self._button(place) for place in places]
        for button in self._buttons:
            self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        if self.parent() is not None:  # else it would be a window of its own
            self.setVisible(bool(places))

    def _button(self, place: str) -> QToolButton:
        button = QToolButton()
        button.setText(label(place).replace("&", "&&"))
        button.setToolTip(tip(printable(place)))
        button.setAccessibleName(label(place))
        button.setProperty("path", place)
        button.clicked.connect(self._on_clicked)
        return button

    def _on_clicked(self) -> None:
        self.chosen.emit(self.sender().property("path"))
