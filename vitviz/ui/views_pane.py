"""The list of saved views."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.ui import theme
from vitviz.ui.widgets.action_button import action_button
from vitviz.ui.widgets.flow import Flow
from vitviz.views.session import SavedView


class ViewsPane(QWidget):
    """Setters never emit; every signal is something the user did."""

    saveRequested = Signal()
    viewChosen = Signal(int)
    renamed = Signal(int, str)
    removeRequested = Signal(int)
    moveRequested = Signal(int, int)
    """(index, step)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views: tuple[SavedView, ...] = ()
        self._list = QListWidget()
        self._list.setToolTip(
            self.tr("Saved views: a click shows one (Page Up, Page Down)")
        )
        self._list.setAccessibleName(self.tr("Saved views"))
        self._list.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self._list.setStyleSheet("QListWidget::item { padding: 4px; }")
        self._list.itemClicked.connect(self._on_clicked)
        self._list.itemActivated.connect(self._on_clicked)
        self._list.itemChanged.connect(self._on_changed)
        self._hint = QLabel(
            self.tr(
                "Save views to come back to and to step through with Page Up and "
                "Page Down. A session keeps them in a file."
            )
        )
        self._hint.setFont(theme.font("small"))
        self._hint.setWordWrap(True)
        self._save = action_button(
            self.tr("Save this view"), self.tr("Keep what is on screen now (Ctrl+D)")
        )
        self._up = action_button(self.tr("Up"), self.tr("Earlier in the list"))
        self._down = action_button(self.tr("Down"), self.tr("Later in the list"))
        self._remove = action_button(self.tr("Remove"), self.tr("Forget this view"))
        self._save.clicked.connect(self.saveRequested)
        self._up.clicked.connect(self._on_up)
        self._down.clicked.connect(self._on_down)
        self._remove.clicked.connect(self._on_remove)
        row = Flow(4)
        for button in (self._save, self._up, self._down, self._remove):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._hint)
        self.setMinimumSize(200, 160)
        self.setViews((), None)

    def setViews(self, views: tuple[SavedView, ...], current: int | None) -> None:
        """List views; `current` is on screen."""
        with QSignalBlocker(self._list):
            if views != self._views:
                self._views = views
                self._list.clear()
                for view in views:
                    item = QListWidgetItem(view.name)
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                    self._list.addItem(item)
            self._list.setCurrentRow(-1 if current is None else current)
        for button in (self._up, self._down, self._remove):
            button.setEnabled(bool(views))

    def setCanSave(self, can_save: bool) -> None:
        """Offer to save where there is something on screen."""
        self._save.setEnabled(can_save)

    def list(self) -> QListWidget:
        """The list itself."""
        return self._list

    def saveButton(self) -> QToolButton:
        """Keeps the view on screen."""
        return self._save

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self.viewChosen.emit(self._list.row(item))

    def _on_changed(self, item: QListWidgetItem) -> None:
        self.renamed.emit(self._list.row(item), item.text())

    def _on_remove(self) -> None:
        self.removeRequested.emit(self._list.currentRow())

    def _on_up(self) -> None:
        self.moveRequested.emit(self._list.currentRow(), -1)

    def _on_down(self) -> None:
        self.moveRequested.emit(self._list.currentRow(), 1)
