"""Dialog of all models: search, filters, details, download and choice."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.errors import Cancelled, CheckpointError, VitvizError
from vitviz.models.catalogue import store
from vitviz.models.catalogue.entries import TIMM_PREFIX, Entry, Trait, entries, search
from vitviz.models.catalogue.progress import DownloadProgress
from vitviz.ui.base import theme
from vitviz.ui.models import details
from vitviz.ui.models.details import ModelDetails
from vitviz.ui.models.download import DownloadLine, Downloads
from vitviz.ui.models.list import ModelList, model_view
from vitviz.ui.widgets.flow_layout import Flow

SIZE = (1100, 620)
# What could be a name of timm's.
_NAME = re.compile(r"(timm:)?[A-Za-z0-9]\w*[\w.]*")


class ModelDialog(QDialog):
    """A dialog that is not modal: the window can be used while a download goes on."""

    modelChosen = Signal(str)
    fileRequested = Signal()
    folderRequested = Signal()

    def __init__(
        self, downloads: Downloads, current: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._downloads = downloads
        self._looked_up: Entry | None = None
        self._chips: dict[Trait | None, QToolButton] = {}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        QShortcut(QKeySequence.StandardKey.Find, self, self._on_find)
        self.finished.connect(downloads.drop)  # Escape sends no close event
        downloads.progressed.connect(self._on_progress)
        downloads.fetched.connect(self._on_fetched)
        downloads.found.connect(self._on_found)
        downloads.failed.connect(self._on_failed)
        self._build()
        self.resize(*SIZE)
        self._choose(current)
        if self._model.rowOf(current) < 0 and current.startswith(TIMM_PREFIX):
            self._search.setText(current)
            self._list.setCurrentIndex(self._model.index(self._rows() - 1))

    # -- layout --------------------------------------------------------------------

    def _build(self) -> None:
        self.setWindowTitle(self.tr("All models"))
        self._search = QLineEdit()
        self._search.setPlaceholderText(
            self.tr("Search by name, maker or what it is good for, or type a timm name")
        )
        self._search.setAccessibleName(self.tr("Search models"))
        self._search.setToolTip(self.tr("Every word must fit (Ctrl+F)"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._update_list)
        self._search.installEventFilter(self)
        self._model = ModelList(self)
        self._list = model_view(self._model)
        self._list.setAccessibleName(self.tr("Models"))
        self._list.selectionModel().currentChanged.connect(self._on_current)
        self._list.activated.connect(self._activate)
        self._count = QLabel()
        self._count.setFont(theme.font("small"))
        self._details = ModelDetails()
        self._details.useRequested.connect(self._on_use)
        self._details.downloadRequested.connect(self._download)
        self._details.removeRequested.connect(self._remove)
        self._details.lookUpRequested.connect(self._look_up)
        self._line = DownloadLine()
        self._line.cancelRequested.connect(self._downloads.cancel)
        self._place(QVBoxLayout(self))
        self._update_list()
        self._search.setFocus()

    def _place(self, layout: QVBoxLayout) -> None:
        chips = Flow(4)
        here = self._chip(
            None,
            self.tr("on this computer"),
            self.tr("Only models whose weights are here; they work offline."),
        )
        chips.addWidget(here)
        for trait, (word, tip) in details.trait_words().items():
            chips.addWidget(self._chip(trait, word, tip))
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self._list, 1)
        left.addWidget(self._count)
        middle = QHBoxLayout()
        middle.addLayout(left, 1)
        middle.addWidget(self._details)
        open_file = self._button(
            self.tr("Open file…"),
            self.tr("Weights of your own: .safetensors, .pth, .npz"),
            self.fileRequested.emit,
        )
        open_folder = self._button(
            self.tr("Open folder…"),
            self.tr("A folder written by transformers"),
            self.folderRequested.emit,
        )
        close = self._button(
            self.tr("Close"), self.tr("Close; a download ends (Esc)"), self.close
        )
        bottom = QHBoxLayout()
        bottom.addWidget(open_file)
        bottom.addWidget(open_folder)
        bottom.addStretch(1)
        bottom.addWidget(close)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._search)
        layout.addLayout(chips)
        layout.addLayout(middle, 1)
        layout.addWidget(self._line)
        layout.addLayout(bottom)
        self._style()

    def _chip(self, trait: Trait | None, word: str, tip: str) -> QToolButton:
        chip = QToolButton()
        chip.setText(word)
        chip.setToolTip(tip)
        chip.setAccessibleName(word)
        chip.setCheckable(True)
        chip.setProperty("chip", True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.toggled.connect(self._update_list)
        self._chips[trait] = chip
        return chip

    def _button(self, text: str, tip: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _style(self) -> None:
        tone = theme.colours()
        self.setStyleSheet(
            f'QToolButton[chip="true"] {{ border-color: {tone.line};'
            " border-radius: 11px; padding: 3px 9px; }"
            f'QToolButton[chip="true"]:hover {{ border-color: {tone.faint}; }}'
            f'QToolButton[chip="true"]:focus {{ border-color: {tone.text}; }}'
        )

    # -- parts and contents --------------------------------------------------------

    def details(self) -> ModelDetails:
        """Return the details pane."""
        return self._details

    def list(self) -> QListView:
        """Return the list of models."""
        return self._list

    def names(self) -> tuple[str, ...]:
        """Return the names of the models that are listed."""
        found = map(self._model.entry, map(self._model.index, range(self._rows())))
        return tuple(entry.name for entry in found if entry is not None)

    def chip(self, trait: Trait | None) -> QToolButton:
        """Return the button of a filter; None for "on this computer"."""
        return self._chips[trait]

    def searchField(self) -> QLineEdit:
        """Return the search field."""
        return self._search

    def line(self) -> DownloadLine:
        """Return the line at the bottom with messages and downloads."""
        return self._line

    def takeOver(self, other: ModelDialog) -> None:
        """Take the place and contents of a dialog that was made in another language."""
        self.setGeometry(other.geometry())
        for trait, chip in other._chips.items():
            self._chips[trait].setChecked(chip.isChecked())
        self._looked_up = other._looked_up
        self._search.setText(other._search.text())
        entry = other._details.entry()
        if entry is not None:
            self._choose(entry.name)
        self._on_progress(DownloadProgress(0))

    # -- list and details ----------------------------------------------------------

    def _rows(self) -> int:
        return self._model.rowCount()

    def _update_list(self) -> None:
        """Filter the list again; the chosen model stays chosen if still listed."""
        chosen = self._details.entry()
        text = self._search.text().strip()
        words = {trait: name for trait, (name, _) in details.trait_words().items()}
        traits = [t for t, chip in self._chips.items() if t and chip.isChecked()]
        here = self._here()
        found = search(text, traits, words=words)
        if self._chips[None].isChecked():
            found = tuple(entry for entry in found if entry.name in here)
        if self._looked_up is not None and self._looked_up.name == _full(text):
            found = (*found, self._looked_up)
        is_known = _full(text) in {entry.name for entry in found}
        asks = not is_known and (_could_be_named(text) or not found)
        name = _full(text).removeprefix(TIMM_PREFIX)
        self._model.setEntries(found, name if asks and _NAME.fullmatch(text) else "")
        self._model.setHere(here)
        self._count.setText(
            self.tr("{n} of {all} models").format(n=len(found), all=len(entries()))
        )
        self._choose(chosen.name if chosen else "")

    def _here(self) -> frozenset[str]:
        """Return the names of the models whose weights are on this computer."""
        known = [*entries(), *([self._looked_up] if self._looked_up else [])]
        return frozenset(
            entry.name for entry in known if store.place_of(entry) is not None
        )

    def _choose(self, name: str) -> None:
        row = max(self._model.rowOf(name), 0)
        index = self._model.index(row)
        self._list.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self._list.scrollTo(index)
        self._show_details()

    def _on_current(self) -> None:
        self._line.clearError()  # it was about another model
        self._show_details()

    def _show_details(self) -> None:
        entry = self._model.entry(self._list.currentIndex())
        if entry is None:
            self._details.setQuestion(self._model.question())
        else:
            place, kept = store.place_of(entry), 0
            if entry.remote is not None and place is None:
                kept = store.kept_bytes(entry.remote)
            is_own = place is not None and store.is_own(place)
            self._details.setEntry(entry, place=place, is_own=is_own, kept=kept)
        self._update_busy()

    def _update_busy(self) -> None:
        downloads = self._downloads
        self._details.setBusy(
            downloads=downloads.entry is not None, asks=downloads.is_asking
        )

    def _activate(self) -> None:
        """React to Enter or a double click on a model.

        A download takes a second Enter, on its button: the first may have been meant
        for the search.
        """
        entry, button = self._details.entry(), self._details.mainButton()
        if not button.isVisible():
            return
        if entry is not None and store.place_of(entry) is None:
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            button.click()

    # -- requests ------------------------------------------------------------------

    def _on_use(self, entry: Entry) -> None:
        self.modelChosen.emit(entry.name)

    def _download(self, entry: Entry) -> None:
        if self._downloads.entry is not None:
            return
        self._downloads.fetch(entry)
        self._on_progress(DownloadProgress(0))
        self._update_busy()

    def _look_up(self, name: str) -> None:
        self._line.say(self.tr("Asking timm about {name} …").format(name=name))
        self._downloads.look_up(TIMM_PREFIX + name)
        self._update_busy()

    def _remove(self, entry: Entry) -> None:
        if entry.remote is None:
            return
        try:
            store.forget(entry.remote)
        except CheckpointError as error:
            self._line.showError(error)
            return
        name = details.title(entry)
        self._line.say(self.tr("{name} was removed.").format(name=name))
        self._update_list()

    # -- results -------------------------------------------------------------------

    def _on_progress(self, progress: DownloadProgress) -> None:
        if self._downloads.entry is not None:
            self._line.showProgress(progress, self._downloads.entry)

    def _on_fetched(self, entry: Entry) -> None:
        name = details.title(entry)
        self._line.say(self.tr("{name} is on this computer now.").format(name=name))
        self._update_list()

    def _on_found(self, entry: Entry) -> None:
        self._looked_up = entry
        self._line.say()
        self._update_list()
        self._choose(entry.name)

    def _on_failed(self, error: VitvizError) -> None:
        if isinstance(error, Cancelled):
            self._line.say(self.tr("Cancelled. What has arrived is kept."))
        else:
            self._line.showError(error)
        self._show_details()

    # -- keys and theme ------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move through the list with arrow keys in the search field; Enter chooses."""
        if watched is self._search and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown,
                       Qt.Key.Key_PageUp):  # fmt: skip
                self._list.keyPressEvent(event)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._activate()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ignore Enter, so that no button reacts to it unless it has the focus."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def _on_find(self) -> None:
        self._search.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._style()
        super().changeEvent(event)


def _full(text: str) -> str:
    return text if text.startswith(TIMM_PREFIX) else TIMM_PREFIX + text


def _could_be_named(text: str) -> bool:
    """Return whether a text is written as timm writes names, not as a search word."""
    return text.startswith(TIMM_PREFIX) or ("_" in text and "." in text)
